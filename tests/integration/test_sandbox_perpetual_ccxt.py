"""The real, unmodified ccxt.pro binanceusdm against the practice market, with only its addresses changed."""

import time
from collections.abc import AsyncIterator
from typing import Any

import ccxt
import ccxt.pro
import msgspec
import pytest

from tests.fakes.patience import until
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.feeds.venues import point_at
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.perpetual import FUNDING_MS, Perpetual
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket

BTC = "BTC/USDT:USDT"


class Stopped:
    """A market clock that stands."""

    speed = 1.0

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now


@pytest.fixture
async def client() -> AsyncIterator[Any]:
    exchange = ccxt.pro.binanceusdm({"enableRateLimit": False})
    yield exchange
    await exchange.close()


async def test_contracts_rates_and_open_interest_are_the_models_own(client: Any) -> None:
    source = recorded("BTCUSDT", "1000SATSUSDT", "ETHBTC", n=2_000)
    now = FIRST_MS + 1_500 * HOUR_MS + 1_234
    async with PracticeExchange(source, Stopped(now)) as exchange:
        point_at(client, exchange.url.removeprefix("http://"))
        markets = await client.load_markets()
        assert sorted(markets) == ["1000SATS/USDT:USDT", BTC]
        assert all(
            m["swap"] and m["linear"] and m["active"] and m["contractSize"] == 1 for m in markets.values()
        )
        assert await client.fetch_time() == now
        model = Perpetual(source, next(one for one in source.markets() if one.base == "BTC"))
        running = await client.fetch_funding_rates()
        assert running[BTC]["fundingRate"] == model.funding_rate(now)
        assert running[BTC]["fundingTimestamp"] == (now // FUNDING_MS + 1) * FUNDING_MS
        assert running[BTC]["markPrice"] > 0
        paid = await client.fetch_funding_rate_history(BTC, since=FIRST_MS, limit=1_000)
        assert [row["timestamp"] for row in paid] == list(range(FIRST_MS + FUNDING_MS, now, FUNDING_MS))
        assert [row["fundingRate"] for row in paid] == [model.funding_rate(row["timestamp"]) for row in paid]
        newest = await client.fetch_funding_rate_history(BTC, limit=3)
        assert newest == paid[-3:]
        size = model.open_interest(now)
        assert size is not None
        assert (await client.fetch_open_interest(BTC))["openInterestAmount"] == size[0]
        past = await client.fetch_open_interest_history(BTC, "1h", since=now - 30 * HOUR_MS, limit=500)
        assert len(past) == 30
        assert past[-1]["timestamp"] == now // HOUR_MS * HOUR_MS
        assert past[-1]["openInterestValue"] == pytest.approx(model.open_interest(past[-1]["timestamp"])[1])


async def test_what_the_venue_does_not_have_is_refused_in_its_words(client: Any) -> None:
    async with PracticeExchange(recorded("BTCUSDT", "ETHBTC"), Stopped(FIRST_MS + 150 * HOUR_MS)) as exchange:
        point_at(client, exchange.url.removeprefix("http://"))
        await client.load_markets()
        with pytest.raises(ccxt.BadRequest):
            await client.fapiPublicGetOpenInterest({"symbol": "ETHBTC"})
        with pytest.raises(ccxt.BadRequest):
            await client.fapiPublicGetPremiumIndex({"symbol": "NONE"})
        with pytest.raises(ccxt.BaseError):
            await client.fapiDataGetOpenInterestHist({"symbol": "BTCUSDT", "period": "1w"})
        with pytest.raises(ccxt.BaseError):
            await client.fapiDataGetOpenInterestHist({"symbol": "BTCUSDT", "period": "1h", "startTime": 1})


async def test_forced_orders_stream_whole_and_in_order(client: Any) -> None:
    source = SimulatedMarket(seed=7)
    start = source.first_ms + 720 * HOUR_MS
    async with PracticeExchange(source, MarketClock(start, 10_000.0, time.monotonic)) as exchange:
        point_at(client, exchange.url.removeprefix("http://"))
        await client.load_markets()
        await client.watch_liquidations_for_symbols([])
        await until(lambda: len(client.liquidations or ()) > 30)
        told = [
            (one["timestamp"], one["info"]["s"], one["contracts"], one["price"], one["side"])
            for one in client.liquidations
        ]
    first, last = told[0][0], told[-1][0]
    model = [
        (one.time, listing.id, one.size, one.price, "sell" if one.is_long else "buy")
        for listing in source.markets()
        for one in Perpetual(source, listing).liquidations(first, last)
    ]
    assert [one for one in told if one[0] < last] == sorted(model)
    assert min(one[0] for one in told) >= start


async def test_the_same_seed_answers_the_same_bytes(client: Any) -> None:
    answers = []
    for _ in range(2):
        source = SimulatedMarket(seed=11)
        async with PracticeExchange(source, Stopped(source.first_ms + 1_000 * HOUR_MS)) as exchange:
            point_at(client, exchange.url.removeprefix("http://"))
            raw = [
                await client.fapiPublicGetPremiumIndex(),
                await client.fapiPublicGetFundingRate({"symbol": "ETHUSDT", "limit": 200}),
                await client.fapiDataGetOpenInterestHist({"symbol": "ETHUSDT", "period": "5m", "limit": 50}),
            ]
            answers.append(msgspec.json.encode(raw))
    assert answers[0] == answers[1]
