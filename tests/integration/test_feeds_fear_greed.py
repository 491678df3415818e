"""The Fear & Greed index: its real shape, its days, and what cannot be a mood."""

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.provider_server import ProviderServer
from workstation.domain.errors import ProviderError
from workstation.domain.metric import METRICS
from workstation.domain.observation import MARKET
from workstation.feeds.onchain.availability import DAY_MS
from workstation.feeds.sentiment.fear_greed import FearGreed
from workstation.feeds.web import FetchRules, Web

HOUR = 3_600_000
NOW = 1_774_342_800_000  # 24 March 2026, 09:00 UTC
TODAY = NOW // DAY_MS * DAY_MS


def mood(days_ago, value, **more):
    return {
        "value": value,
        "value_classification": "Extreme Fear",
        "timestamp": str((TODAY - days_ago * DAY_MS) // 1000),
        **more,
    }


def reply(*rows):
    return {"name": "Fear and Greed Index", "data": list(rows), "metadata": {"error": None}}


@pytest.fixture
async def server():
    async with ProviderServer() as running:
        running.answers(
            "/fng/",
            reply(mood(0, "11", time_until_update="53999"), mood(1, "8"), mood(30, "0"), mood(31, "100")),
        )
        yield running


@pytest.fixture
async def provider(server):
    web = Web("Tidemark/test")
    yield FearGreed(web, StillClock(NOW), server.url, FetchRules(loopback_is_allowed=True))
    await web.close()


def test_it_says_what_it_gives():
    assert set(FearGreed.about.metrics) <= METRICS.keys()


async def test_the_first_fetch_brings_all_days_known_an_hour_after_midnight(server, provider):
    rows = await provider.fetch((), since_ms=0)
    assert [(row.subject, row.event_ms, row.available_ms, row.value) for row in rows] == [
        (MARKET, TODAY - n * DAY_MS, TODAY - n * DAY_MS + HOUR, value)
        for n, value in ((0, 11.0), (1, 8.0), (30, 0.0), (31, 100.0))
    ]
    assert dict(server.asked[0].query) == {"limit": "0", "format": "json"}


async def test_a_later_fetch_asks_for_the_last_days_and_they_are_known_from_now_on(server, provider):
    rows = await provider.fetch((), since_ms=NOW - HOUR)
    assert [(row.available_ms, row.value) for row in rows] == [(NOW, 11.0), (NOW, 8.0)]
    assert server.asked[0].query["limit"] == "16"


BAD = {
    "a number": mood(2, 40),
    "none": mood(2, None),
    "true": mood(2, True),
    "words": mood(2, "Fear"),
    "101": mood(2, "101"),
    "minus": mood(2, "-1"),
    "tomorrow": mood(-1, "40"),
    "milliseconds": {"value": "40", "timestamp": str(TODAY)},
    "a date in words": {"value": "40", "timestamp": "24-03-2026"},
    "no date": {"value": "40"},
    "no value": {"timestamp": str(TODAY // 1000 - 86_400)},
    "not a day": "40",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_a_day_that_cannot_be_is_left_out_and_counted(server, provider, bad):
    server.answers("/fng/", reply(mood(0, "11"), bad))
    assert [row.value for row in await provider.fetch((), since_ms=0)] == [11.0]
    assert provider.n_left_out == 1


@pytest.mark.parametrize("data", [[], None, {}, "x"])
async def test_no_days_at_all_are_an_error(server, provider, data):
    server.answers("/fng/", {"name": "Fear and Greed Index", "data": data, "metadata": {"error": "Down"}})
    with pytest.raises(ProviderError, match="not a table of days"):
        await provider.fetch((), since_ms=0)
