"""Coins in columns of the trader's choice: matched, sorted and grouped with arrays, told row by row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from workstation.domain.screen import Mask, Screen, conditions_of, matches
from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind, FloatArray, order_of
from workstation.domain.ticker import Ticker
from workstation.ui.watchlists.screener_words import line_words, number_words
from workstation.ui.widgets.market_drag import MARKETS, dragged
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line, tooltip

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ALIGN, _ACCESSIBLE = 0, 3, 7, 11  # plain ints: an enum costs three times the call
_FIRST_SORT = int(Qt.ItemDataRole.InitialSortOrderRole)
_UP, _DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_HEAD_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_COIN_FLAGS = _HEAD_FLAGS | Qt.ItemFlag.ItemIsDragEnabled
_SMALL_FIRST = frozenset({ColumnKind.NAME, ColumnKind.AGE, ColumnKind.APART, ColumnKind.RANGES})
_TOLD_ALONE = 24  # more rows that changed are told as one range
LIVE = ("price", "change_24h", "volume_24h")
"""Columns that change with every price."""

SORT_MARKS = {False: "▲", True: "▼"}
"""Beside the head of the column that is sorted by: ascending, descending."""

NO_NARRATIVE = "No narrative"


class ScreenModel(QAbstractTableModel):
    """Coins that a screen lets through.

    A row of a group's head holds no coin; everything else asks `source_at` which coin a row shows.

    Parameters
    ----------
    price_step : callable
        Smallest change of price by symbol; 0.0 where not known.
    """

    def __init__(self, price_step: Callable[[str], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._price_step = price_step
        self.columns: tuple[str, ...] = ("market",)
        self.coins = CoinColumns()
        self.shown: NDArray[np.intp] = np.empty(0, np.intp)
        self.groups: tuple[str, ...] = ()
        self.folded: frozenset[str] = frozenset()
        self._group_names: tuple[str, ...] = ()
        self.screen: Screen | None = None
        self.is_grouped = False
        self.sorted_by, self.is_descending = "", False
        self.n_hits = 0
        self._row_of: dict[str, int] = {}
        self._labels: list[str] = []
        self._steps: list[float] = []

    def set_coins(self, coins: CoinColumns) -> None:
        """Take what is known of the coins; live prices of before are kept where nothing newer came."""
        self.beginResetModel()
        self.coins = coins
        self._row_of = {symbol: row for row, symbol in enumerate(coins.symbols)}
        self._labels = [one_line(symbol, 40) for symbol in coins.symbols]
        self._steps = [self._price_step(symbol) for symbol in coins.symbols]
        self.shown = self._arranged()
        self.endResetModel()

    def set_columns(self, columns: Sequence[str]) -> None:
        """Show these columns; the market always comes first."""
        self.beginResetModel()
        self.columns = (
            "market",
            *(one for one in dict.fromkeys(columns) if one in COLUMNS and one != "market"),
        )
        self.endResetModel()

    def set_screen(self, screen: Screen | None) -> None:
        """Show the coins that a screen lets through."""
        self._change(screen=screen)

    def set_grouped(self, is_grouped: bool) -> None:
        """Put the coins of each narrative together, or not."""
        self._change(is_grouped=is_grouped)

    def fold(self, group: str, *, is_folded: bool) -> None:
        """Hide the coins of a narrative under its heading, or show them again."""
        kept = self.folded - {group}
        self._change(folded=kept | {group} if is_folded else kept)

    def is_folded(self, group: int) -> bool:
        """Return whether the coins of a group are hidden under its heading."""
        return self._group_names[group] in self.folded

    def group_at(self, row: int) -> str:
        """Return the narrative whose heading a row is; empty where it is a coin's."""
        source = self.source_at(row) if 0 <= row < len(self.shown) else 0
        return self._group_names[-1 - source] if source < 0 else ""

    @property
    def is_sorted_by_price(self) -> bool:
        """True where new prices can change which rows there are, or their order."""
        return self.sorted_by in LIVE or any(one.column in LIVE for one in conditions_of(self.screen))

    def _change(self, **choices: Any) -> None:
        self.beginResetModel()
        for name, value in choices.items():
            setattr(self, name, value)
        self.shown = self._arranged()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is the venue's own order. What is not known comes last."""
        name = self.columns[column] if 0 <= column < len(self.columns) else ""
        is_line = bool(name) and COLUMNS[name].kind is ColumnKind.LINE
        self.sorted_by = "" if is_line else name
        self.is_descending = order is Qt.SortOrder.DescendingOrder
        self.rearrange()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def apply(self, tickers: Iterable[Ticker]) -> bool:
        """Take newest prices; return whether anything changed."""
        known, rows = self._known_of(tickers)
        if not known:
            return False
        return self._take(rows, [ticker.last for ticker in known], known)

    def _known_of(self, tickers: Iterable[Ticker]) -> tuple[list[Ticker], NDArray[np.intp]]:
        """Return the tickers of the coins that are here, and the rows of these coins."""
        place = self._row_of
        known = [ticker for ticker in tickers if ticker.symbol in place]
        return known, np.array([place[ticker.symbol] for ticker in known], np.intp)

    def _take(
        self, rows: NDArray[np.intp], last: Sequence[float | None] | FloatArray, known: Sequence[Ticker]
    ) -> bool:
        """Take the newest prices of some rows; return whether anything changed."""
        told = (
            last,
            [ticker.change_24h_pct for ticker in known],
            [ticker.quote_volume_24h for ticker in known],
        )
        is_new = np.zeros(len(known), bool)
        for name, values in zip(LIVE, told, strict=True):
            column, said = self._own(name), np.array(values, np.float64)  # None becomes NaN
            fresh = ~np.isnan(said) & (said != column[rows])
            column[rows[fresh]] = said[fresh]
            is_new |= fresh
        if is_new.any():
            self._tell(rows[is_new])
        return bool(is_new.any())

    def set_numbers(self, columns: Mapping[str, FloatArray]) -> None:
        """Take whole columns anew, such as ages that have grown."""
        for name, values in columns.items():
            self._own(name)[:] = values
        if len(self.shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.shown) - 1, len(self.columns) - 1))

    def rearrange(self) -> None:
        """Match, sort and group again after values changed; the selection stays on its coins."""
        arranged = self._arranged()
        if np.array_equal(arranged, self.shown):
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        place = np.full(len(self.coins.symbols), -1, np.intp)
        is_coin = arranged >= 0
        place[arranged[is_coin]] = np.flatnonzero(is_coin)
        new = [self._moved(one, place) for one in old]
        self.shown = arranged
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _moved(self, index: QModelIndex, place: NDArray[np.intp]) -> QModelIndex:
        source = int(self.shown[index.row()])
        row = int(place[source]) if source >= 0 else -1
        return self.createIndex(row, index.column()) if row >= 0 else QModelIndex()

    def source_at(self, row: int) -> int:
        """Return which coin a row shows; below zero for the head of a group."""
        return int(self.shown[row]) if 0 <= row < len(self.shown) else -1

    def symbol_at(self, row: int) -> str:
        """Return the market of a row; empty for the head of a group."""
        source = self.source_at(row)
        return self.coins.symbols[source] if source >= 0 else ""

    def row_of(self, symbol: str) -> int:
        """Return the shown row of a market; -1 where it is not shown."""
        where = np.flatnonzero(self.shown == self._row_of.get(symbol, len(self._row_of)))
        return int(where[0]) if len(where) else -1

    def hits(self) -> tuple[str, ...]:
        """Return the markets that are shown, each once, from top to bottom."""
        return tuple(dict.fromkeys(self.coins.symbols[one] for one in self.shown.tolist() if one >= 0))

    def text(self, source: int, column: str) -> str:
        """Return what a cell says, fit to be painted."""
        spec = COLUMNS[column]
        if column == "market":
            return self._labels[source]
        if spec.kind is ColumnKind.NAME:
            return one_line(", ".join(self.coins.cells(column)[source]), 80) or number_format.NOTHING
        if spec.kind is ColumnKind.LINE:
            return ""
        value = float(self.coins.number(column)[source])
        return number_words(spec.kind, value, self._steps[source] if spec.kind is ColumnKind.PRICE else 0.0)

    def _own(self, column: str) -> FloatArray:
        """Return a column of numbers that may be written to."""
        values = self.coins.numbers.get(column)
        if values is None or not values.flags.writeable:
            values = np.array(self.coins.number(column))
            numbers = {**self.coins.numbers, column: values}
            self.coins = CoinColumns(self.coins.symbols, numbers, self.coins.names, self.coins.lines)
        return values

    def _tell(self, sources: NDArray[np.intp]) -> None:
        place = np.full(len(self.coins.symbols), -1, np.intp)
        coins = self.shown >= 0
        place[self.shown[coins]] = np.flatnonzero(coins)
        rows = place[sources]
        rows = rows[rows >= 0]
        live = _runs([at for at, name in enumerate(self.columns) if name in LIVE])
        if not len(rows) or not live:
            return
        spans = [(int(rows.min()), int(rows.max()))]
        if len(rows) <= _TOLD_ALONE and len(rows) <= spans[0][1] - spans[0][0]:
            spans = [(row, row) for row in rows.tolist()]
        for first, last in spans:
            for left, right in live:
                self.dataChanged.emit(self.index(first, left), self.index(last, right))

    def _arranged(self) -> NDArray[np.intp]:
        mask = self._mask()
        self.n_hits = int(mask.sum())
        if self.sorted_by:
            order = order_of(self.coins, self.sorted_by, descending=self.is_descending)
            rows = order[mask[order]]
        else:
            rows = np.flatnonzero(mask)
        self.groups = self._group_names = ()
        return self._grouped(rows) if self.is_grouped else rows

    def _mask(self) -> Mask:
        """Return which coins are let through."""
        return matches(self.screen, self.coins)

    def _grouped(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return rows by narrative, each group led by a head; those of folded groups are left out.

        A coin of several narratives stands with the best ranked one, so that no coin is shown twice.
        """
        cells = self.coins.cells("narrative")
        by_name: dict[str, list[int]] = {}
        for row in rows.tolist():
            by_name.setdefault(cells[row][0] if cells[row] else NO_NARRATIVE, []).append(row)
        names = sorted(by_name, key=lambda name: (name == NO_NARRATIVE, name.casefold()))
        self.groups = tuple(f"{one_line(name, 60)} · {len(by_name[name])}" for name in names)
        self._group_names = tuple(names)
        shown = [() if name in self.folded else by_name[name] for name in names]
        found = [one for at, rows_of in enumerate(shown) for one in (-1 - at, *rows_of)]
        return np.array(found, np.intp)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that coins can be dragged, heads of groups not."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        is_head = self.groups and self.source_at(index.row()) < 0
        return _HEAD_FLAGS if is_head else _COIN_FLAGS

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text."""
        source, column = self.source_at(index.row()), self.columns[index.column()]
        spec = COLUMNS[column]
        if role == _ALIGN:
            return _LEFT if spec.kind is ColumnKind.NAME else _RIGHT
        if source < 0:
            return self._head_data(-1 - source, role) if index.column() == 0 else None
        if role == _DISPLAY:
            return self.text(source, column)
        if role == _ACCESSIBLE:
            is_line = spec.kind is ColumnKind.LINE
            symbol = self.coins.symbols[source]
            said = line_words(self.coins.line(column, symbol)) if is_line else self.text(source, column)
            return said if column == "market" else f"{spec.title}: {said}"
        if role == _TOOLTIP:
            said = self.text(source, column)
            why = (spec.absent,) if said == number_format.NOTHING and spec.absent else ()
            return tooltip(self._labels[source], f"{spec.title}: {said}", spec.meaning, *why)
        return None

    def _head_data(self, group: int, role: int) -> str | None:
        """Return what the head of a group says."""
        if role == _ACCESSIBLE:
            return f"{self.groups[group]}, {'folded' if self.is_folded(group) else 'open'}"
        return self.groups[group] if role == _DISPLAY else None

    def mimeTypes(self) -> list[str]:
        """Return how dragged markets are carried."""
        return [MARKETS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the markets of some rows, to be dragged."""
        return dragged(self.symbol_at(index.row()) for index in indexes)

    def supportedDragActions(self) -> Qt.DropAction:
        """Return that markets are copied, never taken away."""
        return Qt.DropAction.CopyAction

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Return what a column's header says."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        spec = COLUMNS[self.columns[section]]
        if role == _DISPLAY:
            is_sorted = spec.id == self.sorted_by
            return f"{spec.title} {SORT_MARKS[self.is_descending]}" if is_sorted else spec.title
        if role == _ACCESSIBLE:
            return spec.title
        if role == _TOOLTIP:
            return tooltip(spec.meaning, f"In a condition: {spec.id}")
        if role == _ALIGN:
            return _LEFT if spec.kind is ColumnKind.NAME else _RIGHT
        if role == _FIRST_SORT:
            return _UP if spec.kind in _SMALL_FIRST else _DOWN
        return None


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and the last of places that stand side by side; they rise."""
    runs: list[tuple[int, int]] = []
    for at in places:
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs
