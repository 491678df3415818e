"""Do the data points of our own say what their sentences promise? Each against numbers worked out by hand."""

import math

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.signal import Family
from workstation.engine.features import levels, momentum, volume, yardstick
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.registry import DATA_POINTS, FAMILIES, LONGEST_WARMUP, compute_all
from workstation.engine.features.swings import confirmed_swings

HOUR = 3_600_000


def market(close, *, high=None, low=None, open_=None, volume=None, times=None) -> CandleColumns:
    close = np.asarray(close, np.float64)
    return CandleColumns.of(
        np.arange(len(close)) * HOUR if times is None else times,
        close if open_ is None else open_,
        close if high is None else high,
        close if low is None else low,
        close,
        np.ones(len(close)) if volume is None else volume,
    )


def walk(n: int, seed: int = 1) -> CandleColumns:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
    open_ = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, 0.003, n)))
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, 0.003, n)))
    return market(close, high=high, low=low, open_=open_, volume=rng.lognormal(4, 1, n))


def zigzag(n: int) -> CandleColumns:
    """Return a market that swings 10 % up and down every 14 bars, slowly rising."""
    close = 100 + np.arange(n) * 0.01 + 10 * np.abs(np.arange(n) % 14 - 7) / 7
    return market(close, high=close + 0.5, low=close - 0.5, volume=np.arange(n) % 5 + 1.0)


def atr_of(candles: CandleColumns):
    return yardstick.average_true_range(candles)


# --- the registry -----------------------------------------------------------------------------------------


def test_every_data_point_is_named_after_its_family_and_says_what_it_is():
    for family in FAMILIES:
        for point in family.points:
            assert point.family is family.family
            assert DATA_POINTS[point.name] is point
            assert point.sentence.endswith((".", "?"))
            assert point.unit
            assert 0 < point.warmup <= LONGEST_WARMUP
        assert set(family.reads) <= {point.name for point in family.points}
    assert len(DATA_POINTS) == sum(len(family.points) for family in FAMILIES)
    assert {Family.MOMENTUM, Family.VOLUME, Family.LEVELS} <= {f.family for f in FAMILIES}


def test_every_data_point_speaks_from_its_warm_up_on_and_not_before():
    candles = zigzag(700)
    for name, values in compute_all(candles).items():
        known = np.flatnonzero(~np.isnan(values))
        assert values.dtype == np.float64
        assert values.shape == (700,)
        assert known[0] == DATA_POINTS[name].warmup, name


@pytest.mark.parametrize("point", DATA_POINTS.values(), ids=lambda point: point.name)
def test_a_stated_warm_up_is_the_true_one(point):
    with np.errstate(all="ignore"):
        first_known = int(np.flatnonzero(~np.isnan(point.formula(zigzag(700))))[0])
    waits_for_swings = point.name in {
        "levels.resistance_distance",
        "levels.support_distance",
        "levels.resistance_touches",
        "levels.support_touches",
        "levels.breakout",
        "levels.retest",
        "levels.structure",
    }
    assert first_known <= point.warmup if waits_for_swings else first_known == point.warmup


@pytest.mark.parametrize("n", [0, 1, 2, 13, 14, 60])
def test_a_short_history_is_unknown_not_an_error(n):
    for name, values in compute_all(walk(n)).items():
        assert values.shape == (n,)
        assert np.isnan(values[: DATA_POINTS[name].warmup]).all()


def test_a_market_that_does_not_move_says_nothing_in_any_direction():
    last = {name: float(values[-1]) for name, values in compute_all(market(np.full(500, 7.0))).items()}
    silent = {name for name, value in last.items() if math.isnan(value)}
    assert {"momentum.rsi_14", "volume.mfi_14", "momentum.return_24", "levels.range_24"} <= silent
    for family in FAMILIES:
        for lean in family.leans:
            assert lean.say(np.array([last[lean.point]]))[0] == 0.0, lean.point


def test_a_market_in_which_nothing_trades_has_no_volume_to_speak_of():
    candles = walk(500)
    quiet = market(candles.close, high=candles.high, low=candles.low, volume=np.zeros(500))
    counts_as_nothing = {"volume.hour_surprise", "volume.spike_6", "volume.backing_48"}
    for name, values in compute_all(quiet).items():
        if name.startswith("volume.") and name not in counts_as_nothing:
            assert np.isnan(values).all(), name


def test_absurd_prices_are_unknown_never_infinite():
    close = np.where(np.arange(600) % 50 == 7, 1e300, 1e-9)
    for name, values in compute_all(market(close, volume=np.full(600, 1e20))).items():
        assert not np.isinf(values).any(), name


