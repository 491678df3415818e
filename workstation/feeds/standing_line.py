"""A line that is kept up: dialled again whenever it breaks, for as long as somebody listens."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt

from workstation.domain.errors import VenueError, VenueUnreachable
from workstation.domain.ports import TaskOwner
from workstation.feeds.line import UNREADABLE, Line
from workstation.feeds.reconnect import BackOff

_log = logging.getLogger(__name__)

_CLOCK_CHECK_S = 5.0

Live = Callable[[], Awaitable[None]]
"""Lives one connection: starts what waits for the venue, and returns once the line has ended."""


class StandingLine:
    """Lives one connection after the other, each until the first thing that goes wrong.

    Attributes
    ----------
    trouble : VenueError or None
        Why there is no connection now; whoever lives one clears it once the venue has spoken.
    heard_s : float
        When the venue last spoke, by the loop's clock; at first when it was dialled.
    has_spoken : bool
        Whether it spoke on this connection.

    Parameters
    ----------
    line : Line
        To the venue; owned from now on.
    tasks : TaskOwner
        Owns the tasks that listen.
    what : str
        What is listened to, e.g. ``"books"``.
    """

    def __init__(self, line: Line, tasks: TaskOwner, what: str) -> None:
        self._line = line
        self._owner = tasks
        self._what = what
        self._tasks: set[asyncio.Task[None]] = set()
        self._life: asyncio.Task[None] | None = None
        self._end: asyncio.Future[str] | None = None
        self.trouble: VenueError | None = None
        self.heard_s = 0.0
        self._clock_asked_s = 0.0
        self.has_spoken = False

    def open(self, live: Live) -> None:
        """Connect, and stay connected; later calls change nothing."""
        if self._life is None:
            self._life = self._owner.start(f"{self._what} of {self._line.label}", self._stay(live))

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        await self._line.close()

    async def _stay(self, live: Live) -> None:
        timings = self._line.timings
        pauses = BackOff(timings.backoff_first_s, timings.backoff_longest_s, random.Random())
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                await self._live_once(live)
            except VenueError as error:
                self.trouble = error
            finally:
                await self._hang_up()
            _log.info("%s", self.trouble)
            if loop.time() - began_s > timings.steady_s:
                pauses.reset()
            await asyncio.sleep(pauses.next_s())

    async def _live_once(self, live: Live) -> None:
        await self._line.gate.opened()
        await self._line.ask("its markets", self._line.exchange.load_markets)
        await self._line.measure_clock()
        loop = asyncio.get_running_loop()
        self._end, self.heard_s, self.has_spoken = loop.create_future(), loop.time(), False
        self._line.connect(self)
        await live()
        raise VenueUnreachable(self._end.result())

    async def _hang_up(self) -> None:
        self._line.connect(None)
        self.has_spoken = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._line.hang_up()

    # For whoever lives a connection

    @property
    def has_ended(self) -> bool:
        """Whether the connection is of no more use."""
        return self._end is None or self._end.done()

    async def wait(self, seconds: float) -> None:
        """Return after a while, or at once when the connection ends; keep the clock right meanwhile."""
        now_s = asyncio.get_running_loop().time()
        if not self._line.clock.is_trusted and now_s > self._clock_asked_s + _CLOCK_CHECK_S:
            self._clock_asked_s = now_s
            self.start("clock", self._measure_clock)
        if self._end is not None:
            await asyncio.wait({self._end}, timeout=seconds)

    async def _measure_clock(self) -> None:
        try:
            await self._line.measure_clock()
        except VenueError as error:  # asked again in a moment; streams do not wait for it
            _log.info("%s", error)

    def start(self, name: str, call: Callable[[], Awaitable[Any]]) -> None:
        """Run a call that waits for the venue; when it fails, the connection ends."""
        task = self._owner.start(f"{name} on {self._line.label}", self._wait_for(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for(self, call: Callable[[], Awaitable[Any]]) -> None:
        try:
            await call()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self.on_broken(f"The connection to {self._line.label} ended; connecting anew.")
        except ccxt.UnsubscribeError:
            _log.debug("a stream was left before it spoke")
        except UNREADABLE as error:
            _log.info("%s of %s failed: %r", self._what, self._line.label, error)
            self.on_broken(f"{self._line.label} refused its {self._what} or dropped them; connecting anew.")

    # What the line tells

    def on_frame(self) -> None:
        """Take note that the venue speaks."""
        self.heard_s = asyncio.get_running_loop().time()
        self.has_spoken = True

    def on_broken(self, reason: str) -> None:
        """End: the connection is of no more use."""
        if self._end is not None and not self._end.done():
            self._end.set_result(reason)
