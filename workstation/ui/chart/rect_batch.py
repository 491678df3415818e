"""Many rectangles, lines or stamps in one call to Qt.

PySide reads a list of rectangles one wrapper at a time; a pointer to the first of an array costs nothing, and
whole-number rectangles without a pen take the rasteriser's shortest way.
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
    if not len(x) or (bottom - top).mean() < _TALL:
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
        first: Any = shiboken6.wrapInstance(_address(batch), QRect)
        painter.drawRects(first, len(batch))


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
    lines : ndarray of float64, shape (n, 4), in one piece
        x, y of one end and of the other, as a `QLineF` lies in memory.
    """
    if len(lines):
        first: Any = shiboken6.wrapInstance(_address(lines), QLineF)
        painter.drawLines(first, len(lines))


def stamp(painter: QPainter, pixmap: QPixmap, x: IntArray, y: IntArray) -> None:
    """Draw a pixmap as often as there are points, each the device pixel in its middle."""
    width, height = pixmap.width(), pixmap.height()
    parts = np.zeros((len(x), 10))  # as a `QPainter.PixmapFragment` lies in memory
    parts[:, 0], parts[:, 1] = x - width // 2 + width / 2, y - height // 2 + height / 2
    parts[:, 4], parts[:, 5] = width, height
    parts[:, 6] = parts[:, 7] = parts[:, 9] = 1.0  # neither stretched nor see-through
    if len(parts):
        first: Any = shiboken6.wrapInstance(_address(parts), QPainter.PixmapFragment)
        painter.drawPixmapFragments(first, len(parts), pixmap)


def _address(array: NDArray[Any]) -> int:
    """Return where an array in one piece begins; `ndarray.ctypes` says the same in twice the time."""
    address: int = array.__array_interface__["data"][0]
    return address
