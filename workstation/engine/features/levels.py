"""Support and resistance: where price stands among the levels that stopped it before."""

import numpy as np
import talib

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.signal import Family
from workstation.engine.features.data_point import DataPoint, Formula
from workstation.engine.features.factor_family import FactorFamily, Lean
from workstation.engine.features.rolling import shifted, window_sum
from workstation.engine.features.swings import confirmed_swings
from workstation.engine.features.yardstick import average_true_range, in_units_of

_PROFILE_BARS = 72
_TOUCH_ATR = 0.5
_NEAR_ATR = 0.75


def range_position(bars: int) -> Formula:
    """Return the formula of the close in the range of the last `bars`: 0 its low, 1 its high."""

    def formula(candles: CandleColumns) -> FloatArray:
        bottom = talib.MIN(candles.low, bars)
        return in_units_of(talib.MAX(candles.high, bars) - bottom, candles.close - bottom)

    return formula


def high_distance(candles: CandleColumns) -> FloatArray:
    """Return how far the 168-bar high is above the close, in average true ranges, shape (n,)."""
    return in_units_of(average_true_range(candles), talib.MAX(candles.high, 168) - candles.close)


def low_distance(candles: CandleColumns) -> FloatArray:
    """Return how far the 168-bar low is below the close, in average true ranges, shape (n,)."""
    return in_units_of(average_true_range(candles), candles.close - talib.MIN(candles.low, 168))


def nearest_resistance(candles: CandleColumns) -> FloatArray:
    """Return the lowest remembered swing level above the close, quote currency, shape (n,); NaN: none."""
    levels = confirmed_swings(candles).levels
    lowest = np.where(levels > candles.close, levels, np.inf).min(axis=0)
    return np.where(np.isinf(lowest), np.nan, lowest)


def nearest_support(candles: CandleColumns) -> FloatArray:
    """Return the highest remembered swing level at or below the close, shape (n,); NaN: none."""
    levels = confirmed_swings(candles).levels
    highest = np.where(levels <= candles.close, levels, -np.inf).max(axis=0)
    return np.where(np.isinf(highest), np.nan, highest)


def resistance_distance(candles: CandleColumns) -> FloatArray:
    """Return how far the nearest resistance is above the close, in average true ranges, shape (n,)."""
    return in_units_of(average_true_range(candles), nearest_resistance(candles) - candles.close)


def support_distance(candles: CandleColumns) -> FloatArray:
    """Return how far the nearest support is below the close, in average true ranges, shape (n,)."""
    return in_units_of(average_true_range(candles), candles.close - nearest_support(candles))


def touches(nearest: Formula) -> Formula:
    """Return the formula of how many remembered swings turned within half a true range of a level."""

    def formula(candles: CandleColumns) -> FloatArray:
        level = nearest(candles)
        reach = _TOUCH_ATR * average_true_range(candles)
        close_by = np.abs(confirmed_swings(candles).levels - level) <= reach
        return np.where(np.isnan(level + reach), np.nan, close_by.sum(axis=0))

    return formula


def breakout(candles: CandleColumns) -> FloatArray:
    """Return how far the close is above the last swing high, or (negative) below the last swing low.

    Returns
    -------
    ndarray, shape (n,)
        Average true ranges; 0 between the two.
    """
    swings = confirmed_swings(candles)
    above = np.maximum(candles.close - swings.highs[0], 0.0)
    below = np.maximum(swings.lows[0] - candles.close, 0.0)
    return in_units_of(average_true_range(candles), above - below)


def retest(candles: CandleColumns) -> FloatArray:
    """Return 1 where price came back to a swing high it had broken and held, -1 mirrored, else 0, shape (n,).

    Broken: one of the 24 closes before was a full average true range beyond. Came back: the bar's low touched
    half a range of it. It counts for 6 bars, as long as the close stays beyond the level.
    """
    swings = confirmed_swings(candles)
    atr = average_true_range(candles)
    high, low = swings.highs[0], swings.lows[0]
    was_above = shifted(talib.MAX(candles.close, 24), 1) > high + atr
    was_below = shifted(talib.MIN(candles.close, 24), 1) < low - atr
    holds = candles.close > high
    rejects = candles.close < low
    held = was_above & holds & (candles.low <= high + _TOUCH_ATR * atr)
    rejected = was_below & rejects & (candles.high >= low - _TOUCH_ATR * atr)
    bullish = holds & (window_sum(held.astype(np.float64), 6) > 0)
    bearish = rejects & (window_sum(rejected.astype(np.float64), 6) > 0)
    return np.where(np.isnan(high + low + atr), np.nan, bullish.astype(np.float64) - bearish)


