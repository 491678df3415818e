import itertools

import pytest

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, MemoryArchive, random_candles, recorded, without
from workstation.domain.candle import CandleColumns
from workstation.domain.market import TIMEFRAMES
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.history import RecordedMarket

END = FIRST_MS + 200 * HOUR_MS


def coin_of(candles: CandleColumns, timeframe: str = "1h") -> CoinMarket:
    source = RecordedMarket(MemoryArchive({("BTCUSDT", timeframe): candles}), "test")
    return CoinMarket(source, source.markets()[0])


def test_the_base_timeframe_is_the_recording_itself() -> None:
    candles = random_candles(200)
    klines = coin_of(candles).oldest_klines("1h", (FIRST_MS, END), 1_000, END)
    assert [kline.open_time for kline in klines] == candles.open_time.tolist()
    assert [kline.close / 100 for kline in klines] == candles.close.tolist()
    assert [kline.volume / 1000 for kline in klines] == candles.volume.tolist()


@pytest.mark.parametrize("timeframe", ["1m", "30m", "2h", "4h", "1d", "3d", "1w"])
def test_every_timeframe_trades_the_same_volume_in_the_end(timeframe: str) -> None:
    candles = random_candles(168)
    coin = coin_of(candles)
    end = FIRST_MS + 168 * HOUR_MS
    klines = coin.oldest_klines(timeframe, (FIRST_MS - 7 * 24 * HOUR_MS, end), 20_000, end - 1)
    lots = (candles.volume * 1000).round()
    assert sum(kline.volume for kline in klines) == lots.sum()
    assert max(kline.high for kline in klines) == round(candles.high.max() * 100)
    assert sum(kline.quote for kline in klines) == pytest.approx(
        (candles.close * candles.volume).sum(), rel=0.02
    )


def test_the_forming_bar_shows_only_what_has_happened() -> None:
    coin = coin_of(random_candles(200))
    seen = [coin.kline("1h", FIRST_MS, FIRST_MS + minute * 60_000) for minute in range(1, 60)]
    volumes = [kline.volume for kline in seen if kline is not None]
    assert len(volumes) == 59
    assert volumes == sorted(volumes)
    whole = coin.kline("1h", FIRST_MS, FIRST_MS + HOUR_MS)
    assert whole is not None
    assert volumes[-1] < whole.volume


def test_a_gap_in_the_recording_stays_a_gap() -> None:
    coin = coin_of(without(random_candles(200), 10, 11))
    klines = coin.oldest_klines("1h", (FIRST_MS, END), 1_000, END)
    assert len(klines) == 198
    assert coin.kline("1h", FIRST_MS + 10 * HOUR_MS, END) is None
    assert coin.kline("5m", FIRST_MS + 10 * HOUR_MS, END) is None


def test_a_page_reaches_over_a_gap() -> None:
    coin = coin_of(without(random_candles(200), *range(10, 100)))
    oldest = coin.oldest_klines("1h", (FIRST_MS, END), 20, END)
    newest = coin.newest_klines("1h", END, 105, END)
    assert [len(oldest), len(newest)] == [20, 105]
    assert oldest[-1].open_time == FIRST_MS + 109 * HOUR_MS
    assert newest[0].open_time == FIRST_MS + 5 * HOUR_MS


def test_an_hour_without_trades_is_flat_from_its_first_moment() -> None:
    candles = random_candles(3)
    candles.volume[1] = 0.0
    for column in (candles.open, candles.high, candles.low):
        column[1] = candles.close[1]
    coin = coin_of(candles)
    quiet = coin.kline("1h", FIRST_MS + HOUR_MS, FIRST_MS + HOUR_MS + 60_000)
    assert quiet is not None
    assert (quiet.volume, quiet.n_trades, quiet.first_id, quiet.high) == (0, 0, -1, quiet.low)
    assert coin.tapes.prints(FIRST_MS + HOUR_MS, FIRST_MS + 2 * HOUR_MS) == []


def test_a_minute_without_trades_is_flat_at_the_last_price() -> None:
    candles = random_candles(2)
    candles.volume[:] = 0.005  # five lots: five trades in an hour
    klines = coin_of(candles).oldest_klines("1m", (FIRST_MS, FIRST_MS + HOUR_MS - 1), 60, END)
    assert len(klines) == 60
    for before, kline in itertools.pairwise(klines):
        if not kline.n_trades:
            assert (kline.open, kline.high, kline.low, kline.close) == (before.close,) * 4
    assert sum(kline.n_trades for kline in klines) == 5


def test_the_day_is_the_last_24_bars() -> None:
    candles = random_candles(200)
    now = FIRST_MS + 100 * HOUR_MS - 1
    day = coin_of(candles).day(now)
    assert day is not None
    assert day.whole.open_time == FIRST_MS + 76 * HOUR_MS
    assert day.whole.close == round(candles.close[99] * 100)
    assert day.whole.high == round(candles.high[76:100].max() * 100)
    assert day.whole.volume == (candles.volume[76:100] * 1000).round().sum()
    assert day.previous_close == round(candles.close[75] * 100)


def test_a_coin_trades_from_its_first_candle_to_the_end_of_its_last() -> None:
    coin = coin_of(random_candles(10))
    moments = (FIRST_MS - 1, FIRST_MS, FIRST_MS + 10 * HOUR_MS - 1, FIRST_MS + 10 * HOUR_MS)
    assert [coin.trades_at(moment) for moment in moments] == [False, True, True, False]
    assert coin.day(FIRST_MS - 1) is None


def test_trades_can_be_paged_by_id() -> None:
    source = recorded()
    coin = CoinMarket(source, source.markets()[0])
    now = FIRST_MS + 3 * HOUR_MS
    newest = coin.tapes.prints_before(now, 2_000)
    paged: list[object] = []
    next_id = newest[0].id
    while len(paged) < 2_000:
        page = coin.tapes.prints_from_id(next_id, 500, now)
        paged += page
        next_id = page[-1].id + 1
    assert paged == newest
    assert coin.tapes.prints_from_id(next_id, 500, now) == []


@pytest.mark.parametrize("timeframe", list(TIMEFRAMES))
def test_estimates_never_exceed_the_bar(timeframe: str) -> None:
    coin = coin_of(random_candles(200))
    for kline in coin.newest_klines(timeframe, END, 20, END - 1):
        assert 0 <= kline.taker_lots <= kline.volume
        volume = kline.volume / 1000
        assert kline.low / 100 * volume <= kline.quote * 1.000001
        assert kline.quote <= kline.high / 100 * volume * 1.000001
