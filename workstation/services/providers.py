"""Who is asked for what is observed outside the candles, and how each of them is doing."""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from workstation.domain.errors import ProviderError, UsageError
from workstation.domain.events import ObservationsAdded, ProvidersChanged
from workstation.domain.ports import Clock, TaskOwner
from workstation.domain.provider import Provider, ProviderAbout, ProviderState, ProviderStatus
from workstation.services.asking import Asking, AskingOptions, AskingTimings, ObservationKeeper
from workstation.services.bus import Bus

_log = logging.getLogger(__name__)

CLOSES_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class ProviderOffer:
    """A provider that can be had.

    Parameters
    ----------
    about : ProviderAbout
        What it is.
    make : callable
        Returns it, each time it is switched on; may raise ProviderError with why it cannot be had.
    """

    about: ProviderAbout
    make: Callable[[], Provider]


@dataclass(frozen=True, slots=True)
class ProviderSwitches:
    """Which providers the trader wants, by name.

    Parameters
    ----------
    is_on : callable
        Returns whether a provider is switched on.
    why_off : callable
        Returns a sentence where a provider cannot run here at all, e.g. on a practice market; else None.
    save : callable
        Keeps a switch for good; may raise StoreError.
    """

    is_on: Callable[[str], bool]
    why_off: Callable[[str], str | None]
    save: Callable[[str, bool], None]


@dataclass(slots=True)
class _Kept:
    """One provider, on or off."""

    offer: ProviderOffer
    asking: Asking
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    provider: Provider | None = None
    task: asyncio.Task[None] | None = None


class Providers:
    """Asks every provider that is switched on; the failure of one is its own.

    A provider that fails is asked again after a while that grows; one that says to wait is left alone for so
    long; what it said is stored before it is asked again, and after a restart asking goes on where it ended.

    Parameters
    ----------
    bus : Bus
        Hears `ObservationsAdded` and `ProvidersChanged`.
    keeper : ObservationKeeper
        Where observations are kept.
    tasks : TaskOwner
        Owns the asking.
    switches : ProviderSwitches
        Which of them the trader wants.
    timings : AskingTimings, optional
        How patient asking is.
    """

    def __init__(
        self,
        bus: Bus,
        keeper: ObservationKeeper,
        tasks: TaskOwner,
        switches: ProviderSwitches,
        timings: AskingTimings | None = None,
    ) -> None:
        self._bus = bus
        self._keeper = keeper
        self._tasks = tasks
        self._switches = switches
        self._timings = timings or AskingTimings()
        self._rng = random.Random()
        self._kept: dict[str, _Kept] = {}
        self._is_closed = False

    def begin(
        self, offers: Sequence[ProviderOffer], coins: Callable[[], Collection[str]], clock: Clock
    ) -> None:
        """Begin to ask those that are on.

        Parameters
        ----------
        offers : sequence of ProviderOffer
            Everybody who could be asked, in the order in which they are shown.
        coins : callable
            Returns the coins that are followed, e.g. ``{"BTC", "ETH"}``.
        clock : Clock
            The time at which providers stamp what they say.
        """
        options = AskingOptions(self._keeper, coins, clock, self._timings, self._rng)
        for offer in offers:
            asking = Asking(offer.about, options, self._tell_states, self._tell_series)
            self._kept[offer.about.name] = _Kept(offer, asking)
        for kept in self._kept.values():
            self._start(kept, self._switches.is_on(kept.offer.about.name))

    def states(self) -> tuple[ProviderState, ...]:
        """Return how every provider is doing, in the order in which they are shown."""
        return tuple(kept.asking.state for kept in self._kept.values())

    def coins_changed(self) -> None:
        """Ask about coins that are new now, rather than at the next turn."""
        for kept in self._kept.values():
            kept.asking.look_again()

    async def switch(self, name: str, on: bool) -> None:
        """Switch a provider on or off, for good; switching on one that is on begins anew.

        Raises
        ------
        UsageError
            There is no such provider.
        StoreError
            The switch could not be kept; nothing has changed.
        """
        kept = self._kept.get(name)
        if kept is None:
            raise UsageError(f"There is no provider {name!r}; there are {', '.join(self._kept)}.")
        self._switches.save(name, on)
        async with kept.lock:
            await self._stop(kept)
            self._start(kept, on)

    async def close(self) -> None:
        """Ask nobody any more and leave them all."""
        self._is_closed = True
        await asyncio.gather(*(self._stop(kept) for kept in self._kept.values()))

    def _start(self, kept: _Kept, on: bool) -> None:
        about = kept.offer.about
        reason = self._switches.why_off(about.name) or ("" if on else "Switched off.")
        if not reason and not self._is_closed:
            try:
                kept.provider = kept.offer.make()
            except ProviderError as error:
                reason = str(error)
        if kept.provider is None:
            kept.asking.say(ProviderStatus.OFF, reason)
            return
        kept.asking.say(ProviderStatus.IDLE)
        kept.task = self._tasks.start(f"ask {about.label}", kept.asking.ask_for_ever(kept.provider))
        kept.task.add_done_callback(lambda task: self._on_end(kept, task))

    def _on_end(self, kept: _Kept, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and task is kept.task:
            reason = (
                f"Stopped by an error in the program ({type(error).__name__}). The other providers go on."
            )
            kept.asking.say(ProviderStatus.OFF, f"{reason} Switch it off and on to try again.")

    async def _stop(self, kept: _Kept) -> None:
        task, provider = kept.task, kept.provider
        kept.task = kept.provider = None
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=CLOSES_WITHIN_S)
        if provider is not None:
            leaving = asyncio.wait_for(provider.close(), CLOSES_WITHIN_S)
            for error in await asyncio.gather(leaving, return_exceptions=True):
                if error is not None:
                    _log.error("%s was not left well", kept.offer.about.label, exc_info=error)

    def _tell_states(self) -> None:
        self._bus.publish(ProvidersChanged(self.states()))

    def _tell_series(self, series: frozenset[tuple[str, str]]) -> None:
        self._bus.publish(ObservationsAdded(series))
