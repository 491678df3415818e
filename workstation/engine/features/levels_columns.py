"""The columns of the levels family: what stopped price before, and how far it is; see `levels`."""

from itertools import accumulate

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.features import daily_pivots
from workstation.engine.features.columns import (
    ATR,
    CLOSE,
    HIGH,
    HIGH_24,
    HIGH_168,
    LOW,
    LOW_24,
    LOW_168,
    TYPICAL,
    VOLUME,
    in_atr,
)
from workstation.engine.features.compiled import compiled, lent
from workstation.engine.features.daily_pivots import PIVOT, RESISTANCE, SUPPORT, fill_pivots
from workstation.engine.features.kernels import bounded, ratio, window_max, window_min, window_sum
from workstation.engine.features.swings import REMEMBERED, forget_swings, mark_swings, newest_swings
from workstation.engine.features.volume_profile import fill_profile

(
    RANGE_24,
    RANGE_168,
    HIGH_168_DISTANCE,
    LOW_168_DISTANCE,
    RESISTANCE_DISTANCE,
    SUPPORT_DISTANCE,
    RESISTANCE_TOUCHES,
    SUPPORT_TOUCHES,
    BREAKOUT,
    RETEST,
    STRUCTURE,
    VOLUME_NEAR_72,
    VOLUME_OVERHEAD_72,
    ROUND_NUMBER,
    ROOM,
    PIVOT_DISTANCE,
    PIVOT_R1_DISTANCE,
    PIVOT_S1_DISTANCE,
    POC_DISTANCE_168,
    VALUE_POSITION_168,
    VALUE_HEIGHT_168,
) = range(21)
(
    CLOSE_HIGH_24,
    CLOSE_LOW_24,
    LAST_HIGH,  # row at which the newest swing high was confirmed
    LAST_LOW,
    HELD,  # 1 where a broken swing high was touched and held
    REJECTED,  # 1 where a broken swing low was touched and held
    NEAREST_RESISTANCE,  # quote currency
    NEAREST_SUPPORT,
    VOLUME_72,
    POC,
    VALUE_LOW,
    VALUE_HIGH,
    DAYS,
) = range(21, 34)
N_COLUMNS = DAYS + daily_pivots.N_COLUMNS
WINDOWS = (24, 24, 72)
_HIGH_PARTS, _LOW_PARTS, _VOLUME_PARTS, N_PARTS = accumulate((0, *WINDOWS))

MOST = 1_000.0
"""Average true ranges; whatever lies further away is said to be this far."""

TOUCH_ATR = 0.5
"""Two swings this close to each other, average true ranges, turned at the same level."""

_NEAR_ATR = 0.75
_PROFILE_BARS = 72
_RETEST_BARS = 6


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
    window_max(base[CLOSE], parts[_HIGH_PARTS:], out[CLOSE_HIGH_24], 24, first_row, lo, hi)
    window_min(base[CLOSE], parts[_LOW_PARTS:], out[CLOSE_LOW_24], 24, first_row, lo, hi)
    window_sum(base[VOLUME], parts[_VOLUME_PARTS:], out[VOLUME_72], _PROFILE_BARS, first_row, lo, hi)
    mark_swings(base[HIGH], out[LAST_HIGH], 1.0, first_row, lo, hi)
    mark_swings(base[LOW], out[LAST_LOW], -1.0, first_row, lo, hi)
    fill_pivots(times, base, out[DAYS:], lo, hi)
    fill_profile(base, base[LOW_168], base[HIGH_168], out[POC : VALUE_HIGH + 1], lo, hi)
    _swing_rows(base, out, np.empty((2, 2 * REMEMBERED)), first_row, lo, hi)
    for i in range(lo, hi):
        _range_points(base, out, i)
        _profile_points(base, out, i)


