"""Reads from disk in another thread, so that the window never waits for it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QThreadPool, QTimer, Signal

from workstation.domain.errors import TidemarkError

PAUSE_MS = 400
"""At least so long between two readings of the same thing: news that come faster are read together."""

RESTS = 4
"""... and so many times as long as a reading took: the threads share one interpreter with the screen."""

Work = Callable[[], object]


class BackgroundReading(QObject):
    """Reads one thing again whenever there is news of it, while somebody looks at it.

    Parameters
    ----------
    make_work : callable
        Called in the window's thread; returns what the other thread is to do, which touches no widget.
    is_seen : callable
        Whether somebody looks. News are kept until somebody does; `look_again` says that this may be now.
    rests : int
        See `RESTS`; 0 for what the trader asks for himself.
    """

    read = Signal(object)  # what the work returned
    failed = Signal(str)  # why there is nothing, a sentence

    _ended = Signal(object, str)

    def __init__(
        self,
        make_work: Callable[[], Work],
        is_seen: Callable[[], bool],
        parent: QObject | None = None,
        rests: int = RESTS,
    ) -> None:
        super().__init__(parent)
        self._make_work, self._is_seen, self._rests = make_work, is_seen, rests
        self._since_begun = QElapsedTimer()
        self._is_due = self._is_busy = self._is_over = False
        self._pool = QThreadPool(self, maxThreadCount=1)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.look_again)
        self._ended.connect(self._on_end)

    @property
    def is_busy(self) -> bool:
        """Whether something is being read just now."""
        return self._is_busy

    def want(self) -> None:
        """Take that there is news: read as soon as somebody looks."""
        self._is_due = True
        self.look_again()

    def hold(self, pause_ms: int) -> None:
        """Read nothing for so long; news are kept."""
        self._pause.start(pause_ms)

    def look_again(self) -> None:
        """Read where that is due and somebody looks."""
        if self._is_over or self._is_busy or self._pause.isActive() or not self._is_due:
            return
        if self._is_seen():
            self._is_due, self._is_busy = False, True
            self._since_begun.start()
            self._pool.start(partial(self._do, self._make_work()))

    def stop(self) -> None:
        """Read nothing more; what is being read is waited for and not told."""
        self._is_over = True
        self._pause.stop()
        self._pool.waitForDone()

    def _do(self, work: Work) -> None:
        try:
            found = work()
        except TidemarkError as error:
            self._ended.emit(None, str(error))
        else:
            self._ended.emit(found, "")

    def _on_end(self, found: object, problem: str) -> None:
        if self._is_over:
            return
        self._is_busy = False
        self._pause.start(max(PAUSE_MS, self._rests * self._since_begun.elapsed()))
        if problem:
            self.failed.emit(problem)
        else:
            self.read.emit(found)
