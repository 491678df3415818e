"""One line that says how far a long step is."""

import shutil
import sys
import time
from typing import TextIO

_QUIET_S = 5.0  # a log file gets a line this often, a terminal gets every change


class Progress:
    """A line on the terminal that overwrites itself; sparse lines where there is no terminal.

    Parameters
    ----------
    out : TextIO
        Where to write.
    """

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._live = out.isatty()
        self._shown = ""
        self._last_line_s = float("-inf")

    def show(self, text: str) -> None:
        """Say how far it is; the same text twice is said once."""
        if text == self._shown:
            return
        now = time.monotonic()
        if self._live:
            width = shutil.get_terminal_size().columns - 1  # a line that wraps cannot be overwritten
            self._out.write(f"\r\x1b[K{text[:width]}")
        elif now - self._last_line_s >= _QUIET_S:
            self._out.write(f"{text}\n")
            self._last_line_s = now
        self._shown = text
        self._out.flush()

    def finish(self, text: str) -> None:
        """Say how it ended, on a line that stays; an empty text only clears the line."""
        if self._live:
            self._out.write("\r\x1b[K")
        if text:
            self._out.write(f"{text}\n")
        self._out.flush()
