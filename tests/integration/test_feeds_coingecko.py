"""Narratives proposed from CoinGecko's categories, as a service on this computer tells them."""

from dataclasses import replace

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.provider_server import FAULTS, ProviderServer
from workstation.domain.errors import ProviderBusy, ProviderError
from workstation.domain.narrative import CAP_METRIC, Membership, Narrative, NarrativeBook
from workstation.domain.narrative_book_diff import BookDiff
from workstation.feeds.narratives.coingecko import CoinGecko
from workstation.feeds.narratives.proposal import ProposalRules
from workstation.feeds.web import FetchRules, Web

NOW = 1_751_328_000_000  # 2025-07-01
PATH = "/coins/markets"
AI = Narrative("ai", "AI", (Membership("FET"),), "artificial-intelligence")
OWN = Narrative("own", "Own", (Membership("MINE"),))
BOOK = NarrativeBook((AI, OWN), (), "2025-07-01")


def coin(name, symbol, cap=1e9, volume=1e8):
    return {
        "id": name, "symbol": symbol, "name": str(name), "image": "https://example.com/x.png",
        "current_price": 1.0, "market_cap": cap, "market_cap_rank": 1, "total_volume": volume,
        "circulating_supply": 1e9, "last_updated": "2025-07-01T00:00:00.000Z",
    }  # fmt: skip


ROWS = [coin("bittensor", "tao", 3e9), coin("fetch-ai", "fet", 2e9), coin("tiny", "tiny", 1e6)]


@pytest.fixture
async def server():
    async with ProviderServer() as running:
        running.answers(PATH, ROWS)
        yield running


@pytest.fixture
async def gecko(server):
    web, slept = Web("Tidemark/test"), []

    async def sleep(seconds):
        slept.append(seconds)

    asking = CoinGecko(
        web,
        StillClock(NOW),
        server.url + "/",
        FetchRules(loopback_is_allowed=True, timeout_s=0.3),
        sleep=sleep,
    )
    asking.slept = slept
    yield asking
    await web.close()


async def test_what_it_names_is_proposed_from_now_on_and_nothing_else_changes(server, gecko):
    told = await gecko.refresh(BOOK)
    assert [request.query["category"] for request in server.asked] == ["artificial-intelligence"]
    assert dict(server.asked[0].query) == {
        "vs_currency": "usd", "category": "artificial-intelligence", "order": "market_cap_desc",
        "per_page": "250", "page": "1",
    }  # fmt: skip
    assert BookDiff.between(BOOK, told.book).sentences == (
        "ai: add TAO, since 2025-07-01 "
        "(CoinGecko's category artificial-intelligence, as bittensor, 2025-07-01)",
    )
    assert told.problems == ()


async def test_what_coins_are_worth_is_known_from_the_answer_on(gecko):
    caps = (await gecko.refresh(BOOK)).caps
    assert [(row.subject, row.value) for row in caps] == [("FET", 2e9), ("TAO", 3e9), ("TINY", 1e6)]
    assert {(row.metric, row.event_ms, row.available_ms, row.source) for row in caps} == {
        (CAP_METRIC, NOW, NOW, "coingecko")
    }


async def test_only_the_largest_and_liquid_are_proposed(server, gecko):
    server.answers(
        PATH, [coin("a", "a", 3e9), coin("b", "b", 2e9, 1.0), coin("c", "c", 1e9), coin("d", "d", 5e8)]
    )
    told = await gecko.refresh(BOOK, ProposalRules(most_coins=2))
    assert [member.coin for member in told.book.narrative("ai").members] == ["FET", "A", "C"]


async def test_it_takes_back_only_what_it_alone_had_said(server, gecko):
    said = Membership(
        "OLD", None, 0, None, "CoinGecko's category artificial-intelligence, as old, 2025-01-01"
    )
    book = replace(BOOK, narratives=(replace(AI, members=(*AI.members, said)),))
    server.answers(PATH, [coin("bittensor", "tao")])
    members = (await gecko.refresh(book)).book.narrative("ai").members
    assert members[:2] == (Membership("FET"), replace(said, until_ms=NOW))
    server.answers(PATH, [coin(f"coin-{i}", f"c{i}") for i in range(250)])
    assert (await gecko.refresh(book)).book.narrative("ai").members[:2] == (Membership("FET"), said)


async def test_two_coins_of_one_code_are_one_and_rows_that_cannot_be_are_left_out(server, gecko):
    bad = [
        3, {}, coin("x", "x", None), coin("x", "x", -1), coin("x", "x", True), coin("x", "y z"),
        coin("x", ""), coin("x", "a\u202eb"), coin("x\n", "x"), coin(7, "x"),
        coin("x", "x", 1e30), coin("x", "x", 1e9, "1"),
    ]  # fmt: skip
    server.answers(
        PATH, [coin("real", "dup", 5e9), coin("copy", "dup", 1e9), coin("quiet", "q", 1e9, None), *bad]
    )
    answer = await gecko.category("any")
    assert [(one.coin, one.name, one.volume_usd) for one in answer.coins] == [
        ("DUP", "real", 1e8),
        ("Q", "quiet", 0),
    ]


@pytest.mark.parametrize("reply", [{"error": "x"}, "no", 3, [coin("a", "a")] * 251, [{"id": 1}], []])
async def test_an_answer_of_another_kind_is_an_error(server, gecko, reply):
    server.answers(PATH, reply)
    with pytest.raises(ProviderError):
        await gecko.refresh(BOOK)


async def test_a_category_that_it_does_not_know_is_told_and_the_others_come(server, gecko):
    cats = Narrative("cats", "Cats", (), "cats")
    server.answers(PATH, lambda request: ROWS if request.query["category"] != "cats" else {"status": 404})
    told = await gecko.refresh(NarrativeBook((cats, AI)))
    assert told.book.narrative("cats") == cats
    assert "TAO" in told.book.coins()
    assert told.problems == (
        "cats, asked for as cats: CoinGecko answered something that is not a page of coins.",
    )


@pytest.mark.parametrize("fault", FAULTS)
async def test_any_fault_of_the_network_is_told_and_nothing_is_proposed(server, gecko, fault):
    server.misbehaves(fault)
    with pytest.raises(ProviderError):
        await gecko.refresh(BOOK)


async def test_it_waits_where_it_is_told_to_but_not_for_ever(server, gecko):
    server.misbehaves("429 for 30 s")
    with pytest.raises(ProviderBusy):
        await gecko.refresh(BOOK)
    assert len(gecko.slept) == 3
    assert all(29 < seconds <= 30 for seconds in gecko.slept)


async def test_it_does_not_wait_for_minutes(server, gecko):
    server.misbehaves("418")
    with pytest.raises(ProviderBusy):
        await gecko.refresh(BOOK)
    assert gecko.slept == []
