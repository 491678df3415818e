"""The votes of many bars are those that each bar is explained with, and nothing that came later."""

import asyncio

import msgspec
import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_verdicts import no_verdicts
from tests.integration.test_services_universe_judge import BTC, HOUR, Archive, N
from workstation.domain.errors import UsageError
from workstation.domain.vote_span import FAMILY_ROWS, MOST_BARS, VoteSpan
from workstation.engine_app.bar_desk import BarDesk
from workstation.link.messages import Explain, Explained, NotExplained, ToEngine, ToWindow
from workstation.link.vote_messages import FindVotes, VotesFound
from workstation.link.wire import encode
from workstation.services.bus import Bus
from workstation.services.explanations import Explanations
from workstation.services.market_data import MarketData
from workstation.services.sights import Sights
from workstation.services.supervisor import Supervisor

EDGE = 1_024  # a library of past windows ends before this bar, another begins


class House:
    def __init__(self, n: int = N) -> None:
        self.archive, bus, self.tasks = Archive(n), Bus(), Supervisor()
        data = MarketData(bus, self.archive, self.archive, self.tasks)
        self.explanations = Explanations(data, self.archive, Sights(bus, self.archive), no_verdicts(bus))


@pytest.fixture
async def house():
    made = House()
    yield made
    await made.tasks.close()


async def test_a_bar_has_the_votes_that_it_is_explained_with(house):
    span = await house.explanations.votes(BTC, (EDGE - 4) * HOUR, (EDGE + 4) * HOUR)
    assert span.open_times.tolist() == [row * HOUR for row in range(EDGE - 4, EDGE + 4)]
    for column, row in enumerate(range(EDGE - 4, EDGE + 4)):
        told = await house.explanations.explain(BTC, row * HOUR)
        votes = {vote.family: vote for vote in told.votes}
        assert votes
        for k, family in enumerate(FAMILY_ROWS):
            score = span.score_rows[k, column]
            assert np.isnan(score) == (family not in votes)
            if family in votes:
                assert score == pytest.approx(votes[family].score, abs=1e-6)
                assert span.side_rows[k, column] == votes[family].direction


async def test_what_came_later_changes_no_vote(house):
    later = await house.explanations.votes(BTC, (EDGE + 40) * HOUR, (EDGE + 60) * HOUR)
    young = House(EDGE + 60)
    then = await young.explanations.votes(BTC, (EDGE + 40) * HOUR, (EDGE + 60) * HOUR)
    await young.tasks.close()
    assert (later.scores, later.sides) == (then.scores, then.sides)
    assert np.isfinite(later.score_rows).any()


async def test_bars_that_are_not_there_are_not_told(house):
    empty = await house.explanations.votes(BTC, (N + 5) * HOUR, (N + 9) * HOUR)
    assert len(empty) == 0
    assert empty.score_rows.shape == (len(FAMILY_ROWS), 0)


async def test_too_many_bars_at_once_are_refused_with_a_sentence(house):
    heard: list[VotesFound] = []
    desk = BarDesk(house.explanations, house.tasks)
    desk.find_votes(FindVotes(1, BTC, 0, (MOST_BARS + 1) * HOUR), heard.append)
    desk.find_votes(FindVotes(2, BTC, 0, 8 * HOUR), heard.append)
    await asyncio.sleep(0)
    assert not heard, "the arithmetic is not compiled yet"
    desk.begin()
    await until(lambda: len(heard) == 2)
    refused, told = sorted(heard, key=lambda one: one.span is not None)
    assert "ask for fewer" in refused.reason
    assert len(told.span) == 8
    with pytest.raises(UsageError):
        await house.explanations.votes(BTC, 9, 9)


async def test_a_bar_that_is_asked_about_early_waits_for_the_arithmetic_and_nothing_waits_for_it(house):
    heard: list[Explained | NotExplained] = []
    desk = BarDesk(house.explanations, house.tasks)
    desk.explain(Explain(1, BTC, 300 * HOUR), heard.append)
    desk.explain(Explain(2, BTC, (N + 9) * HOUR), heard.append)
    await asyncio.sleep(0)
    assert not heard, "the arithmetic is not compiled yet"
    desk.begin()
    await until(lambda: len(heard) == 2)
    refused, told = sorted(heard, key=lambda one: isinstance(one, Explained))
    assert (refused.key, refused.open_time) == (BTC, (N + 9) * HOUR)
    assert "no closed candle" in refused.reason
    assert told.explanation.open_time == 300 * HOUR
    back = msgspec.msgpack.Decoder(ToWindow).decode(msgspec.msgpack.encode(refused))
    assert back == refused


def test_votes_travel_as_they_are():
    scores = np.linspace(-1, 1, 16).reshape(8, 2)
    scores[3] = np.nan
    span = VoteSpan.of(BTC, (0, 2 * HOUR), np.array([0, HOUR]), scores, np.sign(np.nan_to_num(scores)))
    fact = VotesFound(BTC, 0, 2 * HOUR, span)
    back = msgspec.msgpack.Decoder(ToWindow).decode(msgspec.msgpack.encode(fact))
    assert back == fact
    assert np.allclose(back.span.score_rows, scores, atol=1e-6, equal_nan=True)
    asked = FindVotes(3, BTC, 0, 9)
    assert msgspec.msgpack.Decoder(ToEngine).decode(msgspec.msgpack.encode(asked)) == asked
    assert encode(fact)


def test_columns_of_different_lengths_are_no_votes():
    with pytest.raises(ValueError, match="different lengths"):
        VoteSpan(BTC, 0, HOUR, b"\0" * 8, b"", b"")
