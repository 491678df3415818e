"""The process of a venue's providers: builds them, asks them, and tells the engine. Ends with the engine."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from workstation.domain.errors import (
    ProviderBusy,
    ProviderError,
    ProviderUnreachable,
    TidemarkError,
    VenueError,
)
from workstation.domain.live_market import MarketHeard
from workstation.domain.ports import TaskOwner
from workstation.domain.provider import Provider
from workstation.feeds import books, derivatives, venues
from workstation.feeds.books import Books
from workstation.feeds.derivatives import Derivatives
from workstation.feeds.line import Line
from workstation.feeds.market_ear import MarketEar
from workstation.feeds.perpetual_venues import open_perpetuals
from workstation.feeds.provider_trouble import provider_error
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import OpenVenue, open_beside
from workstation.feeds.whales import large_trades
from workstation.feeds.whales.large_trades import LargeTrades
from workstation.services.clock import SystemClock
from workstation.services.priority import let_others_go_first
from workstation.services.provider_messages import (
    ROWS_AT_ONCE,
    Answer,
    Ask,
    Begin,
    Failed,
    Failure,
    Heard,
    Leave,
    Rows,
    Watch,
    frame,
    next_question,
)
from workstation.services.supervisor import Supervisor

NICENESS = 5  # candles and signals go first where cores are few
OPEN_AGAIN_S = 5.0  # a venue that a window wants to look at is tried again after so long

# Its lock keeps the answers of several threads apart; sys.stdout has none under PYTHONUNBUFFERED.
_ENGINE = open(1, "wb", closefd=False)  # noqa: SIM115  as long as the process


class VenueProviders:
    """The providers of one venue, each made when it is first asked.

    Parameters
    ----------
    begin : Begin
        Which venue.
    tasks : TaskOwner
        Owns what they do in the background.
    """

    def __init__(self, begin: Begin, tasks: TaskOwner) -> None:
        self._begin = begin
        self._tasks = tasks
        self._opened: OpenVenue | None = None
        self._made: dict[str, Provider] = {}
        self._symbols: tuple[str, ...] = ()
        self._opening = asyncio.Lock()

    async def ask(self, question: Ask) -> tuple[Answer, ...]:
        """Return the parts of a provider's answer, or why there is none."""
        self._symbols = question.symbols
        try:
            provider = await self._provider(question.provider)
            rows = list(await provider.fetch(question.coins, question.since_ms))
        except ProviderError as error:
            return (_failed(question.number, error),)
        parts = [rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE)] or [[]]
        last = len(parts) - 1
        return tuple(
            Rows(question.number, part, is_last=at == last, trouble=provider.trouble)
            for at, part in enumerate(parts)
        )

    async def leave(self, name: str) -> None:
        """Have one of them leave the venue."""
        provider = self._made.pop(name, None)
        if provider is not None:
            await provider.close()

    async def _provider(self, name: str) -> Provider:
        async with self._opening:
            if name not in self._made:
                self._made[name] = _MAKERS[name](
                    await self._opened_venue(), lambda: self._symbols, self._tasks
                )
            return self._made[name]

    async def venue(self) -> OpenVenue:
        """Return the venue, opened once for everybody.

        Raises
        ------
        ProviderError
            It cannot be reached.
        """
        async with self._opening:
            return await self._opened_venue()

    async def _opened_venue(self) -> OpenVenue:
        if self._opened is None:
            begin = self._begin
            try:
                opened = await _open(begin)
                line = Line(opened.exchange, opened.venue.label, opened.clock, FeedTimings())
                try:
                    await line.ask("its markets", opened.exchange.load_markets)  # once for all of them
                finally:
                    await line.close()
            except VenueError as error:
                raise provider_error(error) from error
            except TidemarkError as error:
                raise ProviderError(str(error)) from error
            self._opened = opened
            gc.collect()
            gc.freeze()  # markets live as long as we do
        return self._opened


