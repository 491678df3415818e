"""Do the levels say what their sentences promise, and does the chart get the very same ones?"""

import math

import numpy as np
import pytest
import talib

from tests.fakes.candle_kernels import (
    DAY,
    HOUR,
    TAIL,
    base_of,
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
from workstation.domain.level import LevelKind, PriceLevel
from workstation.engine.features import levels, levels_columns
from workstation.engine.features.columns import ATR
from workstation.engine.features.levels_columns import nearest_round_number
from workstation.engine.price_levels import levels_at, levels_of_row


def swings_by_hand(candles: CandleColumns, row: int) -> tuple[list[float], list[float]]:
    """Return the highs and the lows remembered at a row, newest first, by the rule's own words."""
    found: tuple[list[float], list[float]] = ([], [])
    for prices, side, kept in ((candles.high, 1, found[0]), (candles.low, -1, found[1])):
        for pivot in range(row - 6, max(row - 336, 6) - 1, -1):
            before, after = side * prices[pivot - 6 : pivot], side * prices[pivot + 1 : pivot + 7]
            if (before <= side * prices[pivot]).all() and (after < side * prices[pivot]).all():
                kept.append(float(prices[pivot]))
    return found[0][:6], found[1][:6]


def profile_by_hand(candles: CandleColumns, row: int, atr: float) -> tuple[float, float, float]:
    """Return point of control, low and high of the value area, by a plain histogram of the last 168 bars."""
    bars = candles[row - 167 : row + 1]
    bottom, top = bars.low.min(), bars.high.max()
    height = max(atr / 2, (top - bottom) / 32)
    typical = (bars.high + bars.low + bars.close) / 3
    traded = np.bincount(((typical - bottom) / height).astype(int), bars.volume)
    start = int(np.flatnonzero(traded)[0])
    first = last = best = int(np.argmax(traded))
    while traded[first : last + 1].sum() < 0.7 * traded.sum():
        below = traded[first - 1] if first > start else -1
        above = traded[last + 1] if last + 1 < len(traded) else -1
        first, last = (first, last + 1) if above >= below else (first - 1, last)
    return bottom + (best + 0.5) * height, bottom + first * height, bottom + (last + 1) * height


def check_against_references(candles: CandleColumns) -> None:
    told = said(levels, candles)
    atr_of = base_of(candles)[ATR]
    close = candles.close
    for bars in (24, 168):
        top, bottom = talib.MAX(candles.high, bars), talib.MIN(candles.low, bars)
        np.testing.assert_allclose(told[f"range_{bars}"][bars:], ((close - bottom) / (top - bottom))[bars:])
    for i in range(len(candles) - 120, len(candles)):
        atr = atr_of[i]
        highs, lows = swings_by_hand(candles, i)
        both = np.array(highs + lows)
        above, below = both[both > close[i]], both[both <= close[i]]
        for name, nearest in (
            ("resistance", above.min() if len(above) else math.nan),
            ("support", below.max() if len(below) else math.nan),
        ):
            away = abs(nearest - close[i]) / atr
            assert told[f"{name}_distance"][i] == pytest.approx(away, nan_ok=True)
            n = (np.abs(both - nearest) <= atr / 2).sum() if not math.isnan(nearest) else math.nan
            assert told[f"{name}_touches"][i] == pytest.approx(n, nan_ok=True)
        beyond = max(close[i] - highs[0], 0) - max(lows[0] - close[i], 0)
        assert told["breakout"][i] == pytest.approx(beyond / atr, abs=1e-9)
        assert told["structure"][i] == np.sign(highs[0] - highs[1]) + np.sign(lows[0] - lows[1])
        week, three_days = slice(i - 167, i + 1), slice(i - 71, i + 1)
        assert told["high_168_distance"][i] == pytest.approx((candles.high[week].max() - close[i]) / atr)
        assert told["low_168_distance"][i] == pytest.approx((close[i] - candles.low[week].min()) / atr)
        typical = ((candles.high + candles.low + close) / 3)[three_days]
        traded = candles.volume[three_days]
        near = traded[np.abs(typical - close[i]) <= 0.75 * atr].sum() / traded.sum()
        assert told["volume_near_72"][i] == pytest.approx(near)
        overhead = traded[typical > close[i]].sum() / traded.sum()
        assert told["volume_overhead_72"][i] == pytest.approx(overhead, abs=1e-12)
        poc, low, high = profile_by_hand(candles, i, atr)
        assert told["poc_168_distance"][i] == pytest.approx((close[i] - poc) / atr)
        assert told["value_height_168"][i] == pytest.approx((high - low) / atr)
        inside = (2 * close[i] - high - low) / (high - low)
        assert told["value_position_168"][i] == pytest.approx(inside, abs=1e-9)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_simulated_market_reads_as_the_slow_formulas_say(seed):
    check_against_references(walk(700, seed))


@pytest.mark.parametrize("symbol", ["BTCUSDT", "PEPEUSDT"])
def test_a_recorded_market_reads_as_the_slow_formulas_say(recordings, symbol):
    check_against_references(recorded(recordings, symbol, 700))


@pytest.mark.parametrize("seed", [3, 4])
def test_a_history_and_the_same_bars_one_by_one_agree_to_the_last_bit(seed):
    candles = walk(1_300, seed)
    whole = own_of(levels, candles)
    assert same_bits(own_bar_by_bar(levels, candles), whole)
    assert same_bits(own_in_batches(levels, candles), whole)


def test_a_market_that_rises_without_rest_agrees_to_the_last_bit_too():
    candles = market(np.r_[zigzag(200).close, np.linspace(130, 900, 1_200)])
    whole = own_of(levels, candles)
    assert same_bits(own_bar_by_bar(levels, candles), whole)
    assert np.isnan(said(levels, candles)["support_distance"][-1])


def test_a_later_beginning_changes_nothing_once_warmed_up():
    check_a_later_beginning(levels, walk(1_900, 4), 699)


@pytest.mark.parametrize("odd", extremes())
def test_extreme_candles_are_unknown_or_in_range(odd):
    told = said(levels, extremes()[odd])
    for point in levels.CANDLE_POINTS:
        values = told[point.name.partition(".")[2]]
        assert not ((values < point.low) | (values > point.high)).any(), point.name


def test_a_flat_market_has_no_levels():
    told = said(levels, market(np.full(900, 7.0)))
    assert all(np.isnan(values).all() for values in told.values())
    assert levels_at(market(np.full(900, 7.0)), "1h") == ()


def test_a_swing_is_known_six_bars_after_its_pivot_and_not_earlier():
    rise_and_fall = np.r_[np.arange(100.0, 110.0), np.arange(108.0, 98.0, -1)]
    own = own_of(levels, market(rise_and_fall))
    assert np.isnan(own[levels_columns.LAST_HIGH, : 9 + 6]).all()
    assert (own[levels_columns.LAST_HIGH, 9 + 6 :] == 15).all()
    assert own[levels_columns.NEAREST_RESISTANCE, 15] == 109.0


def test_a_flat_top_counts_once_at_its_last_bar():
    top = np.r_[np.arange(100.0, 108.0), [108.0, 108.0, 108.0], np.arange(107.0, 97.0, -1)]
    last = own_of(levels, market(top))[levels_columns.LAST_HIGH]
    assert last[~np.isnan(last)].tolist() == [16.0] * 5


def test_a_swing_is_forgotten_after_336_bars():
    peak = np.r_[np.linspace(100, 120, 10), np.linspace(119, 100, 10)]
    falling = market(np.r_[peak, np.linspace(99.9, 50.0, 400)])
    told = own_of(levels, falling)[levels_columns.NEAREST_RESISTANCE]
    assert told[9 + 336] == 120.0
    assert np.isnan(told[9 + 337])


def test_higher_highs_and_higher_lows_count_two():
    rising = zigzag(500)
    assert said(levels, rising)["structure"][-1] == 2.0
    falling = market(200 - rising.close, high=200 - rising.low, low=200 - rising.high)
    assert said(levels, falling)["structure"][-1] == -2.0


def test_the_room_is_open_where_no_swing_is():
    up = market(np.r_[zigzag(400).close, np.linspace(120, 160, 30)])
    assert said(levels, up)["room"][-1] == 1.0
    down = market(np.r_[zigzag(400).close, np.linspace(100, 60, 30)])
    assert said(levels, down)["room"][-1] == -1.0


def test_a_broken_level_that_is_touched_and_holds_is_a_retest():
    calm = zigzag(508)
    top = calm.high[490]
    after = np.r_[top + 8, top + 7, top + 3, top + 0.5, top + 1, top + 2, top + 4, top + 5, top + 6, top + 6]
    close = np.r_[calm.close, after]
    candles = market(close, high=np.r_[calm.high, after], low=np.r_[calm.low, after])
    assert said(levels, candles)["retest"][508:514].tolist() == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    mirrored = market(300 - close, high=300 - candles.low, low=300 - candles.high)
    assert said(levels, mirrored)["retest"][511:514].tolist() == [-1.0, -1.0, -1.0]


@pytest.mark.parametrize(
    ("price", "nearest"),
    [
        (61_234.0, 60_000.0),
        (63_000.0, 65_000.0),
        (1.234e-5, 1e-5),
        (0.97, 0.95),
        (99.0, 100.0),
        (1_000.0, 1_000.0),
    ],
)
def test_round_numbers_are_halves_of_the_price_s_power_of_ten(price, nearest):
    assert nearest_round_number(price) == pytest.approx(nearest, rel=1e-12)


def pivots_of(candles: CandleColumns):
    """Return pivot, first resistance and first support at every bar."""
    own = own_of(levels, candles)
    return own[levels_columns.DAYS + 3 : levels_columns.DAYS + 6]


def test_pivots_come_from_the_day_before_and_hold_from_its_end_on():
    times = np.arange(72) * HOUR + 100 * DAY
    close = np.r_[np.full(24, 100.0), np.full(24, 110.0), np.full(24, 95.0)]
    high, low = close.copy(), close.copy()
    high[5], low[9], close[23] = 120.0, 90.0, 105.0
    high[23] = 105.0
    candles = market(close, high=high, low=low, times=times)
    pivot, resistance, support = pivots_of(candles)
    assert np.isnan(pivot[:24]).all()
    assert (pivot[24:48] == 105.0).all()
    assert (resistance[24:48] == 120.0).all()
    assert (support[24:48] == 90.0).all()
    assert (pivot[48:] == 110.0).all()


def test_a_day_whose_morning_was_not_seen_gives_no_pivots():
    times = np.arange(60) * HOUR + 100 * DAY + 7 * HOUR
    pivot, _, _ = pivots_of(market(np.arange(1.0, 61.0), times=times))
    assert np.isnan(pivot[: 17 + 24]).all()
    assert (pivot[17 + 24 :] == (41.0 + 18.0 + 41.0) / 3).all()


@pytest.mark.parametrize("days", [1, 3, 7])
def test_pivots_of_long_bars_come_from_the_bar_before(days):
    candles = walk(20)
    times = np.arange(20) * days * DAY + 4 * DAY
    pivot, resistance, support = pivots_of(
        market(candles.close, high=candles.high, low=candles.low, times=times)
    )
    high, low, close = candles.high[:-1], candles.low[:-1], candles.close[:-1]
    assert pivot[1:] == pytest.approx((high + low + close) / 3)
    assert resistance[1:] == pytest.approx(2 * pivot[1:] - low)
    assert support[1:] == pytest.approx(2 * pivot[1:] - high)


def test_the_point_of_control_is_where_most_traded():
    close = np.r_[np.tile([100.0, 101.0, 102.0, 103.0, 104.0], 60)]
    traded = np.where(close == 103.0, 16.0, 1.0)  # four fifths of all
    candles = market(close, high=close + 0.1, low=close - 0.1, volume=traded)
    poc, low, high = own_of(levels, candles)[levels_columns.POC : levels_columns.VALUE_HIGH + 1, -1]
    height = base_of(candles)[ATR, -1] / 2
    assert abs(poc - 103.0) <= height / 2
    assert (low, high) == (pytest.approx(poc - height / 2), pytest.approx(poc + height / 2))


def by_kind(found: tuple[PriceLevel, ...], kind: LevelKind) -> list[PriceLevel]:
    return [level for level in found if level.kind is kind]


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_the_chart_gets_the_levels_that_the_data_points_read(seed):
    candles = walk(900, seed)
    told = {name: values[-1] for name, values in said(levels, candles).items()}
    atr, close = base_of(candles)[ATR, -1], candles.close[-1]
    found = levels_at(candles, "1h")
    assert [level.price for level in found] == sorted(level.price for level in found)
    above, below = by_kind(found, LevelKind.RESISTANCE), by_kind(found, LevelKind.SUPPORT)
    if above:
        assert (above[0].price - close) / atr == told["resistance_distance"]
        assert above[0].touches == told["resistance_touches"]
    if below:
        assert (close - below[-1].price) / atr == told["support_distance"]
        assert below[-1].touches == told["support_touches"]
    assert above or below
    for kind, name, sign in (
        (LevelKind.PIVOT, "pivot_distance", 1),
        (LevelKind.PIVOT_RESISTANCE, "pivot_r1_distance", -1),
        (LevelKind.PIVOT_SUPPORT, "pivot_s1_distance", 1),
        (LevelKind.POINT_OF_CONTROL, "poc_168_distance", 1),
        (LevelKind.ROUND_NUMBER, "round_number", -1),
    ):
        (level,) = by_kind(found, kind)
        assert sign * (close - level.price) / atr == told[name], name
    (top,), (bottom,) = by_kind(found, LevelKind.VALUE_HIGH), by_kind(found, LevelKind.VALUE_LOW)
    assert (top.price - bottom.price) / atr == told["value_height_168"]


def test_a_level_tells_since_when_it_stands():
    candles = zigzag(500)
    found = levels_at(candles, "1h")
    newest = candles.open_time[-1]
    swings = [level for level in found if level.kind in (LevelKind.RESISTANCE, LevelKind.SUPPORT)]
    assert swings
    for level in swings:
        row = int(level.since) // HOUR
        nearest = min(abs(candles.high[row] - level.price), abs(candles.low[row] - level.price))
        assert nearest <= base_of(candles)[ATR, -1] / 2
        assert level.touches >= 1
        assert level.since <= newest - 6 * HOUR
    assert by_kind(found, LevelKind.PIVOT)[0].since == newest // DAY * DAY
    assert by_kind(found, LevelKind.POINT_OF_CONTROL)[0].since == candles.open_time[500 - 168]
    assert by_kind(found, LevelKind.ROUND_NUMBER)[0].since is None


def test_a_live_tail_draws_the_same_levels_as_the_history():
    candles = walk(1_400, 8)
    base, own = base_of(candles), own_of(levels, candles)
    kept = slice(1_400 - TAIL, 1_400)
    live = levels_of_row(
        candles.open_time[kept], base[:, kept].copy(), own[:, kept].copy(), 1_400 - TAIL, TAIL - 1
    )
    assert live == levels_at(candles, "1h")


@pytest.mark.parametrize("n", [0, 1, 200])
def test_a_young_market_has_no_levels_to_draw(n):
    assert levels_at(walk(n) if n else CandleColumns.empty(), "1h") == ()


def test_every_kind_of_level_has_a_name_for_the_trader():
    assert len({kind.label for kind in LevelKind}) == len(LevelKind)
