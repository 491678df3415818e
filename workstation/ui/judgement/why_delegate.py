"""Paints votes and data points: words and numbers at the left, the way they lean at the right."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.explanation import PointReading
from workstation.domain.signal import Direction, FamilyVote
from workstation.ui.icon import triangle
from workstation.ui.judgement.signal_row_painter import SignalRowPainter, signal_row_height
from workstation.ui.judgement.why_model import FamilyRow, VoteRow, WhyModel
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import NOTHING
from workstation.ui.words.reading_words import (
    NO_VOTE,
    age_words,
    direction_word,
    missing_words,
    plain_name,
    score_words,
    unit_words,
    value_words,
)

Index = QModelIndex | QPersistentModelIndex

_SELECTED = 0x8000  # QStyle.State_Selected; flags of an enum cost more than the cell
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_VOTE_HEIGHT, _FAMILY_HEIGHT, _POINT_HEIGHT = 25, 32, 42
_PADDING, _GAP = 12, 8
_BAR_WIDTH, _BAR_HEIGHT = 64, 6
_SIGN_WIDTH = 18  # of the arrow before a family
_WIDEST_WORD = "bearish"
_WIDEST_VOTE = f"{_WIDEST_WORD} −0.00"
_LEAST_FOR_BAR = 240  # a narrower row leaves the lean to its tool tip
_LEAST_UNIT = 34  # a unit that gets less is left to the tool tip
_STALE_OPACITY = 0.4


class WhyDelegate(QStyledItemDelegate):
    """Paints rows of a `WhyModel`.

    Parameters
    ----------
    model : WhyModel
        Whose rows are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: WhyModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.is_stale = False
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QPen(QColor(theme.text)), QPen(QColor(theme.muted))
        self._bullish, self._bearish = QColor(theme.bullish), QColor(theme.bearish)
        self._selection, self._track = QColor(theme.selection), QColor(theme.border)
        self._head = QColor(theme.panel)
        self._signal_painter = SignalRowPainter(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        row = self._model.row_at(index.row())
        if isinstance(row, PointReading):
            return QSize(160, _POINT_HEIGHT)
        if not isinstance(row, VoteRow | FamilyRow):
            return QSize(160, signal_row_height(row))
        return QSize(160, _VOTE_HEIGHT if isinstance(row, VoteRow) else _FAMILY_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        rect: QRect = option.rect
        row = self._model.row_at(index.row())
        if isinstance(row, FamilyRow):
            painter.fillRect(rect, self._head)
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._selection)
        painter.setOpacity(_STALE_OPACITY if self.is_stale else 1.0)
        painter.setFont(option.font)
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        if isinstance(row, PointReading):
            self._paint_point(painter, inner, row)
        elif isinstance(row, VoteRow):
            self._paint_vote(painter, inner, row)
        elif isinstance(row, FamilyRow):
            self._paint_family(painter, inner, row)
        else:
            self._signal_painter.paint(painter, inner, row)
        painter.setOpacity(1.0)

    def _paint_family(self, painter: QPainter, inner: QRect, row: FamilyRow) -> None:
        painter.setPen(self._muted)
        line = inner.adjusted(0, 6, 0, 0)
        self._write_end(painter, line, f"{row.n_known} of {row.n_points} known")
        room = line.width() - painter.fontMetrics().horizontalAdvance("00 of 00 known") - _GAP
        painter.setFont(_strong(painter.font()))
        painter.setPen(self._text)
        self._write(painter, line, row.family.label, room)

    def _paint_vote(self, painter: QPainter, inner: QRect, row: VoteRow) -> None:
        vote = row.vote
        self._paint_sign(painter, inner, vote)
        line = inner.adjusted(_SIGN_WIDTH, 0, 0, 0)
        painter.setPen(self._muted if vote is None else self._text)
        if vote is None:
            room = line.width() - self._write_end(painter, line, NO_VOTE) - _GAP
            self._write(painter, line, row.family.label, room)
            return
        line.setRight(self._paint_bar(painter, line, (row.rules or vote).score))
        metrics, word = painter.fontMetrics(), direction_word(vote.direction)
        said = word if row.rules is not None else f"{word} {score_words(vote.score)}"
        self._write_end(painter, line, said, self._ink_of(vote.direction))
        widest = _WIDEST_VOTE if row.rules is None else _WIDEST_WORD
        line.setRight(line.right() - metrics.horizontalAdvance(widest) - _GAP)
        age = age_words(max(self._model.closed_ms - vote.as_of_ms, 0))
        if row.rules is not None:
            age = f"rules {score_words(row.rules.score)}"
        if line.width() > metrics.horizontalAdvance(age + row.family.label) + 4:
            self._write_end(painter, line, age, self._muted)
        painter.setPen(self._text)
        self._write(painter, line, row.family.label, line.width())

    def _paint_point(self, painter: QPainter, inner: QRect, row: PointReading) -> None:
        half = inner.height() // 2
        upper = QRect(inner.left(), inner.top() + 4, inner.width(), half - 3)
        lower = QRect(inner.left(), inner.top() + half, inner.width(), half - 3)
        if row.value is None:
            painter.setPen(self._muted)
            end = upper.adjusted(upper.width() * 2 // 5, 0, 0, 0)
            room = upper.width() - self._write_end(painter, end, missing_words(row, self._model.coin)) - _GAP
            self._write(painter, upper, plain_name(row.name), room)
        else:
            self._paint_value(painter, upper, row)
        painter.setPen(self._muted)
        used = 0
        if row.age_ms is not None and row.value is not None:
            used = self._write_end(painter, lower, age_words(row.age_ms)) + _GAP
        self._write(painter, lower, one_line(row.sentence, 200), lower.width() - used)

    def _paint_value(self, painter: QPainter, line: QRect, row: PointReading) -> None:
        """Paint name, value and unit; the unit is cut before the name, and the value never."""
        right = self._paint_bar(painter, line, row.lean) if line.width() >= _LEAST_FOR_BAR else line.right()
        metrics = painter.fontMetrics()
        name, value, unit = plain_name(row.name), value_words(row), unit_words(row.unit)
        strong = _strong(painter.font())
        value_width = QFontMetrics(strong).horizontalAdvance(value)
        room = right - line.left() - value_width - metrics.horizontalAdvance(name) - _GAP - 4
        shown = metrics.elidedText(unit, Qt.TextElideMode.ElideRight, room) if room >= _LEAST_UNIT else ""
        place = QRect(line.left(), line.top(), right - line.left(), line.height())
        painter.setPen(self._muted)
        place.setRight(place.right() - self._write_end(painter, place, shown) - (4 if shown else 0))
        plain = painter.font()
        painter.setFont(strong)
        painter.setPen(self._text)
        place.setRight(place.right() - self._write_end(painter, place, value) - _GAP)
        painter.setFont(plain)
        self._write(painter, place, name, place.width())

    def _paint_sign(self, painter: QPainter, inner: QRect, vote: FamilyVote | None) -> None:
        """Paint the arrow of a vote; a dash where it is neutral, nothing where there is none."""
        middle = QPointF(inner.left() + 5, inner.center().y() + 1)
        if vote is None:
            return
        if vote.direction is Direction.NEUTRAL:
            painter.fillRect(QRectF(middle.x() - 4, middle.y() - 1, 8, 2), self._muted.color())
            return
        is_up = vote.direction is Direction.BULLISH
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillPath(triangle(middle, 9, up=is_up), self._bullish if is_up else self._bearish)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_bar(self, painter: QPainter, line: QRect, lean: float | None) -> int:
        """Paint -1..1 as a bar from its middle; return where the rest of the line ends."""
        track = QRect(line.right() - _BAR_WIDTH + 1, line.center().y() - _BAR_HEIGHT // 2, _BAR_WIDTH, 0)
        track.setHeight(_BAR_HEIGHT)
        middle, end = track.center().x(), track.left() - _GAP - 2
        if lean is None:
            painter.setPen(self._muted)
            box = QRect(track.left(), line.top(), track.width(), line.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), NOTHING)
            return end
        painter.fillRect(track, self._track)
        reach = round(max(-1.0, min(lean, 1.0)) * (_BAR_WIDTH // 2 - 1))
        left = middle if reach >= 0 else middle + reach
        colour = self._bullish if reach >= 0 else self._bearish
        painter.fillRect(QRect(left, track.top(), abs(reach), track.height()), colour)
        painter.fillRect(QRect(middle, track.top() - 2, 1, track.height() + 4), self._muted.color())
        return end

    def _ink_of(self, direction: Direction) -> QPen:
        if direction is Direction.NEUTRAL:
            return self._muted
        return QPen(self._bullish if direction is Direction.BULLISH else self._bearish)

    @staticmethod
    def _write(painter: QPainter, line: QRect, text: str, room: int) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.drawText(line, _LEFT, shown)

    @staticmethod
    def _write_end(painter: QPainter, line: QRect, text: str, pen: QPen | None = None) -> int:
        """Write at the right end of a line; return how much of it that took."""
        if pen is not None:
            painter.setPen(pen)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, _RIGHT, shown)
        return painter.fontMetrics().horizontalAdvance(shown)


def _strong(font: QFont) -> QFont:
    strong = QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    return strong
