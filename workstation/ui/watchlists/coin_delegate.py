"""Paints the cells of coins straight from their columns, for the screener and the watchlist."""

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.grade import Zone
from workstation.domain.screen_column import COLUMNS, ColumnKind, FloatArray
from workstation.ui.theme import Theme
from workstation.ui.watchlists.screen_model import ScreenModel
from workstation.ui.widgets.zone_shape import ZoneInk, paint_zone_shape
from workstation.ui.words import number_format

Index = QModelIndex | QPersistentModelIndex

PADDING = 8
"""Room at either side of a cell, pixels."""

RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_MOST_CUT = 20_000  # names that were cut are remembered
_MOST_WHOLE = 10  # characters that have room in every column of numbers
_LINE_WIDTH, _LINE_MARGIN = 1.0, 5  # Qt paints anything wider as a shape, eight times as slow
_MOST_LINES = 2_000  # that are remembered
_ZONES = (Zone.CRASHING, Zone.LOSING, Zone.HOLDING, Zone.GAINING, Zone.SURGING)
_SIGNED = frozenset({ColumnKind.CHANGE, ColumnKind.RATE, ColumnKind.STEP, ColumnKind.SIDE})
_FOLDED, _OPEN = "▸", "▾"
_QUOTE_GAP = 4  # between base and quote
_SHORTEST_BASE = 40  # where a base gets less, no row shows its quote


class CoinDelegate(QStyledItemDelegate):
    """Paints rows of a `ScreenModel`.

    Parameters
    ----------
    model : ScreenModel
        Whose columns are painted.
    theme : Theme
        Colours.
    row_height : int
        Pixels.
    """

    def __init__(
        self, model: ScreenModel, theme: Theme, row_height: int = 26, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._row_height = model, row_height
        self.hover_row = -1
        self.chosen_rows: frozenset[int] = frozenset()  # asking Qt for the state of a cell costs more than it
        self._lines: dict[tuple[str, str], tuple[FloatArray, tuple[int, int], QPolygonF]] = {}
        self._bold = QFont()
        self._take_font(QFont())
        self._cut: dict[tuple[str, int, str], str] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QPen(QColor(theme.text)), QPen(QColor(theme.muted))
        self._rise, self._fall = QPen(QColor(theme.rise)), QPen(QColor(theme.fall))
        self._rising = QPen(QColor(theme.rise), _LINE_WIDTH)
        self._falling = QPen(QColor(theme.fall), _LINE_WIDTH)
        self._selection, self._hover = QColor(theme.selection), QColor(theme.hover)
        self._zone_ink = ZoneInk(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(60, self._row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        rect: QRect = option.rect
        row = index.row()
        source, column = self._model.source_at(row), self._model.columns[index.column()]
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if row in self.chosen_rows:
            painter.fillRect(rect, self._selection)
        elif row == self.hover_row or source < 0:
            painter.fillRect(rect, self._hover)
        if source < 0:
            self._paint_head(painter, inner, option.font, -1 - source)
        else:
            self._paint_cell(painter, option, inner, source, column)

    def _paint_cell(
        self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, source: int, column: str
    ) -> None:
        """Paint a cell of a coin upon its background."""
        kind = COLUMNS[column].kind
        if kind is ColumnKind.LINE:
            self._paint_line(painter, inner, source, column)
            return
        if column == "market":
            self._paint_market(painter, inner, source, option.font)
            return
        text = self._model.text(source, column)
        if kind is ColumnKind.NAME:
            painter.setPen(self._muted)
            painter.drawText(inner, LEFT, self._elided(option, text, inner.width()))
            return
        value = float(self._model.coins.number(column)[source])
        painter.setPen(self._pen(kind, value))
        if len(text) > _MOST_WHOLE:  # a number whose beginning is out of sight would be another
            text = self._elided(option, text, inner.width())
        painter.drawText(inner, RIGHT, text)
        if kind is ColumnKind.POINTS and value == value:
            self._paint_zone(painter, inner, value)

    def _paint_market(self, painter: QPainter, inner: QRect, source: int, font: QFont) -> None:
        """Paint a market, its quote in grey."""
        if font.key() != self._font_key:
            self._take_font(font)
        base, quote, used = self._fitted(self._model.text(source, "market"), inner.width())
        painter.setFont(self._strong)
        painter.setPen(self._text)
        painter.drawText(inner, LEFT, base)
        painter.setFont(font)
        painter.setPen(self._muted)
        painter.drawText(inner.adjusted(used + _QUOTE_GAP, 0, 0, 0), LEFT, quote)

    def _fitted(self, label: str, width: int) -> tuple[str, str, int]:
        """Return base and quote as they fit, and the base's width; the base is cut before the quote goes."""
        base, _slash, quote = label.partition("/")
        room = width - self._metrics.horizontalAdvance(quote) - _QUOTE_GAP
        if room < _SHORTEST_BASE:
            room, quote = width, ""
        base = self._strong_metrics.elidedText(base, Qt.TextElideMode.ElideRight, room)
        return base, quote, self._strong_metrics.horizontalAdvance(base)

    def _take_font(self, font: QFont) -> None:
        self._font_key = font.key()
        self._strong = QFont(font)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._strong_metrics, self._metrics = QFontMetrics(self._strong), QFontMetrics(font)

    def _elided(self, option: QStyleOptionViewItem, text: str, width: int) -> str:
        if len(self._cut) > _MOST_CUT:
            self._cut.clear()
        key = (text, width, option.font.key())
        if key not in self._cut:
            self._cut[key] = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return self._cut[key]

    def _pen(self, kind: ColumnKind, value: float) -> QPen:
        if value != value or (kind in _SIGNED and value == 0):
            return self._muted
        if kind in _SIGNED:
            return self._rise if value > 0 else self._fall
        return self._text

    def _paint_head(self, painter: QPainter, inner: QRect, font: QFont, group: int) -> None:
        self._bold = QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(self._bold)
        painter.setPen(self._text)
        mark = _FOLDED if self._model.is_folded(group) else _OPEN
        painter.drawText(inner, LEFT, f"{mark} {self._model.groups[group]}")
        painter.setFont(font)

    def _paint_zone(self, painter: QPainter, inner: QRect, value: float) -> None:
        zone = _ZONES[max(0, (round(value) - 1) // 20)]
        middle = QPointF(inner.left() + 5, inner.center().y() + 0.5)
        paint_zone_shape(painter, middle, zone, self._zone_ink.of(zone))

    def _paint_line(self, painter: QPainter, inner: QRect, source: int, column: str) -> None:
        symbol = self._model.coins.symbols[source]
        closes = self._model.coins.line(column, symbol)
        if closes is None:
            painter.setPen(self._muted)
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter), number_format.NOTHING)
            return
        size = (inner.width(), inner.height())
        known = self._lines.get((column, symbol))
        if known is None or known[0] is not closes or known[1] != size:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()
            known = self._lines[column, symbol] = (closes, size, _line(closes, *size))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._rising if closes[-1] >= closes[0] else self._falling)
        painter.translate(inner.topLeft())
        painter.drawPolyline(known[2])
        painter.translate(-inner.topLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _line(closes: FloatArray, width: int, height: int) -> QPolygonF:
    """Return closes as a line that fills a cell, oldest at the left."""
    low, high = float(closes.min()), float(closes.max())
    level = (closes - low) / (high - low) if high > low else np.full(len(closes), 0.5)
    x = np.linspace(0, width - 1, len(closes))
    y = _LINE_MARGIN + (1 - level) * (height - 2 * _LINE_MARGIN)
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