@compiled
def _swing_rows(
    base: FloatArray, out: FloatArray, known: FloatArray, first_row: int, lo: int, hi: int
) -> None:
    """Fill the points that read the remembered swings; `known` is room for their bars and their prices."""
    known = lent(known)
    turns, levels = known[0], known[1]
    high_turns, low_turns = turns[:REMEMBERED], turns[REMEMBERED:]
    highs, lows = levels[:REMEMBERED], levels[REMEMBERED:]
    high, low, last_high, last_low = base[HIGH], base[LOW], out[LAST_HIGH], out[LAST_LOW]
    for i in range(lo, hi):
        _remember(high, last_high, high_turns, highs, first_row, lo, i)
        _remember(low, last_low, low_turns, lows, first_row, lo, i)
        _swing_points(base, out, levels, i)


@compiled
def _remember(
    price: FloatArray,
    last: FloatArray,
    turns: FloatArray,
    levels: FloatArray,
    first_row: int,
    lo: int,
    i: int,
) -> None:
    """Bring the swings of the row before up to this one; the first row of a call reads them anew."""
    if i == lo or last[i] != last[i - 1]:
        newest_swings(price, last, turns, levels, first_row, i)
    else:
        forget_swings(turns, levels, i)


@compiled
def distance(base: FloatArray, amount: float, row: int) -> float:
    """Return an amount of quote currency in average true ranges, no further than `MOST`."""
    return bounded(in_atr(base, amount, row), MOST)


@compiled
def _range_points(base: FloatArray, out: FloatArray, i: int) -> None:
    close = base[CLOSE, i]
    out[RANGE_24, i] = ratio(close - base[LOW_24, i], base[HIGH_24, i] - base[LOW_24, i])
    out[RANGE_168, i] = ratio(close - base[LOW_168, i], base[HIGH_168, i] - base[LOW_168, i])
    out[HIGH_168_DISTANCE, i] = distance(base, base[HIGH_168, i] - close, i)
    out[LOW_168_DISTANCE, i] = distance(base, close - base[LOW_168, i], i)
    out[ROUND_NUMBER, i] = distance(base, nearest_round_number(close) - close, i)
    out[PIVOT_DISTANCE, i] = distance(base, close - out[DAYS + PIVOT, i], i)
    out[PIVOT_R1_DISTANCE, i] = distance(base, out[DAYS + RESISTANCE, i] - close, i)
    out[PIVOT_S1_DISTANCE, i] = distance(base, close - out[DAYS + SUPPORT, i], i)


@compiled
def nearest_round_number(price: float) -> float:
    """Return the nearest multiple of half the price's power of ten: 60,000 for 61,234, 65,000 for 63,000."""
    step = 10.0 ** np.floor(np.log10(price)) / 2.0
    nearest: float = np.rint(price / step) * step
    return nearest


@compiled
def _swing_points(base: FloatArray, out: FloatArray, levels: FloatArray, i: int) -> None:
    """Fill the points that read the remembered swings: highs, newest first, then lows."""
    close, reach = base[CLOSE, i], TOUCH_ATR * base[ATR, i]
    above, below = np.inf, -np.inf
    for k in range(2 * REMEMBERED):
        level = levels[k]
        above = level if (level > close) & (level < above) else above
        below = level if (level <= close) & (level > below) else below
    resistance, support = above if above < np.inf else np.nan, below if below > 0.0 else np.nan
    out[NEAREST_RESISTANCE, i], out[NEAREST_SUPPORT, i] = resistance, support
    out[RESISTANCE_DISTANCE, i] = distance(base, resistance - close, i)
    out[SUPPORT_DISTANCE, i] = distance(base, close - support, i)
    out[RESISTANCE_TOUCHES, i] = touches(levels, resistance, reach)
    out[SUPPORT_TOUCHES, i] = touches(levels, support, reach)
    out[ROOM, i] = _room(resistance - close, close - support)
    high, low = levels[0], levels[REMEMBERED]
    out[STRUCTURE, i] = np.sign(high - levels[1]) + np.sign(low - levels[REMEMBERED + 1])
    beyond = max(close - high, 0.0) - max(low - close, 0.0)
    out[BREAKOUT, i] = np.nan if np.isnan(high + low) else distance(base, beyond, i)
    _retest(base, out, high, low, i)


