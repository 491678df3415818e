"""Where the points of a relative rotation graph lie in a widget, worked out once for all times."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from workstation.domain.candle import FloatArray
from workstation.engine.narratives.relative_rotation import RelativeRotation

_LEAST_REACH = 1.0  # around 100: where everything stands still there still is a picture
_AIR = 1.08


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Points of a graph as pixels.

    Parameters
    ----------
    room : QRectF
        Where the quadrants lie.
    reach : float
        How far they go from 100, the same in all four directions and at all times.
    x, y : ndarray, shape (n_steps, n_narratives)
        Pixels; NaN where a point is not known.
    """

    room: QRectF
    reach: float
    x: FloatArray
    y: FloatArray

    @classmethod
    def of(cls, graph: RelativeRotation, room: QRectF) -> "Places":
        """Lay a graph out over a room; the scale fits every time of it, so that scrubbing never rescales."""
        scores = np.stack((graph.ratio, graph.momentum))
        known = np.abs(scores[np.isfinite(scores)] - 100)
        reach = max(float(known.max()) if len(known) else 0.0, _LEAST_REACH) * _AIR
        middle = room.center()
        x = middle.x() + (graph.ratio - 100) / reach * room.width() / 2
        y = middle.y() - (graph.momentum - 100) / reach * room.height() / 2
        return cls(room, reach, x, y)

    def tail(self, step: int, n: int, column: int) -> list[QPointF]:
        """Return the last `n` known points of a narrative up to a step, oldest first, without a hole."""
        rows = slice(max(0, step + 1 - n), step + 1)
        x, y = self.x[rows, column], self.y[rows, column]
        unknown = np.flatnonzero(np.isnan(x) | np.isnan(y))
        begin = int(unknown[-1]) + 1 if len(unknown) else 0
        return [QPointF(a, b) for a, b in zip(x[begin:].tolist(), y[begin:].tolist(), strict=True)]

    def nearest(self, step: int, n: int, point: QPointF, within: float) -> tuple[int, int] | None:
        """Return step and column of the known point nearest to a place; None where none is near enough.

        Parameters
        ----------
        step, n : int
            Which tails are shown.
        point : QPointF
        within : float
            Pixels.
        """
        first = max(0, step + 1 - n)
        far = np.hypot(self.x[first : step + 1] - point.x(), self.y[first : step + 1] - point.y())
        far[-1] -= 1.0  # the newest point of two that lie on one another
        if not np.isfinite(far).any():
            return None
        at = int(np.nanargmin(far))
        row, column = divmod(at, far.shape[1])
        return (first + row, column) if far[row, column] <= within else None
