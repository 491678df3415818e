"""The last quarter of an hour of the book in sight: what rested at which price, second by second."""

import math
from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.live_market import BookSight, LadderSide

KEPT_S = 900
"""Seconds that are remembered; what is older is forgotten."""

SILENT_S = 5
"""A book that says nothing for so long is still taken for known, seconds."""

_HALF = 121  # steps on each side of the middle: as many as a book's depth has
_TOUCHING = 1e-6  # of a step: an edge stays where it is, whatever the last bit of its float
_STRONG = 0.97  # of the rows hold less


@dataclass(frozen=True, slots=True, eq=False)
class BookColumn:
    """The book of one second.

    Parameters
    ----------
    second : int
        On a clock that never jumps.
    mid : float
        Middle of the book, quote currency.
    step : float
        Height of a row, quote currency.
    first : int
        Row of the first value: it begins at ``first * step``.
    value : ndarray, shape (n,)
        What rests in each row, quote currency; NaN where that is not known.
    strong : float
        Few rows of it hold more, quote currency.
    """

    second: int
    mid: float
    step: float
    first: int
    value: FloatArray
    strong: float

    def rows(self, first: int, n: int, step: float) -> FloatArray:
        """Return `n` rows from a first one, of a step that may be another; NaN where nothing is known.

        Of rows of another step each holds as much as it would if what rests lay evenly in them.
        """
        numbers = np.arange(first, first + n)
        if step != self.step:
            numbers = np.floor((numbers + 0.5) * step / self.step).astype(np.int64)
        at = numbers - self.first
        inside = (at >= 0) & (at < len(self.value))
        found = np.full(n, np.nan)
        found[inside] = self.value[at[inside]] * (step / self.step)
        return found


def column_of(book: BookSight, second: int) -> BookColumn | None:
    """Return the book of a second; None for one that has no rows."""
    step = book.depth.step
    if not (step > 0 and math.isfinite(book.mid)):
        return None
    first = math.floor(book.mid / step) - _HALF
    value = np.zeros(2 * _HALF + 1)
    _add(value, book.depth.bids, step, first)
    _add(value, book.depth.asks, step, first + 1)  # an ask counts to the edge above it
    edges = (first + np.arange(len(value))) * step
    value[(edges + step * (1 + _TOUCHING) <= book.bid_reach) | (edges >= book.ask_reach)] = np.nan
    known = np.sort(value[np.isfinite(value)])
    strong = float(known[int(_STRONG * len(known))]) if len(known) else 0.0
    return BookColumn(second, book.mid, step, first, value, strong)


def _add(value: FloatArray, side: LadderSide, step: float, first: int) -> None:
    at = np.floor(np.array(side.price) / step + _TOUCHING).astype(np.int64) - first
    inside = (at >= 0) & (at < len(value))
    np.add.at(value, at[inside], np.array(side.value)[inside])


class BookPast:
    """Columns of the seconds in which the book was known; the other seconds are holes.

    Attributes
    ----------
    columns : deque of BookColumn
        Oldest first, each second once.
    beginning : int
        Rises whenever everything was forgotten.
    """

    def __init__(self) -> None:
        self.beginning = 0
        self.columns: deque[BookColumn] = deque(maxlen=KEPT_S)
        self._hole_s = -1
        self._is_whole = False

    def clear(self) -> None:
        """Forget everything: another market is looked at."""
        self.columns.clear()
        self.beginning += 1
        self.lose()

    def lose(self) -> None:
        """Take that the book is not heard any more; what comes next is not joined to what was before."""
        self._is_whole = False

    def take(self, book: BookSight | None, now_s: float) -> None:
        """Take the book of this second in place of an earlier one; None while it is not known.

        A second in which it was not known stays a hole, for what changed meanwhile was not seen. Seconds
        in which a known book was silent are as the one before.
        """
        second = int(now_s)
        if book is None:
            self._hole_s = second
            self.lose()
        if self.columns and self.columns[-1].second == second:
            self.columns.pop()
        column = None if book is None or second == self._hole_s else column_of(book, second)
        if column is not None:
            self._bridge(second)
            self.columns.append(column)
            self._is_whole = True
        while self.columns and self.columns[0].second <= second - KEPT_S:
            self.columns.popleft()

    def _bridge(self, second: int) -> None:
        """Repeat the newest column up to a second, where the book was merely silent."""
        if self._is_whole and self.columns and second - self.columns[-1].second <= SILENT_S:
            for silent in range(self.columns[-1].second + 1, second):
                self.columns.append(replace(self.columns[-1], second=silent))

    def at(self, second: int) -> BookColumn | None:
        """Return the book of a second; None where it was not known."""
        return next((one for one in reversed(self.columns) if one.second == second), None)

    def holes(self, until: int) -> list[tuple[int, int]]:
        """Return the seconds since the oldest known one of which nothing is: the first, and the one after.

        Parameters
        ----------
        until : int
            This second; a book that was silent for some seconds up to it is no hole yet.
        """
        seconds = [one.second for one in self.columns]
        found = [(one + 1, after) for one, after in pairwise(seconds) if after > one + 1]
        if seconds and (not self._is_whole or until - seconds[-1] > SILENT_S) and until > seconds[-1]:
            found.append((seconds[-1] + 1, until + 1))
        return found
