"""The practice perpetuals: the same figures for the same seed, nothing of the future, plausible sizes."""

import numpy as np
import pytest

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, MemoryArchive, random_candles
from workstation.domain.candle import CandleColumns
from workstation.sandbox.history import RecordedMarket
from workstation.sandbox.perpetual import FUNDING_MS, Perpetual
from workstation.sandbox.simulated_market import SimulatedMarket

DAY_MS = 24 * HOUR_MS


def perpetual(candles: CandleColumns, timeframe: str = "1h") -> Perpetual:
    source = RecordedMarket(MemoryArchive({("BTCUSDT", timeframe): candles}), "test", seed=3)
    return Perpetual(source, source.markets()[0])


def everything(one: Perpetual, now_ms: int) -> tuple[object, ...]:
    since = now_ms - 2 * DAY_MS
    return one.funding_rate(now_ms), one.open_interest(now_ms), one.liquidations(since, now_ms + 1)


@pytest.mark.parametrize("timeframe", ["5m", "1h", "1d", "1w"])
def test_nothing_looks_at_a_candle_that_has_not_closed(timeframe: str) -> None:
    candles = random_candles(400, timeframe, seed=5)
    bar_ms = int(candles.open_time[1] - candles.open_time[0])
    whole = perpetual(candles, timeframe)
    for k in (30, 100, 399):
        for now_ms in (int(candles.open_time[k]), int(candles.open_time[k]) + bar_ms // 7):
            assert everything(perpetual(candles[:k], timeframe), now_ms) == everything(whole, now_ms)


def test_the_same_seed_gives_the_same_figures_in_any_order_and_another_one_others() -> None:
    market = SimulatedMarket(seed=7)
    listing = next(one for one in market.markets() if one.base == "ETH")
    moments = [market.first_ms + 30 * DAY_MS + i * 37 * HOUR_MS for i in range(12)]
    forward = [everything(Perpetual(market, listing), now) for now in moments]
    again = Perpetual(SimulatedMarket(seed=7), listing)
    assert [everything(again, now) for now in reversed(moments)] == forward[::-1]
    other = Perpetual(SimulatedMarket(seed=8), listing)
    assert [everything(other, now) for now in moments] != forward


def test_funding_follows_the_days_return() -> None:
    market = SimulatedMarket(seed=7)
    listing = next(one for one in market.markets() if one.base == "SOL")
    one = Perpetual(market, listing)
    times = [market.first_ms + 30 * DAY_MS + i * FUNDING_MS for i in range(300)]
    rates = np.array([one.funding_rate(time) for time in times])
    closes = [market.candles(listing.symbol, time - DAY_MS, time) for time in times]
    change = np.array([day.close[-1] / day.open[0] - 1 for day in closes])
    assert np.corrcoef(rates, change)[0, 1] > 0.9
    assert np.abs(rates).max() <= 0.0075
    assert -0.001 < np.median(rates) < 0.001


def test_there_is_nothing_before_the_first_candle_closed() -> None:
    one = perpetual(random_candles(100))
    for now_ms in (FIRST_MS - DAY_MS, FIRST_MS, FIRST_MS + HOUR_MS - 1):
        assert everything(one, now_ms) == (None, None, [])
        assert one.first_ms(now_ms) is None
    assert one.first_ms(FIRST_MS + DAY_MS) == FIRST_MS + HOUR_MS
    assert one.funding_rate(FIRST_MS + HOUR_MS) is not None


def falling(depth: float) -> CandleColumns:
    """Return forty quiet hours and one that fell by `depth` and recovered half of it."""
    n = 41
    open_ = np.full(n, 100.0)
    high, low, close = open_ + 0.5, open_ - 0.5, open_.copy()
    low[-1], close[-1] = 100.0 * (1 - depth), 100.0 * (1 - depth / 2)
    times = FIRST_MS + np.arange(n) * HOUR_MS
    return CandleColumns.of(times, open_, high, low, np.round(close, 2), np.full(n, 50_000.0))


def test_a_fall_closes_longs_behind_it_within_its_range() -> None:
    after = FIRST_MS + 41 * HOUR_MS
    found = perpetual(falling(0.08)).liquidations(FIRST_MS, after + HOUR_MS)
    assert found
    assert all(one.is_long and 92.0 <= one.price <= 96.0 and one.size > 0 for one in found)
    assert all(after < one.time <= after + HOUR_MS // 4 for one in found)
    assert [one.time for one in found] == sorted(one.time for one in found)
    assert sum(one.size for one in found) <= 0.05 * 50_000


def test_a_quiet_hour_closes_nobody_and_a_larger_fall_closes_more() -> None:
    after = FIRST_MS + 42 * HOUR_MS
    assert perpetual(falling(0.01)).liquidations(FIRST_MS, after) == []
    small, large = (perpetual(falling(depth)).liquidations(FIRST_MS, after) for depth in (0.03, 0.2))
    assert sum(one.size for one in small) < sum(one.size for one in large)


def test_liquidations_of_two_stretches_are_those_of_both() -> None:
    market = SimulatedMarket(seed=7)
    one = Perpetual(market, market.markets()[5])
    start = market.first_ms + 30 * DAY_MS
    whole = one.liquidations(start, start + 60 * DAY_MS)
    parts = [
        x
        for i in range(60 * 8)
        for x in one.liquidations(start + i * 3 * HOUR_MS, start + (i + 1) * 3 * HOUR_MS)
    ]
    assert whole == parts
    assert 20 < len(whole) < 3_000
