"""Walk-forward: every bar judged by a model that could have been there, and the model of today.

Each quarter has its own forests, grown from what was known a week before it. What their opinions mean is
settled on the four quarters before, which those quarters' own forests judged without having seen them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workstation import __version__
from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.features.factor_family import SideArray
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.decision import DecisionState, decide
from workstation.engine.model.drift import quantiles_of
from workstation.engine.model.forest import Forest
from workstation.engine.model.lessons import Lessons, truth
from workstation.engine.model.meaning import Judgement, Meaning, Opinions
from workstation.engine.model.panel import Panel, learnt_rows
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.settlement import settle
from workstation.engine.model.training import LEAST_ROWS, train
from workstation.engine.model.walk_forward import DAY_MS, EMBARGO_MS, BoolArray, Fold, quarters

MEMORY = 4
"""Quarters before a bar whose opinions settle what its own mean."""

LEAST_DAYS = 180
"""Days that must have been lived through before the first model."""

Progress = Callable[[int, int], None]
"""Told how many models are done, of how many; what it raises ends the work."""


@dataclass(frozen=True, slots=True, eq=False)
class FoldOpinions:
    """What the model of one fold thinks of the fold's bars.

    Parameters
    ----------
    fold : Fold
        The stretch that was judged.
    rows : ndarray of int64, shape (n,)
        Rows of the panel, rising.
    opinions : Opinions
        Of those rows.
    """

    fold: Fold
    rows: IntArray
    opinions: Opinions


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What models that could have been there said of a panel's bars, all of shape (n,) of the panel.

    Parameters
    ----------
    judged : ndarray of bool
        False where no model and no earlier opinions stood before; there everything else says nothing.
    up, down : ndarray of float64
        Calibrated probabilities; NaN where not judged.
    base_up, base_down : ndarray of float64
        What any bar's would have been, from what was known then; NaN where not judged.
    score : ndarray of float64
        How much likelier up than down, before calibration, -1..1; NaN where not judged.
    sides : ndarray of int8, shape (n, n_families)
        The families' votes.
    leans : ndarray of int8
        Where a signal may stand.
    said : ndarray of int8
        1 a bullish signal, -1 a bearish one, 0 none.
    """

    judged: BoolArray
    up: FloatArray
    down: FloatArray
    base_up: FloatArray
    base_down: FloatArray
    score: FloatArray
    sides: SideArray
    leans: SideArray
    said: SideArray


def walk_forward_predictions(
    panel: Panel, recipe: Recipe, progress: Progress | None = None, first_ms: int = 0
) -> Predictions:
    """Return what models that could have been there said of every bar.

    Parameters
    ----------
    panel : Panel
        The bars, with what came of each.
    recipe : Recipe
        How the models are made.
    progress : callable or None
        Called after each quarter; an exception from it ends the work.
    first_ms : int
        No quarter before this moment, UTC milliseconds, has a model.
    """
    folds = judged_folds(panel, recipe, first_ms)
    done: list[FoldOpinions] = []
    for fold in folds:
        done.append(fold_opinions(panel, fold, recipe))
        if progress is not None:
            progress(len(done), len(folds))
    return predictions_of(panel, done, recipe)


def judged_folds(panel: Panel, recipe: Recipe, first_ms: int = 0) -> tuple[Fold, ...]:
    """Return the quarters before which there is enough to learn from."""
    if not len(panel):
        return ()
    opened, known = panel.open_time, panel.known_ms[learnt_rows(panel, recipe.every)]
    since = max(first_ms, int(opened.min()) + LEAST_DAYS * DAY_MS)
    folds = quarters(since, int(opened.max()) + 1)
    return tuple(fold for fold in folds if fold.known_before(known, EMBARGO_MS).sum() >= LEAST_ROWS)


def fold_opinions(panel: Panel, fold: Fold, recipe: Recipe) -> FoldOpinions:
    """Return what the fold's model thinks of the fold's bars; folds depend on nothing but the panel."""
    learnt = learnt_rows(panel, recipe.every) & fold.known_before(panel.known_ms, EMBARGO_MS)
    forest = Forest(train(panel, np.flatnonzero(learnt), recipe), recipe)
    rows = np.flatnonzero(fold.judged(panel.open_time))
    return FoldOpinions(fold, rows, forest.opinions(panel.gather(rows)))


