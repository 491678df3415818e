"""Do the volume data points say what their sentences promise? Against TA-Lib, numpy and numbers by hand."""

import math

import numpy as np
import pytest
import talib

from tests.fakes.candle_kernels import (
    HOUR,
    check_a_later_beginning,
    extremes,
    market,
    own_bar_by_bar,
    own_in_batches,
    own_of,
    recorded,
    said,
    same_bits,
    walk,
    zigzag,
)
from workstation.domain.candle import CandleColumns
from workstation.engine.features import columns, volume


def true_range(candles: CandleColumns):
    """Return Wilder's average true range, begun at the first bar's range, in plain Python."""
    atr = [candles.high[0] - candles.low[0]]
    for i in range(1, len(candles)):
        before = candles.close[i - 1]
        span = max(
            candles.high[i] - candles.low[i], abs(candles.high[i] - before), abs(candles.low[i] - before)
        )
        atr.append(atr[-1] * 13 / 14 + span / 14)
    return np.array(atr)


def check_against_references(candles: CandleColumns) -> None:
    told = said(volume, candles)
    paid = candles.close * candles.volume
    mfi = talib.MFI(candles.high, candles.low, candles.close, candles.volume, 14)
    np.testing.assert_allclose(told["mfi_14"][14:], mfi[14:], rtol=1e-8, atol=1e-8)
    on_balance = talib.OBV(candles.close, candles.volume)
    rise = talib.LINEARREG_SLOPE(on_balance, 48) * 48
    traded = talib.SUM(candles.volume, 48)
    np.testing.assert_allclose(told["obv_slope_48"][47:], (rise / traded)[47:], rtol=1e-6, atol=1e-7)
    top, bottom = talib.MAX(on_balance, 168), talib.MIN(on_balance, 168)
    place = (on_balance - bottom) / (top - bottom)
    np.testing.assert_allclose(told["obv_range_168"][167:], place[167:], rtol=1e-8, atol=1e-9)
    price = (candles.close - talib.MIN(candles.close, 168)) / (
        talib.MAX(candles.close, 168) - talib.MIN(candles.close, 168)
    )
    np.testing.assert_allclose(told["obv_lead_168"][167:], (place - price)[167:], rtol=1e-8, atol=1e-8)
    atr = true_range(candles)
    log_paid, returns = np.log1p(paid), np.diff(np.log(candles.close), prepend=np.nan)
    for i in range(len(candles) - 150, len(candles)):
        day, week, two_days = slice(i - 23, i + 1), slice(i - 167, i + 1), slice(i - 47, i + 1)
        before = log_paid[i - 168 : i]
        z = (log_paid[i] - before.mean()) / before.std()
        assert told["dollar_z_168"][i] == pytest.approx(z, rel=1e-8)
        assert told["ratio_24_168"][i] == pytest.approx(math.log(paid[day].mean() / paid[week].mean()))
        quiet = told["ratio_24_168"][i] - math.log(returns[day].std() / returns[week].std())
        assert told["quiet_24"][i] == pytest.approx(quiet, rel=1e-7, abs=1e-9)
        assert told["dollar_volume"][i] == pytest.approx(math.log10(paid[day].sum()))
        assert told["trend_24"][i] == pytest.approx(math.log(paid[day].sum() / paid[i - 47 : i - 23].sum()))
        assert told["burst_share_24"][i] == pytest.approx(paid[day].max() / paid[day].sum())
        share = (paid[day] * (np.sign(returns[day]) + 1) / 2).sum() / paid[day].sum()
        assert told["buying_share_24"][i] == pytest.approx(share)
        growth = np.diff(log_paid)[i - 48 : i]
        assert told["backing_48"][i] == pytest.approx(np.corrcoef(returns[two_days], growth)[0, 1], rel=1e-7)
        for bars, name in ((day, "24"), (week, "168")):
            typical = (candles.high[bars] + candles.low[bars] + candles.close[bars]) / 3
            mean = np.average(typical, weights=candles.volume[bars])
            distance = (candles.close[i] - mean) / atr[i]
            assert told[f"vwap_{name}_distance"][i] == pytest.approx(distance, rel=1e-7, abs=1e-9)
            span = candles.high[bars] - candles.low[bars]
            place_in_bar = 2 * (candles.close[bars] - candles.low[bars]) / np.where(
                span > 0, span, np.inf
            ) - (span > 0)
            flow = (place_in_bar * candles.volume[bars]).sum() / candles.volume[bars].sum()
            assert told[f"cmf_{name}"][i] == pytest.approx(flow, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_simulated_market_reads_as_the_slow_formulas_say(seed):
    check_against_references(walk(700, seed))


@pytest.mark.parametrize("symbol", ["BTCUSDT", "PEPEUSDT"])
def test_a_recorded_market_reads_as_the_slow_formulas_say(recordings, symbol):
    check_against_references(recorded(recordings, symbol, 700))


def test_a_history_and_the_same_bars_one_by_one_agree_to_the_last_bit():
    candles = walk(1_300, 3)
    whole = own_of(volume, candles)
    assert same_bits(own_bar_by_bar(volume, candles), whole)
    assert same_bits(own_in_batches(volume, candles), whole)


def test_a_later_beginning_changes_nothing_once_warmed_up():
    check_a_later_beginning(volume, walk(1_900, 4))


@pytest.mark.parametrize("odd", extremes())
def test_extreme_candles_are_unknown_or_in_range(odd):
    told = said(volume, extremes()[odd])
    for point in volume.CANDLE_POINTS:
        values = told[point.name.partition(".")[2]]
        assert not ((values < point.low) | (values > point.high)).any(), point.name


def test_a_market_in_which_nothing_trades_says_nothing():
    told = said(volume, extremes()["nothing trades"])
    assert all(np.isnan(values).all() for name, values in told.items() if name != "hour_surprise")


def test_every_point_speaks_from_its_warm_up_on():
    told = said(volume, zigzag(900))
    for point in volume.CANDLE_POINTS:
        known = ~np.isnan(told[point.name.partition(".")[2]])
        assert point.inputs == ("market",) or (
            known[point.warmup :].all() and not known[: point.warmup].any()
        )


def test_the_hour_is_held_against_the_same_hour_of_four_weeks():
    n = 168 * 6
    paid = np.ones(n)
    row = n - 1
    paid[row - 168], paid[row - 336], paid[row - 504], paid[row - 672], paid[row - 840] = 2, 4, 8, 16, 1e6
    told = said(volume, market(np.ones(n), volume=paid))["hour_surprise"]
    assert told[row] == pytest.approx(math.log(2) - np.mean(np.log1p([2, 4, 8, 16])))


def hour_by_hand(candles: CandleColumns, row: int) -> float:
    """Return the hour's surprise by looking at every bar's time, within 840 bars."""
    hour = candles.open_time // HOUR
    paid = np.log1p(candles.close * candles.volume)
    oldest = max(row - 840, 0)
    weeks = []
    for back in (1, 2, 3, 4):
        then = hour[row] - 168 * back
        same = paid[oldest:row][hour[oldest:row] == then]
        if len(same) and candles.open_time[oldest] <= then * HOUR:
            weeks.append(same.mean())
    return paid[row] - np.mean(weeks) if len(weeks) >= 2 else math.nan


@pytest.mark.parametrize("minutes", [1, 15, 30, 60, 240, 1_440, 10_080])
def test_the_hour_is_found_in_bars_of_any_length_with_holes(minutes):
    rng = np.random.default_rng(minutes)
    bars = walk(1_500, minutes)
    times = np.cumsum(rng.choice([1, 1, 1, 1, 1, 1, 2, 7], 1_500)) * minutes * 60_000
    candles = market(bars.close, volume=bars.volume, times=times)
    told = said(volume, candles)["hour_surprise"]
    for row in range(1_300, 1_500, 3):
        assert told[row] == pytest.approx(hour_by_hand(candles, row), nan_ok=True)
    assert np.isnan(told).all() == (minutes == 1)


def test_the_greatest_burst_carries_the_sign_of_its_bar():
    candles = walk(300)
    burst = candles.volume.copy()
    burst[298] = 1e9
    falling = market(
        candles.close, open_=candles.close + np.where(np.arange(300) == 298, 1, -1), volume=burst
    )
    assert said(volume, falling)["spike_6"][299] < -5
    rising = market(candles.close, open_=candles.close - 1, volume=burst)
    assert said(volume, rising)["spike_6"][299] > 5


def test_on_balance_volume_of_a_pure_rise_is_all_of_the_volume():
    rising = said(volume, market(np.linspace(100, 200, 400), volume=np.full(400, 5.0)))
    assert rising["obv_slope_48"][-1] == pytest.approx(1.0)
    assert rising["obv_range_168"][-1] == 1.0
    assert rising["force_13"][-1] > 0
    falling = said(volume, market(np.linspace(200, 100, 400), volume=np.full(400, 5.0)))
    assert falling["obv_slope_48"][-1] == pytest.approx(-1.0)
    assert falling["force_13"][-1] < 0


def test_on_balance_volume_recovers_from_a_volume_no_number_holds():
    candles = walk(800, 9)
    traded = candles.volume.copy()
    traded[100:102] = 1.7e308
    burst = market(candles.close, high=candles.high, low=candles.low, volume=traded)
    calm = said(volume, candles)
    told = said(volume, burst)
    assert told["obv_slope_48"][-1] == calm["obv_slope_48"][-1]
    assert told["obv_range_168"][-1] == pytest.approx(calm["obv_range_168"][-1], abs=1e-6)


def test_bitcoin_s_share_is_what_the_market_says():
    candles = walk(40)
    from_market = np.full((columns.N_COLUMNS, 40), np.nan)
    from_market[:5] = candles.open, candles.high, candles.low, candles.close, candles.volume
    from_market[columns.BTC_SHARE] = 0.4
    own = np.empty((volume.N_COLUMNS, 40))
    volume.rows(candles.open_time, from_market, own, np.empty(volume.N_PARTS), 0, 0, 40)
    assert own[[p.name for p in volume.CANDLE_POINTS].index("volume.btc_dominance"), 39] == 0.4
