"""Every data point there is, by family. A new family is a file, and a line in `FAMILIES` and `fill_rows`."""

from collections.abc import Mapping
from itertools import accumulate

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.signal import Family
from workstation.engine.features import (
    columns,
    levels,
    liquidity,
    momentum,
    onchain,
    patterns,
    sentiment,
    volume,
    whales,
)
from workstation.engine.features.compiled import compiled, lent
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily

FAMILIES: tuple[FactorFamily, ...] = (
    momentum.FAMILY,
    volume.FAMILY,
    levels.FAMILY,
    onchain.FAMILY,
    whales.FAMILY,
    sentiment.FAMILY,
    patterns.FAMILY,
    liquidity.FAMILY,
)
"""The families that can vote, in the order they are shown."""

DATA_POINTS: Mapping[str, DataPoint] = {p.name: p for family in FAMILIES for p in family.points}
"""Every data point by its name."""

CANDLE_POINTS: tuple[DataPoint, ...] = tuple(p for family in FAMILIES for p in family.candle_points)
"""Those computed from candles at each close."""

OBSERVED_POINTS: tuple[DataPoint, ...] = tuple(p for p in DATA_POINTS.values() if p.observed is not None)
"""Those that stand on observations."""

_ENDS = dict(zip((f.family for f in FAMILIES), accumulate(f.n_columns for f in FAMILIES), strict=True))
_STARTS = {f.family: _ENDS[f.family] - f.n_columns for f in FAMILIES}
N_COLUMNS = sum(f.n_columns for f in FAMILIES)
"""Columns of all families together."""

POINT_COLUMNS: IntArray = np.array(
    [_STARTS[f.family] + i for f in FAMILIES for i in range(len(f.candle_points))], np.int64
)
"""Column of each of `CANDLE_POINTS`."""

WARMUPS: IntArray = np.array([point.warmup for point in CANDLE_POINTS], np.int64)
"""Warm-up of each of `CANDLE_POINTS`."""

WINDOWS: IntArray = np.array((*columns.WINDOWS, *(w for f in FAMILIES for w in f.windows)), np.int64)
"""Bars of every window, in the order in which their parts are kept."""

_PART_STARTS = dict(
    zip(
        (f.family for f in FAMILIES),
        accumulate((sum(f.windows) for f in FAMILIES), initial=columns.N_PARTS),
        strict=False,
    )
)
N_PARTS = int(WINDOWS.sum())
"""Numbers that the windows of a series remember."""

_READ = {name for family in FAMILIES for name in family.reads}
JUDGED_AFTER = max(point.warmup for point in CANDLE_POINTS if point.name in _READ)
"""Bars that must stand before a bar is judged: every rule of the vote on candles can speak by then."""


# The compiled code sees these as constants.
_MOMENTUM, _MOMENTUM_END = _STARTS[Family.MOMENTUM], _ENDS[Family.MOMENTUM]
_VOLUME, _VOLUME_END = _STARTS[Family.VOLUME], _ENDS[Family.VOLUME]
_LEVELS, _LEVELS_END = _STARTS[Family.LEVELS], _ENDS[Family.LEVELS]
_PATTERNS, _PATTERNS_END = _STARTS[Family.PATTERNS], _ENDS[Family.PATTERNS]
_LIQUIDITY, _LIQUIDITY_END = _STARTS[Family.LIQUIDITY], _ENDS[Family.LIQUIDITY]
_MOMENTUM_PARTS, _VOLUME_PARTS = _PART_STARTS[Family.MOMENTUM], _PART_STARTS[Family.VOLUME]
_LEVELS_PARTS, _PATTERNS_PARTS = _PART_STARTS[Family.LEVELS], _PART_STARTS[Family.PATTERNS]
_LIQUIDITY_PARTS = _PART_STARTS[Family.LIQUIDITY]


@compiled
def fill_rows(
    times: IntArray,
    base: FloatArray,
    out: FloatArray,
    parts: FloatArray,
    first_row: int,
    lo: int,
    hi: int,
) -> None:
    """Fill rows ``lo..hi-1`` of every column from the given ones in `base`; see `factor_family.RowKernel`."""
    times, base, out, parts = lent(times), lent(base), lent(out), lent(parts)
    columns.fill(base, parts, first_row, lo, hi)
    own = out[_MOMENTUM:_MOMENTUM_END]
    momentum.rows(times, base, own, parts[_MOMENTUM_PARTS:], first_row, lo, hi)
    own = out[_VOLUME:_VOLUME_END]
    volume.rows(times, base, own, parts[_VOLUME_PARTS:], first_row, lo, hi)
    own = out[_LEVELS:_LEVELS_END]
    levels.rows(times, base, own, parts[_LEVELS_PARTS:], first_row, lo, hi)
    own = out[_PATTERNS:_PATTERNS_END]
    patterns.rows(times, base, own, parts[_PATTERNS_PARTS:], first_row, lo, hi)
    own = out[_LIQUIDITY:_LIQUIDITY_END]
    liquidity.rows(times, base, own, parts[_LIQUIDITY_PARTS:], first_row, lo, hi)
