"""How much of its own story each outcome tells, where outcomes of one coin overlap in time.

Twenty-four bars after each of two neighbouring hours are nearly the same twenty-four bars: counted in full,
quiet stretches and trends that last would teach a model more than they contain.
"""

from itertools import pairwise

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.features.compiled import compiled


def average_uniqueness(coin: IntArray, first: IntArray, last: IntArray) -> FloatArray:
    """Return the mean, over the bars of each outcome, of one over the outcomes alive in that bar.

    Parameters
    ----------
    coin : ndarray of int64, shape (n,)
        Whose outcome it is; the outcomes of a coin stand together, those of different coins never overlap.
    first, last : ndarray of int64, shape (n,)
        Number of the first and the last bar of each outcome, both included, ``first <= last``; rising
        `first` within a coin.

    Returns
    -------
    ndarray of float64, shape (n,)
        Above 0, at most 1: 1 where it overlaps no other.

    References
    ----------
    López de Prado (2018), Advances in Financial Machine Learning, section 4.4.
    """
    weight = np.empty(len(coin))
    starts = np.flatnonzero(np.diff(coin, prepend=coin[:1] - 1))
    for start, stop in pairwise([*starts.tolist(), len(coin)]):
        _fill(first[start:stop], last[start:stop], weight[start:stop])
    return weight


@compiled
def _fill(first: IntArray, last: IntArray, weight: FloatArray) -> None:
    """Fill the uniqueness of one coin's outcomes."""
    origin = first[0]
    alive = np.zeros(last.max() - origin + 2)
    for i in range(len(first)):
        alive[first[i] - origin] += 1.0
        alive[last[i] - origin + 1] -= 1.0
    shares = np.zeros(len(alive) + 1)  # of one over the living, added up
    living = 0.0
    for bar in range(len(alive)):
        living += alive[bar]
        shares[bar + 1] = shares[bar] + (1.0 / living if living > 0.5 else 0.0)
    for i in range(len(first)):
        told = shares[last[i] - origin + 1] - shares[first[i] - origin]
        weight[i] = told / (last[i] - first[i] + 1)
