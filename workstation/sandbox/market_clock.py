"""Market time: real time from a chosen date on, at a chosen speed."""

from collections.abc import Callable
from typing import Protocol

from workstation.domain.errors import UsageError

SLOWEST, FASTEST = 1.0, 10_000.0


class SpeedClock(Protocol):
    """A clock of market time that knows its speed."""

    speed: float

    def now_ms(self) -> int:
        """Return market time, UTC milliseconds."""
        ...


class MarketClock:
    """Tells the practice market's time.

    Parameters
    ----------
    start_ms : int
        Market time at the clock's birth, UTC milliseconds.
    speed : float
        Market seconds per second of ours, 1 to 10,000.
    monotonic : callable
        Seconds that never run backwards, e.g. ``time.monotonic``.
    end_ms : int, optional
        Market time stops here: the end of a recording.

    Raises
    ------
    UsageError
        The speed is out of bounds, or the start is at or behind the end.
    """

    def __init__(
        self, start_ms: int, speed: float, monotonic: Callable[[], float], end_ms: int | None = None
    ) -> None:
        if not SLOWEST <= speed <= FASTEST:
            raise UsageError(f"Speed must be between {SLOWEST:g} and {FASTEST:g}, got {speed:g}.")
        if end_ms is not None and start_ms >= end_ms:
            raise UsageError(f"Market time cannot start at {start_ms}: the recording ends at {end_ms}.")
        self.speed = speed
        self._start_ms = start_ms
        self._end_ms = end_ms
        self._monotonic = monotonic
        self._born = monotonic()

    def now_ms(self) -> int:
        """Return market time, UTC milliseconds."""
        now = self._start_ms + int((self._monotonic() - self._born) * 1000 * self.speed)
        return now if self._end_ms is None else min(now, self._end_ms)
