"""Do honest probabilities look honest, and others not?"""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.fakes.candle_kernels import HOUR
from workstation.engine.evaluation.bootstrap import Resampling
from workstation.engine.evaluation.calibration_quality import (
    Predictions,
    calibration_quality,
    causal_base_rate,
)

DRAWS = Resampling(draws=1000)
N = 40_000


def told(probability, happened, hours):
    base = causal_base_rate(hours * HOUR, happened, 25 * HOUR)
    return Predictions(hours * HOUR, probability, happened, base)


@pytest.fixture(scope="module")
def market():
    rng = np.random.default_rng(11)
    chance = np.clip(rng.normal(0.31, 0.06, N), 0.05, 0.9)
    return chance, rng.random(N) < chance, rng.integers(0, 30 * 168, N)


def test_honest_probabilities_rank_beat_the_past_and_mean_what_they_say(market):
    quality = calibration_quality(told(*market), DRAWS)
    figures = quality.figures
    assert figures["auc"].value == pytest.approx(roc_auc_score(market[1], market[0]), abs=1e-4)
    assert figures["auc"].low > 0.5
    assert figures["brier_skill_pct"].low > 0
    assert figures["ece"].value < 0.01
    assert quality.weekly_auc > 0.5
    assert quality.weekly_auc_t > 4


def test_the_curve_lies_on_the_diagonal(market):
    curve = calibration_quality(told(*market), DRAWS).curve
    assert [point.n for point in curve] == pytest.approx([N // 10] * 10, abs=2)
    inside = [p.happened.low - 0.01 <= p.predicted <= p.happened.high + 0.01 for p in curve]
    assert all(inside)
    assert [p.predicted for p in curve] == sorted(p.predicted for p in curve)


def test_boasting_shows_as_error_though_the_ranking_is_the_same(market):
    chance, happened, hours = market
    boasted = calibration_quality(told(np.clip(chance + 0.1, 0, 1), happened, hours), DRAWS).figures
    assert boasted["auc"].value > 0.53
    assert boasted["ece"].value == pytest.approx(0.1, abs=0.01)
    assert boasted["brier_skill_pct"].high < 0


def test_guesses_have_no_skill(market):
    _, happened, hours = market
    guesses = np.random.default_rng(1).random(N) * 0.2 + 0.2
    figures = calibration_quality(told(guesses, happened, hours), DRAWS).figures
    assert figures["auc"].value == pytest.approx(0.5, abs=0.01)
    assert figures["auc"].high < 0.51
    assert figures["brier_skill_pct"].value < 0


def test_one_probability_for_everything_ranks_nothing(market):
    _, happened, hours = market
    quality = calibration_quality(told(np.full(N, 0.31), happened, hours), DRAWS)
    assert quality.figures["auc"].value == 0.5
    assert len(quality.curve) == 1
    assert quality.weekly_auc_t is None


def test_the_base_rate_knows_only_what_was_known():
    hours = np.arange(3000)
    happened = hours >= 2000
    rate = causal_base_rate(hours * HOUR, happened, 25 * HOUR)
    assert np.isnan(rate[:1024]).all()
    assert (rate[1024:2025] == 0).all()
    assert rate[2025] == pytest.approx(1 / 2001)
    longer = causal_base_rate(hours[:2500] * HOUR, happened[:2500], 25 * HOUR)
    np.testing.assert_array_equal(rate[:2500], longer)


def test_the_base_rate_begins_with_what_was_known_earlier():
    rate = causal_base_rate(np.array([0, HOUR]), np.array([True, True]), HOUR, earlier=(1000, 300))
    assert rate.tolist() == pytest.approx([0.3, 301 / 1001])


def test_order_of_rows_does_not_matter(market):
    _, happened, hours = market
    shuffled = np.random.default_rng(2).permutation(N)
    rate = causal_base_rate(hours * HOUR, happened, 25 * HOUR)
    again = causal_base_rate(hours[shuffled] * HOUR, happened[shuffled], 25 * HOUR)
    np.testing.assert_array_equal(rate[shuffled], again)


def test_directions_are_judged_together(market):
    one = told(*market)
    both = calibration_quality(Predictions.join([one, one]), DRAWS)
    assert both.n == 2 * N
    alone = calibration_quality(one, DRAWS).figures["auc"].value
    assert both.figures["auc"].value == pytest.approx(alone, abs=1e-4)


def test_nothing_said_nothing_judged():
    empty = np.empty(0)
    nothing = Predictions(empty.astype(np.int64), empty, empty.astype(bool), empty)
    assert calibration_quality(nothing, DRAWS).figures == {}
