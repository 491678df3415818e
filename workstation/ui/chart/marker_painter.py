"""Signal markers: a triangle below a bullish bar, above a bearish one; hollow while the bar is forming."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.signal import Direction
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.series import Marks
from workstation.ui.theme import Theme

_WIDE_BAR = 5.0  # logical pixels; narrower bars get smaller markers
_SIZE, _SMALL_SIZE = 11.0, 8.0  # logical pixels across
_CROWD = 1.6  # markers' widths between small ones, so that a long history is not a fence of triangles
_GAP = 5.0  # between the wick and the marker


@dataclass(frozen=True, slots=True)
class PlacedMarker:
    """One marker in sight.

    Parameters
    ----------
    x, y : int
        Device pixel of its middle.
    closed : bool
        Solid where True, hollow where False.
    """

    x: int
    y: int
    direction: Direction
    closed: bool


def lay_out(frame: Frame) -> list[PlacedMarker]:
    """Return the markers in sight; two of one direction never touch.

    Where several would lie on one another the strongest stands for them. The choice depends on slots, not on
    where the chart was panned to, so markers do not flicker under the hand.
    """
    size = marker_size(frame)
    return [
        marker
        for direction in (Direction.BULLISH, Direction.BEARISH)
        for marker in _placed(frame, frame.series.marks(direction), direction, size)
    ]


def marker_size(frame: Frame) -> int:
    """Return how wide markers are, device pixels; odd, so that the tip is one pixel."""
    logical = _SIZE if frame.slots.per_slot >= _WIDE_BAR * frame.dpr else _SMALL_SIZE
    return round(logical * frame.dpr) | 1


def paint_markers(painter: QPainter, frame: Frame, sprites: "Sprites") -> None:
    """Paint the markers; the painter counts device pixels."""
    size = marker_size(frame)
    for marker in lay_out(frame):
        sprite = sprites.get(marker.direction, marker.closed, size)
        painter.drawPixmap(marker.x - sprite.width() // 2, marker.y - sprite.height() // 2, sprite)


class Sprites:
    """Markers painted once and stamped many times.

    Parameters
    ----------
    theme : Theme
        Whose colours they have.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._made: dict[tuple[Direction, bool, int], QPixmap] = {}

    def get(self, direction: Direction, closed: bool, size: int) -> QPixmap:
        """Return a marker of `size` device pixels across, with a rim of the background around it."""
        key = (direction, closed, size)
        if key not in self._made:
            self._made[key] = self._make(direction, closed, size)
        return self._made[key]

    def _make(self, direction: Direction, closed: bool, size: int) -> QPixmap:
        rim = max(round(size / 6), 1)
        side = size + 2 * rim
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        bullish = direction is Direction.BULLISH
        colour = QColor(self._theme.bullish if bullish else self._theme.bearish)
        base = QColor(self._theme.base)
        shape = _triangle(side / 2, size, pointing_up=bullish)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(base, 2 * rim, j=Qt.PenJoinStyle.RoundJoin))
            painter.setBrush(base)
            painter.drawPolygon(shape)
            line = max(size / 7, 1.0)
            painter.setPen(QPen(colour, line, j=Qt.PenJoinStyle.MiterJoin))
            painter.setBrush(colour if closed else base)
            painter.drawPolygon(_triangle(side / 2, size - line, pointing_up=bullish))
        return pixmap


def _triangle(middle: float, size: float, pointing_up: bool) -> QPolygonF:
    half, rise = size / 2, size * 0.42
    tip = -rise if pointing_up else rise
    return QPolygonF(
        [
            QPointF(middle, middle + tip),
            QPointF(middle + half, middle - tip),
            QPointF(middle - half, middle - tip),
        ]
    )


def _placed(frame: Frame, marks: Marks, direction: Direction, size: int) -> list[PlacedMarker]:
    first, end = frame.slots.visible(frame.layout.plot_width)
    begin, stop = np.searchsorted(marks.slots, (first, end))
    if begin == stop or not len(frame.columns):
        return []
    chosen = begin + _strongest(frame, marks, slice(begin, stop), size)
    x = np.floor(frame.slots.centre(marks.slots[chosen])).astype(np.int64)
    columns = frame.columns
    half = size // 2
    left = np.searchsorted(columns.x, x - half)
    right = np.searchsorted(columns.x, x + half, side="right")
    away = half + round(_GAP * frame.dpr)
    is_at_low = direction is Direction.BULLISH
    below = is_at_low != frame.prices.is_inverted
    rows = frame.prices.rows(columns.low if is_at_low else columns.high)
    has_bars = left < right
    chosen, x, left, right = (each[has_bars] for each in (chosen, x, left, right))
    y = _furthest(rows, left, right, below=below) + (away if below else -away)
    settled = marks.closed[chosen]
    found = zip(x.tolist(), y.tolist(), settled.tolist(), strict=True)
    return [PlacedMarker(px, row, direction, is_closed) for px, row, is_closed in found]


def _furthest(rows: IntArray, left: IntArray, right: IntArray, *, below: bool) -> IntArray:
    """Return the lowest (`below`) or highest pixel row of each stretch ``left .. right - 1``, none empty."""
    pick, ends = np.maximum if below else np.minimum, np.column_stack([left, right]).ravel()
    found: IntArray = pick.reduceat(np.append(rows, rows[-1:]), ends)[::2]
    return found


def _strongest(frame: Frame, marks: Marks, rows: slice, size: int) -> IntArray:
    """Return the positions within `rows` of the marks that stand for their neighbours.

    One that is forming stands for itself only: it neither hides a settled one nor hides behind it.
    """
    settled = np.flatnonzero(marks.closed[rows])
    chosen = settled[_thinned(frame, marks.slots[rows][settled], marks.strength[rows][settled], size)]
    return np.sort(np.append(chosen, np.flatnonzero(~marks.closed[rows])))


def _thinned(frame: Frame, slots: IntArray, strength: FloatArray, size: int) -> IntArray:
    """Return the positions of the strongest marks that do not touch."""
    away = math.ceil((size + 2) * (_CROWD if size < _SIZE * frame.dpr else 1.0) / frame.slots.per_slot)
    if away <= 1 or not len(slots):
        return np.arange(len(slots))
    cells = slots // away
    order = np.lexsort((slots, strength, cells))
    best = np.sort(order[np.flatnonzero(np.diff(cells[order], append=cells[order][-1] + 1))])
    weaker = _is_weaker(slots[best], strength[best], away)
    return best[~weaker]


def _is_weaker(slots: IntArray, strength: FloatArray, away: int) -> NDArray[np.bool_]:
    """Return which marks have a stronger neighbour, or an equal newer one, less than `away` slots off."""
    weaker = np.zeros(len(slots), np.bool_)
    near = np.diff(slots) < away
    newer_wins = strength[1:] >= strength[:-1]
    weaker[:-1] |= near & newer_wins
    weaker[1:] |= near & ~newer_wins
    return weaker
