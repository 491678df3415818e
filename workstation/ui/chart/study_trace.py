"""One output of a study on the grid of slots, with summaries above it that keep its true extremes."""

import math
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray
from workstation.ui.chart.pixel_groups import bucket_grid
from workstation.ui.chart.pyramid import FACTOR_BITS
from workstation.ui.chart.time_scale import SlotMap

_DEPTH = 7
_BLOCK = 1 << (FACTOR_BITS * _DEPTH)
"""Level 0 begins at a multiple of this and holds a multiple of it: every level above divides evenly."""


class Strokes(NamedTuple):
    """What is drawn of an output, at most one column a device pixel; no holes, no NaN.

    Parameters
    ----------
    x : ndarray of float64, shape (n,)
        Device pixels; rising.
    high, low : ndarray of float64, shape (n,)
        Extremes of the values in the column.
    joined : ndarray of bool, shape (n,)
        Whether no bar is missing since the column before; False for the first.
    """

    x: FloatArray
    high: FloatArray
    low: FloatArray
    joined: NDArray[np.bool_]

    def newest(self, n: int) -> "Strokes":
        """Return the last `n` columns, or all there are; the first may be said to be joined to one before."""
        return (
            self
            if n >= len(self.x)
            else Strokes(self.x[-n:], self.high[-n:], self.low[-n:], self.joined[-n:])
        )


class Trace:
    """Values by slot; not a number where there is none.

    Parameters
    ----------
    first_slot : int
        Of the first value.
    values : ndarray of float64, shape (n,)
        One for each slot.
    """

    def __init__(self, first_slot: int, values: FloatArray) -> None:
        self._start = first_slot & -_BLOCK
        self._size = first_slot - self._start + len(values)
        self._levels = _levels(_roomy(self._size, values, first_slot - self._start))
        self._unsummed: int | None = None  # the first column that the levels above do not know as it is now

    @property
    def end(self) -> int:
        """Slot after the last value."""
        return self._start + self._size

    def at(self, slot: int) -> float:
        """Return the value of a slot; not a number where there is none."""
        column = slot - self._start
        return float(self._levels[0][0, column]) if 0 <= column < self._size else float("nan")

    def between(self, first_slot: int, end_slot: int) -> FloatArray:
        """Return the values of the slots ``first_slot .. end_slot - 1``, not a number outside."""
        found = np.full(max(end_slot - first_slot, 0), np.nan)
        begin, end = max(first_slot, self._start), min(end_slot, self.end)
        if begin < end:
            found[begin - first_slot : end - first_slot] = self._levels[0][
                0, begin - self._start : end - self._start
            ]
        return found

    def put(self, first_slot: int, values: FloatArray) -> None:
        """Replace the values from a slot on; the slot is at or after the first."""
        begin = first_slot - self._start
        end = begin + len(values)
        if end > self._levels[0].shape[1]:
            grown = _roomy(end, self._levels[0][0, : self._size], 0)
            grown[:, begin:end] = values
            self._levels, self._unsummed = _levels(grown), None
        else:
            self._levels[0][:, begin:end] = values
            self._unsummed = begin if self._unsummed is None else min(begin, self._unsummed)
        self._size = max(self._size, end)

    def _sum_up(self, begin: int, end: int) -> None:
        for below, level in pairwise(self._levels):
            begin, end = begin >> FACTOR_BITS, ((end - 1) >> FACTOR_BITS) + 1
            child = below[:, begin << FACTOR_BITS : end << FACTOR_BITS]
            if end - begin > 1:
                _summarise(child, level[:, begin:end])
                continue
            four = child.tolist()
            high, low = _summary_of(four[0], four[-1])
            if level[0, begin] == high and level[1, begin] == low:
                return  # what lies above knows of no change
            level[0, begin], level[1, begin] = high, low

    def gather(self, scale: SlotMap, first_slot: int, end_slot: int) -> Strokes:
        """Return the columns of the slots ``first_slot .. end_slot - 1``, and one more on either side."""
        k = 0
        while k < _DEPTH and 1 << (FACTOR_BITS * (k + 1)) <= 1.0 / scale.per_slot:
            k += 1
        if k and self._unsummed is not None:
            self._sum_up(self._unsummed, self._size)
            self._unsummed = None
        level, bits = self._levels[k], FACTOR_BITS * k
        begin = max(((first_slot - 1) >> bits) - (self._start >> bits), 0)
        end = min((end_slot >> bits) + 1 - (self._start >> bits), ((self._size - 1) >> bits) + 1)
        if begin >= end:
            return _NOTHING
        values, first = level[:, begin:end], self._start >> bits
        grid = bucket_grid(scale, begin + first, end + first, bits)
        if scale.per_slot >= 1.0:
            return _strokes(grid.x, values[0], values[-1])
        groups = grid.groups
        return _strokes(groups.pixels + 0.5, groups.highest(values[0]), groups.lowest(values[-1]))


def _strokes(x: FloatArray, high: FloatArray, low: FloatArray) -> Strokes:
    there = high == high
    if there.all():
        return Strokes(x, high, low, _all_joined(len(x)))
    joined = there.copy()
    joined[1:] &= there[:-1]
    joined[:1] = False
    return Strokes(x[there], high[there], low[there], joined[there])


@lru_cache(maxsize=8)
def _all_joined(n: int) -> NDArray[np.bool_]:
    """Return the joints of a line without a hole; shared, never to be changed."""
    joined = np.arange(n) > 0
    joined.flags.writeable = False
    return joined


def _roomy(size: int, values: FloatArray, at: int) -> FloatArray:
    """Return level 0 with room for new bars."""
    capacity = -(-(size + size // 16 + 1) // _BLOCK) * _BLOCK
    block = np.full((1, capacity), np.nan)
    block[0, at : at + len(values)] = values
    return block


def _levels(lowest: FloatArray) -> list[FloatArray]:
    """Return level 0, shape (1, n), and those above it, shape (2, n): highest and lowest."""
    levels = [lowest]
    for _ in range(_DEPTH):
        above = np.empty((2, levels[-1].shape[1] >> FACTOR_BITS))
        _summarise(levels[-1], above)
        levels.append(above)
    return levels


def _summarise(below: FloatArray, above: FloatArray) -> None:
    high, low = below[0], below[-1]
    np.fmax(np.fmax(high[0::4], high[1::4]), np.fmax(high[2::4], high[3::4]), out=above[0])
    np.fmin(np.fmin(low[0::4], low[1::4]), np.fmin(low[2::4], low[3::4]), out=above[1])


def _summary_of(highs: list[float], lows: list[float]) -> tuple[float, float]:
    """Return what `_summarise` does for one bucket; asked at every tick, where an array would cost more."""
    total = sum(highs)
    if total != total:
        highs, lows = ([value for value in row if value == value] for row in (highs, lows))
    return (max(highs), min(lows)) if highs else (math.nan, math.nan)


_NOTHING = Strokes(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.bool_))
