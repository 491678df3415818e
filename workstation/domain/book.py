"""An order book at one moment: what rests at which price, and how far it is known."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Bids and asks at one moment, best first.

    Parameters
    ----------
    bid_price, bid_size : ndarray, shape (n,)
        Quote currency, strictly falling; base units, above zero.
    ask_price, ask_size : ndarray, shape (m,)
        Quote currency, strictly rising; base units, above zero.
    bid_reach : float
        Every bid at this price or above is in the book; what rests below is unknown. 0.0 where all are known.
    ask_reach : float
        Every ask at this price or below is in the book; infinite where all are known.

    Raises
    ------
    UsageError
        Not a book: a number that is none, a wrong order, or best bid at or above best ask.
    """

    bid_price: FloatArray
    bid_size: FloatArray
    ask_price: FloatArray
    ask_size: FloatArray
    bid_reach: float = 0.0
    ask_reach: float = math.inf

    def __post_init__(self) -> None:
        _check("bids", self.bid_price, self.bid_size, -1.0)
        _check("asks", self.ask_price, self.ask_size, 1.0)
        if len(self.bid_price) and len(self.ask_price) and self.bid_price[0] >= self.ask_price[0]:
            raise UsageError(
                f"The book is crossed: best bid {self.bid_price[0]}, best ask {self.ask_price[0]}."
            )

    @property
    def mid(self) -> float:
        """Midway between best bid and best ask, quote currency; NaN where a side is empty."""
        if not len(self.bid_price) or not len(self.ask_price):
            return math.nan
        return float(self.bid_price[0] / 2 + self.ask_price[0] / 2)


def _check(side: str, price: FloatArray, size: FloatArray, direction: float) -> None:
    """Refuse a side that cannot be one; prices must step in `direction`."""
    if len(price) != len(size):
        raise UsageError(f"The {side} have {len(price)} prices but {len(size)} sizes.")
    if not (np.isfinite(price).all() and np.isfinite(size).all()):
        raise UsageError(f"The {side} hold a number that is none.")
    if (price <= 0).any() or (size <= 0).any():
        raise UsageError(f"The {side} hold a price or a size that is not above zero.")
    if (np.diff(price) * direction <= 0).any():
        raise UsageError(f"The {side} are not in order, best first.")
