"""Funding, open interest and liquidations through the real binanceusdm, whatever happens on the way."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.fakes.feeds_fault_proxy import Answer, FaultProxy
from tests.fakes.patience import PATIENCE_S, until
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation
from workstation.feeds.derivatives import FUNDING, INTEREST, LONGS, SHORTS, Derivatives
from workstation.feeds.perpetual_venues import PERPETUALS, open_perpetuals
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import LIVE_VENUES, open_live, open_practice
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.perpetual import FUNDING_MS, Perpetual
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor

HOUR_MS = 3_600_000
SOURCE = SimulatedMarket(seed=7)
START = SOURCE.first_ms + 1_440 * HOUR_MS
LINE = FeedTimings(backoff_first_s=0.01, backoff_longest_s=0.02, connect_gap_s=0.0)
COINS = ("BTC", "ETH", "NOCOIN")


class Heard:
    """A provider that asks through a proxy, and everything it told."""

    def __init__(self, provider: Derivatives, proxy: FaultProxy) -> None:
        self.provider = provider
        self.proxy = proxy
        self.rows: list[Observation] = []

    async def fetch(self, coins: Sequence[str] = COINS, since_ms: int = 0) -> Sequence[Observation]:
        found = await self.provider.fetch(coins, since_ms)
        self.rows += found
        return found

    def of(self, metric: str, coin: str) -> dict[int, Observation]:
        return {row.event_ms: row for row in self.rows if (row.metric, row.subject) == (metric, coin)}


@asynccontextmanager
async def asking(speed: float = 1.0, start_ms: int = START) -> AsyncIterator[Heard]:
    async with (
        PracticeExchange(SOURCE, MarketClock(start_ms, speed, time.monotonic)) as exchange,
        FaultProxy(exchange.url) as proxy,
    ):
        supervisor = Supervisor()
        spot = await open_practice(proxy.url, SystemClock())
        opened = open_perpetuals(spot)
        await spot.exchange.close()
        assert opened is not None
        opened.exchange.enableRateLimit = False
        provider = Derivatives(opened, supervisor, LINE)
        try:
            yield Heard(provider, proxy)
        finally:
            await provider.close()
            await supervisor.close()


def model(coin: str) -> Perpetual:
    return Perpetual(SOURCE, next(one for one in SOURCE.markets() if one.base == coin))


async def test_history_and_present_are_told_with_when_they_could_be_known() -> None:
    async with asking() as one:
        assert one.provider.missing == {}
        await one.fetch()
        assert {row.subject for row in one.rows} == {"BTC", "ETH"}
        funding = one.of(FUNDING, "ETH")
        paid = [time_ms for time_ms in funding if time_ms % FUNDING_MS == 0]
        assert paid == list(range(SOURCE.first_ms + FUNDING_MS, START + 1, FUNDING_MS))
        assert all(funding[t].available_ms == t for t in paid)
        assert all(funding[t].value == model("ETH").funding_rate(t) for t in paid)
        (running,) = (row for t, row in funding.items() if t % FUNDING_MS)
        assert START < running.event_ms == running.available_ms
        interest = one.of(INTEREST, "BTC")
        assert list(interest) == [START + (i - 480) * HOUR_MS for i in range(481)]
        assert all(row.available_ms > START for row in interest.values())
        assert interest[START].value == pytest.approx(model("BTC").open_interest(START)[1])
        assert await one.fetch() == []


async def test_what_was_told_before_is_not_asked_for_again() -> None:
    async with asking() as one:
        await one.fetch(since_ms=START - 10 * HOUR_MS)
        assert len(one.of(INTEREST, "BTC")) == 11
        assert min(one.of(FUNDING, "BTC")) >= START - 49 * HOUR_MS  # two days tell the interval
        n = len(one.proxy.requests)
        await one.fetch()
        assert one.proxy.requests[n:] == ["/fapi/v1/premiumIndex"]


async def test_quarters_of_forced_orders_are_the_markets_own_and_a_zero_is_one() -> None:
    coins = [one.base for one in SOURCE.markets()]
    told: dict[tuple[str, int], list[float]] = {}
    async with asking(speed=3_000.0) as one:
        one.provider.missing |= {FUNDING: "not asked for here", INTEREST: "not asked for here"}
        async with asyncio.timeout(PATIENCE_S):
            while len({event for _, event in told}) < 6 or not any(map(any, told.values())):
                for row in await one.fetch(coins):
                    if row.metric in (LONGS, SHORTS):
                        assert row.available_ms > row.event_ms
                        side = 0 if row.metric == LONGS else 1
                        told.setdefault((row.subject, row.event_ms), [0.0, 0.0])[side] = row.value
                await asyncio.sleep(0.02)
    assert {coin for coin, _ in told} == set(coins)
    last_ms = max(event for _, event in told)
    for (coin, end_ms), sums in told.items():
        expected = [0.0, 0.0]
        for order in model(coin).liquidations(end_ms - BUCKET_MS + 1, end_ms + 1):
            expected[0 if order.is_long else 1] += order.price * order.size
        assert sums == pytest.approx(expected) or end_ms > last_ms - 3 * BUCKET_MS, (coin, end_ms)


def at(
    path: str, status: int, body: bytes, headers: dict[str, str] | None = None
) -> Callable[..., Answer | None]:
    return lambda asked, _: (status, headers or {}, body) if asked.endswith(path) else None


HTML = b"<html><body>Sign in</body></html>"
BUSY = b'{"code": -1003, "msg": "Too many requests"}'
NONSENSE = json.dumps(
    [{"symbol": "BTCUSDT", "fundingTime": START, "fundingRate": rate} for rate in ("NaN", "1e308")]
)


NEGATIVE = json.dumps([{"symbol": "BTCUSDT", "sumOpenInterestValue": "-3", "timestamp": START}]).encode()


@pytest.mark.parametrize(
    ("fault", "lost"),
    [
        (at("/fundingRate", 200, HTML), FUNDING),
        (at("/fundingRate", 200, NONSENSE.encode()), FUNDING),
        (at("/openInterestHist", 400, b'{"code": -1130, "msg": "invalid"}'), INTEREST),
        (at("/openInterestHist", 200, NEGATIVE), INTEREST),
    ],
    ids=["html", "nonsense", "refused", "negative"],
)
async def test_a_figure_that_cannot_be_had_is_absent_and_the_others_are_there(
    fault: Callable[..., Answer | None], lost: str
) -> None:
    async with asking() as one:
        one.proxy.answer = fault
        await one.fetch()
        found = defaultdict(int)
        for row in one.rows:
            found[row.metric] += row.event_ms % HOUR_MS == 0
            assert abs(row.value) < 1e12
        assert found.pop(lost, 0) == 0
        assert sum(found.values()) > 100


async def test_a_venue_that_wants_silence_gets_it_and_what_was_heard_before_is_told() -> None:
    async with asking() as one:
        one.proxy.answer = at("/openInterestHist", 429, BUSY, {"Retry-After": "1"})
        rows = await one.fetch()
        assert {row.metric for row in rows} == {FUNDING}
        n = len(one.proxy.requests)
        with pytest.raises(ProviderBusy) as told:
            await one.fetch()
        assert 0 < told.value.retry_after_s <= 1
        assert len(one.proxy.requests) == n


async def test_a_venue_that_answers_nonsense_to_everything_says_so() -> None:
    async with asking() as one:
        one.proxy.answer = at("", 200, HTML)
        with pytest.raises(ProviderError, match="something that is not data"):
            await one.fetch()
        one.proxy.answer = at("", 503, b"")
        with pytest.raises(ProviderUnreachable):
            await one.fetch()
        one.proxy.answer = lambda path, body: None
        assert await one.fetch()


async def test_forced_orders_that_cannot_be_are_not_counted_and_a_torn_frame_is_survived() -> None:
    order = {"s": "BTCUSDT", "S": "SELL", "q": "1", "ap": "100", "l": "1", "z": "1", "T": START + 1_000}

    def event(**change: object) -> str:
        return json.dumps({"e": "forceOrder", "E": START, "o": {**order, **change}})

    spoiled = [
        event(l="-3"),
        event(ap="NaN"),
        event(l="1e308"),
        event(S="HOLD"),
        event(s="NOBODY"),
        event(T=5),
    ]
    async with asking() as one:
        await one.fetch()
        counted: list[tuple[str, float, bool]] = []
        one.provider._quarters.add = lambda coin, _, value, is_long: counted.append((coin, value, is_long))  # type: ignore[method-assign]
        await until(lambda: one.provider._standing.has_spoken)
        await one.proxy.say([*spoiled, event(), event(S="BUY")])
        await until(lambda: len(counted) == 2)
        assert counted == [("BTC", 100.0, True), ("BTC", 100.0, False)]
        await one.proxy.say(['{"e":"forceOrder","o":'])
        await until(lambda: one.proxy.n_dials == 2 and one.provider._standing.has_spoken)
        await one.proxy.say([event()])
        await until(lambda: len(counted) == 3)
        one.proxy.cut_all()
        await until(lambda: one.proxy.n_dials == 3)


async def test_every_venue_has_its_perpetuals_and_says_what_is_missing_there() -> None:
    supervisor, missing = Supervisor(), {}
    for name in LIVE_VENUES:
        spot = open_live(name, SystemClock())
        opened = open_perpetuals(spot)
        assert opened is not None
        assert opened.exchange.id == PERPETUALS[name].exchange
        assert opened.exchange is not spot.exchange
        assert opened.venue.label == f"{spot.venue.label} perpetuals"
        assert "127.0.0.1" not in str(opened.exchange.urls["api"])
        provider = Derivatives(opened, supervisor)
        missing[name] = set(provider.missing)
        assert all(sentence.startswith(opened.venue.label) for sentence in provider.missing.values())
        await provider.close()
    assert missing["binance"] == missing["okx"] == set()
    assert missing["bybit"] == missing["gate"] == missing["bitget"] == {LONGS, SHORTS}
    assert missing["kraken"] == {INTEREST, LONGS, SHORTS}


async def test_a_venue_without_perpetuals_has_none() -> None:
    spot = open_live("binance", SystemClock())
    assert open_perpetuals(replace(spot, venue=replace(spot.venue, name="elsewhere"))) is None