def structure(candles: CandleColumns) -> FloatArray:
    """Return higher highs and higher lows as 2, lower ones as -2, mixed as 0, shape (n,)."""
    swings = confirmed_swings(candles)
    tops: FloatArray = np.sign(swings.highs[0] - swings.highs[1])
    bottoms: FloatArray = np.sign(swings.lows[0] - swings.lows[1])
    return tops + bottoms


def volume_near(candles: CandleColumns) -> FloatArray:
    """Return the share of 72 bars' volume traded within 0.75 average true ranges of the close, shape (n,)."""
    reach = _NEAR_ATR * average_true_range(candles)
    return _volume_share(candles, candles.close - reach, candles.close + reach)


def volume_overhead(candles: CandleColumns) -> FloatArray:
    """Return the share of 72 bars' volume traded above the close, 0..1, shape (n,); NaN in a still market."""
    moves = average_true_range(candles) > 0
    return _volume_share(candles, np.where(moves, candles.close, np.nan), np.full_like(candles.close, np.inf))


def _volume_share(candles: CandleColumns, bottom: FloatArray, top: FloatArray) -> FloatArray:
    """Return the share of the profile's volume whose bars' typical price is in ``bottom < price <= top``."""
    typical = talib.TYPPRICE(candles.high, candles.low, candles.close)
    inside = np.zeros(len(candles))
    for back in range(min(_PROFILE_BARS, len(candles))):
        now, then = slice(back, None), slice(0, len(candles) - back)
        price = typical[then]
        inside[now] += candles.volume[then] * ((price > bottom[now]) & (price <= top[now]))
    inside[np.isnan(bottom)] = np.nan
    return in_units_of(window_sum(candles.volume, _PROFILE_BARS), inside)


def round_number_distance(candles: CandleColumns) -> FloatArray:
    """Return how far the nearest round number is above the close, in average true ranges, shape (n,).

    Round numbers are the multiples of half the price's power of ten: of 60,000 and 65,000 around a price of
    61,234 the nearest is 60,000, which is below, so the distance is negative.
    """
    step = 10.0 ** np.floor(np.log10(candles.close)) / 2
    nearest = np.round(candles.close / step) * step
    return in_units_of(average_true_range(candles), nearest - candles.close)


_ATR = "average true ranges"
_SWINGS = 48
POINTS = (
    DataPoint(
        "levels.range_24",
        "0..1",
        "Close in the range of 24 bars: 0 its low, 1 its high.",
        23,
        range_position(24),
    ),
    DataPoint(
        "levels.range_168",
        "0..1",
        "Close in the range of 168 bars: 0 its low, 1 its high.",
        167,
        range_position(168),
    ),
    DataPoint("levels.high_168_distance", _ATR, "How far the 168-bar high is above.", 167, high_distance),
    DataPoint("levels.low_168_distance", _ATR, "How far the 168-bar low is below.", 167, low_distance),
    DataPoint(
        "levels.resistance_distance",
        _ATR,
        "How far the nearest confirmed swing level is above.",
        _SWINGS,
        resistance_distance,
    ),
    DataPoint(
        "levels.support_distance",
        _ATR,
        "How far the nearest confirmed swing level is below.",
        _SWINGS,
        support_distance,
    ),
    DataPoint(
        "levels.resistance_touches",
        "swings",
        "How often the nearest resistance turned price.",
        _SWINGS,
        touches(nearest_resistance),
    ),
    DataPoint(
        "levels.support_touches",
        "swings",
        "How often the nearest support turned price.",
        _SWINGS,
        touches(nearest_support),
    ),
    DataPoint(
        "levels.breakout",
        _ATR,
        "Close beyond the last swing high, or below the last swing low.",
        _SWINGS,
        breakout,
    ),
    DataPoint("levels.retest", "-1, 0, 1", "A broken level was touched again and held.", _SWINGS, retest),
    DataPoint(
        "levels.structure", "-2..2", "Higher highs and higher lows, or lower ones.", _SWINGS, structure
    ),
    DataPoint(
        "levels.volume_near_72", "0..1", "Share of the volume that traded near this price.", 71, volume_near
    ),
    DataPoint(
        "levels.volume_overhead_72",
        "0..1",
        "Share of the volume that traded above: who may want out.",
        71,
        volume_overhead,
    ),
    DataPoint(
        "levels.round_number", _ATR, "How far the nearest round number is above.", 14, round_number_distance
    ),
)

FAMILY = FactorFamily(
    family=Family.LEVELS,
    points=POINTS,
    leans=(
        Lean("levels.range_168", neutral=0.5, full=1.0),
        Lean("levels.breakout", full=1.0),
        Lean("levels.structure", full=2.0),
        Lean("levels.retest", full=1.0),
        Lean("levels.volume_overhead_72", neutral=0.5, full=0.0),
    ),
)
