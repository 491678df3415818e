"""Gives memory that the window no longer uses back to the machine."""

import ctypes
import platform

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 60_000
"""So often; it takes some milliseconds."""

_M_ARENA_MAX = -8  # of glibc's malloc.h


def keep_one_heap() -> None:
    """Let all threads share one heap, before the first of them starts.

    The C library would give each its own, and what a reading thread freed there would stay free in many small
    pieces: after an hour of use that was a fifth of the window's memory. Elsewhere than on Linux nothing is
    done.
    """
    _call("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Give back what lies free between blocks in use; nothing where the C library cannot."""
    _call("malloc_trim", 0)


class FreedMemory(QObject):
    """Gives memory back every minute, as long as its window lives."""

    def __init__(self, window: QObject) -> None:
        super().__init__(window)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(give_back)
        self._timer.start()

    def stop(self) -> None:
        """Give nothing back any more."""
        self._timer.stop()


def _call(name: str, *numbers: int) -> None:
    """Call a function of the C library, where it is one that has it."""
    if platform.system() == "Linux":
        found = getattr(ctypes.CDLL(None), name, None)
        if found is not None:
            found(*numbers)
