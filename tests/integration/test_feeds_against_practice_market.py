"""The feed and the practice market mean the same by a candle, through the real ccxt client."""

import asyncio
import time
from contextlib import asynccontextmanager

from tests.fakes.feeds_household import Household
from tests.fakes.patience import PATIENCE_S, until
from tests.fakes.sandbox_archive import ParquetFolder
from workstation.domain.candle import CandleColumns
from workstation.domain.events import FeedState
from workstation.domain.market import SeriesKey, VenueKind
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.venues import open_practice
from workstation.sandbox.history import RecordedMarket
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor

HOUR = 3_600_000
FEBRUARY = 1_706_745_600_000  # 2024-02-01


@asynccontextmanager
async def listening(source, speed, start_ms):
    clock = MarketClock(start_ms, speed, time.monotonic)
    async with PracticeExchange(source, clock) as exchange:
        household, supervisor = Household(), Supervisor()
        feed = CcxtFeed(await open_practice(exchange.url, SystemClock()), household, supervisor)
        try:
            yield feed, household
        finally:
            await feed.close()
            await supervisor.close()


def rows_of(columns: CandleColumns) -> dict[int, object]:
    return {candle.open_time: candle for candle in columns}


async def test_recorded_candles_arrive_bit_for_bit_by_stream_and_by_history(recordings):
    archive = ParquetFolder(
        recordings / "ohlcv" / "binance-spot-2024", only=("BTCUSDT", "ETHUSDT", "PEPEUSDT")
    )
    source = RecordedMarket(archive, "three coins")
    async with listening(source, 10_000.0, FEBRUARY) as (feed, household):
        assert feed.venue.kind is VenueKind.PRACTICE_RECORDED
        keys = [SeriesKey("practice", m.symbol, "1h") for m in await feed.markets()]
        assert len(keys) == 3
        feed.follow(keys)
        await until(lambda: all(len(household.closed.get(key, ())) >= 3 for key in keys))
        for key in keys:
            recorded = rows_of(archive.read(key.symbol.replace("/", ""), "1h"))
            heard = household.closed[key]
            assert heard == [recorded[heard[0].open_time + n * HOUR] for n in range(len(heard))]
            fetched = await feed.history(key, FEBRUARY - 700 * HOUR, 1200)
            assert list(fetched) == [recorded[FEBRUARY + n * HOUR] for n in range(-700, len(fetched) - 700)]
            assert fetched.open_time[-1] >= heard[-1].open_time
        assert household.rejected == []
        assert household.state is FeedState.LIVE


async def test_a_simulated_market_is_heard_whole_and_is_never_taken_for_a_live_one():
    source = SimulatedMarket(seed=7)
    async with listening(source, 600.0, source.default_start_ms) as (feed, household):
        assert feed.venue.kind is VenueKind.PRACTICE_SIMULATED
        assert feed.venue.kind.is_practice
        markets = await feed.markets()
        keys = [SeriesKey("practice", m.symbol, "1m") for m in markets]
        feed.follow(keys)
        await until(lambda: len(household.tickers) == len(markets))
        await until(lambda: all(len(household.closed.get(key, ())) >= 3 for key in keys))
        for key in keys[:3]:
            heard = household.closed[key]
            fetched = rows_of(await feed.history(key, heard[0].open_time, 500))
            assert heard == [fetched[candle.open_time] for candle in heard]
        assert household.rejected == []
        assert [state for state, _ in household.states] == [FeedState.CONNECTING, FeedState.LIVE]


async def test_at_the_pace_of_life_prices_and_forming_candles_come_before_anything_closes():
    source = SimulatedMarket(seed=7)
    async with listening(source, 1.0, source.default_start_ms) as (feed, household):
        key = SeriesKey("practice", (await feed.markets())[0].symbol, "1m")
        feed.follow([key])
        async with asyncio.timeout(PATIENCE_S):
            await until(lambda: bool(household.told) and household.state is FeedState.LIVE)
        assert not household.told[-1][1].closed
        assert len(household.tickers) > 50
