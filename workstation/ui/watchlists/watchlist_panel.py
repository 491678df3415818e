"""The watchlist: markets, what is known of them, and the way to a chart."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from workstation.domain.list_view import FIRST_COLUMNS, FIRST_VIEW, ListView
from workstation.domain.ticker import Ticker
from workstation.domain.watch_book import placed
from workstation.ui.icon import glyph
from workstation.ui.theme import Theme
from workstation.ui.watchlists.coin_table import NO_ARROW, CoinTable
from workstation.ui.watchlists.price_tints import PriceTints
from workstation.ui.watchlists.watchlist_delegate import WatchlistDelegate
from workstation.ui.watchlists.watchlist_filter import WatchlistFilter
from workstation.ui.watchlists.watchlist_model import WatchlistModel
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.words.foreign_text import in_menu, one_line

_UP, _DOWN = "Alt+Up", "Alt+Down"
_RESORT_MS = 1000  # rows that change places more often cannot be read
_NEEDED = ("price", "change_24h", "last_day", "grade")  # of the first columns, the most needed first
_EMPTY_LIST = "This list is empty.\nPress Ctrl+D to put the market on the chart here, or + to find one."
_NO_VENUE = "The watchlist comes with the venue."
_EMPTY = "Nothing is watched yet.\nPress Ctrl+D to watch the market on the chart, or + to find one."
_NONE_LIKE = "No watched market holds “{}”.\nEsc clears the filter, + adds a market."
_NO_HIT = "No watched market matches.\nTake a condition away above, or widen one of them."
_NOT_MOVED = "Rows move only in your own order: click the head of the sorted column until its mark is gone"


class WatchlistPanel(QWidget):
    """A table of watched markets with a filter above it.

    Parameters
    ----------
    theme : Theme
        Colours.
    price_step : callable
        Smallest change of price by symbol; 0.0 where not known.
    monotonic : callable
        Seconds; for the tint of prices that moved.
    """

    open_requested = Signal(str)
    edited = Signal(object)  # tuple[str, ...]: what the trader wants to watch
    list_edited = Signal(object)  # tuple[str, ...]: what he wants in the list that is shown
    row_menu_opened = Signal(object, str)  # QMenu, market: others add what they offer for it
    add_requested = Signal()
    view_changed = Signal(str)  # how the list is shown; what was done, empty where it is not worth undoing
    told = Signal(str)  # why something was not done

    def __init__(
        self,
        theme: Theme,
        price_step: Callable[[str], float],
        monotonic: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = WatchlistModel(price_step, monotonic, self)
        self.delegate = WatchlistDelegate(self.model, theme, self)
        self.narrowing = WatchlistFilter(theme)
        self.filter = self.narrowing.line
        self.add_button = QToolButton()
        self.table = CoinTable(self.model, self.delegate)
        self._nothing = QLabel(_NO_VENUE)
        self._empty_text = _NO_VENUE
        self._watched: tuple[str, ...] = ()
        self._listed: tuple[str, ...] | None = None
        self._is_showing, self._opened = False, ""
        self._pages = PageStack(self)
        self._tints = PriceTints(self.table, self.model, self.delegate, monotonic)
        self._resorting = QTimer(self, interval=_RESORT_MS, singleShot=True)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.show_view(FIRST_VIEW)
        self._show_page()

    def _lay_out(self) -> None:
        self.setObjectName("watchlist")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.add_button.setAccessibleName("Add a market to the watchlist")
        self.add_button.setToolTip("Add a market")
        self.table.setAccessibleName("Watchlist")
        self.table.setAcceptDrops(True)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setContentsMargins(24, 6, 24, 6)
        self._top = QHBoxLayout()
        self._top.setContentsMargins(8, 6, 8, 6)
        self._top.addWidget(self.filter, 1)
        self._top.addWidget(self.add_button)
        self._pages.addWidget(self.table)
        self._pages.addWidget(self._nothing)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._whole.addLayout(self._top)
        self._whole.addWidget(self.narrowing)
        self._whole.addLayout(self._pages, 1)

    def _connect(self) -> None:
        table, narrowing = self.table, self.narrowing
        narrowing.name_changed.connect(self._on_name)
        narrowing.open_requested.connect(self._open_first)
        narrowing.conditions_changed.connect(self._on_conditions)
        self.add_button.clicked.connect(self.add_requested)
        table.open_requested.connect(self._open)
        table.remove_requested.connect(lambda row: self.remove(self.model.symbol_at(row)))
        table.hovered.connect(self._on_hover)
        for keys, by in ((_UP, -1), (_DOWN, 1)):
            shortcut = QShortcut(QKeySequence(keys), table, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._shift_current, by))
        table.customContextMenuRequested.connect(self._show_menu)
        table.columns_chosen.connect(self.show_columns)
        table.widths_changed.connect(partial(self._say_view, ""))
        table.folding_requested.connect(self._fold)
        table.markets_dropped.connect(self._on_dropped)
        table.horizontalHeader().sortIndicatorChanged.connect(lambda _at, _order: self._say_view(""))
        self._resorting.timeout.connect(self.rearrange)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.narrowing.set_theme(theme)
        self.setStyleSheet(f"#watchlist {{ background: {theme.panel}; }} {NO_ARROW}")
        self.add_button.setIcon(glyph("plus", theme.muted))
        self._nothing.setStyleSheet(f"color: {theme.muted}")
        self.table.viewport().update()

    def put_above(self, widget: QWidget) -> None:
        """Show a widget above the filter."""
        self._whole.insertWidget(0, widget)

    # How the list is shown

    @property
    def view(self) -> ListView:
        """How the list is shown."""
        model = self.model
        return ListView(
            model.columns[1:],
            tuple(self.table.widths.items()),
            model.sorted_by,
            model.is_descending,
            model.is_grouped,
            tuple(sorted(model.folded)),
            self.narrowing.text,
        )

    def show_view(self, view: ListView) -> None:
        """Show the list so; the chosen market stays chosen."""
        current, self._is_showing = self.current_symbol, True
        self._lay_columns(view)
        self.model.folded = frozenset(view.folded)
        self.narrowing.show_conditions(view.conditions)
        self.model.set_screen(self.narrowing.conditions)
        self.model.set_grouped(view.is_grouped)
        self.table.show_sorted(view.sorted_by, is_descending=view.is_descending)
        self._is_showing = False
        self._after_rows_changed(current)

    def show_columns(self, columns: tuple[str, ...]) -> None:
        """Show these columns beside the market, as wide as they were."""
        self.take_columns(ListView(columns, self.view.widths))

    def take_columns(self, view: ListView) -> None:
        """Show the columns of a view, as wide as it says; sorting, grouping and conditions stay."""
        current, sorted_by, is_down = self.current_symbol, self.model.sorted_by, self.model.is_descending
        self._is_showing = True
        self._lay_columns(view)
        self.table.show_sorted(sorted_by, is_descending=is_down)
        self._is_showing = False
        self._after_rows_changed(current)
        self._say_view("columns")

    def group(self, is_grouped: bool) -> None:
        """Put the coins of each narrative together, or not."""
        current = self.current_symbol
        self.model.set_grouped(is_grouped)
        self._after_rows_changed(current)
        self._say_view("grouping")

    def _lay_columns(self, view: ListView) -> None:
        is_first = view.columns == FIRST_COLUMNS and not view.widths
        self.table.show_columns(view.columns, dict(view.widths), _NEEDED if is_first else ())

    def _fold(self, group: str, is_folded: bool) -> None:
        self.model.fold(group, is_folded=is_folded)
        self._say_view("")

    def _say_view(self, what: str) -> None:
        if not self._is_showing:
            self.view_changed.emit(what)

    # What is in it

    def set_symbols(self, symbols: tuple[str, ...]) -> None:
        """Show what is watched, as the engine says."""
        self._watched = symbols
        self._show_symbols()

    def show_list(self, symbols: tuple[str, ...] | None) -> None:
        """Show one of the trader's lists; None shows everything that is watched."""
        self._listed = symbols
        self._show_symbols()

    def _show_symbols(self) -> None:
        wanted = self._watched if self._listed is None else self._listed
        if wanted == self.model.symbols:
            self._show_page()
            return
        current = self.current_symbol
        self.model.set_symbols(wanted)
        self._after_rows_changed(current)

    def set_venue_known(self, *, is_known: bool) -> None:
        """Take whether a venue is known; before that an empty list only means that nobody said yet."""
        self._empty_text = _EMPTY if is_known else _NO_VENUE
        self._show_page()

    def apply(self, tickers: list[Ticker]) -> None:
        """Take newest prices."""
        if not self.model.apply(tickers):
            return
        self._tints.show_moved()
        if self.model.is_sorted_by_price and not self._resorting.isActive():
            self._resorting.start()

    def focus_filter(self) -> None:
        """Give the keyboard to the filter, with what it holds ready to be replaced."""
        self.filter.setFocus()
        self.filter.selectAll()

    @property
    def current_symbol(self) -> str:
        """The chosen market; empty where none is."""
        return self.model.symbol_at(self.table.currentIndex().row())

    def show_opened(self, symbol: str) -> None:
        """Choose the row of the market on the chart."""
        self._opened = symbol
        self.table.choose(self.model.row_of(symbol))

    def add(self, symbol: str) -> None:
        """Ask to watch a market; say where it already is."""
        if symbol in self.model.symbols:
            self._say_twice((symbol,))
        elif symbol:
            self.told.emit("")
            self._ask((*self.model.symbols, symbol))

    def remove(self, symbol: str) -> None:
        """Ask to stop watching a market."""
        if symbol in self.model.symbols:
            self._ask(tuple(one for one in self.model.symbols if one != symbol))

    def shift(self, symbol: str, by: int) -> None:
        """Ask to put a market so many places further down, or up where negative."""
        symbols = self.model.symbols
        if symbol in symbols:
            rest = tuple(one for one in symbols if one != symbol)
            to = max(symbols.index(symbol) + by, 0)
            self._ask_for_order(placed(symbols, (symbol,), rest[to] if to < len(rest) else ""))

    @property
    def can_move(self) -> bool:
        """Whether rows stand in the trader's own order."""
        return not self.model.is_sorted and not self.model.is_grouped

    def _shift_current(self, by: int) -> None:
        if self.can_move:
            self.shift(self.current_symbol, by)
        else:
            self._refuse_to_move()

    def _refuse_to_move(self) -> None:
        self.told.emit(f"{_NOT_MOVED}{', and end grouping' if self.model.is_grouped else ''}.")

    def _on_dropped(self, dropped: tuple[str, ...], row: int, is_own: bool) -> None:
        """Put markets before a row; those of another panel are added, and those that were there are said."""
        before = self.model.symbols
        there = [symbol for symbol in dropped if symbol in before]
        if is_own and not self.can_move:
            self._refuse_to_move()
            return
        moved = dropped if is_own else tuple(symbol for symbol in dropped if symbol not in before)
        below = (self.model.symbol_at(one) for one in range(row, self.model.rowCount()))
        next_one = next((symbol for symbol in below if symbol not in moved), "") if self.can_move else ""
        self._ask_for_order(placed(before, moved, next_one))
        if there and not is_own:
            self._say_twice(there)

    def _say_twice(self, there: Sequence[str]) -> None:
        more = f" and {len(there) - 1} more are" if len(there) > 1 else " is"
        self.told.emit(f"{one_line(there[0], 24)}{more} already in this list; nothing is in it twice.")

    def _ask_for_order(self, symbols: tuple[str, ...]) -> None:
        if symbols != self.model.symbols:
            self._ask(symbols)

    def _ask(self, symbols: tuple[str, ...]) -> None:
        (self.edited if self._listed is None else self.list_edited).emit(symbols)

    def stop(self) -> None:
        """End every timer."""
        self._tints.stop()
        self._resorting.stop()

    def _on_name(self, text: str) -> None:
        current = self.current_symbol
        self.model.set_filter(text)
        self._after_rows_changed(current)

    def _on_conditions(self) -> None:
        current = self.current_symbol
        self.model.set_screen(self.narrowing.conditions)
        self._after_rows_changed(current)
        self._say_view("conditions")

    def rearrange(self) -> None:
        """Match, sort and group again after values changed."""
        self.model.rearrange()
        self._show_page()

    def _open(self, row: int) -> None:
        symbol = self.model.symbol_at(row)
        if symbol:
            self.open_requested.emit(symbol)

    def _open_first(self) -> None:
        first = next((row for row in range(self.model.rowCount()) if self.model.symbol_at(row)), -1)
        self._open(first)

    def _after_rows_changed(self, current: str) -> None:
        self._on_hover(-1)
        self.table.choose(self.model.row_of(current or self._opened))
        self._show_page()

    def _show_page(self) -> None:
        has_rows = self.model.rowCount() > 0
        if not has_rows:
            if self.model.symbols and one_line(self.model.filter, 24):
                self._nothing.setText(_NONE_LIKE.format(one_line(self.filter.text(), 24)))
            else:
                self._nothing.setText(_NO_HIT if self.model.symbols else self._nothing_text)
        self._pages.setCurrentIndex(0 if has_rows else 1)

    @property
    def _nothing_text(self) -> str:
        return self._empty_text if self._listed is None or self._empty_text == _NO_VENUE else _EMPTY_LIST

    def _on_hover(self, row: int) -> None:
        if row != self.delegate.hover_row:
            self.delegate.hover_row = row
            self.table.viewport().update()

    def _show_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        symbol = self.model.symbol_at(self.table.indexAt(where).row())
        if symbol:
            menu.addAction(f"Open {in_menu(symbol)}", lambda: self.open_requested.emit(symbol))
            menu.addAction(f"{self._removing} {in_menu(symbol)}", lambda: self.remove(symbol))
            if self.can_move:
                menu.addAction(f"Move up\t{_UP}", lambda: self.shift(symbol, -1))
                menu.addAction(f"Move down\t{_DOWN}", lambda: self.shift(symbol, 1))
            self.row_menu_opened.emit(menu, symbol)
            menu.addSeparator()
        menu.addAction("Add a market…", self.add_requested.emit)
        menu.popup(self.table.viewport().mapToGlobal(where))

    @property
    def _removing(self) -> str:
        return "Stop watching" if self._listed is None else "Take out of the list:"
