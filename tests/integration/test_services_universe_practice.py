"""The universe of a real practice market, through the real ccxt into a real store."""

import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.fakes.patience import PROMPT_S, until
from workstation.domain.events import UniverseClosed, UniverseFilled
from workstation.domain.market import SeriesKey
from workstation.feeds.bulk_pace import BULK_SHARE
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.venues import open_practice
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import ExchangeOptions, PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services import universe
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.market_data import MarketData
from workstation.services.supervisor import Supervisor
from workstation.services.universe import Universe
from workstation.services.universe_members import UniverseOptions
from workstation.services.universe_past import UniversePast
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.recorder import Recorder

HOUR = 3_600_000
HTML = "<html><body>Please log in to this hotel's network.</body></html>"


class PracticeHouse:
    """A universe over a practice market whose every request for candles is written down."""

    def __init__(self, opened, folder):
        self.asked: list[tuple[float, str]] = []
        self.login_page_for = ""
        self._fetch = opened.exchange.fetch
        opened.exchange.fetch = self._noted
        self.bus, self.tasks = Bus(), Supervisor()
        self.recorder = Recorder(CandleStore(folder / "candles.db"), Journal(folder / "journal.db"))
        self.reader = self.recorder.candles.reader()
        self.data = MarketData(self.bus, self.recorder, self.reader, self.tasks)
        self.feed = CcxtFeed(opened, self.data, self.tasks)
        past = UniversePast(self.feed, self.recorder, self.reader)
        self.universe = Universe(self.bus, past, self.tasks, self.data, opened.clock)
        self.closed: list[UniverseClosed] = []
        self.filled: list[UniverseFilled] = []
        self.bus.subscribe(UniverseClosed, self.closed.append)
        self.bus.subscribe(UniverseFilled, self.filled.append)
        self.clock = opened.clock

    async def _noted(self, url, method="GET", headers=None, body=None):
        if "klines" in url:
            self.asked.append((time.monotonic(), url))
            if self.login_page_for and f"symbol={self.login_page_for}&" in url + "&":
                return HTML
        return await self._fetch(url, method, headers, body)

    async def start(self, options):
        markets = await self.feed.markets()
        self.data.listen_to(self.feed, self.clock)
        self.universe.start(markets, options)

    async def close(self):
        self.universe.stop()
        await self.feed.close()
        await self.tasks.close()
        self.reader.close()
        await self.recorder.close()


@asynccontextmanager
async def practising(folder, source, speed, per_minute):
    clock = MarketClock(source.first_ms + 1_000 * HOUR + HOUR // 10, speed, time.monotonic)
    async with PracticeExchange(source, clock, ExchangeOptions(weight_per_minute=10**6)) as exchange:
        opened = await open_practice(exchange.url, SystemClock())
        opened.exchange.enableRateLimit = False  # our own pace alone is asked about
        house = PracticeHouse(replace(opened, requests_per_minute=per_minute), folder)
        try:
            yield house
        finally:
            await house.close()


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr(universe, "LOOK_S", 0.02)
    monkeypatch.setattr(universe, "CHOOSE_S", 0.1)


async def test_a_universe_is_filled_and_kept_current_bit_for_bit(tmp_path):
    source = SimulatedMarket(7, n_coins=80)
    async with practising(tmp_path, source, 1_500.0, 60_000) as house:
        await house.start(UniverseOptions(bars=300, least_volume_usd=1.0))
        await until(lambda: house.universe.progress.done == 80)
        house.data.follow([SeriesKey("practice", "BTC/USDT", "1h")], "watchlist")
        await until(lambda: house.closed and len(house.closed[-1].candles) > 70)
        fact = house.closed[-1]
        for symbol in sorted(fact.candles)[::9]:
            key = SeriesKey("practice", symbol, "1h")
            stored = house.reader.read(key, until_ms=fact.open_time + HOUR)
            since = int(stored.open_time[0])
            assert since <= source.first_ms + 1_001 * HOUR - 290 * HOUR
            assert stored.equals(source.candles(symbol, since, fact.open_time + HOUR))
            assert fact.candles[symbol] == list(stored)[-1]


async def test_the_back_fill_keeps_to_its_share_and_stands_back_for_a_chart(tmp_path):
    source = SimulatedMarket(7)
    async with practising(tmp_path, source, 1.0, 4_800) as house:
        house.login_page_for = "ETHUSDT"
        await house.start(UniverseOptions(bars=100, least_volume_usd=1.0))
        await until(lambda: len(house.asked) > 10)
        began_s = time.monotonic()
        await house.feed.history(SeriesKey("practice", "SOL/USDT", "1m"), source.first_ms + 900 * HOUR, 900)
        assert time.monotonic() - began_s < PROMPT_S
        await until(lambda: house.universe.progress.done >= 40)
        bulk_s = [at for at, url in house.asked if "interval=1h" in url]
        gap_s = 60.0 / (BULK_SHARE * 4_800)
        n_in_a_second = max(sum(start <= at < start + 1.0 for at in bulk_s) for start in bulk_s)
        assert n_in_a_second <= 1.0 / gap_s + 2
        assert SeriesKey("practice", "ETH/USDT", "1h") not in house.universe.whole
        assert not len(house.reader.read(SeriesKey("practice", "ETH/USDT", "1h")))
