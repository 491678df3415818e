"""The candles in sight, gathered into what a screen can show: at most one column a device pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.ui.chart.pyramid import CLOSE, FACTOR_BITS, HIGH, LOW, OPEN, VOLUME, Pyramid
from workstation.ui.chart.time_scale import SlotMap


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One column a bar or, zoomed far out, one a device pixel; no holes, no NaN.

    Parameters
    ----------
    x : ndarray of int64, shape (n,)
        Device pixel in which the column's middle lies; rising.
    open, high, low, close : ndarray of float64, shape (n,)
        First, highest, lowest and last price of the bars in the column.
    volume : ndarray of float64, shape (n,)
        Largest volume of one bar in the column.
    joined : ndarray of bool, shape (n,)
        Whether no bar is missing between the column before and this one; False for the first.
    """

    x: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    joined: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.x)

    def pick(self, chosen: slice) -> "Columns":
        """Return some of the columns; the first of them follows none."""
        joined = self.joined[chosen].copy()
        joined[:1] = False
        return Columns(
            self.x[chosen],
            self.open[chosen],
            self.high[chosen],
            self.low[chosen],
            self.close[chosen],
            self.volume[chosen],
            joined,
        )


def gather(pyramid: Pyramid, scale: SlotMap, first_slot: int, end_slot: int) -> Columns:
    """Return the columns of the slots ``first_slot .. end_slot - 1``.

    Every bar of these slots lies in exactly one column, so the columns' extremes are the bars' extremes.
    Zoomed out, the buckets at both ends may bring a few neighbours.
    """
    if not pyramid.levels:
        return _nothing()
    k = pyramid.level_for(1.0 / scale.per_slot)
    level = pyramid.levels[k]
    begin = max((first_slot >> (FACTOR_BITS * k)) - level.start, 0)
    end = min(((end_slot - 1) >> (FACTOR_BITS * k)) + 1 - level.start, level.size)
    if begin >= end:
        return _nothing()
    values = level.values[:, begin:end]
    buckets = np.arange(level.start + begin, level.start + end)
    holes = np.isnan(values[OPEN])
    if holes.any():
        values, buckets = values[:, ~holes], buckets[~holes]
    width = 1 << (FACTOR_BITS * k)
    middles = buckets.astype(np.float64) * width + (width - 1) / 2
    x = np.floor(scale.centre(middles)).astype(np.int64)
    joined = np.diff(buckets, prepend=buckets[:1] - 2) == 1
    if scale.per_slot < 1.0 and len(x):
        return _merged(x, values, joined)
    first, high, low, last, volume = map(np.ascontiguousarray, values)
    return Columns(x, first, high, low, last, volume, joined)


def _merged(x: IntArray, values: FloatArray, joined: NDArray[np.bool_]) -> Columns:
    """Return one column a pixel."""
    starts = np.flatnonzero(np.diff(x, prepend=x[0] - 1))
    ends = np.append(starts[1:], len(x)) - 1
    return Columns(
        x[starts],
        values[OPEN, starts],
        np.maximum.reduceat(values[HIGH], starts),
        np.minimum.reduceat(values[LOW], starts),
        values[CLOSE, ends],
        np.maximum.reduceat(values[VOLUME], starts),
        joined[starts],
    )


def _nothing() -> Columns:
    nothing = np.empty(0)
    return Columns(np.empty(0, np.int64), nothing, nothing, nothing, nothing, nothing, np.empty(0, np.bool_))
