"""Price momentum: where price is heading, how hard, and whether the trend is in order."""

from itertools import accumulate

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.signal import Family
from workstation.engine.features.columns import (
    BREADTH,
    BTC_RETURN,
    CLOSE,
    DISPERSION,
    HIGH,
    HIGH_24,
    LOG_CLOSE,
    LOW,
    LOW_24,
    MARKET_RETURN,
    RETURN,
    SIGMA_168,
    in_atr,
)
from workstation.engine.features.compiled import compiled
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean, Least
from workstation.engine.features.kernels import (
    bounded,
    ema,
    ratio,
    slope,
    wilder,
    window_max,
    window_mean,
    window_min,
    window_sum,
)

(
    RETURN_4,
    RETURN_24,
    RETURN_72,
    RETURN_168,
    RETURN_720,
    ACCELERATION_24,
    RSI_14,
    MACD_HISTOGRAM,
    MACD_SHIFT_3,
    STOCHASTIC_24,
    EMA_24_DISTANCE,
    SMA_168_DISTANCE,
    AVERAGE_ORDER,
    ADX_14,
    DI_SPREAD_14,
    AROON_24,
    CHANNEL_55,
    SLOPE_48,
    BTC_STRENGTH_24,
    MARKET_STRENGTH_24,
    MARKET_BREADTH,
    MARKET_RANK_24,
) = range(22)
(
    RISE,
    FALL,
    MEAN_RISE,
    MEAN_FALL,
    EMA_12,
    EMA_26,
    MACD,
    MACD_SIGNAL,
    EMA_24,
    SMA_168,
    UP_MOVE,
    DOWN_MOVE,
    MEAN_UP,
    MEAN_DOWN,
    DIRECTIONAL,
    HIGH_55,
    LOW_55,
    OVER_BTC,
    OVER_MARKET,
    OVER_BTC_24,
    OVER_MARKET_24,
    TOP_AGE,
    BOTTOM_AGE,
) = range(22, 45)
N_COLUMNS = 45
WINDOWS = (168, 55, 55, 24, 24)
_SMA_PARTS, _HIGH_PARTS, _LOW_PARTS, _BTC_PARTS, _MARKET_PARTS, N_PARTS = accumulate((0, *WINDOWS))
_RANGES = 1e4  # far beyond every usual scale: only coins that fall asleep or wake up come near it


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
    _averages(base, out, parts[_SMA_PARTS:], first_row, lo, hi)
    _directional_movement(base, out, lo, hi)
    _against_others(base, out, parts, first_row, lo, hi)
    window_max(base[HIGH], parts[_HIGH_PARTS:], out[HIGH_55], 55, first_row, lo, hi)
    window_min(base[LOW], parts[_LOW_PARTS:], out[LOW_55], 55, first_row, lo, hi)
    slope(base[LOG_CLOSE], out[SLOPE_48], 48, lo, hi)
    _aroon(base, out, lo, hi)
    for i in range(lo, hi):
        _row(base, out, i)


@compiled
def _averages(base: FloatArray, out: FloatArray, parts: FloatArray, first_row: int, lo: int, hi: int) -> None:
    close = base[CLOSE]
    for i in range(lo, hi):
        step = close[i] - close[i - 1] if i > 0 else np.nan
        out[RISE, i], out[FALL, i] = max(step, 0.0) + 0.0 * step, max(-step, 0.0) + 0.0 * step
    wilder(out[RISE], out[MEAN_RISE], 14, lo, hi)
    wilder(out[FALL], out[MEAN_FALL], 14, lo, hi)
    ema(close, out[EMA_12], 12, lo, hi)
    ema(close, out[EMA_26], 26, lo, hi)
    for i in range(lo, hi):
        out[MACD, i] = out[EMA_12, i] - out[EMA_26, i]
    ema(out[MACD], out[MACD_SIGNAL], 9, lo, hi)
    ema(close, out[EMA_24], 24, lo, hi)
    window_mean(close, parts, out[SMA_168], 168, first_row, lo, hi)


@compiled
def _directional_movement(base: FloatArray, out: FloatArray, lo: int, hi: int) -> None:
    """Wilder's directional movement: the larger of the two steps counts, the other not."""
    high, low = base[HIGH], base[LOW]
    for i in range(lo, hi):
        if i == 0:
            out[UP_MOVE, i] = out[DOWN_MOVE, i] = np.nan
            continue
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        out[UP_MOVE, i] = up if up > down and up > 0.0 else 0.0
        out[DOWN_MOVE, i] = down if down > up and down > 0.0 else 0.0
    wilder(out[UP_MOVE], out[MEAN_UP], 14, lo, hi)
    wilder(out[DOWN_MOVE], out[MEAN_DOWN], 14, lo, hi)
    for i in range(lo, hi):
        both = out[MEAN_UP, i] + out[MEAN_DOWN, i]
        out[DIRECTIONAL, i] = 100.0 * ratio(abs(out[MEAN_UP, i] - out[MEAN_DOWN, i]), both)
    wilder(out[DIRECTIONAL], out[ADX_14], 14, lo, hi)


