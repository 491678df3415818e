"""Starts the engine for a window, and ends it with that window."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LEAVE_WITHIN_S = 2.5


class EngineProcess:
    """An engine of our own, in another process; its words go to a log file.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``tidemark serve``.
    log_file : Path
        Where its standard output and errors are appended.
    """

    def __init__(self, arguments: Sequence[str], log_file: Path) -> None:
        self._arguments = tuple(arguments)
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """True while the engine that was started here lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the engine that was started here ended; None while it lives or was never started."""
        return self._process.poll() if self._process is not None else None

    def start(self) -> None:
        """Start an engine; one that finds another engine already there leaves by itself."""
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own program, our own arguments
                [sys.executable, "-m", "workstation", "serve", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is the window's to answer
            )

    def last_words(self) -> str:
        """Return the last line that the engine wrote, for a banner; empty where there is none."""
        with contextlib.suppress(OSError):
            lines = self._log_file.read_text(errors="replace").splitlines()
            return next((line for line in reversed(lines) if line.strip()), "")
        return ""

    async def leave(self) -> None:
        """Wait for the engine to end after it was asked to; end it by force when it will not."""
        if self._process is None:
            return
        for stop in (None, self._process.terminate, self._process.kill):
            if stop is not None:
                stop()
            if await self._ends_within(LEAVE_WITHIN_S if stop is None else 0.3):
                return

    async def _ends_within(self, seconds: float) -> bool:
        for _ in range(int(seconds / 0.02)):
            if not self.is_running:
                return True
            await asyncio.sleep(0.02)
        return not self.is_running
