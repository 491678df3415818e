"""Studies as a few calls to Qt each: bands, lines, dots, histograms, and the axes of panes."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.study import Place, Shape
from workstation.ui.chart.axis_painter import AXIS_PADDING, PlacedPrice
from workstation.ui.chart.colours import ChartColours, mixed
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.rect_batch import RectArray, blocks, draw_lines, paint, rects
from workstation.ui.chart.study_frame import PlacedOutput, PlacedStudy, colour_of, value_words
from workstation.ui.chart.study_trace import Strokes

_TINT = 0.10
_MOST_FINE = 700  # more columns than this are drawn with a thinner pen, which costs a third
_WIDE_BAR = 10.0  # logical pixels; over narrower bars, too, on a screen where that is one pixel
_FORMING_SHARE = 0.45
_VOLUME_SHARE = 0.86  # of the volume pane that the largest volume takes
_REACH = 8  # columns, and logical pixels, beyond what is painted: of which strokes may reach into it
_DOT = 1.0  # half of a dot, logical pixels


def paint_grounds(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint what lies behind grid and candles: the tinted ground of bands; opaque, which is far cheaper."""
    n = _columns_within(painter, frame)
    for one in frame.studies:
        if one.study.band and one.outputs:
            _clip(painter, frame, one)
            _paint_band(painter, frame, one, colours, n)
    _clip_to_body(painter, frame)