@compiled
def _against_others(
    base: FloatArray, out: FloatArray, parts: FloatArray, first_row: int, lo: int, hi: int
) -> None:
    """Compare the bar before with what Bitcoin and all coins did in it: this bar's may not all be in yet."""
    for i in range(lo, hi):
        before = base[RETURN, i - 1] if i > 0 else np.nan
        out[OVER_BTC, i] = before - base[BTC_RETURN, i]
        out[OVER_MARKET, i] = before - base[MARKET_RETURN, i]
    window_sum(out[OVER_BTC], parts[_BTC_PARTS:], out[OVER_BTC_24], 24, first_row, lo, hi)
    window_sum(out[OVER_MARKET], parts[_MARKET_PARTS:], out[OVER_MARKET_24], 24, first_row, lo, hi)


@compiled
def _row(base: FloatArray, out: FloatArray, i: int) -> None:
    sigma = base[SIGMA_168, i]
    _returns(base, out, i, sigma)
    moved = out[MEAN_RISE, i] + out[MEAN_FALL, i]
    out[RSI_14, i] = 100.0 * ratio(out[MEAN_RISE, i], moved)
    out[MACD_HISTOGRAM, i] = _ranges(base, out[MACD, i] - out[MACD_SIGNAL, i], i)
    out[MACD_SHIFT_3, i] = out[MACD_HISTOGRAM, i] - out[MACD_HISTOGRAM, i - 3] if i >= 3 else np.nan
    close = base[CLOSE, i]
    out[STOCHASTIC_24, i] = 100.0 * ratio(close - base[LOW_24, i], base[HIGH_24, i] - base[LOW_24, i])
    out[EMA_24_DISTANCE, i] = _ranges(base, close - out[EMA_24, i], i)
    out[SMA_168_DISTANCE, i] = _ranges(base, close - out[SMA_168, i], i)
    out[AVERAGE_ORDER, i] = _ranges(base, out[EMA_24, i] - out[SMA_168, i], i)
    moves = out[MEAN_UP, i] - out[MEAN_DOWN, i]
    out[DI_SPREAD_14, i] = 100.0 * in_atr(base, moves, i)
    top = out[HIGH_55, i - 1] if i > 0 else np.nan
    bottom = out[LOW_55, i - 1] if i > 0 else np.nan
    out[CHANNEL_55, i] = bounded(2.0 * ratio(close - bottom, top - bottom) - 1.0, _RANGES)
    out[SLOPE_48, i] = ratio(48.0 * out[SLOPE_48, i], sigma * np.sqrt(48.0))
    day = sigma * np.sqrt(24.0)
    out[BTC_STRENGTH_24, i] = ratio(out[OVER_BTC_24, i], day)
    out[MARKET_STRENGTH_24, i] = ratio(out[OVER_MARKET_24, i], day)
    out[MARKET_BREADTH, i] = base[BREADTH, i]
    out[MARKET_RANK_24, i] = ratio(out[OVER_MARKET_24, i], base[DISPERSION, i])


@compiled
def _ranges(base: FloatArray, amount: float, i: int) -> float:
    """Return an amount in average true ranges, bounded: a market that falls asleep shrinks its unit."""
    return bounded(in_atr(base, amount, i), _RANGES)


@compiled
def _returns(base: FloatArray, out: FloatArray, i: int, sigma: float) -> None:
    for column, bars in (
        (RETURN_4, 4),
        (RETURN_24, 24),
        (RETURN_72, 72),
        (RETURN_168, 168),
        (RETURN_720, 720),
    ):
        past = base[LOG_CLOSE, i - bars] if i >= bars else np.nan
        out[column, i] = ratio(base[LOG_CLOSE, i] - past, sigma * np.sqrt(1.0 * bars))
    out[ACCELERATION_24, i] = out[RETURN_24, i] - out[RETURN_24, i - 24] if i >= 24 else np.nan


@compiled
def _aroon(base: FloatArray, out: FloatArray, lo: int, hi: int) -> None:
    """Fill how much fresher the highest of 25 bars is than the lowest, -100..100; the newest of equals."""
    high, low = base[HIGH], base[LOW]
    for i in range(lo, hi):
        if i < 24:
            out[AROON_24, i] = out[TOP_AGE, i] = out[BOTTOM_AGE, i] = np.nan
            continue
        top = _age(high, out[TOP_AGE], 1.0, i)
        bottom = _age(low, out[BOTTOM_AGE], -1.0, i)
        out[TOP_AGE, i], out[BOTTOM_AGE, i] = top, bottom
        out[AROON_24, i] = 100.0 * (bottom - top) / 24.0


