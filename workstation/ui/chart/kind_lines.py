"""Lines through closes, as one call to Qt however many there are; a missing bar breaks them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from workstation.domain.candle import FloatArray
from workstation.ui.chart.columns import Columns
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.price_scale import PriceMap
from workstation.ui.chart.rect_batch import RectArray, draw_lines, paint, rects

_NARROW = 2.0  # device pixels between bars; below, strokes a pixel apart look the same as a smooth line

Segments = NDArray[np.float64]
"""Shape (n, 4): x, y of one end and of the other in device pixels, as a `QLineF` lies in memory."""


def paint_way(
    painter: QPainter, frame: Frame, columns: Columns, colour: QColor, width: float, ratio: float = 1.0
) -> None:
    """Paint the line through settled columns, smooth where bars are wide and crisp where they are narrow."""
    if frame.slots.per_slot < _NARROW:
        paint(painter, spans(columns, frame.prices, round(width), ratio), QBrush(colour))
    else:
        lines = segments(columns, frame.prices, frame.slots.per_slot, ratio)
        paint_segments(painter, lines, colour, width, dashed=False)


def spans(columns: Columns, prices: PriceMap, width: int, ratio: float = 1.0) -> RectArray:
    """Return the line through narrow columns as upright strokes, each reaching to the close before it."""
    top, bottom = prices.edges(columns.high * ratio, columns.low * ratio)
    before = np.where(columns.joined, np.roll(prices.rows(columns.close * ratio), 1), top)
    top, bottom = np.minimum(top, before), np.maximum(bottom, np.where(columns.joined, before, bottom))
    return rects(columns.x, top, max(width, 1), bottom + 1)


def segments(columns: Columns, prices: PriceMap, per_slot: float, ratio: float = 1.0) -> Segments:
    """Return the line through the columns of a pyramid of closes.

    A column's extremes are joined by an upright stroke, its first close to the last one before it; where a
    bar is missing between two columns nothing is. A bar that stands alone is a short level stroke.

    Parameters
    ----------
    per_slot : float
        Device pixels from one bar to the next.
    ratio : float
        What prices are multiplied by before they are placed.
    """
    if not len(columns):
        return np.empty((0, 4))
    x = columns.x + 0.5
    first, last = (_middles(prices, row * ratio) for row in (columns.open, columns.close))
    top, bottom = (
        rows.astype(np.float64) + 0.5 for rows in prices.edges(columns.high * ratio, columns.low * ratio)
    )
    joined = columns.joined[1:]
    between = np.column_stack([x[:-1], last[:-1], x[1:], first[1:]])[joined]
    upright = np.column_stack([x, top - 0.5, x, bottom + 0.5])[top < bottom]
    alone = ~columns.joined & ~np.append(joined, [False]) & (top >= bottom)
    half = max(per_slot * 0.3, 0.5)
    level = np.column_stack([x - half, last, x + half, last])[alone]
    return np.concatenate([between, upright, level])


def paint_segments(painter: QPainter, lines: Segments, colour: QColor, width: float, dashed: bool) -> None:
    """Paint lines smoothly; the painter counts device pixels and has no pen afterwards."""
    if not len(lines):
        return
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setDashPattern([2.0, 2.0])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    draw_lines(painter, lines)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _middles(prices: PriceMap, values: FloatArray) -> FloatArray:
    """Return the middles of the pixel rows that hold prices."""
    return prices.rows(values).astype(np.float64) + 0.5
