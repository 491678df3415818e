"""Are intervals as wide as the weeks are few, and silent where there is too little to say?"""

import numpy as np
import pytest

from workstation.engine.evaluation.bootstrap import (
    Interval,
    Resampling,
    intervals,
    paired_intervals,
    ratio,
    week_of,
    weekly,
)

WEEK = 7 * 86_400_000
MEAN = {"mean": lambda s: ratio(s["sum"], s["n"])}


def by_week(values, week):
    columns = {"sum": values, "n": np.ones(len(values))}
    return weekly(week, columns, np.unique(week))


@pytest.fixture(scope="module")
def sums():
    rng = np.random.default_rng(5)
    week = np.repeat(np.arange(100), 50)
    return by_week(rng.normal(0.0, 1.0, 5000) + rng.normal(0.0, 1.0, 100)[week], week)


def test_weeks_begin_on_monday():
    monday = 4 * 86_400_000
    assert week_of(np.array([monday - 1, monday, monday + WEEK - 1, monday + WEEK])).tolist() == [-1, 0, 0, 1]


def test_the_interval_is_that_of_weeks_and_not_of_signals(sums):
    told = intervals(sums, MEAN, 5000, Resampling())["mean"]
    weekly_means = sums["sum"] / sums["n"]
    error = weekly_means.std() / 10
    assert told.value == pytest.approx(weekly_means.mean())
    assert told.high - told.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_the_same_seed_says_the_same_and_another_one_nearly(sums):
    told = intervals(sums, MEAN, 5000, Resampling())["mean"]
    assert told == intervals(sums, MEAN, 5000, Resampling())["mean"]
    other = intervals(sums, MEAN, 5000, Resampling(seed=8))["mean"]
    assert other != told
    assert other.low == pytest.approx(told.low, abs=0.05)


@pytest.mark.parametrize("block", [1, 2, 3])
def test_each_draw_has_as_many_weeks_as_there_are_and_favours_none(block):
    weights = Resampling(draws=4000, block_weeks=block).weights(25)
    assert (weights.sum(axis=1) == 25).all()
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.12)


def test_longer_blocks_widen_the_interval_where_weeks_remember():
    rng = np.random.default_rng(2)
    shared = np.convolve(rng.normal(0, 1, 201), [1, 1], "valid")
    sums = by_week(shared, np.arange(200))
    one, two = (intervals(sums, MEAN, 200, Resampling(block_weeks=b))["mean"] for b in (1, 2))
    assert (two.high - two.low) > 1.1 * (one.high - one.low)


def test_what_weeks_have_in_common_cancels_between_pairs(sums):
    better = {"sum": sums["sum"] + 0.1 * sums["n"], "n": sums["n"]}
    told = paired_intervals(better, sums, MEAN, 5000, Resampling())["mean"]
    assert (told.low, told.value, told.high) == pytest.approx((0.1, 0.1, 0.1))


def test_too_few_observations_give_no_figure(sums):
    told = intervals(sums, MEAN, 29, Resampling())["mean"]
    assert told.value is None
    assert "29" in told.note
    assert told.as_json() == {"value": None, "low": None, "high": None, "note": told.note}


def test_too_few_weeks_give_no_bounds():
    told = intervals(by_week(np.ones(70), np.repeat(np.arange(7), 10)), MEAN, 70, Resampling())["mean"]
    assert (told.value, told.low) == (1.0, None)
    assert "7 weeks" in told.note


def test_a_division_by_nothing_gives_no_figure(sums):
    nothing = {"sum": sums["sum"], "n": 0.0 * sums["n"]}
    assert intervals(nothing, MEAN, 5000, Resampling())["mean"].note.startswith("Not defined")


def test_bounds_need_most_draws():
    rare = {"sum": np.r_[1.0, np.zeros(19)], "n": np.r_[1.0, np.zeros(19)]}
    told = intervals(rare, {"inverse": lambda s: ratio(s["n"], 20.0 * s["n"] - 20.0)}, 50, Resampling())
    assert told["inverse"].value is None
    once = intervals(rare, {"mean": lambda s: np.where(s["n"] == 1.0, s["sum"], np.nan)}, 50, Resampling())
    assert once["mean"].low is None
    assert "most draws" in once["mean"].note


def test_an_interval_without_a_note_has_three_numbers():
    assert Interval(1.0, 0.5, 1.5).as_json() == {"value": 1.0, "low": 0.5, "high": 1.5}
