"""Coin Metrics' daily figures: their real shape, their pages, and what is missing stays missing."""

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.provider_server import ProviderServer
from workstation.domain.errors import ProviderError
from workstation.domain.metric import METRICS
from workstation.feeds.onchain.availability import DAY_MS
from workstation.feeds.onchain.coin_metrics import CoinMetrics
from workstation.feeds.web import FetchRules, Web

HOUR = 3_600_000
NOW = 1_774_342_800_000  # 24 March 2026, 09:00 UTC
TODAY = NOW // DAY_MS * DAY_MS
CATALOG = "/catalog-v2/asset-metrics"
SERIES = "/timeseries/asset-metrics"


def listed(asset, *metrics, frequency="1d", community=True):
    return {
        "asset": asset,
        "metrics": [
            {
                "metric": metric,
                "frequencies": [
                    {
                        "frequency": frequency,
                        "min_time": "2009-01-03T00:00:00.000000000Z",
                        "max_time": "2026-03-23T00:00:00.000000000Z",
                        "community": community,
                    }
                ],
            }
            for metric in metrics
        ],
    }


def day(date, asset="btc", **figures):
    return {"asset": asset, "time": f"{date}T00:00:00.000000000Z", **figures}


@pytest.fixture
async def server():
    async with ProviderServer() as running:
        running.answers(
            CATALOG,
            {
                "data": [
                    listed("btc", "AdrActCnt", "FlowInExUSD", "CapMVRVCur", "AssetEODCompletionTime"),
                    listed("eth", "AdrActCnt"),
                    listed("luna", "AdrActCnt"),
                    listed("xrp", "ReferenceRateUSD"),
                    listed("ada", "AdrActCnt", frequency="1b"),
                    listed("dot", "AdrActCnt", community=False),
                ]
            },
        )
        yield running


@pytest.fixture
def clock():
    return StillClock(NOW)


@pytest.fixture
async def provider(server, clock):
    web = Web("Tidemark/test")
    yield CoinMetrics(web, clock, server.url, FetchRules(loopback_is_allowed=True))
    await web.close()


def test_it_says_what_it_gives():
    assert set(CoinMetrics.about.metrics) <= METRICS.keys()
    assert CoinMetrics.about.key is None


