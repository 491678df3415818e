"""The real ccxt client against an exchange on loopback whose every candle is known, well and ill behaved."""

import asyncio
import gc
import logging
import time
import warnings
from contextlib import asynccontextmanager

import pytest

from tests.fakes.feeds_exchange import START_MS, LoopbackExchange, final_row, kline
from tests.fakes.feeds_household import Household
from tests.fakes.patience import PROMPT_S, until
from workstation.domain.candle import Candle
from workstation.domain.errors import VenueBusy, VenueError, VenueUnreachable
from workstation.domain.events import FeedState
from workstation.domain.market import Market, SeriesKey, VenueKind
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import open_practice
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor

BTC = SeriesKey("practice", "BTC/USDT", "1m")
ETH = SeriesKey("practice", "ETH/USDT", "1m")
HOURLY = SeriesKey("practice", "BTC/USDT", "1h")
MINUTE = 60_000
HASTY = FeedTimings(
    stale_s=0.4,
    give_up_s=0.9,
    first_data_s=2.0,
    settle_s=0.5,
    tick_s=0.05,
    poll_s=0.3,
    backoff_first_s=0.02,
    backoff_longest_s=0.1,
    connect_gap_s=0.02,
    steady_s=1.0,
)


class House:
    """A feed with its listener and owner, at an exchange."""

    def __init__(self, exchange, feed, household, supervisor, failures):
        self.exchange, self.feed, self.household = exchange, feed, household
        self.supervisor, self.failures = supervisor, failures

    def is_live(self):
        return self.household.state is FeedState.LIVE

    def n_closed(self, key=BTC):
        return len(self.household.closed.get(key, ()))


@asynccontextmanager
async def house(exchange=None, timings=HASTY):
    """Build a house, and fail when anything is left behind after it closed."""
    failures, complaints = [], []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    exchange = exchange or LoopbackExchange()
    async with exchange:
        tasks_before = asyncio.all_tasks()
        household, supervisor = Household(), Supervisor(lambda name, error: failures.append((name, error)))
        opened = await open_practice(exchange.url, SystemClock())
        opened.exchange.options["ws"]["cost"] = 0.4  # 20 ms between subscriptions; no one limits us here
        feed = CcxtFeed(opened, household, supervisor, timings)
        try:
            yield House(exchange, feed, household, supervisor, failures)
        finally:
            began = time.monotonic()
            await feed.close()
            took_s = time.monotonic() - began
            await until(lambda: asyncio.all_tasks() - tasks_before <= server_tasks())
            await until(lambda: not exchange.sockets)
            await supervisor.close()
            assert took_s < PROMPT_S
            assert failures == []
        del opened, feed
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            gc.collect()
        assert complaints == []


def server_tasks():
    marks = ("web_protocol", "LoopbackExchange")
    return {t for t in asyncio.all_tasks() if any(mark in repr(t) for mark in marks)}


def source(key, open_time):
    market_id = key.symbol.replace("/", "")
    return Candle(open_time, *final_row(market_id, key.timeframe, open_time)[1:], closed=True)


async def test_it_says_where_it_listens_and_what_trades_there():
    async with house() as h:
        assert h.feed.venue.name == "practice"
        assert h.feed.venue.kind is VenueKind.PRACTICE_RECORDED
        assert h.feed.venue.speed == 3000.0
        markets = await h.feed.markets()
        assert markets == (Market("BTC/USDT", "BTC", "USDT", 0.01), Market("ETH/USDT", "ETH", "USDT", 0.01))
        await h.feed.markets()
        assert h.exchange.requests.count("/api/v3/exchangeInfo") == 1


async def test_the_venues_time_is_known_as_soon_as_its_markets_are():
    async with house() as h:
        assert not h.feed._opened.clock.is_trusted  # it shows the computer's time, years from the venue's
        await h.feed.markets()
        assert h.feed._opened.clock.is_trusted
        assert abs(h.feed._opened.clock.now_ms() - START_MS) < 86_400_000


