"""The signals of one direction by slot, and which of them stand for their neighbours where room is short."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """The signals of one direction, by slot.

    Parameters
    ----------
    slots : ndarray of int64, shape (n,)
        Rising.
    strength : ndarray of float64, shape (n,)
        Sum of the votes' scores that agree; decides which marker stands for many.
    closed : ndarray of bool, shape (n,)
        False for one that may still vanish.
    """

    slots: IntArray
    strength: FloatArray
    closed: NDArray[np.bool_]
    _standing: dict[int, IntArray] = field(default_factory=dict, init=False)

    def standing(self, away: int) -> IntArray:
        """Return the positions of the marks that stand for all less than `away` slots off, rising.

        The strongest does, of equals the newest. The choice is the same wherever the chart was panned to, so
        markers do not flicker under the hand. One that is forming stands for itself only: it neither hides a
        settled one nor hides behind it.
        """
        if away <= 1:
            return np.arange(len(self.slots))
        if away not in self._standing:
            self._standing.clear()
            settled = np.flatnonzero(self.closed)
            chosen = settled[_strongest(self.slots[settled], self.strength[settled], away)]
            self._standing[away] = np.sort(np.append(chosen, np.flatnonzero(~self.closed)))
        return self._standing[away]


def _strongest(slots: IntArray, strength: FloatArray, away: int) -> IntArray:
    """Return the positions of the strongest of each stretch of `away` slots, without those still too near."""
    if not len(slots):
        return np.empty(0, np.int64)
    begins = np.flatnonzero(np.diff(slots // away, prepend=slots[0] // away - 1))
    group = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(slots)))
    best = np.flatnonzero(strength == np.maximum.reduceat(strength, begins)[group])
    newest = best[np.flatnonzero(np.diff(group[best], append=len(begins)))]
    return newest[~_is_weaker(slots[newest], strength[newest], away)]


def _is_weaker(slots: IntArray, strength: FloatArray, away: int) -> NDArray[np.bool_]:
    """Return which marks have a stronger neighbour, or an equal newer one, less than `away` slots off."""
    weaker = np.zeros(len(slots), np.bool_)
    near = np.diff(slots) < away
    newer_wins = strength[1:] >= strength[:-1]
    weaker[:-1] |= near & newer_wins
    weaker[1:] |= near & ~newer_wins
    return weaker
