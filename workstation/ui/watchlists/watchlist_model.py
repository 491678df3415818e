"""The watchlist: the screener's columns, of one list's markets in the trader's order, with moving prices."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from workstation.domain.grade import Grade
from workstation.domain.list_view import FIRST_COLUMNS
from workstation.domain.screen import Mask
from workstation.domain.screen_column import NO_GRADE, CoinColumns, FloatArray
from workstation.domain.ticker import Ticker
from workstation.domain.watch_book import CoinNote
from workstation.ui.watchlists.screen_model import LIVE, ScreenModel
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import tooltip
from workstation.ui.words.grade_words import LABEL_WORDS, ZONE_WORDS

Index = QModelIndex | QPersistentModelIndex

_TOOLTIP, _ACCESSIBLE = 3, 11  # plain ints: an enum costs three times the call
_OWN_ORDER = "Click to sort; the third click brings back your own order"
SPARK = "last_day"
"""The column whose lines are read here as bars close, finer than the store's."""


class WatchlistModel(ScreenModel):
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
        super().__init__(price_step, parent)
        self._monotonic = monotonic
        self._filter = ""
        self._grades: dict[str, Grade] = {}
        self._sparks: dict[str, FloatArray] = {}  # of other lists, too
        self.notes: dict[str, CoinNote] = {}
        self.moved_at: FloatArray = np.empty(0)
        self.moved: FloatArray = np.empty(0)
        self._is_heard: NDArray[np.bool_] = np.empty(0, bool)
        self.set_columns(FIRST_COLUMNS)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every watched symbol, in the trader's order."""
        return self.coins.symbols

    @property
    def filter(self) -> str:
        """What names are narrowed to; empty where all are shown."""
        return self._filter

    @property
    def is_sorted(self) -> bool:
        """True while a column, not the trader, says the order."""
        return bool(self.sorted_by)

    def label_at(self, row: int) -> str:
        """Return the symbol of a shown row as it may be painted."""
        return self._labels[self.source_at(row)]

    def price_text(self, row: int) -> str:
        """Return the newest price of a shown row in full."""
        return self.text(self.source_at(row), "price")

    def set_symbols(self, symbols: Sequence[str]) -> None:
        """Watch exactly these, each once, in this order; what is known of those that stay is kept."""
        wanted = tuple(dict.fromkeys(symbols))
        if wanted == self.symbols:
            return
        rows = np.array([self._row_of.get(symbol, -1) for symbol in wanted], np.intp)
        self.moved_at = np.append(self.moved_at, -np.inf)[rows]
        self.moved = np.append(self.moved, 0.0)[rows]
        self._is_heard = np.append(self._is_heard, False)[rows]
        known = self.coins.of(wanted)
        self.set_coins(CoinColumns(wanted, known.numbers, known.names, self._with_sparks(known)))
        self._show_grades()

    def set_known(self, known: CoinColumns) -> None:
        """Take what the store knows of the coins; prices that were heard, and finer lines, stay."""
        fresh, heard = known.of(self.symbols), self._is_heard
        numbers = {**self.coins.numbers, **fresh.numbers}
        for name in LIVE:
            numbers[name] = np.where(heard, self.coins.number(name), fresh.number(name))
        names = {**self.coins.names, **fresh.names}
        self.coins = CoinColumns(self.symbols, numbers, names, self._with_sparks(fresh))
        self._show_grades()
        self.rearrange()
        self._tell_all()

    def apply(self, tickers: Iterable[Ticker]) -> bool:
        """Take newest prices; those of unwatched markets are ignored. Return whether any was told."""
        known, rows = self._known_of(tickers)
        if not known:
            return False
        before = self.coins.number("price")[rows]
        last = np.array([ticker.last for ticker in known])
        has_moved, was_heard = last != before, self._is_heard[rows]
        self.moved[rows[has_moved]] = np.where(was_heard, np.sign(last - before), 0.0)[has_moved]
        self.moved_at[rows[has_moved]] = self._monotonic()
        self._is_heard[rows] = True
        self._take(rows, last, known)
        return True

    def clear_prices(self) -> None:
        """Forget all that is known: it was another venue's."""
        self.moved_at.fill(-np.inf)
        self._is_heard.fill(False)
        self._sparks.clear()
        self.coins = CoinColumns(self.symbols)
        self._show_grades()
        self.rearrange()
        self._tell_all()

    def set_spark(self, symbol: str, closes: FloatArray) -> None:
        """Draw these closes beside a symbol, oldest first."""
        self._sparks[symbol] = closes
        row = self.row_of(symbol)
        lines = self._with_sparks(self.coins)
        self.coins = CoinColumns(self.symbols, self.coins.numbers, self.coins.names, lines)
        if row >= 0 and SPARK in self.columns:
            cell = self.index(row, self.columns.index(SPARK))
            self.dataChanged.emit(cell, cell)

    def _with_sparks(self, coins: CoinColumns) -> dict[str, Mapping[str, FloatArray]]:
        """Return the lines of coins, the finer ones before those of the store."""
        return {**coins.lines, SPARK: {**coins.lines.get(SPARK, {}), **self._sparks}}

    def set_grades(self, grades: Iterable[Grade]) -> None:
        """Show these grades; a coin that is not among them has none."""
        self._grades = {grade.symbol: grade for grade in grades}
        self._show_grades()
        if self.sorted_by in ("grade", "grade_change"):
            self.rearrange()
        self._tell_all()

    def grade_at(self, row: int) -> Grade | None:
        """Return the grade of a shown row; None where there is none."""
        return self._grades.get(self.symbol_at(row))

    def _show_grades(self) -> None:
        grades = [self._grades.get(symbol) for symbol in self.symbols]
        changes = [np.nan if one is None or one.change_24h is None else one.change_24h for one in grades]
        self._own("grade")[:] = [np.nan if one is None else one.value for one in grades]
        self._own("grade_change")[:] = changes

    def set_notes(self, notes: Mapping[str, CoinNote]) -> None:
        """Show these flags and notes beside the coins."""
        self.notes = dict(notes)
        self._tell_all()

    def set_filter(self, text: str) -> None:
        """Show only symbols that hold this text; case does not matter."""
        wanted = text.strip().upper()
        if wanted != self._filter:
            self._change(_filter=wanted)

    def _mask(self) -> Mask:
        mask = super()._mask()
        if self._filter:
            mask &= np.array([self._filter in symbol.upper() for symbol in self.symbols], bool)
        return mask

    def take_price_steps(self) -> None:
        """Write prices as their markets do from now on: the venue lists them after what is watched."""
        self._steps = [self._price_step(symbol) for symbol in self.symbols]
        self._tell_all()

    def _tell_all(self) -> None:
        if len(self.shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.shown) - 1, len(self.columns) - 1))

    def data(self, index: Index, role: int = 0) -> Any:
        """Return what a cell says, in plain text."""
        row, column = index.row(), self.columns[index.column()]
        if role in (_TOOLTIP, _ACCESSIBLE) and self.source_at(row) >= 0:
            if column == "market":
                return self._tip(row) if role == _TOOLTIP else self._said_aloud(row)
            if column == "grade":
                words = self._grade_words(row)
                return tooltip(words) if role == _TOOLTIP else words
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Return what a column's header says."""
        if section == 0 and role == _TOOLTIP and orientation is Qt.Orientation.Horizontal:
            return _OWN_ORDER
        return super().headerData(section, orientation, role)

    def _said_aloud(self, row: int) -> str:
        note = self.notes.get(self.symbol_at(row))
        flag = f"{note.flag} flag" if note is not None and note.flag else ""
        said = (self.label_at(row), flag, note.text if note is not None else "")
        return ", ".join(part for part in said if part)

    def _grade_words(self, row: int) -> str:
        grade = self.grade_at(row)
        if grade is None:
            return NO_GRADE
        return f"Grade {grade.value}, {ZONE_WORDS[grade.zone].lower()}: {LABEL_WORDS[grade.label].lower()}"

    def _tip(self, row: int) -> str:
        source = self.source_at(row)
        note = self.notes.get(self.symbols[source])
        written = (note.text,) if note is not None and note.text else ()
        change = number_format.percent(float(self.coins.number("change_24h")[source]))
        return tooltip(self.symbols[source], *written, f"Last {self.price_text(row)}", f"24 h {change}")
