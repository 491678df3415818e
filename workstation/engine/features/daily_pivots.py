"""Classic pivots: levels that floor traders drew each morning from the day before."""

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.features.columns import CLOSE, HIGH, LOW
from workstation.engine.features.compiled import compiled

DAY_HIGH, DAY_LOW, DAY_IS_WHOLE, PIVOT, RESISTANCE, SUPPORT = range(6)
N_COLUMNS = 6

DAY_MS = 86_400_000


@compiled
def fill_pivots(times: IntArray, base: FloatArray, days: FloatArray, lo: int, hi: int) -> None:
    """Fill the pivots that hold at each bar: from high, low and close of the UTC day before its own.

    The day before is the newest earlier one that has bars, for bars of a day or longer the bar before. A day
    whose beginning was not seen gives no pivots.

    Parameters
    ----------
    days : ndarray, shape (N_COLUMNS, n)
        Filled; prices in quote currency.

    References
    ----------
    ``P = (high + low + close) / 3``, ``R1 = 2 P - low``, ``S1 = 2 P - high``.
    """
    for i in range(lo, hi):
        if i == 0:
            _begin_day(base, days, i)
            days[DAY_IS_WHOLE, i] = 1.0 if times[i] % DAY_MS == 0 else 0.0
            days[PIVOT, i] = days[RESISTANCE, i] = days[SUPPORT, i] = np.nan
        elif times[i] // DAY_MS != times[i - 1] // DAY_MS:
            _begin_day(base, days, i)
            days[DAY_IS_WHOLE, i] = 1.0
            _close_day(base, days, i)
        else:
            days[DAY_HIGH, i] = max(days[DAY_HIGH, i - 1], base[HIGH, i])
            days[DAY_LOW, i] = min(days[DAY_LOW, i - 1], base[LOW, i])
            for column in range(DAY_IS_WHOLE, N_COLUMNS):
                days[column, i] = days[column, i - 1]


@compiled
def _begin_day(base: FloatArray, days: FloatArray, i: int) -> None:
    days[DAY_HIGH, i], days[DAY_LOW, i] = base[HIGH, i], base[LOW, i]


@compiled
def _close_day(base: FloatArray, days: FloatArray, i: int) -> None:
    """Fill the pivots of the day that ended with the bar before row `i`."""
    high, low = days[DAY_HIGH, i - 1], days[DAY_LOW, i - 1]
    pivot = (high + low + base[CLOSE, i - 1]) / 3.0 if days[DAY_IS_WHOLE, i - 1] else np.nan
    days[PIVOT, i] = pivot
    days[RESISTANCE, i] = 2.0 * pivot - low
    days[SUPPORT, i] = 2.0 * pivot - high
