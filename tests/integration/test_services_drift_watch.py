"""A market or a model that changed is told in plain sentences; only probabilities switch a model off."""

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_models import HOUR, POINTS, SIGNALS, Market, ModelHouse
from tests.fakes.storage_ledger_world import full_signal, outcome
from workstation.domain.errors import StoreError
from workstation.domain.events import NoticePosted
from workstation.domain.ledger import ModelChange, SignalEntry
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier
from workstation.domain.signal import SignalOrigin
from workstation.engine.model.bundle import read_model
from workstation.services.champion import Champion, ClosedBar
from workstation.services.drift_watch import KEPT_AN_HOUR, SEEN_DAYS, DriftWatch, shift_words
from workstation.services.supervisor import Supervisor

KEY = SeriesKey("practice", "C0/USDT", "1h")
NOW_SLOT = 490_000
NOW_MS = 1_800_000_000_000  # of the machine, on which the model is older than every signal


def bar(slot):
    return ClosedBar(KEY, slot * HOUR, 1.0, None, 0)


class World(ModelHouse):
    """The shipped model, a ledger that tests write, and the watch over both."""

    def __init__(self, folder, market=None):
        super().__init__(folder)
        self.tasks, self.notices = Supervisor(), []
        self.bus.subscribe(NoticePosted, self.notices.append)
        stored = self.store.champion(SIGNALS, POINTS)
        self.champion = Champion(stored, read_model(stored.files))
        self.watch = DriftWatch(self.bus, self.models, self.ledger, market or Market(0, 1, ()), self.tasks)

    def like_learnt(self, n, seed=0):
        """Return data points that are spread as those that the model learnt from."""
        edges = self.champion.model.quantiles
        bins = np.random.default_rng(seed).integers(0, edges.shape[1] + 1, (n, len(edges)))
        between = (edges[:, 1:] + edges[:, :-1]) / 2
        middles = np.column_stack((edges[:, 0] - 1.0, between, edges[:, -1] + 1.0))
        return np.take_along_axis(middles, bins.T, axis=1).T.astype(np.float32)

    def spoke(self, n, n_hits, probability=0.41, every=24, **changes):
        """Write signals with outcomes, each a horizon after the one before."""
        for i in range(n):
            signal = full_signal(
                NOW_SLOT + i * every,
                probability=probability,
                base_rate=0.33,
                model_hash=self.champion.stored.model_hash,
                **changes,
            )
            became = outcome(NOW_SLOT + i * every, Barrier.TARGET if i < n_hits else Barrier.STOP)
            self.ledger.entries.append(SignalEntry(i + 1, NOW_MS, signal, became))

    async def look(self, slot=NOW_SLOT):
        """Have a close watched, and return when that is done."""
        n = len(self.notices)
        self.watch.take(self.champion, bar(slot), self.like_learnt(3))
        await until(lambda: len(self.notices) > n)


@pytest.fixture
async def world(tmp_path):
    made = World(tmp_path)
    await made.models.begin()
    made.watch.watch()
    yield made
    await made.tasks.close()
    await made.models.close()


def test_a_market_like_the_learnt_one_is_not_worth_a_word_and_another_one_is(tmp_path):
    world = World(tmp_path)
    rows = world.like_learnt(2_000)
    assert shift_words(world.champion, rows, 90.0) == ""
    moved = rows.copy()
    column = world.champion.points.index("momentum.rsi_14")
    moved[:, column] = np.float32(1e9)
    assert shift_words(world.champion, moved, 90.0) == "", "one data point is what any season does"
    moved[:500, :40] = np.float32(1e6)
    said = shift_words(world.champion, moved, 90.0)
    assert said.endswith(
        " data points have shifted severely since it learnt, most momentum.rsi_14 (2,000 bars of 90 days)."
    )
    n_severe, _, n_known = said.split()[:3]
    assert int(n_severe) >= 10
    is_told_apart = (np.diff(world.champion.model.quantiles, axis=1) > 0).all(axis=1)
    assert int(n_known) == is_told_apart.sum(), "those with values enough for ten bins"
    assert shift_words(world.champion, moved, 30.0) == "", "any month looks foreign beside years"


async def test_honest_probabilities_are_left_alone(world):
    world.spoke(100, 41)
    await world.look()
    assert (world.state.is_judging, world.state.drift) == (True, ())


