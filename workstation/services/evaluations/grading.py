"""Grades out of sample: every quarter by a model of its own past, or all by one that is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.evaluation.ranking import GradePanel
from workstation.engine.grade.components import COMPONENTS, MODEL
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.grading import grades
from workstation.engine.grade.measures import COLUMN, N_MEASURES, MeasureArray
from workstation.engine.grade.panel import HORIZONS_MS, MIN_COINS, MeasuredPanel, crowd_of
from workstation.engine.grade.rank_model import RankPredictor
from workstation.engine.grade.rank_training import Examples, TooLittlePast, train_grade
from workstation.engine.model.walk_forward import Fold, quarters
from workstation.services.evaluations.coin_study import CoinStudy
from workstation.services.evaluations.signal_quarters import Told
from workstation.services.work.kept import Arrays, KeptResults
from workstation.services.work.workers import Workers

_MOMENTUM, _MODEL = COMPONENTS.index("momentum"), COMPONENTS.index(MODEL)
_VOLATILITY = COLUMN["sigma_30"]


@dataclass(frozen=True, slots=True, eq=False)
class GradeTask:
    """One quarter to be graded.

    Parameters
    ----------
    past : tuple of Examples
        What its model may learn from, each crowd of coins by itself.
    fold : Fold
    measures : ndarray of float32, shape (n_closes, n_coins, N_MEASURES)
        Of the quarter.
    """

    past: tuple[Examples, ...]
    fold: Fold
    measures: MeasureArray


def graded_quarter(task: GradeTask) -> Arrays:
    """Return the quarter's grades, and those of some components alone; empty where the past is too short."""
    try:
        model = train_grade(task.past, task.fold.start_ms)
    except TooLittlePast:
        return dict.fromkeys(("values", "learnt", "momentum"), np.empty((0, 0)))
    return _graded(task.measures, model)


def _graded(measures: MeasureArray, model: GradeModel) -> Arrays:
    found = grades(measures, RankPredictor(model.trees).opinions, model.weights)
    parts = found.components
    return {"values": found.values, "learnt": parts[..., _MODEL], "momentum": parts[..., _MOMENTUM]}


def measured_panel(studies: Sequence[CoinStudy]) -> MeasuredPanel:
    """Return all coins at all midnights."""
    known = [study for study in studies if len(study.close_ms)]
    close_ms = np.unique(np.concatenate([np.empty(0, np.int64), *(study.close_ms for study in known)]))
    measures = np.full((len(close_ms), len(known), N_MEASURES), np.nan, np.float32)
    later = np.full((len(close_ms), len(known), len(HORIZONS_MS)), np.nan)
    for column, study in enumerate(known):
        rows = np.searchsorted(close_ms, study.close_ms)
        measures[rows, column], later[rows, column] = study.measures, study.later
    return MeasuredPanel(tuple(study.symbol for study in known), close_ms, measures, later)


def can_be_graded(panel: MeasuredPanel) -> bool:
    """Return whether enough coins stand side by side on any day."""
    return bool((~np.isnan(panel.measures[..., 0])).sum(axis=1).max(initial=0) >= MIN_COINS)


def walk_forward_grades(
    panel: MeasuredPanel,
    lessons: Sequence[Examples],
    first_ms: int,
    workers: Workers,
    kept: KeptResults,
    on_progress: Told,
    *,
    learnt_only: bool = False,
) -> GradePanel:
    """Return grades, each quarter's by a model that was taught by what was known before it.

    Parameters
    ----------
    panel : MeasuredPanel
        What is graded.
    lessons : sequence of Examples
        What teaches: this panel's own, and others'.
    first_ms : int
        Quarters from the one that begins at or after this are graded, UTC milliseconds.
    learnt_only : bool
        The rank model's component is the grade: the others' directions are written down, not learnt.
    """
    last = int(panel.close_ms[-1]) + 1
    folds = {
        f"grades-{fold.start_ms}": fold
        for fold in quarters(max(first_ms, int(panel.close_ms[0])), last)[::-1]
    }

    def task(name: str) -> GradeTask:
        fold = folds[name]
        known = tuple(each.known(fold.start_ms) for each in lessons)
        return GradeTask(known, fold, panel.measures[fold.judged(panel.close_ms)])

    values, momentum = np.full((2, *panel.measures.shape[:2]), np.nan)
    graded = kept.map(workers, graded_quarter, list(folds), task)
    for done, (name, found) in enumerate(zip(folds, graded, strict=True), 1):
        if found["values"].size:
            rows = folds[name].judged(panel.close_ms)
            values[rows] = found["learnt" if learnt_only else "values"]
            momentum[rows] = found["momentum"]
        on_progress(done, len(folds))
    return _judged(panel, values, momentum)


@dataclass(frozen=True, slots=True, eq=False)
class FrozenTask:
    """Closes to be graded by one model.

    Parameters
    ----------
    files : tuple of (str, bytes)
        Of the model, held against its hashes before.
    measures : ndarray of float32, shape (n_closes, n_coins, N_MEASURES)
    """

    files: tuple[tuple[str, bytes], ...]
    measures: MeasureArray


def frozen_graded(task: FrozenTask) -> Arrays:
    """Return the grades of some closes, and those of momentum alone."""
    return _graded(task.measures, GradeModel.from_files(dict(task.files)))


def frozen_grades(panel: MeasuredPanel, files: Mapping[str, bytes], workers: Workers) -> GradePanel:
    """Return the grades that one model gives at every close."""
    task = FrozenTask(tuple(sorted(files.items())), panel.measures)
    (found,) = workers.map(frozen_graded, [task])
    values, momentum = (np.asarray(found[name], np.float64) for name in ("values", "momentum"))
    return _judged(panel, values, momentum)


def _judged(panel: MeasuredPanel, values: FloatArray, momentum: FloatArray) -> GradePanel:
    crowd = crowd_of(panel.measures)
    return GradePanel(
        time_ms=panel.close_ms,
        grade=np.where(crowd, values, np.nan),
        momentum=np.where(crowd, momentum, np.nan),
        next_day=panel.outcomes[..., 0],
        next_week=panel.outcomes[..., 1],
        volatility=panel.measures[..., _VOLATILITY].astype(np.float64),
    )


def between(panel: GradePanel, from_ms: int | None) -> GradePanel:
    """Return the panel from a moment on, without the days on which nobody was graded."""
    rows = np.isfinite(panel.grade).any(axis=1)
    if from_ms is not None:
        rows &= panel.time_ms >= from_ms
    return _rows(panel, np.flatnonzero(rows))


def _rows(panel: GradePanel, rows: IntArray) -> GradePanel:
    return GradePanel(
        panel.time_ms[rows],
        panel.grade[rows],
        panel.momentum[rows],
        panel.next_day[rows],
        panel.next_week[rows],
        panel.volatility[rows],
    )
