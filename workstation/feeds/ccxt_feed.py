"""Ears at one venue, through ccxt: live venues and the practice market alike."""

import asyncio
import random
from collections.abc import Iterable

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import VenueBusy, VenueError
from workstation.domain.events import FeedState
from workstation.domain.market import Market, SeriesKey, Venue
from workstation.domain.ports import FeedListener, TaskOwner
from workstation.feeds.bulk_pace import BulkPace
from workstation.feeds.history import HistoryReader
from workstation.feeds.line import Line
from workstation.feeds.normalize import market
from workstation.feeds.reconnect import BackOff, FeedStatus, FeedTimings
from workstation.feeds.session import Session
from workstation.feeds.venues import OpenVenue


class CcxtFeed:
    """Hears one venue's candles and prices, and stays connected to it.

    The first `follow` connects; from then on prices of all markets stream, whatever is followed. Whenever the
    connection was interrupted the listener is told so by `on_state`; candles that closed meanwhile are in
    `history`. A candle is told as closed exactly once, after a younger one was heard; clocks close none here.

    Parameters
    ----------
    opened : OpenVenue
        The venue, its exchange and its clock; owned from now on.
    listener : FeedListener
        Told everything that is heard.
    tasks : TaskOwner
        Owns the feed's tasks.
    timings : FeedTimings
        Patience; the default suits the live venues.
    """

    def __init__(
        self, opened: OpenVenue, listener: FeedListener, tasks: TaskOwner, timings: FeedTimings | None = None
    ) -> None:
        self._opened = opened
        self._listener = listener
        self._owner = tasks
        self._timings = timings or FeedTimings()
        self._line = Line(opened.exchange, opened.venue.label, opened.clock, self._timings)
        self._status = FeedStatus(listener)
        self._history = HistoryReader(self._line, listener, opened.page_rows)
        self._bulk = BulkPace(opened.requests_per_minute)
        self._markets: tuple[Market, ...] = ()
        self._loading = asyncio.Lock()
        self._wanted: tuple[SeriesKey, ...] = ()
        self._blamed: set[SeriesKey] = set()
        self._session: Session | None = None
        self._life: asyncio.Task[None] | None = None

    @property
    def venue(self) -> Venue:
        """Where it listens."""
        return self._opened.venue

    @property
    def n_messages(self) -> int:
        """Messages heard on the venue's sockets since it was made; an array of prices counts as one."""
        return self._line.n_messages

    async def markets(self) -> tuple[Market, ...]:
        """Return the spot markets of the venue, asked for once; from then on the venue's time is known, too.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        async with self._loading:
            if not self._markets:
                exchange = self._opened.exchange
                listed = await self._line.ask("its markets", lambda: exchange.load_markets(True))
                found = tuple(m for m in map(market, listed.values()) if m is not None)
                if not found:
                    raise VenueError(f"{self.venue.label} answered something that is not a list of markets.")
                await self._line.measure_clock()  # before anybody reckons how much history is missing
                self._markets = found
        return self._markets

    async def history(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        """Return closed candles from `since_ms` on, at most `limit`; checked, oldest first.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        await self.markets()
        with self._bulk.urgent():
            return await self._history.read(key, since_ms, limit)

    async def bulk_history(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        """Return what `history` would, each request in its turn: half of the venue's rate, all others first.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        await self.markets()
        return await self._history.read(key, since_ms, limit, self._bulk.turn)

    def follow(self, keys: Iterable[SeriesKey]) -> None:
        """Stream exactly these series from now on; the first call connects."""
        self._wanted = tuple(keys)
        if self._session is not None:
            self._session.follow(self._wanted)
        if self._life is None:
            self._life = self._owner.start(f"feed {self.venue.name}", self._stay_connected())

    async def _stay_connected(self) -> None:
        timings = self._timings
        backoff = BackOff(timings.backoff_first_s, timings.backoff_longest_s, random.Random())
        loop = asyncio.get_running_loop()
        while True:
            began_at = loop.time()
            await self._live_once()
            if loop.time() - began_at > timings.steady_s:
                backoff.reset()
            await asyncio.sleep(backoff.next_s())

    async def _live_once(self) -> None:
        try:
            await self._wait_for_leave()
            await self.markets()
            await self._line.measure_clock()
            session = Session(self._line, self._status, self._listener, self._owner)
            session.follow(self._wanted)
            self._session = session
            reason = await session.run(self._blamed)
            was_up = self._status.state in (FeedState.LIVE, FeedState.STALE, FeedState.WAITING)
            self._status.say(FeedState.CONNECTING if was_up else FeedState.OFFLINE, reason)
        except VenueBusy as error:
            self._status.say(FeedState.WAITING, str(error))
        except VenueError as error:
            self._status.say(FeedState.OFFLINE, str(error))
        finally:
            self._session = None
            await self._line.hang_up()

    async def _wait_for_leave(self) -> None:
        label, wait_s = self.venue.label, self._line.gate.remaining_s
        if wait_s:
            self._status.say(FeedState.WAITING, f"{label} told us to wait {wait_s:.0f} s.")
        elif self._status.state is None:
            self._status.say(FeedState.CONNECTING, f"Connecting to {label}.")
        await self._line.gate.opened()

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        await self._line.close()
