"""The watchlist: markets, their prices, and the way to a chart."""

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.ticker import Ticker
from workstation.ui.foreign_text import in_menu, one_line
from workstation.ui.icon import glyph
from workstation.ui.models.watchlist_model import Column, WatchlistModel
from workstation.ui.panels.market_table import MarketTable
from workstation.ui.panels.page_stack import PageStack
from workstation.ui.panels.watchlist_delegate import FLASH_S, PADDING, WatchlistDelegate
from workstation.ui.theme import Theme

_FLASH_STEP_MS = 90
_UP, _DOWN = "Alt+Up", "Alt+Down"
_RESORT_MS = 1000  # rows that change places more often cannot be read
_WIDEST = {Column.LAST: "00.00001127", Column.CHANGE: "+111.64 %", Column.GRADE: "Grade"}
_SPARK_WIDTH = 68
_NARROWEST_SYMBOL, _NARROWEST_FILTER = 60, 40
_EMPTY_LIST = "This list is empty.\nPress Ctrl+D to put the market on the chart here, or + to find one."
_NO_VENUE = "The watchlist comes with the venue."
_EMPTY = "Nothing is watched yet.\nPress Ctrl+D to watch the market on the chart, or + to find one."


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

    def __init__(
        self,
        theme: Theme,
        price_step: Callable[[str], float],
        monotonic: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self.model = WatchlistModel(price_step, monotonic, self)
        self.delegate = WatchlistDelegate(self.model, theme, self)
        self.filter = QLineEdit()
        self.add_button = QToolButton()
        self.table = MarketTable()
        self._nothing = QLabel(_NO_VENUE)
        self._empty_text = _NO_VENUE
        self._watched: tuple[str, ...] = ()
        self._listed: tuple[str, ...] | None = None
        self._pages = PageStack(self)
        self._flashing = QTimer(self, interval=_FLASH_STEP_MS)
        self._resorting = QTimer(self, interval=_RESORT_MS, singleShot=True)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show_page()

    def _lay_out(self) -> None:
        self.setObjectName("watchlist")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the watchlist")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(_NARROWEST_FILTER)
        self.add_button.setAccessibleName("Add a market to the watchlist")
        self.add_button.setToolTip("Add a market")
        self.table.setAccessibleName("Watchlist")
        self.table.setModel(self.model)
        self.table.setItemDelegate(self.delegate)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(Column.SYMBOL, QHeaderView.ResizeMode.Stretch)
        self.ensurePolished()
        widest = {column: self.fontMetrics().horizontalAdvance(text) for column, text in _WIDEST.items()}
        self._widths = {column: width + 2 * PADDING + 2 for column, width in widest.items()}
        self._widths[Column.SPARK] = _SPARK_WIDTH
        for column, width in self._widths.items():
            header.resizeSection(column, width)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setMargin(24)
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.addWidget(self.filter, 1)
        top.addWidget(self.add_button)
        self._pages.addWidget(self.table)
        self._pages.addWidget(self._nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._top = top
        whole.addLayout(top)
        whole.addLayout(self._pages)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._on_filter)
        self.filter.returnPressed.connect(self._open_first)
        self.add_button.clicked.connect(self.add_requested)
        self.table.open_requested.connect(lambda row: self.open_requested.emit(self.model.symbol_at(row)))
        self.table.remove_requested.connect(lambda row: self.remove(self.model.symbol_at(row)))
        self.table.hovered.connect(self._on_hover)
        for keys, by in ((_UP, -1), (_DOWN, 1)):
            shortcut = QShortcut(QKeySequence(keys), self.table, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._shift_current, by))
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._flashing.timeout.connect(self._fade)
        self._resorting.timeout.connect(self.model.resort)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.setStyleSheet(f"#watchlist {{ background: {theme.panel}; }}")
        self.add_button.setIcon(glyph("plus", theme.muted))
        self._nothing.setStyleSheet(f"color: {theme.muted}")
        self.table.viewport().update()

    def put_first(self, widget: QWidget) -> None:
        """Show a widget at the left of the filter."""
        self._top.insertWidget(0, widget, 2)

    def set_symbols(self, symbols: tuple[str, ...]) -> None:
        """Show what is watched, as the engine says."""
        self._watched = symbols
        self._show_symbols()

    def show_list(self, symbols: tuple[str, ...] | None) -> None:
        """Show one of the trader's lists; None shows everything that is watched."""
        self._listed = symbols
        self._show_symbols()

    def _show_symbols(self) -> None:
        current = self.current_symbol
        self.model.set_symbols(self._watched if self._listed is None else self._listed)
        self._after_rows_changed(current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns that have room; the price is needed most."""
        super().resizeEvent(event)
        header = self.table.horizontalHeader()
        room = self.width() - self.table.verticalScrollBar().sizeHint().width() - _NARROWEST_SYMBOL
        for column in (Column.LAST, Column.CHANGE, Column.SPARK, Column.GRADE):
            room -= self._widths[column]
            header.setSectionHidden(column, room < 0)

    def set_venue_known(self, *, is_known: bool) -> None:
        """Take whether a venue is known; before that an empty list only means that nobody said yet."""
        self._empty_text = _EMPTY if is_known else _NO_VENUE
        self._show_page()

    def apply(self, tickers: list[Ticker]) -> None:
        """Take newest prices."""
        if not self.model.apply(tickers):
            return
        self.delegate.now_s = self._monotonic()
        if not self._flashing.isActive():
            self._flashing.start()
        if self.model.is_sorted_by_price and not self._resorting.isActive():
            self._resorting.start()

    def focus_filter(self) -> None:
        """Give the keyboard to the filter, with what it holds ready to be replaced."""
        self.filter.setFocus()
        self.filter.selectAll()

    @property
    def current_symbol(self) -> str:
        """The chosen market; empty where none is."""
        row = self.table.currentIndex().row()
        return self.model.symbol_at(row) if 0 <= row < self.model.rowCount() else ""

    def show_opened(self, symbol: str) -> None:
        """Choose the row of the market on the chart."""
        self.table.choose(self.model.row_of(symbol))

    def add(self, symbol: str) -> None:
        """Ask to watch a market; nothing where it already is."""
        if symbol and symbol not in self.model.symbols:
            self._ask((*self.model.symbols, symbol))

    def remove(self, symbol: str) -> None:
        """Ask to stop watching a market."""
        if symbol in self.model.symbols:
            self._ask(tuple(one for one in self.model.symbols if one != symbol))

    def shift(self, symbol: str, by: int) -> None:
        """Ask to put a market so many places further down, or up where negative."""
        symbols = list(self.model.symbols)
        if symbol in symbols:
            to = symbols.index(symbol) + by
            symbols.remove(symbol)
            symbols.insert(max(to, 0), symbol)
            if tuple(symbols) != self.model.symbols:
                self._ask(tuple(symbols))

    def _shift_current(self, by: int) -> None:
        if not self.model.is_sorted:
            self.shift(self.current_symbol, by)

    def _ask(self, symbols: tuple[str, ...]) -> None:
        (self.edited if self._listed is None else self.list_edited).emit(symbols)

    def stop(self) -> None:
        """End every timer."""
        self._flashing.stop()
        self._resorting.stop()

    def _on_filter(self, text: str) -> None:
        current = self.current_symbol
        self.model.set_filter(text)
        self._after_rows_changed(current)

    def _open_first(self) -> None:
        if self.model.rowCount():
            self.open_requested.emit(self.model.symbol_at(0))

    def _after_rows_changed(self, current: str) -> None:
        self._on_hover(-1)
        self.table.choose(self.model.row_of(current))
        self._show_page()

    def _show_page(self) -> None:
        has_rows = self.model.rowCount() > 0
        if not has_rows:
            narrowed = one_line(self.filter.text(), 24)
            is_narrowed = self.model.symbols and narrowed
            self._nothing.setText(
                f"No watched market holds “{narrowed}”." if is_narrowed else self._nothing_text
            )
        self._pages.setCurrentIndex(0 if has_rows else 1)

    @property
    def _nothing_text(self) -> str:
        return self._empty_text if self._listed is None or self._empty_text == _NO_VENUE else _EMPTY_LIST

    def _on_hover(self, row: int) -> None:
        if row != self.delegate.hover_row:
            self.delegate.hover_row = row
            self.table.viewport().update()

    def _fade(self) -> None:
        self.delegate.now_s = self._monotonic()
        moved_at = self.model.moved_at
        if not len(moved_at) or self.delegate.now_s - float(moved_at.max()) > FLASH_S + _FLASH_STEP_MS / 1000:
            self._flashing.stop()
        x = self.table.columnViewportPosition(Column.LAST)
        self.table.viewport().update(
            x, 0, self.table.columnWidth(Column.LAST), self.table.viewport().height()
        )

    def _show_menu(self, where: QPoint) -> None:
        index = self.table.indexAt(where)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index.isValid():
            symbol = self.model.symbol_at(index.row())
            menu.addAction(
                self._choice(menu, f"Open {in_menu(symbol)}", lambda: self.open_requested.emit(symbol))
            )
            menu.addAction(
                self._choice(menu, f"{self._removing} {in_menu(symbol)}", lambda: self.remove(symbol))
            )
            if not self.model.is_sorted:
                menu.addAction(self._choice(menu, f"Move up\t{_UP}", lambda: self.shift(symbol, -1)))
                menu.addAction(self._choice(menu, f"Move down\t{_DOWN}", lambda: self.shift(symbol, 1)))
            self.row_menu_opened.emit(menu, symbol)
            menu.addSeparator()
        menu.addAction(self._choice(menu, "Add a market…", self.add_requested.emit))
        menu.popup(self.table.viewport().mapToGlobal(where))

    @property
    def _removing(self) -> str:
        return "Stop watching" if self._listed is None else "Take out of the list:"

    @staticmethod
    def _choice(menu: QMenu, title: str, chosen: Callable[[], None]) -> QAction:
        action = QAction(title, menu)
        action.triggered.connect(lambda _checked=False: chosen())
        return action
