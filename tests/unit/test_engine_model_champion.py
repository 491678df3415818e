"""Does a model judge only where it was better by more than chance?"""

import numpy as np
import pytest

from workstation.domain.errors import UsageError
from workstation.engine.model.champion import challenge, difference, earns_its_place, log_loss

WEEK = 7 * 86_400_000


def weeks(n: int, each: int = 50) -> np.ndarray:
    """Return the times of `each` bars in every one of `n` weeks."""
    return np.repeat(np.arange(n), each) * WEEK


def test_a_challenger_that_is_better_every_week_takes_over() -> None:
    rng = np.random.default_rng(1)
    time = weeks(30)
    champion = rng.normal(0.6, 0.1, len(time))
    verdict = challenge(champion - 0.02 + rng.normal(0, 0.05, len(time)), champion, time)
    assert verdict.stands
    assert verdict.difference.value == pytest.approx(0.02, abs=0.005)
    assert "takes over" in verdict.reason


def test_a_challenger_that_is_better_by_chance_does_not() -> None:
    rng = np.random.default_rng(2)
    time = weeks(30)
    luck = np.repeat(
        rng.normal(0.005, 0.1, 30), 50
    )  # whole weeks go one way: fifty bars prove no more than one
    verdict = challenge(np.full(len(time), 0.6) - luck, np.full(len(time), 0.6), time)
    assert not verdict.stands
    assert verdict.difference.low < 0 < verdict.difference.high
    assert "The old model stays" in verdict.reason


def test_a_few_weeks_decide_nothing() -> None:
    time = weeks(3)
    verdict = challenge(np.zeros(len(time)), np.ones(len(time)), time)
    assert not verdict.stands
    assert "too few" in verdict.reason


def test_a_model_that_does_not_beat_the_plain_vote_is_switched_off_and_says_why() -> None:
    rng = np.random.default_rng(3)
    model, vote = rng.random(1500) < 0.40, rng.random(4000) < 0.39
    verdict = earns_its_place((model - 0.31, weeks(30)), (vote - 0.31, weeks(40, 100)))
    assert not verdict.stands
    assert "The model does not judge" in verdict.reason
    assert "plain vote" in verdict.reason


def test_a_model_that_beats_it_judges() -> None:
    rng = np.random.default_rng(4)
    model, vote = rng.random(2000) < 0.42, rng.random(4000) < 0.31
    verdict = earns_its_place((model - 0.31, weeks(40)), (vote - 0.31, weeks(40, 100)))
    assert verdict.stands
    assert verdict.difference.value == pytest.approx(0.11, abs=0.03)


def test_a_model_without_signals_is_off() -> None:
    nothing = (np.empty(0), np.empty(0, np.int64))
    verdict = earns_its_place(nothing, (np.ones(100), weeks(20, 5)))
    assert not verdict.stands
    assert "too few" in verdict.reason


def test_the_same_draws_give_the_same_interval() -> None:
    gain = np.random.default_rng(5).normal(0, 1, 500)
    one, again = (difference((gain, weeks(10)), (gain[::-1], weeks(10))) for _ in range(2))
    assert one == again


def test_a_sure_and_wrong_probability_costs_most() -> None:
    cost = log_loss(np.array([0.9, 0.5, 0.1, 0.0]), np.array([True, True, True, True]))
    assert (np.diff(cost) > 0).all()
    assert np.isfinite(cost).all()
    assert cost[1] == pytest.approx(np.log(2))


def test_models_are_compared_on_the_same_bars_only() -> None:
    with pytest.raises(UsageError, match="same bars"):
        challenge(np.zeros(3), np.zeros(4), np.zeros(4, np.int64))
