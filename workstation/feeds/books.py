"""The provider ``books``: what the order books of the followed markets say about liquidity."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import ccxt

from workstation.domain.errors import VenueError, VenueUnreachable
from workstation.domain.metric import METRICS
from workstation.domain.observation import Observation
from workstation.domain.ports import TaskOwner
from workstation.domain.provider import ProviderAbout
from workstation.feeds.book_ear import BookEar, BookTimings, book_ear
from workstation.feeds.book_window import WINDOW_MS, BookWindow
from workstation.feeds.capture import MessageCount
from workstation.feeds.line import UNREADABLE, Line
from workstation.feeds.provider_trouble import provider_error
from workstation.feeds.reconnect import BackOff, FeedTimings
from workstation.feeds.venues import OpenVenue

_log = logging.getLogger(__name__)

_DOLLARS = frozenset(("USD", "USDT", "USDC", "FDUSD", "TUSD", "USDP", "DAI", "BUSD", "PYUSD", "USDE"))
_ROWS_KEPT = 25_000
_TICK_S = 0.05
_METRICS = tuple(
    name for name, metric in METRICS.items() if name.startswith("liquidity.") and metric.every_ms == WINDOW_MS
)

ABOUT = ProviderAbout(
    name="books",
    label="Order books",
    sentence=(
        "Watches the order books of the markets you follow, on the venue that is open: spread, depth, slope, "
        "cost of size, resilience. Asks the venue for nothing but public books."
    ),
    home="https://docs.ccxt.com",
    terms="Public market data of the venue",
    metrics=_METRICS,
    every_s=5.0,
)


class Books:
    """Samples live books every five seconds and tells their medians every five minutes.

    Quoted in dollars or a dollar coin only: the measures are in USD. A book that is crossed, silent for
    fifteen seconds or not known is never sampled. The first `fetch` connects.

    Parameters
    ----------
    opened : OpenVenue
        The venue, with an exchange of its own; owned from now on.
    symbols : callable
        Names the markets to watch now, most wanted first.
    tasks : TaskOwner
        Owns the tasks that listen.
    timings : BookTimings
        Patience and pace.
    line_timings : FeedTimings
        Those of the line.
    """

    def __init__(
        self,
        opened: OpenVenue,
        symbols: Callable[[], Collection[str]],
        tasks: TaskOwner,
        timings: BookTimings | None = None,
        line_timings: FeedTimings | None = None,
    ) -> None:
        self._venue = opened.venue
        self._clock = opened.clock
        self._symbols = symbols
        self._owner = tasks
        self._timings = timings or BookTimings()
        self._line = Line(opened.exchange, opened.venue.label, opened.clock, line_timings or FeedTimings())
        speed = opened.venue.speed
        self._sample_s = max(self._timings.sample_s / speed, self._timings.shortest_sample_s)
        self._windows: dict[str, BookWindow] = {}
        self._rows: deque[Observation] = deque(maxlen=_ROWS_KEPT)
        self._trouble: VenueError | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._life: asyncio.Task[None] | None = None
        self._end: asyncio.Future[str] | None = None
        self._heard_s = 0.0
        self.left_out: dict[str, str] = {}
        """Markets that are not watched, each with a sentence that says why."""
        self.heard = MessageCount()
        """What the venue sent, by kind; the unknown by name."""
        opened.exchange.handle_message = self._on_message

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return ABOUT

    @property
    def n_messages(self) -> int:
        """Messages heard since it was made."""
        return self._line.n_messages

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the windows that closed since `since_ms`; `coins` is not asked, the followed markets are.

        Raises
        ------
        ProviderError
            There are none, and the venue cannot be heard.
        """
        if self._life is None:
            self._life = self._owner.start(f"books of {self._venue.name}", self._stay_connected())
        rows = [row for row in self._rows if row.available_ms >= since_ms]
        if not rows and self._trouble is not None:
            raise provider_error(self._trouble) from self._trouble
        return rows

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        await self._line.close()

    # The connection

    async def _stay_connected(self) -> None:
        timings = self._line.timings
        pauses = BackOff(timings.backoff_first_s, timings.backoff_longest_s, random.Random())
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                await self._line.gate.opened()
                await self._line.ask("its markets", self._line.exchange.load_markets)
                await self._line.measure_clock()
                self._trouble = VenueUnreachable(await self._listen())
            except VenueError as error:
                self._trouble = error
            finally:
                await self._hang_up()
            _log.info("%s", self._trouble)
            if loop.time() - began_s > timings.steady_s:
                pauses.reset()
            await asyncio.sleep(pauses.next_s())

    async def _hang_up(self) -> None:
        self._line.connect(None)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._line.hang_up()
        for window in self._windows.values():
            window.lost()

    async def _listen(self) -> str:
        """Listen until the connection is of no more use; return why, as a sentence."""
        loop = asyncio.get_running_loop()
        self._end, self._heard_s = loop.create_future(), loop.time()
        ear = book_ear(self._line, self._start, self._on_touch, self._timings)
        self._line.connect(self)
        sampled_s = loop.time()
        while not self._end.done():
            chosen = self._chosen()
            ear.follow(chosen)
            ear.tick()
            if loop.time() >= sampled_s + self._sample_s:
                sampled_s = loop.time()
                self._sample(ear, chosen)
                await self._keep_time()
            if chosen and loop.time() > self._heard_s + self._timings.stale_s:
                self.on_broken(f"{self._venue.label} sends no books; connecting anew.")
            await asyncio.wait({self._end}, timeout=_TICK_S)
        return self._end.result()

    async def _keep_time(self) -> None:
        if not self._clock.is_trusted:
            await self._line.measure_clock()

    def _start(self, name: str, call: Callable[[], Awaitable[Any]]) -> None:
        task = self._owner.start(f"{name} on {self._venue.name}", self._wait_for(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Wait for ccxt; what goes wrong ends the connection, and never this task's owner."""
        try:
            await call()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self.on_broken(f"The connection to {self._venue.label} ended; connecting anew.")
        except ccxt.UnsubscribeError:
            _log.debug("a book was left before it spoke")
        except UNREADABLE as error:
            _log.info("a book of %s failed: %r", self._venue.label, error)
            self.on_broken(f"{self._venue.label} refused its books or dropped them; connecting anew.")

    # What the line tells

    def _on_message(self, client: object, message: object) -> None:
        self.heard.count(message)
        exchange = self._line.exchange
        type(exchange).handle_message(exchange, client, message)

    def on_frame(self) -> None:
        """Take note that the venue still speaks."""
        self._heard_s = asyncio.get_running_loop().time()

    def on_broken(self, reason: str) -> None:
        """End: the connection is of no more use."""
        if self._end is not None and not self._end.done():
            self._end.set_result(reason)

    # The books

    def _chosen(self) -> list[str]:
        """Return the markets to watch now; say once of each other one why it is left out."""
        chosen: list[str] = []
        left_out: dict[str, str] = {}
        for symbol in dict.fromkeys(self._symbols()):
            market = self._line.exchange.markets.get(symbol)
            if market is None or market.get("spot") is not True:
                left_out[symbol] = f"{self._venue.label} has no spot market {symbol}."
            elif market.get("quote") not in _DOLLARS:
                left_out[symbol] = f"{symbol} is not quoted in dollars; its depth is not measured."
            elif len(chosen) >= self._timings.most_symbols:
                left_out[symbol] = f"Only {self._timings.most_symbols} books are watched at once."
            else:
                chosen.append(symbol)
        for symbol in left_out.keys() - self.left_out.keys():
            _log.info("no book of %s: %s", symbol, left_out[symbol])
        self.left_out = left_out
        return chosen

    def _on_touch(self, symbol: str, bid_value: float, ask_value: float) -> None:
        window = self._windows.get(symbol)
        if window is not None:
            window.touched(self._clock.now_ms(), bid_value, ask_value)

    def _sample(self, ear: BookEar, chosen: Sequence[str]) -> None:
        now_ms = self._clock.now_ms()
        for gone in self._windows.keys() - set(chosen):
            del self._windows[gone]
        for symbol in chosen:
            window = self._windows.get(symbol)
            if window is None:
                sample_ms = self._sample_s * 1000 * self._venue.speed
                window = self._windows[symbol] = BookWindow(symbol, self._venue.name, sample_ms)
            book = ear.book(symbol)
            if book is None:
                window.lost()
            else:
                self._trouble = None
            self._rows.extend(window.add(now_ms, book))
