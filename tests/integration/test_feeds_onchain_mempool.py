"""Bitcoin's waiting room, as an explorer on this computer tells it."""

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.provider_server import ProviderServer
from workstation.domain.errors import ProviderError
from workstation.domain.metric import METRICS
from workstation.feeds.onchain.mempool import Mempool
from workstation.feeds.web import FetchRules, Web

NOW = 1_774_342_800_000
FEES = "/api/v1/fees/recommended"
SIZE = "/api/mempool"
RIGHT_FEES = {"fastestFee": 5, "halfHourFee": 3, "hourFee": 2, "economyFee": 2, "minimumFee": 1}
RIGHT_SIZE = {"count": 69_500, "vsize": 48_314_670, "total_fee": 9_712_340, "fee_histogram": [[5.0, 50_001]]}


@pytest.fixture
async def server():
    async with ProviderServer() as running:
        running.answers(FEES, RIGHT_FEES)
        running.answers(SIZE, RIGHT_SIZE)
        yield running


@pytest.fixture
async def provider(server):
    web = Web("Tidemark/test")
    yield Mempool(web, StillClock(NOW), server.url + "/", FetchRules(loopback_is_allowed=True))
    await web.close()


def test_it_says_what_it_gives():
    assert set(Mempool.about.metrics) <= METRICS.keys()


async def test_fee_and_size_of_this_moment_are_told(provider):
    rows = await provider.fetch({"ETH", "BTC"}, since_ms=0)
    assert {row.metric: row.value for row in rows} == {
        "onchain.mempool_fee": 3.0,
        "onchain.mempool_size": 48_314_670.0,
    }
    assert {(row.subject, row.event_ms, row.available_ms) for row in rows} == {("BTC", NOW, NOW)}


async def test_nothing_is_asked_where_bitcoin_is_not_followed(server, provider):
    assert await provider.fetch({"ETH"}, since_ms=0) == ()
    assert server.asked == []


async def test_an_empty_waiting_room_is_a_size_of_nought(server, provider):
    server.answers(SIZE, {"count": 0, "vsize": 0, "total_fee": 0, "fee_histogram": []})
    assert [row.value for row in await provider.fetch({"BTC"}, since_ms=0)] == [3.0, 0.0]


@pytest.mark.parametrize("fee", [0, -1, None, "3", True, 1e9, [3]])
async def test_a_fee_that_cannot_be_is_an_error_and_nothing_is_told(server, provider, fee):
    server.answers(FEES, RIGHT_FEES | {"halfHourFee": fee})
    with pytest.raises(ProviderError):
        await provider.fetch({"BTC"}, since_ms=0)


@pytest.mark.parametrize("size", [-1, None, "48314670", False, 1e15])
async def test_a_size_that_cannot_be_is_an_error_and_the_fee_is_not_told_either(server, provider, size):
    server.answers(SIZE, RIGHT_SIZE | {"vsize": size})
    with pytest.raises(ProviderError, match="vsize"):
        await provider.fetch({"BTC"}, since_ms=0)
