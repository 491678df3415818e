"""Market time: real time from a chosen date on, at a chosen speed."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from workstation.domain.errors import UsageError

SLOWEST, FASTEST = 1.0, 10_000.0
_DAY_MS = 86_400_000


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
    first_ms : int, optional
        The market's first candle opens here; a start earlier on that UTC day is moved to it.

    Raises
    ------
    UsageError
        The speed is out of bounds, or the start lies before the market's first day or not before its end.
    """

    def __init__(
        self,
        start_ms: int,
        speed: float,
        monotonic: Callable[[], float],
        end_ms: int | None = None,
        *,
        first_ms: int | None = None,
    ) -> None:
        if not SLOWEST <= speed <= FASTEST:
            raise UsageError(f"Speed must be between {SLOWEST:g} and {FASTEST:g}, got {speed:g}.")
        if first_ms is not None and start_ms // _DAY_MS < first_ms // _DAY_MS:
            raise UsageError(
                f"The practice market cannot start on {_date(start_ms)}: "
                f"its first candle is of {_date(first_ms)}. Start on that day or later."
            )
        if end_ms is not None and start_ms >= end_ms:
            raise UsageError(
                f"The practice market cannot start on {_date(start_ms)}: "
                f"its last candle ends on {_date(end_ms - 1)}. Start on that day or earlier."
            )
        self.speed = speed
        self._start_ms = start_ms if first_ms is None else max(start_ms, first_ms)
        self._end_ms = end_ms
        self._monotonic = monotonic
        self._born = monotonic()

    def now_ms(self) -> int:
        """Return market time, UTC milliseconds."""
        now = self._start_ms + int((self._monotonic() - self._born) * 1000 * self.speed)
        return now if self._end_ms is None else min(now, self._end_ms)


def _date(time_ms: int) -> str:
    """Return the UTC day of a moment, ``YYYY-MM-DD``."""
    return str(np.datetime64(time_ms, "ms").astype("datetime64[D]"))
