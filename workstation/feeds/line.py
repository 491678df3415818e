"""The line to one venue: ccxt's sockets and requests, with a guard at each place where ccxt lets go."""

import asyncio
import logging
import random
import zlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import aiohttp
import ccxt

from workstation.domain.errors import VenueBusy, VenueError, VenueUnreachable
from workstation.feeds.price_array import read_prices_lightly
from workstation.feeds.raw_rows import keep_raw
from workstation.feeds.reconnect import BackOff, DialPace, FeedTimings, Gate, retry_after_s
from workstation.feeds.venue_clock import VenueClock

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

UNREADABLE = (
    ccxt.BaseError,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
    EOFError,
    OSError,
    zlib.error,
)
"""What ccxt's parsers raise on a message that is not what they expect."""

_TOLD_TO_WAIT = (429, 418)
_N_RETRIES = 3
_HANG_UP_S = 0.5


class LineListener(Protocol):
    """Whom a line tells what happens on its sockets."""

    def on_frame(self) -> None:
        """Take note that a message was heard and is in ccxt's caches."""
        ...

    def on_broken(self, reason: str) -> None:
        """Take note that a socket broke or spoke nonsense; a sentence for the trader."""
        ...


class Line:
    """Everything that goes to and comes from one venue.

    It counts messages, keeps the receive loop alive when a message cannot be read (ccxt's own dies silently),
    notices every broken socket, spaces dials, sends no request while the venue wants silence, takes only JSON
    for an answer, and hangs up at once, whatever the other side does.

    Parameters
    ----------
    exchange : ccxt.pro exchange
        Owned from now on; nobody else may close it.
    label : str
        The venue's name for the trader.
    clock : VenueClock
        The venue's time.
    timings : FeedTimings
        Back-off, pace and patience.
    """

    def __init__(self, exchange: Any, label: str, clock: VenueClock, timings: FeedTimings) -> None:
        self.exchange = exchange
        self.label = label
        self.gate = Gate()
        self.n_messages = 0
        self.clock = clock
        self._rng = random.Random()
        self.timings = timings
        self._pace = DialPace(timings.connect_gap_s)
        self._listener: LineListener | None = None
        self._clients: set[Any] = set()
        self._dials: set[asyncio.Task[Any]] = set()
        self._tap()

    def connect(self, listener: LineListener | None) -> None:
        """Tell `listener` from now on; None for nobody."""
        self._listener = listener

    async def measure_clock(self) -> None:
        """Ask the venue for its time, unless the clock can still be trusted.

        Raises
        ------
        VenueError
            It did not answer, or not with a time.
        """
        if not self.clock.is_trusted:
            await self.clock.measure(lambda: self.ask("its time", self._time))

    async def _time(self) -> int:
        answer = await self.exchange.fetch_time()
        if type(answer) is not int:
            raise VenueError(f"{self.label} answered something that is not a time.")
        return answer

    async def ask(self, what: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the answer to a request; tried again after a fault of the network, at most three times.

        Parameters
        ----------
        what : str
            What is asked for, to complete "Kraken did not answer when asked for …".

        Raises
        ------
        VenueBusy
            The venue wants silence; nothing was sent.
        VenueUnreachable
            No answer.
        VenueError
            An answer that says no, or is not data.
        """
        pauses = BackOff(self.timings.backoff_first_s, self.timings.backoff_longest_s, self._rng)
        for i_try in range(_N_RETRIES + 1):
            self._refuse_while_shut()
            try:
                return await call()
            except UNREADABLE as error:
                trouble = self._trouble(what, error)
            if not isinstance(trouble, VenueUnreachable) or i_try == _N_RETRIES:
                raise trouble from trouble.__cause__
            await asyncio.sleep(pauses.next_s())
        raise AssertionError("the last try returns or raises")

    def _trouble(self, what: str, error: Exception) -> VenueError:
        told = f"{self.label} {{}} when asked for {what} ({type(error).__name__})."
        trouble: VenueError
        if isinstance(error, ccxt.DDoSProtection | ccxt.RateLimitExceeded):
            if not self.gate.remaining_s:  # said in the body alone, without 429
                self.gate.shut(retry_after_s(None, 0))
            trouble = VenueBusy(told.format("told us to wait"), self.gate.remaining_s)
        elif isinstance(error, ccxt.NetworkError | OSError) or isinstance(
            error.__cause__, aiohttp.ClientError
        ):
            trouble = VenueUnreachable(told.format("did not answer"))
        elif isinstance(error, ccxt.BaseError):
            trouble = VenueError(told.format("refused"))
        else:
            trouble = VenueError(told.format("answered something that cannot be read"))
        trouble.__cause__ = error
        return trouble

    def _refuse_while_shut(self) -> None:
        wait_s = self.gate.remaining_s
        if wait_s:
            raise VenueBusy(f"{self.label} told us to wait; {wait_s:.0f} s are left.", wait_s)

    # What follows puts our guards into the instance; ccxt looks its own methods up there.

    def _tap(self) -> None:
        exchange = self.exchange
        self._make_client = exchange.client
        self._fetch = exchange.fetch
        self._see_answer = exchange.on_rest_response
        self._forget_closed = exchange.on_close
        self._forget_broken = exchange.on_error
        exchange.client = self._client
        exchange.fetch = self._guarded_fetch
        exchange.on_rest_response = self._on_answer
        exchange.on_close = self._on_close
        exchange.on_error = self._on_error
        keep_raw(exchange)
        read_prices_lightly(exchange)
        exchange.ws_dial_delay = lambda url: 0.0  # one pace and one back-off, ours

    async def _guarded_fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        self._refuse_while_shut()
        answer = await self._fetch(url, method, headers, body)
        if not isinstance(answer, dict | list):
            raise VenueError(f"{self.label} answered something that is not data; a login page is between us?")
        return answer

    def _on_answer(self, code: int, reason: str, url: str, method: str, headers: Any, *rest: Any) -> Any:
        if code in _TOLD_TO_WAIT:
            self._shut_for(headers)
        return self._see_answer(code, reason, url, method, headers, *rest)

    def _shut_for(self, headers: Mapping[str, str] | None) -> None:
        by_name = {name.lower(): value for name, value in (headers or {}).items()}
        self.gate.shut(retry_after_s(by_name.get("retry-after"), self.clock.wall.now_ms()))

    def _client(self, url: str) -> Any:
        client = self._make_client(url)
        if client not in self._clients:
            self._clients.add(client)
            self._guard(client)
        return client

    def _guard(self, client: Any) -> None:
        handle, dial = client.handle_message, client.open

        def guarded(message: Any) -> None:
            if client not in self._clients:
                return  # it was hung up; what is still in its buffer belongs to the past
            try:
                handle(message)
            except UNREADABLE as error:
                _log.warning("%s sent a message that cannot be read: %r", self.label, error)
                self._broken(f"{self.label} sent a message that cannot be read; connecting anew.")
                return
            if message.type in _DATA:
                self.n_messages += 1
                if self._listener is not None:
                    self._listener.on_frame()

        async def paced_dial(session: Any, backoff_delay: float = 0) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._dials.add(task)
                task.add_done_callback(self._dials.discard)
            await asyncio.sleep(self._pace.reserve())
            await self.gate.opened()
            await dial(session, 0)

        client.handle_message = guarded
        client.open = paced_dial

    def _on_close(self, client: Any, code: Any) -> None:
        self._forget_closed(client, code)
        if client in self._clients:
            self._broken(f"{self.label} closed the connection; connecting anew.")

    def _on_error(self, client: Any, error: Any) -> None:
        self._forget_broken(client, error)
        refusal = error.args[0] if getattr(error, "args", None) else None
        if getattr(refusal, "status", None) in _TOLD_TO_WAIT:
            self._shut_for(getattr(refusal, "headers", None))
        if client in self._clients:
            _log.info("connection to %s failed: %r", self.label, error)
            self._broken(f"{self.label} cannot be reached; trying again until it answers.")

    def _broken(self, reason: str) -> None:
        if self._listener is not None:
            self._listener.on_broken(reason)

    async def hang_up(self) -> None:
        """Drop every socket at once, without a farewell: a frozen or flooding peer would not let go."""
        clients, self._clients = self._clients, set()
        for task in list(self._dials):
            task.cancel()
        for client in clients:
            if self.exchange.clients.get(client.url) is client:
                del self.exchange.clients[client.url]
            _cut(client)
        await asyncio.gather(*(_farewell(client) for client in clients))

    async def close(self) -> None:
        """Hang up and give back everything that ccxt holds; the line is of no use afterwards."""
        self.connect(None)
        await self.hang_up()
        self.exchange.timeout_on_exit = 50  # milliseconds; nothing is left to say goodbye
        await self.exchange.close()


_DATA = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)


def _cut(client: Any) -> None:
    connection = client.connection and client.connection._conn
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


async def _farewell(client: Any) -> None:
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_HANG_UP_S):
            await client.close()
