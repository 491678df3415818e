"""When a published figure could be known here: the one rule of every provider of daily figures."""

from dataclasses import dataclass

DAY_MS = 86_400_000

HISTORY_MS = 4 * 365 * DAY_MS
"""How far back the first fetch goes."""

REVISED_WITHIN_MS = 14 * DAY_MS
"""How long after the event a figure is asked for again, because publishers revise."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One fetch of daily figures, and when each of them could be known.

    The first fetch fills the past: there a figure counts as known once its day had ended and the publisher's
    usual delay was over, and never later than now, when it is seen. That history holds today's figures, with
    every revision made meanwhile.

    Every later fetch brings news. Whatever it tells counts as known from now on: a day that ended after the
    earlier fetch, a day that was published late, and a day that was told before with another number. A figure
    that is told unchanged is left out by whoever keeps observations, so its earlier stamp stays.

    Parameters
    ----------
    since_ms : int
        When the earlier fetch was, UTC milliseconds; 0 where there was none.
    now_ms : int
        When the figures arrived, UTC milliseconds.
    """

    since_ms: int
    now_ms: int

    @property
    def is_first(self) -> bool:
        """Return whether nothing was fetched before."""
        return self.since_ms <= 0

    @property
    def from_ms(self) -> int:
        """Return the end of the earliest day that is asked for, UTC milliseconds."""
        if self.is_first:
            return max(0, self.now_ms - HISTORY_MS)
        return max(0, self.since_ms - REVISED_WITHIN_MS)

    def available_ms(self, event_ms: int, lag_ms: int, published_ms: int = 0) -> int:
        """Return when a figure could be known here, UTC milliseconds.

        Parameters
        ----------
        event_ms : int
            End of the time that it is about, UTC milliseconds.
        lag_ms : int
            The publisher's usual delay after that.
        published_ms : int
            When this very figure was published, where the publisher says so.
        """
        if not self.is_first:
            return self.now_ms
        return min(max(event_ms + lag_ms, published_ms), self.now_ms)