async def test_a_few_outcomes_say_nothing_and_more_are_told_before_enough_switch_it_off(world):
    world.spoke(29, 0)
    await world.look()
    assert world.state.drift == ()
    world.spoke(59 - 29, 5)
    await world.look(NOW_SLOT + 1)
    assert world.state.is_judging
    assert world.state.drift == ("Probabilities said 41 %, 8 % of 59 came true: lower than chance explains.",)
    assert world.ledger.events == []


async def test_probabilities_too_high_and_no_better_than_any_bar_switch_the_model_off_with_the_reason(world):
    world.spoke(64, 16)
    await world.look()
    reason = (
        "Probabilities said 41 %, 25 % of 64 came true: lower than chance explains, "
        "and fewer than the 33 % of any bar."
    )
    assert not world.state.is_judging
    assert world.state.reason == f"The model signals-1h is switched off: {reason}"
    (event,) = world.ledger.events
    assert (event.change, event.reason) == (ModelChange.SWITCHED_OFF, reason)
    assert event.model_hash == world.champion.stored.model_hash
    world.store._clock.at_ms = NOW_MS + 1
    await world.models.switch(SIGNALS, True)
    await world.look(NOW_SLOT + 1)
    assert world.state.is_judging, "what the trader knew does not overrule him"
    assert world.state.drift == (
        "Probabilities said 41 %, 25 % of 64 came true: lower than chance explains.",
    )


@pytest.mark.parametrize(
    ("n_hits", "changes"),
    [
        (25, {"probability": 0.6}),  # too high, but better than any bar
        (16, {"every": 1}),  # 64 of two days: they rose and fell together
        (16, {"origin": SignalOrigin.HISTORY}),
        (16, {"probability": None}),
    ],
    ids=["still better than any bar", "one story", "worked out later", "without a probability"],
)
async def test_what_proves_no_failure_switches_nothing_off(world, n_hits, changes):
    world.spoke(64, n_hits, **changes)
    await world.look()
    assert world.state.is_judging
    assert world.ledger.events == []


async def test_probabilities_too_low_are_told_as_well(world):
    world.spoke(64, 50)
    await world.look()
    assert world.state.drift == (
        "Probabilities said 41 %, 78 % of 64 came true: higher than chance explains.",
    )
    assert world.state.is_judging


async def test_it_looks_once_an_hour_of_market_time(world):
    five_minutes = replace(bar(NOW_SLOT), open_time=NOW_SLOT * HOUR + 300_000)
    await world.look()
    n = len(world.notices)
    world.watch.take(world.champion, five_minutes, world.like_learnt(3))
    assert world.watch._due.empty()
    await world.look(NOW_SLOT + 1)
    assert len(world.notices) == n + 1


async def test_a_ledger_that_cannot_be_read_is_a_notice_and_the_watch_goes_on(world, monkeypatch):
    def torn(*_):
        raise StoreError("The ledger cannot be read.")

    with monkeypatch.context() as broken:
        broken.setattr(world.ledger, "signals", torn)
        await world.look()
    text = "Whether the model signals-1h still holds cannot be told: The ledger cannot be read."
    assert world.notices[-1].text == text
    await world.look(NOW_SLOT + 1)
    assert world.notices[-1].text == ""


async def test_of_many_coins_a_few_bars_an_hour_are_kept_and_no_day_too_many(world):
    rows = world.like_learnt(200)
    for slot in range(NOW_SLOT, NOW_SLOT + (SEEN_DAYS + 5) * 24):
        world.watch.take(world.champion, bar(slot), rows)
    world.watch.take(world.champion, bar(slot), rows[:1])
    seen = world.watch._seen[SIGNALS]
    assert {len(kept) for kept in seen.rows.values()} == {KEPT_AN_HOUR}
    assert len(seen.rows) == SEEN_DAYS * 24 + 1 == len(seen.n_offered)
    assert len(np.unique(np.concatenate(list(seen.rows.values())), axis=0)) > 190, "each time others"


async def test_the_watch_begins_with_what_is_stored_and_a_foreign_market_is_told(tmp_path):
    world = World(tmp_path, Market(NOW_SLOT - 2_400, 2_400, range(6)))
    await world.models.begin()
    world.watch.watch()
    await world.look()
    (said,) = world.state.drift
    assert said.endswith(" days).")
    assert world.state.is_judging, "shifted data points alone switch nothing off"
    seen = world.watch._seen[SIGNALS]
    assert seen.days == SEEN_DAYS
    assert max(len(kept) for kept in seen.rows.values()) <= 6
    await world.tasks.close()
    await world.models.close()
