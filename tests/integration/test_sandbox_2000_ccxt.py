"""The real ccxt against a practice market of two thousand coins."""

import time

import pytest

from tests.fakes.sandbox_ccxt import stream_client
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket


@pytest.fixture
async def exchange():
    source = SimulatedMarket(7, 2_000)
    clock = MarketClock(source.first_ms + 3_000 * 3_600_000, 1.0, time.monotonic)
    async with PracticeExchange(source, clock) as opened:
        yield opened


@pytest.fixture
async def pro(exchange):
    client = stream_client(exchange.url)
    yield client
    await client.close()


async def test_every_coin_is_listed_priced_and_has_its_past(exchange, pro):
    markets = await pro.load_markets()
    assert len(markets) == 2_000
    tickers = await pro.fetch_tickers()
    volumes = sorted(t["quoteVolume"] for t in tickers.values())
    assert len(volumes) == 2_000
    assert volumes[-1] > 10_000 * volumes[0] > 0
    quietest = min(tickers, key=lambda symbol: tickers[symbol]["quoteVolume"])
    rows = await pro.fetch_ohlcv(quietest, "1h", exchange.floor.source.first_ms, 1_000)
    assert len(rows) == 1_000
    heard = await pro.watch_tickers(params={"name": "miniTicker"})
    assert heard.keys() <= markets.keys()
    assert heard
