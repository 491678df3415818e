"""Are shuffled labels tied to nothing, and does a model that was taught them fall silent?"""

import numpy as np
import pytest

from tests.unit.test_engine_model_examination import after
from tests.unit.test_engine_model_panel import HOUR, RECIPE, START, panel
from workstation.engine.evaluation.bootstrap import Resampling
from workstation.engine.evaluation.calibration_quality import Predictions, calibration_quality
from workstation.engine.model.examination import fold_opinions, judged_folds, predictions_of
from workstation.engine.model.lessons import DealtOutcomes, truth
from workstation.engine.model.panel import Panel
from workstation.engine.model.walk_forward import Fold

MOMENT = START + 1000 * 8 * HOUR
FOLD = Fold(MOMENT, MOMENT + 90 * 24 * HOUR)


@pytest.fixture(scope="module")
def edged() -> Panel:
    return panel(0.25)


def test_the_truth_is_the_panel_itself(edged: Panel) -> None:
    assert truth(edged, FOLD) is edged


def test_each_coin_keeps_its_base_rates_and_loses_the_tie_to_what_it_reads(edged: Panel) -> None:
    dealt = DealtOutcomes(1)(edged, FOLD)
    known = FOLD.known_before(edged.known_ms)
    for place in range(len(edged.coins)):
        own = known & (edged.coin == place)
        assert np.array_equal(np.sort(dealt.label[own]), np.sort(edged.label[own]))
    seen = edged.gather(np.flatnonzero(known))[:, 0]
    assert np.corrcoef(seen, edged.label[known])[0, 1] > 0.15
    assert abs(np.corrcoef(seen, dealt.label[known])[0, 1]) < 0.04
    assert dealt.gather(np.arange(50)).tobytes() == edged.gather(np.arange(50)).tobytes()


def test_what_was_not_known_is_neither_dealt_nor_told(edged: Panel) -> None:
    dealt, unknown = DealtOutcomes(1)(edged, FOLD), ~FOLD.known_before(edged.known_ms)
    assert np.array_equal(dealt.label[unknown], edged.label[unknown])
    other = DealtOutcomes(1)(after(edged, MOMENT), FOLD)
    assert np.array_equal(other.label[~unknown], dealt.label[~unknown])


def test_each_seed_deals_otherwise_and_the_same_one_the_same(edged: Panel) -> None:
    one, again, other = (DealtOutcomes(seed)(edged, FOLD).label for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_planted_edge_is_not_found_by_models_that_were_taught_noise(edged: Panel) -> None:
    lessons = DealtOutcomes(3)
    opinions = [fold_opinions(lessons(edged, fold), fold, RECIPE) for fold in judged_folds(edged, RECIPE)]
    said = predictions_of(edged, opinions, RECIPE, lessons)
    rows = said.judged
    assert rows.sum() > 2000
    assert not said.said.any()
    happened = edged.label[rows] > 0
    base = np.full(rows.sum(), happened.mean())
    told = Predictions(edged.open_time[rows], said.up[rows], happened, base)
    found = calibration_quality(told, Resampling(draws=50)).figures
    assert found["auc"].value == pytest.approx(0.5, abs=0.06)
    assert found["brier_skill_pct"].value < 0


def test_no_bars_teach_nothing() -> None:
    assert len(DealtOutcomes(1)(Panel(RECIPE.points, HOUR, ()), FOLD)) == 0
