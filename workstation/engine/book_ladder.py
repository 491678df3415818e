"""An order book in steps of price, as a trader reads it: what rests from here to there."""

import math

import numpy as np

from workstation.domain.book import Book
from workstation.domain.candle import FloatArray
from workstation.domain.live_market import BookSight, Ladder, LadderSide

LADDER_LEVELS = 200
"""Steps of each side of a ladder."""

DEPTH_STEPS = 120
"""Steps of each side from the middle of the book to the farthest of its depth."""

FARTHEST = 0.03
"""From the middle of the book to the farthest of its depth, a fraction of the price."""

_TOUCHING = 1e-9  # of a step: a level that lies on an edge stays there, whatever the last bit of its float
_MANTISSAS = (1.0, 2.0, 5.0, 10.0)
_DIGITS = 12


def sight_of(book: Book, step: float) -> BookSight | None:
    """Return a book as it is shown; None where a side is empty.

    Parameters
    ----------
    step : float
        Of the ladder, quote currency; 0.0 for the venue's own levels.
    """
    if not len(book.bid_price) or not len(book.ask_price):
        return None
    lowest = max(book.bid_reach, book.mid * (1 - FARTHEST))
    highest = min(book.ask_reach, book.mid * (1 + FARTHEST))
    wide = round_step(max(book.mid - lowest, highest - book.mid) / DEPTH_STEPS)
    return BookSight(
        float(book.bid_price[0]),
        float(book.ask_price[0]),
        ladder(book, step, LADDER_LEVELS),
        ladder(book, wide, DEPTH_STEPS + 1),
        book.bid_reach,
        book.ask_reach,
    )


def ladder(book: Book, step: float, most: int) -> Ladder:
    """Return both sides in steps of price, each at most `most` long.

    A bid counts to the step at or below its price, an ask to the one at or above: no step promises a better
    price than its levels have. What is beyond the book's reach is left out.
    """
    known_bids = book.bid_price >= book.bid_reach
    known_asks = book.ask_price <= book.ask_reach
    return Ladder(
        step,
        _side(book.bid_price[known_bids], book.bid_size[known_bids], step, most, np.floor),
        _side(book.ask_price[known_asks], book.ask_size[known_asks], step, most, np.ceil),
    )


def round_step(width: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, ... times a power of ten not below a width."""
    scale = 10.0 ** math.floor(math.log10(width))
    return round(next(m * scale for m in _MANTISSAS if m * scale >= width * (1 - _TOUCHING)), _DIGITS)


def _side(price: FloatArray, size: FloatArray, step: float, most: int, edge: np.ufunc) -> LadderSide:
    value = price * size
    if step <= 0:
        return LadderSide(
            tuple(price[:most].tolist()), tuple(size[:most].tolist()), tuple(value[:most].tolist())
        )
    if not len(price):
        return LadderSide()
    away = _TOUCHING if edge is np.floor else -_TOUCHING
    number = edge(price / step + away)
    begins = np.concatenate(([0], np.flatnonzero(np.diff(number)) + 1))
    return LadderSide(
        tuple(np.round(number[begins[:most]] * step, _DIGITS).tolist()),
        tuple(np.add.reduceat(size, begins)[:most].tolist()),
        tuple(np.add.reduceat(value, begins)[:most].tolist()),
    )
