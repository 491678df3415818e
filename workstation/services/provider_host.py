"""Providers that listen to the venue all the time, in a process of their own.

Order books and trades of a hundred fast markets keep a processor busy with parsing; what comes of them is a
few numbers every five minutes. In the engine's own process that parsing would make candles wait.
"""

import asyncio
import contextlib
import itertools
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Collection, Sequence

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.live_market import MarketHeard
from workstation.domain.market import Venue
from workstation.domain.observation import Observation
from workstation.domain.ports import TaskOwner
from workstation.domain.provider import ProviderAbout
from workstation.services.provider_messages import (
    Ask,
    Begin,
    Failed,
    Failure,
    Heard,
    Leave,
    Question,
    Rows,
    Watch,
    frame,
    next_answer,
)

_log = logging.getLogger(__name__)

_PROGRAM = "workstation.provider_app"
_STOPPED = (
    "The process that listens to books, trades and perpetuals stopped. Candles and signals are not affected."
)

_WATCHING = "the market in sight"

_Answer = tuple[list[Observation], str]


class _Open:
    """A question that is not answered yet, and what came of the answer so far."""

    def __init__(self) -> None:
        self.rows: list[Observation] = []
        self.answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()


class ProviderHost:
    """The process in which a venue's providers live: there while one of them is.

    Parameters
    ----------
    venue : Venue
        Which one to listen to.
    url : str or None
        Where it listens, for a practice market.
    symbols : callable
        Returns the symbols that are followed.
    tasks : TaskOwner
        Owns the task that hears the process.
    """

    def __init__(
        self, venue: Venue, url: str | None, symbols: Callable[[], Collection[str]], tasks: TaskOwner
    ) -> None:
        self._begin = Begin(venue, url)
        self._symbols = symbols
        self._tasks = tasks
        self._numbers = itertools.count()
        self._open: dict[int, _Open] = {}
        self._guests: set[str] = set()
        self.on_heard: Callable[[MarketHeard], None] = lambda _news: None
        """Told what is new of the watched market."""
        self._process: Process | None = None
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return None if self._process is None else self._process.pid

    def provider(self, about: ProviderAbout) -> "HostedProvider":
        """Return one of the providers; the process starts with the first question to one of them."""
        return HostedProvider(self, about)

    async def ask(self, provider: str, coins: Collection[str], since_ms: int) -> _Answer:
        """Return what a provider answered, and what it could not tell.

        Raises
        ------
        ProviderError
            What it raised, or the process died.
        """
        self._guests.add(provider)
        symbols = tuple(dict.fromkeys(self._symbols()))
        return await self._answer_to(Ask(next(self._numbers), provider, tuple(coins), symbols, since_ms))

    async def leave(self, provider: str) -> None:
        """Have a provider leave the venue; with the last of them the process ends."""
        self._guests.discard(provider)
        if not self._guests:
            await self._end()
        elif self._process is not None:
            # Nobody waits for it: a process that is still being loaded would hold up the engine's end.
            with contextlib.suppress(ConnectionError):
                await self._tell(self._process, Leave(provider))

    async def watch(self, symbol: str, step: float) -> None:
        """Have a market's book and trades told to `on_heard`, in place of another; empty for none any more.

        A process that dies watches nothing afterwards: whoever wants more asks again when `pid` changes.
        """
        if not symbol:
            self._guests.discard(_WATCHING)
            if not self._guests:
                await self._end()
                return
        else:
            self._guests.add(_WATCHING)
        process = await self._running() if symbol else self._process
        if process is not None:
            with contextlib.suppress(ConnectionError):
                await self._tell(process, Watch(symbol, step))

    async def _tell(self, process: Process, message: Question) -> None:
        assert process.stdin is not None  # noqa: S101  it was started with a pipe
        process.stdin.write(frame(message))
        await process.stdin.drain()

    async def _answer_to(self, message: Ask) -> _Answer:
        number = message.number
        process = await self._running()
        question = self._open[number] = _Open()
        try:
            await self._tell(process, message)
            return await question.answer
        except ConnectionError as error:
            raise ProviderUnreachable(_STOPPED) from error
        finally:
            self._open.pop(number, None)

    async def _running(self) -> Process:
        async with self._starting:
            if self._process is None:
                # A group of its own: Ctrl-C in the terminal is the engine's to answer. But the engine's
                # session: only there does its niceness count against the engine.
                process = self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", _PROGRAM),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=DEVNULL,
                    process_group=0,
                )
                assert process.stdin is not None  # noqa: S101  it was started with a pipe
                process.stdin.write(frame(self._begin))
                self._tasks.start("hear the venue's providers", self._hear(process))
            return self._process

    async def _hear(self, process: Process) -> None:
        """Take answers until the process is gone; whoever still waits for one is told so."""
        assert process.stdout is not None  # noqa: S101  it was started with a pipe
        try:
            while (message := await next_answer(process.stdout)) is not None:
                self._take(message)
        finally:
            if self._process is process:
                await self._end()
        _log.info("the process of the venue's providers ended")

    def _take(self, message: Rows | Failed | Heard) -> None:
        if isinstance(message, Heard):
            self.on_heard(message.news)
            return
        question = self._open.get(message.number)
        if question is None or question.answer.done():  # nobody waits for it any more
            return
        if isinstance(message, Failed):
            question.answer.set_exception(_error(message))
            return
        question.rows += message.rows
        if message.is_last:
            question.answer.set_result((question.rows, message.trouble))

    async def _end(self) -> None:
        process, self._process = self._process, None
        for question in self._open.values():
            if not question.answer.done():
                question.answer.set_exception(ProviderUnreachable(_STOPPED))
        if process is not None:
            await _killed(process)


class HostedProvider:
    """`workstation.domain.provider.Provider` whose ears are in another process.

    Parameters
    ----------
    host : ProviderHost
        That process.
    about : ProviderAbout
        Which of its providers.
    """

    def __init__(self, host: ProviderHost, about: ProviderAbout) -> None:
        self._host = host
        self._about = about
        self.trouble = ""

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return self._about

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return what became known since `since_ms`.

        Raises
        ------
        ProviderError
            What the provider raised, or its process died; the next call starts another one.
        """
        rows, self.trouble = await self._host.ask(self._about.name, coins, since_ms)
        return rows

    async def close(self) -> None:
        """Leave the venue."""
        await self._host.leave(self._about.name)


def _error(failed: Failed) -> ProviderError:
    match failed.kind:
        case Failure.BUSY:
            return ProviderBusy(failed.text, failed.retry_after_s)
        case Failure.UNREACHABLE:
            return ProviderUnreachable(failed.text)
        case Failure.ERROR:
            return ProviderError(failed.text)


async def _killed(process: Process) -> None:
    """End a process that keeps nothing: what it was asked for and did not tell is asked for again."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
