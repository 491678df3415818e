"""Computes studies from the candles of a chart: everything in another thread, a tail at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray
from workstation.domain.market import SeriesKey, open_of_slot
from workstation.engine.studies.calculation import Bars
from workstation.ui.chart.pyramid import OPEN, Level
from workstation.ui.chart.study_trace import Trace

LONGEST_TAIL = 20_000
"""Bars that are computed again at once; for more another thread computes everything."""


class Wanted(NamedTuple):
    """A study that is to be computed."""

    study_id: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The candles of a chart as they lie in its pyramid.

    Parameters
    ----------
    key : SeriesKey
        What they are.
    start : int
        Slot of the first column.
    values : ndarray, shape (5, n)
        Open, high, low, close, volume; not a number where a bar is missing.
    """

    key: SeriesKey
    start: int
    values: FloatArray

    @classmethod
    def of(cls, key: SeriesKey, level: Level) -> "Grid":
        """Return the candles of a pyramid's lowest level, as they are now."""
        return cls(key, level.start, level.values[:, : level.size])

    @property
    def size(self) -> int:
        """Slots from the first column to the last."""
        return int(self.values.shape[1])

    def bars(self, column: int) -> tuple[Bars, NDArray[np.bool_]]:
        """Return the candles from a column on, holes left out, and which columns hold one."""
        block = self.values[:, column:]
        there = ~np.isnan(block[OPEN])
        dense = block if there.all() else block[:, there]
        slots = self.start + column + np.flatnonzero(there)
        times = slots * self.key.bar_ms + open_of_slot(0, self.key.timeframe)
        return Bars(times, *(np.ascontiguousarray(row) for row in dense)), there


def reckon(grid: Grid, wanted: Wanted) -> tuple[Trace, ...]:
    """Return every output of a study over all candles."""
    from workstation.engine.studies.tail import whole  # heavy: not before the first frame

    bars, there = grid.bars(0)
    return tuple(
        Trace(grid.start, _spread(one, there)) for one in whole(wanted.study_id, bars, wanted.values)
    )


def reckon_tails(grid: Grid, known: Sequence[tuple[Wanted, tuple[Trace, ...]]], first_slot: int) -> None:
    """Compute studies again from a slot on; the result is that of `reckon`."""
    tails = _Tails(grid)
    firsts = [max(min(first_slot, traces[0].end), grid.start) - grid.start for _, traces in known]
    reaches = [tails.reach(wanted) for wanted, _ in known]
    tails.see(min((column - reach for column, reach in zip(firsts, reaches, strict=True)), default=grid.size))
    for column, reach, (wanted, traces) in zip(firsts, reaches, known, strict=True):
        for trace, values in zip(traces, tails.reckon(wanted, traces, column, reach), strict=True):
            trace.put(grid.start + column, values)


class _Tails:
    """Computes tails from the newest candles of a chart, which are gathered once for all studies."""

    def __init__(self, grid: Grid) -> None:
        from workstation.engine.studies import tail  # heavy: not before the first frame

        self._tail, self._grid, self._begin = tail, grid, grid.size
        self._bars, self._there = grid.bars(grid.size)

    def reach(self, wanted: Wanted) -> int:
        """Return how many candles before the first changed one a study wants to see."""
        return self._tail.rows_needed(wanted.study_id, wanted.values)

    def see(self, column: int) -> None:
        """Gather the candles from a column on, or all there are."""
        if column < self._begin:
            self._begin = max(column, 0)
            self._bars, self._there = self._grid.bars(self._begin)

    def reckon(self, wanted: Wanted, traces: tuple[Trace, ...], column: int, needed: int) -> list[FloatArray]:
        """Return the values of each output from a column on, not a number where a candle is missing."""
        grid, tail, reach = self._grid, self._tail, needed
        while True:
            begin = max(column - reach, 0)
            bars, there = self._since(begin)
            first = int(np.count_nonzero(there[: column - begin]))
            if begin and first < needed:
                reach *= 2  # bars are missing here: look further back
                continue
            if begin == 0:
                found = tuple(one[first:] for one in tail.whole(wanted.study_id, bars, wanted.values))
                break
            start, end = grid.start + begin, grid.start + grid.size
            recalled = traces if tail.recalls(wanted.study_id) else ()
            known = tuple(trace.between(start, end) for trace in recalled)
            if len(bars.close) < len(there):
                known = tuple(one[there] for one in known)
            proven = tail.changed(wanted.study_id, bars, wanted.values, known, first)
            if proven is not None:
                found = proven
                break
            reach *= 8
        new = there[column - begin :]
        return list(found) if new.all() else [_spread(one, new) for one in found]

    def _since(self, column: int) -> tuple[Bars, NDArray[np.bool_]]:
        """Return what `Grid.bars` does."""
        self.see(column)
        left_out = column - self._begin
        if not left_out:
            return self._bars, self._there
        row = int(np.count_nonzero(self._there[:left_out]))
        times, *prices = self._bars
        return Bars(times[row:], *(one[row:] for one in prices)), self._there[left_out:]


def _spread(values: FloatArray, there: NDArray[np.bool_]) -> FloatArray:
    if there.all():
        return values
    spread = np.full(len(there), np.nan)
    spread[there] = values
    return spread
