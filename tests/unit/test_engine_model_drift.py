"""Is a market that changed noticed, and one that did not left alone?"""

import numpy as np
import pytest

from workstation.domain.errors import UsageError
from workstation.engine.model.drift import (
    LEAST_ROWS,
    SEVERE,
    SLIGHT,
    honesty,
    overlap_of,
    quantiles_of,
    stability,
)


def test_the_same_market_has_not_shifted() -> None:
    rng = np.random.default_rng(1)
    edges = quantiles_of(rng.normal(0, 1, (20_000, 3)))
    assert (stability(rng.normal(0, 1, (5_000, 3)), edges) < 0.02).all()


def test_a_market_that_moved_has() -> None:
    rng = np.random.default_rng(2)
    edges = quantiles_of(rng.normal(0, 1, (20_000, 3)))
    moved = rng.normal([0.0, 0.4, 1.5], [1.0, 1.0, 1.0], (5_000, 3))
    still, slight, severe = stability(moved, edges)
    assert still < SLIGHT < slight < SEVERE < severe
    assert np.isfinite(severe)


def test_the_index_is_the_formula() -> None:
    edges = np.arange(1.0, 10.0)[None, :]
    values = np.repeat(np.arange(10) + 0.5, np.arange(10, 110, 10))[:, None]
    share = np.arange(1, 11) / 55
    assert stability(values, edges)[0] == pytest.approx(((share - 0.1) * np.log(share / 0.1)).sum())


def test_what_is_not_known_says_nothing() -> None:
    values = np.full((100, 2), np.nan)
    values[:, 1] = 1.0
    edges = quantiles_of(values)
    assert np.isnan(edges[0]).all()
    assert np.isnan(stability(values, edges)).all()  # never known; one value only
    assert np.isnan(stability(np.zeros((LEAST_ROWS - 1, 1)), np.arange(9.0)[None, :])).all()
    with pytest.raises(UsageError, match="2 data points were learnt"):
        stability(np.zeros((40, 3)), edges)


def test_honest_probabilities_have_not_drifted_and_others_have() -> None:
    rng = np.random.default_rng(3)
    said = rng.uniform(0.2, 0.5, 5_000)
    happened = rng.random(5_000) < said
    assert not honesty(said, happened).has_drifted
    assert honesty(said + 0.05, happened).has_drifted
    assert honesty(said + 0.05, happened).high < 0


def test_outcomes_that_hang_together_prove_less() -> None:
    said, happened = np.full(400, 0.3), np.arange(400) < 150
    assert honesty(said, happened).has_drifted
    assert not honesty(said, happened, overlap=24).has_drifted
    with pytest.raises(UsageError, match="overlap"):
        honesty(said, happened, overlap=0.5)


def test_few_outcomes_say_nothing() -> None:
    found = honesty(np.full(29, 0.5), np.ones(29, np.bool_))
    assert np.isnan(found.said)
    assert not found.has_drifted


def test_outcomes_that_run_at_the_same_time_are_worth_one() -> None:
    one_by_one = np.arange(0, 240, 24)
    assert overlap_of(one_by_one, one_by_one + 23) == 1.0
    together = np.repeat(one_by_one, 8)
    assert overlap_of(together, together + 23) == pytest.approx(8.0)
    assert overlap_of(np.array([0, 12]), np.array([23, 35])) == pytest.approx(4 / 3)
    assert overlap_of(together[:0], together[:0]) == 1.0
