"""What the grade measures of each coin at a close."""

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.engine.grade.measures import MEASURES, N_MEASURES, measure, measure_close
from workstation.engine.grade.price_measures import N_NAMES as N_PRICES
from workstation.engine.grade.rolling_days import bars_needed, bars_per_day
from workstation.engine.resample import resample

HOUR = 3_600_000
DAY = 24 * HOUR


def hourly_walk(seed, n, sigma=0.01, first_slot=0, dollars=4e5):
    """Return hourly candles that walk at random, about `dollars` paid in each."""
    rng = np.random.default_rng(seed)
    close = 10.0 ** rng.uniform(-3, 4) * np.exp(np.cumsum(rng.normal(0, sigma, n)))
    opened = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(opened, close) * np.exp(np.abs(rng.normal(0, sigma / 2, n)))
    low = np.minimum(opened, close) * np.exp(-np.abs(rng.normal(0, sigma / 2, n)))
    times = (first_slot + np.arange(n, dtype=np.int64)) * HOUR
    return CandleColumns.of(times, opened, high, low, close, dollars * rng.uniform(0.2, 1.8, n) / close)


def values_at(candles, close_ms, timeframe="1h"):
    row = measure(candles, timeframe, np.array([close_ms], np.int64))[0]
    return dict(zip(MEASURES, row.tolist(), strict=True))


def test_each_measure_has_its_own_name():
    assert len(set(MEASURES)) == N_MEASURES


def test_a_steady_climb_is_measured_as_what_it_is():
    n = 31 * 24
    close = np.exp(np.arange(1, n + 1) * 0.001)
    opened = np.exp(np.arange(n) * 0.001)
    times = np.arange(n, dtype=np.int64) * HOUR
    candles = CandleColumns.of(times, opened, close, opened, close, 1_000.0 / close)
    told = values_at(candles, n * HOUR)
    assert told["return_1d"] == pytest.approx(0.024)
    assert told["return_7d"] == pytest.approx(0.168)
    assert told["return_30d"] == pytest.approx(0.72)
    assert told["rsi_14"] == 100.0
    assert told["days_since_high"] == 0.0
    assert told["days_since_low"] == 29.0
    assert told["drawdown_30"] == 0.0
    assert told["dollars_30"] == pytest.approx(24_000.0)
    assert told["money_flow_14"] == pytest.approx(1.0)
    assert told["directional_14"] == pytest.approx(1.0)
    assert told["wick_balance_5"] == pytest.approx(0.0)
    assert told["body_balance_5"] == pytest.approx(1.0)


def test_hours_and_the_days_made_of_them_measure_the_same_at_midnight():
    hours = hourly_walk(3, 40 * 24)
    days = resample(hours, "1h", "1d")
    at = np.arange(31, 41, dtype=np.int64) * DAY
    hourly, daily = measure(hours, "1h", at), measure(days, "1d", at)
    np.testing.assert_allclose(hourly[:, :N_PRICES], daily[:, :N_PRICES], rtol=1e-9, atol=1e-12)


def test_thirty_one_days_of_bars_are_all_that_is_read():
    candles = hourly_walk(5, 60 * 24)
    at = 60 * 24 * HOUR
    assert values_at(candles, at) == values_at(candles[-bars_needed("1h") :], at)
    assert np.isnan(values_at(candles[-bars_needed("1h") + 1 :], at)["return_1d"])


def test_a_close_without_its_bar_is_not_measured_and_a_missing_hour_is_read_across():
    candles = hourly_walk(5, 40 * 24)
    at = 40 * 24 * HOUR
    assert np.isnan(values_at(candles[:-1], at)["return_7d"])
    holed = candles.pick(np.delete(np.arange(len(candles)), -50))
    assert values_at(holed, at)["return_7d"] == values_at(candles, at)["return_7d"]


def test_a_day_of_which_nothing_is_known_leaves_the_month_behind_it_unmeasured():
    candles = hourly_walk(5, 60 * 24)
    gone = np.arange(25 * 24, 27 * 24)
    holed = candles.pick(np.delete(np.arange(len(candles)), gone))
    at = np.arange(27, 61, dtype=np.int64) * DAY
    known = np.isfinite(measure(holed, "1h", at)[:, 0])
    assert at[known][0] == (27 + 31) * DAY


def test_one_close_of_many_coins_is_that_of_their_histories_to_the_last_bit():
    coins = [hourly_walk(seed, 35 * 24) for seed in range(4)]
    at = 33 * 24 * HOUR
    close = measure_close([*coins, CandleColumns.empty()], "1h", at)
    for row, candles in enumerate(coins):
        assert close[row].tobytes() == measure(candles, "1h", np.array([at], np.int64))[0].tobytes()
    assert np.isnan(close[-1]).all()


def test_a_market_that_sleeps_gives_no_infinite_measure():
    n = 31 * 24
    flat = np.ones(n)
    candles = CandleColumns.of(np.arange(n, dtype=np.int64) * HOUR, flat, flat, flat, flat, np.zeros(n))
    told = measure(candles, "1h", np.array([n * HOUR], np.int64))
    assert not np.isinf(told).any()


@pytest.mark.parametrize("timeframe", ["3d", "1w"])
def test_bars_longer_than_a_day_are_refused(timeframe):
    with pytest.raises(UsageError, match="fill a day"):
        bars_per_day(timeframe)