def test_a_data_point_never_writes_into_the_candles_it_reads():
    candles = walk(30)
    before = candles.close.copy()
    point = DataPoint("momentum.close", "quote currency", "The close.", 3, lambda c: c.close)
    assert np.isnan(point.compute(candles)[:3]).all()
    assert np.array_equal(candles.close, before)


def test_momentum_and_levels_read_the_same_in_any_currency_unit():
    candles = walk(600)
    cheap = CandleColumns.of(
        candles.open_time,
        *(p * 2.0**-20 for p in (candles.open, candles.high, candles.low, candles.close)),
        candles.volume,
    )
    told, again = compute_all(candles), compute_all(cheap)
    for name in told:
        if not name.startswith("volume.") and name != "levels.round_number":
            np.testing.assert_allclose(again[name], told[name], rtol=1e-9, atol=1e-9, err_msg=name)


# --- momentum ---------------------------------------------------------------------------------------------


def test_a_return_is_measured_in_its_own_usual_size():
    candles = walk(400)
    row = 399
    returns = [math.log(candles.close[i] / candles.close[i - 1]) for i in range(row - 167, row + 1)]
    mean = sum(returns) / 168
    sigma = math.sqrt(sum((r - mean) ** 2 for r in returns) / 168)
    over_24 = math.log(candles.close[row] / candles.close[row - 24])
    before = math.log(candles.close[row - 24] / candles.close[row - 48])
    unit = sigma * math.sqrt(24)
    assert momentum.scaled_return(24)(candles)[row] == pytest.approx(over_24 / unit, rel=1e-9)
    assert momentum.acceleration(candles)[row] == pytest.approx((over_24 - before) / unit, rel=1e-9)


def test_a_steady_rise_has_a_slope_of_its_own_pace():
    candles = walk(300)
    steady = market(
        np.where(np.arange(300) < 252, candles.close, candles.close[251] * 1.001 ** np.arange(-251, 49))
    )
    sigma = yardstick.sigma(steady)[-1]
    expected = 48 * math.log(1.001) / (sigma * math.sqrt(48))
    assert momentum.trend_slope(steady)[-1] == pytest.approx(expected, rel=1e-6)


def test_the_channel_ends_at_one_and_a_breakout_goes_beyond():
    close = np.r_[np.tile([90.0, 110.0], 40), 110.0, 100.0, 120.0, 70.0]
    position = momentum.channel_position(market(close))
    assert position[80:].tolist() == pytest.approx([1.0, 0.0, 2.0, -7 / 3])


def test_distances_to_averages_are_in_true_ranges():
    candles = walk(400)
    row = 399
    ema = np.mean(candles.close[:24])
    for price in candles.close[24:]:
        ema += (price - ema) * 2 / 25
    slow = np.mean(candles.close[:168])
    for price in candles.close[168:]:
        slow += (price - slow) * 2 / 169
    atr = atr_of(candles)[row]
    assert momentum.average_distance(24)(candles)[row] == pytest.approx((candles.close[row] - ema) / atr)
    assert momentum.average_order(candles)[row] == pytest.approx((ema - slow) / atr)


def test_the_macd_shift_is_the_change_over_three_bars():
    histogram = momentum.macd_histogram(walk(100))
    assert momentum.macd_shift(walk(100))[90] == histogram[90] - histogram[87]


def test_rsi_is_unknown_while_no_close_moves():
    close = np.r_[np.linspace(100, 110, 30), np.full(20, 110.0)]
    rsi = momentum.relative_strength(market(close))
    assert rsi[29] == 100.0
    assert np.isnan(rsi[-5:]).all()


# --- volume -----------------------------------------------------------------------------------------------


def test_money_is_surprising_against_the_week_before_itself():
    candles = walk(300)
    paid = np.log1p(candles.close * candles.volume)
    week = paid[131:299]
    assert volume.dollar_surprise(candles)[299] == pytest.approx((paid[299] - week.mean()) / week.std())


def test_the_hour_profile_is_the_mean_of_the_same_hour_in_the_weeks_before():
    n = 168 * 6
    paid = np.ones(n)
    row = n - 1
    paid[row - 168], paid[row - 336], paid[row - 504], paid[row - 672], paid[row - 840] = 2, 4, 8, 16, 1e6
    told = volume.hour_surprise(market(np.ones(n), volume=paid))
    usual = np.mean(np.log1p([2, 4, 8, 16]))
    assert told[row] == pytest.approx(math.log(2) - usual)


def test_the_hour_profile_needs_two_weeks_and_forgives_a_missing_one():
    times = np.delete(np.arange(168 * 4), np.arange(168, 336)) * HOUR
    told = volume.hour_surprise(market(np.ones(len(times)), times=times))
    assert np.isnan(told[168:336]).all()
    assert told[336:] == pytest.approx(np.zeros(168))


