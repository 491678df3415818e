"""One life of the connection to a venue: from its dial to the first thing that goes wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import ccxt

from workstation.domain.errors import VenueError
from workstation.domain.events import FeedState
from workstation.domain.market import SeriesKey
from workstation.domain.ports import FeedListener, TaskOwner
from workstation.domain.ticker import Ticker
from workstation.feeds.line import UNREADABLE, Line
from workstation.feeds.normalize import raw_bytes, ticker
from workstation.feeds.reconnect import FeedStatus
from workstation.feeds.series_ear import SeriesEar
from workstation.feeds.silence import Silence, Verdict
from workstation.feeds.stream_places import StreamPlaces, on_connection

_log = logging.getLogger(__name__)

_CHUNK = 200  # series in one subscribe message
_UNSUBSCRIBE_S = 5.0
_TICKER_GATHER_S = 0.05
_CLOCK_CHECK_S = 5.0


class Session:
    """Streams until the connection breaks, speaks nonsense or falls silent; then it ends and says why.

    ccxt's caches are emptied at each hand-over, so whatever lies in them is news, and what was heard on an
    earlier connection never closes a bar of this one.

    Parameters
    ----------
    line : Line
        To the venue; nobody else listens to it meanwhile.
    status : FeedStatus
        Told LIVE, STALE and WAITING as they change.
    listener : FeedListener
        Told candles and prices.
    tasks : TaskOwner
        Owns the tasks that wait for ccxt.
    """

    def __init__(
        self,
        line: Line,
        status: FeedStatus,
        listener: FeedListener,
        tasks: TaskOwner,
    ) -> None:
        self._line = line
        self._exchange = line.exchange
        self._clock = line.clock
        self._status = status
        self._listener = listener
        self._owner = tasks
        self._timings = line.timings
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[str] = self._loop.create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscribing: set[asyncio.Task[None]] = set()
        self._wanted: tuple[SeriesKey, ...] = ()
        self._wanted_changed = asyncio.Event()
        self._ears: dict[SeriesKey, SeriesEar] = {}
        self._places = StreamPlaces()
        self._silence = Silence(line.timings, has_ticker_stream=self._has_ticker_stream)
        self._known_tickers: dict[str, Any] = {}
        self._pass: asyncio.TimerHandle | None = None
        self._passed_at = 0.0
        self._clock_checked_at = self._loop.time()

    @property
    def _has_ticker_stream(self) -> bool:
        return bool(self._exchange.options.get("allTickersStream"))

    def follow(self, keys: Iterable[SeriesKey]) -> None:
        """Stream exactly these series from now on."""
        self._wanted = tuple(dict.fromkeys(keys))
        self._wanted_changed.set()

    async def run(self, blamed: set[SeriesKey]) -> str:
        """Stream until something goes wrong, and return what, as a sentence.

        Parameters
        ----------
        blamed : set of SeriesKey
            Series whose silence ended an earlier session: they end no other until they were heard again.
            Changed in place.
        """
        self._exchange.ohlcvs.clear()
        self._exchange.tickers.clear()
        self._silence.blamed = blamed
        self._line.connect(self)
        try:
            self._start("prices", self._watch_tickers)
            self._start("subscriptions", self._keep_subscribed)
            while not self._end.done():
                await asyncio.wait({self._end}, timeout=self._timings.tick_s)
                self._look_around()
            return self._end.result()
        finally:
            self._line.connect(None)
            await self._stop()

    async def _stop(self) -> None:
        if self._pass is not None:
            self._pass.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # What the line tells

    def on_broken(self, reason: str) -> None:
        """End: the connection is of no more use."""
        if not self._end.done():
            self._end.set_result(reason)

    def on_frame(self) -> None:
        """Hand on what was heard, soon: at once when it is quiet, together with others when it is busy."""
        if self._pass is None:
            self._pass = self._loop.call_at(self._passed_at + self._timings.gather_s, self._hand_on)

    # Candles

    def _hand_on(self) -> None:
        self._pass = None
        self._passed_at = self._loop.time()
        if self._end.done():
            return
        self._say_how_it_is()
        latest_ms = self._clock.latest_true_ms()
        cached: Mapping[str, Mapping[str, Any]] = self._exchange.ohlcvs
        for key, ear in self._ears.items():
            rows = cached.get(key.symbol, {}).get(key.timeframe)
            if rows:
                news = list(rows)
                rows.clear()
                self._hear(ear, news, latest_ms)

    def _hear(self, ear: SeriesEar, rows: Sequence[object], latest_ms: int) -> None:
        self._silence.heard(ear.key)
        heard = ear.hear(rows, latest_ms)
        for row, reason in heard.rejected:
            self._listener.on_rejected(ear.key, raw_bytes(row), reason)
        if heard.candles:
            self._listener.on_candles(ear.key, heard.candles)

    # Prices

    async def _watch_tickers(self) -> None:
        while True:
            if self._has_ticker_stream:
                await self._exchange.watch_tickers()
                self._hear_tickers(self._exchange.tickers)
                await asyncio.sleep(_TICKER_GATHER_S)
            else:
                try:
                    self._hear_tickers(await self._line.ask("prices", self._exchange.fetch_tickers))
                except VenueError as error:  # the streams may be well; silence is told by its age
                    _log.info("%s", error)
                await asyncio.sleep(self._timings.poll_s)

    def _hear_tickers(self, cached: Mapping[str, Any]) -> None:
        now_ms = self._clock.now_ms()
        news: list[Ticker] = []
        for symbol, raw in cached.items():
            before = self._known_tickers.get(symbol)
            if raw is before or symbol not in self._exchange.markets:
                continue
            self._known_tickers[symbol] = raw
            said = ticker(symbol, raw, now_ms)
            if said is not None:
                news.append(said)
                if before is not None and before.get("last") != raw.get("last"):
                    self._silence.traded(symbol)
        self._silence.heard_prices()
        if news and not self._end.done():
            self._listener.on_tickers(news)

    # Subscriptions

    async def _keep_subscribed(self) -> None:
        while True:
            self._wanted_changed.clear()
            wanted = [key for key in self._wanted if self._is_streamed(key)]
            gone = [key for key in self._ears if key not in set(wanted)]
            new = [key for key in wanted if key not in self._ears]
            await self._unsubscribe(gone)
            for key in new:
                self._ears[key] = SeriesEar(key)
            self._silence.follow(self._ears)
            for call in self._watch_calls(new):
                self._subscribing.add(self._start("subscribe", call))
            await self._wanted_changed.wait()

    def _is_streamed(self, key: SeriesKey) -> bool:
        known = key.symbol in self._exchange.markets and key.timeframe in self._exchange.timeframes
        if not known:
            _log.info("%s does not stream %s", self._line.label, key)
        return known

    def _watch_calls(self, keys: Sequence[SeriesKey]) -> list[Callable[[], Awaitable[Any]]]:
        exchange, taken = self._exchange, self._places.take(keys)
        if not exchange.has.get("watchOHLCVForSymbols"):
            return [partial(exchange.watch_ohlcv, key.symbol, key.timeframe) for key in keys]
        calls: list[Callable[[], Awaitable[Any]]] = []
        for connection, placed in taken.items():
            pairs = [[key.symbol, key.timeframe] for key in placed]
            chunks = [pairs[i : i + _CHUNK] for i in range(0, len(pairs), _CHUNK)]
            calls += [partial(self._watch_on, connection, chunk) for chunk in chunks]
        return calls

    async def _watch_on(self, connection: int, pairs: list[list[str]]) -> None:
        with on_connection(connection):
            await self._exchange.watch_ohlcv_for_symbols(pairs)

    async def _unsubscribe(self, keys: Sequence[SeriesKey]) -> None:
        for key in keys:
            del self._ears[key]
        self._silence.follow(self._ears)
        left = self._places.leave(keys)
        if not self._exchange.has.get("unWatchOHLCVForSymbols"):
            return
        for connection, placed in left.items():
            with on_connection(connection):
                await self._unwatch(placed)

    async def _unwatch(self, keys: Sequence[SeriesKey]) -> None:
        pairs = [[key.symbol, key.timeframe] for key in keys]
        try:
            async with asyncio.timeout(_UNSUBSCRIBE_S):
                await self._exchange.un_watch_ohlcv_for_symbols(pairs)
        except (TimeoutError, ccxt.UnsubscribeError):
            _log.info("%s did not confirm that %d streams ended", self._line.label, len(keys))

    # Tasks

    def _start(self, name: str, call: Callable[[], Awaitable[Any]]) -> asyncio.Task[None]:
        task = self._owner.start(f"feed {self._line.label}: {name}", self._wait_for(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._subscribing.discard)
        return task

    async def _wait_for(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Wait for ccxt; what goes wrong ends the session, and never this task's owner."""
        try:
            await call()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self.on_broken(f"The connection to {self._line.label} ended; connecting anew.")
        except ccxt.UnsubscribeError:
            _log.debug("a series was unfollowed before it spoke")
        except UNREADABLE as error:
            _log.info("a stream of %s failed: %r", self._line.label, error)
            self.on_broken(f"{self._line.label} refused a stream or dropped it; connecting anew.")

    # Watching over it

    def _look_around(self) -> None:
        now_s = self._loop.time()
        self._silence.tick(now_s)
        if self._end.done():
            return
        verdict = self._say_how_it_is()
        if verdict.give_up:
            self.on_broken(f"{self._line.label} {verdict.reason} Connecting anew.")
        if now_s > self._clock_checked_at + _CLOCK_CHECK_S and not self._clock.is_trusted:
            self._clock_checked_at = now_s
            self._start("clock", self._measure_clock)

    async def _measure_clock(self) -> None:
        try:
            await self._line.measure_clock()
        except VenueError as error:  # asked again in a moment; candles do not wait for it
            _log.info("%s", error)

    def _say_how_it_is(self) -> Verdict:
        self._silence.settled = not self._subscribing
        verdict = self._silence.verdict()
        wait_s = self._line.gate.remaining_s
        if wait_s:
            said = f"{self._line.label} told us to wait {wait_s:.0f} s; nothing is asked until then."
            self._status.say(FeedState.WAITING, said)
        elif verdict.state is not FeedState.CONNECTING:
            self._status.say(verdict.state, f"{self._line.label} {verdict.reason}")
        return verdict
