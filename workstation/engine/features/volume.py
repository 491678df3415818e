"""Volume: whether money is behind the move, and on which side."""

import numpy as np
import talib

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.signal import Family
from workstation.engine.features.data_point import DataPoint, Formula
from workstation.engine.features.factor_family import FactorFamily, Lean, Least
from workstation.engine.features.rolling import shifted, window_deviation, window_mean, window_sum
from workstation.engine.features.yardstick import average_true_range, in_units_of, log_returns, sigma

_HOUR_MS = 3_600_000
_HOURS_A_WEEK = 168
_PROFILE_WEEKS = 4
_LEAST_WEEKS = 2


def dollar_volume(candles: CandleColumns) -> FloatArray:
    """Return what was paid in each bar, quote currency, shape (n,)."""
    return candles.close * candles.volume


def dollar_surprise(candles: CandleColumns) -> FloatArray:
    """Return log dollar volume against the 168 bars before, in standard deviations, shape (n,)."""
    paid = np.log1p(dollar_volume(candles))
    usual = shifted(window_mean(paid, 168), 1)
    spread = shifted(window_deviation(paid, 168), 1)
    return in_units_of(spread, paid - usual)


def hour_surprise(candles: CandleColumns) -> FloatArray:
    """Return log dollar volume against the same hour of the last four weeks, shape (n,).

    At least two of those weeks must be there. Bars of a few minutes never see them, since a judgement reads
    no further back than 3072 bars: there it stays unknown.
    """
    paid = np.log1p(dollar_volume(candles))
    if not len(candles):
        return paid
    hours = candles.open_time // _HOUR_MS
    week, hour = hours // _HOURS_A_WEEK - hours[0] // _HOURS_A_WEEK + _PROFILE_WEEKS, hours % _HOURS_A_WEEK
    profile = _hourly_means(paid, week, hour)
    total, n_known = np.zeros(len(candles)), np.zeros(len(candles))
    for back in range(1, _PROFILE_WEEKS + 1):  # whole weeks only, so the hour that is running is never in it
        then = profile[week - back, hour]
        known = ~np.isnan(then)
        total += np.where(known, then, 0.0)
        n_known += known
    n_known[n_known < _LEAST_WEEKS] = np.nan
    return paid - total / n_known


def _hourly_means(paid: FloatArray, week: IntArray, hour: IntArray) -> FloatArray:
    """Return the mean by week and hour of the week, shape (weeks, 168); NaN where nothing was recorded."""
    n_weeks = int(week[-1]) + 1
    cell = week * _HOURS_A_WEEK + hour
    total = np.bincount(cell, paid, n_weeks * _HOURS_A_WEEK).astype(np.float64)
    count = np.bincount(cell, minlength=n_weeks * _HOURS_A_WEEK).astype(np.float64)
    return in_units_of(count, total).reshape(n_weeks, _HOURS_A_WEEK)


def dollar_ratio(candles: CandleColumns) -> FloatArray:
    """Return the log of mean dollar volume over 24 bars against 168, shape (n,)."""
    paid = dollar_volume(candles)
    ratio: FloatArray = np.log(in_units_of(window_mean(paid, 168), window_mean(paid, 24)))
    return ratio


def signed_spike(candles: CandleColumns) -> FloatArray:
    """Return the greatest volume surprise of the last 6 bars, signed by its bar's direction, shape (n,)."""
    surprise = np.maximum(dollar_surprise(candles), 0.0)
    signed = surprise * np.sign(candles.close - candles.open)
    up: FloatArray = talib.MAX(signed, 6)
    down: FloatArray = talib.MIN(signed, 6)
    return np.where(up >= -down, up, down)


def net_volume(candles: CandleColumns) -> FloatArray:
    """Return on-balance volume's regression rise over 48 bars, as a share of their volume, shape (n,)."""
    rise = talib.LINEARREG_SLOPE(talib.OBV(candles.close, candles.volume), 48) * 48
    return in_units_of(window_sum(candles.volume, 48), rise)


def money_flow(candles: CandleColumns) -> FloatArray:
    """Return Chaikin's money flow over 24 bars, -1..1, shape (n,); NaN where nothing traded in them."""
    span = candles.high - candles.low
    place = 2 * candles.close - candles.high - candles.low
    pressure = np.divide(place, span, out=np.zeros_like(span), where=span > 0) * candles.volume
    return in_units_of(window_sum(candles.volume, 24), window_sum(pressure, 24))


