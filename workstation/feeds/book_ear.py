"""Hears books on one venue: Binance's are rebuilt here from diffs, the others' are as ccxt keeps them."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from workstation.domain.book import Book
from workstation.domain.errors import UsageError, VenueError
from workstation.feeds.depth_message import UNIT, snapshot_of
from workstation.feeds.line import Line
from workstation.feeds.order_book import OrderBook

_log = logging.getLogger(__name__)

_SNAPSHOT_LEVELS = 5_000  # two per cent of a liquid market; 250 of 6,000 request weight a minute
_WITHIN = 0.03  # a little more than the farthest measure looks
_LEVELS = {"bybit": 200, "kraken": 1_000}  # where the venue's default is too short


@dataclass(frozen=True, slots=True)
class BookTimings:
    """Patience and pace of whoever hears books, in our own seconds unless said.

    Parameters
    ----------
    sample_s : float
        Between two samples, by the venue's clock.
    shortest_sample_s : float
        Between two samples at least, however fast the practice market runs.
    stale_s : float
        A book that was silent for longer is not used; a venue that is, is called anew.
    snapshot_pace_s : float
        Between two requests for any book at all.
    most_symbols : int
        Markets whose books are watched at once.
    """

    sample_s: float = 5.0
    shortest_sample_s: float = 0.1
    stale_s: float = 15.0
    snapshot_pace_s: float = 6.0
    most_symbols: int = 25


Start = Callable[[str, Callable[[], Awaitable[Any]]], None]
"""Runs a call that waits for the venue in a task of its own; when it fails, the connection is given up."""

Touched = Callable[[str, float, float], None]
"""Told a symbol and what rests at its best bid and best ask, quote currency."""


class BookEar(Protocol):
    """Ears at the books of one venue, for one life of the connection."""

    def follow(self, symbols: Sequence[str]) -> None:
        """Listen to these books, too; those heard already go on."""
        ...

    def tick(self) -> None:
        """Ask for what is missing."""
        ...

    def book(self, symbol: str) -> Book | None:
        """Return a book that may be used now: heard lately, not crossed, sound; else None."""
        ...

    def heard_s(self, symbol: str) -> float:
        """Return when the venue last spoke of a book, by the loop's clock; minus infinity for never."""
        ...


def book_ear(line: Line, start: Start, touched: Touched, timings: BookTimings) -> BookEar:
    """Return ears that suit the venue at the end of a line."""
    if line.exchange.id == "binance":
        return DiffEar(line, start, touched, timings)
    return CcxtEar(line, start, touched, timings)


class DiffEar:
    """Books rebuilt here from Binance's diffs; ccxt only carries the messages.

    ccxt would keep a crossed book, believe a negative size, and answer every gap with a new snapshot and a
    new subscription at once.

    Parameters
    ----------
    line : Line
        To the venue; its exchange's depth messages come here from now on.
    start : callable
        Starts a task.
    touched : callable
        Told best bid and best ask at each change.
    timings : BookTimings
        Patience and pace.
    """

    def __init__(self, line: Line, start: Start, touched: Touched, timings: BookTimings) -> None:
        self._line = line
        self._start = start
        self._touched = touched
        self._timings = timings
        self._now_s = asyncio.get_running_loop().time
        self._books: dict[str, OrderBook] = {}
        self._symbols: dict[str, str] = {}
        self._asked_s = -math.inf
        self._asking = False
        line.exchange.handle_order_book = self._on_diff
        line.exchange.handle_order_book_subscription = lambda client, message, subscription: None

    def follow(self, symbols: Sequence[str]) -> None:
        """Listen to these books, too; those heard already go on."""
        new = [symbol for symbol in symbols if symbol not in self._books]
        for symbol in new:
            self._books[symbol] = OrderBook()
            self._symbols[self._line.exchange.market(symbol)["id"]] = symbol
        if new:
            self._start("books", partial(self._line.exchange.watch_order_book_for_symbols, new))

    def _on_diff(self, _: object, message: Mapping[str, Any]) -> None:
        symbol = self._symbols.get(str(message.get("s")))
        if symbol is None:
            return
        book = self._books[symbol]
        book.on_diff(message, self._now_s())
        touch = book.touch()
        if touch is not None:
            (bid, bid_size), (ask, ask_size) = touch
            self._touched(symbol, bid * bid_size / UNIT**2, ask * ask_size / UNIT**2)

    def tick(self) -> None:
        """Ask for the book that is due, one at a time."""
        now_s = self._now_s()
        if self._asking or now_s < self._asked_s + self._timings.snapshot_pace_s:
            return
        for symbol, book in self._books.items():
            if book.wants_snapshot(now_s):
                self._asked_s, self._asking = now_s, True
                self._start(f"book of {symbol}", partial(self._ask, symbol))
                return

    async def _ask(self, symbol: str) -> None:
        exchange = self._line.exchange
        wanted = {"symbol": exchange.market(symbol)["id"], "limit": _SNAPSHOT_LEVELS}
        try:
            answer = await self._line.ask("an order book", lambda: exchange.publicGetDepth(wanted))
            self._books[symbol].on_snapshot(snapshot_of(answer, _SNAPSHOT_LEVELS), self._now_s())
        except VenueError as error:  # asked again in a while; the other books do not wait for it
            _log.info("%s: %s", symbol, error)
        finally:
            self._asking = False

    def book(self, symbol: str) -> Book | None:
        """Return a book that may be used now: heard lately, not crossed, known; else None."""
        book = self._books.get(symbol)
        if book is None or book.age_s(self._now_s()) > self._timings.stale_s:
            return None
        return book.book(_WITHIN)

    def heard_s(self, symbol: str) -> float:
        """Return when the venue last spoke of a book, by the loop's clock; minus infinity for never."""
        book = self._books.get(symbol)
        return -math.inf if book is None else -book.age_s(0.0)


