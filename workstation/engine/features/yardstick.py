"""What moves are measured against: the market's own recent range and volatility.

A move of one percent is a storm in BTC and a breath in PEPE. In units of the market's own noise both read
alike, and a rule written once holds for every coin and every bar length.
"""

import numpy as np
import talib

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.engine.features.rolling import shifted, window_deviation

ATR_BARS = 14
SIGMA_BARS = 168


def average_true_range(candles: CandleColumns) -> FloatArray:
    """Return Wilder's average true range over 14 bars, quote currency, shape (n,); NaN while ``i < 14``."""
    atr: FloatArray = talib.ATR(candles.high, candles.low, candles.close, ATR_BARS)
    return atr


def log_returns(candles: CandleColumns) -> FloatArray:
    """Return the log return of each bar's close on the one before, shape (n,); NaN at the first."""
    log_close = np.log(candles.close)
    return log_close - shifted(log_close, 1)


def sigma(candles: CandleColumns, bars: int = SIGMA_BARS) -> FloatArray:
    """Return the standard deviation of one-bar log returns over the last `bars`, shape (n,)."""
    return window_deviation(log_returns(candles), bars)


def in_units_of(unit: FloatArray, amount: FloatArray) -> FloatArray:
    """Return ``amount / unit``, shape (n,); NaN where the unit is not above zero."""
    out = np.full_like(amount, np.nan)
    return np.divide(amount, unit, out=out, where=unit > 0)