@compiled
def _age(x: FloatArray, age: FloatArray, sign: float, i: int) -> int:
    """Return bars since the greatest ``sign * x`` of the last 25, from what it was one bar ago if so."""
    if age[i - 1] < 24.0:
        before = int(age[i - 1])
        return 0 if sign * x[i] >= sign * x[i - 1 - before] else before + 1
    best, top = i, sign * x[i]
    for k in range(i - 1, i - 25, -1):
        if sign * x[k] > top:
            best, top = k, sign * x[k]
    return i - best


_ATR = "average true ranges"
_SIGMA = "standard deviations"
_CLOSE = ("close",)
_BAR = ("high", "low", "close")
_SETTLED = 400  # of what begins at the first bar: a wild one shows for longer than Wilder's weights say
_MACD_WARMUP = 420


def _in_ranges(name: str, sentence: str, inputs: tuple[str, ...], warmup: int) -> DataPoint:
    return DataPoint(f"momentum.{name}", _ATR, sentence, inputs, -_RANGES, _RANGES, warmup)


def _in_sigmas(name: str, sentence: str, inputs: tuple[str, ...], warmup: int) -> DataPoint:
    return DataPoint(f"momentum.{name}", _SIGMA, sentence, inputs, -_RANGES, _RANGES, warmup)


def _scaled(
    name: str, unit: str, sentence: str, inputs: tuple[str, ...], limits: tuple[float, float], warmup: int
) -> DataPoint:
    return DataPoint(f"momentum.{name}", unit, sentence, inputs, *limits, warmup)


def _return(bars: int, warmup: int) -> DataPoint:
    return _in_sigmas(f"return_{bars}", f"Return over {bars} bars, against what is usual.", _CLOSE, warmup)


POINTS = (
    _return(4, 168),
    _return(24, 168),
    _return(72, 168),
    _return(168, 168),
    _return(720, 720),
    _in_sigmas("acceleration_24", "Return of the last 24 bars less that of the 24 before.", _CLOSE, 192),
    _scaled("rsi_14", "0..100", "Share of the recent movement that was upward.", _CLOSE, (0, 100), _SETTLED),
    _in_ranges("macd_histogram", "MACD(12, 26, 9) above its signal line.", _BAR, _MACD_WARMUP),
    _in_ranges("macd_shift_3", "Change of the MACD histogram over 3 bars.", _BAR, _MACD_WARMUP + 3),
    _scaled("stochastic_24", "0..100", "Close in the range of 24 bars.", _BAR, (0, 100), 23),
    _in_ranges("ema_24_distance", "Close above its 24-bar exponential average.", _BAR, _SETTLED),
    _in_ranges("sma_168_distance", "Close above its 168-bar average.", _BAR, _SETTLED),
    _in_ranges("average_order", "24-bar average above the 168-bar one.", _BAR, _SETTLED),
    DataPoint(
        "momentum.adx_14",
        "0..100",
        "Strength of the trend, whichever way.",
        _BAR,
        0,
        100,
        _SETTLED,
        vote="a trend, up or down",
    ),
    _scaled("di_spread_14", "-100..100", "Upward less downward movement.", _BAR, (-100, 100), _SETTLED),
    _scaled(
        "aroon_24",
        "-100..100",
        "How much fresher the 24-bar high is than the low.",
        ("high", "low"),
        (-100, 100),
        24,
    ),
    _scaled(
        "channel_55",
        "-1..1 inside",
        "Close in the channel of the 55 bars before; beyond 1 it breaks out.",
        _BAR,
        (-_RANGES, _RANGES),
        55,
    ),
    _in_sigmas("slope_48", "Rise of the straight line through 48 closes.", _CLOSE, 168),
    _in_sigmas("btc_strength_24", "Return over Bitcoin's in 24 bars, one bar ago.", ("close", "market"), 168),
    _in_sigmas(
        "market_strength_24",
        "Return over the mean coin's in 24 bars, one bar ago.",
        ("close", "market"),
        168,
    ),
    _scaled(
        "market_breadth",
        "0..1",
        "Share of all coins that rose over 24 bars, one bar ago.",
        ("market",),
        (0, 1),
        25,
    ),
    _scaled(
        "market_rank_24",
        "standard deviations of coins",
        "Return over the mean coin's, against how far coins lie apart.",
        ("close", "market"),
        (-_RANGES, _RANGES),
        25,
    ),
)

FAMILY = FactorFamily(
    family=Family.MOMENTUM,
    points=POINTS,
    leans=(
        Lean("momentum.return_24", full=2.0),
        Lean("momentum.average_order", full=3.0),
        Lean("momentum.di_spread_14", full=20.0),
        Lean("momentum.rsi_14", neutral=50.0, full=70.0),
        Lean("momentum.channel_55", full=1.0),
    ),
    needs=(Least("momentum.adx_14", 20.0),),
    n_columns=N_COLUMNS,
    windows=WINDOWS,
)
