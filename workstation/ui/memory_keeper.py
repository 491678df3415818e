"""Writes what the window remembers soon after it changed, so that a crash forgets a second at most."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from workstation.ui.steady_writing import SteadyWriting
from workstation.ui.window_memory import WindowMemory

SAVE_AFTER_MS = 1000
"""Changes that come this close together are written together."""


class MemoryKeeper(QObject):
    """Saves a `WindowMemory` a moment after it changed, and once more at the end.

    The disk is written by another thread: it may take longer than a frame.

    Parameters
    ----------
    memory, file : WindowMemory, Path
        What is written, and where.
    gather : callable
        Called before each write; brings what is on screen into the memory.
    """

    def __init__(
        self, memory: WindowMemory, file: Path, gather: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._memory, self._file, self._gather = memory, file, gather
        self._written = ""
        self._is_over = False
        self._timer = QTimer(self, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._save)
        self._writing = SteadyWriting(file.parent, self)
        self.said = self._writing.said

    def save_soon(self) -> None:
        """Save within `SAVE_AFTER_MS`; steady changes do not put it off."""
        if not self._is_over and not self._timer.isActive():
            self._timer.start()

    def finish(self) -> None:
        """Save now, and never again."""
        self._is_over = True
        self._timer.stop()
        self._save()
        self._writing.finish()

    def _save(self) -> None:
        self._gather()
        state = repr(self._memory)
        if state != self._written:
            self._written = state
            self._writing.write(partial(deepcopy(self._memory).save, self._file))