async def test_history_is_paged_equals_the_source_and_leaves_out_the_forming_bar():
    async with house() as h:
        since = START_MS - 3500 * MINUTE
        some = await h.feed.history(BTC, since, 2500)
        assert list(some) == [source(BTC, since + n * MINUTE) for n in range(2500)]
        everything = await h.feed.history(BTC, since, 100_000)
        assert list(everything) == [source(BTC, since + n * MINUTE) for n in range(len(everything))]
        newest = int(everything.open_time[-1])
        assert 3500 <= len(everything) <= 3500 + (h.exchange.now_ms() - START_MS) // MINUTE
        assert newest + MINUTE <= h.exchange.now_ms()
        assert len(await h.feed.history(BTC, h.exchange.now_ms() + 10 * MINUTE, 10)) == 0


async def test_an_unlisted_symbol_is_refused_without_a_request():
    async with house() as h:
        with pytest.raises(VenueError, match="does not list MOON/USDT"):
            await h.feed.history(SeriesKey("practice", "MOON/USDT", "1m"), START_MS, 5)
        assert "/api/v3/klines" not in h.exchange.requests


@pytest.mark.parametrize("speed", [3000.0, 10_000.0])
async def test_every_streamed_candle_closes_exactly_once_and_equals_the_source(speed):
    async with house(LoopbackExchange(speed=speed, push_s=0.03)) as h:
        keys = [BTC, ETH, HOURLY]
        h.feed.follow(keys)
        await until(lambda: h.n_closed() >= 30 and h.n_closed(ETH) >= 30)
        for key, closed in h.household.closed.items():
            times = [c.open_time for c in closed]
            assert times == list(range(times[0], times[-1] + 1, key.bar_ms))
            assert closed == [source(key, t) for t in times]
        assert h.household.rejected == []
        assert [state for state, _ in h.household.states] == [FeedState.CONNECTING, FeedState.LIVE]
        assert len(h.exchange.dials) == 1
        assert h.feed.n_messages > 100


async def test_a_long_pause_of_our_loop_loses_no_final_state():
    async with house(LoopbackExchange(speed=10_000.0, push_s=0.002)) as h:
        h.feed.follow([BTC])
        await until(lambda: h.n_closed() > 5)
        time.sleep(0.3)  # noqa: ASYNC251  fifty bars close meanwhile
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 60)
        times = [c.open_time for c in h.household.closed[BTC]]
        assert times == list(range(times[0], times[-1] + 1, MINUTE))


async def test_prices_of_all_markets_come_without_being_asked_for():
    async with house() as h:
        h.feed.follow([])
        await until(lambda: set(h.household.tickers) == {"BTC/USDT", "ETH/USDT"})
        ticker = h.household.tickers["BTC/USDT"]
        assert ticker.last > 0
        assert ticker.change_24h_pct is not None
        assert ticker.quote_volume_24h is not None
        assert START_MS <= ticker.time_ms <= h.exchange.now_ms()
        await until(h.is_live)


async def test_a_venue_without_wide_streams_is_asked_for_prices_and_heard_series_by_series():
    async with house() as h:
        client = h.feed._opened.exchange
        client.options["allTickersStream"] = False
        client.has["watchOHLCVForSymbols"] = False
        h.feed.follow([BTC, ETH])
        await until(lambda: h.n_closed() > 3 and h.n_closed(ETH) > 3 and h.is_live())
        n = h.exchange.requests.count("/api/v3/ticker/24hr")
        await until(lambda: h.exchange.requests.count("/api/v3/ticker/24hr") > n + 1)
        assert set(h.household.tickers) == {"BTC/USDT", "ETH/USDT"}
        assert next(iter(h.exchange.sockets.values())) == {"btcusdt@kline_1m", "ethusdt@kline_1m"}
        assert all(c == source(BTC, c.open_time) for c in h.household.closed[BTC])


async def test_a_series_may_be_left_before_it_ever_spoke():
    exchange = LoopbackExchange()
    exchange.mute.add("ethusdt@kline_1m")
    async with house(exchange) as h:
        h.feed.follow([BTC, ETH])
        await until(lambda: h.n_closed() > 1)
        h.feed.follow([BTC])
        await until(lambda: next(iter(exchange.sockets.values())) == {"btcusdt@kline_1m", "!miniTicker@arr"})
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 10 and h.is_live())
        assert len(exchange.dials) == 1


