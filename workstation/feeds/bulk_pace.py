"""The pace of a bulk load: a share of what a venue allows, and everything else goes first."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workstation.feeds.reconnect import DialPace

BULK_SHARE = 0.5
"""Of the requests that a venue allows; the rest is for charts, the watchlist and prices."""


class BulkPace:
    """Spaces the requests of a bulk load evenly, and holds them while anybody else is asking.

    Parameters
    ----------
    per_minute : float
        Requests for candles that the venue allows in a minute; `BULK_SHARE` of them are used.
    monotonic : callable
        Seconds that only rise.
    """

    def __init__(self, per_minute: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._places = DialPace(60.0 / (BULK_SHARE * per_minute), monotonic)
        self._n_urgent = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Hold every bulk request that was not sent yet for as long as this lasts."""
        self._n_urgent += 1
        self._is_quiet.clear()
        try:
            yield
        finally:
            self._n_urgent -= 1
            if not self._n_urgent:
                self._is_quiet.set()

    async def turn(self) -> None:
        """Return when the next bulk request may be sent."""
        while True:
            await self._is_quiet.wait()
            await asyncio.sleep(self._places.reserve())
            if self._is_quiet.is_set():
                return
