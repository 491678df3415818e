"""The venue's request weight: so much a minute, then a wait."""

from collections.abc import Callable

WEIGHT_PER_MINUTE = 6_000
"""What Binance spot allows one address."""


class WeightBudget:
    """Counts request weight by the minute of real time.

    Parameters
    ----------
    per_minute : int
        Weight allowed in one minute.
    monotonic : callable
        Real seconds that never run backwards.
    """

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self.used = 0
        self._monotonic = monotonic
        self._minute = -1

    def spend(self, weight: int) -> int:
        """Count a request; return 0 where it is allowed, else the seconds to wait."""
        now = self._monotonic()
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self.used = minute, 0
        self.used += weight
        return 0 if self.used <= self.per_minute else max(1, int(60 * (minute + 1) - now) + 1)