def test_bars_of_a_minute_never_know_their_hour():
    times = np.arange(3000) * 60_000
    assert np.isnan(volume.hour_surprise(market(np.ones(3000), times=times))).all()


def test_money_of_a_day_against_a_week():
    paid = np.r_[np.ones(144), np.full(24, 3.0)]
    ratio = volume.dollar_ratio(market(np.ones(168), volume=paid))
    assert ratio[167] == pytest.approx(math.log(3.0 / ((144 + 72) / 168)))


def test_the_greatest_burst_carries_the_sign_of_its_bar():
    candles = walk(300)
    surprise = np.maximum(volume.dollar_surprise(candles), 0)
    last_six = [
        (surprise[i], surprise[i] * math.copysign(1, candles.close[i] - candles.open[i]))
        for i in range(294, 300)
    ]
    assert volume.signed_spike(candles)[299] == max(last_six)[1]
    burst = candles.volume.copy()
    burst[298] = 1e9
    falling = candles.close[298] < candles.open[298]
    told = volume.signed_spike(market(candles.close, open_=candles.open, volume=burst))[299]
    assert abs(told) > 5
    assert (told < 0) == falling


def test_on_balance_volume_of_a_pure_rise_is_all_of_the_volume():
    rising = market(np.linspace(100, 200, 100), volume=np.full(100, 5.0))
    assert volume.net_volume(rising)[-1] == pytest.approx(1.0)
    falling = market(np.linspace(200, 100, 100), volume=np.full(100, 5.0))
    assert volume.net_volume(falling)[-1] == pytest.approx(-1.0)


def test_money_flow_is_where_bars_close_in_their_range_by_volume():
    close = np.full(24, 100.0)
    high, low = close.copy(), close - 2.0
    low[:6], high[:6] = 100.0, 104.0
    high[23], low[23] = 100.0, 100.0
    flow = volume.money_flow(market(close, high=high, low=low, volume=np.arange(1.0, 25.0)))
    assert flow[23] == pytest.approx((sum(range(7, 24)) - sum(range(1, 7))) / sum(range(1, 25)))


def test_the_mean_price_paid_is_weighted_by_volume():
    candles = walk(60)
    typical = (candles.high + candles.low + candles.close)[36:] / 3
    mean_price = np.average(typical, weights=candles.volume[36:])
    told = volume.paid_price_distance(24)(candles)[59]
    assert told == pytest.approx((candles.close[59] - mean_price) / atr_of(candles)[59])


def test_buying_share_counts_a_still_bar_half():
    close = np.r_[100.0, np.tile([101.0, 100.0], 11), 100.0, 100.0]
    share = volume.buying_share(market(close, volume=1 / close))
    assert share[-1] == pytest.approx((11 + 2 / 2) / 24)


def test_quiet_accumulation_is_volume_less_volatility():
    candles = walk(300)
    returns = np.diff(np.log(candles.close))
    paid = candles.close * candles.volume
    expected = math.log(paid[-24:].mean() / paid[-168:].mean()) - math.log(
        returns[-24:].std() / returns[-168:].std()
    )
    assert volume.quiet_accumulation(candles)[-1] == pytest.approx(expected)


def test_volume_that_grows_with_price_backs_it():
    candles = walk(100)
    backed = market(candles.close, volume=candles.close**20)
    assert volume.volume_backing(backed)[-1] == pytest.approx(1.0, abs=1e-3)


def test_money_flow_index_is_unknown_while_no_price_moves():
    assert np.isnan(volume.money_flow_index(market(np.full(40, 3.0)))[14:]).all()
    rising = volume.money_flow_index(market(np.linspace(1, 2, 40)))
    assert rising[-1] == pytest.approx(100.0)


# --- levels -----------------------------------------------------------------------------------------------


def test_a_swing_is_known_six_bars_after_its_pivot_and_not_earlier():
    close = np.r_[np.arange(100.0, 110.0), np.arange(108.0, 98.0, -1)]
    peak = int(np.argmax(close))
    highs = confirmed_swings(market(close)).highs
    assert np.isnan(highs[0][: peak + 6]).all()
    assert (highs[0][peak + 6 :] == 109.0).all()
    assert np.isnan(highs[1]).all()


def test_a_flat_top_counts_once_at_its_last_bar():
    close = np.r_[np.arange(100.0, 108.0), [108.0, 108.0, 108.0], np.arange(107.0, 97.0, -1)]
    highs = confirmed_swings(market(close)).highs
    assert np.flatnonzero(~np.isnan(highs[0]))[0] == 10 + 6
    assert np.isnan(highs[1]).all()


def test_swings_are_remembered_newest_first():
    candles = zigzag(60)
    swings = confirmed_swings(candles)
    tops = [candles.high[14], candles.high[28], candles.high[42]]
    assert swings.highs[:3, 59].tolist() == tops[::-1]
    assert swings.lows[:2, 59].tolist() == [candles.low[49], candles.low[35]]
    assert swings.levels.shape == (12, 60)