def predictions_of(
    panel: Panel, done: Sequence[FoldOpinions], recipe: Recipe, lessons: Lessons = truth
) -> Predictions:
    """Return what opinions meant, each read by the quarters before it; the first quarter only settles.

    Parameters
    ----------
    lessons : callable
        What came of those quarters' bars, as it is taught.
    """
    out = _nothing(len(panel), len(recipe.families))
    states = [DecisionState()] * len(panel.coins)
    for k, one in enumerate(done):
        meaning = settled_before(lessons(panel, one.fold), one.fold, done[max(0, k - MEMORY) : k], recipe)
        if meaning is None:
            continue
        judgement = meaning.read(one.opinions)
        _write(out, one.rows, meaning, judgement)
        slots, coin = panel.open_time[one.rows] // panel.bar_ms, panel.coin[one.rows]
        for place in np.unique(coin).tolist():
            own = slice(*np.searchsorted(coin, [place, place + 1]).tolist())
            said, states[place] = decide(
                slots[own], judgement.leans[own], judgement.score[own], meaning.rules, states[place]
            )
            out.said[one.rows[own]] = said
    return out


def settled_before(panel: Panel, fold: Fold, done: Sequence[FoldOpinions], recipe: Recipe) -> Meaning | None:
    """Return what opinions mean, from those whose outcome was known before a fold; None while too few are."""
    known = [(one, fold.known_before(panel.known_ms[one.rows])) for one in done]
    if sum(int(rows.sum()) for _, rows in known) < LEAST_ROWS:
        return None
    opinions = Opinions(
        np.concatenate([one.opinions.up[rows] for one, rows in known]),
        np.concatenate([one.opinions.down[rows] for one, rows in known]),
        np.concatenate([one.opinions.families[rows] for one, rows in known]),
    )
    judged = np.concatenate([one.rows[rows] for one, rows in known])
    return settle(opinions, panel.label[judged], panel.open_time[judged], recipe)


def fit_model(panel: Panel, recipe: Recipe, known_ms: int, progress: Progress | None = None) -> SignalModel:
    """Return the model of a moment: learnt from all that was known, its opinions settled on the last year.

    Parameters
    ----------
    panel : Panel
        The bars, with what came of each.
    recipe : Recipe
        How the model is made.
    known_ms : int
        The moment, UTC milliseconds: nothing that was known later is used.
    progress : callable or None
        Called after each of the models that settle it and after itself; an exception from it ends the work.

    Raises
    ------
    UsageError
        The candles before the moment are too few or too short.
    """
    now = Fold(known_ms, known_ms + 1)
    folds = [f for f in judged_folds(panel, recipe) if f.start_ms < known_ms][-MEMORY - 1 :]
    done: list[FoldOpinions] = []
    for fold in folds:
        done.append(fold_opinions(panel, fold, recipe))
        if progress is not None:
            progress(len(done), len(folds) + 1)
    meaning = settled_before(panel, now, done, recipe)
    if meaning is None:
        raise UsageError(
            f"There is too little history to train on: {LEAST_ROWS} bars must have been judged by a model "
            f"grown from the {LEAST_DAYS} days or more before them. Import more candles."
        )
    rows = np.flatnonzero(learnt_rows(panel, recipe.every) & now.known_before(panel.known_ms))
    model = _model(panel, rows, recipe, meaning)
    if progress is not None:
        progress(len(folds) + 1, len(folds) + 1)
    return model


def _model(panel: Panel, rows: IntArray, recipe: Recipe, meaning: Meaning) -> SignalModel:
    return SignalModel(
        recipe=recipe,
        forests=train(panel, rows, recipe),
        meaning=meaning,
        quantiles=quantiles_of(panel.gather(rows)),
        learnt_from_ms=int(panel.open_time[rows].min()),
        learnt_to_ms=int(panel.known_ms[rows].max()),
        n_learnt=len(rows),
        n_coins=len(np.unique(panel.coin[rows])),
        engine_version=__version__,
    )


def _nothing(n: int, n_families: int) -> Predictions:
    up, down, base_up, base_down, score = np.full((5, n), np.nan)
    return Predictions(
        judged=np.zeros(n, np.bool_),
        up=up,
        down=down,
        base_up=base_up,
        base_down=base_down,
        score=score,
        sides=np.zeros((n, n_families), np.int8),
        leans=np.zeros(n, np.int8),
        said=np.zeros(n, np.int8),
    )


def _write(out: Predictions, rows: IntArray, meaning: Meaning, judgement: Judgement) -> None:
    out.judged[rows] = True
    out.up[rows], out.down[rows] = judgement.up, judgement.down
    out.base_up[rows], out.base_down[rows] = meaning.base_up, meaning.base_down
    out.score[rows], out.sides[rows], out.leans[rows] = judgement.score, judgement.sides, judgement.leans
