"""How a coin stands among the others at a close: ranks in a crowd, ties shared, unknown values left out."""

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray
from workstation.engine.features.compiled import compiled
from workstation.engine.grade.measures import MeasureArray

Mask = NDArray[np.bool_]


def standings(values: MeasureArray | FloatArray, crowd: Mask) -> FloatArray:
    """Return how each coin stands in each column among the crowd of its close.

    Parameters
    ----------
    values : ndarray, shape (n_coins, n_columns) or (n_closes, n_coins, n_columns)
        NaN where not known.
    crowd : ndarray of bool, shape (n_coins,) or (n_closes, n_coins)
        Whom to rank among; the others are placed between them without moving them.

    Returns
    -------
    ndarray of float64, shape of `values`
        -0.5..0.5: the share of the crowd below, and half of those level, less a half. NaN where the value is
        not known, or where nobody of the crowd has one.
    """
    if values.ndim == 2:
        alone: FloatArray = standings(values[None], crowd[None])[0]
        return alone
    given = np.ascontiguousarray(values, np.float64)
    out = np.empty(given.shape)
    _fill_standings(given, np.ascontiguousarray(crowd), out)
    return out


def standing(score: FloatArray, crowd: Mask) -> FloatArray:
    """Return how each coin stands in one score; shapes (n_coins,) or (n_closes, n_coins), as `standings`."""
    ranked: FloatArray = standings(score[..., None], crowd)[..., 0]
    return ranked


@compiled
def _fill_standings(values: FloatArray, crowd: Mask, out: FloatArray) -> None:
    n_closes, n_coins, n_columns = values.shape
    among = np.empty(n_coins)
    for t in range(n_closes):
        for k in range(n_columns):
            n = 0
            for i in range(n_coins):
                if crowd[t, i] and values[t, i, k] == values[t, i, k]:
                    among[n] = values[t, i, k]
                    n += 1
            _place(values[t, :, k], np.sort(among[:n]), out[t, :, k])


@compiled
def _place(values: FloatArray, ordered: FloatArray, out: FloatArray) -> None:
    n = len(ordered)
    for i in range(len(values)):
        value = values[i]
        if n == 0 or value != value:
            out[i] = np.nan
            continue
        below = np.searchsorted(ordered, value)
        level = np.searchsorted(ordered, value, side="right") - below
        out[i] = (below + 0.5 * level) / n - 0.5
