"""Teaching the grade: the rank model's trees and the components' weights, from the past alone.

The trees learn how a coin stood among all coins 24 hours and seven days later. The weights are learnt where
the trees do not know the answer: trees of the older part of the past speak about the newer part.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import TidemarkError
from workstation.engine.grade.components import component_standings
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.measures import MEASURES, MeasureArray
from workstation.engine.grade.panel import HORIZONS_MS, MeasuredPanel, crowd_of
from workstation.engine.grade.rank_model import RankModel, RankPredictor, read_by_trees
from workstation.engine.grade.ranks import Mask, standings
from workstation.engine.grade.rolling_days import DAY_MS
from workstation.engine.grade.weights import GradeWeights, learn_weights

EMBARGO_MS = 2 * DAY_MS
"""Between the newest outcome learnt from and the first close graded."""

OLDER_SHARE = 0.75
"""Share of the past's closes whose trees speak about the others when the weights are learnt."""

LEAST_EXAMPLES = 2_000
"""Coins at closes without which nothing is learnt."""

Progress = Callable[[int, int], None]
"""Called with how much is done and of how much; what it raises ends the work."""


class TooLittlePast(TidemarkError):
    """There are too few examples to learn a grade from."""


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """How the trees grow.

    Parameters
    ----------
    n_trees : int
        For each horizon.
    learning_rate : float
    n_leaves : int
        Of each tree.
    least_leaf : int
        Examples in a leaf.
    seed : int
        Of the choice of measures and examples.
    """

    n_trees: int = 120
    learning_rate: float = 0.03
    n_leaves: int = 15
    least_leaf: int = 500
    seed: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """One close a day of a panel, ranked: what can be learnt from it.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_closes,)
    crowd : ndarray of bool, shape (n_closes, n_coins)
        The coins learnt from.
    ranks : ndarray of float32, shape (n_closes, n_coins, N_MEASURES)
    targets : ndarray of float32, shape (n_closes, n_coins, 2)
        How each stood among the crowd 24 hours and seven days later, -0.5..0.5; NaN where not known.
    """

    close_ms: IntArray
    crowd: Mask
    ranks: MeasureArray
    targets: MeasureArray

    @classmethod
    def of(cls, panel: MeasuredPanel) -> "Examples":
        """Return what a panel teaches."""
        daily = panel.daily()
        crowd = crowd_of(daily.measures)
        after = np.where(crowd[..., None], daily.outcomes, np.nan)
        ranks = standings(daily.measures, crowd).astype(np.float32)
        return cls(daily.close_ms, crowd, ranks, standings(after, crowd).astype(np.float32))

    def known(self, until_ms: int, since_ms: int = 0) -> "Examples":
        """Return the closes since an instant whose outcomes were all known, with embargo, before another."""
        kept = (self.close_ms >= since_ms) & (self.close_ms + HORIZONS_MS[-1] + EMBARGO_MS <= until_ms)
        return Examples(self.close_ms[kept], self.crowd[kept], self.ranks[kept], self.targets[kept])

    def learnable(self) -> Mask:
        """Return which coins at which closes have both outcomes, shape (n_closes, n_coins)."""
        learnable: Mask = self.crowd & ~np.isnan(self.targets).any(axis=-1)
        return learnable


def train_grade(past: Sequence[Examples], until_ms: int, options: TreeOptions | None = None) -> GradeModel:
    """Return the grade that the past teaches.

    Parameters
    ----------
    past : sequence of Examples
        Of panels that may overlap in time: venues, or kinds of market.
    until_ms : int
        Nothing that was known later, less `EMBARGO_MS`, is learnt from; UTC milliseconds.

    Raises
    ------
    TooLittlePast
        Fewer than `LEAST_EXAMPLES` are known.
    """
    known = [examples.known(until_ms) for examples in past]
    chosen = options or TreeOptions()
    trees, n_examples = _grow(known, chosen)
    return GradeModel(trees, _weigh(known, chosen), until_ms, n_examples)


def _grow(known: Sequence[Examples], options: TreeOptions) -> tuple[RankModel, int]:
    masks = [examples.learnable() for examples in known]
    n_examples = int(sum(mask.sum() for mask in masks))
    if n_examples < LEAST_EXAMPLES:
        raise TooLittlePast(
            f"A grade is learnt from {LEAST_EXAMPLES:,} coins at closes or more, with what each did in the "
            f"next seven days; here are {n_examples:,}. Import more coins or a longer history."
        )
    ranks = np.concatenate([e.ranks[mask] for e, mask in zip(known, masks, strict=True)])
    targets = np.concatenate([e.targets[mask] for e, mask in zip(known, masks, strict=True)])
    given = read_by_trees(ranks)
    texts = tuple(_booster(given, targets[:, k].copy(), options) for k in range(len(HORIZONS_MS)))
    return RankModel(texts), n_examples


def _booster(ranks: MeasureArray | FloatArray, target: MeasureArray, options: TreeOptions) -> str:
    """Return the text of trees; the same for the same examples, on any machine of the same kind."""
    parameters = {
        "objective": "regression",
        "learning_rate": options.learning_rate,
        "num_leaves": options.n_leaves,
        "min_data_in_leaf": options.least_leaf,
        "feature_fraction": 0.3,
        "bagging_fraction": 0.5,
        "bagging_freq": 1,
        "lambda_l2": 50.0,
        "max_bin": 31,
        "seed": options.seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    data = lightgbm.Dataset(ranks, target, feature_name=list(MEASURES), params=parameters)
    text: str = lightgbm.train(parameters, data, options.n_trees).model_to_string()
    return text


def _weigh(known: Sequence[Examples], options: TreeOptions) -> GradeWeights:
    """Return the weights of the components; alike where the past is too short to tell."""
    times = np.sort(np.concatenate([examples.close_ms for examples in known]))  # not empty: trees have grown
    turn = int(times[int(OLDER_SHARE * (len(times) - 1))])
    try:
        trees, _ = _grow([examples.known(turn) for examples in known], options)
    except TooLittlePast:
        return GradeWeights.equal()
    newer = [examples.known(int(times[-1]) + 2 * HORIZONS_MS[-1], turn) for examples in known]
    return _learn(newer, RankPredictor(trees))


def _learn(newer: Sequence[Examples], trees: RankPredictor) -> GradeWeights:
    scores: list[FloatArray] = []
    targets: list[FloatArray] = []
    for examples in newer:
        ranks, mask = examples.ranks.astype(np.float64), examples.learnable()
        placed = component_standings(ranks, trees.opinions(ranks), examples.crowd)
        scores.append(placed[mask])
        targets.append(examples.targets[mask].mean(axis=-1, dtype=np.float64))
    return learn_weights(np.concatenate(scores), np.concatenate(targets))
