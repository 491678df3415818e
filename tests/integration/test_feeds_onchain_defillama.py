"""DefiLlama's values: chains by the day, protocols once a day, stablecoins of every peg."""

from pathlib import Path

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.provider_server import ProviderServer
from workstation.domain.errors import ProviderError, ProviderUnreachable
from workstation.domain.metric import METRICS
from workstation.domain.observation import MARKET
from workstation.feeds.onchain.availability import DAY_MS
from workstation.feeds.onchain.defillama import DefiLlama, Kind, Place, read_places
from workstation.feeds.web import FetchRules, Web

HOUR = 3_600_000
NOW = 1_774_342_800_000  # 24 March 2026, 09:00 UTC
TODAY = NOW // DAY_MS * DAY_MS
TODAY_S = TODAY // 1000
DAY_S = DAY_MS // 1000
CHARTS = "/stablecoincharts/all"
ETHEREUM = "/v2/historicalChainTvl/Ethereum"
TABLE = Path(__file__).resolve().parents[2] / "resources" / "defillama_coins.csv"
PLACES = {
    "ETH": Place(Kind.CHAIN, "Ethereum"),
    "OP": Place(Kind.CHAIN, "OP Mainnet"),
    "UNI": Place(Kind.PROTOCOL, "uniswap"),
}


def circulating(date, **pegs):
    return {"date": str(date), "totalCirculating": pegs, "totalCirculatingUSD": pegs}


@pytest.fixture
async def server():
    async with ProviderServer() as running:
        running.answers(CHARTS, [circulating(TODAY_S - 2 * DAY_S, peggedUSD=300e9, peggedEUR=0.5e9)])
        running.answers(
            ETHEREUM,
            [
                {"date": TODAY_S - 2 * DAY_S, "tvl": 60e9},
                {"date": TODAY_S - DAY_S, "tvl": 61e9},
                {"date": TODAY_S, "tvl": 62e9},
                {"date": TODAY_S + 30_000, "tvl": 63e9},
            ],
        )
        running.answers("/tvl/uniswap", 4962012809.795062)
        yield running


@pytest.fixture
async def provider(server):
    web = Web("Tidemark/test")
    rules = FetchRules(loopback_is_allowed=True)
    yield DefiLlama(web, StillClock(NOW), PLACES, server.url, rules, stablecoins_url=server.url)
    await web.close()


def told(rows):
    return [(row.metric, row.subject, row.event_ms, row.available_ms, row.value) for row in rows]


TVL, STABLE = "onchain.tvl_usd", "onchain.stablecoin_supply_usd"


def test_it_says_what_it_gives():
    assert set(DefiLlama.about.metrics) <= METRICS.keys()


def test_the_shipped_table_can_be_read():
    places = read_places(TABLE)
    assert places["BNB"] == Place(Kind.CHAIN, "BSC")
    assert places["AAVE"] == Place(Kind.PROTOCOL, "aave")
    assert len(places) >= 70
    assert all(coin == coin.upper() and place.name.strip() == place.name for coin, place in places.items())


async def test_days_count_from_their_end_and_the_running_day_is_not_told(provider):
    rows = await provider.fetch({"ETH"}, since_ms=0)
    assert told(rows) == [
        (STABLE, MARKET, TODAY - DAY_MS, TODAY - DAY_MS + 6 * HOUR, 300.5e9),
        (TVL, "ETH", TODAY - DAY_MS, TODAY - DAY_MS + 6 * HOUR, 60e9),
        (TVL, "ETH", TODAY, TODAY + 6 * HOUR, 61e9),
    ]
    assert provider.n_left_out == 0


async def test_news_is_known_from_the_fetch_on(provider):
    rows = await provider.fetch({"ETH"}, since_ms=NOW - HOUR)
    assert {row.available_ms for row in rows} == {NOW}


async def test_a_protocol_is_asked_for_its_value_of_now_once_a_day(server, provider):
    expected = (TVL, "UNI", TODAY, NOW, 4962012809.795062)
    for since_ms in (0, TODAY - 1):
        assert told(await provider.fetch({"UNI"}, since_ms))[-1] == expected
    assert [row.metric for row in await provider.fetch({"UNI"}, TODAY + HOUR)] == [STABLE]
    assert [request.path for request in server.asked].count("/tvl/uniswap") == 2


