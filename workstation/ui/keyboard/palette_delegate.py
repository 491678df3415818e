"""Paints a row of the palette: what it is, and what is known of it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.grade import Grade
from workstation.ui.keyboard.palette_rows import Hit, Kind
from workstation.ui.theme import Theme
from workstation.ui.widgets.zone_shape import ZoneInk, paint_zone_shape
from workstation.ui.words import number_format

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 34
"""Pixels."""

_SELECTED = 0x8000  # QStyle.State_Selected
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_PADDING, _GAP = 14, 10
_CHANGE, _PRICE, _GRADE, _SPARK = 72, 92, 44, 76  # widths of the columns, from the right
_WORDS_BESIDE = 190


class PaletteDelegate(QStyledItemDelegate):
    """Paints what was found: `rows`, in the order of the list."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: Sequence[Hit] = ()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme, self._ink = theme, ZoneInk(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        rect: QRect = option.rect
        hit, theme = self.rows[index.row()], self._theme
        if option.state.value & _SELECTED:
            painter.fillRect(rect, QColor(theme.selection))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(theme.accent))
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        has_price = hit.kind in (Kind.SYMBOL, Kind.NARRATIVE)
        beside = _CHANGE + _PRICE + _GRADE + _SPARK if has_price else _WORDS_BESIDE
        self._paint_words(painter, inner.adjusted(0, 0, -beside, 0), hit, option.font)
        if has_price:
            self._paint_market(painter, inner, hit)
        elif hit.keys:
            painter.setPen(QPen(QColor(theme.muted)))
            painter.drawText(inner, _RIGHT, hit.keys)

    def _paint_words(self, painter: QPainter, room: QRect, hit: Hit, font: QFont) -> None:
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        metrics, muted = QFontMetrics(strong), QFontMetrics(font)
        label = metrics.elidedText(hit.label, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(strong)
        painter.setPen(QPen(QColor(self._theme.text)))
        painter.drawText(room, _LEFT, label)
        painter.setFont(font)
        used = metrics.horizontalAdvance(label) + _GAP
        if hit.note and used + muted.horizontalAdvance(hit.note) <= room.width():
            painter.setPen(QPen(QColor(self._theme.muted)))
            painter.drawText(room.adjusted(used, 0, 0, 0), _LEFT, hit.note)

    def _paint_market(self, painter: QPainter, inner: QRect, hit: Hit) -> None:
        theme = self._theme
        if hit.change_pct is not None:
            painter.setPen(QPen(QColor(theme.rise if hit.change_pct >= 0 else theme.fall)))
            painter.drawText(inner, _RIGHT, number_format.percent(hit.change_pct))
        right = inner.adjusted(0, 0, -_CHANGE, 0)
        if hit.last is not None:
            painter.setPen(QPen(QColor(theme.muted)))
            painter.drawText(right, _RIGHT, number_format.price(hit.last))
        right.adjust(0, 0, -_PRICE, 0)
        self._paint_grade(
            painter, QRect(right.right() - _GRADE + 1, right.top(), _GRADE, right.height()), hit
        )
        right.adjust(0, 0, -_GRADE - _GAP, 0)
        if hit.closes is not None and len(hit.closes) > 1:
            width = _SPARK - 2 * _GAP
            room = QRect(right.right() - width, right.top() + 8, width, right.height() - 16)
            self._paint_spark(painter, room, hit.closes)

    def _paint_grade(self, painter: QPainter, room: QRect, hit: Hit) -> None:
        if hit.grade is None:
            return
        value = hit.grade.value if isinstance(hit.grade, Grade) else hit.grade
        painter.setPen(QPen(QColor(self._theme.text)))
        painter.drawText(room, _RIGHT, str(value))
        if isinstance(hit.grade, Grade):
            middle = QPointF(room.left() + 8, room.center().y() + 0.5)
            paint_zone_shape(painter, middle, hit.grade.zone, self._ink.of(hit.grade.zone))

    def _paint_spark(self, painter: QPainter, room: QRect, closes: NDArray[np.float64]) -> None:
        low, high = float(closes.min()), float(closes.max())
        level = (closes - low) / (high - low) if high > low else np.full(len(closes), 0.5)
        x = np.linspace(room.left(), room.right(), len(closes))
        y = room.top() + (1 - level) * room.height()
        colour = self._theme.rise if closes[-1] >= closes[0] else self._theme.fall
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(colour), 1.2))
        painter.drawPolyline([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
