"""Times the chart frame by frame, beside finplot on the same candles in the same run.

    python tests/benchmarks/bench_chart_painting.py [--candles N] [--studies N] [--drawings N]
                                                    [--charts N] [--json FILE]

A frame is one operation and the paint it asks for, in a window of 1600 by 900 on the offscreen platform. Both
charts show candles and volume; finplot keeps its own defaults. The charts take turns in several passes and
the fastest of a frame counts towards median and p95, because a machine that does something else for 5 ms says
nothing about a chart; `worst` is the slowest of all passes. Exit code 1 where a bar is missed.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"
os.environ.setdefault("QT_SCALE_FACTOR", "1")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.study_choice import StudyChoice
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.drawing_book import DrawingBook, Drawn

SIZE = (1600, 900)
SMALL = 10_000
MINUTE = 60_000
KEY = SeriesKey("bench", "BTC/USDT", "1m")
START = 1_600_000_020_000 // MINUTE * MINUTE
LONGEST_FRAME_MS = 8.3
TOGETHER_MS = 16.7
FLATNESS = 1.5
ZOOM_RATIO, APPEND_RATIO = 25.0, 100.0
FIRST_PAINT_MS = 60.0
FIRST_PAINT_CANDLES = 20_000
PASSES = 5
SOME_STUDIES = ("ema", "bollinger", "supertrend", "rsi", "macd")
PATIENCE_S = 30.0

Operations = Callable[[int], Iterator[tuple[str, Callable[[], object]]]]
"""What to do in a pass, by the number of the pass."""


@dataclass(frozen=True)
class Timing:
    """What one kind of frame took, milliseconds."""

    chart: str
    candles: int
    operation: str
    n_frames: int
    median: float
    p95: float
    worst: float


class PaintCounter(QObject):
    """Counts the paints of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.n_paints = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.n_paints += event.type() is QEvent.Type.Paint
        return False


def market(n: int) -> CandleColumns:
    rng = np.random.default_rng(20240201)
    close = 40_000 * np.exp(np.cumsum(rng.standard_t(4, n) * 0.0004))
    open_ = np.concatenate([[40_000.0], close[:-1]])
    high = np.maximum(open_, close) * (1 + rng.random(n) * 0.0006)
    low = np.minimum(open_, close) * (1 - rng.random(n) * 0.0006)
    return CandleColumns.of(START + np.arange(n) * MINUTE, open_, high, low, close, rng.gamma(2.0, 20.0, n))


