"""Starts the engine for a window, and ends it with that window."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

LEAVE_WITHIN_S = 2.5
LARGEST_LOG = 1 << 20


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


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
        """Start an engine; one that finds another engine already there leaves by itself.

        Where its words cannot be written it works without them.

        Raises
        ------
        OSError
            This computer cannot start another process just now.
        """
        with contextlib.ExitStack() as opened:
            log: IO[bytes] | int = subprocess.DEVNULL
            with contextlib.suppress(OSError):  # the file of another user, or a disk that takes nothing
                log = opened.enter_context(self._opened_log())
            self._process = subprocess.Popen(  # noqa: S603  our own program, our own arguments
                [sys.executable, "-m", "workstation", "serve", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is the window's to answer
            )

    def _opened_log(self) -> IO[bytes]:
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        if self._log_file.exists() and self._log_file.stat().st_size > LARGEST_LOG:
            self._log_file.replace(self._log_file.with_suffix(".old.log"))
        return open(self._log_file, "ab", opener=_private)

    def why_it_ended(self) -> str:
        """Return how the engine ended, for a banner; empty where it is not known to have failed."""
        code = self.exit_code
        if code is None or code == 0:
            return ""
        if code < 0:
            return f"It was ended by {signal.Signals(-code).name}."
        with contextlib.suppress(OSError):
            lines = self._log_file.read_text(errors="replace").splitlines()
            return next((f"Its last words: {line}" for line in reversed(lines) if line.strip()), "")
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
