"""Data points of many live series of one timeframe, kept up to the newest close.

Each series keeps the newest `columns.KEPT_ROWS` rows and some more; when its room is full, the newest
move to the front. A bar costs some microseconds a series, whatever the length of its history.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import open_of_slot, slot_of, timeframe_ms
from workstation.engine.features import columns
from workstation.engine.features.compiled import compiled
from workstation.engine.features.history import Computed, Room, fill_segment, read_rows
from workstation.engine.features.market_context import MarketContext
from workstation.engine.features.registry import (
    CANDLE_POINTS,
    N_COLUMNS,
    N_PARTS,
    POINT_COLUMNS,
    WARMUPS,
    WINDOWS,
    fill_rows,
)
from workstation.engine.segments import BLOCK, LARGEST_HOLE, newest_segment, slots_of

ROOM = 136
"""Rows beyond those that must be kept: a series is moved once in so many closes.

Both together are no power of two: columns would all lie in the same places of the processor's nearest memory.
"""

_STEP = 37  # series are moved at different closes, so that none waits for a thousand of them


class FeatureBank:
    """Candle data points of some series, which are called by their number.

    Parameters
    ----------
    timeframe : str
        Of all of them.
    n_expected : int
        Series for which room is reserved; memory is taken only when they come, and more may come.
    """

    def __init__(self, timeframe: str, n_expected: int = 8) -> None:
        self.timeframe = timeframe
        self._n_series = 0
        self._room = Room()
        self._reserve(n_expected)

    def _reserve(self, n_series: int) -> None:
        room = columns.KEPT_ROWS + ROOM
        self._times = np.empty((n_series, room), np.int64)  # nothing is read that was not written
        self._base = np.empty((n_series, columns.N_COLUMNS, room))
        self._out = np.empty((n_series, N_COLUMNS, room))
        self._parts = np.empty((n_series, N_PARTS))
        self._first_rows = np.zeros(n_series, np.int64)
        self._sizes = np.zeros(n_series, np.int64)
        self._blocks = np.zeros(n_series, np.int64)
        self._newest = np.full(n_series, -1, np.int64)

    def _columns(self) -> tuple[NDArray[Any], ...]:
        counts = (self._first_rows, self._sizes, self._blocks, self._newest)
        return (self._times, self._base, self._out, self._parts, *counts)

    def add(self) -> int:
        """Make room for one more series and return its number."""
        if self._n_series == len(self._sizes):
            before = self._columns()
            self._reserve(self._n_series * 3 // 2 + 1)
            for old, new in zip(before, self._columns(), strict=True):
                new[: len(old)] = old
        self._n_series += 1
        return self._n_series - 1

    @property
    def n_bytes(self) -> int:
        """Memory that it holds."""
        return self._times.nbytes + self._base.nbytes + self._out.nbytes + self._parts.nbytes

    def load(
        self,
        series: int,
        candles: CandleColumns,
        market: MarketContext | None = None,
        next_open: int | None = None,
    ) -> None:
        """Begin a series anew from its history, as if its bars had been pushed one by one.

        Parameters
        ----------
        candles : CandleColumns
            Closed candles, oldest first; the newest `segments.DEPTH` must be among them, where they exist.
        next_open : int or None
            Open of the bar that will be pushed next, UTC milliseconds; None where it is the one that follows.
        """
        self._first_rows[series] = self._sizes[series] = 0
        self._newest[series] = -1
        if not len(candles):
            return
        slots = slots_of(candles, self.timeframe)
        slot = int(slots[-1]) + 1 if next_open is None else slot_of(next_open, self.timeframe)
        segment = newest_segment(slots, slot)
        self._blocks[series] = slot // BLOCK
        if segment.start == segment.stop:
            return
        base, out, parts = fill_segment(candles, segment, market, room=self._room)
        n = base.shape[1]
        n_kept = min(n, columns.KEPT_ROWS + series * _STEP % ROOM)
        self._times[series, :n_kept] = candles.open_time[len(candles) - n_kept :]
        self._base[series, :, :n_kept] = base[:, n - n_kept :]
        self._out[series, :, :n_kept] = out[:, n - n_kept :]
        self._parts[series] = parts
        self._first_rows[series], self._sizes[series] = n - n_kept, n_kept
        self._newest[series] = candles.open_time[-1]

    def newest(self, series: IntArray) -> IntArray:
        """Return the opens of some series' newest bars, UTC milliseconds; -1 where there is none."""
        opens: IntArray = self._newest[series]
        return opens

    def true_range(self, series: int) -> float:
        """Return the average true range on a series' newest bar, a fraction of its close; NaN: not known."""
        row = int(self._sizes[series]) - 1
        if row < 0:
            return float("nan")
        base = self._base[series]
        return float(base[columns.ATR, row] / base[columns.CLOSE, row])

    def closes(self, series: IntArray, n: int) -> FloatArray:
        """Return the closes of some series' newest `n` bars, oldest first, shape (m, n); NaN: no bar."""
        rows = self._sizes[series][:, None] + np.arange(-n, 0)
        closes: FloatArray = self._base[series[:, None], columns.CLOSE, np.maximum(rows, 0)]
        closes[rows < 0] = np.nan
        return closes

    def begins_market(self, series: int, open_time: int) -> bool:
        """Return whether a bar comes after so large a hole that nothing reads across it, or is the first."""
        newest = int(self._newest[series])
        slots = slot_of(open_time, self.timeframe) - slot_of(newest, self.timeframe)
        return newest < 0 or slots > LARGEST_HOLE + 1

    def needs_history(self, series: int, open_time: int) -> bool:
        """Return whether a bar begins a new block, so that `load` must come before it."""
        block = slot_of(open_time, self.timeframe) // BLOCK
        return not self.begins_market(series, open_time) and block != int(self._blocks[series])

    def push(self, series: IntArray, open_time: IntArray, given: FloatArray) -> Computed:
        """Take one closed bar of each of some series and return their data points on it.

        Parameters
        ----------
        series : ndarray of int64, shape (m,)
            Which; each at most once.
        open_time : ndarray of int64, shape (m,)
            UTC milliseconds; younger than each series' newest bar.
        given : ndarray of float64, shape (m, columns.N_GIVEN)
            Open, high, low, close, volume, and what the market did (`MarketContext.at`).

        Raises
        ------
        UsageError
            A bar is not younger than the newest, or begins a block: `needs_history`.
        """
        return self._fill(series, open_time, given, is_kept=True)

    def preview(self, series: IntArray, open_time: IntArray, given: FloatArray) -> Computed:
        """Return what `push` would, and change nothing."""
        return self._fill(series, open_time, given, is_kept=False)

    def _fill(self, series: IntArray, open_time: IntArray, given: FloatArray, is_kept: bool) -> Computed:
        self._make_ready(series, open_time, is_kept)
        values = np.empty((len(CANDLE_POINTS), len(series)))
        rows = np.empty(len(series), np.int64)
        _push(
            self._times,
            self._base,
            self._out,
            self._parts,
            (self._first_rows, self._sizes),
            (series, open_time, given),
            (POINT_COLUMNS, WARMUPS, WINDOWS),
            (values, rows),
            is_kept,
        )
        if is_kept:
            self._newest[series] = open_time
        return Computed(values, rows)

    def _make_ready(self, series: IntArray, open_time: IntArray, is_kept: bool) -> None:
        newest = self._newest[series]
        has_bars = newest >= 0
        if (open_time[has_bars] <= newest[has_bars]).any():
            raise UsageError("A bar is not younger than the newest of its series.")
        first, length = open_of_slot(0, self.timeframe), timeframe_ms(self.timeframe)
        new, old = (open_time - first) // length, (newest - first) // length
        goes_on = has_bars & (new - old <= LARGEST_HOLE + 1)
        if (new[goes_on] // BLOCK != self._blocks[series[goes_on]]).any():
            raise UsageError("A bar begins a block: load the history of its series first.")
        begins = series[~goes_on]
        if not is_kept and self._sizes[begins].any():
            raise UsageError("A bar begins a new market: there is nothing to preview.")
        self._first_rows[begins] = self._sizes[begins] = 0
        self._blocks[begins] = new[~goes_on] // BLOCK


@compiled
def _push(
    times: IntArray,
    base: FloatArray,
    out: FloatArray,
    parts: FloatArray,
    kept: tuple[IntArray, IntArray],
    bars: tuple[IntArray, IntArray, FloatArray],
    points: tuple[IntArray, IntArray, IntArray],
    answer: tuple[FloatArray, IntArray],
    is_kept: bool,
) -> None:
    first_rows, sizes = kept
    series, open_time, given = bars
    columns_read, warmups, windows = points
    values, rows = answer
    for j in range(len(series)):
        k = series[j]
        if sizes[k] == times.shape[1]:
            _move(times[k], base[k], out[k])
            first_rows[k] += sizes[k] - columns.KEPT_ROWS
            sizes[k] = columns.KEPT_ROWS
        n = sizes[k]
        fetched = _fetch(base[k], n) + _fetch(out[k], n)
        values[0, j] = fetched + _fetch_parts(parts[k], windows, first_rows[k] + n)
        times[k, n] = open_time[j]
        for c in range(columns.N_GIVEN):
            base[k, c, n] = given[j, c]
        fill_rows(times[k], base[k], out[k], parts[k], first_rows[k], n, n + 1)
        read_rows(out[k], columns_read, warmups, first_rows[k], n, values[:, j : j + 1])
        rows[j] = first_rows[k] + n
        if is_kept:
            sizes[k] = n + 1


@compiled
def _fetch(column: FloatArray, n: int) -> float:
    """Read each column where row `n` will be written; return what stands for having read it.

    One after the other, as the arithmetic asks for them, each would be waited for; asked for together they
    come in a tenth of the time.
    """
    total, before = 0.0, max(n - 1, 0)
    for c in range(column.shape[0]):
        total += column[c, before] + column[c, n]
    return total


@compiled
def _fetch_parts(parts: FloatArray, windows: IntArray, row: int) -> float:
    """Read what each window remembers of a row's place in its block; else as `_fetch`."""
    total, start = 0.0, 0
    for window in windows:
        total += parts[start + row % window]
        start += window
    return total


@compiled
def _move(times: IntArray, base: FloatArray, out: FloatArray) -> None:
    """Move the rows that must be kept to the front."""
    kept = columns.KEPT_ROWS
    first = len(times) - kept
    for i in range(kept):
        times[i] = times[first + i]
    for column in (base, out):
        for c in range(column.shape[0]):
            for i in range(kept):
                column[c, i] = column[c, first + i]
