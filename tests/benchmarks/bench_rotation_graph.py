"""Times scrubbing through the relative rotation graph: a frame for each day, as the slider is dragged.

    python tests/benchmarks/bench_rotation_graph.py [--narratives 40] [--days 1280]

Shows the panel with that many narratives over three and a half years of days, and paints one day after the
other, for several lengths of tails. Several passes are made and the fastest of a frame counts: a machine that
does something else meanwhile says nothing about a graph. Exit code 1 where p95 misses 16.7 ms a frame.
"""

import argparse
import os
import sys
from pathlib import Path
from time import perf_counter

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication

from workstation.domain.narrative import Narrative, NarrativeBook
from workstation.engine.narratives.panel import DAY_MS
from workstation.engine.narratives.relative_rotation import Benchmark, relative_rotation
from workstation.ui import theme as themes
from workstation.ui.narratives.narrative_reading import NarrativePast, PastWanted
from workstation.ui.narratives.rotation_graph_panel import RotationGraphPanel
from workstation.ui.theme import DARK

FRAME_MS = 16.7
TAILS = (5, 10, 30)
PASSES = 3
SIZE = (900, 700)


def main() -> int:
    """Measure, print, and say whether the bar was kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--narratives", type=int, default=40)
    parser.add_argument("--days", type=int, default=1_280)
    asked = parser.parse_args()
    app = QApplication(["tidemark-bench"])
    themes.apply(app, DARK)
    panel = RotationGraphPanel(DARK)
    panel.resize(*SIZE)
    panel.show()
    panel.show_past(made_past(asked.narratives, asked.days))
    app.processEvents()
    slowest = max(time_scrubbing(panel, tail) for tail in TAILS)
    print(f"slowest p95 {slowest:.1f} ms a frame; the bar is {FRAME_MS} ms")
    return 0 if slowest <= FRAME_MS else 1


def made_past(n_narratives: int, n_days: int) -> NarrativePast:
    """Return the past of narratives that walk at random."""
    rng = np.random.default_rng(20240201)
    values = 1000 * np.exp(np.cumsum(rng.normal(0, 0.03, (n_days, n_narratives)), axis=0))
    names = tuple(f"narrative-{n}" for n in range(n_narratives))
    close_ms = (19_000 + np.arange(n_days, dtype=np.int64)) * DAY_MS
    graph = relative_rotation(close_ms, names, values, values.mean(axis=1))
    return NarrativePast(
        wanted=PastWanted("binance", "1h", int(close_ms[-1]), is_whole=True),
        book=NarrativeBook(tuple(Narrative(name, f"Narrative number {name[10:]}", ()) for name in names)),
        close_ms=close_ms,
        names=names,
        values=values,
        graphs={Benchmark.BTC: graph},
    )


def time_scrubbing(panel: RotationGraphPanel, tail: int) -> float:
    """Return p95 of a frame, milliseconds: the slider is moved and everything is painted."""
    panel.tail.setCurrentIndex(panel.tail.findData(tail))
    passes = np.array([scrub(panel) for _ in range(PASSES)])
    frames = passes.min(axis=0)
    p50, p95 = np.percentile(frames, (50, 95))
    print(
        f"tail of {tail:2} days: p50 {p50:5.2f} ms, p95 {p95:5.2f} ms, worst {passes.max():5.2f} ms; "
        f"p95 of each pass {', '.join(f'{one:.1f}' for one in np.percentile(passes, 95, axis=1))} ms"
    )
    return float(p95)


def scrub(panel: RotationGraphPanel) -> list[float]:
    """Return what each day cost to paint, milliseconds."""
    frames = []
    for step in range(panel.slider.minimum(), panel.slider.maximum() + 1):
        began = perf_counter()
        panel.slider.setValue(step)
        panel.repaint()
        frames.append((perf_counter() - began) * 1000)
    return frames


if __name__ == "__main__":
    sys.exit(main())
