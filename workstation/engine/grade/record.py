"""A grade's own record: what coins with such a grade did next."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.ledger import LEAST_N, wilson_interval
from workstation.engine.grade.panel import HORIZONS_MS, MIN_COINS

N_BANDS = 10
BAND_WIDTH = 10
CRASH = -0.2
"""Return over seven days at or below which a coin has crashed."""

_WEEK = 1  # column of the seven days in a panel's outcomes


@dataclass(frozen=True, slots=True)
class BandRecord:
    """What coins whose grade lay in a band did in the seven days after.

    Parameters
    ----------
    low, high : int
        Grades ``low <= grade < high``, the last band with 100.
    n : int
        Coins at closes at least seven days apart, so that no move counts twice.
    n_beat : int
        Those that did better than the median coin of their close.
    beats_median, beats_median_low, beats_median_high : float
        Their share, 0..1, and Wilson's 95 % interval. Coins of one week move together: the true interval is
        wider.
    median_return : float
        Fraction; NaN where ``n == 0``.
    crash_rate, crash_low, crash_high : float
        Share that fell by 20 % or more, 0..1, and Wilson's 95 % interval.
    """

    low: int
    high: int
    n: int
    n_beat: int
    beats_median: float
    beats_median_low: float
    beats_median_high: float
    median_return: float
    crash_rate: float
    crash_low: float
    crash_high: float

    @property
    def note(self) -> str:
        """What must be said beside the figures; empty where there are enough coins."""
        if self.n >= LEAST_N:
            return ""
        coins = "coin" if self.n == 1 else "coins"
        return f"Only {self.n} {coins} had such a grade; fewer than {LEAST_N} prove nothing."


def record(values: FloatArray, outcomes: FloatArray, close_ms: IntArray) -> tuple[BandRecord, ...]:
    """Return the record of each band of ten, from the lowest.

    Parameters
    ----------
    values : ndarray of float64, shape (n_closes, n_coins)
        Grades, 0..100, given without knowledge of what followed; NaN where there was none.
    outcomes : ndarray of float64, shape (n_closes, n_coins, 2)
        Of the `MeasuredPanel`.
    close_ms : ndarray of int64, shape (n_closes,)
        UTC milliseconds, rising.

    Closes with fewer than twelve coins whose outcome is known are left out.
    """
    bands, returns, beat = _collected(values, outcomes[..., _WEEK], _weeks_apart(close_ms))
    return tuple(_band(k, returns[bands == k], beat[bands == k]) for k in range(N_BANDS))


def band_of(value: float) -> int:
    """Return which band of `record` a grade lies in, 0..9."""
    return min(int(value) // BAND_WIDTH, N_BANDS - 1)


def _weeks_apart(close_ms: IntArray) -> IntArray:
    kept: list[int] = []
    for row, close in enumerate(close_ms.tolist()):
        if not kept or close >= int(close_ms[kept[-1]]) + HORIZONS_MS[_WEEK]:
            kept.append(row)
    return np.array(kept, np.int64)


def _collected(
    values: FloatArray, returns: FloatArray, rows: IntArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return band, return and whether it beat the median of its close, of every coin that was graded."""
    bands, found, beat = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0)]
    for row in rows.tolist():
        known = np.isfinite(values[row]) & np.isfinite(returns[row])
        if known.sum() < MIN_COINS:
            continue
        week = returns[row, known]
        bands.append(np.minimum(np.round(values[row, known]) // BAND_WIDTH, N_BANDS - 1).astype(np.int64))
        found.append(week)
        beat.append((week > np.median(week)).astype(np.float64))
    return np.concatenate(bands), np.concatenate(found), np.concatenate(beat)


def _band(k: int, returns: FloatArray, beat: FloatArray) -> BandRecord:
    n, n_beat, n_crashed = len(returns), int(beat.sum()), int((returns <= CRASH).sum())
    beats_low, beats_high = wilson_interval(n_beat, n)
    crash_low, crash_high = wilson_interval(n_crashed, n)
    return BandRecord(
        low=k * BAND_WIDTH,
        high=(k + 1) * BAND_WIDTH,
        n=n,
        n_beat=n_beat,
        beats_median=n_beat / n if n else np.nan,
        beats_median_low=beats_low,
        beats_median_high=beats_high,
        median_return=float(np.median(returns)) if n else np.nan,
        crash_rate=n_crashed / n if n else np.nan,
        crash_low=crash_low,
        crash_high=crash_high,
    )
