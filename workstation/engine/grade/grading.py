"""From what was measured to grades: of every coin at one close, and of whole histories, by the same steps.

The trees' opinions are an argument: they may be asked in another process. Without them the plain components
speak alone, with the weights that they have among themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.grade import Grade, GradeComponent
from workstation.engine.grade.compatible import quantitative, technical
from workstation.engine.grade.components import COMPONENTS, N_COMPONENTS, component_standings
from workstation.engine.grade.measures import MeasureArray
from workstation.engine.grade.panel import crowd_of
from workstation.engine.grade.ranks import Mask, standing, standings
from workstation.engine.grade.rolling_days import DAY_MS
from workstation.engine.grade.weights import GradeWeights

Opinions = Callable[[FloatArray], FloatArray]
"""What answers with the trees' opinions, shape (..., n_models), to ranks, shape (..., N_MEASURES)."""

_AT_ONCE = 256  # closes ranked at a time, for the memory they take


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How coins stand in every measure, at one close or at many.

    Parameters
    ----------
    measures : ndarray of float32, shape (..., n_coins, N_MEASURES)
    crowd : ndarray of bool, shape (..., n_coins)
        Whom they are ranked among.
    ranks : ndarray of float64, shape (..., n_coins, N_MEASURES)
        -0.5..0.5; what the trees are asked with.
    """

    measures: MeasureArray
    crowd: Mask
    ranks: FloatArray

    @classmethod
    def of(cls, measures: MeasureArray) -> "Standing":
        """Return how coins stand, from `measures.measure_close` or `MeasuredPanel.measures`."""
        crowd = crowd_of(measures)
        return cls(measures, crowd, standings(measures, crowd))


@dataclass(frozen=True, slots=True, eq=False)
class Grades:
    """Grades of coins, at one close or at many.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n_coins)
        0..100; NaN where a coin is not measured or too few coins are.
    components : ndarray of float32, shape (..., n_coins, N_COMPONENTS)
        0..100, in the order of `COMPONENTS`.
    """

    values: FloatArray
    components: MeasureArray


@dataclass(frozen=True, slots=True)
class GradedClose:
    """The close that is graded, and what is known about it.

    Parameters
    ----------
    venue, timeframe : str
    at_ms : int
        UTC milliseconds.
    day_before : mapping of str to float
        The grades 24 hours before, by symbol.
    model_hash : str
        Of the model whose trees and weights these are.
    """

    venue: str
    timeframe: str
    at_ms: int
    day_before: Mapping[str, float] = field(default_factory=dict)
    model_hash: str = ""


def score(stood: Standing, opinions: FloatArray | None, weights: GradeWeights) -> Grades:
    """Return the grades that follow from how coins stand, what the trees say of them, and the weights."""
    applied = weights if opinions is not None else weights.without_model()
    placed = component_standings(stood.ranks, opinions, stood.crowd)
    total = np.zeros(stood.crowd.shape)
    for k, weight in enumerate(
        applied.values
    ):  # one after the other: a coin's sum is the same in any company
        total = total + weight * placed[..., k]
    values = 100.0 * (standing(np.round(total, 12), stood.crowd) + 0.5)
    return Grades(values, (100.0 * (placed + 0.5)).astype(np.float32))


def grades(measures: MeasureArray, opinions: Opinions | None, weights: GradeWeights) -> Grades:
    """Return the grades of a history.

    Parameters
    ----------
    measures : ndarray of float32, shape (n_closes, n_coins, N_MEASURES)
        Of `MeasuredPanel`.
    """
    shape = measures.shape[:2]
    out = Grades(np.empty(shape), np.empty((*shape, N_COMPONENTS), np.float32))
    for first in range(0, shape[0], _AT_ONCE):
        rows = slice(first, first + _AT_ONCE)
        stood = Standing.of(measures[rows])
        part = score(stood, opinions(stood.ranks) if opinions else None, weights)
        out.values[rows], out.components[rows] = part.values, part.components
    return out


def grade_close(
    close: GradedClose,
    symbols: Sequence[str],
    stood: Standing,
    opinions: FloatArray | None,
    weights: GradeWeights,
) -> list[Grade]:
    """Return the grade of every coin that can be graded at one close, best first.

    Parameters
    ----------
    symbols : sequence of str
        Of the coins, in the order of `stood`.
    opinions : ndarray of float64, shape (n_coins, n_models), or None
        What the trees say of ``stood.ranks``; None where there is no model.
    """
    applied = weights if opinions is not None else weights.without_model()
    graded = score(stood, opinions, weights)
    ta, quant = technical(stood.measures), quantitative(stood.measures)
    n_coins = int(np.isfinite(graded.values).sum())
    told = [
        Grade(
            venue=close.venue,
            symbol=symbols[i],
            timeframe=close.timeframe,
            at_ms=close.at_ms,
            value=_whole(graded.values[i]),
            components=_components(graded.components[i], applied),
            n_coins=n_coins,
            change_24h=_change(_whole(graded.values[i]), close.day_before.get(symbols[i])),
            ta_value=_known(ta[i]),
            quant_value=_known(quant[i]),
            model_hash=close.model_hash,
        )
        for i in np.flatnonzero(np.isfinite(graded.values)).tolist()
    ]
    return sorted(told, key=lambda grade: (-grade.value, grade.symbol))


def changes(values: FloatArray, close_ms: IntArray) -> FloatArray:
    """Return the points since 24 hours before, shape (n_closes, n_coins); NaN where there was no grade.

    Parameters
    ----------
    values : ndarray of float64, shape (n_closes, n_coins)
        Grades.
    close_ms : ndarray of int64, shape (n_closes,)
        UTC milliseconds, strictly rising.
    """
    if not len(close_ms):
        return values.copy()
    before = np.minimum(np.searchsorted(close_ms, close_ms - DAY_MS), len(close_ms) - 1)
    there = close_ms[before] == close_ms - DAY_MS
    return np.where(there[:, None], np.round(values) - np.round(values[before]), np.nan)


def _whole(value: float) -> int:
    return round(float(value))


def _change(value: int, before: float | None) -> float | None:
    return None if before is None else float(value - before)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _components(scores: MeasureArray, weights: GradeWeights) -> tuple[GradeComponent, ...]:
    each = zip(COMPONENTS, scores.tolist(), weights.values, strict=True)
    return tuple(GradeComponent(name, value, weight) for name, value, weight in each)