class CcxtEar:
    """Books as ccxt keeps them, checked before they are used.

    Parameters are those of `DiffEar`.
    """

    def __init__(self, line: Line, start: Start, touched: Touched, timings: BookTimings) -> None:
        self._line = line
        self._start = start
        self._touched = touched
        self._timings = timings
        self._now_s = asyncio.get_running_loop().time
        self._kept: dict[str, tuple[Mapping[str, Any], float]] = {}
        self._followed: set[str] = set()
        line.exchange.orderbooks.clear()  # of an earlier connection

    def follow(self, symbols: Sequence[str]) -> None:
        """Listen to these books, too; those heard already go on."""
        for symbol in symbols:
            if symbol not in self._followed:
                self._followed.add(symbol)
                self._start(f"book of {symbol}", partial(self._watch, symbol))

    async def _watch(self, symbol: str) -> None:
        exchange = self._line.exchange
        while True:
            kept = await exchange.watch_order_book(symbol, _LEVELS.get(exchange.id))
            self._kept[symbol] = kept, self._now_s()
            values = [_value(kept[side][:1]) for side in ("bids", "asks")]
            self._touched(symbol, *values)

    def tick(self) -> None:
        """Ask for nothing: ccxt does."""

    def book(self, symbol: str) -> Book | None:
        """Return a book that may be used now: heard lately, not crossed, sound; else None."""
        kept, heard_s = self._kept.get(symbol, ({}, -math.inf))
        if self._now_s() - heard_s > self._timings.stale_s:
            return None
        return checked_book(kept)

    def heard_s(self, symbol: str) -> float:
        """Return when the venue last spoke of a book, by the loop's clock; minus infinity for never."""
        return self._kept[symbol][1] if symbol in self._kept else -math.inf


def _value(levels: Sequence[Sequence[Any]]) -> float:
    try:
        price, size = float(levels[0][0]), float(levels[0][1])
    except (LookupError, TypeError, ValueError, OverflowError):
        return math.nan
    return price * size if 0 < price < math.inf and 0 < size < math.inf else math.nan


def checked_book(kept: Mapping[str, Any]) -> Book | None:
    """Return ccxt's unified book as far as its last levels; None where it cannot be one.

    Nothing beyond the last level is taken for known: venues cut their books, each at its own depth.
    """
    try:
        bid, bid_size, ask, ask_size = (
            np.array([float(level[i]) for level in kept[side]]) for side in ("bids", "asks") for i in (0, 1)
        )
        if not len(bid) or not len(ask):
            return None
        return Book(bid, bid_size, ask, ask_size, float(bid[-1]), float(ask[-1]))
    except (LookupError, TypeError, ValueError, OverflowError, UsageError) as error:
        _log.info("a book that cannot be one: %r", error)
        return None
