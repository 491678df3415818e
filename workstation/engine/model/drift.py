"""Whether the market still looks as it did when the model learnt, and its probabilities are still honest."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.model.panel import Float32Array
from workstation.engine.model.uniqueness import average_uniqueness
from workstation.engine.model.walk_forward import BoolArray

N_BINS = 10
"""Bins of equal share in which a data point's values are counted."""

SLIGHT, SEVERE = 0.10, 0.25
"""Population stability indices from which a data point has shifted slightly, and severely."""

LEAST_SHARE = 1e-4
"""A bin with less counts as this much: an empty one does not make the index infinite."""

LEAST_ROWS = 30
"""From fewer bars nothing is said."""

_Z95 = 1.959963984540054


def quantiles_of(values: FloatArray | Float32Array) -> FloatArray:
    """Return the inner edges of each data point's bins, shape (n_points, N_BINS - 1).

    Parameters
    ----------
    values : ndarray, shape (n, n_points)
        Learnt from; a data point that is never known has NaN edges.
    """
    out = np.full((values.shape[1], N_BINS - 1), np.nan)
    shares = np.linspace(0, 1, N_BINS + 1)[1:-1]
    for k in range(values.shape[1]):
        known = values[:, k][~np.isnan(values[:, k])]
        if len(known):
            out[k] = np.quantile(known, shares)
    return out


def stability(values: FloatArray | Float32Array, quantiles: FloatArray) -> FloatArray:
    """Return each data point's population stability index, shape (n_points,).

    Parameters
    ----------
    values : ndarray, shape (n, n_points)
        Of recent bars; NaN where unknown.
    quantiles : ndarray of float64, shape (n_points, N_BINS - 1)
        As `quantiles_of` gives them.

    Returns
    -------
    ndarray of float64, shape (n_points,)
        0 no shift; see `SLIGHT` and `SEVERE`. NaN where fewer than `LEAST_ROWS` values are known, or where
        the data point takes so few values that bins of equal share do not exist.

    References
    ----------
    Siddiqi (2006), Credit Risk Scorecards, on monitoring.
    """
    if values.shape[1] != len(quantiles):
        raise UsageError(f"{len(quantiles)} data points were learnt, got {values.shape[1]}.")
    return np.array([_index(values[:, k], edges) for k, edges in enumerate(quantiles)])


def _index(values: FloatArray | Float32Array, edges: FloatArray) -> float:
    known = values[~np.isnan(values)]
    if len(known) < LEAST_ROWS or not (np.diff(edges) > 0).all():
        return math.nan
    counted = np.bincount(np.searchsorted(edges, known, side="left"), minlength=N_BINS)
    share = np.maximum(counted / len(known), LEAST_SHARE)
    expected = 1.0 / N_BINS
    return float(((share - expected) * np.log(share / expected)).sum())


@dataclass(frozen=True, slots=True)
class Honesty:
    """How far probabilities were from what happened.

    Parameters
    ----------
    n : int
        Bars whose outcome is known.
    said, happened : float
        Mean probability, and share that came true, 0..1; NaN while `n` is below `LEAST_ROWS`.
    low, high : float
        95 % interval of ``happened - said``.
    """

    n: int
    said: float
    happened: float
    low: float
    high: float

    @property
    def has_drifted(self) -> bool:
        """Whether the probabilities were wrong by more than chance."""
        return self.low > 0 or self.high < 0


def overlap_of(first: IntArray, last: IntArray) -> float:
    """Return how many outcomes are worth one, because they run at the same time.

    Coins rise and fall together: what runs in the same bars counts as one story, whichever coins it is of.

    Parameters
    ----------
    first, last : ndarray of int64, shape (n,)
        Number of the first and the last bar of each outcome, both included; rising `first`.

    Returns
    -------
    float
        1 or more: 1 where none runs beside another, or there is none.
    """
    if not len(first):
        return 1.0
    return len(first) / float(average_uniqueness(np.zeros(len(first), np.int64), first, last).sum())


def honesty(probabilities: FloatArray, happened: BoolArray, overlap: float = 1.0) -> Honesty:
    """Return how far probabilities were from what happened.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n,)
        As they were said.
    happened : ndarray of bool, shape (n,)
        Whether it came true.
    overlap : float
        Outcomes that run at the same time and hang together, 1 or more: they count as one.
    """
    n = len(probabilities)
    if overlap < 1:
        raise UsageError(f"overlap must be 1 or more, got {overlap}.")
    if n < LEAST_ROWS:
        return Honesty(n, math.nan, math.nan, -math.inf, math.inf)
    said, came = float(probabilities.mean()), float(happened.mean())
    spread = float((probabilities * (1 - probabilities)).mean())
    half = _Z95 * math.sqrt(spread * overlap / n)
    return Honesty(n, said, came, came - said - half, came - said + half)