def spans(n: int, n_frames: int) -> Iterator[tuple[str, float, float]]:
    """Yield what is shown, as (operation, first row, last row)."""
    for i in range(n_frames):
        first = n // 2 + i * 5
        yield "pan 200 candles", first, first + 200
    for i in range(n_frames):
        first = n * 0.2 * i / n_frames
        yield "pan over all", first, first + n * 0.8
    widths = np.geomspace(100, n, n_frames // 2)
    for width in [*widths, *widths[-2::-1]]:
        yield "zoom sweep", (n - width) / 2, (n + width) / 2


class Subject:
    """A chart to be timed, and what it took so far."""

    def __init__(self, chart: str, n: int, widget: QWidget, operations: Operations, load_ms: float) -> None:
        self.chart, self.n, self.load_ms = chart, n, load_ms
        self._operations = operations
        self._counter = PaintCounter(widget)
        self._passes: list[dict[str, list[float]]] = []

    def run_pass(self) -> None:
        taken: dict[str, list[float]] = {}
        for name, operation in self._operations(len(self._passes)):
            QApplication.processEvents()
            taken.setdefault(name, []).append(frame_ms(f"{self.chart}, {name}", operation, self._counter))
        self._passes.append(taken)

    def timings(self) -> list[Timing]:
        found = [once(self.chart, self.n, "load and paint", self.load_ms)]
        for name in self._passes[0]:
            every = np.array([taken[name] for taken in self._passes])
            median, p95 = np.percentile(every.min(axis=0), (50, 95))
            row = rounded(median, p95, every.max())
            found.append(Timing(self.chart, self.n, name, every.shape[1], *row))
        return found


def frame_ms(what: str, operation: Callable[[], object], counter: PaintCounter) -> float:
    seen, began = counter.n_paints, perf_counter()
    operation()
    QApplication.processEvents()
    while counter.n_paints == seen:
        if perf_counter() - began > PATIENCE_S:
            raise SystemExit(f"No paint within {PATIENCE_S:.0f} s: {what}.")
        QApplication.processEvents()
    return (perf_counter() - began) * 1000


def rounded(*values: float) -> list[float]:
    return [round(float(value), 3) for value in values]


def once(chart: str, n: int, operation: str, ms: float) -> Timing:
    return Timing(chart, n, operation, 1, *rounded(ms, ms, ms))


def time_first_paint(candles: CandleColumns) -> Timing:
    took = []
    for _ in range(5):
        began = perf_counter()
        view = ChartView()
        view.resize(*SIZE)
        view.set_series(KEY, candles)
        view.show()
        while view.last_painted_candle is None:
            QApplication.processEvents()
        took.append((perf_counter() - began) * 1000)
        view.close()
    return once("tidemark", len(candles), "construct, load, paint", float(np.median(took)))


def ours(candles: CandleColumns, n_frames: int, n_studies: int = 0, n_drawings: int = 0) -> Subject:
    n = len(candles) - n_frames * PASSES
    history, new = candles[:n], list(candles[n:])
    view = ChartView()
    view.resize(*SIZE)
    view.show()
    began = perf_counter()
    view.set_series(KEY, history, price_step=0.01)
    QApplication.processEvents()
    first_ms = (perf_counter() - began) * 1000
    add_studies(view, n_studies)
    add_drawings(view, history, n_drawings)
    first_slot = slot_of(START, KEY.timeframe)

    def operations(number: int) -> Iterator[tuple[str, Callable[[], object]]]:
        for name, first, last in spans(n, n_frames):
            yield name, lambda first=first, last=last: view.show_slots(first_slot + first, first_slot + last)
        end = first_slot + n + number * n_frames
        view.show_slots(end - 200, end + 5)
        for candle in new[number * n_frames : (number + 1) * n_frames]:
            yield "append", lambda candle=candle: view.apply_candles([as_forming(candle, 1.0)])
            yield "tick", lambda candle=candle: view.apply_candles([as_forming(candle, 1.0001)])

    return Subject("tidemark", len(candles), view, operations, first_ms)


def add_studies(view: ChartView, n_studies: int) -> None:
    for study_id in SOME_STUDIES[:n_studies]:
        view.studies.add(StudyChoice(study_id, STUDIES[study_id].defaults))
    began = perf_counter()
    while not view.studies.is_settled:
        QApplication.processEvents()
    if n_studies:
        sys.stdout.write(f"{n_studies} studies computed in {(perf_counter() - began) * 1000:.0f} ms\n")


class NoFiles:
    """Keeps no drawing: only painting is timed."""

    def load(self, _venue: str, _symbol: str) -> tuple[tuple[Drawing, ...], str]:
        return (), ""

    def save(self, _venue: str, _symbol: str, _drawings: tuple[Drawing, ...]) -> None:
        return


def add_drawings(view: ChartView, history: CandleColumns, n_drawings: int) -> None:
    """Draw every kind in turn, half where the chart pans and half at its end, some over very many bars."""
    if not n_drawings:
        return
    book, rng, n = DrawingBook(NoFiles(), view), np.random.default_rng(7), len(history)
    view.drawings.join(book)
    kinds = list(DrawingKind)
    for i in range(n_drawings):
        kind = kinds[i % len(kinds)]
        begin = n // 2 + int(rng.integers(1200)) if i % 2 else n - 1 - int(rng.integers(250))
        reach = n // 3 if i % 9 == 0 else 60
        rows = [begin, min(begin + reach, n - 1), begin + reach // 2][: kind.n_anchors]
        prices = [float(history.close[min(row, n - 1)] * (1 + rng.normal(0, 0.004))) for row in rows]
        points = zip(rows, prices, strict=True)
        anchors = tuple(Anchor(START + row * MINUTE + MINUTE // 2, price) for row, price in points)
        text = "Range high" if kind is DrawingKind.TEXT else ""
        book.add(Drawn(KEY.venue, KEY.symbol), Drawing(str(i), kind, anchors, text=text))
    QApplication.processEvents()


def as_forming(candle: Candle, factor: float) -> Candle:
    close = candle.close * factor
    high, low = max(candle.high, close), min(candle.low, close)
    return Candle(candle.open_time, candle.open, high, low, close, candle.volume, closed=False)


def finplots(candles: CandleColumns, n_frames: int) -> Subject:
    import finplot
    import pandas as pd

    n = len(candles) - n_frames * PASSES
    names = ("open", "close", "high", "low", "volume")
    table = pd.DataFrame({name: getattr(candles, name) for name in names})
    table.insert(0, "time", candles.open_time * 1_000_000)
    prices, volumes = ["time", "open", "close", "high", "low"], ["time", "open", "close", "volume"]
    began = perf_counter()
    axis = finplot.create_plot("bench", init_zoom_periods=200, maximize=False)
    candle_plot = finplot.candlestick_ochl(table.iloc[:n][prices], ax=axis)
    volume_plot = finplot.volume_ocv(table.iloc[:n][volumes], ax=axis.overlay())
    finplot.show(qt_exec=False)
    window = axis.vb.win
    window.resize(*SIZE)
    QApplication.processEvents()
    first_ms = (perf_counter() - began) * 1000

    def update(rows: "pd.DataFrame") -> None:
        candle_plot.update_data(rows[prices])
        volume_plot.update_data(rows[volumes])

    def operations(number: int) -> Iterator[tuple[str, Callable[[], object]]]:
        for name, first, last in spans(n, n_frames):
            yield name, lambda first=first, last=last: axis.vb.update_y_zoom(first, last)
        end = n + number * n_frames
        axis.vb.update_y_zoom(end - 200, end + 5)
        for i in range(end + 1, end + n_frames + 1):
            rows = table.iloc[:i]
            yield "append", lambda rows=rows: update(rows)
            moved = rows.copy()
            moved.iloc[-1, moved.columns.get_loc("close")] *= 1.0001
            yield "tick", lambda moved=moved: update(moved)

    return Subject("finplot", len(candles), window.viewport(), operations, first_ms)


def time_together(candles: CandleColumns, n_charts: int, n_frames: int) -> Timing:
    """Time charts side by side that change at once: from their candles to the last of their paints."""
    window = QWidget()
    grid = QGridLayout(window)
    grid.setContentsMargins(0, 0, 0, 0)
    charts = [ChartView() for _ in range(n_charts)]
    n_columns = math.ceil(math.sqrt(n_charts))
    for number, chart in enumerate(charts):
        grid.addWidget(chart, *divmod(number, n_columns))
        chart.set_series(SeriesKey("bench", f"COIN{number}/USDT", "1m"), candles, price_step=0.01)
    window.resize(*SIZE)
    window.show()
    QApplication.processEvents()
    counters, last = [PaintCounter(chart) for chart in charts], next(iter(candles[-1:]))
    taken = []
    for number in range(n_frames * PASSES):
        seen = [counter.n_paints for counter in counters]
        began = perf_counter()
        for chart in charts:
            chart.apply_candles([as_forming(last, 1.0 + 1e-4 * (number % 7))])
        while any(counter.n_paints == n for counter, n in zip(counters, seen, strict=True)):
            QApplication.processEvents()
        taken.append((perf_counter() - began) * 1000)
    window.close()
    median, p95 = np.percentile(np.reshape(taken, (PASSES, n_frames)).min(axis=0), (50, 95))
    row = rounded(median, p95, max(taken))
    return Timing("tidemark", len(candles), f"{n_charts} charts at once", n_frames, *row)


def verdicts(timings: list[Timing], n: int) -> list[tuple[bool, str]]:
    by_name = {(t.chart, t.candles, t.operation): t for t in timings}
    ours = [t for t in timings if t.chart == "tidemark" and t.candles == n and t.n_frames > 1]
    first = by_name["tidemark", FIRST_PAINT_CANDLES, "construct, load, paint"].median
    found = [(first <= FIRST_PAINT_MS, f"first paint: {first:.1f} ms, at most {FIRST_PAINT_MS:.0f} ms")]
    found += [
        (t.p95 <= LONGEST_FRAME_MS, f"{t.operation}: p95 {t.p95:.2f} ms, at most {LONGEST_FRAME_MS} ms")
        for t in ours
    ]
    for timing in ours:
        small = by_name["tidemark", SMALL, timing.operation]
        ratio = timing.p95 / small.p95
        text = f"{timing.operation}: {ratio:.2f} times its p95 at {SMALL:,}, at most {FLATNESS}"
        found.append((ratio <= FLATNESS, text))
    peers = (("zoom sweep", ZOOM_RATIO), ("append", APPEND_RATIO))
    for operation, least in peers if ("finplot", n, "append") in by_name else ():
        peer, mine = by_name["finplot", n, operation], by_name["tidemark", n, operation]
        ratio = peer.p95 / mine.p95
        found.append(
            (ratio >= least, f"{operation}: {ratio:.0f} times finplot's speed, at least {least:.0f}")
        )
    return found


def table_of(timings: list[Timing]) -> str:
    head = (
        f"{'chart':<10}{'candles':>10}  {'frame':<22}{'frames':>7}{'median':>10}{'p95':>10}{'worst':>10}  ms"
    )
    rows = [
        f"{t.chart:<10}{t.candles:>10,}  {t.operation:<22}{t.n_frames:>7}"
        f"{t.median:>10.2f}{t.p95:>10.2f}{t.worst:>10.2f}"
        for t in timings
    ]
    return "\n".join([head, *rows])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--candles", type=int, default=1_000_000, help="candles of the large chart")
    parser.add_argument("--frames", type=int, default=200, help="frames of each kind; finplot paints a fifth")
    parser.add_argument("--studies", type=int, default=0, choices=range(6), help="studies on our chart")
    parser.add_argument("--drawings", type=int, default=0, help="drawings on our chart")
    parser.add_argument("--charts", type=int, default=0, help="charts side by side that change at once")
    parser.add_argument("--alone", action="store_true", help="leave finplot out")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    asked = parser.parse_args()
    app = QApplication([])
    candles = market(asked.candles)
    n_few = max(asked.frames // 5, 4)
    subjects = [
        ours(candles[:SMALL], asked.frames, asked.studies, asked.drawings),
        ours(candles, asked.frames, asked.studies, asked.drawings),
    ]
    if not asked.alone:
        subjects.append(finplots(candles, n_few))
    for _ in range(PASSES):
        for subject in subjects:
            subject.run_pass()
    timings = [timing for subject in subjects for timing in subject.timings()]
    timings.append(time_first_paint(candles[:FIRST_PAINT_CANDLES]))
    found = verdicts(timings, asked.candles)
    if asked.charts:
        together = time_together(candles, asked.charts, max(asked.frames, 10))
        timings.append(together)
        text = f"{together.operation}: p95 {together.p95:.2f} ms, at most {TOGETHER_MS} ms"
        found.append((together.p95 <= TOGETHER_MS, text))
    lines = [table_of(timings), "", *(f"{'pass' if good else 'FAIL'}  {text}" for good, text in found)]
    sys.stdout.write("\n".join(lines) + "\n")
    if asked.json:
        asked.json.write_text(
            json.dumps({"timings": [asdict(t) for t in timings], "verdicts": found}, indent=1)
        )
    app.quit()
    return 0 if all(good for good, _ in found) else 1


if __name__ == "__main__":
    sys.exit(main())
