"""Whatever the market: nothing is known too early, weights are whole, caps hold, live equals the past."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.rotation_market import walks
from workstation.domain.rotation import CASH, RotationRules
from workstation.engine.narratives.equity import Span
from workstation.engine.narratives.rotation import RotationState, advise
from workstation.engine.narratives.rotation_backtest import ungated, walk
from workstation.engine.narratives.rotation_history import MarketHistory

DAYS, COINS = 130, 17
PANEL, BOOK, GRADE = walks(COINS, DAYS)
RULES = RotationRules(
    n_narratives=2, keep_rank=3, n_coins=2, keep_coins=3, gate_band_pct=0.2, gate_dwell_days=2
)
SPAN = Span(60, DAYS)


def quiet(done):
    """Hear how many days are done, and say nothing."""


@pytest.fixture(scope="module")
def whole():
    """Give the walk through the whole market."""
    return walk(MarketHistory.of(PANEL, BOOK, RULES, GRADE), RULES, SPAN, quiet)


def test_something_happens_in_this_market(whole):
    assert {advice.is_open for _, advice in whole.advice} == {True, False}
    assert sum(len(advice.changes) for _, advice in whole.advice) > 20


@settings(max_examples=8, deadline=None)
@given(cut=st.integers(70, DAYS - 1), seed=st.integers(0, 10))
def test_a_walk_knows_nothing_of_the_days_after_a_cut(whole, cut, seed):
    rng = np.random.default_rng(seed)
    other = replace(
        PANEL,
        open=np.where(np.arange(DAYS)[:, None] >= cut, PANEL.open * rng.uniform(0.1, 9), PANEL.open),
        close=np.where(np.arange(DAYS)[:, None] >= cut, rng.uniform(1, 99, PANEL.close.shape), PANEL.close),
        dollar_volume=np.where(np.arange(DAYS)[:, None] >= cut, 0.0, PANEL.dollar_volume),
    )
    grade = np.where(np.arange(DAYS)[:, None] >= cut, rng.uniform(0, 100, GRADE.shape), GRADE)
    changed = walk(MarketHistory.of(other, BOOK, RULES, grade), RULES, SPAN, quiet)
    n = cut - SPAN.first
    assert [a for day, a in changed.advice if day < cut] == [a for day, a in whole.advice if day < cut]
    assert np.array_equal(changed.curve.value[:n], whole.curve.value[:n])


@settings(max_examples=6, deadline=None)
@given(day=st.integers(60, DAYS - 1))
def test_the_facts_of_a_close_are_the_same_live_and_in_the_past(day):
    batch = MarketHistory.of(PANEL, BOOK, RULES, GRADE).at(day)
    live = MarketHistory.of(PANEL[: day + 1], BOOK, RULES, GRADE[: day + 1]).at(-1)
    for name in ("can_buy", "silent_days", "grade", "returns"):
        assert np.array_equal(getattr(batch, name), getattr(live, name), equal_nan=True)
    assert batch.gate == live.gate
    for ours, theirs in zip(batch.narratives, live.narratives, strict=True):
        assert np.array_equal(ours.members, theirs.members)
        assert (ours.return_pct, ours.breadth_pct, ours.grade) == (
            theirs.return_pct,
            theirs.breadth_pct,
            theirs.grade,
        )


def test_advice_day_by_day_is_the_advice_of_the_walk(whole):
    state, history = RotationState(), MarketHistory.of(PANEL, BOOK, RULES, GRADE)
    first = whole.advice[0][0]
    advice, state = advise(state, history.at(first), RULES)
    assert advice == whole.advice[0][1]
    told, _ = advise(state, history.at(first + 1), RULES)
    assert told.is_open == whole.advice[1][1].is_open
    assert told.ranks == whole.advice[1][1].ranks


RULE_SETS = st.builds(
    RotationRules,
    n_narratives=st.integers(1, 3),
    keep_rank=st.integers(3, 5),
    n_coins=st.integers(1, 3),
    keep_coins=st.integers(3, 6),
    least_grade=st.integers(0, 80),
    most_coin=st.floats(0.05, 1.0),
    most_narrative=st.floats(0.05, 1.0),
    target_volatility_pct=st.sampled_from([0.0, 20.0, 80.0]),
    turnover_band=st.floats(0.0, 0.1),
    rebalance_days=st.integers(1, 10),
)


@settings(max_examples=12, deadline=None)
@given(rules=RULE_SETS)
def test_weights_are_whole_and_caps_hold_at_every_look(rules):
    free = ungated(rules)
    walked = walk(MarketHistory.of(PANEL, BOOK, free, GRADE), free, Span(90, DAYS), quiet)
    titles = {narrative.name for narrative in BOOK.narratives}
    looks = set()
    for _, advice in walked.advice:
        weights = [target.weight for target in advice.targets]
        assert sum(weights) == pytest.approx(1.0)
        assert min(weights) >= 0.0
        assert len({target.coin for target in advice.targets}) == len(weights)
        look = (advice.at_ms // 86_400_000 - 4) // rules.rebalance_days
        if look in looks:
            continue  # between two looks prices may carry a coin beyond its cap
        looks.add(look)
        held = [target for target in advice.targets if target.coin != CASH]
        assert {target.narrative for target in held} <= titles
        assert len({target.narrative for target in held}) <= rules.n_narratives
        for target in held:
            assert target.weight <= rules.most_coin + 1e-9
        for name in titles:
            assert sum(t.weight for t in held if t.narrative == name) <= rules.most_narrative + 1e-9
    assert walked.curve.value.min() > 0
    assert walked.curve.exposure.max() <= 1 + 1e-9
