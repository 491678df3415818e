"""How sure a figure is: calendar weeks drawn again and again, all coins of a week together.

Coins rise and fall together, so thousands of signals of one week are little more than one observation. Every
figure here is a function of sums by week; a draw adds up the sums of the weeks that it drew.

References
----------
Kuensch (1989), The jackknife and the bootstrap for general stationary observations; Politis and Romano
(1992), A circular block-resampling procedure (the blocks go round at the end).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray

Sums = Mapping[str, FloatArray]
"""Sums of some columns by their names: by week, shape (w, ...), or by draw, shape (draws, ...)."""

Statistic = Callable[[Sums], FloatArray]
"""A figure from sums, for each of their first axis."""

FEWEST = 30
"""Fewest observations that a figure is given for."""

FEWEST_WEEKS = 8
"""Fewest weeks that an interval is given for."""

_WEEK_MS = 7 * 86_400_000
_FIRST_MONDAY_MS = 4 * 86_400_000  # 1970-01-05


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, between which bounds it lies, and what must be said with it.

    Parameters
    ----------
    value, low, high : float or None
        None where it cannot be said; then the note tells why.
    note : str
        Empty where nothing need be said.
    """

    value: float | None
    low: float | None
    high: float | None
    note: str = ""

    def as_json(self) -> dict[str, float | str | None]:
        """Return it as reports have it; the note only where there is one."""
        told: dict[str, float | str | None] = {"value": self.value, "low": self.low, "high": self.high}
        return {**told, "note": self.note} if self.note else told


@dataclass(frozen=True, slots=True)
class Resampling:
    """How weeks are drawn.

    Parameters
    ----------
    draws : int
        How often; 1,000 or more where a bound is to be trusted.
    block_weeks : int
        Weeks in a row that are drawn together: 1, or 2 where an outcome takes 7 days.
    seed : int
        The same seed draws the same weeks.
    confidence : float
        Share of the draws between the bounds.
    """

    draws: int = 2_000
    block_weeks: int = 1
    seed: int = 7
    confidence: float = 0.95

    def weights(self, n_weeks: int) -> FloatArray:
        """Return how often each draw has each week, shape (draws, n_weeks); as many weeks as there are."""
        n_blocks = math.ceil(n_weeks / self.block_weeks)
        generator = np.random.default_rng(self.seed)
        starts = generator.integers(0, n_weeks, (self.draws, n_blocks, 1))
        weeks = (starts + np.arange(self.block_weeks)) % n_weeks
        weeks = weeks.reshape(self.draws, -1)[:, :n_weeks]
        cells = weeks + n_weeks * np.arange(self.draws)[:, None]
        counts = np.bincount(cells.ravel(), minlength=self.draws * n_weeks)
        return counts.reshape(self.draws, n_weeks).astype(np.float64)


def week_of(time_ms: IntArray) -> IntArray:
    """Return the number of the calendar week (from Monday, UTC) of each time, shape (n,)."""
    return (time_ms - _FIRST_MONDAY_MS) // _WEEK_MS


def weekly(week: IntArray, columns: Mapping[str, FloatArray], weeks: IntArray) -> dict[str, FloatArray]:
    """Return the sums of columns by week.

    Parameters
    ----------
    week : ndarray of int64, shape (n,)
        Of each row, see `week_of`; every one of them among `weeks`.
    columns : mapping of name to ndarray, shape (n,)
    weeks : ndarray of int64, shape (w,)
        The weeks to tell of, rising.

    Returns
    -------
    dict of name to ndarray, shape (w,)
        Zero in a week without rows.
    """
    place = np.searchsorted(weeks, week)
    n = len(weeks)
    return {name: np.bincount(place, column, n).astype(np.float64) for name, column in columns.items()}


def intervals(
    sums: Sums, statistics: Mapping[str, Statistic], n: int, resampling: Resampling
) -> dict[str, Interval]:
    """Return each figure with its interval, all from the same draws.

    Parameters
    ----------
    sums : Sums
        By week, shape (w, ...).
    statistics : mapping of name to Statistic
    n : int
        Observations behind the figures; under 30 there is none.
    resampling : Resampling
    """
    drawn = _drawn(sums, resampling)
    return {name: _interval(f(_total(sums)), f(drawn), sums, n, resampling) for name, f in statistics.items()}


def paired_intervals(
    sums: Sums, others: Sums, statistics: Mapping[str, Statistic], n: int, resampling: Resampling
) -> dict[str, Interval]:
    """Return each figure of `sums` minus that of `others`, both from the same draws of the same weeks.

    Parameters
    ----------
    n : int
        Observations of the side that has fewer.
    """
    drawn, other = _drawn(sums, resampling), _drawn(others, resampling)
    found = {}
    for name, f in statistics.items():
        value = f(_total(sums)) - f(_total(others))
        found[name] = _interval(value, f(drawn) - f(other), sums, n, resampling)
    return found


def _total(sums: Sums) -> Sums:
    return {name: column.sum(axis=0, keepdims=True) for name, column in sums.items()}


def _drawn(sums: Sums, resampling: Resampling) -> Sums:
    n_weeks = _n_weeks(sums)
    if n_weeks < FEWEST_WEEKS:
        return _total(sums)
    weights = resampling.weights(n_weeks)
    return {name: np.tensordot(weights, column, axes=1) for name, column in sums.items()}


def _n_weeks(sums: Sums) -> int:
    return len(next(iter(sums.values())))


def _interval(value: FloatArray, drawn: FloatArray, sums: Sums, n: int, resampling: Resampling) -> Interval:
    if n < FEWEST:
        return Interval(None, None, None, f"Only {n} observations; a figure is given from {FEWEST} on.")
    if not np.isfinite(value[0]):
        return Interval(None, None, None, "Not defined: what it is divided by is zero.")
    if _n_weeks(sums) < FEWEST_WEEKS:
        note = f"Only {_n_weeks(sums)} weeks; bounds are given from {FEWEST_WEEKS} on."
        return Interval(float(value[0]), None, None, note)
    told = drawn[np.isfinite(drawn)]
    if 2 * len(told) < len(drawn):
        return Interval(float(value[0]), None, None, "Not defined in most draws of weeks: no bounds.")
    tail = (1.0 - resampling.confidence) / 2.0
    low, high = np.quantile(told, (tail, 1.0 - tail))
    return Interval(float(value[0]), float(low), float(high))


def ratio(amount: FloatArray, unit: FloatArray) -> FloatArray:
    """Return ``amount / unit``; NaN where the unit is zero."""
    quotient = np.full(np.shape(unit), np.nan)
    np.divide(amount, unit, out=quotient, where=unit != 0.0)
    return quotient
