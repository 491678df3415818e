"""A market of two thousand coins: the sixty are what they were, the others are each for themselves."""

from dataclasses import replace

import numpy as np
import pytest

from workstation.domain.errors import UsageError
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.coins import COINS, NARRATIVES
from workstation.sandbox.gapless_bars import GaplessBars
from workstation.sandbox.request import _SYMBOL
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.sandbox.small_coins import small_coins

HOUR = 3_600_000
BLOCK = 720 * HOUR


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(7, 2_000)


def small(market: SimulatedMarket, rank: int) -> str:
    return f"{small_coins(rank + 1)[rank].coin.base}/USDT"


def test_more_coins_change_nothing_about_the_sixty(market: SimulatedMarket) -> None:
    alone = SimulatedMarket(7)
    since = market.first_ms + 700 * HOUR
    for listing in alone.markets()[::9]:
        said = market.candles(listing.symbol, since, since + 100 * HOUR)
        assert said.equals(alone.candles(listing.symbol, since, since + 100 * HOUR))
        assert listing in market.markets()


def test_two_thousand_names_differ_and_can_be_asked_for(market: SimulatedMarket) -> None:
    ids = [listing.id for listing in market.markets()]
    assert len(set(ids)) == 2_000
    assert all(_SYMBOL.fullmatch(coin_id) for coin_id in ids)
    assert {market.narrative_of(listing.symbol) for listing in market.markets()} == set(NARRATIVES)


def test_a_market_of_fewer_small_coins_has_the_same_ones() -> None:
    assert small_coins(2_000)[:50] == small_coins(50)


def test_liquidity_falls_by_orders_of_magnitude() -> None:
    a_day = [24 * coin.coin.turnover for coin in small_coins(1_940)]
    assert max(a_day) > 1e7
    assert min(a_day) < 2e4
    assert 900 < sum(usd > 500_000 for usd in a_day) < 1_100


@pytest.mark.parametrize("rank", [0, 500, 1_939])
def test_a_small_coin_is_the_same_whatever_stretch_is_asked_for(market: SimulatedMarket, rank: int) -> None:
    symbol, since = small(market, rank), market.first_ms + BLOCK - 30 * HOUR
    whole = market.candles(symbol, market.first_ms, market.first_ms + 2 * BLOCK)
    assert SimulatedMarket(7, 2_000).candles(symbol, since, since + 60 * HOUR).equals(whole[690:750])
    assert not whole.impossible().any()
    assert np.array_equal(whole.open[1:], whole.close[:-1])  # across the block's edge too
    assert np.array_equal(np.diff(whole.open_time), np.full(len(whole) - 1, HOUR))
    assert not whole.equals(SimulatedMarket(8, 2_000).candles(symbol, market.first_ms, since)[: len(whole)])


def test_small_coins_move_with_the_market_and_on_their_own(market: SimulatedMarket) -> None:
    until = market.first_ms + 4 * BLOCK
    symbols = ["BTC/USDT", *(small(market, rank) for rank in range(0, 1_900, 190))]
    returns = [np.diff(np.log(market.candles(s, market.first_ms, until).close)) for s in symbols]
    with_bitcoin = np.corrcoef(returns)[0, 1:]
    assert 0.15 < with_bitcoin.min() <= with_bitcoin.max() < 0.9
    assert all(0.007 < r.std() < 0.035 for r in returns[1:])


def test_a_coin_kept_by_stretches_answers_like_one_kept_whole(market: SimulatedMarket) -> None:
    listing = next(x for x in market.markets() if x.symbol == small(market, 300))
    stretches = CoinMarket(market, listing)
    whole = CoinMarket(market, replace(listing, is_gapless=False))
    for now in (market.first_ms, market.first_ms + 10 * HOUR + 1, market.first_ms + 2 * BLOCK + HOUR // 3):
        assert stretches.day(now) == whole.day(now)
        assert stretches.trades_at(now) is whole.trades_at(now) is True
        assert stretches.day_volume(now) == whole.day_volume(now)
        assert stretches.tapes.prints_before(now, 700) == whole.tapes.prints_before(now, 700)
        for timeframe in ("1m", "1h", "4h", "1d"):
            asked = (timeframe, now, 50, now)
            assert stretches.newest_klines(*asked) == whole.newest_klines(*asked)
        window = (market.first_ms, now)
        assert stretches.oldest_klines("1h", window, 1_000, now) == whole.oldest_klines(
            "1h", window, 1_000, now
        )


def test_a_quiet_coin_trades_seldom(market: SimulatedMarket) -> None:
    now = market.first_ms + 50 * HOUR - 1
    by_symbol = {listing.symbol: listing for listing in market.markets()}
    busy, quiet = (
        CoinMarket(market, by_symbol[small(market, rank)]).kline("1h", now + 1 - HOUR, now)
        for rank in (0, 1_939)
    )
    assert busy is not None
    assert quiet is not None
    assert (busy.n_trades, quiet.n_trades) == (900, 4)


def test_few_stretches_of_a_coin_are_kept(market: SimulatedMarket) -> None:
    listing = next(x for x in market.markets() if x.is_gapless)
    bars = GaplessBars(market, listing)
    assert len(bars.close[0:3_000]) == 3_000
    assert len(bars._blocks) == 3


@pytest.mark.parametrize("n_coins", [len(COINS) - 1, 5_001])
def test_a_market_of_no_such_size_is_refused(n_coins: int) -> None:
    with pytest.raises(UsageError, match=f"not {n_coins}"):
        SimulatedMarket(7, n_coins)
