"""Swing highs and lows, each known only once enough bars have passed to confirm it."""

from dataclasses import dataclass

import numpy as np
import talib

from workstation.domain.candle import CandleColumns, FloatArray

CONFIRM_BARS = 6
REMEMBERED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Swings:
    """The newest confirmed swings as they stood at each bar.

    Parameters
    ----------
    highs, lows : ndarray of float64, shape (REMEMBERED, n)
        Prices; row 0 the newest; NaN where there were not so many yet.
    """

    highs: FloatArray
    lows: FloatArray

    @property
    def levels(self) -> FloatArray:
        """Highs and lows together, shape (2 * REMEMBERED, n): what stopped price once may do so again."""
        return np.concatenate((self.highs, self.lows))


def confirmed_swings(candles: CandleColumns) -> Swings:
    """Return the swings known at each bar.

    A swing high is a high that none of the 6 bars before exceeds and all 6 after fall short of. It is known
    at the close of the sixth bar after it, never at the pivot itself.
    """
    return Swings(_newest(candles.high), -_newest(-candles.low))


def _newest(high: FloatArray) -> FloatArray:
    """Return the newest confirmed swing highs at each bar, shape (REMEMBERED, n)."""
    n = len(high)
    if n <= 2 * CONFIRM_BARS:
        return np.full((REMEMBERED, n), np.nan)
    pivot = high[: n - CONFIRM_BARS]
    around = talib.MAX(high, 2 * CONFIRM_BARS + 1)[CONFIRM_BARS:]
    after = talib.MAX(high, CONFIRM_BARS)[CONFIRM_BARS:]
    is_swing = (pivot == around) & (after < pivot)
    known = np.concatenate((np.zeros(CONFIRM_BARS, np.int64), np.cumsum(is_swing)))
    prices = np.concatenate((np.full(REMEMBERED, np.nan), pivot[is_swing]))
    return prices[known - 1 - np.arange(REMEMBERED)[:, None] + REMEMBERED]
