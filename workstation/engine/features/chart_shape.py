"""The shape of the chart: compression, swings, and how a week of returns is made."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features import candlesticks
from workstation.engine.features.analogues import N_FACTS
from workstation.engine.features.columns import (
    BTC_RETURN,
    CLOSE,
    HIGH,
    HIGH_24,
    HIGH_168,
    LOG_CLOSE,
    LOW,
    LOW_24,
    LOW_168,
    RETURN,
    RETURN_SQUARE,
    SIGMA_24,
    SIGMA_168,
    SIGMA_720,
    TRUE_RANGE,
)
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import ratio, window_sum

(
    COMPRESSION,
    BAND_WIDTH_RANK,
    RANGE_RANK,
    INSIDE_BARS_24,
    HIGHER_LOWS,
    LOWER_HIGHS,
    VOLATILITY_SHIFT,
    VOLATILITY_REGIME,
    BTC_CORRELATION,
    DOWNSIDE_SHARE,
    SKEW,
) = range(candlesticks.N_POINTS, candlesticks.N_POINTS + 11)
FIRST_FACT = candlesticks.N_POINTS + 11
_OWN = FIRST_FACT + N_FACTS
BAND_WIDTH, MEAN_RANGE, LOW_AGE, HIGH_AGE, BTC_SQUARE, BTC_PRODUCT, FALL_SQUARE, CUBE = range(_OWN, _OWN + 8)
CANDLES = _OWN + 8
N_COLUMNS = CANDLES + candlesticks.N_KEPT
"""The data points of the family, in their order, and after them what is kept beside them."""

WINDOWS = (168, 168, 168, 168, 168)
N_PARTS = sum(WINDOWS)

RANKED = 336
"""Bars among which the width of the bands and the range are ranked."""

CONFIRM_BARS = 6
"""Bars after a swing that confirm it."""

SWING_REACH = 336
"""Bars back in which swings are compared."""


@compiled
def rows(base: FloatArray, out: FloatArray, parts: FloatArray, first_row: int, lo: int, hi: int) -> None:
    """Fill rows ``lo..hi-1`` of the shapes; the facts are filled afterwards."""
    _widths(base, out, lo, hi)
    _swings(base[LOW], out[LOW_AGE], 1.0, lo, hi)
    _swings(base[HIGH], out[HIGH_AGE], -1.0, lo, hi)
    _shapes(base, out, lo, hi)
    _moments(base, out, parts, first_row, lo, hi)


@compiled
def _widths(base: FloatArray, out: FloatArray, lo: int, hi: int) -> None:
    """Fill what is ranked: Bollinger's width of 20 bars and the mean true range of 24, against the close."""
    for i in range(lo, hi):
        if i < 24:
            out[BAND_WIDTH, i] = out[MEAN_RANGE, i] = np.nan
            continue
        anchor = base[CLOSE, i]
        a = b = square_a = square_b = 0.0
        for k in range(i - 9, i + 1):
            x, y = base[CLOSE, k] / anchor - 1.0, base[CLOSE, k - 10] / anchor - 1.0
            a += x
            b += y
            square_a += x * x
            square_b += y * y
        mean = (a + b) / 20.0
        variance = max((square_a + square_b) / 20.0 - mean * mean, 0.0)
        out[BAND_WIDTH, i] = np.sqrt(variance) / (1.0 + mean)
        a = b = 0.0
        for k in range(i - 11, i + 1):
            a += base[TRUE_RANGE, k]
            b += base[TRUE_RANGE, k - 12]
        out[MEAN_RANGE, i] = (a + b) / anchor


@compiled
def _swings(x: FloatArray, age: FloatArray, sign: float, lo: int, hi: int) -> None:
    """Fill how many bars ago the newest confirmed swing low was (high, where `sign` is -1); NaN for none.

    None of the six bars before a swing is lower, and all six after it are higher.
    """
    for i in range(lo, hi):
        age[i] = age[i - 1] + 1.0 if i > 0 else np.nan
        pivot = i - CONFIRM_BARS
        if pivot < CONFIRM_BARS:
            continue
        is_swing = True
        for k in range(1, CONFIRM_BARS + 1):
            here = sign * x[pivot]
            is_swing &= here <= sign * x[pivot - k] and here < sign * x[pivot + k]
        if is_swing:
            age[i] = 1.0 * CONFIRM_BARS


@compiled
def _steps(x: FloatArray, age: FloatArray, i: int) -> float:
    """Return how many of the newest two steps from swing to swing go up, less those that go down.

    When a swing was made, the newest one confirmed then is the swing before it: no two overlap.
    """
    newest = np.nan
    total, back = 0.0, 0
    for k in range(3):
        if not age[i - back] <= SWING_REACH - back:
            return np.nan
        back += int(age[i - back])
        if k > 0:
            total += np.sign(newest - x[i - back])
        newest = x[i - back]
    return total


