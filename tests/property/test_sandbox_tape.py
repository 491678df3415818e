import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import BadCandle
from workstation.sandbox.bars import Bar
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.kline import Kline, split
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.sandbox.tape import TapeMaker, trades_per_bar

BAR_MS = st.sampled_from([60_000, 300_000, 3_600_000, 86_400_000])


@st.composite
def bars(draw: st.DrawFn, bar_ms: int) -> Bar:
    low = draw(st.integers(1, 10**9))
    high = low + draw(st.one_of(st.just(0), st.integers(1, 5), st.integers(1, 10**7)))
    open_, close = draw(st.integers(low, high)), draw(st.integers(low, high))
    volume = draw(st.one_of(st.just(0), st.integers(4, 50), st.integers(4, 10**13), st.integers(4, 2**61)))
    return Bar(draw(st.integers(0, 10**6)) * bar_ms, open_, high, low, close, volume)


@st.composite
def candles(draw: st.DrawFn) -> tuple[TapeMaker, Bar]:
    bar_ms = draw(BAR_MS)
    return TapeMaker(draw(st.integers(0, 2**32)), "BTC/USDT", bar_ms, first_ms=0), draw(bars(bar_ms))


@settings(max_examples=150, deadline=None)
@given(candles())
def test_the_trades_of_a_candle_add_up_to_it_exactly(case: tuple[TapeMaker, Bar]) -> None:
    maker, bar = case
    tape = maker.make(bar)
    assert sum(tape.size.tolist()) == bar.volume
    if bar.volume:
        prices = tape.price.tolist()
        assert (prices[0], max(prices), min(prices), prices[-1]) == (bar.open, bar.high, bar.low, bar.close)


@settings(max_examples=150, deadline=None)
@given(candles())
def test_trades_rise_strictly_inside_the_bar_and_each_has_a_size(case: tuple[TapeMaker, Bar]) -> None:
    maker, bar = case
    tape = maker.make(bar)
    times = np.concatenate(([bar.open_time], tape.time, [bar.open_time + maker.bar_ms]))
    assert (np.diff(times) > 0).all()
    assert (tape.size >= 1).all()
    assert len(tape) == min(trades_per_bar(maker.bar_ms), bar.volume)


@settings(max_examples=50, deadline=None)
@given(candles())
def test_the_same_seed_coin_and_time_give_the_same_trades(case: tuple[TapeMaker, Bar]) -> None:
    maker, bar = case
    first, second = maker.make(bar), TapeMaker(maker.seed, maker.symbol, maker.bar_ms, 0).make(bar)
    assert first.first_id == second.first_id
    for name in ("time", "price", "size", "taker_buys"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_two_coins_have_different_trades_in_the_same_candle() -> None:
    bar = Bar(0, 500, 600, 400, 550, 10_000)
    one, other = (TapeMaker(1, symbol, 3_600_000, 0).make(bar) for symbol in ("BTC/USDT", "ETH/USDT"))
    assert one.price.tolist() != other.price.tolist()


def test_the_ids_of_neighbouring_bars_follow_one_another() -> None:
    maker = TapeMaker(1, "BTC/USDT", 3_600_000, 0)
    bar = Bar(0, 500, 600, 400, 550, 10_000)
    assert maker.first_id(3_600_000) == maker.first_id(0) + len(maker.make(bar))
    assert maker.open_time_of(maker.first_id(3_600_000)) == 3_600_000
    assert maker.open_time_of(maker.first_id(3_600_000) - 1) == 0


def test_too_few_lots_to_visit_every_price_is_a_bad_candle() -> None:
    with pytest.raises(BadCandle, match="2 lots cannot visit 4 prices"):
        TapeMaker(1, "BTC/USDT", 3_600_000, 0).make(Bar(0, 500, 600, 400, 550, 2))


def flat_minutes(hours: list[list[Kline]]) -> tuple[float, float]:
    """Return the share of minutes without a move, and the longest run of them in an hour, 90th percentile."""
    flat = [[minute.high == minute.low for minute in hour] for hour in hours]
    longest = [max((len(list(run)) for same, run in itertools.groupby(h) if same), default=0) for h in flat]
    return float(np.mean(flat)), float(np.quantile(longest, 0.9))


@pytest.mark.parametrize(("range_ticks", "most"), [(6, 0.08), (16, 0.03), (40, 0.01), (5_000, 0.001)])
def test_minutes_made_up_inside_an_hour_seldom_stand_still(range_ticks: int, most: float) -> None:
    rng, maker, hours = np.random.default_rng(1), TapeMaker(7, "BTC/USDT", 3_600_000, 0), []
    for hour in range(200):
        open_, close = (1_000_000 + rng.integers(0, range_ticks, 2)).tolist()
        bar = Bar(hour * 3_600_000, open_, 1_000_000 + range_ticks, 1_000_000, close, 10**7)
        hours.append(split(maker.make(bar), bar, (60_000, bar.open_time + 3_600_000), 1.0))
    share, longest = flat_minutes(hours)
    assert share < most
    assert longest <= 3


@pytest.mark.parametrize("symbol", ["BTC/USDT", "FET/USDT", "TRX/USDT", "FLOKI/USDT"])
def test_simulated_minutes_seldom_stand_still(symbol: str) -> None:
    market = SimulatedMarket(7)
    coin = CoinMarket(market, next(listing for listing in market.markets() if listing.symbol == symbol))
    since, until = market.default_start_ms, market.default_start_ms + 100 * 3_600_000
    minutes = coin.klines("1m", since, until - 1, until)
    assert len(minutes) == 6_000
    share, longest = flat_minutes([minutes[i : i + 60] for i in range(0, 6_000, 60)])
    assert share < 0.03
    assert longest <= 3
