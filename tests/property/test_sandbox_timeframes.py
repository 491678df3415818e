import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.domain.market import TIMEFRAMES, open_of, timeframe_ms
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.kline import Kline

N_HOURS = 200
FRAMES = st.sampled_from(list(TIMEFRAMES))
MOMENTS = st.integers(1, N_HOURS * HOUR_MS)


def coin(base_timeframe: str = "1h") -> CoinMarket:
    source = recorded(timeframe=base_timeframe)
    return CoinMarket(source, source.markets()[0])


def from_trades(market: CoinMarket, since_ms: int, until_ms: int) -> tuple[int, ...]:
    trades = market.tapes.prints(since_ms, until_ms)
    prices = [trade.price for trade in trades]
    volume = sum(trade.size for trade in trades)
    return (prices[0], max(prices), min(prices), prices[-1], volume, len(trades), trades[0].id, trades[-1].id)


def shape(kline: Kline) -> tuple[int, ...]:
    return (
        kline.open,
        kline.high,
        kline.low,
        kline.close,
        kline.volume,
        kline.n_trades,
        kline.first_id,
        kline.last_id,
    )


@settings(max_examples=60, deadline=None)
@given(FRAMES, MOMENTS, st.sampled_from(["15m", "1h", "8h", "1d"]))
def test_a_bar_of_any_timeframe_is_exactly_its_trades(frame: str, moment: int, base: str) -> None:
    market = coin(base)
    now = FIRST_MS + moment
    open_time = open_of(now, frame)
    kline = market.kline(frame, open_time, now)
    trades = market.tapes.prints(open_time, now + 1)
    if trades:
        assert kline is not None
        assert shape(kline) == from_trades(market, open_time, now + 1)
    elif kline is not None:
        assert (kline.volume, kline.n_trades, kline.high) == (0, 0, kline.low)


@settings(max_examples=40, deadline=None)
@given(FRAMES, MOMENTS, st.sampled_from(["3m", "1h", "8h", "1w"]))
def test_a_list_of_bars_says_the_same_as_each_bar_alone(frame: str, moment: int, base: str) -> None:
    market = coin(base)
    now = FIRST_MS + moment
    listed = market.newest_klines(frame, now, 30, now)
    assert listed == [market.kline(frame, kline.open_time, now) for kline in listed]
    assert all(b.open_time - a.open_time == timeframe_ms(frame) for a, b in itertools.pairwise(listed))


@settings(max_examples=30, deadline=None)
@given(st.lists(MOMENTS, min_size=2, max_size=6))
def test_what_was_asked_before_changes_nothing(moments: list[int]) -> None:
    wandering, fresh = coin(), coin()
    for moment in moments:
        wandering.kline("5m", open_of(FIRST_MS + moment, "5m"), FIRST_MS + moment)
    now = FIRST_MS + moments[-1]
    assert wandering.newest_klines("15m", now, 20, now) == fresh.newest_klines("15m", now, 20, now)
    assert wandering.day(now) == fresh.day(now)
