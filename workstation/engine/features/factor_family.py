"""A factor family: data points, and the readable rules by which they become one vote.

A family votes by a trend and its confirmation. Each `Lean` says how far one data point points up or down;
their mean is the score. The family takes a side when the score is decided enough and every `Least` it needs
holds, else it abstains.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray
from workstation.domain.signal import Family
from workstation.engine.features.data_point import DataPoint

DECIDED = 0.5
"""Score, 0..1, from which a family takes a side."""

SideArray = NDArray[np.int8]


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
        """Return -1..1, shape (n,); an unknown value says nothing, 0."""
        lean = np.clip((values - self.neutral) / (self.full - self.neutral), -1.0, 1.0)
        return np.where(np.isnan(lean), 0.0, lean)


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
        Everything it measures; a model may use all of them.
    leans : tuple of Lean
        The rules whose mean is its score.
    needs : tuple of Least
        The confirmations, all of which must hold; without one the score alone decides.
    """

    family: Family
    points: tuple[DataPoint, ...]
    leans: tuple[Lean, ...]
    needs: tuple[Least, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the data points that its rules read."""
        return (*(lean.point for lean in self.leans), *(need.point for need in self.needs))

    def score(self, readings: Mapping[str, FloatArray]) -> FloatArray:
        """Return the mean of its leans, -1..1, shape (n,)."""
        total = self.leans[0].say(readings[self.leans[0].point])
        for lean in self.leans[1:]:
            total = total + lean.say(readings[lean.point])
        return total / len(self.leans)

    def side(self, readings: Mapping[str, FloatArray], score: FloatArray) -> SideArray:
        """Return 1 bullish, -1 bearish, 0 abstains, shape (n,)."""
        confirmed = np.abs(score) >= DECIDED
        for need in self.needs:
            confirmed &= readings[need.point] >= need.value
        return (np.sign(score) * confirmed).astype(np.int8)
