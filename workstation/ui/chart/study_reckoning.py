"""Computes studies from the candles of a chart: everything in another thread, a tail at once."""

from collections.abc import Mapping
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


def reckon_tail(grid: Grid, wanted: Wanted, traces: tuple[Trace, ...], first_slot: int) -> None:
    """Compute a study again from a slot on; the result is that of `reckon`."""
    from workstation.engine.studies import tail  # heavy: not before the first frame

    column = first_slot - grid.start
    reach = tail.rows_needed(wanted.study_id, wanted.values)
    while True:
        begin = max(column - reach, 0)
        bars, there = grid.bars(begin)
        first = int(np.count_nonzero(there[: column - begin]))
        if begin and first < tail.rows_needed(wanted.study_id, wanted.values):
            reach *= 2  # bars are missing here: look further back
            continue
        if begin == 0:
            found = tuple(one[first:] for one in tail.whole(wanted.study_id, bars, wanted.values))
            break
        known = tuple(trace.between(grid.start + begin, grid.start + grid.size)[there] for trace in traces)
        proven = tail.changed(wanted.study_id, bars, wanted.values, known, first)
        if proven is not None:
            found = proven
            break
        reach *= 8
    new = there[column - begin :]
    for trace, one in zip(traces, found, strict=True):
        trace.put(first_slot, _spread(one, new))


def _spread(values: FloatArray, there: NDArray[np.bool_]) -> FloatArray:
    if there.all():
        return values
    spread = np.full(len(there), np.nan)
    spread[there] = values
    return spread
