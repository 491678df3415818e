"""Ears at one market while somebody looks at it: its book and every trade, ten times a second."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from workstation.domain.live_market import MOST_TRADES, BookSight, MarketHeard, Trade
from workstation.domain.ports import TaskOwner
from workstation.engine.book_ladder import sight_of
from workstation.feeds.book_ear import BookEar, BookTimings, book_ear
from workstation.feeds.line import Line
from workstation.feeds.normalize import EARLIEST_MS
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.standing_line import StandingLine
from workstation.feeds.venues import OpenVenue

_log = logging.getLogger(__name__)

TELL_S = 0.1
"""Between two news at least, seconds."""

SAY_AGAIN_S = 1.0
"""Where nothing changed, the age of the book is told after so long."""

_TICK_S = 0.05
_CACHED_ROWS = 5_000  # trades that ccxt keeps between two hand-overs
_MOST_NUMBER = 1e24
_SIDES = {"buy": True, "sell": False}

Tell = Callable[[MarketHeard], Awaitable[None]]
"""Takes news; the next ones wait until it returns."""


def trade_of(raw: Mapping[str, Any], latest_ms: int) -> Trade | None:
    """Return a trade as ccxt tells it; None for one that cannot be.

    Parameters
    ----------
    raw : mapping
        ccxt's unified trade; anything may be in it.
    latest_ms : int
        A later trade lies in the future, UTC milliseconds.
    """
    price, size, time_ms = _amount(raw.get("price")), _amount(raw.get("amount")), raw.get("timestamp")
    if price is None or size is None:
        return None
    if type(time_ms) is not int or not EARLIEST_MS <= time_ms <= latest_ms:
        return None
    return Trade(time_ms, price, size, _SIDES.get(str(raw.get("side"))))


def _amount(value: object) -> float | None:
    """Return a price or a size; None for what cannot be one."""
    if type(value) is not int and type(value) is not float:
        return None
    return float(value) if 0 < value < _MOST_NUMBER else None


class MarketEar:
    """Hears one market over a connection of its own until it is closed.

    Parameters
    ----------
    opened : OpenVenue
        The venue, with an exchange of its own; owned from now on.
    symbol : str
        The market.
    tell : callable
        Told what is new.
    tasks : TaskOwner
        Owns the tasks that listen.
    timings : BookTimings
        Patience with the book.
    line_timings : FeedTimings
        Those of the line.
    """

    def __init__(
        self,
        opened: OpenVenue,
        symbol: str,
        tell: Tell,
        tasks: TaskOwner,
        timings: BookTimings | None = None,
        line_timings: FeedTimings | None = None,
    ) -> None:
        self._label, self._clock, self._exchange = opened.venue.label, opened.clock, opened.exchange
        self._exchange.options["tradesLimit"] = _CACHED_ROWS
        self.symbol, self._tell, self._owner = symbol, tell, tasks
        self._timings = timings or BookTimings()
        self._line = Line(opened.exchange, self._label, opened.clock, line_timings or FeedTimings())
        self._standing = StandingLine(self._line, tasks, f"the market {symbol}")
        self._telling: asyncio.Task[None] | None = None
        self._ear: BookEar | None = None
        self._trades: deque[Trade] = deque(maxlen=MOST_TRADES)
        self._n_left_out = 0
        self._has_changed = True
        self._heard_s = self._told_s = -math.inf
        self._trouble = ""
        self.step = 0.0
        """In which the book is told, quote currency; 0.0 for the venue's own levels."""

    def open(self) -> None:
        """Connect, and tell from now on."""
        self._standing.open(self._live)
        self._telling = self._owner.start(f"tell the market {self.symbol}", self._tell_for_ever())

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        await self._standing.close()

    def look_again(self, step: float) -> None:
        """Tell the book in other steps from now on."""
        self.step, self._has_changed = step, True

    async def _live(self) -> None:
        """Listen until the connection is of no more use."""
        standing, exchange = self._standing, self._exchange
        exchange.trades.clear()
        if exchange.markets.get(self.symbol) is None:
            self._trouble = f"{self._label} has no market {self.symbol}."
        else:
            self._ear = self._listen()
        self._has_changed = True
        loop = asyncio.get_running_loop()
        try:
            while not standing.has_ended:
                if self._ear is not None:
                    self._ear.tick()
                    if loop.time() > standing.heard_s + self._timings.stale_s:
                        standing.on_broken(f"{self._label} says nothing of {self.symbol}; connecting anew.")
                await standing.wait(_TICK_S)
        finally:
            self._ear, self._has_changed = None, True

    def _listen(self) -> BookEar | None:
        """Begin to listen to what the venue tells of the market; None where that is no book."""
        exchange, start = self._exchange, self._standing.start
        if exchange.has.get("watchTrades"):
            start(f"trades of {self.symbol}", partial(exchange.watch_trades, self.symbol))
        if not exchange.has.get("watchOrderBook"):
            self._trouble = f"{self._label} tells no order books."
            return None
        self._trouble = ""
        ear = book_ear(self._line, start, _not_asked, self._timings)
        ear.follow([self.symbol])
        return ear

    # What is told

    async def _tell_for_ever(self) -> None:
        while True:
            news = self._news()
            if news is not None:
                await self._tell(news)
            await asyncio.sleep(TELL_S)

    def _news(self) -> MarketHeard | None:
        """Return what is new; None where nothing is and it is not yet time to say so."""
        self._take_trades()
        now_s, ear = asyncio.get_running_loop().time(), self._ear
        heard_s = -math.inf if ear is None else ear.heard_s(self.symbol)
        has_moved = self._has_changed or bool(self._trades) or heard_s != self._heard_s
        if not has_moved and now_s < self._told_s + SAY_AGAIN_S:
            return None
        self._has_changed, self._heard_s, self._told_s = False, heard_s, now_s
        book = None if ear is None else ear.book(self.symbol)
        sight = None if book is None else sight_of(book, self.step)
        age_ms = round((now_s - heard_s) * 1000) if heard_s > -math.inf else None
        trades, n_left_out = tuple(self._trades), self._n_left_out
        self._trades.clear()
        self._n_left_out = 0
        return MarketHeard(self.symbol, self.step, sight, age_ms, self._why(sight), trades, n_left_out)

    def _take_trades(self) -> None:
        """Take what ccxt heard since; nothing stays there."""
        rows = self._exchange.trades.get(self.symbol)
        if not rows:
            return
        heard = list(rows)
        rows.clear()
        latest_ms = self._clock.latest_true_ms()
        sound = [trade for row in heard if (trade := trade_of(row, latest_ms)) is not None]
        if len(sound) < len(heard):
            _log.info("%d trades of %s cannot be", len(heard) - len(sound), self.symbol)
        self._n_left_out += max(len(self._trades) + len(sound) - MOST_TRADES, 0)
        self._trades.extend(sound)

    def _why(self, sight: BookSight | None) -> str:
        """Return why there is no book; nothing where there is one, or one is being built."""
        if sight is not None:
            return ""
        trouble = self._standing.trouble
        if self._ear is None and not self._trouble and trouble is not None:
            return str(trouble)
        return self._trouble


def _not_asked(_symbol: str, _bid_value: float, _ask_value: float) -> None:
    """Take what rests at the touch, and do nothing: the whole book is looked at."""
