"""The columns that every family reads: the candles, what the market around did, and what both imply.

One row a bar. `fill` computes rows ``lo..hi-1`` from the candles and the market; see `kernels` for how rows
and positions are counted.
"""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import wilder, window_deviation, window_max, window_min, window_sum

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
BTC_RETURN = 5  # log return of Bitcoin over the bar before this one
MARKET_RETURN = 6  # mean log return of all coins over the bar before
BREADTH = 7  # share of coins whose close before was above that of 24 bars earlier, 0..1
DISPERSION = 8  # standard deviation of the coins' log returns over the 24 bars before
BTC_SHARE = 9  # share of the market's dollar volume that Bitcoin had over the 24 bars before, 0..1
ANALOGUE_OUTCOME = 10  # what the most similar past windows were followed by, and so on: see `analogues`
ANALOGUE_UP_SHARE = 11
ANALOGUE_DISPERSION = 12
ANALOGUE_DISTANCE = 13
ANALOGUE_MOMENTS = 14
ANALOGUE_AGE = 15
N_GIVEN = 16
"""What comes from outside: the candle, the market one bar ago (`market_context`), the past (`analogues`)."""

LOG_CLOSE = 16
RETURN = 17  # log return over the bar
RETURN_SQUARE = 18
DOLLAR = 19  # close times volume, quote currency
LOG_DOLLAR = 20  # log(1 + dollar)
LOG_DOLLAR_SQUARE = 21
TYPICAL = 22  # (high + low + close) / 3
TRUE_RANGE = 23
ATR = 24  # Wilder's average true range over 14 bars, quote currency
HIGH_24 = 25  # greatest high, and so on
HIGH_168 = 26
LOW_24 = 27
LOW_168 = 28
DOLLAR_24 = 29  # dollar volume of the bars together
DOLLAR_168 = 30
SIGMA_24 = 31  # standard deviation of one-bar log returns; after each the sum of their squares
SIGMA_168 = 33
SIGMA_720 = 35
N_COLUMNS = 37

_TWO_WINDOWS = (24, 168)
_SIGMAS = ((SIGMA_24, 24), (SIGMA_168, 168), (SIGMA_720, 720))
WINDOWS = (24, 24, 24, 168, 168, 168, 24, 24, 168, 168, 720, 720)
"""Bars of each window, in the order in which their parts are kept."""

N_PARTS = sum(WINDOWS)

ATR_WARMUP = 280
"""Bars until where the average began no longer shows in its first nine digits: ``ln(1e-9) / ln(13 / 14)``."""

STILL = 1e-9
"""Average true range, as a fraction of the price, up to which a market does not move."""

KEPT_ROWS = 896
"""Rows that must stand before a row: no window of any data point reaches further back."""


@compiled
def fill(base: FloatArray, parts: FloatArray, first_row: int, lo: int, hi: int) -> None:
    """Fill the derived columns of rows ``lo..hi-1`` from the given ones.

    Parameters
    ----------
    base : ndarray of float64, shape (N_COLUMNS, n)
        The first `N_GIVEN` columns are read, the others written.
    parts : ndarray of float64, shape (N_PARTS,)
        What the windows remember, see `kernels.window_sum`.
    """
    close, volume = base[CLOSE], base[VOLUME]
    for i in range(lo, hi):
        base[LOG_CLOSE, i] = np.log(close[i])
        step = base[LOG_CLOSE, i] - base[LOG_CLOSE, i - 1] if i > 0 else np.nan
        base[RETURN, i] = step
        base[RETURN_SQUARE, i] = step * step
        paid = close[i] * volume[i]
        base[DOLLAR, i] = paid
        base[LOG_DOLLAR, i] = np.log1p(paid)
        base[LOG_DOLLAR_SQUARE, i] = base[LOG_DOLLAR, i] * base[LOG_DOLLAR, i]
        base[TYPICAL, i] = (base[HIGH, i] + base[LOW, i] + close[i]) / 3.0
        span = base[HIGH, i] - base[LOW, i]
        if i > 0:
            span = max(span, abs(base[HIGH, i] - close[i - 1]), abs(base[LOW, i] - close[i - 1]))
        base[TRUE_RANGE, i] = span
    wilder(base[TRUE_RANGE], base[ATR], 14, lo, hi)
    start = 0
    for k, window in enumerate(_TWO_WINDOWS):
        window_max(base[HIGH], parts[start:], base[HIGH_24 + k], window, first_row, lo, hi)
        window_min(base[LOW], parts[start + window :], base[LOW_24 + k], window, first_row, lo, hi)
        window_sum(base[DOLLAR], parts[start + 2 * window :], base[DOLLAR_24 + k], window, first_row, lo, hi)
        start += 3 * window
    for sigma, window in _SIGMAS:
        out = base[sigma : sigma + 2]
        window_deviation(base[RETURN], base[RETURN_SQUARE], parts[start:], out, window, first_row, lo, hi)
        start += 2 * window


@compiled
def in_atr(base: FloatArray, amount: float, row: int) -> float:
    """Return an amount of quote currency in average true ranges; NaN in a market that does not move.

    In a market that fell asleep the average range halves every ten bars for ever, and what is left of
    amounts is rounding: below a billionth of the price there is no range to measure by.
    """
    atr = base[ATR, row]
    return amount / atr if atr > STILL * base[CLOSE, row] else np.nan
