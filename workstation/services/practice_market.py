"""Keeps a practice market of our own running in a process beside the engine."""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from workstation.domain.errors import VenueUnreachable

_READY = "listening on "
READY_WITHIN_S = 20.0


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
        Where it begins, ``YYYY-MM-DD``; None is now for a simulated market, and for a recorded one some
        history after its first day.
    """

    source: str = "simulated"
    seed: int = 7
    speed: float = 1.0
    from_date: str | None = None

    @property
    def is_running_already(self) -> bool:
        """True where `source` is the address of a market that somebody else keeps."""
        return self.source.startswith("http://")

    def arguments(self) -> Sequence[str]:
        """Return what follows ``tidemark sandbox``."""
        source = ["--simulated"] if self.source == "simulated" else ["--data", self.source]
        begin = ["--from", self.from_date] if self.from_date else []
        return [*source, "--seed", str(self.seed), "--speed", f"{self.speed:g}", *begin]


class PracticeMarket:
    """A practice market for as long as somebody wants it; it never outlives this process."""

    def __init__(self, options: PracticeOptions) -> None:
        self._options = options
        self._process: asyncio.subprocess.Process | None = None
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
        if self._process is not None and self._process.returncode is None:
            return self._url
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "workstation", "sandbox", "--port", "0", "--until-stdin-closes"),
            *self._options.arguments(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None  # noqa: S101  a pipe was asked for
        assert process.stderr is not None  # noqa: S101
        try:
            first = (await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)).decode().strip()
        except TimeoutError:
            first = ""
        if not first.startswith(_READY):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            why = (await process.stderr.read()).decode(errors="replace").strip().splitlines()
            raise VenueUnreachable(f"The practice market did not start: {why[-1] if why else 'no answer'}")
        self._url = first.removeprefix(_READY)
        return self._url

    async def close(self) -> None:
        """End it and wait until it is gone."""
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
