"""Learning from what became of past bars: which barrier comes first, and what each family makes of it."""

from typing import Any

import lightgbm
import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.features.factor_family import SideArray
from workstation.engine.model.bundle import Forests
from workstation.engine.model.panel import Float32Array, Panel
from workstation.engine.model.recipe import Boosting, Recipe
from workstation.engine.model.uniqueness import average_uniqueness

LEAST_ROWS = 2000
"""From fewer bars nothing is learnt."""


def train(panel: Panel, rows: IntArray, recipe: Recipe) -> Forests:
    """Return what these rows teach; the same rows teach the same to the last bit.

    Parameters
    ----------
    panel : Panel
        Judged bars; its data points are those of the recipe.
    rows : ndarray of int64, shape (n_rows,)
        Rising; the outcome of each is known.

    Raises
    ------
    UsageError
        There are fewer than `LEAST_ROWS`, or the panel holds other data points.
    """
    if panel.points != recipe.points:
        raise UsageError("The panel's data points are not those that the recipe reads.")
    if len(rows) < LEAST_ROWS:
        raise UsageError(f"A model learns from {LEAST_ROWS} bars or more, got {len(rows)}.")
    values, label, weight = panel.gather(rows), panel.label[rows], uniqueness_of(panel, rows)
    up, down = _classifiers(values, label, weight, recipe.judges)
    voters = {
        family: _regressor(np.ascontiguousarray(values[:, columns]), label, weight, recipe.voters)
        for family, columns in recipe.families.items()
    }
    return Forests(up, down, voters)


def uniqueness_of(panel: Panel, rows: IntArray) -> FloatArray:
    """Return how much of its own story the outcome of each row tells among these rows, shape (n_rows,)."""
    first = panel.open_time[rows] // panel.bar_ms + 1
    last = (panel.known_ms[rows] - 1) // panel.bar_ms
    return average_uniqueness(panel.coin[rows], first, np.maximum(first, last))


def _classifiers(
    values: Float32Array, label: SideArray, weight: FloatArray, size: Boosting
) -> tuple[str, str]:
    """Return the forests that say whether the upper and the lower barrier come first."""
    parameters = size.parameters("binary")
    seen = lightgbm.Dataset(values, (label > 0).astype(np.float64), weight=weight, params=parameters)
    up = _grown(parameters, seen, size.trees)
    seen.set_label((label < 0).astype(np.float64))
    return up, _grown(parameters, seen, size.trees)


def _regressor(values: Float32Array, label: SideArray, weight: FloatArray, size: Boosting) -> str:
    """Return the forest that says how a bar may end."""
    parameters = size.parameters("regression")
    seen = lightgbm.Dataset(values, label.astype(np.float64), weight=weight, params=parameters)
    return _grown(parameters, seen, size.trees)


def _grown(parameters: dict[str, Any], seen: lightgbm.Dataset, trees: int) -> str:
    text: str = lightgbm.train(parameters, seen, trees).model_to_string()
    return text