async def test_following_is_exact_whatever_is_added_and_taken_away():
    async with house() as h:
        h.feed.follow([BTC])
        await until(lambda: h.n_closed() > 1)
        h.feed.follow([ETH])
        await until(lambda: h.n_closed(ETH) > 1)
        n = len(h.household.told)
        await until(lambda: h.n_closed(ETH) > 4)
        assert {key for key, _ in h.household.told[n:]} == {ETH}
        streams = next(iter(h.exchange.sockets.values()))
        assert streams == {"ethusdt@kline_1m", "!miniTicker@arr"}
        h.feed.follow([ETH, BTC, HOURLY])
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 2)
        assert len(h.exchange.dials) == 1
        unknown = SeriesKey("practice", "MOON/USDT", "1m")
        h.feed.follow([unknown, BTC])
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 2)
        assert h.household.n_times(FeedState.LIVE) == 1


async def test_after_twenty_drops_no_candle_is_missing_and_none_came_twice():
    async with house() as h:
        h.feed.follow([BTC, ETH])
        await until(h.is_live)
        since = START_MS
        for n in range(20):
            await until(h.is_live)
            assert h.household.n_times(FeedState.LIVE) == n + 1
            await asyncio.sleep(0.03)
            h.exchange.drop_all()
            await until(lambda: not h.is_live())
        await until(h.is_live)
        for key in (BTC, ETH):
            n = h.n_closed(key)
            await until(lambda key=key, n=n: h.n_closed(key) > n + 1)
            heard = [c.open_time for c in h.household.closed[key]]
            assert len(heard) == len(set(heard))
            filled = await h.household.fill(h.feed, key, since)
            assert filled == [source(key, since + n * MINUTE) for n in range(len(filled))]
            assert filled[-1].open_time >= heard[-1]
        assert h.household.n_times(FeedState.CONNECTING) == 21
        assert len(h.exchange.dials) == 21


async def test_a_bar_that_was_forming_when_the_line_broke_is_not_closed_from_memory():
    async with house() as h:
        h.feed.follow([BTC])
        await until(lambda: h.n_closed() > 1)
        forming = h.household.told[-1][1].open_time
        await h.exchange.stop()
        h.exchange.sockets.clear()
        await asyncio.sleep(0.25)  # two bars and a half
        await h.exchange.start()
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 1)
        assert forming not in [c.open_time for c in h.household.closed[BTC]]
        assert all(c == source(BTC, c.open_time) for c in h.household.closed[BTC])


async def test_a_venue_that_is_gone_is_offline_until_it_is_back():
    async with house() as h:
        h.feed.follow([BTC])
        await until(h.is_live)
        await h.exchange.stop()
        await until(lambda: h.household.state is FeedState.OFFLINE)
        with pytest.raises(VenueUnreachable):
            await h.feed.history(BTC, START_MS, 10)
        await h.exchange.start()
        await until(h.is_live)
        said = [state for state, _ in h.household.states]
        assert said == ["connecting", "live", "connecting", "offline", "live"]


async def test_a_frozen_exchange_is_noticed_and_left_for_a_new_connection():
    async with house() as h:
        h.feed.follow([BTC])
        await until(h.is_live)
        h.exchange.frozen = True
        await until(lambda: h.household.state is FeedState.STALE)
        await until(lambda: len(h.exchange.dials) > 1)
        h.exchange.frozen = False
        await until(h.is_live)


async def test_a_series_that_was_lost_while_others_speak_is_noticed():
    exchange = LoopbackExchange()
    exchange.mute.add("ethusdt@kline_1m")
    async with house(exchange) as h:
        h.feed.follow([BTC, ETH])
        await until(lambda: h.household.state is FeedState.STALE)
        assert "ETH/USDT" in h.household.states[-1][1]
        await until(lambda: len(exchange.dials) == 2)
        exchange.mute.clear()
        await until(lambda: h.n_closed(ETH) > 1)
        await until(h.is_live)


BAD_FRAMES = [
    pytest.param('{"e": "kline", "k": ', id="cut off"),
    pytest.param('{"e": "kline"}', id="without its bar"),
    pytest.param("[" * 100_000, id="a hundred thousand deep"),
    pytest.param('{"e": "24hrMiniTicker"}', id="a price of nothing"),
    pytest.param('{"error": {"code": 5000, "msg": "no"}}', id="an error of the server"),
]


@pytest.mark.parametrize("frame", BAD_FRAMES)
async def test_the_stream_outlives_a_frame_that_cannot_be_read(frame):
    async with house() as h:
        h.feed.follow([BTC])
        await until(lambda: h.n_closed() > 1)
        await h.exchange.say_to_all(frame)
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 2 and h.is_live())
        assert all(c == source(BTC, c.open_time) for c in h.household.closed[BTC])


