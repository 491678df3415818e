"""Averages and bands that lie over the candles."""

import numpy as np
import talib

from workstation.domain.candle import FloatArray
from workstation.engine.studies.calculation import (
    DAY_MS,
    Bars,
    Calculation,
    Values,
    exponential,
    wilder,
)

_MINUTES_A_DAY = 1440
_SLOWEST_KAMA = (2 / 31) ** 2
"""Least share of a new price in Kaufman's average."""


def _bars(values: Values) -> int:
    return int(values["bars"])


def _finite(values: Values) -> int:
    return 2 * int(values["bars"]) + 4


def volume_weighted_of_day(bars: Bars) -> FloatArray:
    """Return the volume weighted average of the typical price since the UTC day began.

    Returns
    -------
    ndarray, shape (n,)
        Quote currency; NaN until something has traded on that day.
    """
    typical = (bars.high + bars.low + bars.close) / 3
    _, first, day = np.unique(bars.open_time // DAY_MS, return_index=True, return_inverse=True)
    place = np.arange(len(day)) - first[day]
    grid = np.zeros((2, len(first), int(place.max()) + 1))
    grid[0, day, place], grid[1, day, place] = typical * bars.volume, bars.volume
    value, volume = np.cumsum(grid, axis=2)[:, day, place]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(volume > 0, value / volume, np.nan)


def volume_weighted(bars: Bars, window: int) -> FloatArray:
    """Return the volume weighted average of the close; NaN where nothing traded in the window."""
    value = talib.SMA(bars.close * bars.volume, window)
    traded = talib.SMA(bars.volume, window)
    has_traded = talib.MAX(bars.volume, window) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(has_traded, value / traded, np.nan)


def _keltner(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    middle = talib.EMA(bars.close, _bars(values))
    spread = values["width"] * talib.ATR(bars.high, bars.low, bars.close, int(values["atr_bars"]))
    return middle + spread, middle, middle - spread


def _bollinger(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    upper, middle, lower = talib.BBANDS(bars.close, _bars(values), values["width"], values["width"])
    return upper, middle, lower


def _donchian(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    upper, lower = talib.MAX(bars.high, _bars(values)), talib.MIN(bars.low, _bars(values))
    return upper, (upper + lower) / 2, lower


CALCULATIONS = {
    "sma": Calculation(lambda b, v: (talib.SMA(b.close, _bars(v)),), _finite),
    "ema": Calculation(lambda b, v: (talib.EMA(b.close, _bars(v)),), lambda v: exponential(v["bars"])),
    "wma": Calculation(lambda b, v: (talib.WMA(b.close, _bars(v)),), _finite),
    "dema": Calculation(lambda b, v: (talib.DEMA(b.close, _bars(v)),), lambda v: 2 * exponential(v["bars"])),
    "tema": Calculation(lambda b, v: (talib.TEMA(b.close, _bars(v)),), lambda v: 3 * exponential(v["bars"])),
    "trima": Calculation(lambda b, v: (talib.TRIMA(b.close, _bars(v)),), _finite),
    "kama": Calculation(
        lambda b, v: (talib.KAMA(b.close, _bars(v)),), lambda v: int(30 / _SLOWEST_KAMA) + _bars(v)
    ),
    "hma": Calculation(lambda b, v: (talib.HMA(b.close, _bars(v)),), _finite),
    "vwma": Calculation(lambda b, v: (volume_weighted(b, _bars(v)),), _finite),
    "linreg": Calculation(lambda b, v: (talib.LINEARREG(b.close, _bars(v)),), _finite),
    "vwap": Calculation(lambda b, v: (volume_weighted_of_day(b),), lambda v: _MINUTES_A_DAY),
    "bollinger": Calculation(_bollinger, _finite),
    "keltner": Calculation(_keltner, lambda v: max(exponential(v["bars"]), wilder(v["atr_bars"]))),
    "donchian": Calculation(_donchian, _finite),
    "volume_sma": Calculation(lambda b, v: (talib.SMA(b.volume, _bars(v)),), _finite),
}
"""How each is computed, by the study's id."""
