"""Which bars a model may learn from, and which it is then examined on.

Time is cut into calendar quarters. A model that judges a quarter has learnt only from bars whose outcome was
known some days before the quarter began (purge and embargo), so no price of the quarter, nor any move that
reaches into it, has taught it anything.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import IntArray
from workstation.domain.errors import UsageError

DAY_MS = 86_400_000
EMBARGO_MS = 7 * DAY_MS
"""Between the newest outcome learnt from and the first bar judged."""

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fold:
    """A stretch of bars judged by one model.

    Parameters
    ----------
    start_ms, stop_ms : int
        Bars that open in ``start_ms <= open_time < stop_ms``, UTC milliseconds.

    Raises
    ------
    UsageError
        The stretch is empty.
    """

    start_ms: int
    stop_ms: int

    def __post_init__(self) -> None:
        if self.start_ms >= self.stop_ms:
            raise UsageError(f"A fold must end after it starts, got {self.start_ms} to {self.stop_ms}.")

    def judged(self, open_time: IntArray) -> BoolArray:
        """Return which bars are judged in this fold, shape (n,)."""
        return (open_time >= self.start_ms) & (open_time < self.stop_ms)

    def known_before(self, known_ms: IntArray, embargo_ms: int = 0) -> BoolArray:
        """Return which outcomes were known at least `embargo_ms` before the fold starts, shape (n,).

        Parameters
        ----------
        known_ms : ndarray of int64, shape (n,)
            Close of the bar that ended each outcome, UTC milliseconds.
        embargo_ms : int
            `EMBARGO_MS` to learn from them, 0 to calibrate on them.
        """
        return known_ms + embargo_ms <= self.start_ms


def quarters(first_ms: int, stop_ms: int) -> tuple[Fold, ...]:
    """Return the calendar quarters from the one that begins at or after `first_ms` up to `stop_ms`.

    The last one is cut off at `stop_ms`; empty where no quarter begins before it.
    """
    if first_ms >= stop_ms:
        return ()
    opening = np.datetime64(first_ms, "ms").astype("datetime64[M]")
    months = np.arange(opening, np.datetime64(stop_ms, "ms").astype("datetime64[M]") + 4)
    starts = months[months.astype(np.int64) % 3 == 0].astype("datetime64[ms]").astype(np.int64).tolist()
    kept = [start for start in starts if first_ms <= start < stop_ms]
    return tuple(Fold(a, b) for a, b in pairwise([*kept, stop_ms]))
