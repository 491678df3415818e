"""One event loop for windows and coroutines: qasync, with its timers repaired.

qasync 0.28 starts coarse timers, which may end 5 % early; lets cancelled ones live until their delay is over;
gives no ``when()``; overflows after 24.8 days; and drops the context of ``call_soon_threadsafe``. `QtLoop`
does each of these as asyncio promises.
"""

import asyncio
import contextvars
import math
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimerEvent, Signal
from PySide6.QtWidgets import QApplication

import qasync  # isort: skip  # it takes the Qt that is already imported

T = TypeVar("T")

_LONGEST_TIMER_MS = 2**31 - 1


class _Handle(asyncio.TimerHandle):
    """A call to come, and the Qt timer that will make it."""

    __slots__ = ("timer_id",)
    timer_id: int


class _Timers(QObject):
    """Every call to come, each on a precise Qt timer of its own; has the shape that qasync asks for."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now
        self._waiting: dict[int, _Handle] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, handle: _Handle) -> _Handle:
        """Start the timer of a call."""
        delay_ms = math.ceil(max(0.0, handle.when() - self._now()) * 1000)
        handle.timer_id = self.startTimer(min(delay_ms, _LONGEST_TIMER_MS), Qt.TimerType.PreciseTimer)
        self._waiting[handle.timer_id] = handle
        return handle

    def discard(self, handle: _Handle) -> None:
        """End the timer of a cancelled call at once.

        asyncio also cancels handles that have run, and Qt gives their timer's number to others.
        """
        if self._waiting.get(handle.timer_id) is handle:
            del self._waiting[handle.timer_id]
            self.killTimer(handle.timer_id)

    def timerEvent(self, event: QTimerEvent) -> None:
        timer_id = event.timerId()
        self.killTimer(timer_id)
        handle = self._waiting.pop(timer_id, None)
        if handle is None or handle.cancelled():
            return
        if handle.when() - self._now() > 1.0:  # its delay was longer than Qt can count
            self.add(handle)
            return
        handle._run()

    def stop(self) -> None:
        """End every timer; called when the loop closes."""
        for timer_id in self._waiting:
            self.killTimer(timer_id)
        self._waiting.clear()

    def set_debug(self, enabled: bool) -> None:
        """Do nothing: asyncio's own debug mode times the calls."""


class _FromThreads(QObject):
    """Carries a call from another thread onto the loop's."""

    called = Signal(object)


class QtLoop(qasync.QEventLoop):  # type: ignore[misc]
    """An asyncio loop that runs on Qt's.

    Parameters
    ----------
    app : QApplication
        The application whose events it shares.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._timer = _Timers(self.time)
        self._from_threads = _FromThreads()
        self._from_threads.called.connect(self._timer.add)

    @property
    def n_timers(self) -> int:
        """Number of calls to come."""
        return len(self._timer)

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call `callback` after `delay` seconds, never before."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call `callback` at `when` on the loop's clock, never before."""
        self._check_closed()
        return self._timer.add(_Handle(when, callback, args, self, context))

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        """Call `callback` on the loop's thread; may be called from any."""
        self._check_closed()
        handle = _Handle(self.time(), callback, args, self, context or contextvars.copy_context())
        handle.timer_id = 0
        self._from_threads.called.emit(handle)
        return handle

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.TimerHandle:
        """Take a ready-made handle; asyncio's signal handlers come this way."""
        context: contextvars.Context | None = handle._context  # type: ignore[attr-defined]
        return self.call_later(delay, handle._callback, *handle._args, context=context)  # type: ignore[attr-defined]

    def _timer_handle_cancelled(self, handle: _Handle) -> None:
        """Forget a call; asyncio says so from ``TimerHandle.cancel``."""
        self._timer.discard(handle)


def run(main: Coroutine[Any, Any, T], app: QApplication) -> T | None:
    """Run `main` to its end on Qt's loop, then cancel what is left and close everything.

    SIGINT and SIGTERM cancel `main`, which ends in its own order.

    Returns
    -------
    T or None
        What `main` returned; None where it was cancelled.
    """
    app.setQuitOnLastWindowClosed(False)  # else the loop stops under the coroutine that tidies up
    with asyncio.Runner(loop_factory=lambda: QtLoop(app)) as runner:
        try:
            return runner.run(_with_signals(main))
        except asyncio.CancelledError:
            return None


async def _with_signals(main: Coroutine[Any, Any, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  # a coroutine of a Runner always has one
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            break
    return await main
