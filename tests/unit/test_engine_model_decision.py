"""Does a signal speak once, and does it say the same bar by bar as over a history?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import UsageError
from workstation.engine.model.decision import NEVER, DecisionRules, DecisionState, decide
from workstation.engine.model.family_vote import VoteLimits, count_votes, vote_limits

RULES = DecisionRules(
    bullish=1.0, bearish=-1.0, bullish_rest=0.5, bearish_rest=-0.5, min_agree=3, margin=0.02, cool_down=4
)


def spoken(leans: list[int], scores: list[float], slots: list[int] | None = None) -> list[int]:
    """Return what is said about bars that follow each other."""
    where = np.arange(len(leans)) if slots is None else np.array(slots)
    return decide(where, np.array(leans, np.int8), np.array(scores), RULES)[0].tolist()


def test_a_long_move_is_one_signal() -> None:
    assert spoken([1] * 12, [2.0] * 12) == [1] + [0] * 11


def test_the_same_side_speaks_again_after_it_has_rested_and_the_signal_is_over() -> None:
    scores = [2.0, 0.4, 2.0, 2.0, 2.0, 2.0]
    assert spoken([1, 0, 1, 1, 1, 1], scores) == [1, 0, 0, 0, 1, 0]


def test_a_dip_that_stays_outside_the_middle_is_no_rest() -> None:
    assert spoken([1, 0, 0, 0, 0, 1], [2.0, 0.6, 0.6, 0.6, 0.6, 2.0]) == [1, 0, 0, 0, 0, 0]


def test_the_other_side_may_speak_as_soon_as_the_signal_is_over() -> None:
    assert spoken([1, -1, -1, -1, -1, 1], [2.0, -2, -2, -2, -2, 2]) == [1, 0, 0, 0, -1, 0]


def test_missing_bars_count_as_time() -> None:
    assert spoken([1, -1], [2.0, -2.0], [10, 14]) == [1, -1]
    assert spoken([1, -1], [2.0, -2.0], [10, 13]) == [1, 0]


def test_a_bar_that_is_not_judged_is_no_rest() -> None:
    assert spoken([1, 0, 0, 0, 0, 1], [2.0] + [np.nan] * 4 + [2.0]) == [1, 0, 0, 0, 0, 0]


@given(
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from([-1, 0, 0, 1]), st.floats(-2, 2)), max_size=60),
    st.integers(0, 60),
)
@settings(max_examples=80, deadline=None)
def test_bar_by_bar_and_in_one_piece_say_the_same(bars: list[tuple[int, int, float]], cut: int) -> None:
    slots = np.cumsum([b[0] for b in bars], dtype=np.int64)
    leans, scores = np.array([b[1] for b in bars], np.int8), np.array([b[2] for b in bars], np.float64)
    whole, last = decide(slots, leans, scores, RULES)
    state, said = DecisionState(), []
    for a, b in [(0, min(cut, len(bars)))] + [(k, k + 1) for k in range(cut, len(bars))]:
        part, state = decide(slots[a:b], leans[a:b], scores[a:b], RULES, state)
        said += part.tolist()
    assert said == whole.tolist()
    assert state == last
    spoke = np.flatnonzero(whole)
    assert (np.diff(slots[spoke]) >= RULES.cool_down).all()


def test_nothing_said_leaves_the_state_as_it_was() -> None:
    nothing = np.empty(0, np.int64)
    assert decide(nothing, nothing.astype(np.int8), np.empty(0), RULES)[1] == DecisionState(NEVER, 0)


def test_a_bar_leans_only_where_score_families_and_probability_agree() -> None:
    score = np.array([1.0, 0.9, 1.0, 1.0, 1.0, -1.0, -1.0, np.nan])
    up, down = np.array([0.02, 0.1, 0.1, 0.01, 0.1, 0, 0, 0.1]), np.array([0.0, 0, 0, 0, 0, 0.05, 0.05, 0.1])
    bullish, bearish = np.array([3, 5, 2, 5, 4, 0, 1, 5]), np.array([0, 0, 0, 0, 1, 3, 3, 0])
    assert RULES.leans(score, (up, down), (bullish, bearish)).tolist() == [1, 0, 0, 0, 0, -1, 0, 0]


def test_rules_whose_middle_lies_outside_are_refused() -> None:
    with pytest.raises(UsageError, match="must rise"):
        DecisionRules(1.0, -1.0, 1.5, -0.5, 3, 0.02, 4)
    with pytest.raises(UsageError, match="0 or more"):
        DecisionRules(1.0, -1.0, 0.5, -0.5, 3, -0.02, 4)


def test_a_family_votes_in_the_tails_of_its_own_past() -> None:
    limits = vote_limits(np.arange(1001.0), 0.2)
    assert limits == VoteLimits(200.0, 800.0)
    assert limits.side(np.array([199.0, 200, 500, 800, 801, np.nan])).tolist() == [-1, 0, 0, 0, 1, 0]


def test_votes_are_counted_by_side() -> None:
    bullish, bearish = count_votes(np.array([[1, 1, -1], [0, 0, 0], [-1, -1, -1]], np.int8))
    assert bullish.tolist() == [2, 0, 0]
    assert bearish.tolist() == [1, 0, 3]


def test_limits_need_a_past_and_an_order() -> None:
    with pytest.raises(UsageError, match="earlier opinions"):
        vote_limits(np.empty(0), 0.2)
    with pytest.raises(UsageError, match="must rise"):
        VoteLimits(1.0, 0.0)
