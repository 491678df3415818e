"""A factor family: data points, and the readable rules by which they become one vote.

A family votes by a trend and its confirmation. Each `Lean` says how far one data point points up or down;
their mean is the score. The family takes a side when the score is decided enough and every `Least` it needs
holds, else it abstains. It cannot vote while fewer than half of its leans on candles know their data point,
or of all its leans where none is on candles: what nobody observes does not silence what every candle says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.signal import Family
from workstation.engine.features.data_point import DataPoint

DECIDED = 0.5
"""Score, 0..1, from which a family takes a side."""

SideArray = NDArray[np.int8]

RowKernel: TypeAlias = Callable[[IntArray, FloatArray, FloatArray, FloatArray, int, int, int], None]
"""``rows(times, base, out, parts, first_row, lo, hi)`` fills rows ``lo..hi-1`` of a family's columns.

`times` are the bars' opens, UTC milliseconds, shape (n,); `base` the columns of `columns`; `out` the family's
own, shape (n_columns, n): its candle data points in their order, then what else it keeps for itself; `parts`
what its windows remember from call to call.
"""


@dataclass(frozen=True, slots=True)
class Lean:
    """How far a data point points up (1) or down (-1).

    Parameters
    ----------
    point : str
        Name of the data point.
    full : float
        Value that says fully bullish; its mirror image about `neutral` says fully bearish.
    neutral : float
        Value that says nothing.
    """

    point: str
    full: float
    neutral: float = 0.0

    def say(self, values: FloatArray) -> FloatArray:
        """Return -1..1, shape (n,); NaN where the data point is unknown."""
        lean: FloatArray = np.clip((values - self.neutral) / (self.full - self.neutral), -1.0, 1.0)
        return lean


@dataclass(frozen=True, slots=True)
class Least:
    """A confirmation: the family may take a side only while a data point is this high.

    Parameters
    ----------
    point : str
        Name of the data point.
    value : float
        In the data point's unit.
    """

    point: str
    value: float


@dataclass(frozen=True, slots=True)
class FactorFamily:
    """A group of data points that votes as one.

    Parameters
    ----------
    family : Family
        Which of the eight.
    points : tuple of DataPoint
        Everything it measures, what comes from candles first; a model may use all of them.
    leans : tuple of Lean
        The rules whose mean is its score.
    needs : tuple of Least
        The confirmations, all of which must hold; without one the score alone decides.
    n_columns : int
        Columns that its kernel fills: its candle data points, and after them what it keeps for itself.
    windows : tuple of int
        Bars of each window whose parts its kernel keeps, in their order; see `kernels.window_sum`.
    """

    family: Family
    points: tuple[DataPoint, ...]
    leans: tuple[Lean, ...]
    needs: tuple[Least, ...] = ()
    n_columns: int = 0
    windows: tuple[int, ...] = ()

    @property
    def candle_points(self) -> tuple[DataPoint, ...]:
        """Those of its data points that are computed from candles."""
        return tuple(point for point in self.points if point.observed is None)

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the data points that its rules read."""
        return (*(lean.point for lean in self.leans), *(need.point for need in self.needs))

    def score(self, readings: Mapping[str, FloatArray]) -> FloatArray:
        """Return the mean of its known leans, -1..1, shape (n,); NaN where it cannot vote."""
        on_candles = {point.name for point in self.candle_points}
        counted = [lean for lean in self.leans if lean.point in on_candles] or self.leans
        total = np.zeros(len(readings[self.leans[0].point]))
        n_known, n_counted = np.zeros(len(total)), np.zeros(len(total))
        for lean in self.leans:
            said = lean.say(readings[lean.point])
            known = ~np.isnan(said)
            total += np.where(known, said, 0.0)
            n_known += known
            n_counted += known if lean in counted else 0.0
        n_known[2 * n_counted < len(counted)] = np.nan
        return total / n_known

    def side(self, readings: Mapping[str, FloatArray], score: FloatArray) -> SideArray:
        """Return 1 bullish, -1 bearish, 0 abstains, shape (n,)."""
        confirmed = np.abs(score) >= DECIDED
        for need in self.needs:
            confirmed &= readings[need.point] >= need.value
        return (np.sign(np.nan_to_num(score)) * confirmed).astype(np.int8)
