"""Public trades at one venue, as far as they say something about whales."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable, VenueBusy, VenueError
from workstation.domain.observation import Observation
from workstation.domain.ports import TaskOwner
from workstation.domain.provider import ProviderAbout
from workstation.feeds.line import Line
from workstation.feeds.reconnect import BackOff, FeedTimings
from workstation.feeds.venues import OpenVenue
from workstation.feeds.whales.trade_desk import TradeDesk
from workstation.feeds.whales.trade_flow import LargeRule
from workstation.feeds.whales.trade_session import CACHED_ROWS, TradeSession

NAME = "trades"


def about_trades(label: str) -> ProviderAbout:
    """Return what the provider is at a venue of this name."""
    return ProviderAbout(
        name=NAME,
        label=f"Trades at {label}",
        sentence=f"Unusually large public trades at {label}. Asks for the trades of the symbols that are "
        "followed.",
        home="https://docs.ccxt.com/",
        terms="public market data of the venue",
        metrics=(
            "whales.trade_usd",
            "whales.trade_count",
            "whales.buy_usd",
            "whales.large_buy_usd",
            "whales.large_sell_usd",
        ),
        every_s=15.0,
    )


class LargeTrades:
    """`workstation.domain.provider.Provider` of public trades: all of them summed, and the unusually large.

    Watches the trades of the followed symbols in US dollars over a connection of its own; the first `fetch`
    connects. A quarter of an hour is told once it is over, if every print of it was heard; after each
    interruption the quarter that runs is left out.

    Parameters
    ----------
    opened : OpenVenue
        The venue, its exchange and its clock; owned from now on.
    symbols : callable
        Returns the symbols to watch; asked at each `fetch`.
    tasks : TaskOwner
        Owns the tasks that listen.
    timings : FeedTimings
        Patience; the default suits the live venues.
    rule : LargeRule
        What is unusually large.
    """

    def __init__(
        self,
        opened: OpenVenue,
        symbols: Callable[[], Collection[str]],
        tasks: TaskOwner,
        timings: FeedTimings | None = None,
        rule: LargeRule | None = None,
    ) -> None:
        self._opened = opened
        self._symbols = symbols
        self._owner = tasks
        self._timings = timings or FeedTimings()
        self._exchange = opened.exchange
        self._exchange.options["tradesLimit"] = CACHED_ROWS
        self._line = Line(opened.exchange, opened.venue.label, opened.clock, self._timings)
        self._desk = TradeDesk(rule or LargeRule(), opened.clock.speed)
        self._wanted: tuple[str, ...] = ()
        self._session: TradeSession | None = None
        self._life: asyncio.Task[None] | None = None
        self._trouble: VenueError | None = None
        self._told_until_ms = -1

    trouble = ""

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return about_trades(self._opened.venue.label)

    @property
    def n_rejected(self) -> int:
        """Rows that cannot be trades, heard since it was made."""
        return self._desk.n_rejected

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the sums that became known at `since_ms` or later, of the last day.

        Parameters
        ----------
        coins : collection of str
            Not looked at: `symbols` says what is watched.
        since_ms : int
            UTC milliseconds of the venue's time.

        Raises
        ------
        ProviderError
            The venue cannot be listened to, and there is nothing new to tell. It is tried again meanwhile.
        """
        wanted = tuple(dict.fromkeys(self._symbols()))
        if wanted != self._wanted:
            self._wanted = wanted
            if self._session is not None:
                self._session.follow(wanted)
        if self._life is None:
            self._life = self._owner.start("watch trades", self._stay_connected())
        if self._session is not None:
            self._session.sum_up()
        told = self._desk.observations(since_ms, f"trades:{self._opened.venue.name}")
        newest_ms = max((row.available_ms for row in told), default=-1)
        if newest_ms <= self._told_until_ms and self._trouble is not None:
            raise _as_provider(self._trouble) from self._trouble
        self._told_until_ms = max(self._told_until_ms, newest_ms)
        return told

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        await self._line.close()

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
            await self._line.gate.opened()
            if not self._exchange.markets:
                await self._line.ask("its markets", self._exchange.load_markets)
            await self._line.measure_clock()
            session = TradeSession(self._line, self._desk, self._owner)
            session.follow(self._wanted)
            self._session, self._trouble = session, None
            self._trouble = VenueError(await session.run())
        except VenueError as error:
            self._trouble = error
        finally:
            self._session = None
            await self._line.hang_up()


def _as_provider(trouble: VenueError) -> ProviderError:
    if isinstance(trouble, VenueBusy):
        return ProviderBusy(str(trouble), trouble.retry_after_s)
    return ProviderUnreachable(str(trouble))
