"""The depth of a book as two hills, with a crosshair that says what it takes to get there."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from workstation.domain.live_market import BookSight
from workstation.engine.depth_cost import DepthCurve, curve_of
from workstation.ui.chart.price_scale import nice_step
from workstation.ui.theme import Theme
from workstation.ui.widgets.painted_view import PaintedView
from workstation.ui.words.number_format import NOTHING, percent, price, volume

_TOP, _BOTTOM, _INSET = 26.0, 24.0, 10.0
_BESIDE = 5.0  # a line that values are written at
_HILL, _GREY = 60, 0.68
_SPARE = 1.08  # above the higher hill
_APART, _MOST_LINES = 1.8, 5  # lines of writing between two values, at least; values, about
_KEY_STEPS = 50  # from the middle to the edge


class DepthView(PaintedView):
    """Paints a book's depth. Left and Right move the crosshair, Esc takes it away."""

    said = Signal(str)  # what stands at the crosshair; empty where there is none

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._sight: BookSight | None = None
        self._bids = self._asks = DepthCurve(*np.empty((3, 0)))
        self._price_step, self._quote = 0.0, ""
        self._is_live = False
        self._range = 0.01
        self.cross: float | None = None
        """Where the crosshair is, a fraction of the price from the middle; None where it is not shown."""
        self.setMouseTracking(True)
        self.setAccessibleName("Depth of the book: Left and Right move the crosshair")

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(360, 220)

    def set_range(self, share: float) -> None:
        """Show prices up to this fraction from the middle."""
        self._range = share
        self._put_cross(self.cross)

    def show_book(self, sight: BookSight | None, price_step: float, quote: str, *, is_live: bool) -> None:
        """Show a book; one that is not live is greyed."""
        if sight is not self._sight and sight is not None:
            self._bids, self._asks = curve_of(sight, is_ask=False), curve_of(sight, is_ask=True)
        self._sight, self._price_step, self._quote, self._is_live = sight, price_step, quote, is_live
        self.is_empty = sight is None
        self._put_cross(self.cross)

    def words(self) -> str:
        """Return what it takes to get to the crosshair."""
        sight, at = self._sight, self.cross
        if sight is None or at is None:
            return ""
        target = sight.mid * (1 + at)
        verb, curve = ("buying", self._asks) if at > 0 else ("selling", self._bids)
        value = curve.value_to(target)
        takes = f"{verb} {volume(value)} {self._quote}" if math.isfinite(value) else "more than is known"
        return f"{price(target, self._price_step)} ({percent(100 * at)}): {takes}"

    # The crosshair

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._put_cross((event.position().x() / max(self.width(), 1) * 2 - 1) * self._range)

    def leaveEvent(self, event: object) -> None:
        """Take the crosshair away."""
        self._put_cross(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self._put_cross((self.cross or 0.0) + step * self._range / _KEY_STEPS)
        elif event.key() == Qt.Key.Key_Escape and self.cross is not None:
            self._put_cross(None)
        else:
            super().keyPressEvent(event)

    def _put_cross(self, at: float | None) -> None:
        self.cross = None if at is None else min(max(at, -self._range), self._range)
        words = self.words()
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        self.said.emit(words)
        self.update()

    # Painting

    def paint_content(self, painter: QPainter) -> None:
        """Paint both hills."""
        if self._sight is not None:
            self._paint_book(painter, self._sight)

    def _paint_book(self, painter: QPainter, sight: BookSight) -> None:
        most = max(self._highest(sight, self._bids), self._highest(sight, self._asks)) * _SPARE
        if not most > 0:
            return
        painter.setOpacity(1.0 if self._is_live else _GREY)
        self._paint_grid(painter, sight, most)
        for curve, colour in ((self._bids, self._theme.rise), (self._asks, self._theme.fall)):
            self._paint_hill(painter, sight, curve, colour, most)
        if self.cross is not None:
            self._paint_cross(painter)

    def _highest(self, sight: BookSight, curve: DepthCurve) -> float:
        inside = np.abs(curve.price / sight.mid - 1) <= self._range
        return float(curve.value[inside][-1]) if inside.any() else 0.0

    def _x(self, share: float) -> float:
        return (share / self._range + 1) / 2 * self.width()

    def _y(self, value: float, most: float) -> float:
        return self.height() - _BOTTOM - value / most * (self.height() - _BOTTOM - _TOP)

    def _paint_hill(
        self, painter: QPainter, sight: BookSight, curve: DepthCurve, colour: str, most: float
    ) -> None:
        if not len(curve.price):
            return
        share = curve.price / sight.mid - 1
        n = min(int((np.abs(share) <= self._range).sum()) + 1, len(share))
        floor = self._y(0.0, most)
        points, before = [QPointF(self._x(float(share[0])), floor)], floor
        for at, value in zip(share[:n].tolist(), curve.value[:n].tolist(), strict=True):
            x, y = self._x(at), self._y(value, most)
            points += [QPointF(x, before), QPointF(x, y)]
            before = y
        line = QColor(colour)
        painter.setPen(QPen(line, 1.5))
        painter.drawPolyline(QPolygonF(points))
        line.setAlpha(_HILL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line)
        painter.drawPolygon(QPolygonF([*points, QPointF(points[-1].x(), floor)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_grid(self, painter: QPainter, sight: BookSight, most: float) -> None:
        theme, width = self._theme, float(self.width())
        high = self._y(0.0, most) - self._y(most, most)
        apart = _APART * painter.fontMetrics().lineSpacing() / max(high, 1.0)
        step = nice_step(most * min(max(apart, 1 / _MOST_LINES), 0.5))
        n_steps = int(most / step)
        for at in range(1, n_steps + 1):
            y = self._y(step * at, most)
            painter.setPen(QColor(theme.grid))
            painter.drawLine(QPointF(0, y), QPointF(width, y))
            painter.setPen(QColor(theme.muted))
            unit = f" {self._quote}" if at == n_steps else ""
            where = QPointF(width / 2 + _BESIDE, y - 3)  # above the valley: no hill
            painter.drawText(where, f"{volume(step * at)}{unit}")
        floor = self._y(0.0, most)
        painter.setPen(QColor(theme.border))
        painter.drawLine(QPointF(0, floor), QPointF(width, floor))
        painter.drawLine(QPointF(width / 2, _TOP), QPointF(width / 2, floor))
        painter.setPen(QColor(theme.muted))
        row = QRectF(_INSET, floor + 3, width - 2 * _INSET, _BOTTOM - 4)
        aligned = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row, int(Qt.AlignmentFlag.AlignLeft | aligned), percent(-100 * self._range))
        painter.drawText(row, int(Qt.AlignmentFlag.AlignRight | aligned), percent(100 * self._range))
        middle = price(sight.mid, self._price_step / 2) if sight.mid > 0 else NOTHING
        painter.drawText(row, int(Qt.AlignmentFlag.AlignHCenter | aligned), middle)
        head = QRectF(_INSET, 4, width - 2 * _INSET, _TOP - 4)
        painter.setPen(QColor(theme.rise))
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft | aligned), "Bids")
        painter.setPen(QColor(theme.fall))
        painter.drawText(head, int(Qt.AlignmentFlag.AlignRight | aligned), "Asks")

    def _paint_cross(self, painter: QPainter) -> None:
        x = self._x(self.cross or 0.0)
        painter.setPen(QPen(QColor(self._theme.crosshair), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, _TOP), QPointF(x, self.height() - _BOTTOM))
