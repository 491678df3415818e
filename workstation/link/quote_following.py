"""Who looks at the prices of all markets, and when they are sent what changed."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from workstation.domain.ticker import Ticker
from workstation.link.market_messages import FollowQuotes
from workstation.link.server import Connection

EVERY_S = 2.0
"""Between two messages of what changed, seconds: nobody reads five hundred tiles faster."""


class QuoteFollowing:
    """Remembers which windows look, and gathers for them what changed. While none does, nothing is done.

    Parameters
    ----------
    known : mapping of str to Ticker
        The newest price of every market; the desk keeps it, and calls `take` before it takes new ones.
    """

    def __init__(self, known: Mapping[str, Ticker]) -> None:
        self._known = known
        self._looking: set[Connection] = set()
        self._changed: dict[str, Ticker] = {}
        self._heard_s: float | None = None
        self._told_s = 0.0
        self._telling: asyncio.TimerHandle | None = None

    def carry_out(self, connection: Connection, command: FollowQuotes) -> None:
        """Send a window all prices now and what changes from now on, or nothing any more."""
        self.leave(connection)
        if not command.is_on:
            return
        self._looking.add(connection)
        if self._heard_s is not None:
            connection.outbox.put_quotes(self._known, self._heard_s)
            connection.wake()

    def leave(self, connection: Connection) -> None:
        """Take that a window does not look any more."""
        self._looking.discard(connection)
        connection.outbox.forget_quotes()
        if not self._looking:
            self._rest()

    def take(self, tickers: Sequence[Ticker]) -> None:
        """Take prices before they are known; those that say nothing new are left out."""
        self._heard_s = time.monotonic()
        if not self._looking:
            return
        known, changed = self._known, self._changed
        for ticker in tickers:
            before = known.get(ticker.symbol)
            if before is None or _is_other(ticker, before):
                changed[ticker.symbol] = ticker
        if self._telling is None:
            wait_s = max(0.0, self._told_s + EVERY_S - self._heard_s)
            self._telling = asyncio.get_running_loop().call_later(wait_s, self._tell)

    def _tell(self) -> None:
        self._telling = None
        changed, self._changed = self._changed, {}
        self._told_s = time.monotonic()
        for connection in self._looking:
            connection.outbox.put_quotes(changed, self._heard_s or self._told_s)
            connection.wake()

    def _rest(self) -> None:
        self._changed = {}
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None


def _is_other(one: Ticker, before: Ticker) -> bool:
    """Return whether anything but the time is another."""
    return (
        one.last != before.last
        or one.change_24h_pct != before.change_24h_pct
        or one.quote_volume_24h != before.quote_volume_24h
    )
