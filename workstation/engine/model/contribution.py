"""Which data points spoke loudest for a signal, from the trees themselves."""

from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.signal import Contribution, Direction
from workstation.engine.model.panel import Float32Array

LOUDEST = 8
"""Contributions that a signal carries at most."""


def loudest(
    points: Sequence[str],
    values: FloatArray | Float32Array,
    weights: FloatArray,
    direction: Direction,
    most: int = LOUDEST,
) -> tuple[Contribution, ...]:
    """Return the data points that moved a bar's score most, strongest first.

    Parameters
    ----------
    points : sequence of str, length n
        Names of the data points.
    values, weights : ndarray, shape (n,)
        What each was, NaN where unknown; and what it added to the score, log-odds towards up.
    direction : Direction
        Of the signal; a positive weight speaks for that.
    most : int
        How many at most.
    """
    towards = np.asarray(weights, np.float64) * int(direction)
    order = np.argsort(-np.abs(towards), kind="stable")[:most]
    return tuple(
        Contribution(points[k], float(values[k]), float(towards[k])) for k in order.tolist() if towards[k]
    )
