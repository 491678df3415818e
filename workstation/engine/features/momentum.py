"""Price momentum: where price is heading, how hard, and whether the trend is in order."""

import numpy as np
import talib

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.signal import Family
from workstation.engine.features.data_point import DataPoint, Formula
from workstation.engine.features.factor_family import FactorFamily, Lean, Least
from workstation.engine.features.rolling import shifted
from workstation.engine.features.yardstick import average_true_range, in_units_of, sigma

_ATR = "average true ranges"
_SIGMA = "standard deviations"


def scaled_return(bars: int) -> Formula:
    """Return the formula of the log return over `bars`, in standard deviations of such a return."""

    def formula(candles: CandleColumns) -> FloatArray:
        log_close = np.log(candles.close)
        return in_units_of(sigma(candles) * np.sqrt(bars), log_close - shifted(log_close, bars))

    return formula


def acceleration(candles: CandleColumns) -> FloatArray:
    """Return by how much the last 24 bars outran the 24 before, in standard deviations, shape (n,)."""
    log_close = np.log(candles.close)
    now = log_close - shifted(log_close, 24)
    return in_units_of(sigma(candles) * np.sqrt(24), now - shifted(now, 24))


def relative_strength(candles: CandleColumns) -> FloatArray:
    """Return Wilder's RSI over 14 bars, 0..100, shape (n,); NaN where no close moved in them."""
    rsi: FloatArray = talib.RSI(candles.close, 14)
    still = talib.MAX(candles.close, 15) == talib.MIN(candles.close, 15)
    rsi[still] = np.nan  # TA-Lib says 0, as if everything had been sold
    return rsi


def macd_histogram(candles: CandleColumns) -> FloatArray:
    """Return MACD(12, 26, 9) above its signal line, in average true ranges, shape (n,)."""
    return in_units_of(average_true_range(candles), talib.MACD(candles.close, 12, 26, 9)[2])


def macd_shift(candles: CandleColumns) -> FloatArray:
    """Return the change of the MACD histogram over three bars, in average true ranges, shape (n,)."""
    histogram = macd_histogram(candles)
    return histogram - shifted(histogram, 3)


def average_distance(bars: int) -> Formula:
    """Return the formula of the close above its exponential average, in average true ranges."""

    def formula(candles: CandleColumns) -> FloatArray:
        return in_units_of(average_true_range(candles), candles.close - talib.EMA(candles.close, bars))

    return formula


def average_order(candles: CandleColumns) -> FloatArray:
    """Return the 24-bar exponential average above the 168-bar one, in average true ranges, shape (n,)."""
    gap = talib.EMA(candles.close, 24) - talib.EMA(candles.close, 168)
    return in_units_of(average_true_range(candles), gap)


def trend_strength(candles: CandleColumns) -> FloatArray:
    """Return Wilder's ADX over 14 bars, 0..100, shape (n,)."""
    adx: FloatArray = talib.ADX(candles.high, candles.low, candles.close, 14)
    return adx


def directional_spread(candles: CandleColumns) -> FloatArray:
    """Return Wilder's +DI less -DI over 14 bars, -100..100, shape (n,)."""
    bars = (candles.high, candles.low, candles.close)
    spread: FloatArray = talib.PLUS_DI(*bars, 14) - talib.MINUS_DI(*bars, 14)
    return spread


def aroon(candles: CandleColumns) -> FloatArray:
    """Return the Aroon oscillator over 24 bars, -100..100, shape (n,)."""
    oscillator: FloatArray = talib.AROONOSC(candles.high, candles.low, 24)
    return oscillator


def channel_position(candles: CandleColumns) -> FloatArray:
    """Return the close in the channel of the 55 bars before it: -1 its low, 1 its high, shape (n,)."""
    top = shifted(talib.MAX(candles.high, 55), 1)
    bottom = shifted(talib.MIN(candles.low, 55), 1)
    return 2 * in_units_of(top - bottom, candles.close - bottom) - 1


def trend_slope(candles: CandleColumns) -> FloatArray:
    """Return the regression line's rise over 48 bars, in standard deviations of such a move, shape (n,)."""
    rise = talib.LINEARREG_SLOPE(np.log(candles.close), 48) * 48
    return in_units_of(sigma(candles) * np.sqrt(48), rise)


POINTS = (
    DataPoint(
        "momentum.return_4", _SIGMA, "Return over 4 bars, against what is usual.", 168, scaled_return(4)
    ),
    DataPoint(
        "momentum.return_24", _SIGMA, "Return over 24 bars, against what is usual.", 168, scaled_return(24)
    ),
    DataPoint(
        "momentum.return_168", _SIGMA, "Return over 168 bars, against what is usual.", 168, scaled_return(168)
    ),
    DataPoint(
        "momentum.acceleration_24",
        _SIGMA,
        "Last 24 bars' return less that of the 24 before.",
        168,
        acceleration,
    ),
    DataPoint(
        "momentum.rsi_14", "0..100", "Share of the recent movement that was upward.", 14, relative_strength
    ),
    DataPoint("momentum.macd_histogram", _ATR, "MACD above its signal line.", 33, macd_histogram),
    DataPoint("momentum.macd_shift_3", _ATR, "Change of the MACD histogram over 3 bars.", 36, macd_shift),
    DataPoint("momentum.ema_24_distance", _ATR, "Close above its 24-bar average.", 23, average_distance(24)),
    DataPoint(
        "momentum.ema_168_distance", _ATR, "Close above its 168-bar average.", 167, average_distance(168)
    ),
    DataPoint("momentum.ema_order", _ATR, "24-bar average above the 168-bar one.", 167, average_order),
    DataPoint("momentum.adx_14", "0..100", "Strength of the trend, whichever way.", 27, trend_strength),
    DataPoint("momentum.di_spread_14", "-100..100", "Upward less downward movement.", 14, directional_spread),
    DataPoint(
        "momentum.aroon_24", "-100..100", "How much fresher the 24-bar high is than the low.", 24, aroon
    ),
    DataPoint(
        "momentum.channel_55",
        "-1..1 inside",
        "Close in the channel of the 55 bars before; beyond 1 it breaks out.",
        55,
        channel_position,
    ),
    DataPoint("momentum.slope_48", _SIGMA, "Rise of the straight line through 48 bars.", 168, trend_slope),
)

FAMILY = FactorFamily(
    family=Family.MOMENTUM,
    points=POINTS,
    leans=(
        Lean("momentum.return_24", full=2.0),
        Lean("momentum.ema_order", full=3.0),
        Lean("momentum.di_spread_14", full=20.0),
        Lean("momentum.rsi_14", neutral=50.0, full=70.0),
        Lean("momentum.channel_55", full=1.0),
    ),
    needs=(Least("momentum.adx_14", 20.0),),
)
