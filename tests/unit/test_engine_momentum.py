"""Do the momentum data points say what their sentences promise? Against TA-Lib, numpy and numbers by hand."""

import math

import numpy as np
import pytest
import talib

from tests.fakes.candle_kernels import HOUR, market, walk
from workstation.domain.candle import CandleColumns
from workstation.engine.features.history import compute
from workstation.engine.features.market_context import MarketContext, market_context
from workstation.engine.features.registry import CANDLE_POINTS


def told(candles: CandleColumns, context: MarketContext | None = None):
    values = compute(candles, "1h", context).values
    named = zip(CANDLE_POINTS, values, strict=True)
    return {point.name.removeprefix("momentum."): row for point, row in named if point.family == "momentum"}


@pytest.fixture(scope="module")
def candles():
    return walk(1200)


@pytest.fixture(scope="module")
def said(candles):
    return told(candles)


def settled(ours, theirs, rtol=1e-8):
    np.testing.assert_allclose(ours[600:], theirs[600:], rtol=rtol, atol=1e-8)


def test_ta_lib_says_the_same(candles, said):
    high, low, close = candles.high, candles.low, candles.close
    atr = talib.ATR(high, low, close, 14)
    macd, signal, _ = talib.MACD(close, 12, 26, 9)
    settled(said["rsi_14"], talib.RSI(close, 14))
    settled(said["adx_14"], talib.ADX(high, low, close, 14))
    settled(
        said["di_spread_14"], talib.PLUS_DI(high, low, close, 14) - talib.MINUS_DI(high, low, close, 14), 1e-6
    )
    settled(said["macd_histogram"], (macd - signal) / atr)
    settled(said["macd_shift_3"], _shift(macd - signal, atr))
    settled(said["ema_24_distance"], (close - talib.EMA(close, 24)) / atr)
    settled(said["sma_168_distance"], (close - talib.SMA(close, 168)) / atr)
    settled(said["average_order"], (talib.EMA(close, 24) - talib.SMA(close, 168)) / atr)
    settled(said["aroon_24"], talib.AROONOSC(high, low, 24))
    top, bottom = talib.MAX(high, 24), talib.MIN(low, 24)
    settled(said["stochastic_24"], 100 * (close - bottom) / (top - bottom))
    sigma = _sigma(close)
    settled(said["slope_48"], 48 * talib.LINEARREG_SLOPE(np.log(close), 48) / (sigma * math.sqrt(48)), 1e-6)


def _shift(histogram, atr):
    scaled = histogram / atr
    return np.r_[[np.nan] * 3, scaled[3:] - scaled[:-3]]


def _sigma(close):
    returns = np.diff(np.log(close), prepend=np.nan)
    return np.array([returns[max(i - 167, 0) : i + 1].std() for i in range(len(close))])


@pytest.mark.parametrize("bars", [4, 24, 72, 168, 720])
def test_a_return_is_measured_in_its_own_usual_size(candles, said, bars):
    row = 1100
    sigma = np.diff(np.log(candles.close))[row - 168 : row].std()
    moved = math.log(candles.close[row] / candles.close[row - bars])
    assert said[f"return_{bars}"][row] == pytest.approx(moved / (sigma * math.sqrt(bars)), rel=1e-9)


def test_acceleration_is_the_change_of_the_day_s_return(said):
    assert said["acceleration_24"][900] == said["return_24"][900] - said["return_24"][876]


def test_the_channel_ends_at_one_and_a_breakout_goes_beyond():
    close = np.r_[np.tile([90.0, 110.0], 40), 110.0, 100.0, 120.0, 70.0]
    assert told(market(close))["channel_55"][80:].tolist() == pytest.approx([1.0, 0.0, 2.0, -7 / 3])


def test_rsi_is_unknown_while_no_close_ever_moved():
    assert np.isnan(told(market(np.full(600, 110.0)))["rsi_14"]).all()
    assert told(market(np.linspace(100, 110, 600)))["rsi_14"][-1] == 100.0


def test_the_newer_of_two_equal_highs_counts():
    close = np.r_[np.linspace(50, 60, 40), 70.0, 65.0, 70.0, 65.0]
    aroon = told(market(close))["aroon_24"]
    assert aroon[-1] == 100 * (24 - 1) / 24


# --- against the market -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coins():
    return {"BTC/USDT": walk(500, 90), **{f"{chr(65 + k)}/USDT": walk(500, k) for k in range(12)}}


def test_relative_strength_is_the_return_over_the_market_s_one_bar_ago(coins):
    said = told(coins["A/USDT"], market_context(coins, HOUR))
    row = 450
    closes = np.array([np.log(coins[name].close) for name in sorted(coins)])
    steps = np.diff(closes, axis=1, prepend=np.nan)
    own, btc = steps[0], np.diff(np.log(coins["BTC/USDT"].close), prepend=np.nan)
    day = np.diff(np.log(coins["A/USDT"].close))[row - 168 : row].std() * math.sqrt(24)
    before = slice(row - 24, row)
    assert said["btc_strength_24"][row] == pytest.approx((own[before] - btc[before]).sum() / day)
    over_market = (own[before] - steps.mean(axis=0)[before]).sum()
    assert said["market_strength_24"][row] == pytest.approx(over_market / day)
    days = closes[:, row - 1] - closes[:, row - 25]
    assert said["market_breadth"][row] == pytest.approx((days > 0).mean())
    assert said["market_rank_24"][row] == pytest.approx(over_market / days.std())


def test_without_a_market_nothing_is_said_of_it(said):
    for name in ("btc_strength_24", "market_strength_24", "market_breadth", "market_rank_24"):
        assert np.isnan(said[name]).all()
