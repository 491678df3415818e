"""Asks the engine why, one bar at a time."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.explanation import Explanation
from workstation.domain.market import SeriesKey
from workstation.link.messages import NotExplained
from workstation.ui.engine_port import EngineRequests

SLOW_MS = 300
"""An answer that takes longer is said to be under way."""


class Inquiry(QObject):
    """At most one question is out; whatever was wanted last is asked next, what lies between never.

    Parameters
    ----------
    requests : EngineRequests
        Who asks.
    """

    answered = Signal(object)  # Explanation of the bar that was wanted last
    refused = Signal(str)  # why there is none
    slow = Signal()  # the answer takes a while

    def __init__(self, requests: EngineRequests, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._wanted: tuple[SeriesKey, int] | None = None
        self._asked: tuple[SeriesKey, int] | None = None
        self._serial = 0
        self._patience = QTimer(self, interval=SLOW_MS, singleShot=True)
        self._patience.timeout.connect(self.slow)

    def want(self, key: SeriesKey, open_time: int) -> None:
        """Ask about a bar, as soon as the question that is out was answered."""
        self._wanted = (key, open_time)
        if not self._patience.isActive():
            self._patience.start()
        if self._asked is None:
            self._ask()

    def forget(self) -> None:
        """Want nothing more; an answer that still comes is not told."""
        self._wanted = self._asked = None
        self._serial += 1
        self._patience.stop()

    def take(self, explanation: Explanation) -> None:
        """Take what the engine said."""
        if self._asked == (explanation.key, explanation.open_time) and self._is_settled():
            self.answered.emit(explanation)

    def take_refusal(self, told: NotExplained) -> None:
        """Take that the engine cannot explain a bar."""
        if self._asked == (told.key, told.open_time):
            self._on_refused(self._serial, told.reason)

    def _ask(self) -> None:
        if self._wanted is None:
            return
        self._asked = self._wanted
        self._serial += 1
        self._requests.explain(*self._asked, partial(self._on_refused, self._serial))

    def _on_refused(self, serial: int, reason: str) -> None:
        if serial == self._serial and self._asked is not None and self._is_settled():
            self.refused.emit(reason)

    def _is_settled(self) -> bool:
        """Take that the question was answered; return whether it was the one that matters, else ask on."""
        is_last, self._asked = self._asked == self._wanted, None
        if is_last:
            self._wanted = None
            self._patience.stop()
        else:
            self._ask()
        return is_last
