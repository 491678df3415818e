"""The watchlist as columns: one array a column, one order, one signal when prices change."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workstation.domain.grade import Grade
from workstation.domain.ticker import Ticker
from workstation.domain.watch_book import CoinNote
from workstation.ui import number_format
from workstation.ui.foreign_text import one_line, tooltip
from workstation.ui.grade_words import LABEL_WORDS, ZONE_WORDS

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ALIGN, _ACCESSIBLE = 0, 3, 7, 11  # plain ints: an enum costs three times the call
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
NO_GRADE = "No grade yet: grades come at a close, once enough coins have a history."


class Column(IntEnum):
    """Columns, left to right."""

    SYMBOL = 0
    LAST = 1
    CHANGE = 2
    GRADE = 3
    SPARK = 4


HEADERS = ("Market", "Last", "24 h", "Grade", "Last day")
_HEADER_TIPS = (
    "Click to sort; the third click brings back your own order",
    "Last price, in the currency the market is quoted in",
    "Change over 24 hours, percent",
    "Grade of the newest close, 0 to 100: how the coin stands among all coins",
    "Closing prices of the last 24 hours",
)


class WatchlistModel(QAbstractTableModel):
    """Watched markets with their prices.

    Parameters
    ----------
    price_step : callable
        Smallest change of price by symbol; 0.0 where not known.
    monotonic : callable
        Seconds; when a price moved is kept so that it can be shown.
    """

    def __init__(
        self,
        price_step: Callable[[str], float],
        monotonic: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._price_step = price_step
        self._monotonic = monotonic
        self._symbols: list[str] = []
        self._row_of: dict[str, int] = {}
        self._filter = ""
        self._sorted_by: Column | None = None
        self._descending = False
        self._grades: dict[str, Grade] = {}
        self.notes: dict[str, CoinNote] = {}
        self._resize([])

    def _resize(self, symbols: list[str]) -> None:
        """Take these symbols, keeping what is known of those that stay."""
        kept = [self._row_of.get(symbol, -1) for symbol in symbols]
        old = np.array(kept, np.intp)
        known = old >= 0
        blank = {"last": np.nan, "change": np.nan, "moved_at": -np.inf, "moved": 0.0}
        for name, nothing in blank.items():
            fresh = np.full(len(symbols), nothing)
            if known.any():
                fresh[known] = getattr(self, name)[old[known]]
            setattr(self, name, fresh)
        sparks = getattr(self, "sparks", {})
        self.sparks: dict[str, NDArray[np.float64]] = {s: sparks[s] for s in symbols if s in sparks}
        self._symbols = symbols
        self._row_of = {symbol: row for row, symbol in enumerate(symbols)}
        self._labels = [one_line(symbol, 40) for symbol in symbols]
        self.shown = self._arranged()

    last: NDArray[np.float64]
    change: NDArray[np.float64]
    moved_at: NDArray[np.float64]
    moved: NDArray[np.float64]
    shown: NDArray[np.intp]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every watched symbol, in the trader's order."""
        return tuple(self._symbols)

    @property
    def filter(self) -> str:
        """What the list is narrowed to; empty where all is shown."""
        return self._filter

    def symbol_at(self, row: int) -> str:
        """Return the symbol of a shown row."""
        return self._symbols[int(self.shown[row])]

    def label_at(self, row: int) -> str:
        """Return the symbol of a shown row as it may be painted."""
        return self._labels[int(self.shown[row])]

    def row_of(self, symbol: str) -> int:
        """Return the shown row of a symbol; -1 where it is not shown."""
        where = np.flatnonzero(self.shown == self._row_of.get(symbol, -1))
        return int(where[0]) if len(where) else -1

    def price_text(self, row: int) -> str:
        """Return the last price of a shown row in full."""
        source = int(self.shown[row])
        return number_format.price(float(self.last[source]), self._price_step(self._symbols[source]))

    def set_symbols(self, symbols: Sequence[str]) -> None:
        """Watch exactly these, each once, in this order."""
        wanted = list(dict.fromkeys(symbols))
        if wanted == self._symbols:
            return
        self.beginResetModel()
        self._resize(wanted)
        self.endResetModel()

    def apply(self, tickers: Iterable[Ticker]) -> bool:
        """Take newest prices; those of unwatched markets are ignored. Return whether anything changed."""
        now, changed = self._monotonic(), False
        for ticker in tickers:
            row = self._row_of.get(ticker.symbol)
            if row is None:
                continue
            before = self.last[row]
            if ticker.last != before:
                self.moved[row] = np.sign(ticker.last - before) if before == before else 0.0
                self.moved_at[row] = now
                self.last[row] = ticker.last
            self.change[row] = np.nan if ticker.change_24h_pct is None else ticker.change_24h_pct
            changed = True
        if changed:
            self._tell_all(Column.LAST, Column.CHANGE)
        return changed

    def clear_prices(self) -> None:
        """Forget every price: they were another venue's."""
        for values in (self.last, self.change):
            values.fill(np.nan)
        self.moved_at.fill(-np.inf)
        self.sparks.clear()
        self._tell_all(Column.LAST, Column.SPARK)

    def set_spark(self, symbol: str, closes: NDArray[np.float64]) -> None:
        """Draw these closes beside a symbol, oldest first."""
        if symbol in self._row_of:
            self.sparks[symbol] = closes
            row = self.row_of(symbol)
            if row >= 0:
                cell = self.index(row, Column.SPARK)
                self.dataChanged.emit(cell, cell)

    def set_grades(self, grades: Iterable[Grade]) -> None:
        """Show these grades; a coin that is not among them has none."""
        self._grades = {grade.symbol: grade for grade in grades}
        self._tell_all(Column.GRADE, Column.GRADE)
        if self._sorted_by is Column.GRADE:
            self.resort()

    def grade_at(self, row: int) -> Grade | None:
        """Return the grade of a shown row; None where there is none."""
        return self._grades.get(self.symbol_at(row))

    def set_notes(self, notes: Mapping[str, CoinNote]) -> None:
        """Show these flags and notes beside the coins."""
        self.notes = dict(notes)
        self._tell_all(Column.SYMBOL, Column.SYMBOL)

    def set_filter(self, text: str) -> None:
        """Show only symbols that hold this text; case does not matter."""
        if text.strip().upper() == self._filter:
            return
        self.beginResetModel()
        self._filter = text.strip().upper()
        self.shown = self._arranged()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is the trader's own order. What is not known comes last."""
        self._sorted_by = Column(column) if column >= 0 and column != Column.SPARK else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self.resort()

    @property
    def is_sorted(self) -> bool:
        """True while a column, not the trader, says the order."""
        return self._sorted_by is not None

    @property
    def is_sorted_by_price(self) -> bool:
        """True where new prices can change the order."""
        return self._sorted_by in (Column.LAST, Column.CHANGE)

    def resort(self) -> None:
        """Put the rows into order again after prices changed; the selection stays on its markets."""
        arranged = self._arranged()
        if np.array_equal(arranged, self.shown):
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        place = np.full(len(self._symbols), -1, np.intp)
        place[arranged] = np.arange(len(arranged))
        new = [self.index(int(place[self.shown[one.row()]]), one.column()) for one in old]
        self.shown = arranged
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _arranged(self) -> NDArray[np.intp]:
        rows = np.arange(len(self._symbols))
        if self._filter:
            hits = [self._filter in symbol.upper() for symbol in self._symbols]
            rows = rows[np.array(hits, bool)]
        if self._sorted_by is None or not len(rows):
            return rows
        if self._sorted_by is Column.SYMBOL:
            order = sorted(rows.tolist(), key=self._symbols.__getitem__, reverse=self._descending)
            return np.array(order, np.intp)
        if self._sorted_by is Column.GRADE:
            grades = [self._grades.get(self._symbols[row]) for row in rows.tolist()]
            values = np.array([np.nan if grade is None else grade.value for grade in grades])
        else:
            values = (self.last if self._sorted_by is Column.LAST else self.change)[rows]
        return rows[np.argsort(-values if self._descending else values, kind="stable")]

    def _tell_all(self, first: Column, last: Column) -> None:
        if len(self.shown):
            self.dataChanged.emit(self.index(0, first), self.index(len(self.shown) - 1, last))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text."""
        if role in (_DISPLAY, _ACCESSIBLE):
            return self._text(index.row(), index.column(), aloud=role == _ACCESSIBLE)
        if role == _ALIGN:
            return _LEFT if index.column() == Column.SYMBOL else _RIGHT
        if role == _TOOLTIP:
            is_grade = index.column() == Column.GRADE
            return tooltip(self._grade_words(index.row())) if is_grade else self._tip(index.row())
        return None

    def _text(self, row: int, column: int, *, aloud: bool) -> str:
        if column == Column.SYMBOL:
            note = self.notes.get(self.symbol_at(row)) if aloud else None
            flag = f"{note.flag} flag" if note is not None and note.flag else ""
            said = (self.label_at(row), flag, note.text if note is not None else "")
            return ", ".join(part for part in said if part)
        if column == Column.LAST:
            return self.price_text(row)
        if column == Column.CHANGE:
            return number_format.percent(float(self.change[self.shown[row]]))
        if column == Column.GRADE:
            grade = self.grade_at(row)
            if aloud:
                return self._grade_words(row)
            return number_format.NOTHING if grade is None else str(grade.value)
        return "last day's prices" if aloud else ""

    def _grade_words(self, row: int) -> str:
        grade = self.grade_at(row)
        if grade is None:
            return NO_GRADE
        return f"Grade {grade.value}, {ZONE_WORDS[grade.zone].lower()}: {LABEL_WORDS[grade.label].lower()}"

    def _tip(self, row: int) -> str:
        change = number_format.percent(float(self.change[self.shown[row]]))
        note = self.notes.get(self.symbol_at(row))
        written = (note.text,) if note is not None and note.text else ()
        return tooltip(
            self._symbols[self.shown[row]], *written, f"Last {self.price_text(row)}", f"24 h {change}"
        )

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Return what a column's header says."""
        if orientation is Qt.Orientation.Horizontal and 0 <= section < len(HEADERS):
            if role == _DISPLAY:
                return HEADERS[section]
            if role == _TOOLTIP:
                return _HEADER_TIPS[section]
            if role == _ALIGN:
                return {Column.SYMBOL: _LEFT, Column.GRADE: _CENTRE}.get(Column(section), _RIGHT)
        return None
