"""Many rectangles, lines or stamps in one call to Qt.

PySide reads a list of rectangles one wrapper at a time; a pointer to the first of an array costs nothing, and
whole-number rectangles without a pen take the rasteriser's shortest way. Such a pointer costs as much as ten
rectangles, though: what is painted is copied to where one points already.
"""

from typing import Any

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRect, QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from workstation.domain.candle import FloatArray, IntArray

RectArray = NDArray[np.int32]
"""Shape (n, 4): left, top, right, bottom in device pixels, all inclusive, as a `QRect` lies in memory."""

_STRIP = 90.0  # device rows
_BLOCK = 8  # columns that share their middle rows
_TALL = 48  # rows; shorter columns are painted sooner than gathered
_FEW = 100  # columns; fewer are painted sooner than gathered, too
_ROOM = 512  # shapes; there is more where it is needed


class _Room:
    """Where shapes of one kind lie side by side for Qt, and a pointer to the first of them.

    Parameters
    ----------
    kind : type
        What Qt takes them for.
    numbers : int
        How many numbers make one.
    dtype : type
        Of which kind they are.
    """

    def __init__(self, kind: type, numbers: int, dtype: type) -> None:
        self._kind = kind
        self._make(np.empty((_ROOM, numbers), dtype))

    def first(self, shapes: NDArray[Any]) -> Any:
        """Return a pointer to the first of these shapes, good until the next question."""
        n = len(shapes)
        if n > len(self._room):
            self._make(np.empty((2 * n, self._room.shape[1]), self._room.dtype))
        self._room[:n] = shapes
        return self._pointer

    def _make(self, room: NDArray[Any]) -> None:
        self._room = room
        address: int = room.__array_interface__["data"][0]
        self._pointer: Any = shiboken6.wrapInstance(address, self._kind)


_RECTS, _LINES = _Room(QRect, 4, np.int32), _Room(QLineF, 4, np.float64)
_FRAGMENTS = _Room(QPainter.PixmapFragment, 10, np.float64)


def rects(left: IntArray, top: IntArray, width: int, bottom: IntArray) -> RectArray:
    """Return rectangles of one width; `bottom` is the last row that is painted."""
    batch = np.empty((len(left), 4), np.int32)
    batch[:, 0] = left
    batch[:, 1] = top
    batch[:, 2] = left
    batch[:, 2] += width - 1
    batch[:, 3] = bottom
    return batch


def blocks(x: IntArray, top: IntArray, bottom: IntArray) -> RectArray:
    """Return rectangles that fill columns one pixel wide, tall ones as wide ones and what is left beside.

    A picture lies in memory row by row: a tall narrow column costs many times a wide one of its size.

    Parameters
    ----------
    x, top, bottom : ndarray of int64, shape (n,)
        Columns, rising, and their first and last row; ``top <= bottom``.
    """
    if len(x) < _FEW or (bottom - top).mean() < _TALL:
        return rects(x, top, 1, bottom)
    begins = np.arange(0, len(x), _BLOCK)
    if x[-1] - x[0] >= len(x):
        begins = np.union1d(begins, np.flatnonzero(x[1:] - x[:-1] != 1) + 1)
    sizes = np.append(begins[1:], len(x)) - begins
    upper, lower = np.maximum.reduceat(top, begins), np.minimum.reduceat(bottom, begins)
    is_wide = upper <= lower
    wide = rects(x[begins], upper, 1, lower)
    wide[:, 2] += sizes - 1
    upper, lower = np.repeat(np.where(is_wide, upper, lower + 1), sizes), np.repeat(lower, sizes)
    above, below = top < upper, bottom > lower
    rest_above = rects(x[above], top[above], 1, np.minimum(bottom, upper - 1)[above])
    rest_below = rects(x[below], np.maximum(top, lower + 1)[below], 1, bottom[below])
    return np.concatenate([wide[is_wide], rest_above, rest_below])


def paint(painter: QPainter, batch: RectArray, brush: QBrush) -> None:
    """Fill every rectangle; the painter has no pen."""
    if len(batch):
        painter.setBrush(brush)
        painter.drawRects(_RECTS.first(batch), len(batch))


def fill_soft(painter: QPainter, box: QRectF, colour: QColor, dpr: float) -> None:
    """Fill a rectangle with a see-through colour, in strips.

    From 96 rows on Qt hands such a fill to other threads and waits for them; on a busy machine for longer
    than a frame takes. The painter counts logical pixels, `dpr` device pixels each.
    """
    edge, bottom, strip = box.top(), box.bottom(), _STRIP / dpr
    while edge < bottom:
        end = min(edge + strip, bottom)
        painter.fillRect(QRectF(box.left(), edge, box.width(), end - edge), colour)
        edge = end


def draw_lines(painter: QPainter, lines: FloatArray) -> None:
    """Draw every line with the painter's pen.

    Parameters
    ----------
    lines : ndarray of float64, shape (n, 4)
        x, y of one end and of the other, as a `QLineF` lies in memory.
    """
    if len(lines):
        painter.drawLines(_LINES.first(lines), len(lines))


def stamp(painter: QPainter, pixmap: QPixmap, x: IntArray, y: IntArray) -> None:
    """Draw a pixmap as often as there are points, each the device pixel in its middle."""
    width, height = pixmap.width(), pixmap.height()
    parts = np.zeros((len(x), 10))  # as a `QPainter.PixmapFragment` lies in memory
    parts[:, 0], parts[:, 1] = x - width // 2 + width / 2, y - height // 2 + height / 2
    parts[:, 4], parts[:, 5] = width, height
    parts[:, 6] = parts[:, 7] = parts[:, 9] = 1.0  # neither stretched nor see-through
    if len(parts):
        painter.drawPixmapFragments(_FRAGMENTS.first(parts), len(parts), pixmap)
