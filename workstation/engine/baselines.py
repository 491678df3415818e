"""The classic indicators that every signal is measured against, each as its textbook has it.

Each says +1 (bullish) or -1 (bearish) at the close of the bar where it happens, else 0. A bar is judged on
the bars that `segments` gives it: nothing reads across a hole of more than 24 bars, and averages that never
forget begin at the same bar however much history is stored.

References
----------
Wilder (1978), New Concepts in Technical Trading Systems; Bollinger (2001), Bollinger on Bollinger Bands;
Faith (2007), Way of the Turtle.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import talib
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.segments import segments, slots_of

SideArray = NDArray[np.int8]

Baseline = Callable[[CandleColumns, str], SideArray]
"""Candles and their timeframe in, a side for each of them out, shape (n,)."""


def rsi(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where RSI 14 comes back above 30 (bullish) or back below 70 (bearish)."""

    def events(c: CandleColumns) -> SideArray:
        strength = talib.RSI(c.close, 14)
        return _sides(_rises_above(strength, 30.0), _falls_below(strength, 70.0))

    return _on_each_market(candles, timeframe, events)


def macd(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where MACD(12, 26) crosses its 9-bar signal line."""

    def events(c: CandleColumns) -> SideArray:
        return _crosses(talib.MACD(c.close, 12, 26, 9)[2])

    return _on_each_market(candles, timeframe, events)


def sma_cross(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where the simple average of 20 bars crosses that of 50."""

    def events(c: CandleColumns) -> SideArray:
        return _crosses(talib.SMA(c.close, 20) - talib.SMA(c.close, 50))

    return _on_each_market(candles, timeframe, events)


def ema_cross(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where the exponential average of 12 bars crosses that of 26."""

    def events(c: CandleColumns) -> SideArray:
        return _crosses(talib.EMA(c.close, 12) - talib.EMA(c.close, 26))

    return _on_each_market(candles, timeframe, events)


def bollinger(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where the close breaks out of its Bollinger band of 20 bars and 2 deviations."""

    def events(c: CandleColumns) -> SideArray:
        top, _, bottom = talib.BBANDS(c.close, 20, 2.0, 2.0)
        return _sides(_rises_above(c.close - top, 0.0), _falls_below(c.close - bottom, 0.0))

    return _on_each_market(candles, timeframe, events)


def donchian(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where the close leaves the range of the 20 bars before, coming from within."""

    def events(c: CandleColumns) -> SideArray:
        above, below = _beyond_range(c, 20)
        return _sides(_rises_above(above, 0.0), _falls_below(below, 0.0))

    return _on_each_market(candles, timeframe, events)


def supertrend(candles: CandleColumns, timeframe: str) -> SideArray:
    """Return where Supertrend(10, 3) turns over."""

    def events(c: CandleColumns) -> SideArray:
        trend = talib.SUPERTREND(c.high, c.low, c.close, 10, 3.0)[1].astype(np.int8)
        turned = np.zeros(len(trend), np.int8)
        turns = (trend[1:] != trend[:-1]) & (trend[:-1] != 0)
        turned[1:][turns] = trend[1:][turns]
        return turned

    return _on_each_market(candles, timeframe, events)


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "rsi": rsi,
        "macd": macd,
        "ma_cross": sma_cross,
        "ema_cross": ema_cross,
        "bollinger": bollinger,
        "donchian": donchian,
        "supertrend": supertrend,
    }
)
"""Every classic indicator, by the name it has in reports."""


def random_entries(open_time: IntArray, per_bar: float, seed: int) -> SideArray:
    """Return entries thrown by dice, long as often as short: what no skill at all looks like.

    Parameters
    ----------
    open_time : ndarray of int64, shape (n,)
        UTC milliseconds.
    per_bar : float
        Chance of an entry at each bar, 0..1.
    seed : int
        Zero or more; give each coin its own. A bar's dice depend on the seed and its open time alone.

    References
    ----------
    Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators (the mixing function).
    """
    dice = _mixed(open_time.astype(np.uint64) + _mixed(np.array([seed], np.uint64)))
    chance = (dice >> np.uint64(12)).astype(np.float64) / 2.0**52
    side = np.where(dice & np.uint64(1), 1, -1)
    return np.where(chance < per_bar, side, 0).astype(np.int8)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _on_each_market(
    candles: CandleColumns, timeframe: str, events: Callable[[CandleColumns], SideArray]
) -> SideArray:
    found = np.zeros(len(candles), np.int8)
    for segment in segments(slots_of(candles, timeframe)):
        told = events(candles[segment.start : segment.stop])
        found[segment.first : segment.stop] = told[segment.first - segment.start :]
    return found


def _beyond_range(candles: CandleColumns, bars: int) -> tuple[FloatArray, FloatArray]:
    """Return how far each close is above the highs and above the lows of the bars before it."""
    above, below = (np.full(len(candles), np.nan) for _ in range(2))
    above[1:] = candles.close[1:] - talib.MAX(candles.high, bars)[:-1]
    below[1:] = candles.close[1:] - talib.MIN(candles.low, bars)[:-1]
    return above, below


def _crosses(difference: FloatArray) -> SideArray:
    return _sides(_rises_above(difference, 0.0), _falls_below(difference, 0.0))


def _rises_above(x: FloatArray, level: float) -> NDArray[np.bool_]:
    """Return where `x` is above a level and was not at the bar before; unknown values cross nothing."""
    rises = np.zeros(len(x), np.bool_)
    rises[1:] = (x[1:] > level) & (x[:-1] <= level)
    return rises


def _falls_below(x: FloatArray, level: float) -> NDArray[np.bool_]:
    return _rises_above(-x, -level)


def _sides(bullish: NDArray[np.bool_], bearish: NDArray[np.bool_]) -> SideArray:
    return bullish.astype(np.int8) - bearish.astype(np.int8)
