"""What a kind of chart draws in place of the true bars: their averages, or their closes only.

Each is a `Pyramid` of its own, made when such a chart is first painted and kept up with every candle, so
that a summary never hides an extreme of what is drawn: a line's summaries hold the extremes of its closes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.pyramid import CLOSE, HIGH, LOW, OPEN, VOLUME, Pyramid

MEMORY_BARS = 64
"""So many bars later a bar no longer moves an averaged open: its weight is 2 ** -64, less than rounding."""

Bar = tuple[float, float, float, float, float]

_Make = Callable[[Pyramid, int, int], Pyramid]
"""Makes what a kind draws of the slots from one to before another."""


_ROOM = 1.5
"""So many times what is in sight is made beside it, on either side: a chart that pans seldom leaves that."""
_LEAST_SLOTS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some of what a kind draws.

    Parameters
    ----------
    first : int
        First slot that it covers.
    end : int or None
        Slot after the last; None where it goes on with the newest candle.
    """

    pyramid: Pyramid
    first: int
    end: int | None

    def covers(self, first: int, end: int) -> bool:
        """Return whether these slots are all here."""
        return self.first <= first and (self.end is None or end <= self.end)


class DrawnPyramids:
    """What the kinds draw of one series: as much as was in sight, with room beside it.

    Parameters
    ----------
    true : Pyramid
        The bars as they traded.
    """

    def __init__(self, true: Pyramid) -> None:
        self._true = true
        self._averaged: _Part | None = None
        self._closes: _Part | None = None

    def of(self, kind: ChartKind, sight: tuple[int, int] | None = None) -> Pyramid:
        """Return what a kind draws.

        Parameters
        ----------
        sight : (int, int) or None
            First slot that is looked at, and the one after the last; None for everything. What lies beside
            may be missing.
        """
        if kind is ChartKind.HEIKIN_ASHI:
            self._averaged = self._part(self._averaged, _averaged, sight)
            return self._averaged.pyramid
        if kind.is_of_closes:
            self._closes = self._part(self._closes, _closes, sight)
            return self._closes.pyramid
        return self._true

    def _part(self, known: _Part | None, make: _Make, sight: tuple[int, int] | None) -> _Part:
        true = self._true
        first, end = sight or (true.first_slot, true.last_slot + 1)
        first = max(first, true.first_slot)
        if known is not None and known.covers(first, end):
            return known
        room = 0 if sight is None else int(max(end - first, _LEAST_SLOTS) * _ROOM)
        first, end = max(first - room, true.first_slot), end + room
        return _Part(make(true, first, end), first, None if end > true.last_slot else end)

    def put(self, slot: int, bar: Bar) -> None:
        """Take a bar that the true pyramid has just taken."""
        if self._closes is not None and self._closes.covers(slot, slot + 1):
            is_placed = self._closes.pyramid.put(slot, _close_bar(bar))
            self._closes = self._closes if is_placed else None
        if self._averaged is not None and (self._averaged.end is None or slot < self._averaged.end):
            is_placed = self._put_averaged(self._averaged, slot)
            self._averaged = self._averaged if is_placed else None

    def _put_averaged(self, part: _Part, slot: int) -> bool:
        """Average a bar and those after it that it moves; return False where all must be made again."""
        averaged = part.pyramid
        if slot <= averaged.first_slot and part.first > self._true.first_slot:
            return False
        end = self._true.last_slot + 1 if part.end is None else part.end
        later = (at for at in range(slot, end) if self._true.bar(at) is not None)
        for at in islice(later, MEMORY_BARS):
            bar = self._true.bar(at)
            before = averaged.nearest(at - 1)
            previous = averaged.bar(before) if before is not None and before < at else None
            if bar is not None and not averaged.put(at, averaged_bar(bar, previous)):
                return False
        return True


def averaged_bar(bar: Bar, previous: Bar | None) -> Bar:
    """Return the Heikin-Ashi bar of a bar.

    Parameters
    ----------
    bar : tuple of float
        Open, high, low, close, volume as traded.
    previous : tuple of float or None
        The Heikin-Ashi bar before; None for the first, which opens halfway between its open and its close.

    References
    ----------
    Valcu (2004), Using the Heikin-Ashi Technique, Stocks & Commodities 22:2.
    """
    first, high, low, last, volume = bar
    close = (first + high + low + last) / 4
    open_ = (first + last) / 2 if previous is None else (previous[OPEN] + previous[CLOSE]) / 2
    return open_, max(high, open_, close), min(low, open_, close), close, volume


def average(rows: FloatArray) -> FloatArray:
    """Return the Heikin-Ashi bars of bars, oldest first.

    Parameters
    ----------
    rows : ndarray, shape (5, n)
        Open, high, low, close, volume; ``n >= 1``; no NaN.

    Returns
    -------
    ndarray, shape (5, n)
        ``out[:, i]`` uses bars ``i - MEMORY_BARS .. i`` only, and differs from the recursion over all of them
        by no more than rounding does.
    """
    out = np.empty_like(rows)
    close = out[CLOSE]
    close[:] = (rows[OPEN] + rows[HIGH] + rows[LOW] + rows[CLOSE]) / 4
    open_ = out[OPEN]
    open_[0] = (rows[OPEN, 0] + rows[CLOSE, 0]) / 2
    open_[1:] = close[:-1] / 2
    reach = 1  # the sum over one bar's past becomes that over two, four, ... 64 bars
    while reach < min(MEMORY_BARS, len(open_)):
        open_[reach:] += open_[:-reach] * 0.5**reach
        reach *= 2
    out[HIGH] = np.maximum(rows[HIGH], np.maximum(open_, close))
    out[LOW] = np.minimum(rows[LOW], np.minimum(open_, close))
    out[VOLUME] = rows[VOLUME]
    return out


def _averaged(true: Pyramid, first: int, end: int) -> Pyramid:
    """Return averaged bars; as many before the first are looked at as move it."""
    lead = MEMORY_BARS
    while True:
        slots, rows = _bars(true, first - lead, end)
        begin = int(np.searchsorted(slots, first))
        if begin >= MEMORY_BARS or first - lead <= true.first_slot:
            break
        lead *= 4  # bars are missing here: look further back
    made = Pyramid()
    if begin < len(slots):
        made.load(slots[begin:], list(average(rows)[:, begin:]))
    return made


def _closes(true: Pyramid, first: int, end: int) -> Pyramid:
    slots, rows = _bars(true, first, end)
    made = Pyramid()
    close = rows[CLOSE]
    made.load(slots, [close, close, close, close, rows[VOLUME]])
    return made


def _close_bar(bar: Bar) -> Bar:
    return (bar[CLOSE],) * 4 + (bar[VOLUME],)


def _bars(pyramid: Pyramid, first: int, end: int) -> tuple[IntArray, FloatArray]:
    """Return the bars of the slots ``first .. end - 1`` and where they are, holes left out."""
    if not pyramid.levels:
        return np.empty(0, np.int64), np.empty((5, 0))
    level = pyramid.levels[0]
    begin = max(first, pyramid.first_slot) - level.start
    values = level.values[:, begin : max(min(end - level.start, level.size), begin)]
    there = np.flatnonzero(~np.isnan(values[OPEN]))
    dense = len(there) == values.shape[1]
    return there + (level.start + begin), values if dense else values[:, there]
