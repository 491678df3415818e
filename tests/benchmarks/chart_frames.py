"""Times charts frame by frame: one operation and the paint it asks for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

PASSES = 5
PATIENCE_S = 60.0

Operations = Callable[[int], Iterator[tuple[str, Callable[[], object]]]]
"""What to do in a pass, by the number of the pass."""


@dataclass(frozen=True)
class Timing:
    """What one kind of frame took, milliseconds; `busy` is the p95 of what the processors worked."""

    chart: str
    candles: int
    operation: str
    n_frames: int
    median: float
    p95: float
    worst: float
    busy: float


class PaintCounter(QObject):
    """Counts the paints of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.n_paints = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.n_paints += event.type() is QEvent.Type.Paint
        return False


class Subject:
    """A chart to be timed, and what it took so far."""

    def __init__(self, chart: str, n: int, widget: QWidget, operations: Operations, load_ms: float) -> None:
        self.chart, self.n, self.load_ms = chart, n, load_ms
        self.n_passes = PASSES
        self.window = widget
        self._operations = operations
        self._counter = PaintCounter(widget)
        self._passes: list[dict[str, list[tuple[float, float]]]] = []

    def run_pass(self) -> None:
        """Do everything once more."""
        if len(self._passes) >= self.n_passes:
            return
        taken: dict[str, list[tuple[float, float]]] = {}
        for name, operation in self._operations(len(self._passes)):
            QApplication.processEvents()
            taken.setdefault(name, []).append(frame_ms(f"{self.chart}, {name}", operation, self._counter))
        self._passes.append(taken)

    def timings(self, n_passes: int = PASSES) -> list[Timing]:
        """Return what each operation took in the first passes; of every frame the fastest one counts."""
        found = [once(self.chart, self.n, "load and paint", self.load_ms)]
        for name in self._passes[0]:
            every = np.array([taken[name] for taken in self._passes[:n_passes]])
            found.append(summed(self.chart, self.n, name, every))
        return found


def frame_ms(what: str, operation: Callable[[], object], counter: PaintCounter) -> tuple[float, float]:
    """Return what a frame took by the clock and of the processors, milliseconds."""
    seen, began, busy = counter.n_paints, perf_counter(), process_time()
    operation()
    QApplication.processEvents()
    while counter.n_paints == seen:
        if perf_counter() - began > PATIENCE_S:
            raise SystemExit(f"No paint within {PATIENCE_S:.0f} s: {what}.")
        QApplication.processEvents()
    return (perf_counter() - began) * 1000, (process_time() - busy) * 1000


def summed(chart: str, n: int, operation: str, every: np.ndarray) -> Timing:
    """Return the timing of frames, shape (passes, frames, 2): by the clock and of the processor."""
    best = every.min(axis=0)
    median, p95 = np.percentile(best[:, 0], (50, 95))
    row = rounded(median, p95, every[:, :, 0].max(), np.percentile(best[:, 1], 95))
    return Timing(chart, n, operation, every.shape[1], *row)


def rounded(*values: float) -> list[float]:
    """Return milliseconds as they are printed."""
    return [round(float(value), 3) for value in values]


def once(chart: str, n: int, operation: str, ms: float) -> Timing:
    """Return the timing of something that happens once."""
    return Timing(chart, n, operation, 1, *rounded(ms, ms, ms, ms))


def table_of(timings: list[Timing]) -> str:
    """Return every timing as a line."""
    head = (
        f"{'chart':<10}{'candles':>10}  {'frame':<22}{'frames':>7}"
        f"{'median':>10}{'p95':>10}{'worst':>10}{'busy p95':>10}  ms"
    )
    rows = [
        f"{t.chart:<10}{t.candles:>10,}  {t.operation:<22}{t.n_frames:>7}"
        f"{t.median:>10.2f}{t.p95:>10.2f}{t.worst:>10.2f}{t.busy:>10.2f}"
        for t in timings
    ]
    return "\n".join([head, *rows])