@compiled
def _room(overhead: float, under: float) -> float:
    """Return -1 at resistance to 1 at support; a side on which no swing is known is open."""
    if np.isnan(overhead):
        return 1.0 if not np.isnan(under) else np.nan
    return ratio(overhead - under, overhead + under) if not np.isnan(under) else -1.0


@compiled
def touches(levels: FloatArray, level: float, reach: float) -> float:
    """Return how many of the swings turned within `reach` of a level; NaN where either is unknown."""
    n = 0
    for k in range(len(levels)):
        n += abs(levels[k] - level) <= reach
    return 1.0 * n if n > 0 else np.nan


@compiled
def _retest(base: FloatArray, out: FloatArray, high: float, low: float, i: int) -> None:
    """Fill 1 where price came back to a swing high it had broken and held, -1 mirrored, else 0.

    Broken: one of the 24 closes before was a full average true range beyond. Came back: the bar's low touched
    half a range of it. It counts for 6 bars, as long as the close stays beyond the level.
    """
    close, atr = base[CLOSE, i], base[ATR, i]
    top = out[CLOSE_HIGH_24, i - 1] if i > 0 else np.nan
    bottom = out[CLOSE_LOW_24, i - 1] if i > 0 else np.nan
    holds, rejects = close > high, close < low
    held = holds and top > high + atr and base[LOW, i] <= high + TOUCH_ATR * atr
    rejected = rejects and bottom < low - atr and base[HIGH, i] >= low - TOUCH_ATR * atr
    out[HELD, i], out[REJECTED, i] = 1.0 if held else 0.0, 1.0 if rejected else 0.0
    bullish = bearish = 0.0
    for k in range(max(i - _RETEST_BARS + 1, 0), i + 1):
        if holds and out[HELD, k] > 0.0:
            bullish = 1.0
        if rejects and out[REJECTED, k] > 0.0:
            bearish = 1.0
    out[RETEST, i] = np.nan if np.isnan(high + low + atr) else bullish - bearish


@compiled
def _profile_points(base: FloatArray, out: FloatArray, i: int) -> None:
    close = base[CLOSE, i]
    near, overhead = _volume_around(base, i)
    out[VOLUME_NEAR_72, i] = bounded(ratio(near, out[VOLUME_72, i]), 1.0)
    out[VOLUME_OVERHEAD_72, i] = bounded(ratio(overhead, out[VOLUME_72, i]), 1.0)
    out[POC_DISTANCE_168, i] = distance(base, close - out[POC, i], i)
    height = out[VALUE_HIGH, i] - out[VALUE_LOW, i]
    out[VALUE_HEIGHT_168, i] = distance(base, height, i)
    middle = (out[VALUE_HIGH, i] + out[VALUE_LOW, i]) / 2.0
    out[VALUE_POSITION_168, i] = bounded(2.0 * ratio(close - middle, height), MOST)


@compiled
def _volume_around(base: FloatArray, i: int) -> tuple[float, float]:
    """Return the volume of 72 bars that traded near the close, and above it; NaN in a still market."""
    atr, close = base[ATR, i], base[CLOSE, i]
    if i < _PROFILE_BARS - 1 or not atr > 0.0:
        return np.nan, np.nan
    first = i - _PROFILE_BARS + 1
    price, volume = base[TYPICAL, first : i + 1], base[VOLUME, first : i + 1]
    reach = _NEAR_ATR * atr
    near_a = near_b = over_a = over_b = 0.0
    for k in range(0, _PROFILE_BARS, 2):
        above, also = price[k] - close, price[k + 1] - close
        near_a += volume[k] * (abs(above) <= reach)
        near_b += volume[k + 1] * (abs(also) <= reach)
        over_a += volume[k] * (above > 0.0)
        over_b += volume[k + 1] * (also > 0.0)
    return near_a + near_b, over_a + over_b
