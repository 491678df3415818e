"""What it takes to move a price through a book, and what an amount costs in it."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.live_market import BookSight, LadderSide


@dataclass(frozen=True, slots=True, eq=False)
class DepthCurve:
    """One side of a book, added up from the touch on.

    Parameters
    ----------
    price : ndarray, shape (n,)
        Quote currency; away from the touch.
    size, value : ndarray, shape (n,)
        Everything up to this price, base units and quote currency; rising.
    """

    price: FloatArray
    size: FloatArray
    value: FloatArray

    def value_to(self, price: float) -> float:
        """Return what rests between the touch and a price, quote currency.

        Between two steps it is shared out evenly; 0.0 before the first, NaN beyond the last: not known.
        """
        if not len(self.price):
            return math.nan
        way = 1.0 if self.price[-1] >= self.price[0] else -1.0
        if way * price > way * self.price[-1]:
            return math.nan
        return float(np.interp(way * price, way * self.price, self.value, left=0.0))

    def average_price(self, amount: float) -> float:
        """Return at which price an amount trades on average, quote currency; NaN where less is known.

        Parameters
        ----------
        amount : float
            Quote currency, above zero.
        """
        if not len(self.value) or amount > self.value[-1]:
            return math.nan
        size = np.interp(amount, np.append(0.0, self.value), np.append(0.0, self.size))
        return float(amount / size)


def curve_of(sight: BookSight, *, is_ask: bool) -> DepthCurve:
    """Return a side of a book added up: its fine levels first, and wider steps beyond them."""
    fine = sight.ladder.asks if is_ask else sight.ladder.bids
    wide = sight.depth.asks if is_ask else sight.depth.bids
    if sight.ladder.step > sight.depth.step:
        fine = LadderSide()
    near, far = _added_up(fine), _added_up(wide)
    beyond = far[2] > (near[2][-1] if len(near[2]) else 0.0)
    price, size, value = (np.concatenate((a, b[beyond])) for a, b in zip(near, far, strict=True))
    return DepthCurve(price, size, value)


def _added_up(side: LadderSide) -> tuple[FloatArray, FloatArray, FloatArray]:
    return np.array(side.price), np.cumsum(side.size), np.cumsum(side.value)
