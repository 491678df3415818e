"""Do grades that were taught shuffled targets keep each day's ranks, and lose the tie to what they read?"""

import numpy as np
import pytest

from workstation.domain.errors import UsageError
from workstation.engine.grade.measures import N_MEASURES
from workstation.engine.grade.panel import MeasuredPanel
from workstation.engine.grade.rank_training import Examples
from workstation.engine.model.lessons import truth
from workstation.services.evaluations.evaluation import evaluate
from workstation.services.evaluations.grading import walk_forward_grades
from workstation.services.evaluations.shuffling import TRUTH, Shuffling
from workstation.services.evaluations.verdict import caution
from workstation.services.work.kept import KeptResults

N_DAYS, N_COINS = 300, 20


@pytest.fixture(scope="module")
def examples():
    """Return coins whose first measure is how they stand later; some are not in the crowd."""
    rng = np.random.default_rng(1)
    crowd = rng.random((N_DAYS, N_COINS)) < 0.9
    targets = np.where(crowd, rng.uniform(-0.5, 0.5, crowd.shape), np.nan).astype(np.float32)
    ranks = np.zeros((*crowd.shape, N_MEASURES), np.float32)
    ranks[..., 0] = targets
    times = np.arange(N_DAYS, dtype=np.int64) * 86_400_000
    return Examples(times, crowd, ranks, np.stack((targets, 2 * targets), axis=-1))


def test_every_close_keeps_its_targets_and_its_crowd(examples):
    taught = Shuffling(1).taught(examples)
    assert np.array_equal(np.sort(taught.targets, axis=1), np.sort(examples.targets, axis=1), equal_nan=True)
    assert np.array_equal(np.isnan(taught.targets[..., 0]), ~examples.crowd)
    assert np.array_equal(taught.targets[..., 1], 2 * taught.targets[..., 0], equal_nan=True)


def test_the_tie_to_what_is_read_is_gone(examples):
    taught, crowd = Shuffling(1).taught(examples), examples.crowd
    tie = np.corrcoef(taught.ranks[crowd][:, 0], taught.targets[crowd][:, 0])[0, 1]
    assert abs(tie) < 0.05


def test_each_seed_shuffles_otherwise(examples):
    one, again, other = (Shuffling(seed).taught(examples).targets for seed in (1, 1, 2))
    assert np.array_equal(one, again, equal_nan=True)
    assert not np.array_equal(one, other, equal_nan=True)


def test_the_truth_is_taught_unless_a_seed_is_given(examples):
    assert TRUTH.taught(examples) is examples
    assert TRUTH.lessons is truth
    assert caution({"shuffled_seed": None}) == ""


@pytest.mark.parametrize(("learnt_only", "grade"), [(True, 2.0), (False, 1.0)])
def test_grades_are_judged_by_what_was_learnt_alone_where_that_is_asked(learnt_only, grade, tmp_path):
    class Grading:
        description = "somebody who grades"

        def map(self, _function, tasks):
            for task in tasks:
                one = np.ones(task.measures.shape[:2])
                yield {"values": one, "learnt": 2 * one, "momentum": 3 * one}

    times = np.arange(1, 200, dtype=np.int64) * 86_400_000
    measures = np.zeros((len(times), N_COINS, N_MEASURES), np.float32)
    panel = MeasuredPanel(("A/USDT",) * N_COINS, times, measures, np.zeros((len(times), N_COINS, 2)))
    kept = KeptResults(tmp_path)
    graded = walk_forward_grades(
        panel, (), 0, Grading(), kept, lambda _done, _total: None, learnt_only=learnt_only
    )
    assert np.nanmax(graded.grade) == np.nanmin(graded.grade) == grade


def test_finished_models_cannot_be_taught_anything():
    with pytest.raises(UsageError, match="a finished model has learnt already"):
        evaluate(None, object(), None, Shuffling(1))
