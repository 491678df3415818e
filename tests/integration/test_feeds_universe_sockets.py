"""More series than one connection of the venue takes: they are shared out among several."""

import time

from tests.fakes.feeds_household import Household
from tests.fakes.patience import until
from workstation.domain.market import SeriesKey
from workstation.feeds import stream_places
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import open_practice
from workstation.sandbox import broadcast
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor


def test_our_connections_stay_below_what_the_venue_takes():
    assert stream_places.MOST_ON_A_CONNECTION < broadcast.MOST_STREAMS == 1_024  # prices ride along


async def test_every_series_of_a_watchlist_of_everything_is_heard(monkeypatch):
    monkeypatch.setattr(broadcast, "MOST_STREAMS", 24)
    monkeypatch.setattr(stream_places, "MOST_ON_A_CONNECTION", 23)
    source = SimulatedMarket(seed=7)
    clock = MarketClock(source.first_ms + 30 * 3_600_000, 1.0, time.monotonic)
    async with PracticeExchange(source, clock) as exchange:
        household, supervisor = Household(), Supervisor()
        opened = await open_practice(exchange.url, SystemClock())
        feed = CcxtFeed(opened, household, supervisor, FeedTimings(connect_gap_s=0.05))
        try:
            keys = [SeriesKey("practice", m.symbol, "1h") for m in await feed.markets()]
            feed.follow(keys)
            await until(lambda: {key for key, _ in household.told} == set(keys))
            assert exchange.n_connections == 3
            feed.follow(keys[:1])
            streams = exchange._broadcast._listeners
            await until(lambda: sum("@kline" in name for name in streams) == 1)
            feed.follow(keys[:1] + keys[-40:])
            await until(lambda: sum("@kline" in name for name in streams) == 41)
        finally:
            await feed.close()
            await supervisor.close()
