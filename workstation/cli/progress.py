"""How far a command is, on standard error, where it takes more than a moment."""

import os
import sys
import time
from collections.abc import Callable

IN_LINES = "TIDEMARK_PROGRESS_LINES"
"""Variable of whoever starts a command and reads its progress: set, each step is a line of its own."""

_SILENT_S, _EVERY_S = 1.0, 0.2


class Progress:
    """One line that is written over, on a terminal; nothing is said in the first second.

    A program that started this one with `IN_LINES` set is told line by line.

    Parameters
    ----------
    what : str
        E.g. ``"checks"``.
    monotonic : callable
        Seconds.
    """

    def __init__(self, what: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._what, self._monotonic = what, monotonic
        self._began, self._said_s, self._is_open = monotonic(), 0.0, False

    def __call__(self, done: int, total: int) -> None:
        """Say that so many of so many are done."""
        now_s = self._monotonic()
        if now_s - self._began < _SILENT_S or (now_s - self._said_s < _EVERY_S and done < total):
            return
        self._said_s = now_s
        if os.environ.get(IN_LINES):
            print(f"{done} of {total} {self._what}", file=sys.stderr, flush=True)
            return
        if not sys.stderr.isatty():
            return
        print(f"\r{done} of {total} {self._what}", end="", file=sys.stderr, flush=True)
        self._is_open = True
        if done == total:
            self.end()

    def end(self) -> None:
        """End the line."""
        if self._is_open:
            print(file=sys.stderr)
            self._is_open = False
