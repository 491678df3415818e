"""Every provider of figures meets every fault: a typed error in time, no rows, and it recovers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.patience import PROMPT_S
from tests.fakes.provider_server import FAULTS, ProviderServer
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.provider import Provider
from workstation.feeds.onchain.coin_metrics import CoinMetrics
from workstation.feeds.onchain.defillama import DefiLlama, Kind, Place
from workstation.feeds.onchain.mempool import Mempool
from workstation.feeds.sentiment.fear_greed import FearGreed
from workstation.feeds.web import FetchRules, Web

NOW = 1_774_342_800_000  # 24 March 2026, 09:00 UTC
YESTERDAY_S = NOW // 86_400_000 * 86_400 - 86_400
SLOW = ("never speaks", "one byte after the other")
HALF_WAY = ("HTML", "an empty list", "other types", "429 for 30 s", "500", "cut in the body", "hangs up")


@dataclass(frozen=True)
class Case:
    replies: dict[str, Any]
    build: Callable[[Web, str, FetchRules], Provider]
    n_requests: int


CASES = {
    "coin metrics": Case(
        {
            "/catalog-v2/asset-metrics": {
                "data": [
                    {
                        "asset": "btc",
                        "metrics": [
                            {"metric": "AdrActCnt", "frequencies": [{"frequency": "1d", "community": True}]}
                        ],
                    }
                ]
            },
            "/timeseries/asset-metrics": {
                "data": [{"asset": "btc", "time": "2026-03-22T00:00:00.000000000Z", "AdrActCnt": "545348"}]
            },
        },
        lambda web, url, rules: CoinMetrics(web, StillClock(NOW), url, rules),
        2,
    ),
    "defillama": Case(
        {
            "/stablecoincharts/all": [
                {"date": str(YESTERDAY_S), "totalCirculatingUSD": {"peggedUSD": 300e9}},
            ],
            "/v2/historicalChainTvl/Bitcoin": [{"date": YESTERDAY_S, "tvl": 6e9}],
        },
        lambda web, url, rules: DefiLlama(
            web, StillClock(NOW), {"BTC": Place(Kind.CHAIN, "Bitcoin")}, url, rules, stablecoins_url=url
        ),
        2,
    ),
    "mempool": Case(
        {
            "/api/v1/fees/recommended": {"fastestFee": 5, "halfHourFee": 3, "hourFee": 2, "minimumFee": 1},
            "/api/mempool": {
                "count": 69_500,
                "vsize": 48_314_670,
                "total_fee": 9_712_340,
                "fee_histogram": [],
            },
        },
        lambda web, url, rules: Mempool(web, StillClock(NOW), url, rules),
        2,
    ),
    "fear and greed": Case(
        {
            "/fng/": {
                "name": "Fear and Greed Index",
                "data": [
                    {"value": "11", "value_classification": "Extreme Fear", "timestamp": str(YESTERDAY_S)}
                ],
                "metadata": {"error": None},
            }
        },
        lambda web, url, rules: FearGreed(web, StillClock(NOW), url, rules),
        1,
    ),
}


class Stopwatch:
    def __init__(self):
        self.s = 1_000.0

    def __call__(self):
        return self.s


async def until_it_answers(provider):
    """Fetch again as the household would: a busy computer may take its time once."""
    for _ in range(4):
        try:
            return await provider.fetch({"BTC"}, 0)
        except ProviderUnreachable:
            continue
    return await provider.fetch({"BTC"}, 0)


async def meets(case, fault, from_request, timeout_s):
    """Let a provider meet a fault; return the error, how long it took, and what came afterwards."""
    stopwatch = Stopwatch()
    web = Web("Tidemark/test", monotonic=stopwatch)
    async with ProviderServer() as server:
        for path, reply in case.replies.items():
            server.answers(path, reply)
        provider = case.build(web, server.url, FetchRules(loopback_is_allowed=True, timeout_s=timeout_s))
        server.misbehaves(fault, from_request)
        began = time.monotonic()
        with pytest.raises(ProviderError) as told:
            await provider.fetch({"BTC"}, 0)
        took_s = time.monotonic() - began
        n_asked = len(server.asked)
        server.misbehaves(None)
        stopwatch.s += 4 * 86_400
        rows = await until_it_answers(provider)
        await provider.close()
        await web.close()
    return told.value, took_s, n_asked, rows


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_a_typed_error_in_time_and_the_next_fetch_works(case, fault):
    error, took_s, _, rows = await meets(case, fault, 0, 0.3 if fault in SLOW else PROMPT_S)
    assert took_s < PROMPT_S
    assert str(error).endswith(".")
    if fault.startswith(("429", "418", "503 for")):
        assert isinstance(error, ProviderBusy)
        assert 1.0 <= error.retry_after_s <= 3 * 86_400
    elif fault in (*SLOW, "500", "503", "hangs up", "cut in the body"):
        assert isinstance(error, ProviderUnreachable)
    assert len(rows) >= 1
    assert all(row.value > 0 for row in rows)


@pytest.mark.parametrize(
    "case",
    [each for each in CASES.values() if each.n_requests > 1],
    ids=[name for name, each in CASES.items() if each.n_requests > 1],
)
@pytest.mark.parametrize("fault", HALF_WAY)
async def test_a_fault_half_way_gives_no_rows_and_the_next_fetch_gives_them_all(case, fault):
    _, _, n_asked, rows = await meets(case, fault, 1, 5.0)
    assert n_asked == (3 if fault == "hangs up" else 2)  # a kept connection that ends is dialled once more
    untroubled = Web("Tidemark/test")
    async with ProviderServer() as server:
        for path, reply in case.replies.items():
            server.answers(path, reply)
        provider = case.build(untroubled, server.url, FetchRules(loopback_is_allowed=True))
        assert list(rows) == list(await provider.fetch({"BTC"}, 0))
        await untroubled.close()
