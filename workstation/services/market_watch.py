"""The market that a window looks at: its book and trades are heard while somebody does."""

import asyncio
import contextlib
import math
from collections.abc import Callable
from typing import Protocol

from workstation.domain.errors import UsageError
from workstation.domain.live_market import MarketHeard
from workstation.domain.ports import TaskOwner
from workstation.services.bus import Bus

CHECK_S = 1.0
"""How often it is looked whether those who hear are still there, seconds."""


class Watcher(Protocol):
    """Those who hear one market at a time, in a process of their own."""

    on_heard: Callable[[MarketHeard], None]

    @property
    def pid(self) -> int | None:
        """Number of their process; None while there is none."""
        ...

    async def watch(self, symbol: str, step: float) -> None:
        """Tell this market to `on_heard`, in place of another; empty for none any more."""
        ...


class MarketWatch:
    """Has one market heard, and starts those who hear it again when they died.

    Parameters
    ----------
    bus : Bus
        Hears `MarketHeard` of that market, and of no other.
    tasks : TaskOwner
        Owns what goes on.
    """

    def __init__(self, bus: Bus, tasks: TaskOwner) -> None:
        self._bus, self._tasks = bus, tasks
        self._wanted = ("", 0.0)
        self._changed = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def begin(self, watcher: Watcher) -> None:
        """Have these hear from now on; those of an earlier venue are forgotten."""
        if self._keeping is not None:
            self._keeping.cancel()
        watcher.on_heard = self._on_heard
        self._keeping = self._tasks.start("watch the market in sight", self._keep(watcher))

    def watch(self, symbol: str, step: float) -> None:
        """Hear this market in place of another; empty for none any more.

        Parameters
        ----------
        step : float
            In which its book is told, quote currency; 0.0 for the venue's own levels.

        Raises
        ------
        UsageError
            The step is no length of price.
        """
        if not 0 <= step < math.inf:
            raise UsageError(
                f"A book is shown in steps of a price above zero, or of 0 for its own; got {step}."
            )
        self._wanted = (symbol, step)
        self._changed.set()

    async def _keep(self, watcher: Watcher) -> None:
        asked, pid = ("", 0.0), watcher.pid
        while True:
            self._changed.clear()
            wanted = self._wanted
            if wanted != asked or (wanted[0] and watcher.pid != pid):
                await watcher.watch(*wanted)
                asked, pid = wanted, watcher.pid
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), CHECK_S)

    def _on_heard(self, news: MarketHeard) -> None:
        if (news.symbol, news.step) == self._wanted:
            self._bus.publish(news)
