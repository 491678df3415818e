"""Signal markers: a triangle below a bullish bar, above a bearish one; hollow while the bar is forming."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from workstation.domain.candle import IntArray
from workstation.domain.signal import Direction
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.rect_batch import stamp
from workstation.ui.theme import Theme

_WIDE_BAR = 5.0  # logical pixels; narrower bars get smaller markers
_SIZE, _SMALL_SIZE = 11.0, 8.0  # logical pixels across
_CROWD = 1.6  # markers' widths between small ones, so that a long history is not a fence of triangles
_GAP = 5.0  # between the wick and the marker


class Markers(NamedTuple):
    """The markers of one direction in sight.

    Parameters
    ----------
    x, y : ndarray of int64, shape (n,)
        Device pixels of their middles; x is rising.
    closed : ndarray of bool, shape (n,)
        Solid where True, hollow where False.
    slots : ndarray of int64, shape (n,)
        Their bars.
    """

    direction: Direction
    x: IntArray
    y: IntArray
    closed: NDArray[np.bool_]
    slots: IntArray


def lay_out(frame: Frame) -> list[Markers]:
    """Return the markers in sight; of one direction none touches another, the strongest stands for all."""
    size = marker_size(frame)
    placed = (_placed(frame, direction, size) for direction in (Direction.BULLISH, Direction.BEARISH))
    return [markers for markers in placed if markers is not None]


def slot_under(frame: Frame, x: float, y: float) -> int | None:
    """Return the bar whose marker lies under a point, logical pixels; None where there is none.

    A marker is wider than a narrow bar, so the bar under the point may be one of its neighbours.
    """
    reach = marker_size(frame) / 2 + frame.dpr
    found, nearest = None, math.inf
    for markers in (laid for laid in lay_out(frame) if len(laid.x)):
        away = np.abs(markers.x - x * frame.dpr)
        away[(away > reach) | (np.abs(markers.y - y * frame.dpr) > reach)] = math.inf
        best = int(np.argmin(away))
        if away[best] < nearest:
            found, nearest = int(markers.slots[best]), float(away[best])
    return found


def marker_size(frame: Frame) -> int:
    """Return how wide markers are, device pixels; odd, so that the tip is one pixel."""
    logical = _SIZE if frame.slots.per_slot >= _WIDE_BAR * frame.dpr else _SMALL_SIZE
    return round(logical * frame.dpr) | 1


def paint_markers(painter: QPainter, frame: Frame, sprites: "Sprites") -> None:
    """Paint the markers; the painter counts device pixels."""
    size = marker_size(frame)
    for markers in lay_out(frame):
        is_all_closed = bool(markers.closed.all())
        kinds = ((True, markers.closed), (False, ~markers.closed))
        for closed, chosen in ((True, slice(None)),) if is_all_closed else kinds:
            sprite = sprites.get(markers.direction, closed, size)
            stamp(painter, sprite, markers.x[chosen], markers.y[chosen])


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


def _placed(frame: Frame, direction: Direction, size: int) -> Markers | None:
    """Return the markers of a direction; None where none is in sight."""
    marks, columns = frame.series.marks(direction), frame.columns
    if not len(marks.slots) or not len(columns):
        return None
    crowd = _CROWD if size < _SIZE * frame.dpr else 1.0
    standing = marks.standing(math.ceil((size + 2) * crowd / frame.slots.per_slot))
    slots = marks.slots[standing]
    half = size // 2
    first, last = frame.slots.visible(frame.layout.plot_width)
    first = max(first, frame.slots.slot_at((int(columns.x[0]) - half) / frame.dpr) - 1)  # none stands alone
    begin, end = slots.searchsorted((first, last)).tolist()
    if begin == end:
        return None
    x = np.floor(frame.slots.centre(slots[begin:end])).astype(np.int64)
    left, right = columns.x.searchsorted(x - half), columns.x.searchsorted(x + half, side="right")
    away = half + round(_GAP * frame.dpr)
    is_at_low = direction is Direction.BULLISH
    below = is_at_low != frame.prices.is_inverted
    rows = frame.prices.rows(columns.low if is_at_low else columns.high)
    slots, closed, has_bars = slots[begin:end], marks.closed[standing[begin:end]], left < right
    if not has_bars.all():
        x, left, right, slots = (one[has_bars] for one in (x, left, right, slots))
        closed = closed[has_bars]
    y = _furthest(rows, left, right, below=below) + (away if below else -away)
    return Markers(direction, x, y, closed, slots)


def _furthest(rows: IntArray, left: IntArray, right: IntArray, *, below: bool) -> IntArray:
    """Return the lowest (`below`) or highest pixel row of each stretch ``left .. right - 1``, none empty."""
    pick, ends = np.maximum if below else np.minimum, np.empty(2 * len(left), np.int64)
    ends[::2], ends[1::2] = left, right
    found: IntArray = pick.reduceat(np.concatenate((rows, rows[-1:])), ends)[::2]
    return found
