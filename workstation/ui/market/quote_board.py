"""The prices of every market of the venue: asked for while somebody looks at them, and never longer."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workstation.domain.ticker import Ticker
from workstation.link.market_messages import QuotesSaid
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import EngineRequests

OLD_MS = 60_000
"""Prices of which nothing was heard for longer are said to be old."""


class QuoteBoard(QObject):
    """Keeps the newest price of every market.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    requests : EngineRequests
        Who has prices sent.
    monotonic : callable
        Seconds on a clock that never jumps; ages are measured with it.

    Attributes
    ----------
    quotes : dict of str to Ticker
        By symbol; those of an earlier look stay until newer ones come.
    """

    changed = Signal(object)  # tuple[Ticker, ...]: what is new

    def __init__(
        self,
        bridge: Bridge,
        requests: EngineRequests,
        parent: QObject | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._requests, self.monotonic = bridge, requests, monotonic
        self.quotes: dict[str, Ticker] = {}
        self._lookers: list[Callable[[], bool]] = []
        self._is_asked = False
        self._heard_s: float | None = None
        bridge.quotes_said.connect(self._on_said)
        bridge.link_changed.connect(self._on_link)
        bridge.venue_changed.connect(self._on_venue)

    def tell_while(self, is_looking: Callable[[], bool]) -> None:
        """Have prices sent while this is true; it is asked at every `look`."""
        self._lookers.append(is_looking)

    def look(self) -> None:
        """Ask for prices where somebody looks, and for none where nobody does; called every second."""
        is_wanted = any(is_looking() for is_looking in self._lookers)
        if is_wanted != self._is_asked and self._bridge.world.connected:
            self._is_asked = is_wanted
            self._requests.follow_quotes(is_wanted)

    @property
    def age_ms(self) -> int | None:
        """For how long the venue told no price, by our clock, milliseconds; None before it told any."""
        return None if self._heard_s is None else round(1000 * (self.monotonic() - self._heard_s))

    def _on_said(self, said: QuotesSaid) -> None:
        self._heard_s = self.monotonic() - said.age_ms / 1000
        self.quotes.update((ticker.symbol, ticker) for ticker in said.tickers)
        self.changed.emit(said.tickers)

    def _on_link(self) -> None:
        """Ask again where the engine is back; it remembers nothing of before."""
        self._is_asked = False
        self.look()

    def _on_venue(self) -> None:
        """Forget the prices: they were another venue's."""
        self.quotes.clear()
        self._heard_s = None
        self.changed.emit(())
