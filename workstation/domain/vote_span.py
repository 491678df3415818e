"""How every family voted on the bars of a span of time, bar by bar, as it was known at each close."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Family

FAMILY_ROWS = tuple(Family)
"""The families, in the order of the rows of a `VoteSpan`."""

MOST_BARS = 512
"""Bars that one span covers at most."""


@dataclass(frozen=True, slots=True)
class VoteSpan:
    """Votes on the closed bars of a series that open in a span; compact, because it travels.

    Parameters
    ----------
    key : SeriesKey
        The series.
    since, until : int
        ``since <= open time < until``, UTC milliseconds. A bar in between that is not listed is not stored.
    times : bytes
        Open of each bar, rising: little-endian int64.
    scores : bytes
        Little-endian float32, -1..1, a row of bars for each of `FAMILY_ROWS`; NaN where a family could not
        vote.
    sides : bytes
        int8, in the same order: 1 bullish, -1 bearish, 0 abstains or could not vote.

    Raises
    ------
    ValueError
        The columns are of different lengths.
    """

    key: SeriesKey
    since: int
    until: int
    times: bytes
    scores: bytes
    sides: bytes

    def __post_init__(self) -> None:
        n = len(self.times) // 8 * len(FAMILY_ROWS)
        if len(self.times) % 8 or len(self.scores) != 4 * n or len(self.sides) != n:
            raise ValueError(f"The votes on {len(self.times) // 8} bars have columns of different lengths.")

    @classmethod
    def of(
        cls, key: SeriesKey, span: tuple[int, int], times: IntArray, scores: FloatArray, sides: IntArray
    ) -> "VoteSpan":
        """Return the span of arrays of shape (n,), (8, n) and (8, n)."""
        columns = (times.astype("<i8"), scores.astype("<f4"), sides.astype("i1"))
        return cls(key, *span, *(np.ascontiguousarray(one).tobytes() for one in columns))

    def __len__(self) -> int:
        return len(self.times) // 8

    @property
    def open_times(self) -> IntArray:
        """Open of each bar, UTC milliseconds, shape (n,)."""
        return np.frombuffer(self.times, "<i8").astype(np.int64)

    @property
    def score_rows(self) -> FloatArray:
        """Scores, shape (8, n); NaN where a family could not vote."""
        return np.frombuffer(self.scores, "<f4").reshape(len(FAMILY_ROWS), -1).astype(np.float64)

    @property
    def side_rows(self) -> IntArray:
        """Sides, shape (8, n): 1, -1, or 0."""
        return np.frombuffer(self.sides, "i1").reshape(len(FAMILY_ROWS), -1).astype(np.int64)
