"""The bars of a chart in every kind, and the volume below them."""

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from workstation.ui.chart.candle_painter import (
    Widths,
    paint_candles,
    paint_hollow_candles,
    paint_pair,
    paint_volume,
    split,
    split_forming,
)
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.columns import Columns
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.kind_lines import paint_segments, paint_way, segments
from workstation.ui.chart.rect_batch import rects

_LINE = 1.6  # logical pixels
_FILL, _FILL_FORMING = 44, 20  # of 255
_DOT = 3.0


def paint_series(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint volume and bars; the painter counts device pixels and has no pen."""
    paint_volume(painter, frame, colours)
    match frame.kind:
        case ChartKind.CANDLES | ChartKind.HEIKIN_ASHI:
            paint_candles(painter, frame, colours)
        case ChartKind.HOLLOW:
            paint_hollow_candles(painter, frame, colours)
        case ChartKind.BARS:
            _paint_bars(painter, frame, colours)
        case ChartKind.LINE | ChartKind.AREA:
            _paint_line(painter, frame, colours)


def _paint_bars(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint high and low as a stroke, the open as a tick at its left, the close at its right."""
    settled, forming = split_forming(frame)
    _paint_strokes(painter, frame, settled, colours.rise, colours.fall)
    if forming is not None:
        _paint_strokes(painter, frame, forming, colours.rise_soft, colours.fall_soft)


def _paint_strokes(painter: QPainter, frame: Frame, columns: Columns, rise: QBrush, fall: QBrush) -> None:
    widths = Widths.of(frame.slots.per_slot, frame.dpr)
    stroke = widths.wick if widths.has_body else widths.body
    top, bottom = frame.prices.edges(columns.high, columns.low)
    rises = columns.close >= columns.open
    left = columns.x - stroke // 2
    paint_pair(painter, split(rects(left, top, stroke, bottom), rises), rise, fall)
    reach = (widths.body - widths.wick) // 2
    if not widths.has_body or reach < 1:
        return
    for values, x in ((columns.open, left - reach), (columns.close, left + stroke)):
        tick = frame.prices.rows(values) - (stroke - 1) // 2
        paint_pair(painter, split(rects(x, tick, reach, tick + stroke - 1), rises), rise, fall)


def _paint_line(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint the line through the closes; the way to one that is not yet settled is dashed, its end a ring."""
    settled, forming = split_forming(frame)
    accent, width = QColor(colours.theme.accent), _LINE * frame.dpr
    way = None if forming is None else _pair(frame.columns)
    if frame.kind is ChartKind.AREA:
        _paint_fill(painter, frame, settled, accent, _FILL)
        if way is not None:
            _paint_fill(painter, frame, way, accent, _FILL_FORMING)
    paint_way(painter, frame, settled, accent, width)
    if way is not None:
        lines = segments(way, frame.prices, frame.slots.per_slot)
        paint_segments(painter, lines, accent, width, dashed=True)
        _paint_ring(painter, frame, way, colours, accent)


def _pair(columns: Columns) -> Columns:
    """Return the newest column and, where no bar is missing between them, the one before."""
    return columns.pick(slice(-2 if columns.joined[-1] else -1, None))


def _paint_fill(painter: QPainter, frame: Frame, columns: Columns, accent: QColor, strength: int) -> None:
    """Fill from the line to the bottom; where bars are missing nothing is."""
    colour = QColor(accent)
    colour.setAlpha(strength)
    painter.setBrush(colour)
    bottom = frame.device(frame.layout.price_height)
    breaks = np.flatnonzero(~columns.joined)  # the first bar in sight is one; none where none is in sight
    x, rows = columns.x + 0.5, frame.prices.rows(columns.close)
    for first, end in pairwise([*breaks.tolist(), len(columns)]):
        if end - first > 1:
            ridge = zip(x[first:end].tolist(), rows[first:end].tolist(), strict=True)
            foot = QPointF(x[end - 1], bottom), QPointF(x[first], bottom)
            painter.drawPolygon(QPolygonF([*(QPointF(*point) for point in ridge), *foot]))


def _paint_ring(painter: QPainter, frame: Frame, way: Columns, colours: ChartColours, accent: QColor) -> None:
    at = QPointF(way.x[-1] + 0.5, frame.prices.row(float(way.close[-1])) + 0.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(accent, _LINE * frame.dpr))
    painter.setBrush(colours.base)
    painter.drawEllipse(at, _DOT * frame.dpr, _DOT * frame.dpr)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
