"""What is told of the market in sight is the venue's own book and every trade, whatever happens."""

import time
from contextlib import asynccontextmanager

import pytest

from tests.fakes.feeds_fault_proxy import FaultProxy
from tests.fakes.patience import until
from workstation.feeds import market_ear, order_book
from workstation.feeds.book_ear import BookTimings
from workstation.feeds.market_ear import TELL_S, MarketEar
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import open_practice
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor

SOURCE = SimulatedMarket(seed=7)
START = SOURCE.first_ms + 720 * 3_600_000
BTC = "BTC/USDT"
QUICK = BookTimings(snapshot_pace_s=0.0, stale_s=1.0)
LINE = FeedTimings(backoff_first_s=0.4, backoff_longest_s=0.5, connect_gap_s=0.0)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(order_book, "SNAPSHOT_GAP_S", 0.02)
    monkeypatch.setattr(market_ear, "SAY_AGAIN_S", 0.1)


class Watching:
    """An ear at a practice market whose time can be stopped, and what it told."""

    def __init__(self, exchange, proxy):
        self.exchange, self.proxy = exchange, proxy
        self.told = []
        self.ear = None

    async def tell(self, news):
        self.told.append(news)

    @property
    def known(self):
        return [news for news in self.told if news.book is not None]

    async def hear_book(self):
        n = len(self.told)
        await until(lambda: any(news.book for news in self.told[n:]))


@asynccontextmanager
async def watching(symbol=BTC, step=0.0):
    stopped = []

    def seconds():
        return stopped[0] if stopped else time.monotonic()

    async with (
        PracticeExchange(SOURCE, MarketClock(START, 200.0, seconds)) as exchange,
        FaultProxy(exchange.url) as proxy,
    ):
        supervisor, one = Supervisor(), Watching(exchange, proxy)
        one.stop_time = lambda: stopped.append(time.monotonic())
        opened = await open_practice(proxy.url, SystemClock())
        opened.exchange.enableRateLimit = False
        one.ear = MarketEar(opened, symbol, one.tell, supervisor, QUICK, LINE)
        one.ear.look_again(step)
        one.ear.open()
        try:
            yield one
        finally:
            await one.ear.close()
            await supervisor.close()


async def test_the_book_that_is_told_is_the_books_of_the_practice_market_level_by_level():
    async with watching() as one:
        await one.hear_book()
        one.stop_time()
        n = len(one.told)
        await until(lambda: len(one.told) > n + 1)
        book, ladder = one.exchange.floor.book("BTCUSDT"), one.known[-1].book.ladder
        for side, told, is_bid in ((book.bids, ladder.bids, True), (book.asks, ladder.asks, False)):
            ticks = [price for price, _ in sorted(side.items(), reverse=is_bid)][: len(told.price)]
            sizes = [side[price] for price in ticks]
            assert len(told.price) == 200
            scale = ticks[0] / told.price[0]
            lot = sizes[0] / told.size[0]
            assert told.price == pytest.approx([tick / scale for tick in ticks], rel=1e-12)
            assert told.size == pytest.approx([size / lot for size in sizes], rel=1e-12)


async def test_every_trade_is_told_once_in_order_with_its_taker():
    async with watching() as one:
        await until(lambda: sum(len(news.trades) for news in one.told) >= 8)
        trades = [trade for news in one.told for trade in news.trades]
        assert len(set(trades)) == len(trades)
        assert [t.time_ms for t in trades] == sorted(t.time_ms for t in trades)
        assert {trade.is_buy for trade in trades} == {True, False}


async def test_news_come_at_most_ten_times_a_second():
    async with watching() as one:
        await one.hear_book()
        n, since = len(one.told), time.monotonic()
        await until(lambda: time.monotonic() - since > 0.4)
        assert 1 <= len(one.told) - n <= (time.monotonic() - since) / TELL_S + 1


async def test_a_lost_connection_is_told_as_no_book_and_then_the_book_is_there_again():
    async with watching(step=50.0) as one:
        await one.hear_book()
        assert {news.step for news in one.known} == {50.0}
        n = len(one.told)

        def is_told() -> bool:
            one.proxy.cut_all()  # again where the ear was between two connections just then
            return any(news.book is None for news in one.told[n:])

        await until(is_told)
        await one.hear_book()


async def test_a_market_that_is_not_there_is_said_in_words():
    async with watching("NONE/USDT") as one:
        await until(lambda: bool(one.told and one.told[-1].trouble))
        assert "has no market NONE/USDT" in one.told[-1].trouble
        assert one.told[-1].book is None
