"""Candles, full and hollow, and volume bars, as a few calls to Qt however many there are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QBrush, QPainter

from workstation.domain.candle import FloatArray
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.columns import Columns, gather
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.pyramid import CLOSE
from workstation.ui.chart.rect_batch import RectArray, paint, rects

BoolArray = NDArray[np.bool_]

_INWARD = np.array([1, 1, -1, -1], np.int32)
_BODY_SHARE = 0.72  # of the distance between two bars
_NARROWEST_FORMING = 2.0  # device pixels between bars; below, a bar has no column of its own
_NARROWEST_WITH_BODY = 4.0  # device pixels between bars; below, body and wick have one width


@dataclass(frozen=True, slots=True)
class Widths:
    """Device pixels of one column.

    Parameters
    ----------
    body, wick : int
        Of the body and the wick; their difference is even, so that the wick is in the middle.
    has_body : bool
        False where bars are so narrow that wick and body differ by shade, not by width.
    """

    body: int
    wick: int
    has_body: bool

    @classmethod
    def of(cls, per_slot: float, dpr: float) -> "Widths":
        """Return the widths for a distance between bars, device pixels."""
        if per_slot < _NARROWEST_WITH_BODY:
            width = max(int(per_slot) - 1, 1)
            return cls(width, width, has_body=False)
        wick = max(round(dpr), 1) if per_slot >= _NARROWEST_WITH_BODY * dpr else 1
        body = int(per_slot * _BODY_SHARE)
        if (body - wick) % 2:
            body += 1 if body + 1 <= per_slot - 1 else -1
        return cls(max(body, wick), wick, has_body=True)


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Rectangles of the candles in sight, device pixels; index 0 rises, 1 falls."""

    wicks: tuple[RectArray, RectArray]
    bodies: tuple[RectArray, RectArray]


def lay_out(frame: Frame, columns: Columns, rises: BoolArray | None = None) -> Candles:
    """Return where the candles go. A wick reaches exactly the rows of its high and its low.

    Parameters
    ----------
    rises : ndarray of bool, shape (n,), or None
        Which candles count as rising; None takes those that closed no lower than they opened.
    """
    wicks, bodies = _boxes(frame, columns)
    rises = columns.close >= columns.open if rises is None else rises
    return Candles(split(wicks, rises), split(bodies, rises))


