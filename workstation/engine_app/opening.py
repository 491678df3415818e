"""Which venue is heard: the one asked for, the first that answers, or a practice market of our own."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from workstation.domain.events import NoticePosted
from workstation.engine_app.options import AUTO, PRACTICE, EngineOptions
from workstation.feeds import venues
from workstation.feeds.venues import OpenVenue
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.practice_market import PracticeMarket, PracticeOptions
from workstation.services.supervisor import Supervisor
from workstation.storage.setting import Settings


class Opening:
    """Opens a venue, again and again where it must be.

    Parameters
    ----------
    bus : Bus
        Hears what the trader must know about the choice.
    tasks : Supervisor
        Owns the practice market.
    options : EngineOptions
        What was asked for.
    settings : Settings
        What holds otherwise.
    now_ms : callable
        The venue's time, from which a practice market goes on after it broke off.
    """

    def __init__(
        self,
        bus: Bus,
        tasks: Supervisor,
        options: EngineOptions,
        settings: Settings,
        now_ms: Callable[[], int],
    ) -> None:
        self._bus = bus
        self._tasks = tasks
        self._options = options
        self._settings = settings
        self._now_ms = now_ms
        self._practice: PracticeMarket | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def choose(self) -> OpenVenue:
        """Return the venue that was asked for, or the first that answers, or the practice market.

        Raises
        ------
        VenueError
            It does not answer, or is none.
        """
        wall, name = SystemClock(), self._options.venue or self._settings.venue.name
        if self._options.practice is not None:
            # Each such market begins anew: what is stored of one must not be taken for another.
            return await self._open_practice(self._options.practice, f"{wall.now_ms() // 1000:x}")
        if name not in (AUTO, PRACTICE, *venues.LIVE_VENUES):
            known = ", ".join(venues.LIVE_VENUES)
            text = f"{name} is no venue that Tidemark knows ({known}); the first that answers is taken."
            self._bus.publish(NoticePosted("unknown venue", text))
            name = AUTO
        if name != PRACTICE:
            asked = venues.LIVE_VENUES if name == AUTO else (name,)
            live = await venues.first_that_answers(asked, wall, self._settings.venue.answer_within_s)
            if live is not None:
                return venues.open_live(live, wall)
            self._say_practice(name)
        seed = self._settings.practice.seed
        return await self._open_practice(PracticeOptions(seed=seed), str(seed))

    async def _open_practice(self, options: PracticeOptions, mark: str) -> OpenVenue:
        """Return a practice market; its venue is named by `mark`, so that two are never taken for one."""
        if self._practice is None:
            self._practice = PracticeMarket(options, self._tasks)
        opened = await venues.open_practice(await self._practice.start(), SystemClock())
        self._keeping = self._tasks.start("keep the practice market", self._keep(self._practice))
        return replace(opened, venue=replace(opened.venue, name=f"{opened.venue.name}-{mark}"))

    async def _keep(self, practice: PracticeMarket) -> None:
        await practice.keep(self._now_ms, lambda text: self._bus.publish(NoticePosted("practice", text)))

    def _say_practice(self, name: str) -> None:
        who = "No venue answered" if name == AUTO else f"{name.title()} did not answer"
        within = f"within {self._settings.venue.answer_within_s:g} s"
        text = (
            f"{who} {within}, so this is the practice market: its prices are simulated. "
            "Start Tidemark again when the network is back."
        )
        self._bus.publish(NoticePosted("venue", text))

    def let_go(self) -> None:
        """Start the practice market no more when it breaks off; the first thing at the end."""
        if self._keeping is not None:
            self._keeping.cancel()

    async def close(self) -> None:
        """End the practice market, where there is one; the last thing at the end."""
        if self._practice is not None:
            await self._practice.close()
