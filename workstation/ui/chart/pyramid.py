"""Candles on the grid of their slots, with coarser and coarser summaries above them.

A slot is the number of a bar counted from 1970 (`workstation.domain.market.slot_of`), so a missing bar is an
empty slot and is drawn as a hole. Level ``k`` sums up ``4 ** k`` slots in one bucket that lies on the same
absolute grid: its open is the first, its close the last, its high and low the true extremes, its volume the
largest of one bar. A chart that shows a million bars reads a few thousand buckets and loses no wick.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
"""Rows of every block of values."""

FACTOR_BITS = 2
"""Each level holds a quarter of the buckets of the one below."""

_FACTOR = 1 << FACTOR_BITS
_TOP_SIZE = 1024  # a level this small needs none above it
_STRETCH = 1024  # slots looked at together
MOST_SLOTS = 20_000_000
"""More empty slots than this are never laid out: a mistaken date must not eat the memory."""


class Level:
    """One level: buckets side by side, empty ones not a number.

    Parameters
    ----------
    start : int
        Absolute number of the first bucket, a multiple of four.
    values : ndarray, shape (5, capacity)
        Open, high, low, close, volume; not a number beyond `size`. Capacity is a multiple of four.
    size : int
        Buckets in use.
    """

    __slots__ = ("size", "start", "values")

    def __init__(self, start: int, values: NDArray[np.float64], size: int) -> None:
        self.start = start
        self.values = values
        self.size = size

    @property
    def end(self) -> int:
        """Absolute number of the bucket after the last."""
        return self.start + self.size

    def reach(self, bucket: int) -> int:
        """Return the column of a bucket at or after `start`, making room for it."""
        column = bucket - self.start
        if column >= self.size:
            capacity = self.values.shape[1]
            if column >= capacity:
                grown = _empty(max(column + 1, capacity + capacity // 2))
                grown[:, : self.size] = self.values[:, : self.size]
                self.values = grown
            self.size = column + 1
        return column

    def summary(self) -> "Level":
        """Return the level above."""
        start = self.start >> FACTOR_BITS
        lead = start & (_FACTOR - 1)
        n = -(-self.size // _FACTOR)
        values = _empty(_with_room(lead + n))
        used, above = self.values[:, : n * _FACTOR], values[:, lead : lead + n]
        _first(used[OPEN], above[OPEN])
        _first(used[CLOSE, ::-1], above[CLOSE, ::-1])
        _extreme(np.fmax, used[HIGH], above[HIGH])
        _extreme(np.fmin, used[LOW], above[LOW])
        _extreme(np.fmax, used[VOLUME], above[VOLUME])
        return Level(start - lead, values, lead + n)


class Pyramid:
    """The candles of a chart at every level of detail. Grows in place; older history means a new one."""

    def __init__(self) -> None:
        self.levels: list[Level] = []
        self._first_slot = 0

    def __len__(self) -> int:
        """Slots from the first candle to the last, holes included."""
        return self.last_slot - self._first_slot + 1 if self.levels else 0

    @property
    def first_slot(self) -> int:
        """Slot of the oldest candle; 0 where there is none."""
        return self._first_slot

    @property
    def last_slot(self) -> int:
        """Slot of the newest candle; -1 where there is none."""
        return self.levels[0].end - 1 if self.levels else -1

    def load(self, slots: IntArray, rows: Sequence[FloatArray]) -> None:
        """Replace everything.

        Parameters
        ----------
        slots : ndarray of int64, shape (n,)
            Rising. What lies more than `MOST_SLOTS` before the last is left out.
        rows : sequence of ndarray of float64, each of shape (n,)
            Open, high, low, close, volume.
        """
        self.levels = []
        if not len(slots):
            return
        kept = int(np.searchsorted(slots, slots[-1] - MOST_SLOTS, side="right"))
        slots = slots[kept:]
        self._first_slot = int(slots[0])
        start = self._first_slot & -_FACTOR
        size = int(slots[-1]) - start + 1
        block = _empty(_with_room(size))
        lead = self._first_slot - start
        dense = size - lead == len(slots)
        where = slice(lead, size) if dense else slots - start
        for i, row in enumerate(rows):
            block[i, where] = row[kept:]
        self.levels = [Level(start, block, size)]
        self._raise_top()

    def put(self, slot: int, values: tuple[float, float, float, float, float]) -> bool:
        """Write one candle, new or known; return whether it could be placed.

        One before the first candle cannot, nor one more than `MOST_SLOTS` after the last.
        """
        if not self.levels:
            self.load(np.array([slot], np.int64), [np.array([x]) for x in values])
            return True
        if slot < self._first_slot or slot > self.last_slot + MOST_SLOTS:
            return False
        below = self.levels[0]
        column = below.reach(slot)
        below.values[:, column] = values
        bucket = slot
        for level in self.levels[1:]:
            bucket >>= FACTOR_BITS
            column = level.reach(bucket)
            child = (bucket << FACTOR_BITS) - below.start
            level.values[:, column] = _summary_of(below.values[:, child : child + _FACTOR].tolist())
            below = level
        self._raise_top()
        return True

    def bar(self, slot: int) -> tuple[float, float, float, float, float] | None:
        """Return one candle as (open, high, low, close, volume); None for a hole."""
        if not self.levels or not self._first_slot <= slot <= self.last_slot:
            return None
        level = self.levels[0]
        o, h, lo, c, v = level.values[:, slot - level.start].tolist()
        return None if o != o else (o, h, lo, c, v)

    def nearest(self, slot: int) -> int | None:
        """Return the slot of a candle at or before `slot`, or else the first; None where there is none."""
        if not self.levels:
            return None
        level = self.levels[0]
        column = min(max(slot, self._first_slot), self.last_slot) - level.start
        while level.values[OPEN, column] != level.values[OPEN, column]:
            column -= 1
        return level.start + column

    def following(self, slot: int) -> int | None:
        """Return the slot of a candle at or after `slot`; None where there is none."""
        if not self.levels or slot > self.last_slot:
            return None
        level = self.levels[0]
        column = max(slot, self._first_slot) - level.start
        while True:
            opens = level.values[OPEN, column : min(column + _STRETCH, level.size)]
            found = np.flatnonzero(opens == opens)
            if len(found):
                return level.start + column + int(found[0])
            column += _STRETCH

    def level_for(self, slots_per_column: float) -> int:
        """Return the coarsest level whose buckets are no wider than a column of `slots_per_column`."""
        k = 0
        while k + 1 < len(self.levels) and 1 << (FACTOR_BITS * (k + 1)) <= slots_per_column:
            k += 1
        return k

    def _raise_top(self) -> None:
        while self.levels[-1].size > _TOP_SIZE * (1 if len(self.levels) == 1 else _FACTOR):
            self.levels.append(self.levels[-1].summary())


def _empty(size: int) -> NDArray[np.float64]:
    capacity = -(-max(size, 64) // _FACTOR) * _FACTOR
    return np.full((5, capacity), np.nan)


def _with_room(size: int) -> int:
    """Return a capacity that leaves room for new candles, so that a live chart seldom moves its memory."""
    return size + size // 16


def _first(row: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the first number of each four into `out`."""
    out[:] = row[0::_FACTOR]
    for i in range(1, _FACTOR):
        holes = np.isnan(out)
        if not holes.any():
            return
        np.copyto(out, row[i::_FACTOR], where=holes)


def _extreme(pick: np.ufunc, row: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the extreme of each four into `out`; holes do not count."""
    pick(pick(row[0::4], row[1::4]), pick(row[2::4], row[3::4]), out=out)


def _summary_of(block: list[list[float]]) -> tuple[float, float, float, float, float]:
    """Return the bucket above up to four buckets, at least one of which is not empty."""
    opens, highs, lows, closes, volumes = ([x for x in row if x == x] for row in block)
    return opens[0], max(highs), min(lows), closes[-1], max(volumes)
