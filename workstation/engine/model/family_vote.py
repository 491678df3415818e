"""How each factor family votes when its vote is learnt rather than written down.

A family's own small model, which sees nothing but the family's data points, says how a bar may end. It votes
where that opinion lies further out than most of its own earlier opinions on bars it had not learnt from.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError
from workstation.engine.features.factor_family import SideArray

CountArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VoteLimits:
    """Opinions beyond which a family takes a side.

    Parameters
    ----------
    bearish, bullish : float
        It votes bearish below the first and bullish above the second.
    """

    bearish: float
    bullish: float

    def __post_init__(self) -> None:
        if not self.bearish <= self.bullish:
            raise UsageError(f"A family's limits must rise, got {self.bearish} and {self.bullish}.")

    def side(self, opinions: FloatArray) -> SideArray:
        """Return 1 bullish, -1 bearish, 0 abstains, shape (n,)."""
        bullish, bearish = opinions > self.bullish, opinions < self.bearish
        side: SideArray = bullish.astype(np.int8) - bearish.astype(np.int8)
        return side


def vote_limits(earlier: FloatArray, tail: float) -> VoteLimits:
    """Return the limits beyond which lie the share `tail` of earlier opinions on each side.

    Parameters
    ----------
    earlier : ndarray of float64, shape (n,)
        Opinions on bars that the family had not learnt from; not empty.
    tail : float
        0..0.5.
    """
    if not len(earlier):
        raise UsageError("A family's limits need earlier opinions, got none.")
    bearish, bullish = np.quantile(earlier, [tail, 1.0 - tail])
    return VoteLimits(float(bearish), float(bullish))


def count_votes(sides: SideArray) -> tuple[CountArray, CountArray]:
    """Return how many families vote bullish and how many bearish, each shape (n,).

    Parameters
    ----------
    sides : ndarray of int8, shape (n, n_families)
        As `VoteLimits.side` gives them.
    """
    return (sides > 0).sum(axis=1), (sides < 0).sum(axis=1)
