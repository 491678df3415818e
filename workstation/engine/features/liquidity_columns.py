"""The columns of the liquidity family: what it costs to trade, told by the candles alone; see `liquidity`."""

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.features.columns import (
    CLOSE,
    DOLLAR,
    DOLLAR_24,
    DOLLAR_168,
    HIGH,
    LOG_CLOSE,
    LOG_DOLLAR,
    LOG_DOLLAR_SQUARE,
    LOW,
    RETURN,
    TRUE_RANGE,
)
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import bounded, deviation, ratio, window_sum

(
    AMIHUD_24,
    AMIHUD_168,
    AMIHUD_CHANGE,
    HALF_AMIHUD_168,
    SPREAD_24,
    SPREAD_CHANGE,
    CLOSE_SPREAD_24,
    ROLL_SPREAD_48,
    LAMBDA_168,
    DOLLAR_Z_720,
    ZERO_SHARE_168,
    RANGE_PER_DOLLAR_24,
    DOLLAR_VARIATION_168,
) = range(13)
(
    PRICE_OF_DOLLAR,  # absolute log return over dollar volume, 0 where nothing traded
    TRADED,  # 1 where anything traded
    UP_PRICE,  # `PRICE_OF_DOLLAR` of rising bars, else 0
    ROSE,  # 1 in bars that rose on trade
    DOWN_PRICE,
    FELL,
    LOG_HIGH,
    LOG_LOW,
    SPREAD,  # Corwin and Schultz's, of this bar and the one before, fraction
    CLOSE_SPREAD,  # Abdi and Ranaldo's, fraction
    BOUNCE,  # return times the one before
    SIGNED_ROOT,  # square root of dollar volume, with the return's sign
    ROOT_RETURN,
    ROOT_SQUARE,
    DOLLAR_SQUARE,
    SPAN,  # true range over the close, fraction
    PRICE_24,
    PRICE_168,
    TRADED_24,
    TRADED_168,
    UP_168,
    ROSE_168,
    DOWN_168,
    FELL_168,
    SPREAD_SUM_24,
    SPREAD_SUM_168,
    CLOSE_SPREAD_SUM_24,
    BOUNCE_48,
    ROOT_168,
    ROOT_RETURN_168,
    ROOT_SQUARE_168,
    DOLLAR_SQUARE_168,
    SPAN_24,
    LOG_DOLLAR_24,
    LOG_DOLLAR_720,
    LOG_DOLLAR_SQUARE_720,
) = range(13, 49)
N_COLUMNS = 49

MOST_Z = 1_000.0
MOST_SPREAD = 1e5  # basis points

_BP = 1e4
_MILLION = 1e6
_CORWIN = 3.0 - 2.0 * np.sqrt(2.0)
_SUMS = (
    (LOG_DOLLAR, LOG_DOLLAR_24, 24),
    (LOG_DOLLAR, LOG_DOLLAR_720, 720),
    (LOG_DOLLAR_SQUARE, LOG_DOLLAR_SQUARE_720, 720),
)
_OWN_SUMS = (
    (PRICE_OF_DOLLAR, PRICE_24, 24),
    (PRICE_OF_DOLLAR, PRICE_168, 168),
    (TRADED, TRADED_24, 24),
    (TRADED, TRADED_168, 168),
    (UP_PRICE, UP_168, 168),
    (ROSE, ROSE_168, 168),
    (DOWN_PRICE, DOWN_168, 168),
    (FELL, FELL_168, 168),
    (SPREAD, SPREAD_SUM_24, 24),
    (SPREAD, SPREAD_SUM_168, 168),
    (CLOSE_SPREAD, CLOSE_SPREAD_SUM_24, 24),
    (BOUNCE, BOUNCE_48, 48),
    (SIGNED_ROOT, ROOT_168, 168),
    (ROOT_RETURN, ROOT_RETURN_168, 168),
    (ROOT_SQUARE, ROOT_SQUARE_168, 168),
    (DOLLAR_SQUARE, DOLLAR_SQUARE_168, 168),
    (SPAN, SPAN_24, 24),
)
WINDOWS = tuple(window for _, _, window in _SUMS + _OWN_SUMS)
N_PARTS = sum(WINDOWS)


@compiled
def rows(
    times: IntArray,
    base: FloatArray,
    out: FloatArray,
    parts: FloatArray,
    first_row: int,
    lo: int,
    hi: int,
) -> None:
    """Fill rows ``lo..hi-1``; see `factor_family.RowKernel`."""
    for i in range(lo, hi):
        _prices_of_dollars(base, out, i)
        _spreads(base, out, i)
    start = 0
    for given, total, window in _SUMS:
        window_sum(base[given], parts[start:], out[total], window, first_row, lo, hi)
        start += window
    for own, total, window in _OWN_SUMS:
        window_sum(out[own], parts[start:], out[total], window, first_row, lo, hi)
        start += window
    for i in range(lo, hi):
        _impact_points(base, out, i)
        _spread_points(base, out, i)
        _depth_points(base, out, i)