async def test_a_name_with_a_blank_is_asked_for_as_it_is(server, provider):
    server.answers("/v2/historicalChainTvl/OP Mainnet", [{"date": TODAY_S - DAY_S, "tvl": 5e8}])
    rows = await provider.fetch({"OP"}, since_ms=0)
    assert (rows[-1].subject, rows[-1].value) == ("OP", 5e8)


async def test_only_coins_of_the_table_are_asked_for(server, provider):
    rows = await provider.fetch({"NOBODY"}, since_ms=0)
    assert [row.metric for row in rows] == [STABLE]
    assert len(server.asked) == 1


async def test_old_days_are_asked_for_at_the_first_fetch_only(server, provider):
    server.answers(
        ETHEREUM,
        [{"date": TODAY_S - n * DAY_S, "tvl": 1e9 + n} for n in (3_000, 1_000, 20, 1)],
    )
    first = await provider.fetch({"ETH"}, since_ms=0)
    later = await provider.fetch({"ETH"}, since_ms=NOW - HOUR)
    assert [row.value - 1e9 for row in first if row.metric == TVL] == [1_000, 20, 1]
    assert [row.value - 1e9 for row in later if row.metric == TVL] == [1]


async def test_a_place_that_is_not_known_any_more_is_left_out_and_the_others_come(server, provider):
    rows = await provider.fetch({"OP", "ETH"}, since_ms=0)
    assert {row.subject for row in rows} == {MARKET, "ETH"}
    assert provider.n_left_out == 1


async def test_where_no_place_is_known_it_is_an_error(provider):
    with pytest.raises(ProviderError, match="refused"):
        await provider.fetch({"OP"}, since_ms=0)


async def test_a_server_in_trouble_half_way_gives_no_rows_at_all(server, provider):
    server.misbehaves("500", from_request=2)
    with pytest.raises(ProviderUnreachable):
        await provider.fetch({"ETH", "OP", "UNI"}, since_ms=0)


@pytest.mark.parametrize("value", [0, 0.0, -1, None, True, "5", 1e16, {"tvl": 5}])
async def test_a_protocol_without_a_value_is_absent_and_never_nought(server, provider, value):
    server.answers("/tvl/uniswap", value if value is not None else (lambda request: None))
    rows = await provider.fetch({"UNI", "ETH"}, since_ms=0)
    assert {row.subject for row in rows} == {MARKET, "ETH"}
    assert provider.n_left_out == 1


BAD_DAYS = {
    "no value": {"date": TODAY_S - 5 * DAY_S},
    "no date": {"tvl": 5},
    "null": None,
    "a list": [1, 2],
    "nought": {"date": TODAY_S - 5 * DAY_S, "tvl": 0},
    "negative": {"date": TODAY_S - 5 * DAY_S, "tvl": -5.0},
    "text": {"date": TODAY_S - 5 * DAY_S, "tvl": "5"},
    "milliseconds": {"date": (TODAY_S - 5 * DAY_S) * 1000, "tvl": 5.0},
    "a day to come": {"date": TODAY_S + DAY_S, "tvl": 5.0},
}


@pytest.mark.parametrize("bad", BAD_DAYS.values(), ids=BAD_DAYS)
async def test_a_day_that_cannot_be_is_left_out_and_counted(server, provider, bad):
    server.answers(ETHEREUM, [bad, {"date": TODAY_S - DAY_S, "tvl": 61e9, "new": 1}])
    rows = await provider.fetch({"ETH"}, since_ms=0)
    assert [row.value for row in rows if row.metric == TVL] == [61e9]
    assert provider.n_left_out == 1


@pytest.mark.parametrize(
    "pegs",
    [{}, {"peggedEUR": 5e9}, {"peggedUSD": None}, {"peggedUSD": 3e11, "peggedVAR": "x"}, {"peggedUSD": -1}],
)
async def test_a_day_without_every_peg_is_left_out_and_not_summed(server, provider, pegs):
    server.answers(
        CHARTS, [circulating(TODAY_S - 3 * DAY_S, **pegs), circulating(TODAY_S - 2 * DAY_S, peggedUSD=300e9)]
    )
    rows = await provider.fetch({"NOBODY"}, since_ms=0)
    assert [row.value for row in rows] == [300e9]
    assert provider.n_left_out == 1
