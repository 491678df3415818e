"""The real, unmodified ccxt and ccxt.pro against the practice market, with only their URLs changed."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import ccxt
import numpy as np
import pytest

from tests.fakes.patience import PATIENCE_S, until
from tests.fakes.sandbox_archive import ParquetFolder
from tests.fakes.sandbox_ccxt import rest_client, stream_client
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.domain.candle import CandleColumns
from workstation.sandbox.history import RecordedMarket
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import ExchangeOptions, PracticeExchange

START = FIRST_MS + 150 * HOUR_MS
NAMES = ("BTCUSDT", "ETHUSDT", "1000SATSUSDT")


def open_exchange(
    source: Any = None, start: int = START, speed: float = 3_600.0, **options: Any
) -> PracticeExchange:
    source = source or recorded(*NAMES, n=3_000)
    return PracticeExchange(source, MarketClock(start, speed, time.monotonic), ExchangeOptions(**options))


@pytest.fixture
async def exchange() -> AsyncIterator[PracticeExchange]:
    async with open_exchange() as opened:
        yield opened


@pytest.fixture
async def rest(exchange: PracticeExchange) -> AsyncIterator[Any]:
    client = rest_client(exchange.url)
    yield client
    await client.close()


@pytest.fixture
async def pro(exchange: PracticeExchange) -> AsyncIterator[Any]:
    client = stream_client(exchange.url)
    yield client
    await client.close()


def columns(rows: list[list[float]]) -> CandleColumns:
    table = list(zip(*rows, strict=True))
    return CandleColumns.of(np.array(table[0], np.int64), *(np.array(column) for column in table[1:]))


async def test_markets_load_with_their_steps(exchange: PracticeExchange, rest: Any) -> None:
    markets = await rest.load_markets()
    assert sorted(markets) == ["1000SATS/USDT", "BTC/USDT", "ETH/USDT"]
    assert markets["BTC/USDT"]["precision"]["price"] == 0.01
    assert markets["BTC/USDT"]["precision"]["amount"] == 0.001
    assert all(market["active"] and market["spot"] for market in markets.values())


async def test_history_over_three_pages_is_the_source_bit_for_bit(recordings) -> None:
    names = ("BTCUSDT", "SHIBUSDT", "1000SATSUSDT", "JTOUSDT")
    archive = ParquetFolder(recordings / "ohlcv" / "binance-spot-2024", only=names)
    source = RecordedMarket(archive, "test")
    start = source.first_ms + 2_500 * HOUR_MS
    async with open_exchange(source, start, speed=1.0) as opened:
        client = rest_client(opened.url)
        try:
            for listing in source.markets():
                rows: list[list[float]] = []
                while len(rows) < 2_500:
                    since = int(rows[-1][0]) + HOUR_MS if rows else source.first_ms
                    rows += await client.fetch_ohlcv(listing.symbol, "1h", since=since, limit=1_000)
                expected = archive.read(listing.id, "1h")[:2_500]
                assert columns(rows[:2_500]).equals(expected), listing.symbol
        finally:
            await client.close()


async def test_tickers_book_and_trades_are_fetched(exchange: PracticeExchange, rest: Any) -> None:
    ticker = await rest.fetch_ticker("BTC/USDT")
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert ticker["bid"] < ticker["ask"]
    assert ticker["percentage"] == pytest.approx((ticker["last"] / ticker["open"] - 1) * 100, abs=0.001)
    assert sorted(await rest.fetch_tickers()) == ["1000SATS/USDT", "BTC/USDT", "ETH/USDT"]
    book = await rest.fetch_order_book("ETH/USDT", 50)
    assert len(book["bids"]) == len(book["asks"]) == 50
    assert book["bids"][0][0] < book["asks"][0][0]
    trades = await rest.fetch_trades("BTC/USDT", since=START - HOUR_MS, limit=1_000)
    hour = exchange.floor.coins["BTCUSDT"].kline("1h", START - HOUR_MS, START)
    inside = [trade for trade in trades if trade["timestamp"] < START]
    assert hour is not None
    assert len(inside) == hour.n_trades == 900
    assert inside[0]["price"] == hour.open / 100
    assert max(trade["price"] for trade in inside) == hour.high / 100


async def test_candles_stream_closed_in_order_at_ten_thousand_times() -> None:
    async with open_exchange(speed=10_000.0) as fast:
        client = stream_client(fast.url)
        source = fast.floor.source
        try:
            stop = START + 12 * HOUR_MS
            rows: dict[int, list[float]] = {}
            async with asyncio.timeout(30):
                while not rows or max(rows) < stop:
                    for row in await client.watch_ohlcv("BTC/USDT", "1h"):
                        rows[int(row[0])] = row
            newest = max(rows)
            closed = [rows[t] for t in sorted(rows) if t < newest]
            expected = source.candles("BTC/USDT", int(closed[0][0]), newest)
            assert columns(closed).equals(expected)
        finally:
            await client.close()


async def watch_until_all_spoke(client: Any, wanted: list[list[str]]) -> None:
    """Watch until every stream has said a candle; each call wakes for whichever stream speaks first."""
    async with asyncio.timeout(PATIENCE_S):
        while any(timeframe not in client.ohlcvs.get(symbol, {}) for symbol, timeframe in wanted):
            await client.watch_ohlcv_for_symbols(wanted)


async def test_many_candle_streams_share_one_socket(exchange: PracticeExchange, pro: Any) -> None:
    coins = ("BTC/USDT", "ETH/USDT", "1000SATS/USDT")
    await watch_until_all_spoke(
        pro, [[c, timeframe] for c in coins for timeframe in ("1m", "5m", "1h", "1d")]
    )
    assert exchange.n_connections == 1


async def test_hundreds_of_streams_share_one_socket() -> None:
    coins = [f"C{i}" for i in range(130)]
    async with open_exchange(recorded(*(f"{coin}USDT" for coin in coins), n=400)) as opened:
        client = stream_client(opened.url)
        wanted = [[f"{coin}/USDT", timeframe] for coin in coins for timeframe in ("1h", "4h")]
        try:
            await watch_until_all_spoke(client, wanted)
            assert opened.n_connections == 1
        finally:
            await client.close()


async def test_trades_stream_without_a_hole(exchange: PracticeExchange, pro: Any) -> None:
    pro.newUpdates = True
    ids: list[int] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(ids) < 2_000:
            ids += [int(trade["id"]) for trade in await pro.watch_trades("BTC/USDT")]
    assert ids == list(range(ids[0], ids[0] + len(ids)))


async def test_the_watched_book_is_the_markets_own(exchange: PracticeExchange, pro: Any) -> None:
    stop = time.monotonic() + 3.0
    n_updates = 0
    while time.monotonic() < stop:
        watched = await pro.watch_order_book("BTC/USDT")
        n_updates += 1
    assert n_updates > 10
    book = exchange.floor.book("BTCUSDT")
    async with asyncio.timeout(PATIENCE_S):
        while watched["nonce"] != book.last_update_id:
            watched = await pro.watch_order_book("BTC/USDT")
    assert watched["bids"] == [[price / 100, size / 1_000] for price, size in book.bids.items()]
    assert watched["asks"] == [[price / 100, size / 1_000] for price, size in book.asks.items()]


async def test_tickers_and_touch_are_watched(exchange: PracticeExchange, pro: Any) -> None:
    seen: set[str] = set()
    async with asyncio.timeout(PATIENCE_S):
        while len(seen) < 3:
            seen |= set(await pro.watch_tickers())
        touch = (await pro.watch_bids_asks(["BTC/USDT"]))["BTC/USDT"]
        ticker = await pro.watch_ticker("BTC/USDT", {"name": "ticker"})
    assert touch["bid"] < touch["ask"]
    assert ticker["bid"] < ticker["ask"]


async def test_unwatching_ends_the_stream(exchange: PracticeExchange, pro: Any) -> None:
    streams: Callable[[], int] = lambda: len(exchange._broadcast._streams)  # noqa: E731  read again and again
    await pro.watch_trades("BTC/USDT")
    await pro.watch_ohlcv("BTC/USDT", "1h")
    assert streams() == 2
    await pro.un_watch_trades("BTC/USDT")
    await pro.un_watch_ohlcv("BTC/USDT", "1h")
    await until(lambda: streams() == 0)


async def test_ccxt_keeps_the_connection_alive(exchange: PracticeExchange) -> None:
    async with open_exchange(speed=1.0, ping_every_s=0.2) as opened:
        client = stream_client(opened.url)
        client.options["ws"] = {"keepAlive": 200}
        client.streaming["keepAlive"] = 200
        try:
            await client.watch_order_book("BTC/USDT")
            (connection,) = client.clients.values()
            first = connection.lastPong
            await until(lambda: connection.lastPong != first)
            await asyncio.wait_for(client.watch_order_book("BTC/USDT"), PATIENCE_S)
            assert opened.n_connections == 1
        finally:
            await client.close()


async def test_too_much_weight_is_ddos_protection() -> None:
    async with open_exchange(weight_per_minute=24) as opened:
        client = rest_client(opened.url)
        client.options["maxRetriesOnFailure"] = 0
        try:
            await client.load_markets()
            await client.fetch_ticker("BTC/USDT")
            with pytest.raises(ccxt.DDoSProtection, match="-1003"):
                await asyncio.gather(*(client.fetch_ticker("BTC/USDT") for _ in range(3)))
        finally:
            await client.close()


async def test_a_wrong_symbol_is_a_bad_symbol(rest: Any) -> None:
    await rest.load_markets()
    rest.markets["BTC/USDT"]["id"] = "NOPEUSDT"
    with pytest.raises(ccxt.BadSymbol):
        await rest.fetch_ohlcv("BTC/USDT", "1h")
