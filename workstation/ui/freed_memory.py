"""Gives memory that the window no longer uses back to the machine."""

import ctypes
import linecache
import platform

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPixmapCache

EVERY_MS = 60_000
"""So often; it takes some milliseconds."""

_FIRST_MS = 5_000  # the start is over

_M_ARENA_MAX = -8  # of glibc's malloc.h


def keep_one_heap() -> None:
    """Let all threads share one heap, before the first of them starts.

    The C library would give each its own, and what a reading thread freed there would stay free in many small
    pieces: after an hour of use that was a fifth of the window's memory. Elsewhere than on Linux nothing is
    done.
    """
    _call("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Forget what is easily had again, then give back what lies free, where the C library can.

    Qt's bindings read the source of every module that is imported, to see whether it uses them, and Python
    remembers the lines: up to 40 MB of them. A traceback reads those it shows again. Qt remembers every icon
    and swatch in every size and colour it was ever painted in, up to 10 MB.
    """
    linecache.clearcache()
    QPixmapCache.clear()
    _call("malloc_trim", 0)


class FreedMemory(QObject):
    """Gives memory back once the start is over and every minute, as long as its window lives."""

    def __init__(self, window: QObject) -> None:
        super().__init__(window)
        self._timer = QTimer(self, interval=_FIRST_MS)
        self._timer.timeout.connect(self._give_back)
        self._timer.start()

    def stop(self) -> None:
        """Give nothing back any more."""
        self._timer.stop()

    def _give_back(self) -> None:
        self._timer.setInterval(EVERY_MS)
        give_back()


def _call(name: str, *numbers: int) -> None:
    """Call a function of the C library, where it is one that has it."""
    if platform.system() == "Linux":
        found = getattr(ctypes.CDLL(None), name, None)
        if found is not None:
            found(*numbers)
