"""The trader's lists of markets and the screener over all of them: one book behind both."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from workstation.domain.market import SeriesKey
from workstation.ui.asking import Asking
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.watchlists.screener_desk import ScreenerDesk
from workstation.ui.watchlists.spark_reader import SparkReader
from workstation.ui.watchlists.watchlist_chooser import WatchlistChooser
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper
from workstation.ui.watchlists.watchlist_menu import WatchlistEditing, WatchlistMenu
from workstation.ui.watchlists.watchlist_panel import WatchlistPanel
from workstation.ui.watchlists.watchlist_viewing import WatchlistViewing
from workstation.ui.widgets.menu_below import open_below
from workstation.ui.words.foreign_text import one_line

WATCHLIST = "Watchlist"
"""Title of the dock."""

BOOK_FILE = "lists.json"
"""Name of the file of lists and screens; it lies beside the window's memory."""


class WatchlistDesk(Section):
    """Joins the watchlist and the screener to the book of lists and screens.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    asking : Asking
        Who is asked to follow markets.
    theme : Theme
        Colours.
    """

    def __init__(
        self,
        around: Surroundings,
        asking: Asking,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._asking = around.bridge, asking
        self._opened = ""
        self.panel = WatchlistPanel(theme, around.bridge.world.price_step)
        self.sparks = SparkReader(around.bridge, around.past, self)
        self.keeper = WatchlistKeeper(around.memory_file.with_name(BOOK_FILE), self)
        self.screener = ScreenerDesk(around, self.keeper, theme, self)
        self.panels = {WATCHLIST: self.panel, **self.screener.panels}
        self.screener.symbol_opened.connect(self.symbol_opened)
        self.screener.watch_requested.connect(self.watch_too)
        self.keeper.complained.connect(lambda text: around.bridge.notice_posted.emit("saving", text))
        self.editing = WatchlistEditing(self.keeper, self._bridge.world, self)
        self.chooser = WatchlistChooser(theme)
        self.menu = WatchlistMenu(self.editing, self.panel)
        self.viewing = WatchlistViewing(around, self.editing, self.panel, self)
        self.chooser.menu_button.setMenu(self.menu)
        self.panel.put_above(self.chooser)
        self._join_lists()
        self._listen()

    def _join_lists(self) -> None:
        panel, editing = self.panel, self.editing
        self.chooser.chosen.connect(editing.show)
        self.chooser.dropped.connect(lambda symbols, name: editing.add_to(name, symbols))
        self.menu.columns_requested.connect(self.viewing.choose_columns)
        self.menu.template_chosen.connect(self.viewing.take_template)
        panel.told.connect(self._tell)
        self.keeper.changed.connect(self._on_book)
        editing.shown_changed.connect(self._on_book)
        editing.told.connect(self._tell)
        editing.watch_requested.connect(self.watch_too)
        panel.list_edited.connect(editing.put)
        panel.edited.connect(self._on_edited)
        panel.row_menu_opened.connect(self.menu.add_lists)
        panel.row_menu_opened.connect(self.menu.add_notes)
        self.screener.row_menu_opened.connect(self.menu.add_watching)
        self.screener.row_menu_opened.connect(self.menu.add_lists)

    def _listen(self) -> None:
        """Show what the engine says of what is watched."""
        bridge, panel = self._bridge, self.panel
        panel.open_requested.connect(self.symbol_opened)
        panel.edited.connect(self._asking.set_watchlist)
        self.sparks.read.connect(panel.model.set_spark)
        bridge.venue_changed.connect(self._on_venue)
        bridge.markets_changed.connect(panel.model.take_price_steps)
        bridge.watchlist_changed.connect(self._read_book)
        bridge.watchlist_changed.connect(self._on_watchlist)
        bridge.tickers_changed.connect(panel.apply)

    def follow(self, key: SeriesKey) -> None:
        """Choose the row of the market that is on the chart now."""
        self._opened = key.symbol
        self.panel.show_opened(key.symbol)

    def _on_venue(self) -> None:
        self.panel.set_venue_known(is_known=self._bridge.world.venue is not None)
        self.panel.model.clear_prices()

    def _on_watchlist(self) -> None:
        world = self._bridge.world
        self.panel.set_symbols(world.watchlist)
        self.panel.apply(list(world.tickers.values()))
        self.sparks.set_symbols(world.watchlist)
        self.panel.show_opened(self._opened)

    def _read_book(self) -> None:
        """Read the book once, after the start: nothing of it is needed before there is a watchlist."""
        self._bridge.watchlist_changed.disconnect(self._read_book)
        self._on_book()
        if self.keeper.problem:
            self._tell(self.keeper.problem)

    def _on_book(self) -> None:
        """Show the list that is chosen as it is now; everything watched where it is gone."""
        sizes = {one.name: len(one.symbols) for one in self.keeper.book.lists}
        if self.editing.current not in sizes:
            self.editing.current = ""
        shown = self.editing.shown
        self.chooser.offer(sizes, self.editing.current)
        self.panel.model.set_notes(dict(shown.notes) if shown is not None else {})
        self.panel.show_list(None if shown is None else shown.symbols)
        self.panel.apply(list(self._bridge.world.tickers.values()))
        self.viewing.show()

    def _on_edited(self, symbols: tuple[str, ...]) -> None:
        """Take what shall no longer be watched out of every list, and let that be taken back as a whole."""
        world, book = self._bridge.world, self.keeper.book
        before = world.watchlist
        gone = [one for one in before if one not in symbols]
        if not world.connected:
            return
        if not gone:
            is_new = len(symbols) > len(before)
            what = f"watch {one_line(symbols[-1], 24)}" if is_new else "order of what is watched"
            self.keeper.remember(lambda: self._asking.set_watchlist(before), what)
            return
        for symbol in gone:
            book = book.without_symbol(symbol)
        restore = self.keeper.replace(book)

        def undo() -> None:
            restore()
            self._asking.set_watchlist(before)

        self.keeper.remember(undo, f"stop watching {one_line(gone[0], 24)}")

    def _tell(self, sentence: str) -> None:
        self._bridge.notice_posted.emit("lists", sentence)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "watchlist.add": lambda: self.panel.add(self._opened),
            "watchlist.filter": lambda: go_to(WATCHLIST, self.panel.focus_filter),
            "watchlist.columns": lambda: go_to(WATCHLIST, self.viewing.choose_columns),
            "watchlist.group": lambda: go_to(WATCHLIST, self.viewing.switch_grouping),
            "watchlist.lists": lambda: go_to(WATCHLIST, self._open_menu),
            "watchlist.undo": self.keeper.undo,
            **self.screener.handlers(go_to),
        }

    def _open_menu(self) -> None:
        open_below(self.chooser.menu_button, self.menu)

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""
        self.screener.refresh()
        self.viewing.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.panel.set_theme(theme)
        self.chooser.set_theme(theme)
        self.screener.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more; everything is on disk then."""
        self.sparks.stop()
        self.panel.stop()
        self.viewing.stop()
        self.screener.stop()
        self.keeper.stop()

    def watch_too(self, symbols: tuple[str, ...]) -> None:
        """Let the engine follow these, too, as far as they trade at the venue."""
        world = self._bridge.world
        new = [one for one in symbols if one not in world.watchlist and one in world.markets]
        if new:
            self._asking.set_watchlist((*world.watchlist, *dict.fromkeys(new)))
