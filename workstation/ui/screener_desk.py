"""The screener, kept as store and engine say of every coin of the venue."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from workstation.domain.screen_column import HOUR_MS, CoinColumns
from workstation.domain.ticker import Ticker
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.late_panel import LatePanel, is_in_sight
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.watchlist_keeper import WatchlistKeeper

if TYPE_CHECKING:
    from workstation.storage.coin_reading import CoinsRead
    from workstation.ui.panels.screener import ScreenerPanel
    from workstation.ui.screener_menu import ScreenerMenu

SCREENER = "Screener"
"""Title of the dock."""

_AGED_EVERY_S = 60
_READ_EVERY = 25  # coins whose history came


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

    def __init__(
        self, around: Surroundings, keeper: WatchlistKeeper, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._past, self._keeper, self._theme = around.bridge, around.past, keeper, theme
        self._last: CoinsRead | None = None
        self._since_aged = 0
        self.panel: ScreenerPanel | None = None
        self.menu: ScreenerMenu | None = None
        self.late = LatePanel(self._make_panel)
        self.panels = {SCREENER: self.late}
        self.reading = BackgroundReading(self._work, self._is_seen, self)
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        self.late.seen.connect(self.reading.look_again)
        bridge = self._bridge
        for news in (bridge.coins_graded, bridge.narratives_changed, bridge.markets_changed):
            news.connect(self.reading.want)
        bridge.signal_said.connect(lambda _signal: self.reading.want())
        bridge.universe_changed.connect(self._on_universe)
        bridge.tickers_changed.connect(self._on_tickers)
        bridge.venue_changed.connect(self._on_venue)
        keeper.changed.connect(self._on_book)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do; `go_to` reveals a dock and gives it the keyboard."""
        return {"screener.focus": lambda: go_to(SCREENER, self.focus)}

    def focus(self) -> None:
        """Give the keyboard to the line of conditions."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.focus_text()

    def refresh(self) -> None:
        """Read what is due where somebody looks, and let signals grow older; called every second."""
        self.reading.look_again()
        self._since_aged += 1
        if self._since_aged >= _AGED_EVERY_S and self.panel is not None and is_in_sight(self.panel):
            self._since_aged = 0
            self._age()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more."""
        self.late.stop()
        self.reading.stop()
        if self.panel is not None:
            self.panel.stop()

    def _make_panel(self) -> "ScreenerPanel":
        from workstation.ui.panels.screener import READING, ScreenerPanel
        from workstation.ui.screener_menu import ScreenerMenu

        self.panel = ScreenerPanel(self._theme, self._bridge.world.price_step)
        self.menu = ScreenerMenu(self.panel, self._keeper)
        self.panel.menu_button.setMenu(self.menu)
        self.menu.watch_requested.connect(self.watch_requested)
        self.panel.open_requested.connect(self.symbol_opened)
        self.panel.named_chosen.connect(self._show_named)
        self._on_book()
        if self._keeper.problem:
            self.panel.complain(self._keeper.problem)
        if self._bridge.world.venue is not None:
            self.panel.clear(READING)
        self.reading.want()
        return self.panel

    def _is_seen(self) -> bool:
        world = self._bridge.world
        return world.venue is not None and bool(world.markets) and is_in_sight(self.late)

    def _work(self) -> Work:
        from workstation.storage.coin_reading import CoinFiles, CoinsWanted, read_coins

        world, files = self._bridge.world, self._past.narratives
        beside = files.candles.with_name("observations.db")
        symbols = tuple(market.symbol for market in world.markets.values() if market.active)
        universe, venue = world.universe, world.venue
        timeframe = universe.timeframe if universe is not None and universe.timeframe else "1h"
        at_ms = self._bridge.venue_time_ms
        wanted = CoinsWanted(venue.name if venue else "", timeframe, symbols, at_ms, world.narratives)
        return partial(read_coins, CoinFiles(files.candles, self._past.judgements.ledger, beside), wanted)

    def _on_read(self, read: "CoinsRead") -> None:
        venue = self._bridge.world.venue
        if self.panel is None or venue is None or read.wanted.venue != venue.name:
            return  # the venue changed while it was read
        self._last = read
        self.panel.show_coins(self._with_lists(read.coins))
        self._age()
        self.panel.apply(list(self._bridge.world.tickers.values()))

    def _age(self) -> None:
        now_ms = self._bridge.venue_time_ms
        if self._last is not None and self.panel is not None and now_ms:
            hours = np.maximum(now_ms - self._last.signal_ms, 0.0) / HOUR_MS
            self.panel.model.set_numbers({"signal_age": hours})
            self.panel.rearrange()

    def _on_failure(self, sentence: str) -> None:
        if self.panel is not None:
            self.panel.complain(sentence)

    def _on_tickers(self, tickers: list[Ticker]) -> None:
        if self.panel is not None and is_in_sight(self.panel):
            self.panel.apply(tickers)

    def _on_universe(self) -> None:
        """Read again after every so many coins whose history came, and after the last."""
        universe = self._bridge.world.universe
        if universe is not None and universe.done in {*range(0, universe.total, _READ_EVERY), universe.total}:
            self.reading.want()

    def _on_venue(self) -> None:
        """Forget the coins: they were another venue's."""
        self._last = None
        if self.panel is not None:
            self.panel.clear()
        self.reading.want()

    def _on_book(self) -> None:
        """Offer the screens of the book; one that was renamed, deleted or brought back is followed."""
        if self.panel is None or self.menu is None:
            return
        names = tuple(one.name for one in self._keeper.book.screens)
        if self.menu.current not in names:
            self.menu.current = ""
        self.panel.offer(names, self.menu.current)
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
