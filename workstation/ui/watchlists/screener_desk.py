"""The screener, kept as store and engine say of every coin of the venue."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.screen_column import CoinColumns, FloatArray, Words
from workstation.domain.ticker import Ticker
from workstation.domain.watch_book import SavedScreen, WatchBook
from workstation.ui.market.quote_board import QuoteBoard
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.watchlists.coin_reading import CoinReading
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight
from workstation.ui.widgets.menu_below import open_below

if TYPE_CHECKING:
    from workstation.storage.coin_reading import CoinsRead
    from workstation.ui.watchlists.screener_menu import ScreenerMenu
    from workstation.ui.watchlists.screener_panel import ScreenerPanel

_QUIET_MS = 500  # conditions change with every key
SCREENER = "Screener"
"""Title of the dock."""


class ScreenerDesk(Section):
    """Reads what is known of the coins again whenever there is news, while somebody looks.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    keeper : WatchlistKeeper
        Saved screens and lists.
    theme : Theme
        Colours.
    """

    watch_requested = Signal(object)  # tuple[str, ...]: the engine shall follow these, too
    alert_wanted = Signal(str, str)  # name and text of a screen whose coins are to be told
    row_menu_opened = Signal(object, str)  # QMenu, market: others add what they offer for it

    def __init__(
        self, around: Surroundings, keeper: WatchlistKeeper, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._keeper, self._theme = around.bridge, keeper, theme
        self.panel: ScreenerPanel | None = None
        self.menu: ScreenerMenu | None = None
        self.late = LatePanel(self._make_panel)
        self.panels = {SCREENER: self.late}
        self.reading = CoinReading(around, self._symbols, self._is_seen, self)
        self.reading.read.connect(self._on_read)
        self.reading.renewed.connect(self._on_renewed)
        self.reading.failed.connect(self._on_failure)
        self.late.seen.connect(self.reading.look_again)
        bridge = self._bridge
        bridge.tickers_changed.connect(self._on_tickers)
        bridge.venue_changed.connect(self._on_venue)
        keeper.changed.connect(self._on_book)
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._keep)
        self._board: QuoteBoard | None = None

    def join(self, board: QuoteBoard) -> None:
        """Have the prices of all markets sent while the screener is in sight, not only of those watched."""
        self._board = board
        board.tell_while(lambda: is_in_sight(self.late))
        board.changed.connect(self._on_tickers)
        self.late.seen.connect(board.look)

    @property
    def book(self) -> WatchBook:
        """The trader's lists and saved screens."""
        return self._keeper.book

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "screener.focus": lambda: go_to(SCREENER, self.focus),
            "screener.screens": lambda: go_to(SCREENER, self.open_menu),
        }

    def open_menu(self) -> None:
        """Open what can be done with the screen."""
        self.late.ensure()
        if self.panel is not None and self.menu is not None:
            open_below(self.panel.menu_button, self.menu)

    def focus(self) -> None:
        """Give the keyboard to the line of conditions."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.focus_text()

    def want_alert(self) -> None:
        """Ask to be told of coins that enter the screen as it is."""
        self.late.ensure()
        if self.menu is not None:
            self.menu.want_alert()

    def show_text(self, text: str) -> None:
        """Show the coins of a screen."""
        self.late.ensure()
        if self.panel is not None:
            self._show_named("")
            self.panel.show_screen(SavedScreen("A screen", text))
            self._on_edited()

    def refresh(self) -> None:
        """Read what is due where somebody looks, and let signals grow older; called every second."""
        self.reading.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more."""
        if self._quiet.isActive():
            self._quiet.stop()
            self._keep()
        self.late.stop()
        self.reading.stop()
        if self.panel is not None:
            self.panel.stop()

    def _make_panel(self) -> "ScreenerPanel":
        from workstation.ui.watchlists.screener_menu import ScreenerMenu
        from workstation.ui.watchlists.screener_panel import READING, ScreenerPanel

        self.panel = ScreenerPanel(self._theme, self._bridge.world.price_step)
        self.menu = ScreenerMenu(self.panel, self._keeper)
        self.panel.menu_button.setMenu(self.menu)
        self.menu.watch_requested.connect(self.watch_requested)
        self.menu.alert_wanted.connect(self.alert_wanted)
        self.panel.open_requested.connect(self.symbol_opened)
        self.panel.row_menu_opened.connect(self.row_menu_opened)
        last = self._keeper.book.last_screen
        if last is not None:
            self.menu.current = last.name if self._keeper.book.screen_named(last.name) else ""
            self.panel.show_screen(last)
        self.panel.named_chosen.connect(self._show_named)
        self.panel.edited.connect(self._on_edited)
        self._on_book()
        if self._keeper.problem:
            self.panel.complain(self._keeper.problem)
        if self._bridge.world.venue is not None:
            self.panel.clear(READING)
        self.reading.want()
        return self.panel

    def _is_seen(self) -> bool:
        return is_in_sight(self.late)

    def _symbols(self) -> Words:
        return tuple(market.symbol for market in self._bridge.world.markets.values() if market.active)

    def _on_read(self, read: "CoinsRead") -> None:
        if self.panel is not None:
            self.panel.show_coins(self._with_lists(read.coins))
            if self._board is not None:
                self.panel.apply(self._board.quotes.values())
            self.panel.apply(self._bridge.world.tickers.values())

    def _on_renewed(self, columns: dict[str, FloatArray]) -> None:
        if self.panel is not None:
            self.panel.model.set_numbers(columns)
            self.panel.rearrange()

    def _on_failure(self, sentence: str) -> None:
        if self.panel is not None:
            self.panel.complain(sentence)

    def _on_tickers(self, tickers: Iterable[Ticker]) -> None:
        if self.panel is not None and is_in_sight(self.panel):
            self.panel.apply(tickers)

    def _on_venue(self) -> None:
        """Forget the coins: they were another venue's."""
        if self.panel is not None:
            self.panel.clear()

    def _on_book(self) -> None:
        """Offer the screens of the book; one that was renamed, deleted or brought back is followed."""
        if self.panel is None or self.menu is None:
            return
        names = tuple(one.name for one in self._keeper.book.screens)
        if self.menu.current not in names:
            self.menu.current = ""
        self.panel.offer(names, self.menu.current)
        self.panel.mark(self._keeper.book.screen_named(self.menu.current))
        coins = self.panel.model.coins
        if coins.symbols and coins.cells("list") != self._keeper.book.holding(coins.symbols):
            self.panel.show_coins(self._with_lists(coins))

    def _with_lists(self, coins: CoinColumns) -> CoinColumns:
        """Return the coins with the trader's lists that hold each."""
        names = {**coins.names, "list": self._keeper.book.holding(coins.symbols)}
        return CoinColumns(coins.symbols, coins.numbers, names, coins.lines)

    def _show_named(self, name: str) -> None:
        if self.panel is not None and self.menu is not None:
            self.menu.current = name
            self.panel.show_screen(self._keeper.book.screen_named(name))
            self._on_edited()

    def _on_edited(self) -> None:
        """Say that the screen differs from the saved one, and keep it for the next session."""
        if self.panel is not None and self.menu is not None:
            self.panel.mark(self._keeper.book.screen_named(self.menu.current))
            self._quiet.start()

    def _keep(self) -> None:
        from workstation.ui.watchlists.screener_panel import NOT_SAVED

        if self.panel is not None and self.menu is not None:
            last = self.panel.as_saved(self.menu.current or NOT_SAVED)
            self._keeper.replace(replace(self._keeper.book, last_screen=last))
