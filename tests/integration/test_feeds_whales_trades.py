"""Public trades heard from the practice market sum up to what the market itself says of them."""

import asyncio
import time
from dataclasses import replace

import aiohttp
import pytest

from tests.fakes.patience import PATIENCE_S
from workstation.domain.errors import ProviderUnreachable
from workstation.domain.metric import BUCKET_MS
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import open_practice
from workstation.feeds.whales.large_trades import LargeTrades
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor

SPEED = 3_600.0
TIMINGS = FeedTimings(backoff_first_s=0.05, backoff_longest_s=0.1, connect_gap_s=0.05)


class Heard:
    """What was told so far, by (symbol, quarter)."""

    def __init__(self, provider):
        self._provider = provider
        self.by_quarter = {}
        self.errors = 0

    async def fetch(self):
        try:
            rows = await self._provider.fetch((), 0)
        except ProviderUnreachable:
            self.errors += 1
            return
        for row in rows:
            assert row.available_ms >= row.event_ms
            self.by_quarter.setdefault((row.subject, row.event_ms), {})[row.metric] = row.value


async def fetched_until(heard, condition):
    """Fetch as a household would, again and again, until the condition holds of what was heard."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await heard.fetch()
            while not condition():
                await asyncio.sleep(0.05)
                await heard.fetch()
    except TimeoutError:
        pytest.fail(f"only this was heard: {heard.by_quarter}")


async def market_says(session, url, symbol, end_ms):
    """Return worth, bought worth and number of a quarter's trades, from the market's own list of them."""
    asked = {"symbol": symbol.replace("/", ""), "limit": 1000}
    asked |= {"startTime": end_ms - BUCKET_MS, "endTime": end_ms - 1}
    async with session.get(f"{url}/api/v3/aggTrades", params=asked) as answer:
        trades = await answer.json()
    assert len(trades) < asked["limit"]
    worth = [(float(trade["p"]) * float(trade["q"]), not trade["m"]) for trade in trades]
    return sum(usd for usd, _ in worth), sum(usd for usd, bought in worth if bought), len(trades)


async def test_quarters_are_told_whole_and_what_was_missed_is_absent():
    source = SimulatedMarket(seed=7)
    clock = MarketClock(source.default_start_ms, SPEED, time.monotonic)
    async with PracticeExchange(source, clock) as exchange, aiohttp.ClientSession() as session:
        tasks = Supervisor()
        opened = await open_practice(exchange.url, SystemClock())
        watched = ["BTC/USDT", "ETH/USDT", "NO/SUCH"]
        provider = LargeTrades(opened, lambda: watched, tasks, TIMINGS)
        heard = Heard(provider)
        try:
            await fetched_until(heard, lambda: {s for s, _ in heard.by_quarter} == set(watched[:2]))
            last_ms = max(end for _, end in heard.by_quarter)
            for client in opened.exchange.clients.values():
                client.connection._conn.transport.abort()
            cut_ms = clock.now_ms()
            await fetched_until(heard, lambda: max(end for _, end in heard.by_quarter) > cut_ms + BUCKET_MS)
            ends = sorted({end for symbol, end in heard.by_quarter if symbol == "BTC/USDT"})
            running = (cut_ms // BUCKET_MS + 1) * BUCKET_MS
            assert last_ms in ends
            assert running not in ends
            assert provider.n_rejected == 0
            for (symbol, end_ms), values in heard.by_quarter.items():
                worth, bought, n_trades = await market_says(session, exchange.url, symbol, end_ms)
                assert values["whales.trade_count"] == n_trades
                assert values["whales.trade_usd"] == pytest.approx(worth, rel=1e-12)
                assert values["whales.buy_usd"] == pytest.approx(bought, rel=1e-12)
        finally:
            await provider.close()
            await tasks.close()


async def test_a_market_that_went_away_is_unreachable_and_comes_back():
    source = SimulatedMarket(seed=7)
    clock = MarketClock(source.default_start_ms, SPEED, time.monotonic)
    tasks = Supervisor()
    async with PracticeExchange(source, clock) as exchange:
        opened = await open_practice(exchange.url, SystemClock())
    opened = replace(opened, venue=replace(opened.venue, label="Gone"))
    provider = LargeTrades(opened, lambda: ["BTC/USDT"], tasks, TIMINGS)
    heard = Heard(provider)
    try:
        await fetched_until(heard, lambda: heard.errors > 0)
        with pytest.raises(ProviderUnreachable, match="Gone"):
            await provider.fetch((), 0)
        assert provider.about.name == "trades"
    finally:
        await provider.close()
        await tasks.close()
