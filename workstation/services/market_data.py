"""One hand writes every series' book: history first, then what is live, with no hole between them."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from workstation.domain.candle import Applied, Candle, CandleColumns, CandleSeries
from workstation.domain.errors import StoreError, VenueBusy, VenueError, VenueUnreachable
from workstation.domain.events import (
    BackfillProgressed,
    CandlesRejected,
    CandleUpdated,
    FeedState,
    FeedStateChanged,
    HistoryFilled,
    NoticePosted,
    TickersUpdated,
)
from workstation.domain.market import SeriesKey, open_of
from workstation.domain.ports import CandleReader, CandleRecorder, Clock, Feed, TaskOwner
from workstation.domain.ticker import Ticker
from workstation.services.bus import Bus

_log = logging.getLogger(__name__)

KEPT_BARS = 5_000  # candles of a series held in memory; a judgement reads at most 3,072
EARLIEST_MS = 1_230_768_000_000  # 2009-01-01: nothing traded before
FIRST_LOAD_BARS = 3_000  # what is fetched of a series never seen before
N_NEWEST = 100  # candles told to a chart that joins; storing is never that far behind
N_FILLERS = 2  # series back-filled at once; reading a page takes the loop some 10 ms
GRACE_MS = 3_000  # how long after its close the venue may take to say that a bar is closed
OVERDUE_MS = 10_000  # ... and how long before a close that is still missing is asked for again
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 60.0  # before a fill that failed is tried again
MOST_WAITING = 5_000  # live candles held back while their series is being filled


@dataclass(slots=True)
class _Book:
    """A series, and what is not yet certain about it."""

    series: CandleSeries
    owners: set[str] = field(default_factory=set)
    waiting: deque[Candle] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))
    is_filled: bool = False
    is_announced: bool = False
    in_queue: bool = False
    n_rejected: int = 0
    wait_s: float = 0.0  # before a fill that failed is tried again
    ask_again_ms: float = 0.0  # venue's time before which a close that is overdue is not asked for again


class MarketData:
    """Follows series at one venue, keeps them whole, and has them stored.

    Parameters
    ----------
    bus : Bus
        Hears what changed.
    recorder : CandleRecorder
        Where closed candles are kept.
    reader : CandleReader
        Where stored candles are read.
    tasks : TaskOwner
        Owns the filling and the writing.
    """

    def __init__(self, bus: Bus, recorder: CandleRecorder, reader: CandleReader, tasks: TaskOwner) -> None:
        self._bus = bus
        self._recorder = recorder
        self._reader = reader
        self._tasks = tasks
        self._books: dict[SeriesKey, _Book] = {}
        self._to_fill: asyncio.PriorityQueue[tuple[int, int, SeriesKey]] = asyncio.PriorityQueue()
        self._n_queued = 0
        self._to_store: dict[SeriesKey, list[Candle]] = {}
        self._has_something_to_store = asyncio.Event()
        self._fillers: list[asyncio.Task[None]] = []
        self._store_fails = False
        self._state = FeedState.CONNECTING
        self._feed: Feed | None = None
        self._clock: Clock | None = None

    def listen_to(self, feed: Feed, clock: Clock) -> None:
        """Begin to fill and to store; called once, when the venue is known."""
        self._feed, self._clock = feed, clock
        self._fillers = [
            self._tasks.start(f"fill history {n}", self._fill_for_ever(feed)) for n in range(N_FILLERS)
        ]
        self._tasks.start("store candles", self._store_for_ever())
        self._tasks.start("watch closes", self._watch_closes(clock, feed.venue.speed))
        feed.follow(self._books)

    def follow(self, keys: Collection[SeriesKey], owner: str) -> None:
        """Stream exactly these series for `owner`, besides those of other owners."""
        wanted = set(keys)
        for key, book in self._books.items():
            if key not in wanted:
                book.owners.discard(owner)
        for rank, key in enumerate(keys):
            if key not in self._books:
                self._books[key] = self._open(key)
                self._ask_to_fill(key, 0 if owner != "watchlist" else 1 + rank)
            self._books[key].owners.add(owner)
        for key in [k for k, b in self._books.items() if not b.owners]:
            del self._books[key]
        if self._feed is not None:
            self._feed.follow(self._books)

    def series(self, key: SeriesKey) -> CandleSeries | None:
        """Return a followed series; None where nobody follows it."""
        book = self._books.get(key)
        return book.series if book else None

    def newest(self, key: SeriesKey) -> list[Candle]:
        """Return the newest candles of a followed series: those that may not be stored yet are among them."""
        book = self._books.get(key)
        return book.series.newest(N_NEWEST) if book else []

    def is_filled(self, key: SeriesKey) -> bool:
        """Return whether a series' history has joined its live end."""
        book = self._books.get(key)
        return book is not None and book.is_filled

    @property
    def is_whole(self) -> bool:
        """Whether the history of every followed series has joined its live end."""
        return all(book.is_filled for book in self._books.values())

    def _open(self, key: SeriesKey) -> _Book:
        book = _Book(CandleSeries(key))
        book.series.merge(self._reader.read_last(key, KEPT_BARS))
        return book

    def on_candles(self, key: SeriesKey, candles: Sequence[Candle]) -> None:
        """Take live candles; those that would leave a hole wait until it is filled."""
        book = self._books.get(key)
        if book is None:
            return
        for candle in candles:
            if book.is_filled and not self._leaves_hole(book, candle):
                self._apply(book, candle)
            else:
                book.waiting.append(candle)
                book.is_filled = False
        if not book.is_filled:
            self._ask_to_fill(key, 0)

    @staticmethod
    def _leaves_hole(book: _Book, candle: Candle) -> bool:
        last = book.series.last
        if last is None:
            return False
        first_missing = last.open_time + book.series.key.bar_ms if last.closed else last.open_time
        return candle.open_time > first_missing

    def _apply(self, book: _Book, candle: Candle) -> None:
        applied = book.series.apply(candle)
        if applied is Applied.IGNORED:
            return
        if len(book.series) > 2 * KEPT_BARS:
            book.series.forget(KEPT_BARS)
        if candle.closed:
            self._to_store.setdefault(book.series.key, []).append(candle)
            self._has_something_to_store.set()
        self._bus.publish(CandleUpdated(book.series.key, candle))

    def on_rejected(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        """Keep a row that cannot be a candle out of the series, and for the trader to look at."""
        self._tasks.start(f"quarantine {key}", self._recorder.quarantine(key, raw, reason))
        book = self._books.get(key)
        if book is not None:  # else it came with the history of a series that is only stored
            book.n_rejected += 1
            self._bus.publish(CandlesRejected(key, book.n_rejected, reason))

    def on_tickers(self, tickers: Sequence[Ticker]) -> None:
        """Take the newest prices."""
        self._bus.publish(TickersUpdated(tuple(tickers)))

    def on_state(self, state: FeedState, reason: str) -> None:
        """Take how the feed is doing; after an interruption every series is checked for holes."""
        was, self._state = self._state, state
        self._bus.publish(FeedStateChanged(state, reason))
        if state is FeedState.LIVE and was is not FeedState.LIVE:
            for rank, (key, book) in enumerate(self._books.items()):
                book.is_filled = False
                self._ask_to_fill(key, 1 + rank)

    def _ask_to_fill(self, key: SeriesKey, rank: int) -> None:
        book = self._books[key]
        if book.in_queue:
            return
        book.in_queue = True
        self._n_queued += 1
        self._to_fill.put_nowait((rank, self._n_queued, key))

    async def _fill_for_ever(self, feed: Feed) -> None:
        while True:
            _, _, key = await self._to_fill.get()
            book = self._books.get(key)
            if book is not None:
                await self._fill_patiently(feed, key, book)
                n_loaded = sum(b.is_announced for b in self._books.values())
                self._bus.publish(BackfillProgressed(n_loaded, len(self._books)))

    async def _fill_patiently(self, feed: Feed, key: SeriesKey, book: _Book) -> None:
        """Fill one series; when the venue will not answer, come back to it later, ever more slowly."""
        try:
            await self._fill(feed, key, book)
        except (VenueError, StoreError) as error:
            _log.info("History of %s was not filled: %s", key, error)
            book.wait_s = min(2 * book.wait_s or FIRST_WAIT_S, LONGEST_WAIT_S)
            wait_s = error.retry_after_s if isinstance(error, VenueBusy) else book.wait_s
            if not isinstance(error, VenueBusy | VenueUnreachable):  # those are the feed's to tell
                self._bus.publish(NoticePosted(f"history {key}", f"No history of {key}: {error}"))
            self._tasks.start(f"fill {key} again", self._ask_again(key, wait_s))
        else:
            if book.wait_s:
                book.wait_s = 0.0
                self._bus.publish(NoticePosted(f"history {key}", ""))
            book.in_queue = False
            if not book.is_filled:  # live candles ran ahead while the venue was answering
                self._ask_to_fill(key, 0)

    async def _ask_again(self, key: SeriesKey, after_s: float) -> None:
        await asyncio.sleep(after_s)
        book = self._books.get(key)
        if book is not None:
            book.in_queue = False
            self._ask_to_fill(key, 1)

    async def _fill(self, feed: Feed, key: SeriesKey, book: _Book) -> None:
        assert self._clock is not None  # noqa: S101  set before the first filler starts
        now = self._clock.now_ms()
        heard_until = book.waiting[-1].open_time if book.waiting else -1
        known_until = book.series.newest_closed
        if known_until is None:
            wanted = max(EARLIEST_MS, now - FIRST_LOAD_BARS * key.bar_ms)
            since = open_of(wanted, key.timeframe)
        else:
            since = known_until + key.bar_ms
        n_missing = (max(now, heard_until) - since) // key.bar_ms
        n_new = 0
        if n_missing > 0:
            fetched = await feed.history(key, since, int(n_missing) + 2)
            await self._recorder.record(key, fetched)
            n_new = book.series.merge(fetched)
        if n_new or not book.is_announced:
            book.is_announced = True
            self._bus.publish(HistoryFilled(key, n_new, known_until))
        self._join_live(book, heard_until)

    def _join_live(self, book: _Book, heard_until: int) -> None:
        """Apply what waited.

        A hole before a candle that was heard before the venue was asked is a true one: the venue had every
        older bar when it answered. One before a candle that came later may only mean that it answered too
        early, and is asked about again.
        """
        book.is_filled = True
        while book.waiting:
            candle = book.waiting[0]
            if self._leaves_hole(book, candle) and candle.open_time > heard_until:
                book.is_filled = False
                return
            self._apply(book, book.waiting.popleft())

    async def _watch_closes(self, clock: Clock, speed: float) -> None:
        """Ask the venue for a bar whose close has passed without a word of it."""
        grace_ms = GRACE_MS * speed
        while True:
            await asyncio.sleep(1.0)
            now = clock.now_ms()
            for key, book in self._books.items():
                last = book.series.last
                if last is None or last.closed or not book.is_filled:
                    continue
                if now > max(last.open_time + key.bar_ms + grace_ms, book.ask_again_ms):
                    book.ask_again_ms = now + OVERDUE_MS * speed
                    self._ask_to_fill(key, 0)

    async def _store_for_ever(self) -> None:
        while True:
            await self._has_something_to_store.wait()
            await asyncio.sleep(0.05)  # closes come together: one commit for all of them
            await self._store_what_waits()

    async def _store_what_waits(self) -> None:
        self._has_something_to_store.clear()
        waiting, self._to_store = self._to_store, {}
        try:
            async with asyncio.TaskGroup() as group:
                for key, candles in waiting.items():
                    group.create_task(self._record(key, candles))
        except* StoreError as errors:
            for key, candles in waiting.items():
                self._to_store[key] = (candles + self._to_store.get(key, []))[-MOST_WAITING:]
            self._bus.publish(
                NoticePosted(
                    "store",
                    f"Candles cannot be stored: {errors.exceptions[0]} Live prices and signals go on; "
                    "storing is tried again every few seconds.",
                )
            )
            self._store_fails = True
            await asyncio.sleep(3.0)
            self._has_something_to_store.set()
        else:
            if self._store_fails:
                self._store_fails = False
                self._bus.publish(NoticePosted("store", ""))

    async def _record(self, key: SeriesKey, candles: Sequence[Candle]) -> None:
        await self._recorder.record(key, columns_of(candles))

    def stop_filling(self) -> None:
        """Ask the venue nothing more; called at the end, before the feed is closed."""
        for filler in self._fillers:
            filler.cancel()

    async def flush(self) -> None:
        """Have every closed candle that was heard on disk; called once, at the end."""
        for key, candles in self._to_store.items():
            await self._record(key, candles)
        self._to_store.clear()


def columns_of(candles: Sequence[Candle]) -> CandleColumns:
    """Return candles as columns."""
    times = np.array([c.open_time for c in candles], np.int64)
    rows = np.array([(c.open, c.high, c.low, c.close, c.volume) for c in candles]).reshape(-1, 5)
    return CandleColumns.of(times, *rows.T)
