"""Paints grades: a bar behind each number, the zone as a shape, a colour and a word."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.grade import Grade, Zone
from workstation.ui.judgement.grade_model import GradeModel
from workstation.ui.theme import Theme
from workstation.ui.widgets.zone_shape import ZoneInk, paint_zone_shape
from workstation.ui.words.grade_words import ZONE_WORDS

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 28
PADDING = 8
SHAPE_WIDTH = 20  # of the zone's shape before its word

_SELECTED = 0x8000  # QStyle.State_Selected; flags of an enum cost more than the cell
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_BAR_HEIGHT, _THIN = 6, 3
_QUOTE_GAP = 4
_NUMBER_WIDTH = 30  # of a grade beside its bar


class GradeDelegate(QStyledItemDelegate):
    """Paints cells of a `GradeModel`.

    Parameters
    ----------
    model : GradeModel
        Whose cells are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: GradeModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.hover_row = -1
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        self._rise, self._fall = QColor(theme.rise), QColor(theme.fall)
        self._selection, self._hover = QColor(theme.selection), QColor(theme.hover)
        self._track, self._zone_ink = QColor(theme.border), ZoneInk(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(60, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        rect: QRect = option.rect
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._selection)
        elif index.row() == self.hover_row:
            painter.fillRect(rect, self._hover)
        grade, column = self._model.grade_at(index.row()), self._model.columns[index.column()].id
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.setFont(option.font)
        if column == "grade":
            self._paint_grade(painter, inner, grade, option.font)
        elif column == "zone":
            self._paint_zone(painter, inner, grade)
        elif column == "change":
            self._paint_change(painter, inner, grade)
        elif column == "coin":
            self._paint_coin(painter, inner, grade, option.font)
        elif column == "label":
            painter.setPen(self._text)
            self._write(painter, inner, self._model.text(grade, column))
        else:
            self._paint_part(painter, inner, grade, column)

    def _paint_coin(self, painter: QPainter, inner: QRect, grade: Grade, font: QFont) -> None:
        base, _slash, quote = self._model.text(grade, "coin").partition("/")
        strong = _strong(font)
        painter.setFont(strong)
        painter.setPen(self._text)
        shown = painter.fontMetrics().elidedText(base, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _LEFT, shown)
        used = painter.fontMetrics().horizontalAdvance(shown) + _QUOTE_GAP
        painter.setFont(font)
        if shown == base and painter.fontMetrics().horizontalAdvance(quote) <= inner.width() - used:
            painter.setPen(self._muted)
            painter.drawText(inner.adjusted(used, 0, 0, 0), _LEFT, quote)

    def _paint_grade(self, painter: QPainter, inner: QRect, grade: Grade, font: QFont) -> None:
        number = QRect(inner.left(), inner.top(), _NUMBER_WIDTH - 6, inner.height())
        painter.setFont(_strong(font))
        painter.setPen(self._text)
        painter.drawText(number, _RIGHT, str(grade.value))
        track = QRect(inner.left() + _NUMBER_WIDTH, inner.center().y() - _BAR_HEIGHT // 2 + 1, 0, _BAR_HEIGHT)
        track.setRight(inner.right())
        if track.width() < 8:
            return
        painter.fillRect(track, self._track)
        track.setWidth(max(round(track.width() * grade.value / 100), 1))
        painter.fillRect(track, self._zone_ink.of(grade.zone))

    def _paint_zone(self, painter: QPainter, inner: QRect, grade: Grade) -> None:
        ink = self._zone_ink.of(grade.zone)
        middle = QPointF(inner.left() + 5.5, inner.center().y() + 0.5)
        paint_zone_shape(painter, middle, grade.zone, ink)
        painter.setPen(ink if grade.zone is not Zone.HOLDING else self._text)
        self._write(painter, inner.adjusted(SHAPE_WIDTH, 0, 0, 0), ZONE_WORDS[grade.zone])

    def _paint_change(self, painter: QPainter, inner: QRect, grade: Grade) -> None:
        change = round(grade.change_24h or 0.0)
        painter.setPen(self._muted if not change else self._rise if change > 0 else self._fall)
        painter.drawText(inner, _RIGHT, self._model.text(grade, "change"))

    def _paint_part(self, painter: QPainter, inner: QRect, grade: Grade, column: str) -> None:
        value = self._model.number_at(grade, column)
        painter.setPen(self._muted if value is None else self._text)
        painter.drawText(inner.adjusted(0, -2, 0, -2), _RIGHT, self._model.text(grade, column))
        if value is None:
            return
        track = QRect(inner.left(), inner.bottom() - 4, inner.width(), _THIN)
        painter.fillRect(track, self._track)
        track.setWidth(round(track.width() * value / 100))
        painter.fillRect(track, self._muted)

    @staticmethod
    def _write(painter: QPainter, line: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, _LEFT, shown)


def _strong(font: QFont) -> QFont:
    strong = QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    return strong
