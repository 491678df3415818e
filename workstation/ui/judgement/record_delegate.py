"""Paints the record of signals: hit rates with their interval, and each signal with what became of it."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workstation.domain.ledger import LEAST_N, HitRecord, SignalEntry
from workstation.domain.signal import Direction
from workstation.ui.icon import triangle
from workstation.ui.judgement.record_model import RecordColumn, RecordModel, SignalListModel
from workstation.ui.judgement.record_words import TOO_FEW, odds_words, outcome_words, votes_words
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line
from workstation.ui.zone import day_and_time

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 28
SIGNAL_HEIGHT = 46
PADDING = 8

_SELECTED = 0x8000  # QStyle.State_Selected; flags of an enum cost more than the cell
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WHISKER, _MARK, _DOT = 8, 14, 6  # heights of interval ends and base rate, size of the hit rate
_GAP = 8
_LEAST_FOR_BASE = 240  # a narrower row leaves the base rate to its tool tip


class RecordDelegate(QStyledItemDelegate):
    """Paints cells of a `RecordModel`; what rests on too few outcomes is muted and says so.

    Parameters
    ----------
    model : RecordModel
        Whose cells are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: RecordModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        self._rise, self._fall = QColor(theme.rise), QColor(theme.fall)
        self._accent, self._warning = QColor(theme.accent), QColor(theme.warning)
        self._selection, self._track = QColor(theme.selection), QColor(theme.border)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(60, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        rect: QRect = option.rect
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._selection)
        record, column = self._model.record_at(index.row()), index.column()
        is_proof = record.n >= LEAST_N
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.setFont(option.font)
        if column == RecordColumn.RATE:
            self._paint_rate(painter, inner, record)
            return
        ink = self._text if is_proof else self._muted
        if column == RecordColumn.NET and is_proof and record.net_mean_pct:
            ink = self._rise if record.net_mean_pct > 0 else self._fall
        painter.setPen(ink)
        is_text = column == RecordColumn.GROUP
        text = self._model.text(record, column)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _LEFT if is_text else _RIGHT, shown)

    def _paint_rate(self, painter: QPainter, inner: QRect, record: HitRecord) -> None:
        """Paint the hit rate as a number, then 0..100 % as a line with interval, rate and base rate on it."""
        is_proof = record.n >= LEAST_N
        metrics = painter.fontMetrics()
        number = QRect(inner.left(), inner.top(), metrics.horizontalAdvance("100 %"), inner.height())
        painter.setPen(self._text if is_proof else self._muted)
        painter.drawText(number, _RIGHT, self._model.text(record, RecordColumn.RATE))
        line = inner.adjusted(number.width() + _GAP, 0, 0, 0)
        if not is_proof:
            painter.setPen(self._muted)
            painter.drawText(line, _RIGHT, TOO_FEW)
            line.setRight(line.right() - metrics.horizontalAdvance(TOO_FEW) - _GAP)
        if line.width() < 24 or record.hit_rate is None:
            return
        self._paint_whiskers(painter, QRectF(line), record, self._accent if is_proof else self._muted)

    def _paint_whiskers(self, painter: QPainter, line: QRectF, record: HitRecord, ink: QColor) -> None:
        middle = round(line.center().y())
        low, high = (line.left() + line.width() * each for each in record.interval)
        painter.fillRect(QRectF(line.left(), middle, line.width(), 1), self._track)
        painter.fillRect(QRectF(low, middle - 0.5, high - low, 2), ink)
        for x in (low, high):
            painter.fillRect(QRectF(x - 0.5, middle - _WHISKER / 2, 1.5, _WHISKER + 1), ink)
        at = line.left() + line.width() * (record.hit_rate or 0.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(at, middle + 0.5), _DOT / 2, _DOT / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if record.base_rate is not None:
            base = line.left() + line.width() * record.base_rate
            painter.fillRect(QRectF(base - 0.75, middle - _MARK / 2, 1.5, _MARK + 1), self._warning)


class SignalListDelegate(QStyledItemDelegate):
    """Paints rows of a `SignalListModel`.

    Parameters
    ----------
    model : SignalListModel
        Whose rows are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: SignalListModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        self._bullish, self._bearish = QColor(theme.bullish), QColor(theme.bearish)
        self._rise, self._fall = QColor(theme.rise), QColor(theme.fall)
        self._selection, self._line = QColor(theme.selection), QPen(QColor(theme.grid))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(160, SIGNAL_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        rect: QRect = option.rect
        entry = self._model.entry_at(index.row())
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._selection)
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(option.font)
        is_up = entry.signal.direction is Direction.BULLISH
        middle = QPointF(rect.left() + 18, rect.top() + 15)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillPath(triangle(middle, 10, up=is_up), self._bullish if is_up else self._bearish)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        upper = QRect(rect.left() + 32, rect.top() + 4, rect.width() - 44, 20)
        self._paint_head(painter, upper, entry, option.font)
        painter.setFont(option.font)
        self._paint_outcome(painter, upper.translated(0, 19), entry)

    def _paint_head(self, painter: QPainter, line: QRect, entry: SignalEntry, font: QFont) -> None:
        signal = entry.signal
        painter.setPen(self._text)
        odds = odds_words(signal)
        if line.width() < _LEAST_FOR_BASE:
            odds = odds.partition(" (")[0]
        painter.drawText(line, _RIGHT, odds)
        room = line.width() - painter.fontMetrics().horizontalAdvance(odds) - _GAP
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        name = painter.fontMetrics().elidedText(
            one_line(signal.key.symbol, 40), Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(line, _LEFT, name)
        used = painter.fontMetrics().horizontalAdvance(name) + _GAP
        painter.setFont(font)
        painter.setPen(self._muted)
        when = f"{signal.key.timeframe}   {day_and_time(signal.known_at_ms, self._model.zone)}"
        shown = painter.fontMetrics().elidedText(when, Qt.TextElideMode.ElideRight, max(room - used, 0))
        painter.drawText(line.adjusted(used, 0, 0, 0), _LEFT, shown)

    def _paint_outcome(self, painter: QPainter, line: QRect, entry: SignalEntry) -> None:
        outcome = entry.outcome
        ink = self._muted if outcome is None else self._rise if outcome.net_pct > 0 else self._fall
        painter.setPen(ink)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(
            outcome_words(entry, self._model.zone), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, _RIGHT, text)
        room = line.width() - metrics.horizontalAdvance(text) - _GAP
        votes = votes_words(entry.signal)
        if room < metrics.horizontalAdvance(votes):
            votes = votes.partition(" families")[0]
        painter.setPen(self._muted)
        painter.drawText(line, _LEFT, metrics.elidedText(votes, Qt.TextElideMode.ElideRight, max(room, 0)))
