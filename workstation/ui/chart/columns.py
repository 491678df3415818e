"""The candles in sight, gathered into what a screen can show: at most one column a device pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.ui.chart.pixel_groups import PixelGroups, bucket_grid
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
    bits, first = FACTOR_BITS * k, level.start + begin
    grid = bucket_grid(scale, first, level.start + end, bits)
    holes = np.isnan(values[OPEN])
    joined = ~holes
    joined[1:] &= ~holes[:-1]
    joined[0] = False
    x, groups = grid.x, grid.groups
    if holes.any():
        there = ~holes
        values, x, joined = values[:, there], x[there], joined[there]
        groups = PixelGroups(np.floor(x)) if len(x) else groups
    if scale.per_slot < 1.0 and len(x):
        return _merged(groups, values, joined)
    first_price, high, low, last_price, volume = map(np.ascontiguousarray, values)
    return Columns(np.floor(x).astype(np.int64), first_price, high, low, last_price, volume, joined)


def _merged(groups: PixelGroups, values: FloatArray, joined: NDArray[np.bool_]) -> Columns:
    """Return one column a pixel."""
    return Columns(
        groups.pixels.astype(np.int64),
        values[OPEN, groups.first],
        groups.highest(values[HIGH]),
        groups.lowest(values[LOW]),
        values[CLOSE, groups.last],
        groups.highest(values[VOLUME]),
        joined[groups.first],
    )


def _nothing() -> Columns:
    nothing = np.empty(0)
    return Columns(np.empty(0, np.int64), nothing, nothing, nothing, nothing, nothing, np.empty(0, np.bool_))
