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
SIGMA_24 = 25  # standard deviation of one-bar log returns
SIGMA_168 = 26
SIGMA_720 = 27
HIGH_24 = 28  # greatest high, and so on
HIGH_168 = 29
LOW_24 = 30
LOW_168 = 31
DOLLAR_24 = 32  # dollar volume of the bars together
DOLLAR_168 = 33
_PARTS = 34  # what the windows of each remember
_SIGMA_PARTS = 40
N_COLUMNS = 49

_TWO_WINDOWS = (24, 168)
LOOKS_BACK = (
    *((_PARTS + k, _TWO_WINDOWS[k % 2] - 1) for k in range(6)),
    *((_SIGMA_PARTS + k, (23, 167, 719)[k // 3]) for k in range(9) if k % 3 < 2),
)
"""Columns of which a bar reads an old row as well as the newest, and how many bars back."""

_SIGMAS = ((SIGMA_24, 24), (SIGMA_168, 168), (SIGMA_720, 720))

ATR_WARMUP = 280
"""Bars until where the average began no longer shows in its first nine digits: ``ln(1e-9) / ln(13 / 14)``."""

STILL = 1e-9
"""Average true range, as a fraction of the price, up to which a market does not move."""

KEPT_ROWS = 896
"""Rows that must stand before a row: no window of any data point reaches further back."""


@compiled
def fill(base: FloatArray, first_row: int, lo: int, hi: int) -> None:
    """Fill the derived columns of rows ``lo..hi-1`` from the given ones.

    Parameters
    ----------
    base : ndarray of float64, shape (N_COLUMNS, n)
        The first `N_GIVEN` columns are read, the others written.
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
    parts = base[_PARTS:_SIGMA_PARTS]
    for k, window in enumerate(_TWO_WINDOWS):
        window_max(base[HIGH], parts[k], base[HIGH_24 + k], window, first_row, lo, hi)
        window_min(base[LOW], parts[2 + k], base[LOW_24 + k], window, first_row, lo, hi)
        window_sum(base[DOLLAR], parts[4 + k], base[DOLLAR_24 + k], window, first_row, lo, hi)
    for k, (sigma, window) in enumerate(_SIGMAS):
        parts = base[_SIGMA_PARTS + 3 * k : _SIGMA_PARTS + 3 * k + 3]
        window_deviation(base[RETURN], base[RETURN_SQUARE], parts, base[sigma], window, first_row, lo, hi)


@compiled
def in_atr(base: FloatArray, amount: float, row: int) -> float:
    """Return an amount of quote currency in average true ranges; NaN in a market that does not move.

    In a market that fell asleep the average range halves every ten bars for ever, and what is left of
    amounts is rounding: below a billionth of the price there is no range to measure by.
    """
    atr = base[ATR, row]
    return amount / atr if atr > STILL * base[CLOSE, row] else np.nan
