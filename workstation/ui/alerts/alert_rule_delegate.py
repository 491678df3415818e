"""Paints a rule of alerts: what it watches, when it tells, what it said last, and what it is doing."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.alert_rule import RuleStanding, RuleState
from workstation.ui.alerts.alert_rule_model import AlertRuleModel
from workstation.ui.alerts.alert_rule_words import STATE_WORDS, condition_words, last_words, title_words
from workstation.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 68
_SELECTED = 0x8000  # QStyle.State_Selected
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LINE = 20
_MARK = 4.5


class AlertRuleDelegate(QStyledItemDelegate):
    """Paints rows of an `AlertRuleModel`."""

    def __init__(self, model: AlertRuleModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted, self._line = QColor(theme.text), QColor(theme.muted), QColor(theme.grid)
        self._selection, self._warning = QColor(theme.selection), QColor(theme.warning)
        self._accent = QColor(theme.accent)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(160, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        standing, rect, font = self._model.standing_at(index.row()), option.rect, option.font
        if standing is None:
            return
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._selection)
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        self._paint_mark(painter, QPointF(rect.left() + 19, rect.top() + 14), standing.state)
        line = QRect(rect.left() + 34, rect.top() + 4, rect.width() - 44, _LINE)
        self._paint_head(painter, line, standing, font)
        self._paint_words(painter, line.translated(0, _LINE), condition_words(standing.rule), self._muted)
        place = self._model.places.get(standing.rule.id, "")
        last = line.translated(0, 2 * _LINE)
        self._paint_right(painter, last, place, self._text)
        last.adjust(0, 0, -painter.fontMetrics().horizontalAdvance(place) - 10 * bool(place), 0)
        colour = self._warning if standing.detail else self._muted
        self._paint_words(painter, last, last_words(standing, self._model.zone), colour)

    def _paint_head(self, painter: QPainter, line: QRect, standing: RuleStanding, font: QFont) -> None:
        painter.setFont(font)
        words = STATE_WORDS[standing.state]
        is_on = standing.state is RuleState.WATCHING
        self._paint_right(painter, line, words, self._text if is_on else self._muted)
        title, timeframe = title_words(standing.rule)
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        plain, bold = QFontMetrics(font), QFontMetrics(strong)
        taken = plain.horizontalAdvance(words) + plain.horizontalAdvance(timeframe) + 24
        shown = bold.elidedText(title, Qt.TextElideMode.ElideRight, max(line.width() - taken, 30))
        painter.setFont(strong)
        painter.setPen(self._text)
        painter.drawText(line, _LEFT, shown)
        painter.setFont(font)
        beside = line.adjusted(bold.horizontalAdvance(shown) + 8, 0, 0, 0)
        self._paint_words(painter, beside, timeframe, self._muted)

    @staticmethod
    def _paint_right(painter: QPainter, line: QRect, words: str, colour: QColor) -> None:
        painter.setPen(colour)
        painter.drawText(line, _RIGHT, words)

    @staticmethod
    def _paint_words(painter: QPainter, line: QRect, words: str, colour: QColor) -> None:
        painter.setPen(colour)
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, _LEFT, shown)

    def _paint_mark(self, painter: QPainter, at: QPointF, state: RuleState) -> None:
        """Paint a shape for what a rule is doing, which differs not by colour alone."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_on = state is RuleState.WATCHING
        colour = self._warning if state is RuleState.WAITING else self._accent if is_on else self._muted
        painter.setPen(QPen(colour, 1.8))
        x, y = at.x(), at.y()
        if state in (RuleState.WATCHING, RuleState.WAITING):
            painter.setBrush(colour if is_on else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, _MARK, _MARK)
        elif state is RuleState.PAUSED:
            for side in (-3.0, 1.0):
                painter.fillRect(QRectF(x + side, y - _MARK, 2.4, 2 * _MARK), colour)
        elif state is RuleState.DONE:
            painter.drawPolyline([QPointF(x - 5, y), QPointF(x - 1.5, y + 4), QPointF(x + 5, y - 4)])
        else:
            painter.drawLine(QPointF(x - _MARK, y), QPointF(x + _MARK, y))
        painter.restore()
