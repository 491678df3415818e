"""The shipped model in its own process: live it speaks as of history, and its death is not silence."""

import asyncio
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import pytest_asyncio

from tests.fakes.patience import until
from tests.fakes.services_models import HOUR, POINTS, SIGNALS, Market, ModelHouse
from workstation.domain.signal import Direction, SignalOrigin
from workstation.engine.ballot import ballots
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.model.bundle import read_model
from workstation.engine.model.decision import decide
from workstation.engine.segments import slots_of
from workstation.services.champion import ClosedBar, point_matrix
from workstation.services.verdicts import RECALLED_BARS, Verdicts
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import resource

pytestmark = pytest.mark.asyncio(loop_scope="module")

STOOD, LIVE = 1_800, 100
"""Bars before the first that the model may judge, and bars from there on."""


class World(ModelHouse):
    """The house with the shipped model, and verdicts on a market that begins where it ended learning."""

    def __init__(self, folder):
        super().__init__(folder)
        self.stored = self.store.champion(SIGNALS, POINTS)
        self.model = read_model(self.stored.files)
        first_slot = -(-self.model.learnt_to_ms // HOUR) - STOOD
        self.market = Market(first_slot, STOOD + LIVE, range(8))
        self.keys = self.market.series()
        self.judged = []
        self.verdicts = self.new_verdicts()

    def new_verdicts(self):
        return Verdicts(self.models, self.market.past, lambda _: None, lambda *told: self.judged.append(told))

    def bars(self, row, keys=None):
        """Return the bars of a row, each cast alone."""
        return [self.bar(key, row) for key in keys or self.keys]

    def bar(self, key, row):
        candles = self.market.candles[key][: row + 1]
        cast = ballots(key.symbol, candles, "1h", since=row)
        return ClosedBar(key, int(candles.open_time[-1]), float(candles.close[-1]), cast, 0)

    async def decided(self, key, since):
        """Return which bars of a series speak from a row on, the whole of it judged in one piece."""
        candles = self.market.candles[key]
        begin = since - RECALLED_BARS
        matrix = point_matrix(candles, "1h", self.stored.card.features, begin)
        answers = await self.models.judge(SIGNALS, matrix)
        slots, rules = slots_of(candles, "1h")[begin:], self.model.meaning.rules
        said, _ = decide(slots, answers["leans"].astype(np.int8), answers["score"], rules)
        rows = [i for i in np.flatnonzero(said).tolist() if i >= RECALLED_BARS]
        return {
            (key, int(candles.open_time[begin + i]), Direction(int(said[i]))): answers[
                "up" if said[i] > 0 else "down"
            ][i]
            for i in rows
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("models"))
    await made.models.begin()
    yield made
    await made.models.close()


async def test_bar_by_bar_the_model_says_what_it_says_of_the_whole_history(world):
    bank, spoken = ConfluenceBank("1h"), []
    for key in world.keys:
        bank.load(key, world.market.candles[key][:STOOD])
    world.judged.clear()
    for row in range(STOOD, STOOD + LIVE):
        candles = {key: next(iter(world.market.candles[key][row : row + 1])) for key in world.keys}
        bank.push(candles)
        cast = {key: bank.newest_ballot(key) for key in world.keys}
        spoken += await world.verdicts.speak(
            [ClosedBar(k, candles[k].open_time, candles[k].close, *cast[k]) for k in world.keys]
        )
    expected = {}
    for key in world.keys:
        expected |= await world.decided(key, STOOD)
    assert expected, "no signal in this market"
    assert {(s.key, s.open_time, s.direction): s.probability for s in spoken} == expected
    assert all(s.model_hash == world.stored.model_hash and s.contributions for s in spoken)
    assert all(s.probability > s.base_rate and s.origin is SignalOrigin.LIVE for s in spoken)
    assert [matrix.shape[0] for _, _, matrix in world.judged] == [len(world.keys)] * LIVE
    for key in {key for key, _, _ in expected}:
        candles = world.market.candles[key]
        cast = ballots(key.symbol, candles, "1h", since=STOOD - 50)
        learnt_to_ms, drawn = await world.verdicts.history(key, candles, cast, STOOD - 50)
        assert learnt_to_ms == world.model.learnt_to_ms
        assert {s.open_time for s in drawn} == {at for k, at, _ in expected if k == key}


async def speaking(world):
    """Return the row and the series of a signal."""
    for key in world.keys:
        for _, open_time, _ in await world.decided(key, STOOD):
            return int(np.searchsorted(world.market.candles[key].open_time, open_time)), key
    raise AssertionError("no signal in this market")


async def test_a_forming_bar_says_what_it_would_say_and_leaves_nothing_behind(world):
    row, key = await speaking(world)
    verdicts, n_judged = world.new_verdicts(), len(world.judged)
    bar = world.bar(key, row)
    first, again = await verdicts.preview([bar]), await verdicts.preview([bar])
    assert first == again
    assert (first[key].closed, first[key].model_hash) == (False, world.stored.model_hash)
    assert len(world.judged) == n_judged
    (signal,) = await verdicts.speak([bar])
    assert replace(signal, closed=False, contributions=(), flips=()) == first[key]
    assert await verdicts.preview([bar]) == {}, "its close was judged meanwhile"
    assert await verdicts.preview(world.bars(row + 1, [key])) == {}, "it has just spoken"


async def test_a_bar_that_came_after_a_hole_is_judged_on_what_stands_before_it(world):
    row, key = await speaking(world)
    verdicts = world.new_verdicts()
    assert await verdicts.speak([world.bar(key, STOOD)]) is not None
    (signal,) = await verdicts.speak([world.bar(key, row)])
    assert signal.open_time == world.bar(key, row).open_time
    (same,) = await verdicts.speak([world.bar(key, row)])
    assert same == signal, "a bar that is given twice is not taken for the one after itself"


async def test_a_bar_is_explained_with_what_its_signal_said(world):
    row, key = await speaking(world)
    (spoken,) = await world.new_verdicts().speak([world.bar(key, row)])
    verdict, why_not = await world.verdicts.explain(world.bar(key, row))
    assert why_not == ""
    assert (verdict.direction, verdict.votes) == (spoken.direction, spoken.votes)
    assert (verdict.contributions, verdict.flips) == (spoken.contributions, spoken.flips)
    chance = (verdict.up, verdict.base_up) if spoken.direction > 0 else (verdict.down, verdict.base_down)
    assert chance == (spoken.probability, spoken.base_rate)
    assert (verdict.horizon_bars, verdict.model_hash) == (spoken.horizon_bars, spoken.model_hash)


async def test_a_bar_without_a_signal_is_explained_too(world):
    spoken = {at for key in world.keys[:1] for _, at, _ in await world.decided(key, STOOD)}
    bars = [world.bar(world.keys[0], row) for row in range(STOOD, STOOD + 12)]
    silent = [bar for bar in bars if bar.open_time not in spoken]
    assert silent
    for bar in silent:
        verdict, why_not = await world.verdicts.explain(bar)
        assert why_not == ""
        assert 0 < verdict.up < 1
        assert 0 < verdict.down < 1
        assert verdict.contributions
        assert verdict.direction or not verdict.flips


async def test_a_bar_of_which_the_model_says_nothing_says_why(world):
    early = world.bar(world.keys[0], STOOD - 1)
    assert await world.verdicts.explain(early) == (
        None,
        "The model learnt from this bar: it knows what came after, so it tells no chance.",
    )
    daily = replace(early, key=replace(early.key, timeframe="1d"))
    none, why_not = await world.verdicts.explain(daily)
    assert (none, why_not) == (None, "No model judges 1d bars: families vote by written rules.")


async def test_of_what_it_learnt_from_the_model_says_nothing(world):
    verdicts = world.new_verdicts()
    early, late = world.bars(STOOD - 1), world.bars(STOOD)
    assert not await verdicts.is_judging("1h", early[0].open_time)
    assert await verdicts.is_judging("1h", late[0].open_time)
    assert await verdicts.speak(early) is None
    assert await verdicts.preview(early) is None
    assert await verdicts.speak([]) is None
    assert await verdicts.speak(late) is not None
    assert not await verdicts.is_judging("4h", late[0].open_time)


async def test_a_process_that_died_leaves_one_close_to_the_votes(world):
    verdicts = world.new_verdicts()
    assert await verdicts.speak(world.bars(STOOD)) is not None
    pid = world.models._processes[SIGNALS].pid
    os.kill(pid, signal.SIGSTOP)  # held, so that it dies over a question
    asking = asyncio.ensure_future(verdicts.speak(world.bars(STOOD + 1)))  # noqa: TID251  awaited below
    await until(lambda: world.models._processes[SIGNALS]._turn.locked())
    os.kill(pid, signal.SIGKILL)
    assert await asking is None
    assert world.state.is_judging, "once is no reason to give it up"
    assert await verdicts.speak(world.bars(STOOD + 2)) is not None


async def test_a_model_whose_manifest_is_none_leaves_the_word_to_the_votes_and_the_trader_reads_why(tmp_path):
    shipped = ModelStore(tmp_path / "none", resource("models"), None)
    stored = shipped.champion(SIGNALS, POINTS)
    house = ModelHouse(tmp_path / "kept", shipped=tmp_path / "no models here")
    bad = house.store.add(stored.card, {**stored.files, "manifest.json": b"{}"}, "Trained.")
    house.store.promote(bad, "Trained.")
    await house.models.begin()
    verdicts = Verdicts(house.models, None, None, None)
    assert house.state.is_judging
    assert not await verdicts.is_judging("1h", 2**52)
    assert not house.state.is_judging
    assert "manifest.json of this model is not as expected" in house.state.reason
    assert house.models.champion(SIGNALS) is None
    await house.models.set_aside(SIGNALS, "Again.")
    assert "manifest.json" in house.state.reason
