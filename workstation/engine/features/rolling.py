"""Sums over the last bars that never depend on where the history starts.

A running sum (add the new bar, subtract the old one) carries the rounding of every bar it ever saw: the same
window ends in other digits behind a longer history, and a burst of volume leaves dust that outlives it. Here
each window is added up afresh, in a fixed order, in ``2 * log2(window)`` vector additions.
"""

import numpy as np

from workstation.domain.candle import FloatArray


def shifted(values: FloatArray, bars: int) -> FloatArray:
    """Return the values of `bars` bars ago, shape (n,); NaN while there is no such bar."""
    out = np.full_like(values, np.nan)
    out[bars:] = values[: len(values) - bars] if bars <= len(values) else values[:0]
    return out


def window_sum(values: FloatArray, window: int) -> FloatArray:
    """Return the sum of the last `window` bars.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Oldest first; a NaN makes every window that holds it unknown.
    window : int
        Bars; ``window >= 1``.

    Returns
    -------
    ndarray, shape (n,)
        NaN while ``i < window - 1``. Never negative where no value is.
    """
    doubled, width = values, 1
    total: FloatArray | None = None
    covered = 0
    while True:
        if window & width:
            total = doubled if total is None else doubled + shifted(total, width)
            covered += width
        if covered == window:
            return total if total is not None and total is not values else values.copy()
        doubled = doubled + shifted(doubled, width)
        width *= 2


def window_mean(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of the last `window` bars, shape (n,); NaN while ``i < window - 1``."""
    return window_sum(values, window) / window


def window_deviation(values: FloatArray, window: int) -> FloatArray:
    """Return the standard deviation of the last `window` bars, shape (n,), dividing by `window`.

    Exactly zero, never a rounding error, where the variance is lost in the digits of the mean square.
    """
    mean = window_mean(values, window)
    mean_square = window_mean(values * values, window)
    variance = mean_square - mean * mean
    variance[variance < 1e-12 * mean_square] = 0.0
    return np.sqrt(variance)
