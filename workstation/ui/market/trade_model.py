"""The tape as a table: newest trade first, small ones left out where that is wished, large ones marked."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import islice
from statistics import median

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from workstation.domain.live_market import Trade
from workstation.ui.theme import Theme
from workstation.ui.words.number_format import column_volume, price, volume

MOST_ROWS = 1_000
"""Trades that are kept, the newest."""

LARGE_TIMES = 20.0
"""A trade worth so many times the median of the tape is marked as large."""

COLUMNS = ("Time", "Price", "Size", "Value", "Side")
_TIME, _PRICE, _SIZE, _VALUE, _SIDE = range(len(COLUMNS))
_FEWEST = 30  # trades without which there is no telling what is large
_SIDES = {True: "▲ buy", False: "▼ sell", None: "–"}
_Index = QModelIndex | QPersistentModelIndex


class TradeModel(QAbstractTableModel):
    """Trades of one market.

    Parameters
    ----------
    theme : Theme
        Colours.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zone: tzinfo = UTC
        self._tape: deque[Trade] = deque(maxlen=MOST_ROWS)
        self._shown: list[Trade] = []
        self._least = 0.0
        self._large = float("inf")
        self._units = ("", "")
        self._price_step = 0.0
        self.n_left_out = 0

    @property
    def shown(self) -> Sequence[Trade]:
        """The trades in the table, newest first."""
        return self._shown

    @property
    def n_heard(self) -> int:
        """Trades on the tape, those that are too small to be shown among them."""
        return len(self._tape)

    def open(self, base: str, quote: str, price_step: float) -> None:
        """Begin the tape of another market."""
        self._units, self._price_step = (base, quote), price_step
        self._tape.clear()
        self.n_left_out = 0
        self._large = float("inf")
        self._begin_anew()

    def add(self, trades: Sequence[Trade], n_left_out: int) -> None:
        """Take trades, oldest first; `n_left_out` older ones came too fast to be told."""
        self.n_left_out += n_left_out
        if not trades:
            return
        self._tape.extendleft(trades)
        if len(self._tape) >= _FEWEST:
            self._large = LARGE_TIMES * median(_value(one) for one in self._tape)
        news = [one for one in reversed(trades) if _value(one) >= self._least][:MOST_ROWS]
        if news:
            self.beginInsertRows(QModelIndex(), 0, len(news) - 1)
            self._shown[:0] = news
            self.endInsertRows()
        spare = len(self._shown) - MOST_ROWS
        if spare > 0:
            self.beginRemoveRows(QModelIndex(), MOST_ROWS, MOST_ROWS + spare - 1)
            del self._shown[MOST_ROWS:]
            self.endRemoveRows()

    def set_least(self, value: float) -> None:
        """Show only trades that are worth this at least, quote currency."""
        self._least = value
        self._begin_anew()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        self._begin_anew()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.beginResetModel()
        self._shown = [one for one in islice(self._tape, MOST_ROWS) if _value(one) >= self._least]
        self.endResetModel()

    def is_large(self, trade: Trade) -> bool:
        """Return whether a trade is much larger than others on the tape."""
        return _value(trade) >= self._large

    # What Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        """Return how many trades are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a heading, with its unit."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        unit = {_PRICE: self._units[1], _SIZE: self._units[0], _VALUE: self._units[1]}.get(section, "")
        return f"{COLUMNS[section]} {unit}".strip()

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        trade, column = self._shown[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(trade, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.words(trade)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(trade, column)
            case Qt.ItemDataRole.BackgroundRole if self.is_large(trade):
                return QColor(self._theme.hover)
            case Qt.ItemDataRole.FontRole if self.is_large(trade):
                font = QFont()
                font.setBold(True)
                return font
        return None

    def words(self, trade: Trade) -> str:
        """Return a trade in words."""
        side = {True: "Buy", False: "Sell", None: "Trade"}[trade.is_buy]
        size = f"{volume(trade.size)} {self._units[0]}"
        large = "large, " if self.is_large(trade) else ""
        at = price(trade.price, self._price_step)
        return f"{side}, {large}{size} at {at}, worth {volume(_value(trade))} {self._units[1]}"

    def _text(self, trade: Trade, column: int) -> str:
        if column == _TIME:
            return datetime.fromtimestamp(trade.time_ms / 1000, self._zone).strftime("%H:%M:%S")
        if column == _PRICE:
            return price(trade.price, self._price_step)
        if column == _SIDE:
            return f"{_SIDES[trade.is_buy]}{' ◆' if self.is_large(trade) else ''}"
        return column_volume(trade.size if column == _SIZE else _value(trade))

    def _colour(self, trade: Trade, column: int) -> QColor:
        if column == _TIME or trade.is_buy is None:
            return QColor(self._theme.muted)
        if column in (_PRICE, _SIDE):
            return QColor(self._theme.rise if trade.is_buy else self._theme.fall)
        return QColor(self._theme.text)


def _value(trade: Trade) -> float:
    """Return what a trade is worth, quote currency."""
    return trade.price * trade.size


def _alignment(column: int) -> Qt.AlignmentFlag:
    if column == _SIDE:
        return Qt.AlignmentFlag.AlignCenter
    side = Qt.AlignmentFlag.AlignLeft if column == _TIME else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
