"""Asks the engine how the families voted on the bars that are in sight, a little at a time."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from workstation.domain.candle import Candle, IntArray
from workstation.domain.market import SeriesKey, open_of_slot, slot_of
from workstation.link.vote_messages import VotesFound
from workstation.ui.bridge import Bridge
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.chart.judged_frame import PlacedVotes, closed_slots
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.vote_table import NO_BAR, VoteTable
from workstation.ui.engine_port import EngineRequests
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.words.foreign_text import one_line
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace import Workspace

SETTLE_MS = 120
"""After something was painted: nobody is asked while the picture still moves."""

RESTS = 3
"""Between two questions the engine has this many times as long as the answer took for everything else."""

MOST_REST_MS = 2_000


class _Question(NamedTuple):
    key: SeriesKey
    since: int
    until: int


class VoteAsking(QObject):
    """At most one question is out for all charts of the window; the active chart comes first.

    Parameters
    ----------
    workspace : Workspace
        The charts.
    bridge, requests : Bridge, EngineRequests
        What the engine says, and who asks it.
    """

    def __init__(
        self, workspace: Workspace, bridge: Bridge, requests: EngineRequests, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._bridge, self._requests = workspace, bridge, requests
        self._out: _Question | None = None
        self._serial = 0
        self._is_over = False
        self._since_asked = QElapsedTimer()
        self._looking = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._looking.timeout.connect(self._look)
        bridge.votes_found.connect(self._on_found)
        bridge.candles_changed.connect(self._on_candles)
        bridge.history_grew.connect(self._on_history)
        bridge.link_changed.connect(self._on_link)
        workspace.on_each(self._join_pane)

    def stop(self) -> None:
        """Ask nothing more."""
        self._is_over = True
        self._looking.stop()

    def _join_pane(self, pane: ChartPane) -> None:
        pane.chart.frame_painted.connect(partial(self._on_painted, pane))

    def _on_painted(self, pane: ChartPane) -> None:
        if pane.chart.judged.is_shown(JudgedPane.VOTES) and self._out is None:
            self._look_soon()

    def _look_soon(self, after_ms: int = SETTLE_MS) -> None:
        if not self._looking.isActive() and not self._is_over:
            self._looking.start(after_ms)

    def _look(self) -> None:
        if self._out is not None or not self._bridge.world.connected:
            return
        for pane in self._panes():
            question = _question(pane)
            if question is not None:
                self._ask(question)
                return

    def _panes(self) -> Iterator[ChartPane]:
        """Yield the charts whose votes somebody sees, the active one first."""
        active = self._workspace.active_dock.pane
        for pane in sorted(self._workspace.panes, key=lambda one: one is not active):
            if pane.chart.judged.is_shown(JudgedPane.VOTES) and is_in_sight(pane.chart):
                yield pane

    def _ask(self, question: _Question) -> None:
        self._out = question
        self._serial += 1
        self._since_asked.start()
        self._requests.find_votes(*question, partial(self._on_refused, self._serial))

    def _on_refused(self, serial: int, reason: str) -> None:
        if serial == self._serial and self._out is not None:
            self._end(self._out, None, reason)

    def _on_found(self, found: VotesFound) -> None:
        if self._out == (found.key, found.since, found.until):
            self._end(self._out, found, found.reason)

    def _end(self, question: _Question, found: VotesFound | None, reason: str) -> None:
        self._out = None
        for pane in self._workspace.panes:
            if pane.key != question.key:
                continue
            if found is not None and found.span is not None:
                pane.chart.judged.votes.put(found.span)
            else:
                slot = slot_of(question.since, question.key.timeframe)
                pane.chart.judged.votes.refuse(slot, one_line(reason, 200))
            pane.chart.judged.changed.emit()
        self._look_soon(min(max(SETTLE_MS, RESTS * self._since_asked.elapsed()), MOST_REST_MS))

    def _tables(self, key: SeriesKey) -> list[VoteTable]:
        return [pane.chart.judged.votes for pane in self._workspace.panes if pane.key == key]

    def _on_candles(self, key: SeriesKey, candles: list[Candle]) -> None:
        if any(candle.closed for candle in candles):
            for table in self._tables(key):
                table.hope()

    def _on_history(self, key: SeriesKey) -> None:
        """Ask again for everything: bars that were missing may be there, and were read across before."""
        for table in self._tables(key):
            table.expire()

    def _on_link(self) -> None:
        self._out = None
        self._serial += 1
        for pane in self._workspace.panes:
            pane.chart.judged.votes.hope()
        self._look_soon()


def _bars_called_missing(series: ChartSeries, placed: PlacedVotes) -> IntArray:
    """Return the slots that the engine called missing and the chart shows: they came in between."""
    slots = placed.first + np.flatnonzero(placed.votes.states == NO_BAR)
    return np.array([slot for slot in slots.tolist() if series.pyramid.bar(slot) is not None], np.int64)


def _question(pane: ChartPane) -> _Question | None:
    """Return what a chart should be told next; None where it knows everything in sight."""
    frame, key = pane.chart.frame, pane.key
    if frame is None or key is None or frame.series.key != key:
        return None
    placed = frame.judged.votes
    if placed is None or placed.is_crowded:
        return None
    seen, there = frame.slots.visible(frame.layout.plot_width), closed_slots(frame.series)
    table = pane.chart.judged.votes
    slots = table.missing(seen, there)
    if slots is None and table.doubt(_bars_called_missing(frame.series, placed)):
        slots = table.missing(seen, there)
    if slots is None:
        return None
    return _Question(key, *(open_of_slot(slot, key.timeframe) for slot in slots))
