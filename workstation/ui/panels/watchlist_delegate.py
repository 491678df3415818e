"""Paints the watchlist's cells straight from its arrays."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.watch_book import FLAGS, CoinNote
from workstation.ui import number_format
from workstation.ui.models.watchlist_model import Column, WatchlistModel
from workstation.ui.panels.zone_shape import ZoneInk, paint_zone_shape
from workstation.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 30
FLASH_S = 0.7
"""Seconds for which a price that moved is tinted."""

PADDING = 8
"""Room at either side of a cell, pixels."""

_SELECTED = 0x8000  # QStyle.State_Selected; flags of an enum cost more than the cell
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_TINT = 0.17
_MARK = 16  # side of a flag
_GAP = 4  # between base and quote
_SHORTEST_BASE = 40  # where a base gets less, no row shows its quote
_SPARK_WIDTH, _SPARK_MARGIN = 1.2, 6
_Line = tuple[NDArray[np.float64], tuple[int, int], QPolygonF]


class WatchlistDelegate(QStyledItemDelegate):
    """Paints rows of a `WatchlistModel`.

    Parameters
    ----------
    model : WatchlistModel
        Whose arrays are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: WatchlistModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.hover_row = -1
        self.now_s = 0.0
        self._font_key = ""
        self._lines: dict[str, _Line] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QPen(QColor(theme.text)), QPen(QColor(theme.muted))
        self._rise, self._fall = QColor(theme.rise), QColor(theme.fall)
        self._rise_pen, self._fall_pen = QPen(self._rise, _SPARK_WIDTH), QPen(self._fall, _SPARK_WIDTH)
        self._selection, self._hover = QColor(theme.selection), QColor(theme.hover)
        self._zone_ink = ZoneInk(theme)
        colours = (theme.bearish, theme.warning, theme.bullish, theme.accent)
        self._flags = {flag: QColor(colour) for flag, colour in zip(FLAGS[1:], colours, strict=True)}
        self._on_flag = QPen(QColor(theme.on_badge))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(60, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell or row."""
        rect: QRect = option.rect
        row, column = index.row(), index.column()
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._selection)
        elif row == self.hover_row:
            painter.fillRect(rect, self._hover)
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if column == Column.SYMBOL:
            self._paint_symbol(painter, inner, row, option.font)
        elif column == Column.LAST:
            self._paint_last(painter, rect, inner, row)
        elif column == Column.CHANGE:
            self._paint_change(painter, inner, row)
        elif column == Column.GRADE:
            self._paint_grade(painter, inner, row)
        else:
            self._paint_spark(painter, inner, row)

    def _paint_symbol(self, painter: QPainter, inner: QRect, row: int, font: QFont) -> None:
        if font.key() != self._font_key:
            self._take_font(font)
        note = self._model.notes.get(self._model.symbol_at(row))
        if note is not None:
            self._paint_note(painter, inner, note)
            inner = inner.adjusted(0, 0, -_MARK - _GAP, 0)
        base, quote, used = self._fitted(self._model.label_at(row), inner.width())
        painter.setFont(self._strong)
        painter.setPen(self._text)
        painter.drawText(inner, _LEFT, base)
        painter.setFont(font)
        painter.setPen(self._muted)
        painter.drawText(inner.adjusted(used + _GAP, 0, 0, 0), _LEFT, quote)

    def _paint_note(self, painter: QPainter, inner: QRect, note: CoinNote) -> None:
        """Paint a flag as a square with its letter, a note without one as a pencil's line."""
        mark = QRect(inner.right() - _MARK + 1, inner.center().y() - _MARK // 2, _MARK, _MARK)
        painter.setFont(self._strong)
        if note.flag:
            painter.fillRect(mark, self._flags[note.flag])
            painter.setPen(self._on_flag)
        else:
            painter.setPen(self._muted)
        painter.drawText(mark, int(Qt.AlignmentFlag.AlignCenter), note.flag[:1].upper() or "✎")

    def _fitted(self, label: str, width: int) -> tuple[str, str, int]:
        """Return base and quote as they fit, and the base's width; the base is cut before the quote goes."""
        base, _slash, quote = label.partition("/")
        room = width - self._metrics.horizontalAdvance(quote) - _GAP
        if room < _SHORTEST_BASE:
            room, quote = width, ""
        base = self._strong_metrics.elidedText(base, Qt.TextElideMode.ElideRight, room)
        return base, quote, self._strong_metrics.horizontalAdvance(base)

    def _take_font(self, font: QFont) -> None:
        self._font_key = font.key()
        self._strong = QFont(font)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._strong_metrics, self._metrics = QFontMetrics(self._strong), QFontMetrics(font)

    def _paint_last(self, painter: QPainter, rect: QRect, inner: QRect, row: int) -> None:
        source = self._model.shown[row]
        age_s = self.now_s - self._model.moved_at[source]
        moved = self._model.moved[source]
        if age_s < FLASH_S and moved:
            tint = QColor(self._rise if moved > 0 else self._fall)
            tint.setAlphaF(_TINT * (1 - max(age_s, 0.0) / FLASH_S))
            painter.fillRect(rect.adjusted(2, 4, -2, -4), tint)
        painter.setPen(self._text)
        painter.drawText(inner, _RIGHT, self._model.price_text(row))

    def _paint_change(self, painter: QPainter, inner: QRect, row: int) -> None:
        change = float(self._model.change[self._model.shown[row]])
        painter.setPen(self._muted if change != change or change == 0 else self._colour(change))
        painter.drawText(inner, _RIGHT, number_format.percent(change))

    def _paint_grade(self, painter: QPainter, inner: QRect, row: int) -> None:
        """Paint the grade, and its zone as a mark that is told apart without colour."""
        grade = self._model.grade_at(row)
        if grade is None:
            painter.setPen(self._muted)
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter), number_format.NOTHING)
            return
        painter.setPen(self._text)
        painter.drawText(inner, _RIGHT, str(grade.value))
        middle = QPointF(inner.left() + 5, inner.center().y() + 0.5)
        paint_zone_shape(painter, middle, grade.zone, self._zone_ink.of(grade.zone))

    def _paint_spark(self, painter: QPainter, inner: QRect, row: int) -> None:
        symbol = self._model.symbol_at(row)
        closes = self._model.sparks.get(symbol)
        if closes is None or len(closes) < 2:
            return
        size = (inner.width(), inner.height())
        known = self._lines.get(symbol)
        if known is None or known[0] is not closes or known[1] != size:
            known = self._lines[symbol] = (closes, size, _line(closes, *size))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._rise_pen if closes[-1] >= closes[0] else self._fall_pen)
        painter.translate(inner.topLeft())
        painter.drawPolyline(known[2])
        painter.translate(-inner.topLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _colour(self, change: float) -> QColor:
        return self._rise if change >= 0 else self._fall


def _line(closes: NDArray[np.float64], width: int, height: int) -> QPolygonF:
    """Return closes as a line that fills a cell, oldest at the left."""
    low, high = float(closes.min()), float(closes.max())
    level = (closes - low) / (high - low) if high > low else np.full(len(closes), 0.5)
    x = np.linspace(0, width - 1, len(closes))
    y = _SPARK_MARGIN + (1 - level) * (height - 2 * _SPARK_MARGIN)
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
