"""Times a workspace of charts that all change at once, with as many more behind them that nobody sees."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.chart_frames import PASSES, PaintCounter, Timing, summed
from tests.benchmarks.chart_world import as_forming
from tests.fakes.window_world import LIVE, Requests, StoredPast
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.link.messages import CandleState, Frame
from workstation.ui.bridge import Bridge
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.theme import DARK
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.workspaces.chart_pane import ChartSources
from workstation.ui.workspaces.workspace import Workspace
from workstation.ui.workspaces.workspace_follow import SharedFollow

SIZE = (1600, 900)


def time_together(
    candles: CandleColumns, n_charts: int, n_frames: int, prepare: Callable[[ChartView], None]
) -> Timing:
    """Time `n_charts` charts from the engine's word to the last of their paints.

    Raises
    ------
    SystemExit
        A chart out of sight was painted, or did anything with its candles.
    """
    with tempfile.TemporaryDirectory() as folder:
        workspace, bridge, keys = opened(Path(folder), candles, n_charts)
        seen = [dock.pane for dock in workspace.docks[:n_charts]]
        hidden = [dock.pane for dock in workspace.docks[n_charts:]]
        for pane in seen:
            prepare(pane.chart)
        hidden_keys = [pane.key for pane in hidden]
        unseen, taken = [PaintCounter(pane.chart) for pane in hidden], []
        for pane in hidden:
            pane.chart.apply_candles = taken.extend
        rows = [one_round(bridge, keys, candles, i, seen) for i in range(n_frames * PASSES)]
        began = process_time()
        for i in range(n_frames):
            tell(bridge, hidden_keys, candles, i)
        hidden_ms = (process_time() - began) * 1000 / n_frames
        if taken or any(counter.n_paints for counter in unseen):
            raise SystemExit("A chart that nobody sees was painted or took candles.")
        print(f"{len(hidden)} charts out of sight: 0 paints, 0 candles, {hidden_ms:.3f} ms for all an update")
        workspace.stop()
        workspace.close()
        bridge.close()
    every = np.reshape(rows, (PASSES, n_frames, 2))
    return summed("tidemark", len(candles), f"{n_charts} charts at once", every)


def opened(folder: Path, candles: CandleColumns, n_charts: int) -> tuple[Workspace, Bridge, list[SeriesKey]]:
    """Return a workspace with so many charts in sight and as many behind the first, each another market."""
    bridge, past = Bridge(), StoredPast(folder)
    bridge.remember(LIVE, ())
    keys = [SeriesKey(LIVE.name, f"COIN{number}/USDT", "1m") for number in range(2 * n_charts)]
    past.candles.by_key = dict.fromkeys(keys, candles)
    follows = SharedFollow(bridge, Requests())
    workspace = Workspace(ChartSources(bridge, past, follows), DARK, {})
    workspace.resize(*SIZE)
    workspace.show()
    workspace.start()
    states = [{"series": {"symbol": key.symbol, "timeframe": "1m"}} for key in keys]
    workspace.arrange(states[:n_charts], math.ceil(math.sqrt(n_charts)))
    first = workspace.docks[0]
    settle(workspace)
    for state in states[n_charts:]:
        workspace.add(None, state)
        settle(workspace)
    first.raise_()
    settle(workspace)
    while [is_in_sight(dock) for dock in workspace.docks] != [True] * n_charts + [False] * n_charts:
        QApplication.processEvents()
    settle(workspace)
    return workspace, bridge, keys


def settle(workspace: Workspace) -> None:
    """Let every dock find out whether it is in sight."""
    for _ in range(5):
        QApplication.processEvents()
    workspace.start_again()


def tell(bridge: Bridge, keys: list[SeriesKey], candles: CandleColumns, number: int) -> None:
    """Say that the newest bar of each series changed."""
    candle = as_forming(next(iter(candles[-1:])), 1.0 + 1e-4 * (number % 7))
    bridge.on_fact(Frame(candle.open_time, 10, candles=tuple(CandleState(key, (candle,)) for key in keys)))
    bridge.flush()


def one_round(
    bridge: Bridge, keys: list[SeriesKey], candles: CandleColumns, number: int, seen: list[object]
) -> tuple[float, float]:
    """Return what it took, milliseconds, until every chart in sight was painted: by clock and processor."""
    counters = [PaintCounter(pane.chart) for pane in seen]
    began, busy = perf_counter(), process_time()
    tell(bridge, keys, candles, number)
    while not all(counter.n_paints for counter in counters):
        QApplication.processEvents()
    took = (perf_counter() - began) * 1000, (process_time() - busy) * 1000
    for pane, counter in zip(seen, counters, strict=True):
        pane.chart.removeEventFilter(counter)
    return took
