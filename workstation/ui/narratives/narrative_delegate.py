"""Paints narratives: returns as coloured numbers or as heat, the last month as a line."""

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.candle import FloatArray
from workstation.domain.narrative_index import IndexStanding
from workstation.ui.narratives.narrative_model import COLUMNS, ROI_COLUMNS, NarrativeModel, Row
from workstation.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 28
PADDING = 8

_SELECTED = 0x8000  # QStyle.State_Selected; flags of an enum cost more than the cell
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_HOTTEST_PCT = {"day": 10.0, "week": 25.0, "month": 60.0, "all": 200.0}
_FAINTEST, _STRONGEST = 0.10, 0.42  # of a colour behind a number that must stay readable
_SPARK_MARGIN = 6


def heat(theme: Theme, roi_pct: float | None, hottest_pct: float) -> QColor:
    """Return the colour that lies behind a return; no colour where it is not known or nothing.

    Parameters
    ----------
    theme : Theme
    roi_pct : float or None
        Percent.
    hottest_pct : float
        Returns as large as this, up or down, have the strongest colour.
    """
    colour = QColor(theme.rise if (roi_pct or 0.0) > 0 else theme.fall)
    share = min(abs(roi_pct or 0.0) / hottest_pct, 1.0)
    colour.setAlphaF(_FAINTEST + (_STRONGEST - _FAINTEST) * share if roi_pct else 0.0)
    return colour


class NarrativeDelegate(QStyledItemDelegate):
    """Paints cells of a `NarrativeModel`.

    Parameters
    ----------
    model : NarrativeModel
        Whose cells are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: NarrativeModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.hover_row = -1
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        self._rise, self._fall = QColor(theme.rise), QColor(theme.fall)
        self._selection, self._hover = QColor(theme.selection), QColor(theme.hover)
        self._below, self._edge = QColor(theme.panel), QColor(theme.border)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(60, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        rect: QRect = option.rect
        row, column = self._model.row_at(index.row()), COLUMNS[index.column()].id
        self._paint_ground(painter, rect, index, bool(option.state.value & _SELECTED))
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if column == "spark":
            self._paint_spark(painter, inner, self._model.spark_at(index.row()))
            return
        value = self._model.number_at(row, column)
        if self._model.is_heat and column in ROI_COLUMNS:
            painter.fillRect(rect.adjusted(1, 1, -1, -1), heat(self._theme, value, _HOTTEST_PCT[column]))
        painter.setFont(_font(option.font, strong=column == "title"))
        painter.setPen(self._ink(row, column, value))
        said = self._model.text(row, column)
        elide = Qt.TextElideMode.ElideMiddle if column == "title" else Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(said, elide, inner.width())
        painter.drawText(inner, _LEFT if column == "title" else _RIGHT, shown)

    def _paint_ground(self, painter: QPainter, rect: QRect, index: Index, is_selected: bool) -> None:
        row = index.row()
        is_below = not isinstance(self._model.row_at(row), IndexStanding)
        if is_below:
            painter.fillRect(rect, self._below)
        if is_selected:
            painter.fillRect(rect, self._selection)
        elif row == self.hover_row:
            painter.fillRect(rect, self._hover)
        if row == self._model.n_narratives:
            painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), self._edge)

    def _ink(self, row: Row, column: str, value: float | None) -> QColor:
        if column in ROI_COLUMNS or column == "correlation":
            if value is None:
                return self._muted
            is_plain = column == "correlation" or self._model.is_heat
            return self._text if is_plain or not value else self._rise if value > 0 else self._fall
        if column == "title":
            return self._text if isinstance(row, IndexStanding) else self._muted
        return self._muted if value is None else self._text

    def _paint_spark(self, painter: QPainter, inner: QRect, closes: FloatArray) -> None:
        if len(closes) < 2:
            return
        low, high = float(closes.min()), float(closes.max())
        level = (closes - low) / (high - low) if high > low else np.full(len(closes), 0.5)
        x = inner.left() + np.linspace(0, inner.width() - 1, len(closes))
        y = inner.top() + _SPARK_MARGIN + (1 - level) * (inner.height() - 2 * _SPARK_MARGIN)
        line = QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self._rise if closes[-1] >= closes[0] else self._fall, 1.2))
        painter.drawPolyline(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _font(font: QFont, *, strong: bool) -> QFont:
    if not strong:
        return font
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
