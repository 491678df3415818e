"""Studies that swing in a pane of their own: momentum, volume and volatility."""

import numpy as np
import talib

from workstation.domain.candle import FloatArray
from workstation.engine.studies.calculation import Bars, Calculation, Memory, Values, exponential, wilder


def _bars(values: Values) -> int:
    return int(values["bars"])


def _finite(values: Values) -> int:
    return 2 * int(values["bars"]) + 4


def _convergence(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    fast, slow = sorted((int(values["fast"]), int(values["slow"])))
    macd, signal, histogram = talib.MACD(bars.close, fast, slow, int(values["signal"]))
    return histogram, macd, signal


def _stochastic(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    smooth, signal = int(values["smooth"]), int(values["signal"])
    k, d = talib.STOCH(
        bars.high, bars.low, bars.close, fastk_period=_bars(values), slowk_period=smooth, slowd_period=signal
    )
    return k, d


def _stochastic_strength(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    """Return where the RSI stands between its own extremes, 0..100, smoothed, and its average."""
    strength, window = talib.RSI(bars.close, int(values["rsi_bars"])), _bars(values)
    begun = strength[int(values["rsi_bars"]) :]
    k, d = np.full((2, len(strength)), np.nan)
    if len(begun):
        low, high = talib.MIN(begun, window), talib.MAX(begun, window)
        with np.errstate(invalid="ignore", divide="ignore"):
            place = np.where(high - low > 1e-9, (begun - low) / (high - low), 0.5) * 100
        place[np.isnan(high)] = np.nan
        smooth = _averaged(place, int(values["smooth"]))
        k[-len(begun) :], d[-len(begun) :] = smooth, _averaged(smooth, int(values["signal"]))
    return k, d


def _averaged(column: FloatArray, window: int) -> FloatArray:
    return column if window == 1 else talib.SMA(column, window)


def _money_flow(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    """Return Chaikin's share of the volume that closed near the high, -1..1; NaN where nothing traded."""
    size = bars.high - bars.low
    with np.errstate(invalid="ignore", divide="ignore"):
        place = np.where(size > 0, ((bars.close - bars.low) - (bars.high - bars.close)) / size, 0.0)
        flow = talib.SMA(place * bars.volume, _bars(values)) / talib.SMA(bars.volume, _bars(values))
    return (np.where(talib.MAX(bars.volume, _bars(values)) > 0, flow, np.nan),)


def _distance(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    """Return how many standard deviations the close is from its average; NaN where it never moved."""
    middle, spread = talib.SMA(bars.close, _bars(values)), talib.STDDEV(bars.close, _bars(values))
    moved = spread > 1e-7 * np.abs(middle)  # less is rounding, not movement
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.where(moved, (bars.close - middle) / spread, np.nan),)


def _bandwidth(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    upper, middle, lower = talib.BBANDS(bars.close, _bars(values), values["width"], values["width"])
    return ((upper - lower) / middle * 100,)


def _ultimate(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    windows = (int(values[name]) for name in ("short", "medium", "long"))
    return (talib.ULTOSC(bars.high, bars.low, bars.close, *windows),)


def _percentage(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    fast, slow = sorted((int(values["fast"]), int(values["slow"])))
    return ((talib.EMA(bars.close, fast) / talib.EMA(bars.close, slow) - 1) * 100,)


def _slowest(values: Values) -> int:
    return exponential(max(values["fast"], values["slow"]))


CALCULATIONS = {
    "rsi": Calculation(lambda b, v: (talib.RSI(b.close, _bars(v)),), lambda v: wilder(v["bars"])),
    "macd": Calculation(_convergence, lambda v: 2 * (_slowest(v) + exponential(v["signal"]))),
    "ppo": Calculation(_percentage, _slowest),
    "stochastic": Calculation(_stochastic, lambda v: int(v["bars"] + v["smooth"] + v["signal"]) + 4),
    "stochrsi": Calculation(
        _stochastic_strength,
        lambda v: wilder(v["rsi_bars"]) + int(v["bars"] + v["smooth"] + v["signal"]) + 4,
    ),
    "cci": Calculation(lambda b, v: (talib.CCI(b.high, b.low, b.close, _bars(v)),), _finite),
    "willr": Calculation(lambda b, v: (talib.WILLR(b.high, b.low, b.close, _bars(v)),), _finite),
    "roc": Calculation(lambda b, v: (talib.ROC(b.close, _bars(v)),), _finite),
    "momentum": Calculation(lambda b, v: (talib.MOM(b.close, _bars(v)),), _finite),
    "trix": Calculation(lambda b, v: (talib.TRIX(b.close, _bars(v)),), lambda v: 3 * exponential(v["bars"])),
    "ultimate": Calculation(_ultimate, lambda v: 2 * int(max(v["short"], v["medium"], v["long"])) + 4),
    "mfi": Calculation(lambda b, v: (talib.MFI(b.high, b.low, b.close, b.volume, _bars(v)),), _finite),
    "obv": Calculation(lambda b, v: (talib.OBV(b.close, b.volume),), lambda v: 8, Memory.SUMS),
    "cmf": Calculation(_money_flow, _finite),
    "atr": Calculation(
        lambda b, v: (talib.ATR(b.high, b.low, b.close, _bars(v)),), lambda v: wilder(v["bars"])
    ),
    "natr": Calculation(
        lambda b, v: (talib.NATR(b.high, b.low, b.close, _bars(v)),), lambda v: wilder(v["bars"])
    ),
    "bandwidth": Calculation(_bandwidth, _finite),
    "zscore": Calculation(_distance, _finite),
}
"""How each is computed, by the study's id."""
