"""Times the chart frame by frame, beside finplot and plain pyqtgraph on the same candles in the same run.

    python tests/benchmarks/bench_chart_painting.py [--everything] [--kind KIND] [--candles N] [--charts N]
                                                    [--studies N] [--markers N] [--drawings N] [--json FILE]

A frame is one operation and the paint it asks for, in a window of 1600 by 900 on the offscreen platform. All
charts show candles and volume and whatever else is asked for (``--everything``: 5 studies, 2,000 signals, 50
drawings), which the peers draw as plain lines. The charts take turns in several passes and the fastest of a
frame counts towards median and p95, because a machine that does something else for 5 ms says nothing about a
chart; `worst` is the slowest of all passes, `busy` what the processors worked, Qt's
helpers included. Exit code 1 where a bar is missed.
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"
os.environ.setdefault("QT_SCALE_FACTOR", "1")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.chart_frames import PASSES, Subject, Timing, once, table_of
from tests.benchmarks.chart_peers import PEER_PASSES, SIZE, finplots, pyqtgraphs
from tests.benchmarks.chart_together import time_together
from tests.benchmarks.chart_world import KEY, SOME_STUDIES, START, Load, as_forming, drawings, market, signals
from workstation.domain.candle import CandleColumns
from workstation.domain.drawing import Drawing
from workstation.domain.market import slot_of
from workstation.domain.study_choice import StudyChoice
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.drawing_book import DrawingBook, Drawn
from workstation.ui.chart.kind_choice import ChartKind

SMALL = 10_000
LONGEST_FRAME_MS = 8.3
TOGETHER_MS = 16.7
FLATNESS = 1.5
ZOOM_RATIO, APPEND_RATIO = 25.0, 100.0
FIRST_PAINT_MS = 60.0
FIRST_PAINT_CANDLES = 20_000
EVERYTHING = {"studies": 5, "markers": 2_000, "drawings": 50}


@dataclass(frozen=True, slots=True)
class Charts:
    """What is painted: how many frames of each kind, with what on the chart."""

    n_frames: int
    load: Load


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


def time_first_paint(candles: CandleColumns) -> Timing:
    """Time a chart from nothing to its first picture."""
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


def ours(candles: CandleColumns, asked: Charts) -> Subject:
    """Return our chart."""
    n_frames, load = asked.n_frames, asked.load
    n = len(candles) - n_frames * PASSES
    history, new = candles[:n], list(candles[n:])
    view = ChartView()
    view.resize(*SIZE)
    view.set_kind(load.kind)
    view.show()
    began = perf_counter()
    view.set_series(KEY, history, price_step=0.01)
    QApplication.processEvents()
    first_ms = (perf_counter() - began) * 1000
    add_load(view, history, load)
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


def add_load(view: ChartView, history: CandleColumns, load: Load) -> None:
    """Put on a chart whatever was asked for."""
    view.set_signals(signals(history, load.n_markers, view.key or KEY))
    add_studies(view, load.studies)
    add_drawings(view, history, load.n_drawings)


def add_studies(view: ChartView, studies: tuple[str, ...]) -> None:
    """Put studies on a chart and wait until they are computed."""
    for study_id in studies:
        view.studies.add(StudyChoice(study_id, STUDIES[study_id].defaults))
    while not view.studies.is_settled:
        QApplication.processEvents()


class NoFiles:
    """Keeps no drawing: only painting is timed."""

    def load(self, _venue: str, _symbol: str) -> tuple[tuple[Drawing, ...], str]:
        return (), ""

    def save(self, _venue: str, _symbol: str, _drawings: tuple[Drawing, ...]) -> None:
        return


def add_drawings(view: ChartView, history: CandleColumns, n_drawings: int) -> None:
    """Draw on a chart."""
    if not n_drawings:
        return
    book, key = DrawingBook(NoFiles(), view), view.key or KEY
    view.drawings.join(book)
    for drawing in drawings(history, n_drawings):
        book.add(Drawn(key.venue, key.symbol), drawing)
    QApplication.processEvents()


def verdicts(timings: list[Timing], n: int) -> list[tuple[bool, str]]:
    """Return which bars are kept, each with a sentence."""
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
    return found


def ratios(mine: Subject, peers: list[Subject]) -> list[tuple[bool, str]]:
    """Return how many times as fast as the peers the chart is; of each frame as many passes count."""
    ours = {timing.operation: timing for timing in mine.timings(PEER_PASSES)}
    found = []
    for peer in peers:
        bars = {"zoom sweep": ZOOM_RATIO, "append": APPEND_RATIO} if peer.chart == "finplot" else {}
        for timing in peer.timings():
            if timing.operation in ("zoom sweep", "append"):
                own, least = ours[timing.operation], bars.get(timing.operation, 1.0)
                ratio, busy = timing.p95 / own.p95, timing.busy / own.busy
                text = f"{timing.operation}: {ratio:.0f} times {peer.chart}'s speed, at least {least:.0f}"
                found.append((ratio >= least, f"{text} ({busy:.0f} times by what the processors worked)"))
    return found


def asked_for() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--candles", type=int, default=1_000_000, help="candles of the large chart")
    parser.add_argument("--frames", type=int, default=200, help="frames of each kind; peers paint a tenth")
    parser.add_argument("--everything", action="store_true", help="all of the next three, as in the bars")
    parser.add_argument("--studies", type=int, default=0, choices=range(6), help="studies on the charts")
    parser.add_argument("--markers", type=int, default=0, help="signals on the charts")
    parser.add_argument("--drawings", type=int, default=0, help="drawings on the charts")
    parser.add_argument("--kind", type=ChartKind, default=ChartKind.CANDLES, choices=list(ChartKind))
    parser.add_argument("--charts", type=int, default=0, help="charts side by side that change at once")
    parser.add_argument("--alone", action="store_true", help="leave the peers out")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    asked = parser.parse_args()
    if asked.everything:
        parser.set_defaults(**EVERYTHING)
        asked = parser.parse_args()
    return asked


def main() -> int:
    """Measure, print, and say whether the bars were kept."""
    asked = asked_for()
    app = QApplication([])
    candles = market(asked.candles)
    load = Load(SOME_STUDIES[: asked.studies], asked.markers, asked.drawings, asked.kind)
    wanted = Charts(asked.frames, load)
    subjects = [ours(candles[:SMALL], wanted), ours(candles, wanted)]
    if not asked.alone:
        n_few = max(asked.frames // 10, 4)
        subjects += [make(candles, n_few, load, spans) for make in (finplots, pyqtgraphs)]
    gc.collect()
    gc.freeze()  # as the window does once it stands
    for _ in range(PASSES):
        for subject in subjects:
            subject.run_pass()
    timings = [timing for subject in subjects for timing in subject.timings()]
    timings.append(time_first_paint(candles[:FIRST_PAINT_CANDLES]))
    found = verdicts(timings, asked.candles) + ratios(subjects[1], subjects[2:])
    if asked.charts:
        newest = candles[-100_000:]
        prepare = partial(add_load, history=newest, load=load)
        together = time_together(newest, asked.charts, asked.frames, prepare)
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