def _boxes(frame: Frame, columns: Columns) -> tuple[RectArray, RectArray]:
    """Return the wick and the body of every column."""
    widths = Widths.of(frame.slots.per_slot, frame.dpr)
    rows = frame.prices.rows(np.array((columns.high, columns.low, columns.open, columns.close)))
    high, low, first, last = rows
    top, bottom = (low, high) if frame.prices.is_inverted else (high, low)
    left = columns.x - widths.body // 2
    wicks = rects(left + (widths.body - widths.wick) // 2, top, widths.wick, bottom)
    return wicks, rects(left, np.minimum(first, last), widths.body, np.maximum(first, last))


def paint_candles(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint candles; the painter counts device pixels and has no pen."""
    columns, has_forming = frame.columns, ends_forming(frame)
    wicks, bodies = _boxes(frame, columns)
    rises = columns.close >= columns.open
    n = len(columns) - 1 if has_forming else len(columns)
    _paint_solid(painter, frame, Candles(split(wicks[:n], rises[:n]), split(bodies[:n], rises[:n])), colours)
    if not has_forming:
        return
    if Widths.of(frame.slots.per_slot, frame.dpr).has_body:
        brush = colours.rise if rises[n] else colours.fall
        paint(painter, wicks[n:], brush)
        paint(painter, bodies[n:], brush)
        _paint_inside(painter, frame, bodies[n:], colours)
    else:
        paint(painter, wicks[n:], colours.rise_volume if rises[n] else colours.fall_volume)


def paint_hollow_candles(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint candles that are hollow where they closed above their open, and coloured by the close before.

    One that is still forming is painted softer: hollow says something else here.
    """
    settled, forming = split_forming(frame)
    before = _closes_before(frame)
    if not Widths.of(frame.slots.per_slot, frame.dpr).has_body:
        _paint_solid(
            painter, frame, lay_out(frame, settled, settled.close >= before[: len(settled)]), colours
        )
        if forming is not None:
            narrow = lay_out(frame, forming, forming.close >= before[-1:])
            paint_pair(painter, narrow.wicks, colours.rise_volume, colours.fall_volume)
        return
    _paint_hollow(painter, frame, settled, before[: len(settled)], (colours.rise, colours.fall), colours)
    if forming is not None:
        soft = colours.rise_soft, colours.fall_soft
        _paint_hollow(painter, frame, forming, before[-1:], soft, colours)


def paint_volume(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint the volume of the bars as they traded, whatever kind is drawn above it; a forming one hollow."""
    layout, columns = frame.layout, frame.columns
    height = frame.device(layout.volume_height * 0.86)  # the rest is air below the candles
    if not (frame.volume_peak > 0 and height > 0):
        return
    if frame.kind is ChartKind.HEIKIN_ASHI or frame.kind.is_of_closes:
        columns = gather(frame.series.pyramid, frame.slots, *frame.slots.visible(layout.plot_width))
    bottom = frame.device(layout.volume_bottom)
    rows = np.ceil(columns.volume * (height / frame.volume_peak)).astype(np.int64)
    width = Widths.of(frame.slots.per_slot, frame.dpr).body
    batch = rects(columns.x - width // 2, bottom - rows, width, np.full(len(rows), bottom - 1))
    paint_pair(painter, split(batch, columns.close >= columns.open), colours.rise_volume, colours.fall_volume)
    if ends_forming(frame):
        _paint_inside(painter, frame, batch[-1:], colours)


def ends_forming(frame: Frame) -> bool:
    """Return whether the last column is that of the forming bar, alone."""
    slot = frame.series.forming_slot
    if slot is None or not len(frame.columns) or frame.slots.per_slot < _NARROWEST_FORMING:
        return False
    first, end = frame.slots.visible(frame.layout.plot_width)
    return first <= slot < end


def split_forming(frame: Frame) -> tuple[Columns, Columns | None]:
    """Return the columns that are settled, and that of the forming bar where it has one of its own."""
    columns = frame.columns
    if not ends_forming(frame):
        return columns, None
    return columns.pick(slice(0, -1)), columns.pick(slice(-1, None))


def _closes_before(frame: Frame) -> FloatArray:
    """Return the close of the bar before each column, shape (n,); the first bar of all has its own open."""
    columns = frame.columns
    if not len(columns):
        return columns.close
    pyramid = frame.series.pyramid
    left = frame.slots.slot_at(float(columns.x[0]) / frame.dpr)
    at = pyramid.nearest(left - 1) if left > pyramid.first_slot else None
    bar = None if at is None else pyramid.bar(at)
    return np.append(columns.open[0] if bar is None else bar[CLOSE], columns.close[:-1])


def split(batch: RectArray, rises: BoolArray) -> tuple[RectArray, RectArray]:
    """Return the rectangles that rise and those that fall."""
    return (batch[rises], batch[~rises]) if len(batch) else (batch, batch)


def paint_pair(painter: QPainter, pair: tuple[RectArray, RectArray], rise: QBrush, fall: QBrush) -> None:
    """Paint what rises in one colour and what falls in another."""
    paint(painter, pair[0], rise)
    paint(painter, pair[1], fall)


def _paint_solid(painter: QPainter, frame: Frame, candles: Candles, colours: ChartColours) -> None:
    if Widths.of(frame.slots.per_slot, frame.dpr).has_body:
        wick_brushes = colours.rise, colours.fall
    else:
        wick_brushes = colours.rise_soft, colours.fall_soft
    paint_pair(painter, candles.wicks, *wick_brushes)
    paint_pair(painter, candles.bodies, colours.rise, colours.fall)


def _paint_hollow(
    painter: QPainter,
    frame: Frame,
    columns: Columns,
    before: FloatArray,
    brushes: tuple[QBrush, QBrush],
    colours: ChartColours,
) -> None:
    is_hollow, rises = columns.close > columns.open, columns.close >= before
    candles = lay_out(frame, columns, rises)
    _paint_outlined(painter, frame, candles, brushes, colours)
    full = tuple(
        pair[~is_hollow[chosen]] for pair, chosen in zip(candles.bodies, (rises, ~rises), strict=True)
    )
    paint_pair(painter, (full[0], full[1]), *brushes)


def _paint_outlined(
    painter: QPainter,
    frame: Frame,
    candles: Candles,
    brushes: tuple[QBrush, QBrush],
    colours: ChartColours,
) -> None:
    """Paint outlines with the ground inside; bodies too small for an inside stay full."""
    paint_pair(painter, candles.wicks, *brushes)
    paint_pair(painter, candles.bodies, *brushes)
    _paint_inside(painter, frame, np.concatenate(candles.bodies), colours)


def _paint_inside(painter: QPainter, frame: Frame, bodies: RectArray, colours: ChartColours) -> None:
    line = max(round(frame.dpr), 1)
    inner = bodies + line * _INWARD
    there = (inner[:, 2] >= inner[:, 0]) & (inner[:, 3] >= inner[:, 1])
    paint(painter, inner[there], QBrush(colours.base))