@compiled
def _rank(x: FloatArray, i: int) -> float:
    """Return the share of the bars before, of `RANKED`, that lie below, equals half; NaN while too few."""
    if i < RANKED + 23:
        return np.nan
    window, here = x[i - RANKED + 1 : i], x[i]
    below = up_to = 0
    for k in range(len(window)):
        below += window[k] < here
        up_to += window[k] <= here
    return (below + up_to) / (2.0 * (RANKED - 1))


@compiled
def _shapes(base: FloatArray, out: FloatArray, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        day, week = base[HIGH_24, i] - base[LOW_24, i], base[HIGH_168, i] - base[LOW_168, i]
        out[COMPRESSION, i] = ratio(day, week)
        out[BAND_WIDTH_RANK, i] = _rank(out[BAND_WIDTH], i)
        out[RANGE_RANK, i] = _rank(out[MEAN_RANGE], i)
        inside = out[INSIDE_BARS_24, i - 1] if i > 0 else 0.0
        gone = _is_inside(base, i - 24) if i > 24 else 0.0
        out[INSIDE_BARS_24, i] = inside + (_is_inside(base, i) - gone)
        out[HIGHER_LOWS, i] = _steps(base[LOW], out[LOW_AGE], i)
        out[LOWER_HIGHS, i] = -_steps(base[HIGH], out[HIGH_AGE], i)
        out[VOLATILITY_SHIFT, i] = np.log(ratio(base[SIGMA_24, i], base[SIGMA_168, i]))
        out[VOLATILITY_REGIME, i] = np.log(ratio(base[SIGMA_168, i], base[SIGMA_720, i]))


@compiled
def _is_inside(base: FloatArray, i: int) -> float:
    if i < 1:
        return 0.0
    high, low = base[HIGH, i], base[LOW, i]
    before_high, before_low = base[HIGH, i - 1], base[LOW, i - 1]
    is_inside = high <= before_high and low >= before_low and high - low < before_high - before_low
    return 1.0 if is_inside else 0.0


@compiled
def _moments(base: FloatArray, out: FloatArray, parts: FloatArray, first_row: int, lo: int, hi: int) -> None:
    """Fill what a week of returns adds up to: alone, and against Bitcoin's, both one bar ago."""
    for i in range(lo, hi):
        step, other = base[RETURN, i], base[BTC_RETURN, i]
        before = base[RETURN, i - 1] if i > 0 else np.nan
        out[CUBE, i] = step * step * step
        out[FALL_SQUARE, i] = base[RETURN_SQUARE, i] if not step >= 0.0 else 0.0
        out[BTC_SQUARE, i], out[BTC_PRODUCT, i] = other * other, before * other
    btc_square, btc = out[FIRST_FACT], out[FIRST_FACT + 1]  # the facts' columns lend their room
    window_sum(out[CUBE], parts, out[SKEW], 168, first_row, lo, hi)
    window_sum(out[FALL_SQUARE], parts[168:], out[DOWNSIDE_SHARE], 168, first_row, lo, hi)
    window_sum(out[BTC_PRODUCT], parts[2 * 168 :], out[BTC_CORRELATION], 168, first_row, lo, hi)
    window_sum(out[BTC_SQUARE], parts[3 * 168 :], btc_square, 168, first_row, lo, hi)
    window_sum(base[BTC_RETURN], parts[4 * 168 :], btc, 168, first_row, lo, hi)
    for i in range(lo, hi):
        if i < 169:
            out[SKEW, i] = out[DOWNSIDE_SHARE, i] = out[BTC_CORRELATION, i] = np.nan
            continue
        sigma, mean = base[SIGMA_168, i], (base[LOG_CLOSE, i] - base[LOG_CLOSE, i - 168]) / 168.0
        square = sigma * sigma + mean * mean
        third = out[SKEW, i] / 168.0 - 3.0 * mean * square + 2.0 * mean * mean * mean
        out[SKEW, i] = ratio(third, sigma * sigma * sigma) if sigma > 1e-3 * abs(mean) else np.nan
        out[DOWNSIDE_SHARE, i] = min(ratio(out[DOWNSIDE_SHARE, i], 168.0 * square), 1.0)
        sums = out[BTC_CORRELATION, i], btc_square[i], btc[i]
        out[BTC_CORRELATION, i] = _correlation(base, i - 1, sums)


@compiled
def _correlation(base: FloatArray, i: int, sums: tuple[float, float, float]) -> float:
    """Return the correlation of the 168 returns up to row `i` with Bitcoin's, -1..1."""
    product, square, total = sums
    mean, btc_mean = (base[LOG_CLOSE, i] - base[LOG_CLOSE, i - 168]) / 168.0, total / 168.0
    variance = square / 168.0 - btc_mean * btc_mean
    if not variance > 1e-9 * square:
        return np.nan
    shared = product / 168.0 - mean * btc_mean
    return max(-1.0, min(ratio(shared, base[SIGMA_168, i] * np.sqrt(variance)), 1.0))
