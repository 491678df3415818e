"""The trader's lists of markets and the screener over all of them: one book behind both."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from workstation.ui.asking import Asking
from workstation.ui.panels.watchlist import WatchlistPanel
from workstation.ui.screener_desk import ScreenerDesk
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.watchlist_keeper import WatchlistKeeper

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
    panel : WatchlistPanel
        The watchlist.
    theme : Theme
        Colours.
    """

    def __init__(
        self,
        around: Surroundings,
        asking: Asking,
        panel: WatchlistPanel,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._asking = around.bridge, asking
        self.keeper = WatchlistKeeper(around.memory_file.with_name(BOOK_FILE), self)
        self.screener = ScreenerDesk(around, self.keeper, theme, self)
        self.panels = self.screener.panels
        self.screener.symbol_opened.connect(self.symbol_opened)
        self.screener.watch_requested.connect(self.watch_too)
        self.keeper.complained.connect(lambda sentence: self._bridge.notice_posted.emit("lists", sentence))

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do; `go_to` reveals a dock and gives it the keyboard."""
        return self.screener.handlers(go_to)

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""
        self.screener.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.screener.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more; everything is on disk then."""
        self.screener.stop()
        self.keeper.stop()

    def watch_too(self, symbols: tuple[str, ...]) -> None:
        """Let the engine follow these, too, as far as they trade at the venue."""
        world = self._bridge.world
        new = [one for one in symbols if one not in world.watchlist and one in world.markets]
        if new:
            self._asking.set_watchlist((*world.watchlist, *dict.fromkeys(new)))
