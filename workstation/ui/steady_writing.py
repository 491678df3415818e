"""Writes to disk in another thread, and goes on trying where the disk does not take it."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from workstation.domain.errors import StoreError

_LOG = logging.getLogger(__name__)

RETRY_MS = 10_000
"""Between two tries to write what a full or read-only disk did not take."""


class SteadyWriting(QObject):
    """Writes one thing, newest last; what could not be written is tried again until it can.

    Parameters
    ----------
    folder : Path
        Where it is written; the trader is told.
    what : str
        What is written, as the trader would say.
    """

    said = Signal(str)
    """Why it cannot be written, once, a sentence for the trader; empty when it was written after all."""

    _ended = Signal(str)

    def __init__(
        self, folder: Path, parent: QObject | None = None, *, what: str = "What you arrange"
    ) -> None:
        super().__init__(parent)
        self._folder, self._what = folder, what
        self._failed: Callable[[], None] | None = None
        self._is_troubled = False
        self._pool = QThreadPool(self, maxThreadCount=1)
        self._retry = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._try_again)
        self._ended.connect(self._on_end)

    def write(self, work: Callable[[], None]) -> None:
        """Do this in the other thread, after what was asked for before.

        It raises OSError, or StoreError, where it fails.
        """
        self._failed = None
        self._retry.stop()
        self._pool.start(lambda: self._do(work))

    def finish(self) -> None:
        """Return when everything is written, or was tried a last time."""
        self._retry.stop()
        self._pool.waitForDone()
        if self._failed is not None:
            self._do(self._failed)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (OSError, StoreError) as error:
            _LOG.warning("%s could not be written: %s", self._folder, error)
            self._failed = work
            self._ended.emit(self._told(error))
        else:
            self._failed = None
            self._ended.emit("")

    def _try_again(self) -> None:
        if self._failed is not None:
            self.write(self._failed)

    def _told(self, error: Exception) -> str:
        """Return the disk's own words, also where a store has put them into a sentence; else the store's."""
        cause = error if isinstance(error, OSError) else error.__cause__
        why = cause.strerror if isinstance(cause, OSError) else None
        said = f"cannot be saved ({why}: {self._folder})." if why else f"cannot be saved: {error}"
        then = f"It holds until Tidemark is closed, and saving is tried every {RETRY_MS // 1000} seconds" + (
            ": free space there, or make it writable." if why else "."
        )
        return f"{self._what} {said} {then}"

    def _on_end(self, why: str) -> None:
        if why:
            self._retry.start()
            self.said.emit(why)
        elif self._is_troubled:
            self.said.emit("")
        self._is_troubled = bool(why)
