"""The last quarter of an hour of a book as a heat map: where much rests is bright, where it went is seen."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from workstation.ui.chart.book_heat import BookHeat
from workstation.ui.chart.book_past import KEPT_S, BookPast
from workstation.ui.theme import Theme
from workstation.ui.widgets.painted_view import PaintedView
from workstation.ui.words.number_format import duration, percent, price, volume

_TOP, _BOTTOM, _INSET, _AXIS_SPARE = 26.0, 24.0, 10.0, 12.0
_SLIMMEST_HOLE = 3.0  # pixels: a book that was rebuilt within a second is seen, too
_OFF_CENTRE = 0.5  # of the way to the edge: the middle may wander so far before prices are moved
_TIMES_S = {120: (120, 60, 0), 300: (300, 180, 60, 0), KEPT_S: (KEPT_S, 600, 300, 0)}
"""What the picture reaches back to, seconds, and the times under it: no further than it must."""
_KEY_S, _SHOW_EVERY_S = 10, 0.45
_RAMP = 90.0
_KEYS = {
    Qt.Key.Key_Left: (_KEY_S, 0),
    Qt.Key.Key_Right: (-_KEY_S, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class DepthOverTimeView(PaintedView):
    """Paints a book's past. The arrows move the crosshair, Esc takes it away."""

    said = Signal(str)  # what rested at the crosshair; empty where there is none

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._past = BookPast()
        self._price_step, self._quote = 0.0, ""
        self._range, self._centre, self._now = 0.01, 0.0, 0
        self._shown_s, self._span = -math.inf, KEPT_S
        self._picture: QPixmap | None = None
        self.heat = BookHeat(theme)
        self.cross: tuple[int, int] | None = None
        """Seconds ago and row of the crosshair; None where it is not shown."""
        self.setMouseTracking(True)
        self.setAccessibleName("Depth over time: arrows move the crosshair")

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(360, 220)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.heat.set_theme(theme)
        self._picture = None
        super().set_theme(theme)

    def set_range(self, share: float) -> None:
        """Show prices up to this fraction from the middle."""
        self._range, self._centre = share, 0.0
        self._take_newest()

    def show_past(self, past: BookPast, price_step: float, quote: str, now_s: float) -> None:
        """Show what is known of the past now; more often than twice a second nobody sees."""
        if past is not self._past or not past.columns:
            self._centre = 0.0
        elif self._shown_s <= now_s < self._shown_s + _SHOW_EVERY_S and self._centre:
            return
        self._shown_s = now_s
        self._past, self._price_step, self._quote, self._now = past, price_step, quote, int(now_s)
        self._take_newest()

    def _take_newest(self) -> None:
        columns, self._picture = self._past.columns, None
        self.is_empty = not columns
        if columns:
            newest = columns[-1]
            reach = newest.mid * self._range
            if not self._centre or abs(newest.mid - self._centre) > _OFF_CENTRE * reach:
                self._centre = newest.mid
            first = math.floor((self._centre - reach) / newest.step)
            n_rows = max(math.ceil((self._centre + reach) / newest.step) - first, 1)
            self.heat.show(self._past, first, n_rows, newest.step, self._now)
            known_s = self._now - columns[0].second
            self._span = next((span for span in _TIMES_S if span > known_s), KEPT_S)
        self._put_cross(self.cross)

    # The crosshair

    def words(self) -> str:
        """Return what rested at the crosshair, and when."""
        if self.cross is None or not self._past.columns:
            return ""
        ago_s, row = self.cross
        second, step = self._now - ago_s, self.heat.step
        prices = " – ".join(price(at * step, self._price_step) for at in (row, row + 1))
        when = "now" if ago_s == 0 else f"{duration(1000 * ago_s)} ago" if ago_s < 60 else _minutes_ago(ago_s)
        column, value = self._past.at(second), self.heat.value(row, second)
        if column is None:
            return f"{when}: the book was not known then."
        away = percent(100 * ((row + 0.5) * step / column.mid - 1))
        rests = "not known" if math.isnan(value) else f"{volume(value)} {self._quote} rested"
        return f"{when}: {prices} ({away}): {rests}; middle {price(column.mid, self._price_step / 2)}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        room, at = self._room(), event.position()
        if not room.contains(at) or not self._past.columns:
            self._put_cross(None)
            return
        ago_s = round((room.right() - at.x()) / room.width() * self._span)
        row = self.heat.first + int((room.bottom() - at.y()) / room.height() * self.heat.n_rows)
        self._put_cross((ago_s, row))

    def leaveEvent(self, event: QEvent) -> None:
        """Take the crosshair away."""
        self._put_cross(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair."""
        step = _KEYS.get(Qt.Key(event.key()))
        if step is not None and self._past.columns:
            at = self.cross or (0, int(self._past.columns[-1].mid / self.heat.step))
            self._put_cross((at[0] + step[0], at[1] + step[1]))
        elif event.key() == Qt.Key.Key_Escape and self.cross is not None:
            self._put_cross(None)
        else:
            super().keyPressEvent(event)

    def _put_cross(self, at: tuple[int, int] | None) -> None:
        heat = self.heat
        self.cross = at
        if at is not None:
            row = min(max(at[1], heat.first), heat.first + max(heat.n_rows, 1) - 1)
            self.cross = (min(max(at[0], 0), self._span - 1), row)
        words = self.words()
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        self.said.emit(words)
        self.update()

    # Painting

    def _room(self) -> QRectF:
        """Return where the picture lies."""
        label = price(self._centre, self._price_step)
        axis = self.fontMetrics().horizontalAdvance(label) + _AXIS_SPARE
        return QRectF(0.0, _TOP, max(self.width() - axis, 1.0), max(self.height() - _TOP - _BOTTOM, 1.0))

    def _x(self, second: float, room: QRectF) -> float:
        return room.right() - (self._now - second) / self._span * room.width()

    def _y(self, value: float, room: QRectF) -> float:
        return room.bottom() - (value / self.heat.step - self.heat.first) / self.heat.n_rows * room.height()

    def paint_content(self, painter: QPainter) -> None:
        """Paint the past, and the crosshair over it."""
        painter.drawPixmap(0, 0, self._kept_picture())
        self._paint_cross(painter, self._room())

    def _kept_picture(self) -> QPixmap:
        """Return everything but the crosshair; painted only where it changed."""
        scale = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != scale:  # it may be on another screen
            room = self._room()
            self._picture = QPixmap(self.size() * scale)
            self._picture.setDevicePixelRatio(scale)
            self._picture.fill(QColor(self._theme.base))
            with QPainter(self._picture) as painter:
                painter.setFont(self.font())
                shown = QRectF(KEPT_S - self._span, 0.0, self._span, self.heat.n_rows)
                painter.drawImage(room, self.heat.picture(), shown)
                self._paint_holes(painter, room)
                self._paint_middle(painter, room)
                self._paint_axes(painter, room)
                self._paint_legend(painter)
        return self._picture

    def resizeEvent(self, event: QEvent) -> None:
        """Paint anew."""
        self._picture = None

    def _paint_holes(self, painter: QPainter, room: QRectF) -> None:
        hatch = QBrush(QColor(self._theme.muted), Qt.BrushStyle.BDiagPattern)
        oldest = self._past.columns[0].second
        for begin, end in ((self._now - self._span, oldest), *self._past.holes(self._now)):
            left, right = self._x(begin, room), self._x(end, room)
            if begin >= oldest:
                left = min(left, right - _SLIMMEST_HOLE)
            hole = QRectF(QPointF(left, room.top()), QPointF(right, room.bottom())).intersected(room)
            painter.fillRect(hole, QColor(self._theme.panel))
            if begin >= oldest:
                painter.fillRect(hole, hatch)

    def _paint_middle(self, painter: QPainter, room: QRectF) -> None:
        painter.save()
        painter.setClipRect(room)
        painter.setPen(QPen(QColor(self._theme.warning), 1.5))
        line: list[QPointF] = []
        before = None
        for column in self._past.columns:
            if before is not None and column.second != before + 1:
                painter.drawPolyline(QPolygonF(line))
                line = []
            line.append(QPointF(self._x(column.second + 0.5, room), self._y(column.mid, room)))
            before = column.second
        painter.drawPolyline(QPolygonF(line))
        painter.restore()

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(QColor(self._theme.border))
        painter.drawLine(room.topRight(), room.bottomRight())
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        line = float(self.fontMetrics().height())
        painter.setPen(QColor(self._theme.muted))
        for share in (0.5, 0.0, -0.5):
            at = round(self._centre * (1 + 1.8 * share * self._range) / self.heat.step) * self.heat.step
            place = QRectF(
                room.right() + 5, self._y(at, room) - line / 2, self.width() - room.right() - 6, line
            )
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), price(at, self._price_step))
        for ago_s in _TIMES_S[self._span]:
            x = self._x(self._now - ago_s, room)
            side = Qt.AlignmentFlag.AlignHCenter
            place = QRectF(x - 50, room.bottom() + 3, 100, _BOTTOM - 4)
            if ago_s == self._span:
                place, side = QRectF(_INSET, place.top(), 100, place.height()), Qt.AlignmentFlag.AlignLeft
            said = f"{ago_s // 60} min ago" if ago_s else "now"
            painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter), said)

    def _paint_legend(self, painter: QPainter) -> None:
        heat, aligned = self.heat, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(QRectF(_INSET, 4, 20, _TOP - 8), aligned, "0")
        left, piece = _INSET + 14, _RAMP / 30
        for n in range(30):
            painter.fillRect(QRectF(left + n * piece, 9, piece + 0.5, _TOP - 18), heat.ramp[n * 254 // 29])
        rest = QRectF(left + _RAMP + 8, 4, self.width() - left - _RAMP - 8 - _INSET, _TOP - 8)
        each = f"{price(heat.step, heat.step)} {self._quote} of price"
        said = f"{volume(heat.top)} {self._quote} or more in each {each}"
        shown = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, int(rest.width()))
        painter.drawText(rest, aligned, shown)

    def _paint_cross(self, painter: QPainter, room: QRectF) -> None:
        if self.cross is None:
            return
        x = self._x(self._now - self.cross[0] + 0.5, room)
        y = self._y((self.cross[1] + 0.5) * self.heat.step, room)
        painter.setPen(QPen(QColor(self._theme.crosshair), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))


def _minutes_ago(ago_s: int) -> str:
    return f"{ago_s // 60} min {ago_s % 60} s ago"