async def test_an_impossible_bar_is_rejected_and_no_series_sees_it():
    async with house() as h:
        h.feed.follow([BTC])
        await until(lambda: h.n_closed() > 1)
        now = h.household.told[-1][1].open_time
        for row in ([now, 1.0, 0.5, 2.0, 1.0, 1.0], [now + 7 * 86_400_000, 1.0, 1.0, 1.0, 1.0, 1.0]):
            await h.exchange.say_to_all(kline("BTCUSDT", "1m", row, False))
        n = h.n_closed()
        await until(lambda: h.n_closed() > n + 2)
        assert len(h.household.rejected) >= 1
        assert all(key == BTC and raw for key, raw, _ in h.household.rejected)
        assert all(c == source(BTC, c.open_time) for c in h.household.closed[BTC])
        assert h.household.n_times(FeedState.LIVE) == 1


@pytest.mark.parametrize("status", [429, 418])
async def test_a_venue_that_wants_silence_gets_it(status):
    async with house() as h:
        h.feed.follow([BTC])
        await until(h.is_live)
        h.exchange.refuse_with = (status, {"Retry-After": "1"})
        with pytest.raises(VenueBusy) as busy:
            await h.feed.history(BTC, START_MS, 10)
        assert 0.5 < busy.value.retry_after_s <= 1
        h.exchange.refuse_with = None
        h.exchange.requests.clear()
        await until(lambda: h.household.state is FeedState.WAITING)
        h.exchange.drop_all()
        for _ in range(20):
            with pytest.raises(VenueBusy):
                await h.feed.history(BTC, START_MS, 10)
        await asyncio.sleep(0.4)
        assert h.exchange.requests == []
        assert h.household.state is FeedState.WAITING
        await until(h.is_live)
        assert len(await h.feed.history(BTC, START_MS, 10)) == 10


async def test_a_refused_dial_is_obeyed_too():
    async with house() as h:
        h.exchange.refuse_dials = 429
        h.feed.follow([BTC])
        await until(lambda: h.household.state is FeedState.WAITING)
        n = len(h.exchange.dials)
        h.exchange.refuse_dials = None
        await asyncio.sleep(0.5)
        assert len(h.exchange.dials) == n == 1
        await until(h.is_live)


@pytest.mark.parametrize("page", ["<html>Please log in</html>", '{"cut', "null"])
async def test_a_page_instead_of_data_is_an_error_and_never_a_candle(page):
    async with house() as h:
        await h.feed.markets()
        h.exchange.answer_with = page
        with pytest.raises(VenueError):
            await h.feed.history(BTC, START_MS, 10)
        assert h.household.rejected == []


async def test_no_candles_at_all_are_an_answer():
    async with house() as h:
        await h.feed.history(BTC, START_MS, 1)
        h.exchange.answer_with = "[]"
        assert len(await h.feed.history(BTC, START_MS, 10)) == 0


async def test_markets_that_are_not_markets_are_asked_for_again():
    async with house() as h:
        h.exchange.answer_with = "{}"
        with pytest.raises(VenueError, match="not a list of markets"):
            await h.feed.markets()
        h.exchange.answer_with = None
        assert len(await h.feed.markets()) == 2


@pytest.mark.parametrize("trouble", ["nothing", "frozen", "gone", "dialling", "asking"])
async def test_it_leaves_at_once_whatever_the_exchange_does(trouble, caplog):
    caplog.set_level(logging.WARNING, "asyncio")
    async with house() as h:
        h.feed.follow([BTC, ETH])
        if trouble == "dialling":
            h.exchange.refuse_dials = 503
            await until(lambda: len(h.exchange.dials) > 1)
        else:
            await until(h.is_live)
        if trouble == "frozen":
            h.exchange.frozen = True
        if trouble == "gone":
            await h.exchange.stop()
            await until(lambda: not h.is_live())
            await h.feed.close()
            await h.exchange.start()
        if trouble == "asking":
            asked = h.supervisor.start("ask", ask(h.feed))
            await asyncio.sleep(0)
            await h.feed.close()
            await asked
    assert [r for r in caplog.records if r.name == "asyncio"] == []


async def ask(feed):
    with pytest.raises(VenueError):
        await feed.history(BTC, START_MS - 500_000 * MINUTE, 500_000)
