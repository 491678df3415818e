"""Times the watchlist and the screener: what prices cost, and how smooth long lists are.

    python tests/benchmarks/bench_watchlist.py [--watched 1000] [--coins 5000] [--passes 4] [--seconds 5]

First that many watched markets get new prices ten times a second, and what this costs of one core is printed;
the bar is 7 %. So is what painting the whole list at once takes; the bar is 8 ms. Then the screener, with
every column and every price moving, is sorted, filtered by conditions and scrolled, painting each time; the
bar is a p95 of 16.7 ms, one frame. All is time of the processor, several passes are made and the fastest of a
step counts, for a machine may do something else meanwhile. Exit code 1 where one is missed.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, perf_counter, process_time

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind
from workstation.domain.ticker import Ticker
from workstation.ui import theme as themes
from workstation.ui.theme import DARK
from workstation.ui.watchlists.screener_panel import ScreenerPanel
from workstation.ui.watchlists.watchlist_panel import WatchlistPanel

FRAME_MS, CORE_PCT, WHOLE_MS = 16.7, 7.0, 8.0
UPDATES_PER_S = 10
STEPS = 60
SIZE = (900, 700)
SCREENS = ("grade > 60", "grade > 60 and signal is bullish", "age < 24h or 7d > 5%", "narrative is ai", "")


def main() -> int:
    """Measure, print, and say whether the bars were kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--watched", type=int, default=1_000)
    parser.add_argument("--coins", type=int, default=5_000)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    app = QApplication(["tidemark-bench"])
    themes.apply(app, DARK)
    rng = np.random.default_rng(20240201)
    cost_pct = cost_of_prices(rng, asked.watched, asked.seconds)
    print(
        f"watchlist: {asked.watched} rows, {UPDATES_PER_S} updates/s: {cost_pct:.1f} % of a core "
        f"(bar {CORE_PCT:g} %)"
    )
    whole_ms = cost_of_a_whole_painting(app, rng, asked.watched)
    print(f"watchlist: painted as a whole p95 {whole_ms:.1f} ms (bar {WHOLE_MS:g} ms)")
    slowest = max(smoothness(app, rng, asked.coins, asked.passes).values())
    print(f"screener: slowest p95 {slowest:.1f} ms (bar {FRAME_MS} ms)")
    return 0 if cost_pct <= CORE_PCT and whole_ms <= WHOLE_MS and slowest <= FRAME_MS else 1


def tickers(rng: np.random.Generator, n: int) -> list[Ticker]:
    """Return new prices of every market."""
    prices, changes = rng.uniform(1, 100, n).tolist(), rng.normal(0, 4, n).round(2).tolist()
    return [Ticker(f"C{i}/USDT", prices[i], changes[i], 1e6, 0) for i in range(n)]