def money_flow_index(candles: CandleColumns) -> FloatArray:
    """Return the money flow index over 14 bars, 0..100, shape (n,); NaN where no traded price moved."""
    mfi: FloatArray = talib.MFI(candles.high, candles.low, candles.close, candles.volume, 14)
    typical = talib.TYPPRICE(candles.high, candles.low, candles.close)
    moved = (typical != shifted(typical, 1)) & (candles.volume > 0)
    mfi[window_sum(moved.astype(np.float64), 14) == 0] = np.nan  # TA-Lib says 0, as if all had been sold
    return mfi


def paid_price_distance(bars: int) -> Formula:
    """Return the formula of the close above the volume-weighted mean price, in average true ranges."""

    def formula(candles: CandleColumns) -> FloatArray:
        typical = talib.TYPPRICE(candles.high, candles.low, candles.close)
        paid = window_sum(typical * candles.volume, bars)
        mean_price = in_units_of(window_sum(candles.volume, bars), paid)
        return in_units_of(average_true_range(candles), candles.close - mean_price)

    return formula


def buying_share(candles: CandleColumns) -> FloatArray:
    """Return the share of 24 bars' dollar volume paid in bars that closed higher, 0..1, shape (n,).

    A bar whose close did not move counts half.
    """
    paid = dollar_volume(candles)
    side = (np.sign(log_returns(candles)) + 1) / 2
    return in_units_of(window_sum(paid, 24), window_sum(paid * side, 24))


def volume_backing(candles: CandleColumns) -> FloatArray:
    """Return the correlation of returns with the change of log volume over 48 bars, -1..1, shape (n,)."""
    paid = np.log1p(dollar_volume(candles))
    correlation: FloatArray = talib.CORREL(log_returns(candles), paid - shifted(paid, 1), 48)
    return correlation


def quiet_accumulation(candles: CandleColumns) -> FloatArray:
    """Return by how much volume has grown more than volatility, log of the two ratios, shape (n,)."""
    return dollar_ratio(candles) - np.log(in_units_of(sigma(candles), sigma(candles, 24)))


_LOG = "log ratio"
_ATR = "average true ranges"
POINTS = (
    DataPoint(
        "volume.dollar_z_168",
        "standard deviations",
        "Money traded against the week before.",
        168,
        dollar_surprise,
    ),
    DataPoint(
        "volume.hour_surprise",
        _LOG,
        "Money traded against the same hour of the last four weeks.",
        336,
        hour_surprise,
    ),
    DataPoint("volume.ratio_24_168", _LOG, "Money traded in 24 bars against 168.", 167, dollar_ratio),
    DataPoint(
        "volume.spike_6",
        "standard deviations",
        "Greatest burst of the last 6 bars, signed by its direction.",
        173,
        signed_spike,
    ),
    DataPoint(
        "volume.obv_slope_48", "share of volume", "Where on-balance volume is heading.", 47, net_volume
    ),
    DataPoint(
        "volume.cmf_24",
        "-1..1",
        "Chaikin money flow: do bars close near highs or lows when money trades?",
        23,
        money_flow,
    ),
    DataPoint("volume.mfi_14", "0..100", "RSI weighted by money.", 14, money_flow_index),
    DataPoint(
        "volume.vwap_24_distance",
        _ATR,
        "Close above the mean price paid in 24 bars.",
        23,
        paid_price_distance(24),
    ),
    DataPoint(
        "volume.vwap_168_distance",
        _ATR,
        "Close above the mean price paid in 168 bars.",
        167,
        paid_price_distance(168),
    ),
    DataPoint(
        "volume.buying_share_24", "0..1", "Share of the money that traded in rising bars.", 24, buying_share
    ),
    DataPoint("volume.backing_48", "-1..1", "Do volume and price rise together?", 48, volume_backing),
    DataPoint("volume.quiet_24", _LOG, "Volume growing without price moving.", 168, quiet_accumulation),
)

FAMILY = FactorFamily(
    family=Family.VOLUME,
    points=POINTS,
    leans=(
        Lean("volume.obv_slope_48", full=0.3),
        Lean("volume.cmf_24", full=0.15),
        Lean("volume.mfi_14", neutral=50.0, full=75.0),
        Lean("volume.buying_share_24", neutral=0.5, full=0.65),
        Lean("volume.spike_6", full=2.0),
    ),
    needs=(Least("volume.ratio_24_168", 0.0),),
)