def test_support_and_resistance_are_the_nearest_swings_around_the_close():
    candles = zigzag(80)
    row = 75
    atr = atr_of(candles)[row]
    swings = [candles.high[i] for i in (14, 28, 42, 56)] + [candles.low[i] for i in (7, 21, 35, 49, 63)]
    above = min(level for level in swings if level > candles.close[row])
    below = max(level for level in swings if level <= candles.close[row])
    assert levels.resistance_distance(candles)[row] == pytest.approx((above - candles.close[row]) / atr)
    assert levels.support_distance(candles)[row] == pytest.approx((candles.close[row] - below) / atr)
    touched = sum(abs(level - above) <= 0.5 * atr for level in swings)
    assert levels.touches(levels.nearest_resistance)(candles)[row] == touched
    assert touched == 4


def test_there_is_no_resistance_above_the_highest_price():
    candles = market(np.linspace(100, 200, 100))
    assert np.isnan(levels.resistance_distance(candles)).all()
    assert np.isnan(levels.touches(levels.nearest_support)(candles)).all()


def test_higher_highs_and_higher_lows_count_two():
    rising = zigzag(100)
    assert levels.structure(rising)[-1] == 2.0
    falling = market(200 - rising.close, high=200 - rising.low, low=200 - rising.high)
    assert levels.structure(falling)[-1] == -2.0


def test_a_breakout_is_measured_from_the_swing_it_broke():
    calm = zigzag(60)
    top, bottom = calm.high[42], calm.low[49]
    for price, reference in ((130.0, top), (70.0, bottom), (105.0, None)):
        candles = market(np.r_[calm.close, price], high=np.r_[calm.high, price], low=np.r_[calm.low, price])
        distance = 0.0 if reference is None else (price - reference) / atr_of(candles)[-1]
        assert levels.breakout(candles)[-1] == pytest.approx(distance)


def test_a_broken_level_that_is_touched_and_holds_is_a_retest():
    calm = zigzag(60)
    top = calm.high[42]
    after = np.r_[top + 8, top + 7, top + 3, top + 0.5, top + 1, top + 2, top + 4, top + 5, top + 6, top + 6]
    close = np.r_[calm.close, after]
    candles = market(close, high=np.r_[calm.high, after], low=np.r_[calm.low, after])
    told = levels.retest(candles)
    assert told[60:63].tolist() == [0.0, 0.0, 0.0]
    assert told[63:66].tolist() == [1.0, 1.0, 1.0]
    mirrored = market(300 - close, high=300 - candles.low, low=300 - candles.high)
    assert levels.retest(mirrored)[63:66].tolist() == [-1.0, -1.0, -1.0]


def test_a_range_position_runs_from_its_low_to_its_high():
    close = np.r_[np.linspace(100, 200, 24), 150.0, 90.0]
    position = levels.range_position(24)(market(close))
    assert position[23] == 1.0
    assert position[25] == 0.0
    assert position[24] == pytest.approx((150 - close[1]) / (200 - close[1]))


def test_distances_to_the_week_are_in_true_ranges():
    candles = walk(300)
    row, atr = 299, atr_of(candles)[299]
    top, bottom = candles.high[132:].max(), candles.low[132:].min()
    assert levels.high_distance(candles)[row] == pytest.approx((top - candles.close[row]) / atr)
    assert levels.low_distance(candles)[row] == pytest.approx((candles.close[row] - bottom) / atr)


def test_volume_shares_count_bars_by_their_typical_price():
    candles = walk(200)
    row, atr = 199, atr_of(candles)[199]
    typical = ((candles.high + candles.low + candles.close) / 3)[128:]
    traded = candles.volume[128:]
    near = traded[np.abs(typical - candles.close[row]) <= 0.75 * atr].sum() / traded.sum()
    overhead = traded[typical > candles.close[row]].sum() / traded.sum()
    assert levels.volume_near(candles)[row] == pytest.approx(near)
    assert levels.volume_overhead(candles)[row] == pytest.approx(overhead)


@pytest.mark.parametrize(
    ("price", "nearest"),
    [
        (61_234.0, 60_000.0),
        (63_000.0, 65_000.0),
        (0.00001234, 0.00001),
        (0.97, 0.95),
        (99.0, 100.0),
        (5.0, 5.0),
    ],
)
def test_round_numbers_are_halves_of_the_price_s_power_of_ten(price, nearest):
    candles = market(np.full(30, price), high=np.full(30, price * 1.01), low=np.full(30, price * 0.99))
    told = levels.round_number_distance(candles)[-1]
    assert told == pytest.approx((nearest - price) / (0.02 * price), abs=1e-9)
