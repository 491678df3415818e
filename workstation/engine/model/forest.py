"""Trained trees, loaded and ready to say something of any bar."""

from typing import Any

import lightgbm
import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import BadModel, UsageError
from workstation.engine.model.bundle import Forests
from workstation.engine.model.meaning import Opinions
from workstation.engine.model.panel import Float32Array
from workstation.engine.model.recipe import Recipe


class Forest:
    """The trees of a model, loaded once.

    Parameters
    ----------
    forests : Forests
        As they were learnt.
    recipe : Recipe
        By which they were; says which columns each family reads.

    Raises
    ------
    BadModel
        A text is no forest, or reads another number of data points than the recipe says.
    """

    def __init__(self, forests: Forests, recipe: Recipe) -> None:
        self.recipe = recipe
        self._dumped: dict[int, dict[int, list[float]]] = {}
        self._n_points = len(recipe.points)
        self.up, self.down = _loaded(forests.up, self._n_points), _loaded(forests.down, self._n_points)
        self.families = [
            (np.array(columns), _loaded(forests.families[family], len(columns)))
            for family, columns in recipe.families.items()
        ]

    def opinions(self, values: FloatArray | Float32Array) -> Opinions:
        """Return what the trees say of some bars; of each the same alone and among others.

        Parameters
        ----------
        values : ndarray, shape (n, n_points)
            Data points by column, in the recipe's order; NaN where unknown. Read in single precision, as they
            were learnt.
        """
        seen = self._seen(values)
        families = np.empty((len(seen), len(self.families)))
        for k, (columns, forest) in enumerate(self.families):
            families[:, k] = _said(forest, seen[:, columns])
        return Opinions(_said(self.up, seen), _said(self.down, seen), families)

    def contributions(self, values: FloatArray | Float32Array) -> FloatArray:
        """Return how much each data point spoke for up and against down, log-odds, shape (n, n_points).

        They add up to ``up - down`` of `opinions`, but for its mean, which no data point explains.

        References
        ----------
        Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees.
        """
        seen = self._seen(values)
        if not len(seen):
            return np.empty((0, self._n_points))
        up, down = (
            np.asarray(trees.predict(seen, pred_contrib=True, num_threads=1))
            for trees in (self.up, self.down)
        )
        explained: FloatArray = (up - down)[:, :-1]
        return explained

    def cuts(self, column: int) -> FloatArray:
        """Return the values at which any tree cuts a data point, rising, each once."""
        own = [*self._cuts_of(self.up, column), *self._cuts_of(self.down, column)]
        for columns, trees in self.families:
            for place in np.flatnonzero(columns == column).tolist():
                own += self._cuts_of(trees, place)
        return np.unique(np.array(own, np.float64))

    def _cuts_of(self, trees: lightgbm.Booster, place: int) -> list[float]:
        if id(trees) not in self._dumped:
            self._dumped[id(trees)] = _cuts(trees.dump_model())
        return self._dumped[id(trees)].get(place, [])

    def _seen(self, values: FloatArray | Float32Array) -> Float32Array:
        if values.ndim != 2 or values.shape[1] != self._n_points:
            raise UsageError(f"Bars to judge need {self._n_points} data points each, got {values.shape}.")
        return np.ascontiguousarray(values, np.float32)


def _loaded(text: str, n_points: int) -> lightgbm.Booster:
    try:
        forest = lightgbm.Booster(model_str=text)
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        raise BadModel(f"A forest of this model cannot be read: {error}. Install the model again.") from error
    if forest.num_feature() != n_points:
        raise BadModel(
            f"A forest of this model reads {forest.num_feature()} data points, {n_points} were expected. "
            "Install the model again."
        )
    return forest


def _said(forest: lightgbm.Booster, seen: Float32Array) -> FloatArray:
    if not len(seen):
        return np.empty(0)
    said = forest.predict(np.ascontiguousarray(seen), raw_score=True, num_threads=1)
    return np.asarray(said, np.float64)


def _cuts(dumped: dict[str, Any]) -> dict[int, list[float]]:
    """Return the values at which a forest cuts each of its data points, by place."""
    found: dict[int, list[float]] = {}
    left = [tree["tree_structure"] for tree in dumped["tree_info"]]
    while left:
        node = left.pop()
        if "split_feature" in node:
            left += [node["left_child"], node["right_child"]]
            found.setdefault(int(node["split_feature"]), []).append(float(node["threshold"]))
    return found
