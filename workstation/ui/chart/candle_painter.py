"""Candles and volume bars, as a few calls to Qt however many there are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QBrush, QPainter

from workstation.domain.candle import IntArray
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.columns import Columns
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.rect_batch import RectArray, paint, rects

_BODY_SHARE = 0.72  # of the distance between two bars
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
    volumes: tuple[RectArray, RectArray]


def lay_out(frame: Frame, columns: Columns) -> Candles:
    """Return where the candles go. A wick reaches exactly the rows of its high and its low."""
    widths = Widths.of(frame.slots.per_slot, frame.dpr)
    high, low = frame.prices.rows(columns.high), frame.prices.rows(columns.low)
    first, last = frame.prices.rows(columns.open), frame.prices.rows(columns.close)
    left = columns.x - widths.body // 2
    wicks = rects(left + (widths.body - widths.wick) // 2, high, widths.wick, low)
    bodies = rects(left, np.minimum(first, last), widths.body, np.maximum(first, last))
    rises = columns.close >= columns.open
    return Candles(_split(wicks, rises), _split(bodies, rises), _split(_volumes(frame, columns, left), rises))


def paint_candles(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint candles and volume; the painter counts device pixels and has no pen."""
    columns = frame.columns
    hollow = _forming(frame)
    settled = columns if hollow is None else _all_but_last(columns)
    candles = lay_out(frame, settled)
    _paint_pair(painter, candles.volumes, colours.rise_volume, colours.fall_volume)
    if Widths.of(frame.slots.per_slot, frame.dpr).has_body:
        wick_brushes = colours.rise, colours.fall
    else:
        wick_brushes = colours.rise_soft, colours.fall_soft
    _paint_pair(painter, candles.wicks, *wick_brushes)
    _paint_pair(painter, candles.bodies, colours.rise, colours.fall)
    if hollow is not None:
        _paint_hollow(painter, frame, lay_out(frame, hollow), colours)


def _forming(frame: Frame) -> Columns | None:
    """Return the column of the forming bar where it is in sight and wide enough to be hollow."""
    slot = frame.series.forming_slot
    first, end = frame.slots.visible(frame.layout.plot_width)
    if slot is None or not first <= slot < end or not len(frame.columns):
        return None
    if not Widths.of(frame.slots.per_slot, frame.dpr).has_body:
        return None
    return _rows(frame.columns, slice(-1, None))


def _all_but_last(columns: Columns) -> Columns:
    return _rows(columns, slice(0, -1))


def _rows(columns: Columns, chosen: slice) -> Columns:
    return Columns(
        columns.x[chosen],
        columns.open[chosen],
        columns.high[chosen],
        columns.low[chosen],
        columns.close[chosen],
        columns.volume[chosen],
    )


def _volumes(frame: Frame, columns: Columns, left: IntArray) -> RectArray:
    layout = frame.layout
    bottom = frame.device(layout.body_height)
    height = frame.device(layout.volume_height * 0.86)  # the rest is air below the candles
    if not (frame.volume_peak > 0 and height > 0):
        return np.empty((0, 4), np.int32)
    rows = np.ceil(columns.volume * (height / frame.volume_peak)).astype(np.int64)
    width = Widths.of(frame.slots.per_slot, frame.dpr).body
    return rects(left, bottom - rows, width, np.full(len(left), bottom - 1))


def _split(batch: RectArray, rises: NDArray[np.bool_]) -> tuple[RectArray, RectArray]:
    return (batch[rises], batch[~rises]) if len(batch) else (batch, batch)


def _paint_pair(painter: QPainter, pair: tuple[RectArray, RectArray], rise: QBrush, fall: QBrush) -> None:
    paint(painter, pair[0], rise)
    paint(painter, pair[1], fall)


def _paint_hollow(painter: QPainter, frame: Frame, candle: Candles, colours: ChartColours) -> None:
    """Paint a bar that can still change: an outline with the ground inside."""
    _paint_pair(painter, candle.volumes, colours.rise_volume, colours.fall_volume)
    _paint_pair(painter, candle.wicks, colours.rise, colours.fall)
    _paint_pair(painter, candle.bodies, colours.rise, colours.fall)
    line = max(round(frame.dpr), 1)
    inner = np.concatenate(candle.bodies) + np.array([line, line, -line, -line], np.int32)
    if len(inner) and inner[0, 2] >= inner[0, 0] and inner[0, 3] >= inner[0, 1]:
        paint(painter, inner, QBrush(colours.base))