@compiled
def _prices_of_dollars(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill how far each bar moved for what was paid in it."""
    paid, step = base[DOLLAR, i], base[RETURN, i]
    moved = abs(step) / paid if paid > 0.0 else 0.0 * step
    traded = 1.0 + 0.0 * step if paid > 0.0 else 0.0 * step
    rose, fell = traded * (step > 0.0), traded * (step < 0.0)
    out[PRICE_OF_DOLLAR, i], out[TRADED, i] = moved, traded
    out[UP_PRICE, i], out[ROSE, i] = moved * rose, rose
    out[DOWN_PRICE, i], out[FELL, i] = moved * fell, fell
    root = np.sqrt(paid) * np.sign(step)
    out[SIGNED_ROOT, i] = root
    out[ROOT_RETURN, i] = root * step
    out[ROOT_SQUARE, i] = root * root
    out[DOLLAR_SQUARE, i] = paid * paid
    out[SPAN, i] = base[TRUE_RANGE, i] / base[CLOSE, i]


@compiled
def _spreads(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill what highs and lows of this bar and the one before say about the spread."""
    high, low = np.log(base[HIGH, i]), np.log(base[LOW, i])
    out[LOG_HIGH, i], out[LOG_LOW, i] = high, low
    if i == 0:
        out[SPREAD, i] = out[CLOSE_SPREAD, i] = out[BOUNCE, i] = np.nan
        return
    before, high_before, low_before = base[LOG_CLOSE, i - 1], out[LOG_HIGH, i - 1], out[LOG_LOW, i - 1]
    middle, middle_before = (high + low) / 2.0, (high_before + low_before) / 2.0
    out[CLOSE_SPREAD, i] = 2.0 * np.sqrt(max((before - middle_before) * (before - middle), 0.0))
    out[BOUNCE, i] = base[RETURN, i] * base[RETURN, i - 1]
    gap = max(low - before, 0.0) - max(before - high, 0.0)  # what the price jumped by is no spread
    out[SPREAD, i] = high_low_spread(high_before, low_before, high - gap, low - gap)


@compiled
def high_low_spread(high_before: float, low_before: float, high: float, low: float) -> float:
    """Return Corwin and Schultz's spread of two bars, from logs of highs and lows; a fraction, >= 0."""
    span, span_before = high - low, high_before - low_before
    both = max(high, high_before) - min(low, low_before)
    single = span * span + span_before * span_before
    alpha = (np.sqrt(2.0 * single) - np.sqrt(single)) / _CORWIN - both / np.sqrt(_CORWIN)
    spread: float = 2.0 * np.tanh(alpha / 2.0)
    return max(spread, 0.0)


@compiled
def _impact_points(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill the points that ask how far money moves the price."""
    day, week = ratio(out[PRICE_24, i], out[TRADED_24, i]), ratio(out[PRICE_168, i], out[TRADED_168, i])
    out[AMIHUD_24, i] = np.log10(_BP * _MILLION * day)
    out[AMIHUD_168, i] = np.log10(_BP * _MILLION * week)
    out[AMIHUD_CHANGE, i] = out[AMIHUD_24, i] - out[AMIHUD_168, i]
    up, down = ratio(out[UP_168, i], out[ROSE_168, i]), ratio(out[DOWN_168, i], out[FELL_168, i])
    out[HALF_AMIHUD_168, i] = np.log10(ratio(up, down))
    out[RANGE_PER_DOLLAR_24, i] = np.log10(_BP * _MILLION * ratio(out[SPAN_24, i], base[DOLLAR_24, i]))


@compiled
def _spread_points(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill the points that ask how far apart buyers and sellers stand."""
    out[SPREAD_24, i] = _BP * out[SPREAD_SUM_24, i] / 24.0
    out[SPREAD_CHANGE, i] = np.log10(ratio(out[SPREAD_SUM_24, i] / 24.0, out[SPREAD_SUM_168, i] / 168.0))
    out[CLOSE_SPREAD_24, i] = bounded(_BP * out[CLOSE_SPREAD_SUM_24, i] / 24.0, MOST_SPREAD)
    out[ROLL_SPREAD_48, i] = out[LAMBDA_168, i] = np.nan
    if i >= 49:
        closes = base[LOG_CLOSE]
        mean, mean_before = (closes[i] - closes[i - 48]) / 48.0, (closes[i - 1] - closes[i - 49]) / 48.0
        shared = out[BOUNCE_48, i] / 48.0 - mean * mean_before
        spread = 2.0 * _BP * np.sqrt(abs(shared))
        out[ROLL_SPREAD_48, i] = bounded(spread if shared < 0.0 else -spread, MOST_SPREAD)
    if i >= 168:
        mean = (base[LOG_CLOSE, i] - base[LOG_CLOSE, i - 168]) / 168.0
        shared = out[ROOT_RETURN_168, i] / 168.0 - mean * out[ROOT_168, i] / 168.0
        spread = deviation(out[ROOT_168, i], out[ROOT_SQUARE_168, i], 168)
        slope = ratio(shared, spread * spread)
        out[LAMBDA_168, i] = np.log10(_BP * np.sqrt(_MILLION) * slope) if slope > 0.0 else np.nan


@compiled
def _depth_points(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill the points that ask how much trades, and how steadily."""
    usual = out[LOG_DOLLAR_720, i]
    apart = deviation(usual, out[LOG_DOLLAR_SQUARE_720, i], 720)
    out[DOLLAR_Z_720, i] = bounded(ratio(out[LOG_DOLLAR_24, i] / 24.0 - usual / 720.0, apart), MOST_Z)
    out[ZERO_SHARE_168, i] = 1.0 - out[TRADED_168, i] / 168.0
    total = base[DOLLAR_168, i]
    apart = deviation(total, out[DOLLAR_SQUARE_168, i], 168)
    out[DOLLAR_VARIATION_168, i] = ratio(apart, total / 168.0)
