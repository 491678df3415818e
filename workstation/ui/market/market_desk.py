"""Book, tape and depth of the market on the active chart, and the map of all: heard while somebody looks."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workstation.domain.live_market import MarketHeard
from workstation.domain.market import SeriesKey
from workstation.ui.judgement.grade_desk import GradeDesk
from workstation.ui.market.market_map_desk import MarketMapDesk
from workstation.ui.market.market_sight import MarketSight
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight

if TYPE_CHECKING:
    from workstation.ui.market.depth_panel import DepthPanel
    from workstation.ui.market.order_book_panel import OrderBookPanel
    from workstation.ui.market.trades_panel import TradesPanel

BOOK, TRADES, DEPTH = "Book", "Trades", "Depth"
"""Titles of the docks."""

_SETTLE_MS = 250  # who flips through markets asks for the one that stays


class MarketDesk(Section):
    """Keeps the panels as the engine says, and asks for what is in sight.

    Parameters
    ----------
    around : Surroundings
        What the engine says, and who has a market followed.
    grades : GradeDesk
        Reads the grades that the map is coloured by.
    theme : Theme
        Colours.
    monotonic : callable
        Seconds on a clock that never jumps; ages are measured with it.
    """

    def __init__(
        self,
        around: Surroundings,
        grades: GradeDesk,
        theme: Theme,
        parent: QObject | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        bridge = around.bridge
        self._bridge, self._requests, self._theme = bridge, around.requests, theme
        self._memory = around.memory
        self.map = MarketMapDesk(around, grades, theme, self)
        self.map.symbol_opened.connect(self.symbol_opened)
        self.monotonic = monotonic
        self._zone: tzinfo = UTC
        self.sight = MarketSight()
        self._steps: dict[str, float] = {}
        self._followed: tuple[str, float] | None = None
        self.book: OrderBookPanel | None = None
        self.trades: TradesPanel | None = None
        self.depth: DepthPanel | None = None
        self.late_book = LatePanel(self._make_book)
        self.late_trades, self.late_depth = LatePanel(self._make_trades), LatePanel(self._make_depth)
        own = {BOOK: self.late_book, TRADES: self.late_trades, DEPTH: self.late_depth}
        self.panels = {**own, **self.map.panels}
        self._settling = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self.look)
        for late in (self.late_book, self.late_trades, self.late_depth):
            late.seen.connect(self._on_seen)
        bridge.market_heard.connect(self._on_heard)
        bridge.link_changed.connect(self._on_link)
        bridge.markets_changed.connect(self._on_markets)
        bridge.venue_changed.connect(self._on_venue)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of the market do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "market.book": lambda: go_to(BOOK, self.focus_book),
            "market.trades": lambda: go_to(TRADES, self.focus_trades),
            "market.depth": lambda: go_to(DEPTH, self.focus_depth),
            "market.over_time": lambda: go_to(DEPTH, self.focus_over_time),
            **self.map.handlers(go_to),
        }

    def focus_book(self) -> None:
        """Give the keyboard to the ladder."""
        self.late_book.ensure()
        if self.book is not None:
            self.book.ladder.setFocus()

    def focus_trades(self) -> None:
        """Give the keyboard to the tape."""
        self.late_trades.ensure()
        if self.trades is not None:
            self.trades.table.setFocus()

    def focus_depth(self) -> None:
        """Give the keyboard to the depth."""
        self.late_depth.ensure()
        if self.depth is not None:
            self.depth.focus_view()

    def focus_over_time(self) -> None:
        """Show how the depth was before, and give it the keyboard."""
        self.late_depth.ensure()
        if self.depth is not None:
            self.depth.kind.setCurrentIndex(1)
            self.depth.focus_view()

    def follow(self, key: SeriesKey) -> None:
        """Take what the active chart shows."""
        if key.symbol != self.sight.symbol:
            self._open(key.symbol)
            self._settling.start()

    def refresh(self) -> None:
        """Let the book grow older on screen, and follow what is in sight now; called every second."""
        if not self._settling.isActive():
            self.look()
        self._show()
        self.map.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.map.set_theme(theme)
        for panel in (self.book, self.trades, self.depth):
            if panel is not None:
                panel.set_theme(theme)

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        if self.trades is not None:
            self.trades.set_zone(zone)

    def stop(self) -> None:
        """Follow nothing more."""
        self._settling.stop()
        self.map.stop()
        for late in (self.late_book, self.late_trades, self.late_depth):
            late.stop()

    # What is followed

    def look(self) -> None:
        """Have followed what is in sight, and nothing where nothing is; at once."""
        self._settling.stop()
        if not self._bridge.world.connected:
            return
        wanted = self._wanted()
        if wanted == self._followed or (self._followed is None and not wanted[0]):
            return
        self._followed = wanted
        if wanted[0]:
            self.sight.forget()
            if self.trades is not None:  # trades were missed meanwhile
                self.trades.open(self.sight)
        self._requests.follow_market(*wanted)
        self._show()

    def _on_seen(self) -> None:
        self.look()
        self._show()

    def _wanted(self) -> tuple[str, float]:
        lates = (self.late_book, self.late_trades, self.late_depth)
        symbol = self.sight.symbol
        if not self.sight.can_be_followed or not any(map(is_in_sight, lates)):
            return ("", 0.0)
        return symbol, self._steps.get(symbol, 0.0)

    def _choose_step(self, step: float) -> None:
        self._steps[self.sight.symbol] = step
        self.look()

    # What is shown

    def _open(self, symbol: str) -> None:
        self.sight.open(symbol, self._bridge.world.price_step(symbol))
        self.sight.is_connected = self._bridge.world.connected
        if self.book is not None:
            self._open_book(self.book)
        if self.trades is not None:
            self.trades.open(self.sight)
        if self.depth is not None:
            self.depth.open(self.sight)
        self._show()

    def _open_book(self, panel: "OrderBookPanel") -> None:
        ticker = self._bridge.world.tickers.get(self.sight.symbol)
        panel.open(
            self.sight, ticker.last if ticker is not None else 0.0, self._steps.get(self.sight.symbol, 0.0)
        )

    def _show(self) -> None:
        now_s = self.monotonic()
        lates = (self.late_book, self.late_trades, self.late_depth)
        for late, panel in zip(lates, (self.book, self.trades, self.depth), strict=True):
            if panel is not None and is_in_sight(late):
                panel.show_sight(self.sight, now_s)

    def _on_heard(self, news: MarketHeard) -> None:
        if news.symbol != self.sight.symbol or (news.symbol, news.step) != self._followed:
            return  # it was on its way when another market was opened
        is_first = self.sight.book is None and news.book is not None
        self.sight.take(news, self.monotonic())
        if self.trades is not None:
            self.trades.take(news)
        if is_first and self.book is not None and self.book.step.count() <= 1:
            self.book.open(self.sight, news.book.mid if news.book else 0.0, news.step)
        self._show()

    def _on_link(self) -> None:
        """Ask again where the engine is back; it remembers nothing of before."""
        self.sight.is_connected = self._bridge.world.connected
        self._followed = None
        self.look()
        self._show()

    def _on_markets(self) -> None:
        self.sight.price_step = self._bridge.world.price_step(self.sight.symbol)
        if self.book is not None:
            self._open_book(self.book)

    def _on_venue(self) -> None:
        """Forget the book: it was another venue's."""
        self._open(self.sight.symbol)
        self._followed = None
        self.look()

    def _on_kind(self) -> None:
        if self.depth is not None:
            self._memory.depth_over_time = self.depth.kind.currentIndex() > 0
        self._show()

    # Panels, made when they are first seen

    def _make_book(self) -> "OrderBookPanel":
        from workstation.ui.market.order_book_panel import OrderBookPanel

        self.book = OrderBookPanel(self._theme)
        self.book.step_chosen.connect(self._choose_step)
        self._open_book(self.book)
        return self.book

    def _make_trades(self) -> "TradesPanel":
        from workstation.ui.market.trades_panel import TradesPanel

        self.trades = TradesPanel(self._theme)
        self.trades.set_zone(self._zone)
        self.trades.open(self.sight)
        return self.trades

    def _make_depth(self) -> "DepthPanel":
        from workstation.ui.market.depth_panel import DepthPanel

        self.depth = DepthPanel(self._theme)
        self.depth.kind.setCurrentIndex(int(self._memory.depth_over_time))
        self.depth.kind_chosen.connect(self._on_kind)
        self.depth.open(self.sight)
        return self.depth
