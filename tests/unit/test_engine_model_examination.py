"""Is every bar judged by a model that could have been there, and is no edge found where there is none?"""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.test_engine_model_panel import HOUR, RECIPE, START, panel
from workstation.domain.errors import UsageError
from workstation.engine.model.examination import (
    fit_model,
    fold_opinions,
    judged_folds,
    predictions_of,
    walk_forward_predictions,
)
from workstation.engine.model.panel import CoinRows, Panel, learnt_rows
from workstation.engine.model.training import train, uniqueness_of


def after(judged: Panel, moment: int, seed: int = 9) -> Panel:
    """Return a panel in which everything that was known from a moment on is another story."""
    rng = np.random.default_rng(seed)
    coins = []
    for coin in judged.coins:
        values, label = coin.values.copy(), coin.label.copy()
        later, unknown = coin.open_time >= moment, coin.known_ms > moment
        values[later] = rng.normal(3, 2, values[later].shape)
        label[unknown] = rng.integers(-1, 2, unknown.sum())
        coins.append(CoinRows(coin.symbol, values, coin.open_time, label, coin.known_ms))
    return Panel(judged.points, judged.bar_ms, tuple(coins))


@pytest.fixture(scope="module")
def edged() -> Panel:
    return panel(0.25)


def test_a_planted_edge_is_found_out_of_sample(edged: Panel) -> None:
    said = walk_forward_predictions(edged, RECIPE)
    spoke = said.said != 0
    hit = edged.label[spoke] == said.said[spoke]
    assert spoke.sum() > 60
    assert hit.mean() > 0.42  # 0.30 is the base rate
    judged = said.judged
    assert np.abs(said.up[judged].mean() - (edged.label[judged] > 0).mean()) < 0.03


def test_where_there_is_no_edge_no_confident_signal_fires() -> None:
    nothing = panel(0.0)
    said = walk_forward_predictions(nothing, RECIPE)
    assert said.judged.sum() > 2000
    assert not said.said.any()


def test_what_comes_later_changes_no_judgement(edged: Panel) -> None:
    moment = START + 1300 * 8 * HOUR
    before = edged.open_time < moment
    one, other = (
        walk_forward_predictions(edged, RECIPE),
        walk_forward_predictions(after(edged, moment), RECIPE),
    )
    assert one.judged[before].any()
    for name in ("judged", "up", "down", "base_up", "score", "sides", "leans", "said"):
        assert np.array_equal(
            getattr(one, name)[before], getattr(other, name)[before], equal_nan=name not in ("judged", "said")
        )
    assert not np.array_equal(one.score[~before], other.score[~before])


def test_folds_worked_out_apart_and_in_any_order_give_the_same(edged: Panel) -> None:
    folds = judged_folds(edged, RECIPE)
    apart = {fold: fold_opinions(edged, fold, RECIPE) for fold in reversed(folds)}
    put_together = predictions_of(edged, [apart[fold] for fold in folds], RECIPE)
    at_once = walk_forward_predictions(edged, RECIPE)
    assert put_together.score.tobytes() == at_once.score.tobytes()
    assert put_together.said.tobytes() == at_once.said.tobytes()


def test_progress_is_told_and_may_stop_the_work(edged: Panel) -> None:
    told: list[tuple[int, int]] = []

    def twice(done: int, of: int) -> None:
        told.append((done, of))
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        walk_forward_predictions(edged, RECIPE, twice)
    n = len(judged_folds(edged, RECIPE))
    assert told == [(1, n), (2, n)]


def test_the_same_rows_teach_the_same_to_the_last_letter(edged: Panel) -> None:
    rows = np.flatnonzero(learnt_rows(edged, 2))
    assert train(edged, rows, RECIPE) == train(edged, rows, RECIPE)


def test_too_few_bars_teach_nothing(edged: Panel) -> None:
    with pytest.raises(UsageError, match="2000 bars or more"):
        train(edged, np.arange(100), RECIPE)
    with pytest.raises(UsageError, match="not those that the recipe reads"):
        train(edged, np.arange(3000), replace(RECIPE, points=RECIPE.points[::-1]))


def test_a_model_of_too_little_history_says_what_is_missing(edged: Panel) -> None:
    with pytest.raises(UsageError, match="Import more candles"):
        fit_model(edged, RECIPE, START + 200 * 86_400_000)


def test_a_model_learns_nothing_that_was_known_later(edged: Panel) -> None:
    moment = START + 1000 * 8 * HOUR
    model = fit_model(edged, RECIPE, moment)
    assert model.learnt_to_ms <= moment
    assert model.files() == fit_model(after(edged, moment), RECIPE, moment).files()


def test_no_bars_have_no_predictions() -> None:
    nothing = Panel(RECIPE.points, HOUR, ())
    assert len(walk_forward_predictions(nothing, RECIPE).said) == 0


def test_neighbours_weigh_less_than_bars_that_stand_apart(edged: Panel) -> None:
    near, far = panel(0.25, n=300, every_h=1), panel(0.25, n=300, every_h=48)
    assert uniqueness_of(near, np.arange(len(near))).mean() < 0.2
    assert uniqueness_of(far, np.arange(len(far))) == pytest.approx(1.0)