class MarketWatcher:
    """Hears the market that a window looks at, one at a time.

    Parameters
    ----------
    providers : VenueProviders
        Open the venue.
    tasks : TaskOwner
        Owns what is heard.
    """

    def __init__(self, providers: VenueProviders, tasks: TaskOwner) -> None:
        self._providers, self._tasks = providers, tasks
        self._ear: MarketEar | None = None
        self._watched = Watch("", 0.0)
        self._turn = asyncio.Lock()

    async def watch(self, wanted: Watch) -> None:
        """Hear a market in place of another, until the next call; a venue that fails is tried again."""
        self._watched = wanted
        async with self._turn:
            if self._ear is not None and wanted.symbol == self._ear.symbol:
                self._ear.look_again(wanted.step)
                return
            if self._ear is not None:
                ear, self._ear = self._ear, None
                await ear.close()
            while wanted.symbol and self._watched is wanted:
                try:
                    opened = await self._providers.venue()
                except ProviderError as error:
                    await _tell_market(MarketHeard(wanted.symbol, wanted.step, None, None, str(error)))
                    await asyncio.sleep(OPEN_AGAIN_S)
                    continue
                self._ear = MarketEar(open_beside(opened), wanted.symbol, _tell_market, self._tasks)
                self._ear.look_again(wanted.step)
                self._ear.open()
                return


async def _tell_market(news: MarketHeard) -> None:
    await _tell(Heard(news))


async def _open(begin: Begin) -> OpenVenue:
    if begin.url is None:
        return venues.open_live(begin.venue.name, SystemClock())
    return replace(await venues.open_practice(begin.url, SystemClock()), venue=begin.venue)


def _trades(opened: OpenVenue, symbols: Callable[[], tuple[str, ...]], tasks: TaskOwner) -> Provider:
    return LargeTrades(open_beside(opened), symbols, tasks)


def _books(opened: OpenVenue, symbols: Callable[[], tuple[str, ...]], tasks: TaskOwner) -> Provider:
    return Books(open_beside(opened), symbols, tasks)


def _perpetuals(opened: OpenVenue, _: Callable[[], tuple[str, ...]], tasks: TaskOwner) -> Provider:
    perpetuals = open_perpetuals(opened)
    if perpetuals is None:
        raise ProviderError("There are no perpetuals that go with this venue.")
    return Derivatives(perpetuals, tasks)


_MAKERS = MappingProxyType(
    {large_trades.NAME: _trades, books.ABOUT.name: _books, derivatives.ABOUT.name: _perpetuals}
)


def _failed(number: int, error: ProviderError) -> Failed:
    if isinstance(error, ProviderBusy):
        return Failed(number, Failure.BUSY, str(error), error.retry_after_s)
    kind = Failure.UNREACHABLE if isinstance(error, ProviderUnreachable) else Failure.ERROR
    return Failed(number, kind, str(error))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    questions = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin.buffer)
    begin = await next_question(questions)
    if not isinstance(begin, Begin):
        return
    tasks = Supervisor()
    providers = VenueProviders(begin, tasks)
    watcher = MarketWatcher(providers, tasks)
    while (message := await next_question(questions)) is not None:
        if isinstance(message, Ask):
            tasks.start(f"ask {message.provider}", _answer(providers, message))
        elif isinstance(message, Leave):
            tasks.start(f"leave {message.provider}", providers.leave(message.provider))
        elif isinstance(message, Watch):
            tasks.start(f"watch {message.symbol}", watcher.watch(message))
    os._exit(0)  # the engine is gone, and nothing here is worth a farewell


async def _answer(providers: VenueProviders, question: Ask) -> None:
    for part in await providers.ask(question):
        await _tell(part)


async def _tell(answer: Answer) -> None:
    def write() -> None:
        _ENGINE.write(frame(answer))
        _ENGINE.flush()

    await asyncio.to_thread(write)


def main() -> None:
    """Serve the engine that started this process until it goes away."""
    let_others_go_first(NICENESS)
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