def cost_of_prices(rng: np.random.Generator, n: int, seconds: float) -> float:
    """Return what prices that move ten times a second cost, percent of one core."""
    panel = WatchlistPanel(DARK, lambda _symbol: 0.01, monotonic)
    panel.resize(436, 700)
    panel.set_symbols(tuple(f"C{i}/USDT" for i in range(n)))
    news = [tickers(rng, n) for _ in range(UPDATES_PER_S)]
    panel.apply(news[0])
    panel.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    panel.show()
    said = 0

    def tell() -> None:
        nonlocal said
        said += 1
        panel.apply(news[said % len(news)])

    timer = QTimer(interval=1000 // UPDATES_PER_S)
    timer.timeout.connect(tell)
    timer.start()
    run_for(0.3)
    began, used = perf_counter(), process_time()
    run_for(seconds)
    share = 100 * (process_time() - used) / (perf_counter() - began)
    timer.stop()
    panel.stop()
    panel.close()
    return share


def cost_of_a_whole_painting(app: QApplication, rng: np.random.Generator, n: int) -> float:
    """Return p95 of painting every cell in sight, each of the columns of the beginning, milliseconds."""
    panel = WatchlistPanel(DARK, lambda _symbol: 0.01, monotonic)
    panel.resize(436, 700)
    panel.set_symbols(tuple(f"C{i}/USDT" for i in range(n)))
    panel.model.set_known(made_coins(rng, n))
    panel.apply(tickers(rng, n))
    panel.show()
    app.processEvents()
    spent = np.zeros((4, STEPS))
    for step in range(spent.size):
        began = process_time()
        panel.table.viewport().repaint()
        spent.flat[step] = (process_time() - began) * 1000
    panel.stop()
    panel.close()
    return float(np.percentile(spent.min(axis=0), 95))


def run_for(seconds: float) -> None:
    """Let Qt work."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def smoothness(app: QApplication, rng: np.random.Generator, n: int, n_passes: int) -> dict[str, float]:
    """Return p95 of sorting, filtering, new prices and scrolling, milliseconds."""
    panel = ScreenerPanel(DARK, lambda _symbol: 0.01)
    panel.resize(*SIZE)
    panel.show_columns(tuple(COLUMNS))
    panel.show()
    panel.show_coins(made_coins(rng, n))
    app.processEvents()
    model, bar = panel.model, panel.table.verticalScrollBar()
    sortable = [at for at, name in enumerate(model.columns) if COLUMNS[name].kind is not ColumnKind.LINE]
    news = [tickers(rng, n) for _ in range(UPDATES_PER_S)]

    def sort(step: int) -> None:
        model.sort(sortable[step % len(sortable)], Qt.SortOrder(step // len(sortable) % 2))

    def filter_by(step: int) -> None:
        panel.text.setText(SCREENS[step % len(SCREENS)])
        panel.text.returnPressed.emit()

    def scroll(step: int) -> None:
        bar.setValue(step * 97 * bar.singleStep() % max(bar.maximum(), 1))

    actions: dict[str, Callable[[int], object]] = {
        "sort": sort,
        "filter": filter_by,
        "prices": lambda step: model.apply(news[step % len(news)]),
        "scroll": scroll,
    }
    found = {name: time_each(name, panel, action, n_passes) for name, action in actions.items()}
    panel.stop()
    return found


def time_each(name: str, panel: ScreenerPanel, action: Callable[[int], object], n_passes: int) -> float:
    """Return p95 of an action with the painting after it, milliseconds."""
    spent = np.zeros((n_passes, STEPS))
    for one in range(n_passes):
        for step in range(STEPS):
            began = process_time()
            action(step)
            panel.table.viewport().repaint()
            spent[one, step] = (process_time() - began) * 1000
    p50, p95 = np.percentile(spent.min(axis=0), (50, 95))
    n = len(panel.model.coins.symbols)
    print(f"screener, {n} rows: {name:6} p50 {p50:5.2f} ms, p95 {p95:5.2f} ms")
    return float(p95)


def made_coins(rng: np.random.Generator, n: int) -> CoinColumns:
    """Return coins with a value in most cells."""
    numbers = {}
    for name, spec in COLUMNS.items():
        if spec.kind in (ColumnKind.NAME, ColumnKind.LINE):
            continue
        values = rng.uniform(0, 100, n)
        if spec.kind is ColumnKind.SIDE:
            values = rng.choice([-1.0, 0.0, 1.0], n)
        values[rng.random(n) < 0.1] = np.nan
        numbers[name] = values
    stories = (("AI",), ("DeFi", "AI"), ("Layer 1",), ())
    names = tuple(stories[at] for at in rng.integers(0, len(stories), n).tolist())
    symbols = tuple(f"C{i}/USDT" for i in range(n))
    lines = {symbol: np.cumsum(rng.normal(0, 1, 42)) + 50 for symbol in symbols}
    return CoinColumns(symbols, numbers, {"narrative": names}, {"last_day": lines, "last_week": lines})


if __name__ == "__main__":
    sys.exit(main())
