"""Paints an alert: which way, what, where, when, and who agreed."""

from datetime import UTC, tzinfo

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.alert import Alert
from workstation.ui.alerts.alert_model import (
    AlertModel,
    agreement,
    lateness,
    title_of,
)
from workstation.ui.icon import triangle
from workstation.ui.theme import Theme
from workstation.ui.venue_badge import PRACTICE_WORD, is_practice_name
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line
from workstation.ui.zone import day_and_time

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 68
CLOSE_WIDTH = 30
"""Width of the area at a row's right end where a click dismisses."""

_SELECTED = 0x8000  # QStyle.State_Selected
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LINE = 20
_DIMMED = 0.45  # opacity of the shape of an alert of another venue


def close_area(row: QRect) -> QRect:
    """Return where in a row a click dismisses its alert."""
    return QRect(row.right() - CLOSE_WIDTH, row.top(), CLOSE_WIDTH, 30)


class AlertDelegate(QStyledItemDelegate):
    """Paints rows of an `AlertModel`."""

    def __init__(self, model: AlertModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.zone: tzinfo = UTC
        self.hover_row = -1
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QPen(QColor(theme.text)), QPen(QColor(theme.muted))
        self._warning, self._line = QPen(QColor(theme.warning)), QPen(QColor(theme.grid))
        self._bullish, self._bearish = QColor(theme.bullish), QColor(theme.bearish)
        self._selection, self._hover = QColor(theme.selection), QColor(theme.hover)
        self._accent = QColor(theme.accent)
        self._practice, self._on_badge = QColor(theme.practice), QPen(QColor(theme.on_badge))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(160, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell or row."""
        rect: QRect = option.rect
        font: QFont = option.font
        alert, row = self._model.alert_at(index.row()), index.row()
        is_chosen = bool(option.state.value & _SELECTED)
        if is_chosen:
            painter.fillRect(rect, self._selection)
        elif row == self.hover_row:
            painter.fillRect(rect, self._hover)
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if self._model.is_unread(alert.id):
            painter.fillRect(QRect(rect.left(), rect.top() + 4, 3, rect.height() - 8), self._accent)
        self._paint_direction(painter, rect, alert)
        lines = QRect(rect.left() + 34, rect.top() + 4, rect.width() - 34 - CLOSE_WIDTH, _LINE)
        self._paint_head(painter, lines, alert, font)
        painter.setFont(font)
        self._paint_small(painter, lines.translated(0, _LINE), one_line(agreement(alert), 200))
        last = lines.translated(0, 2 * _LINE)
        if is_practice_name(alert.venue):
            last.setLeft(self._paint_practice(painter, last, font))
            painter.setFont(font)
        self._paint_time(painter, last, alert)
        if is_chosen or row == self.hover_row:
            self._paint_close(painter, close_area(rect))

    def _paint_direction(self, painter: QPainter, rect: QRect, alert: Alert) -> None:
        direction = alert.direction
        if not direction:
            return  # advice has none, nor has a moment
        is_up = direction > 0
        shape = triangle(QPointF(rect.left() + 19, rect.top() + 15), 11, up=is_up)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setOpacity(_DIMMED if self._model.is_elsewhere(alert) else 1.0)
        painter.fillPath(shape, self._bullish if is_up else self._bearish)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_head(self, painter: QPainter, line: QRect, alert: Alert, font: QFont) -> None:
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        value, title = alert.price, title_of(alert)
        price = "" if value is None else number_format.price(value)
        plain = QFontMetrics(font)
        room = line.width() - plain.horizontalAdvance(price) - 44
        metrics = QFontMetrics(strong)
        symbol = metrics.elidedText(title, Qt.TextElideMode.ElideRight, max(room, 30))
        painter.setFont(strong)
        painter.setPen(self._muted if self._model.is_elsewhere(alert) else self._text)
        painter.drawText(line, _LEFT, symbol)
        painter.setFont(font)
        painter.drawText(line, _RIGHT, price)
        painter.setPen(self._muted)
        painter.drawText(
            line.adjusted(metrics.horizontalAdvance(symbol) + 8, 0, 0, 0),
            _LEFT,
            alert.timeframe,
        )

    def _paint_small(self, painter: QPainter, line: QRect, text: str) -> None:
        painter.setPen(self._muted)
        painter.drawText(
            line, _LEFT, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        )

    def _paint_practice(self, painter: QPainter, line: QRect, font: QFont) -> int:
        """Paint the practice badge at a line's start; return where the rest of the line begins."""
        small = QFont(font)
        small.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(max(QFontMetrics(font).height() - 6, 9))
        width = QFontMetrics(small).horizontalAdvance(PRACTICE_WORD) + 12
        badge = QRect(line.left(), line.top() + 2, width, line.height() - 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(self._practice)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(badge, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(small)
        painter.setPen(self._on_badge)
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), PRACTICE_WORD)
        return badge.right() + 9

    def _paint_time(self, painter: QPainter, line: QRect, alert: Alert) -> None:
        when = day_and_time(alert.known_at_ms, self.zone)
        late = lateness(alert)
        if late:
            painter.setPen(self._warning)
            painter.drawText(line, _RIGHT, late)
            line = line.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(late) - 8, 0)
        self._paint_small(painter, line, when)

    def _paint_close(self, painter: QPainter, area: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self._muted.color(), 1.5))
        centre = QRectF(area).center()
        for side in (-1, 1):
            painter.drawLine(centre + QPointF(-4, -4 * side), centre + QPointF(4, 4 * side))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
