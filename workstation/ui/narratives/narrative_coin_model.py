"""The coins that a narrative's index holds, as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from workstation.domain.narrative_index import Holding
from workstation.ui.narratives import narrative_words as words
from workstation.ui.narratives.narrative_model import Column
from workstation.ui.theme import Theme
from workstation.ui.widgets.market_drag import MARKETS, dragged
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line, tooltip

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ALIGN, _INK, _ACCESSIBLE = 0, 3, 7, 9, 11
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_DRAGGED = Qt.ItemFlag.ItemIsDragEnabled
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

COIN_COLUMNS = (
    Column("coin", "Coin", "Held by the index now; Enter or a double click opens its chart"),
    Column("weight", "Weight", "Part of the index's value now"),
    Column("grade", "Grade", "0 to 100: how the coin stands among all coins"),
    Column("lean", "Signal", "The coin's newest signal that still stands"),
    Column("day", "24 h", "Return over 24 hours"),
    Column("week", "7 d", "Return over 7 days"),
    Column("month", "30 d", "Return over 30 days"),
)
_FIGURES = {
    "weight": "weight",
    "grade": "grade",
    "lean": "lean",
    "day": "roi_24h_pct",
    "week": "roi_7d_pct",
    "month": "roi_30d_pct",
}


class NarrativeCoinModel(QAbstractTableModel):
    """Holdings of one index, sorted as the trader asks.

    Attributes
    ----------
    symbols : mapping of str to str
        Where each coin trades, as far as that is known; such coins can be dragged onto a list.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._holdings: tuple[Holding, ...] = ()
        self._shown: list[Holding] = []
        self.symbols: Mapping[str, str] = {}
        self._sorted_by, self._descending = "weight", True
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._rise, self._fall, self._muted = QColor(theme.rise), QColor(theme.fall), QColor(theme.muted)

    def set_holdings(self, holdings: Sequence[Holding]) -> None:
        """Show what an index holds."""
        self.beginResetModel()
        self._holdings = tuple(holdings)
        self._shown = self._arranged()
        self.endResetModel()

    def holding_at(self, row: int) -> Holding:
        """Return what a row shows."""
        return self._shown[row]

    def row_of(self, coin: str) -> int:
        """Return the row of a coin; -1 where it is not held."""
        return next((row for row, one in enumerate(self._shown) if one.coin == coin), -1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is by weight, the largest first. What is not known comes last."""
        known = 0 <= column < len(COIN_COLUMNS)
        self._sorted_by = COIN_COLUMNS[column].id if known else "weight"
        self._descending = order is Qt.SortOrder.DescendingOrder if known else True
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        coins = [self._shown[one.row()].coin for one in old]
        self._shown = self._arranged()
        new = [self.index(self.row_of(coin), one.column()) for coin, one in zip(coins, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _arranged(self) -> list[Holding]:
        by, sign = self._sorted_by, -1.0 if self._descending else 1.0
        if by == "coin":
            return sorted(self._holdings, key=lambda one: one.coin, reverse=self._descending)

        def place(one: Holding) -> tuple[bool, float, str]:
            value = _figure(one, by)
            return value is None, sign * (value or 0.0), one.coin

        return sorted(self._holdings, key=place)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many coins are held."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COIN_COLUMNS)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text, and in which colour."""
        holding, column = self._shown[index.row()], COIN_COLUMNS[index.column()].id
        if role == _DISPLAY:
            return _text(holding, column)
        if role == _ACCESSIBLE:
            said = _text(holding, column)
            return said if column == "coin" else f"{COIN_COLUMNS[index.column()].title} {said}"
        if role == _ALIGN:
            return _LEFT if column in ("coin", "lean") else _RIGHT
        if role == _INK:
            return self._ink(_figure(holding, column), column)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that coins whose market is known can be dragged."""
        can_drag = index.isValid() and self._shown[index.row()].coin in self.symbols
        return super().flags(index) | (_DRAGGED if can_drag else Qt.ItemFlag.NoItemFlags)

    def mimeTypes(self) -> list[str]:
        """Return how dragged markets are carried."""
        return [MARKETS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the markets of some rows, to be dragged."""
        return dragged(self.symbols.get(self._shown[index.row()].coin, "") for index in indexes)

    def _ink(self, value: float | None, column: str) -> QColor | None:
        if value is None or (column == "lean" and not value):
            return self._muted
        if column in ("coin", "weight", "grade") or not value:
            return None
        return self._rise if value > 0 else self._fall

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Return what a column's head says."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COIN_COLUMNS):
            return None
        column = COIN_COLUMNS[section]
        if role == _DISPLAY:
            return column.title
        if role == _TOOLTIP:
            return tooltip(column.tip)
        if role == _ALIGN:
            return _LEFT if column.id in ("coin", "lean") else _RIGHT
        return None


def _figure(holding: Holding, column_id: str) -> float | None:
    if column_id == "coin":
        return 0.0
    return getattr(holding, _FIGURES[column_id])  # type: ignore[no-any-return]  # each is a number or None


def _text(holding: Holding, column_id: str) -> str:
    match column_id:
        case "coin":
            return one_line(holding.coin, 40)
        case "weight":
            return words.weight(holding.weight)
        case "grade":
            return number_format.NOTHING if holding.grade is None else str(holding.grade)
        case "lean":
            return words.lean(holding.lean)
    return words.roi(_figure(holding, column_id))
