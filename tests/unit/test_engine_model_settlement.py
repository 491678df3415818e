"""Does a model speak only where bars like those it favours were right beyond chance?"""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.test_engine_model_panel import RECIPE, panel
from workstation.engine.model.bundle import MANIFEST, read_model
from workstation.engine.model.decision import DecisionRules
from workstation.engine.model.examination import fit_model, walk_forward_predictions
from workstation.engine.model.settlement import WEEK_MS, sure_lift

RULES = DecisionRules(1.0, -1.0, 0.5, -0.5, 3, 0.02, 4)


def favoured(hits: float, weeks: int = 52, seed: int = 1, a_week: int = 20):
    """Return sides, outcomes and opens of bars: every fifth is favoured and hits so often, 0.3 is usual."""
    rng = np.random.default_rng(seed)
    n = weeks * a_week * 5
    side = np.where(np.arange(n) % 5 == 0, rng.choice([1, -1], n), 0).astype(np.int8)
    usual = rng.choice([1, 0, -1], n, p=[0.3, 0.4, 0.3]).astype(np.int8)
    dice = rng.random(n)
    came = np.where(dice < hits, side, np.where(dice < hits + 0.3, -side, 0))
    label = np.where(side != 0, came, usual)
    return side, label.astype(np.int8), np.repeat(np.arange(weeks) * WEEK_MS, a_week * 5)


def test_bars_that_were_right_beyond_chance_are_sure() -> None:
    assert 0.0 < sure_lift(*favoured(0.45)) < 0.15


def test_bars_that_were_right_as_often_as_any_seem_sure_in_one_case_of_hundreds() -> None:
    found = np.array([sure_lift(*favoured(0.30, seed=seed)) for seed in range(400)])
    assert (found > 0).mean() < 0.01
    assert found.mean() == pytest.approx(-3 * 0.46 / np.sqrt(1040), abs=0.005)


def test_many_bars_of_one_week_are_no_more_than_that_week() -> None:
    side, label, opened = favoured(0.40, weeks=10)
    once = sure_lift(side, label, opened)
    many = sure_lift(np.tile(side, 30), np.tile(label, 30), np.tile(opened, 30))
    assert many == pytest.approx(once, abs=1e-9)


@pytest.mark.parametrize("weeks", [1, 7])
def test_few_weeks_say_nothing(weeks: int) -> None:
    assert sure_lift(*favoured(0.7, weeks)) == -1.0
    assert sure_lift(*favoured(0.7, 8)) > 0


@pytest.mark.parametrize(("sure", "leans"), [(None, 1), (0.01, 1), (0.0, 0), (-1.0, 0)])
def test_nothing_leans_unless_it_is_sure_or_nobody_asks(sure: float | None, leans: int) -> None:
    votes, none = np.array([5]), np.array([0])
    rules = replace(RULES, sure_lift=sure)
    lifts = (np.array([0.1]), np.array([-0.1]))
    assert rules.leans(np.array([2.0]), lifts, (votes, none)).tolist() == [leans]
    assert rules.leans(np.array([-2.0]), lifts[::-1], (none, votes)).tolist() == [-leans]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_model_without_skill_never_speaks(seed: int) -> None:
    said = walk_forward_predictions(panel(0.0, seed=seed), replace(RECIPE, margin=0.0))
    assert said.judged.sum() > 2000
    assert not said.said.any()


def test_a_model_keeps_how_sure_it_is_among_its_files() -> None:
    edged = panel(0.25)
    model = fit_model(edged, RECIPE, int(edged.known_ms.max()) + 1)
    assert model.meaning.rules.sure_lift is not None
    assert model.meaning.rules.sure_lift > 0
    assert read_model(model.files()).meaning.rules == model.meaning.rules


def test_a_model_of_before_reads_as_it_was_and_decides_as_before() -> None:
    rules = replace(RULES, sure_lift=None)
    edged = panel(0.25)
    model = fit_model(edged, RECIPE, int(edged.known_ms.max()) + 1)
    before = replace(model, meaning=replace(model.meaning, rules=replace(rules, min_agree=1)))
    files = before.files()
    assert b"sure_lift" not in files[MANIFEST]
    assert read_model(files).files() == files
    assert read_model(files).meaning.rules.sure_lift is None
