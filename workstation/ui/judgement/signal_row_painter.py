"""Paints what a model said of a signal: the chance, signed bars, and what would undo it."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from workstation.domain.signal import Direction
from workstation.ui.icon import triangle
from workstation.ui.judgement.signal_rows import (
    ChanceRow,
    ContributionRow,
    FlipRow,
    RecordRow,
    SignalRow,
    TitleRow,
)
from workstation.ui.theme import Theme
from workstation.ui.words.reading_words import age_words, plain_name, score_words
from workstation.ui.words.signal_words import flip_words, value_of

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_HEIGHTS: dict[type, int] = {ChanceRow: 70, RecordRow: 48, TitleRow: 30, ContributionRow: 24, FlipRow: 24}
_LINE, _SIGN_WIDTH, _GAP = 20, 18, 8
_BAR_WIDTH, _BAR_HEIGHT = 64, 6


def signal_row_height(row: SignalRow) -> int:
    """Return the height of a row, pixels."""
    return _HEIGHTS[type(row)]


class SignalRowPainter:
    """Paints rows of a signal in a theme's colours."""

    def __init__(self, theme: Theme) -> None:
        self._text, self._muted, self._track = QColor(theme.text), QColor(theme.muted), QColor(theme.border)
        self._bullish, self._bearish = QColor(theme.bullish), QColor(theme.bearish)
        self._for, self._against = QColor(theme.accent), QColor(theme.warning)

    def paint(self, painter: QPainter, inner: QRect, row: SignalRow) -> None:
        """Paint one row inside its margins; the painter has the list's font."""
        match row:
            case ChanceRow():
                self._paint_chance(painter, inner, row)
            case RecordRow():
                self._paint_record(painter, inner, row)
            case TitleRow(text):
                painter.setPen(self._muted)
                self._write(painter, inner.adjusted(0, 6, 0, 0), text, inner.width())
            case ContributionRow():
                self._paint_contribution(painter, inner, row)
            case FlipRow(flip):
                painter.setPen(self._text)
                self._write(painter, inner, flip_words(flip), inner.width())

    def _paint_chance(self, painter: QPainter, inner: QRect, row: ChanceRow) -> None:
        line = QRect(inner.left() + _SIGN_WIDTH, inner.top() + 5, inner.width() - _SIGN_WIDTH, _LINE)
        ink = self._paint_sign(painter, QPointF(inner.left() + 5, line.center().y() + 1), row.direction)
        plain = painter.font()
        strong = QFont(plain)
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(ink)
        self._write(painter, line, row.chance, line.width())
        painter.setFont(plain)
        painter.setPen(self._text)
        self._write(painter, line.translated(0, _LINE), row.agreement, line.width())
        painter.setPen(self._muted)
        self._write(painter, line.translated(0, 2 * _LINE), row.ground, line.width())

    def _paint_sign(self, painter: QPainter, middle: QPointF, direction: Direction) -> QColor:
        """Paint an arrow, or a dash for neither way; return its colour, for the words beside it."""
        if direction is Direction.NEUTRAL:
            painter.fillRect(QRectF(middle.x() - 4, middle.y() - 1, 8, 2), self._muted)
            return self._text
        is_up = direction is Direction.BULLISH
        ink = self._bullish if is_up else self._bearish
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillPath(triangle(middle, 10, up=is_up), ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        return ink

    def _paint_record(self, painter: QPainter, inner: QRect, row: RecordRow) -> None:
        line = QRect(inner.left() + _SIGN_WIDTH, inner.top() + 3, inner.width() - _SIGN_WIDTH, _LINE)
        painter.setPen(self._text)
        self._write(painter, line, row.figure, line.width())
        painter.setPen(self._muted)
        self._write(painter, line.translated(0, _LINE), row.facts, line.width())

    def _paint_contribution(self, painter: QPainter, inner: QRect, row: ContributionRow) -> None:
        metrics = painter.fontMetrics()
        inks = (self._bullish, self._bearish) if row.is_lean else (self._for, self._against)
        right = self._paint_bar(painter, inner, row.share, inks)
        line = QRect(inner.left(), inner.top(), right - inner.left(), inner.height())
        painter.setPen(self._text)
        painter.drawText(line, _RIGHT, score_words(row.contribution.weight))
        room = line.width() - metrics.horizontalAdvance("+0.00") - _GAP
        value = value_of(row.contribution)
        age = "" if row.age_ms is None else age_words(row.age_ms)
        name = plain_name(row.contribution.name)
        width = min(
            metrics.horizontalAdvance(name) + 2, max(room - metrics.horizontalAdvance(value) - _GAP, 0)
        )
        self._write(painter, line, name, width)
        rest = line.adjusted(width + _GAP, 0, 0, 0)
        painter.setPen(self._muted)
        left = room - width - _GAP
        facts = f"{value}, {age}" if age else value
        self._write(painter, rest, facts if metrics.horizontalAdvance(facts) <= left else value, left)

    def _paint_bar(self, painter: QPainter, line: QRect, share: float, inks: tuple[QColor, QColor]) -> int:
        """Paint -1..1 as a bar from its middle; return where the rest of the line ends."""
        track = QRect(line.right() - _BAR_WIDTH + 1, line.center().y() - _BAR_HEIGHT // 2, _BAR_WIDTH, 0)
        track.setHeight(_BAR_HEIGHT)
        middle = track.center().x()
        painter.fillRect(track, self._track)
        reach = round(max(-1.0, min(share, 1.0)) * (_BAR_WIDTH // 2 - 1))
        left = middle if reach >= 0 else middle + reach
        bar = QRect(left, track.top(), abs(reach), track.height())
        painter.fillRect(bar, inks[0] if reach >= 0 else inks[1])
        painter.fillRect(QRect(middle, track.top() - 2, 1, track.height() + 4), self._muted)
        return track.left() - _GAP - 2

    @staticmethod
    def _write(painter: QPainter, line: QRect, text: str, room: int) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.drawText(line, _LEFT, shown)
