"""The grade as it would have been: every quarter graded by what was learnt before it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workstation.engine.grade.components import COMPONENTS, N_COMPONENTS
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.grading import Grades, grades
from workstation.engine.grade.measures import MeasureArray
from workstation.engine.grade.panel import MeasuredPanel
from workstation.engine.grade.rank_model import RankPredictor
from workstation.engine.grade.rank_training import Examples, Progress, TooLittlePast, TreeOptions, train_grade
from workstation.engine.model.walk_forward import Fold, quarters

_MOMENTUM = COMPONENTS.index("momentum")


@dataclass(frozen=True, slots=True, eq=False)
class OutOfSample:
    """Grades of a panel, each by a model that knew nothing of its quarter.

    Parameters
    ----------
    graded : Grades
        Shape (n_closes, n_coins); NaN before the first model.
    models : tuple of (Fold, GradeModel)
        Which model graded which quarter.
    """

    graded: Grades
    models: tuple[tuple[Fold, GradeModel], ...]

    @property
    def momentum(self) -> MeasureArray:
        """What a grade of momentum alone would have been, 0..100, shape (n_closes, n_coins)."""
        return self.graded.components[..., _MOMENTUM]


def walk_forward(
    panel: MeasuredPanel,
    first_ms: int,
    on_progress: Progress,
    also: Sequence[MeasuredPanel] = (),
    options: TreeOptions | None = None,
) -> OutOfSample:
    """Return grades out of sample: a model each quarter, taught by all that was known before it.

    Parameters
    ----------
    panel : MeasuredPanel
        What is graded, and taught by.
    first_ms : int
        Quarters from the one that begins at or after this are graded, UTC milliseconds.
    on_progress : callable
        Told after each quarter; what it raises ends the work.
    also : sequence of MeasuredPanel
        More to be taught by, e.g. of another venue.
    """
    past = [Examples.of(each) for each in (panel, *also)]
    folds = quarters(first_ms, int(panel.close_ms[-1]) + 1) if len(panel.close_ms) else ()
    shape = panel.measures.shape[:2]
    out = Grades(np.full(shape, np.nan), np.full((*shape, N_COMPONENTS), np.nan, np.float32))
    models: list[tuple[Fold, GradeModel]] = []
    for done, fold in enumerate(folds, 1):
        rows = np.flatnonzero(fold.judged(panel.close_ms))
        model = _taught(past, fold, options)
        if model is not None and len(rows):
            part = grades(panel.measures[rows], RankPredictor(model.trees).opinions, model.weights)
            out.values[rows], out.components[rows] = part.values, part.components
            models.append((fold, model))
        on_progress(done, len(folds))
    return OutOfSample(out, tuple(models))


def _taught(past: Sequence[Examples], fold: Fold, options: TreeOptions | None) -> GradeModel | None:
    """Return the model of a quarter; None while the past is too short for one."""
    try:
        return train_grade(past, fold.start_ms, options)
    except TooLittlePast:
        return None
