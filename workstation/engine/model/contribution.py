"""Which data points spoke loudest for a signal, from the trees themselves."""

from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError
from workstation.domain.signal import Contribution, Direction
from workstation.engine.model.forest import Forest
from workstation.engine.model.panel import Float32Array

LOUDEST = 8
"""Contributions that a signal carries at most."""


def contributions(
    forest: Forest,
    values: FloatArray | Float32Array,
    directions: Sequence[Direction],
    most: int = LOUDEST,
) -> tuple[tuple[Contribution, ...], ...]:
    """Return, for each bar, the data points that moved its odds most, strongest first.

    Parameters
    ----------
    forest : Forest
        Of the model that judged.
    values : ndarray, shape (n, n_points)
        Data points by column, in the order of the recipe; NaN where unknown.
    directions : sequence of Direction, length n
        Which way each bar's signal points; a positive weight speaks for that.
    most : int
        How many data points of each bar at most.
    """
    if len(directions) != len(values):
        raise UsageError(f"{len(values)} bars need as many directions, got {len(directions)}.")
    weights = forest.contributions(values) * np.array(directions, np.float64).reshape(-1, 1)
    order = np.argsort(-np.abs(weights), axis=1, kind="stable")[:, :most]
    names = forest.recipe.points
    return tuple(
        tuple(
            Contribution(names[k], float(values[row, k]), float(weights[row, k]))
            for k in places
            if weights[row, k]
        )
        for row, places in enumerate(order.tolist())
    )