async def test_a_day_counts_from_its_end_and_is_known_after_its_delay(server, provider):
    server.answers(
        SERIES,
        {
            "data": [
                day(
                    "2026-03-10",
                    AdrActCnt="545348",
                    FlowInExUSD="654281750.95018",
                    CapMVRVCur="1.251662",
                    AssetEODCompletionTime=str((TODAY - 13 * DAY_MS) // 1000 + 9_000),
                    **{"FlowInExUSD-status": "flash", "FlowInExUSD-status-time": "2026-03-11T02:30:00.0Z"},
                )
            ]
        },
    )
    rows = await provider.fetch({"BTC"}, since_ms=0)
    assert {row.metric: row.value for row in rows} == {
        "onchain.active_addresses": 545348.0,
        "onchain.exchange_inflow_usd": 654281750.95018,
        "onchain.mvrv": 1.251662,
    }
    assert {(row.subject, row.event_ms, row.available_ms, row.source) for row in rows} == {
        ("BTC", TODAY - 13 * DAY_MS, TODAY - 13 * DAY_MS + 12 * HOUR, "coinmetrics")
    }


async def test_a_day_that_was_completed_late_is_known_late(server, provider):
    completed = TODAY - 10 * DAY_MS
    server.answers(
        SERIES, {"data": [day("2026-03-10", AdrActCnt="5", AssetEODCompletionTime=str(completed // 1000))]}
    )
    (row,) = await provider.fetch({"BTC"}, since_ms=0)
    assert row.available_ms == completed


async def test_news_and_revisions_are_known_from_the_fetch_on(server, provider):
    server.answers(SERIES, {"data": [day("2026-03-15", AdrActCnt="5"), day("2026-03-23", AdrActCnt="6")]})
    rows = await provider.fetch({"BTC"}, since_ms=NOW - HOUR)
    assert {row.available_ms for row in rows} == {NOW}
    assert server.asked[-1].query["start_time"] == "2026-03-09"  # 14 days before the last fetch, by its start


async def test_only_coins_and_figures_that_are_listed_are_asked_for(server, provider):
    server.answers(SERIES, {"data": []})
    assert await provider.fetch({"BTC", "ETH", "XRP", "ADA", "DOT", "LUNA", "NOBODY"}, since_ms=0) == []
    query = server.asked[-1].query
    assert query["assets"] == "btc,eth"
    assert query["metrics"] == "AdrActCnt,AssetEODCompletionTime,CapMVRVCur,FlowInExUSD"
    assert (query["frequency"], query["paging_from"], query["start_time"]) == ("1d", "start", "2022-03-24")
    assert "api_key" not in query


async def test_where_no_coin_is_listed_nothing_is_asked(server, provider):
    assert await provider.fetch({"NOBODY"}, since_ms=0) == []
    assert [request.path for request in server.asked] == [CATALOG]


async def test_the_list_is_asked_for_once_a_day(server, provider, clock):
    server.answers(SERIES, {"data": []})
    for _ in range(3):
        await provider.fetch({"BTC"}, since_ms=0)
    assert [request.path for request in server.asked].count(CATALOG) == 1
    clock.ms += DAY_MS
    await provider.fetch({"BTC"}, since_ms=0)
    assert [request.path for request in server.asked].count(CATALOG) == 2


async def test_pages_are_read_to_the_end(server, provider):
    pages = {
        None: {"data": [day("2026-03-01", AdrActCnt="1")], "next_page_token": "two", "next_page_url": "x"},
        "two": {"data": [day("2026-03-02", AdrActCnt="2")], "next_page_token": "three"},
        "three": {"data": [day("2026-03-03", AdrActCnt="3")]},
    }
    server.answers(SERIES, lambda request: pages[request.query.get("next_page_token")])
    rows = await provider.fetch({"BTC"}, since_ms=0)
    assert [row.value for row in rows] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("token", ["same", "", 5, "x" * 2_000])
async def test_pages_without_an_end_are_an_error(server, provider, token):
    server.answers(SERIES, {"data": [day("2026-03-01", AdrActCnt="1")], "next_page_token": token})
    with pytest.raises(ProviderError):
        await provider.fetch({"BTC"}, since_ms=0)
    assert len(server.asked) <= 3


async def test_a_figure_that_is_not_there_is_absent_and_never_nought(server, provider):
    server.answers(
        SERIES,
        {"data": [day("2026-03-01", AdrActCnt=None, CapMVRVCur="1.5"), day("2026-03-02", asset="eth")]},
    )
    rows = await provider.fetch({"BTC", "ETH"}, since_ms=0)
    assert [(row.metric, row.subject, row.value) for row in rows] == [("onchain.mvrv", "BTC", 1.5)]
    assert provider.n_left_out == 0


BAD_ROWS = {
    "a number that is not text": day("2026-03-02", AdrActCnt=545348),
    "true": day("2026-03-02", AdrActCnt=True),
    "words": day("2026-03-02", AdrActCnt="many"),
    "a negative count": day("2026-03-02", AdrActCnt="-5"),
    "NaN": day("2026-03-02", AdrActCnt="NaN"),
    "1e308": day("2026-03-02", AdrActCnt="1e308"),
    "today, which is not over": day("2026-03-24", AdrActCnt="5"),
    "a day to come": day("2027-01-01", AdrActCnt="5"),
    "a day before any chain": day("1999-01-01", AdrActCnt="5"),
    "a coin that nobody asked for": day("2026-03-02", asset="doge", AdrActCnt="5"),
    "no coin": {"time": "2026-03-02T00:00:00.000000000Z", "AdrActCnt": "5"},
    "no day": {"asset": "btc", "AdrActCnt": "5"},
    "a day that is none": day("2026-02-30", AdrActCnt="5"),
    "an hour": {"asset": "btc", "time": "2026-03-02T07:00:00.000000000Z", "AdrActCnt": "5"},
    "a time as a number": {"asset": "btc", "time": 1_774_000_000, "AdrActCnt": "5"},
    "a completion that is none": day("2026-03-02", AdrActCnt="5", AssetEODCompletionTime="soon"),
}


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS)
async def test_a_row_that_cannot_be_is_left_out_and_counted_and_the_others_come(server, provider, bad):
    server.answers(SERIES, {"data": [day("2026-03-01", AdrActCnt="7"), bad]})
    rows = await provider.fetch({"BTC"}, since_ms=0)
    assert [row.value for row in rows] == [7.0]
    assert provider.n_left_out == 1


async def test_fields_that_we_do_not_know_change_nothing(server, provider):
    server.answers(
        SERIES, {"data": [day("2026-03-01", AdrActCnt="7", NewThing={"a": [1]}, Other="x")], "note": "hello"}
    )
    assert [row.value for row in await provider.fetch({"BTC"}, since_ms=0)] == [7.0]


async def test_a_list_without_any_coin_is_an_error_and_is_asked_for_again(server, provider):
    right = server.right[CATALOG]
    server.answers(CATALOG, {"data": []})
    with pytest.raises(ProviderError, match="listed no coin"):
        await provider.fetch({"BTC"}, since_ms=0)
    server.answers(CATALOG, right)
    server.answers(SERIES, {"data": [day("2026-03-01", AdrActCnt="7")]})
    assert len(await provider.fetch({"BTC"}, since_ms=0)) == 1


async def test_many_coins_are_asked_for_in_groups(server, provider):
    coins = [f"C{i}" for i in range(120)]
    server.answers(CATALOG, {"data": [listed(coin.lower(), "AdrActCnt") for coin in coins]})
    server.answers(
        SERIES,
        lambda request: {
            "data": [
                day("2026-03-01", asset=each, AdrActCnt="7") for each in request.query["assets"].split(",")
            ]
        },
    )
    rows = await provider.fetch(coins, since_ms=0)
    assert {row.subject for row in rows} == set(coins)
    assert [request.path for request in server.asked].count(SERIES) == 3