def paint_lines(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint every study over the candles, over the volume and in panes; the painter counts device pixels."""
    n = _columns_within(painter, frame)
    for together in _by_scale(frame.studies):
        first = together[0]
        if first.study.place is Place.PANE and first.scale is None:
            continue
        _clip(painter, frame, first)
        _paint_guides(painter, frame, first, colours)
        seen = [(one, placed) for one in together for placed in one.outputs if len(placed.strokes.x)]
        for shape, outputs in groupby(seen, key=_shape_of):
            if shape is Shape.LINE and frame.slots.per_slot >= 1.0:
                _paint_smooth(painter, frame, list(outputs), colours, n)
            else:
                for one, placed in outputs:
                    _paint_output(painter, frame, one, placed, colours, n)
    _clip_to_body(painter, frame)


def _by_scale(studies: Sequence[PlacedStudy]) -> list[list[PlacedStudy]]:
    """Return the studies over the candles together, in their order, and every other one alone."""
    over = [one for one in studies if one.study.place is Place.PRICE]
    alone = [[one] for one in studies if one.study.place is not Place.PRICE]
    return [over, *alone] if over else alone


def _shape_of(seen: tuple[PlacedStudy, PlacedOutput]) -> Shape:
    return seen[1].output.shape


def _columns_within(painter: QPainter, frame: Frame) -> int:
    """Return how many of the newest columns may be seen in what is painted, or more."""
    width = frame.device(frame.layout.plot_width) - painter.clipBoundingRect().left()
    return int((width + _REACH * frame.dpr) / max(frame.slots.per_slot, 1.0)) + _REACH


def paint_pane_edges(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint the edges of panes; the painter counts logical pixels."""
    for one in frame.studies:
        if one.height:
            painter.fillRect(QRectF(0, one.top, frame.layout.width, 1), colours.border)


def paint_pane_axes(painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels) -> None:
    """Paint the labels of the axes of panes; the painter counts logical pixels."""
    if frame.layout.axis_width:
        for one in lay_out_pane_axes(frame, labels):
            at = QPointF(frame.layout.plot_width + AXIS_PADDING, one.y)
            labels.paint(painter, at, one.text, colours.muted)


def lay_out_pane_axes(frame: Frame, labels: Labels) -> list[PlacedPrice]:
    """Return the labels of the axes of panes."""
    line, found = labels.height(), []
    for one in frame.studies:
        if one.scale is None or not one.height:
            continue
        for value, spacing in one.ticks:
            y = one.top + one.scale.row(value) / frame.dpr - line / 2
            if one.top + 2 <= y <= one.top + one.height - line:
                found.append(PlacedPrice(round(y), value_words(value, spacing)))
    return found


def _clip(painter: QPainter, frame: Frame, one: PlacedStudy) -> None:
    layout, place = frame.layout, one.study.place
    if place is Place.PANE:
        top, bottom = one.top, one.top + one.height
    elif place is Place.PRICE:
        top, bottom = 0, layout.price_height
    else:
        top, bottom = layout.price_height, layout.volume_bottom
    right = frame.device(layout.plot_width)
    painter.setClipRect(QRect(0, frame.device(top), right, frame.device(bottom) - frame.device(top)))


def _clip_to_body(painter: QPainter, frame: Frame) -> None:
    layout = frame.layout
    painter.setClipRect(QRect(0, 0, frame.device(layout.plot_width), frame.device(layout.body_height)))


def _rows(frame: Frame, one: PlacedStudy, values: FloatArray) -> IntArray:
    """Return the device pixel rows of values, counted from the top of the chart."""
    place = one.study.place
    if place is Place.PANE:
        return one.rows(values, frame.dpr)
    if place is Place.PRICE:
        return frame.prices.rows(np.maximum(values, 1e-300) if frame.prices.is_log else values)
    bottom, height = frame.device(frame.layout.volume_bottom), frame.device(frame.layout.volume_height)
    share = values * (height * _VOLUME_SHARE / frame.volume_peak) if frame.volume_peak > 0 else values * 0
    return bottom - 1 - np.minimum(share, 1e6).astype(np.int64)


def _paint_guides(painter: QPainter, frame: Frame, one: PlacedStudy, colours: ChartColours) -> None:
    if one.scale is None:
        return
    line, right = max(int(frame.dpr), 1), frame.device(frame.layout.plot_width)
    guides = one.study.guides
    ticks = [value for value, _ in one.ticks if value not in guides]
    for value, ink in [*((value, colours.grid) for value in ticks), *((v, colours.border) for v in guides)]:
        painter.fillRect(QRect(0, one.row(value, frame.dpr), right, line), ink)


def _paint_band(painter: QPainter, frame: Frame, one: PlacedStudy, colours: ChartColours, n: int) -> None:
    """Paint the newest `n` columns of the ground between two lines, or more."""
    by_name = {placed.output.name: placed for placed in one.outputs}
    edges = [by_name.get(name) for name in one.study.band]
    first, second = edges[0], edges[-1]
    if first is None or second is None or not len(first.strokes.x) or not len(second.strokes.x):
        return
    upper, lower = first.strokes.newest(n), second.strokes.newest(n)
    x, i, j = _common(upper.x, lower.x)
    if not len(x):
        return
    a, b = _rows(frame, one, np.array((upper.high[i], lower.low[j])))
    is_inverted = one.study.place is Place.PRICE and frame.prices.is_inverted
    pixels = np.floor(x).astype(np.int64)
    if frame.slots.per_slot > 1.0:
        pixels, a, b = _between(pixels, a, b, frame.slots.per_slot, int(painter.clipBoundingRect().left()))
    top, bottom = np.minimum(a, b), np.maximum(a, b)
    for is_first_above, placed in ((True, first), (False, second)):
        chosen = (a <= b) if is_first_above != is_inverted else (a > b)
        if not chosen.any():
            continue
        batch = blocks(pixels[chosen], top[chosen], bottom[chosen])
        colour = colour_of(one.board, placed.output, colours.theme)
        paint(painter, batch, QBrush(mixed(colour.name(), colours.theme.base, _TINT)))


def _between(
    pixels: IntArray, a: IntArray, b: IntArray, per_slot: float, edge: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return every pixel column from `edge` on between bars that follow one another, and the band there."""
    every = np.arange(max(pixels[0], edge), pixels[-1] + 1)
    left = np.maximum(np.searchsorted(pixels, every, side="right") - 1, 0)
    right = np.minimum(left + 1, len(pixels) - 1)
    is_near = (pixels[right] - pixels[left] <= per_slot + 2) | (every == pixels[left])
    every = every[is_near]
    return every, *(np.interp(every, pixels, edge).astype(np.int64) for edge in (a, b))


def _common(first: FloatArray, second: FloatArray) -> tuple[FloatArray, IntArray | slice, IntArray | slice]:
    """Return the x of both lines, and where each has them."""
    if len(first) == len(second) and first[0] == second[0]:
        return first, slice(None), slice(None)
    x, i, j = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return x, i, j


def _paint_output(
    painter: QPainter, frame: Frame, one: PlacedStudy, placed: PlacedOutput, colours: ChartColours, n: int
) -> None:
    """Paint the newest `n` columns of an output of rectangles."""
    strokes = placed.strokes.newest(n)
    colour = colour_of(one.board, placed.output, colours.theme)
    if placed.output.shape is Shape.HISTOGRAM:
        _paint_histogram(painter, frame, one, strokes, colours, colour)
    elif placed.output.shape is Shape.DOTS:
        _paint_dots(painter, frame, one, strokes, colour)
    else:
        paint(painter, _summed(frame, one, strokes), QBrush(colour))


def _paint_smooth(
    painter: QPainter,
    frame: Frame,
    outputs: Sequence[tuple[PlacedStudy, PlacedOutput]],
    colours: ChartColours,
    n: int,
) -> None:
    """Paint the newest `n` columns of lines of one scale.

    The way of a line to a bar that can still change is softer and dashed.
    """
    seen = [placed.strokes.newest(n) for _, placed in outputs]
    x, values, joined = (seen[0].x, seen[0].high, seen[0].joined) if len(seen) == 1 else _in_a_row(seen)
    y = _rows(frame, outputs[0][0], values) + 0.5
    lines = np.array((x[:-1], y[:-1], x[1:], y[1:])).T
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)  # rectangles are slow with it
    begin = 0
    for (one, placed), strokes in zip(outputs, seen, strict=True):
        end = begin + len(strokes.x)
        way, is_there = lines[begin : end - 1], joined[begin + 1 : end]
        begin = end
        settled, soft = _pens_of(frame, one, placed, colours)
        n_soft = 1 if len(way) and is_there[-1] and _ends_forming(frame, strokes) else 0
        n_settled = len(way) - n_soft
        painter.setPen(settled)
        draw_lines(painter, way[:n_settled] if is_there.all() else way[:n_settled][is_there[:n_settled]])
        if n_soft:
            painter.setPen(soft)
            draw_lines(painter, way[n_settled:])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _in_a_row(seen: Sequence[Strokes]) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return x, values and joints of several lines, one line after another."""
    x, high, _, joined = zip(*seen, strict=True)
    return np.concatenate(x), np.concatenate(high), np.concatenate(joined)


def _pens_of(
    frame: Frame, one: PlacedStudy, placed: PlacedOutput, colours: ChartColours
) -> tuple[QPen, QPen]:
    """Return the pen of a line, and that of its way to a bar that can still change."""
    is_narrow = frame.dpr <= 1.0 and frame.slots.per_slot < _WIDE_BAR
    width = 1.0 if is_narrow or len(placed.strokes.x) > _MOST_FINE else 1.4
    colour = colour_of(one.board, placed.output, colours.theme)
    return _pens(colour.name(), colours.theme.base, width * frame.dpr)


@lru_cache(maxsize=128)
def _pens(colour: str, ground: str, width: float) -> tuple[QPen, QPen]:
    """Return both pens of a line; shared by all who ask, never to be changed."""
    settled, soft = QPen(QColor(colour), width), QPen(mixed(colour, ground, _FORMING_SHARE), width)
    soft.setDashPattern([2.0, 1.5])
    for pen in (settled, soft):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return settled, soft


def _summed(frame: Frame, one: PlacedStudy, strokes: Strokes) -> RectArray:
    """Return upright strokes over the rows of each column, each touching the one before."""
    top, bottom = _rows(frame, one, strokes.high), _rows(frame, one, strokes.low)
    if one.study.place is Place.PRICE and frame.prices.is_inverted:
        top, bottom = bottom, top
    touching = strokes.joined[1:]
    upper, lower = np.minimum(top[1:], bottom[:-1]), np.maximum(bottom[1:], top[:-1])
    if not touching.all():
        upper, lower = np.where(touching, upper, top[1:]), np.where(touching, lower, bottom[1:])
    left = np.floor(strokes.x).astype(np.int64)
    top[1:], bottom[1:] = upper, lower
    return rects(left, top, max(round(frame.dpr), 1), bottom)


def _ends_forming(frame: Frame, strokes: Strokes) -> bool:
    """Return whether the last column is that of the bar that can still change."""
    slot, slots = frame.series.forming_slot, frame.slots
    return (
        slot is not None
        and slots.per_slot >= 2.0
        and abs(float(strokes.x[-1]) - (slot * slots.per_slot + slots.offset)) < 1.0
    )


def _paint_dots(painter: QPainter, frame: Frame, one: PlacedStudy, strokes: Strokes, colour: QColor) -> None:
    half = max(round(min(_DOT * frame.dpr, frame.slots.per_slot / 4)), 0)
    left = np.floor(strokes.x).astype(np.int64) - half
    for values in (strokes.high, strokes.low) if frame.slots.per_slot < 1.0 else (strokes.high,):
        rows = _rows(frame, one, values)
        paint(painter, rects(left, rows - half, 2 * half + 1, rows + half), QBrush(colour))


def _paint_histogram(
    painter: QPainter,
    frame: Frame,
    one: PlacedStudy,
    strokes: Strokes,
    colours: ChartColours,
    colour: QColor,
) -> None:
    """Paint bars from zero: those that grow away from it full, those that shrink softer."""
    zero = one.row(0.0, frame.dpr) if one.scale else int(_rows(frame, one, np.zeros(1))[0])
    top, bottom = _rows(frame, one, np.array((strokes.high, strokes.low)))
    reach = strokes.high + strokes.low
    is_up = reach >= 0
    body = max(int(frame.slots.per_slot * 0.72), 1)
    left = np.floor(strokes.x).astype(np.int64) - body // 2
    batch = rects(left, np.minimum(top, zero), body, np.maximum(bottom, zero))
    size = np.abs(reach)
    grows = size >= np.concatenate([size[:1], size[:-1]])
    below = QColor(colours.theme.fall_body)
    for ink, side in ((colour, is_up), (below, ~is_up)):
        for shade, chosen in ((0.85, grows), (0.5, ~grows)):
            paint(painter, batch[side & chosen], QBrush(mixed(ink.name(), colours.theme.base, shade)))
