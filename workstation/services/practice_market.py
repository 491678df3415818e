"""Keeps a practice market of our own running in a process beside the engine."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workstation.domain.errors import VenueUnreachable
from workstation.domain.ports import TaskOwner

_log = logging.getLogger(__name__)

_READY = "listening on "
READY_WITHIN_S = 20.0
AGAIN_S = 3.0


@dataclass(frozen=True, slots=True)
class PracticeOptions:
    """Which practice market.

    Parameters
    ----------
    source : str
        ``"simulated"``, a folder of candles, or the ``http://127.0.0.1:PORT`` of one that runs already.
    seed : int
        Of the simulated market, and of the trades inside recorded candles.
    speed : float
        Market seconds per second of ours.
    from_date : str or None
        Where it begins, ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM:SS``, UTC; None is now for a simulated market,
        and for a recorded one some history after its first day.
    n_coins : int
        Of the simulated market, 60 to 5,000.
    """

    source: str = "simulated"
    seed: int = 7
    speed: float = 1.0
    from_date: str | None = None
    n_coins: int = 60

    @property
    def is_running_already(self) -> bool:
        """True where `source` is the address of a market that somebody else keeps."""
        return self.source.startswith("http://")

    def arguments(self) -> Sequence[str]:
        """Return what follows ``tidemark sandbox``."""
        coins = ["--coins", str(self.n_coins)]
        source = ["--simulated", *coins] if self.source == "simulated" else ["--data", self.source]
        begin = ["--from", self.from_date] if self.from_date else []
        return [*source, "--seed", str(self.seed), "--speed", f"{self.speed:g}", *begin]


class PracticeMarket:
    """A practice market for as long as somebody wants it; it never outlives this process.

    Parameters
    ----------
    options : PracticeOptions
        Which one.
    tasks : TaskOwner
        Owns the watch over it.
    """

    def __init__(self, options: PracticeOptions, tasks: TaskOwner) -> None:
        self._options = options
        self._tasks = tasks
        self._process: asyncio.subprocess.Process | None = None
        self._last_words = ""
        self._url = ""

    async def start(self) -> str:
        """Start it where it does not run and return its address, ``http://127.0.0.1:PORT``.

        Raises
        ------
        VenueUnreachable
            It did not start; the sentence says why.
        """
        if self._options.is_running_already:
            return self._options.source
        if self._process is None or self._process.returncode is not None:
            self._url = await self._start(self._options.arguments(), port=0)
        return self._url

    async def _start(self, arguments: Sequence[str], port: int) -> str:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "workstation", "sandbox", "--port", str(port), "--until-stdin-closes"),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None  # noqa: S101  pipes were asked for
        assert process.stderr is not None  # noqa: S101
        hearing = self._tasks.start("hear the practice market", self._hear(process.stderr))
        try:
            first = (await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)).decode().strip()
        except TimeoutError:
            first = ""
        if not first.startswith(_READY):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            await asyncio.wait([hearing], timeout=1.0)
            raise VenueUnreachable(
                f"The practice market did not start: {(self._last_words or 'no answer').rstrip('.')}."
            )
        return first.removeprefix(_READY)

    async def _hear(self, errors: asyncio.StreamReader) -> None:
        """Read what it complains of, so that it never waits for a reader."""
        while line := await errors.readline():
            self._last_words = line.decode(errors="replace").strip()
            _log.warning("Practice market: %s", self._last_words)

    async def keep(self, now_ms: Callable[[], int], say: Callable[[str], None]) -> None:
        """Start it again, where it stood and at the same address, whenever it dies.

        Parameters
        ----------
        now_ms : callable
            Returns the market's time, UTC milliseconds.
        say : callable
            Told a sentence when it died, and an empty one when it is back.
        """
        while self._process is not None:
            await self._process.wait()
            say("The practice market stopped and is being started again; what was stored is there.")
            port = int(self._url.rsplit(":", 1)[1])
            where = datetime.fromtimestamp(now_ms() / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            again = replace(self._options, from_date=where)
            try:
                await self._start(again.arguments(), port)
            except VenueUnreachable as error:
                say(f"{error} It is tried again in a few seconds.")
                await asyncio.sleep(AGAIN_S)
            else:
                say("")

    async def close(self) -> None:
        """End it and wait until it is gone; whoever keeps it running has ended before."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None  # noqa: S101  a pipe was asked for
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 1.0)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
