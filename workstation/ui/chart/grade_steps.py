"""Grades of one coin as they were written down, and which of them was known at a close."""

from dataclasses import dataclass, field

import numpy as np

from workstation.domain.candle import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class GradeSteps:
    """Grades by the time when they became known.

    Parameters
    ----------
    at_ms : ndarray of int64, shape (n,)
        Closes at which the coin was graded, UTC milliseconds; rising.
    values : ndarray of float64, shape (n,)
        0..100.
    every_ms : int
        From one graded close to the next, milliseconds.
    timeframe : str
        Of these closes; empty where nothing was graded.
    """

    at_ms: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    values: FloatArray = field(default_factory=lambda: np.empty(0))
    every_ms: int = 0
    timeframe: str = ""

    def __len__(self) -> int:
        return len(self.at_ms)

    def at(self, closes: IntArray, bar_ms: int) -> FloatArray:
        """Return the grade that was known at each close, shape (n,); not a number where none was.

        A bar longer than the graded ones has the newest grade within it, a shorter one that of the graded
        bar before. A grade is never carried past the close at which the next one was due.

        Parameters
        ----------
        closes : ndarray of int64, shape (n,)
            UTC milliseconds.
        bar_ms : int
            Length of the bars that close there, milliseconds.
        """
        found = np.full(len(closes), np.nan)
        row = np.searchsorted(self.at_ms, closes, side="right") - 1
        known = np.flatnonzero(row >= 0)
        age = closes[known] - self.at_ms[row[known]]
        fresh = known[age < max(bar_ms, self.every_ms)]
        found[fresh] = self.values[row[fresh]]
        return found

    def joined(self, others: "GradeSteps") -> "GradeSteps":
        """Return these grades and others of the same closes; where both say one, the others count."""
        times, first = np.unique(np.concatenate([others.at_ms, self.at_ms]), return_index=True)
        values = np.concatenate([others.values, self.values])[first]
        return GradeSteps(times, values, others.every_ms, others.timeframe)
