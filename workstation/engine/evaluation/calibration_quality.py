"""How honest probabilities are: whether they rank, beat the plain frequency, and mean what they say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.evaluation.bootstrap import (
    Interval,
    Resampling,
    Statistic,
    Sums,
    intervals,
    ratio,
    week_of,
    weekly,
)
from workstation.engine.evaluation.outcome import BoolArray

CURVE_BINS = 10
"""Bins of equal count of the reliability curve, and of the calibration error."""

LEAST_PAST = 1_000
"""Outcomes that must be known before a base rate is."""

_RANK_BINS = 512  # bins that predictions are ranked in; each holds a five-hundredth of them


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Probabilities that were given, and what came; columns of shape (n,).

    Parameters
    ----------
    time_ms : ndarray of int64
        When each was given, UTC milliseconds.
    probability : ndarray of float64
        0..1.
    happened : ndarray of bool
    base_rate : ndarray of float64
        What the frequency of the past alone would have said; NaN where there was too little past. See
        `causal_base_rate`.
    """

    time_ms: IntArray
    probability: FloatArray
    happened: BoolArray
    base_rate: FloatArray

    def __len__(self) -> int:
        return len(self.time_ms)

    @classmethod
    def join(cls, parts: Sequence["Predictions"]) -> "Predictions":
        """Return the parts end to end."""
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One bin of a reliability curve.

    Parameters
    ----------
    predicted : float
        Mean probability given, 0..1.
    happened : Interval
        How often it came, 0..1.
    n : int
        Predictions in the bin.
    """

    predicted: float
    happened: Interval
    n: int


@dataclass(frozen=True, slots=True)
class CalibrationQuality:
    """How honest some probabilities are.

    Parameters
    ----------
    n : int
        Predictions.
    figures : mapping of name to Interval
        ``auc``; ``brier_skill_pct`` against the frequency of the past; ``ece``, the mean distance between
        what was said and what came over bins of equal count.
    curve : tuple of CurvePoint
        From the lowest probabilities to the highest.
    weekly_auc, weekly_auc_t : float or None
        Mean of the weeks' own AUC, and how many standard errors it is above one half.
    """

    n: int
    figures: Mapping[str, Interval]
    curve: tuple[CurvePoint, ...]
    weekly_auc: float | None
    weekly_auc_t: float | None


def causal_base_rate(
    time_ms: IntArray, happened: BoolArray, lag_ms: int, earlier: tuple[int, int] = (0, 0)
) -> FloatArray:
    """Return what the frequency of the past alone would have said at each time.

    Parameters
    ----------
    time_ms : ndarray of int64, shape (n,)
        UTC milliseconds, in any order; coins may be mixed.
    happened : ndarray of bool, shape (n,)
    lag_ms : int
        How long after its time an outcome is known.
    earlier : (int, int)
        Outcomes known before all of these, and how many of them happened, such as a model's training rows.

    Returns
    -------
    ndarray, shape (n,)
        0..1; NaN where fewer than 1,000 outcomes were known.
    """
    times, place = np.unique(time_ms, return_inverse=True)
    before = np.searchsorted(times, times - lag_ms, side="right")
    known = np.concatenate(([0], np.cumsum(np.bincount(place))))[before] + earlier[0]
    hits = np.concatenate(([0.0], np.cumsum(np.bincount(place, happened))))[before] + earlier[1]
    rate = np.where(known >= LEAST_PAST, hits / np.maximum(known, 1), np.nan)
    told: FloatArray = rate[place]
    return told


def calibration_quality(told: Predictions, resampling: Resampling) -> CalibrationQuality:
    """Return how honest probabilities are, with intervals by week.

    Parameters
    ----------
    told : Predictions
        Of all coins; both directions may be joined.
    resampling : Resampling
    """
    if not len(told):
        return CalibrationQuality(0, {}, (), None, None)
    sums = _weekly_sums(told)
    figures = intervals(sums, _FIGURES, len(told), resampling)
    mean, t = _weekly_auc(sums)
    return CalibrationQuality(len(told), figures, _curve(sums, resampling), mean, t)


def _weekly_sums(told: Predictions) -> dict[str, FloatArray]:
    week = week_of(told.time_ms)
    weeks, happened = np.unique(week), told.happened.astype(float)
    place = np.searchsorted(weeks, week)
    rank, part = (_bins(told.probability, n) for n in (_RANK_BINS, CURVE_BINS))
    size, parts = (len(weeks), rank.max() + 1), (len(weeks), part.max() + 1)
    compared = np.isfinite(told.base_rate)
    error, base = np.square(told.probability - happened), np.square(told.base_rate - happened)
    columns = {"error": np.where(compared, error, 0.0), "base_error": np.where(compared, base, 0.0)}
    return {
        **weekly(week, columns, weeks),
        "came": _table(place, rank, happened, size),
        "stayed": _table(place, rank, 1.0 - happened, size),
        "n": _table(place, part, np.ones(len(told)), parts),
        "said": _table(place, part, told.probability, parts),
        "true": _table(place, part, happened, parts),
    }


def _table(row: IntArray, column: IntArray, weight: FloatArray, size: tuple[int, int]) -> FloatArray:
    flat = np.bincount(row * size[1] + column, weight, size[0] * size[1])
    return flat.reshape(size).astype(np.float64)


def _bins(x: FloatArray, n_bins: int) -> IntArray:
    """Return a bin of each value, equal ones together, of equal count as far as that goes; shape (n,)."""
    edges = np.unique(np.quantile(x, np.arange(1, n_bins) / n_bins, method="lower"))
    return np.searchsorted(edges, x, side="right")


def _auc(s: Sums) -> FloatArray:
    """Return the chance that a prediction that came true was above one that did not; ties count half."""
    came, stayed = s["came"], s["stayed"]
    below = np.cumsum(stayed, axis=1) - stayed / 2.0
    pairs = came.sum(axis=1) * stayed.sum(axis=1)
    return ratio((came * below).sum(axis=1), pairs)


def _brier_skill(s: Sums) -> FloatArray:
    return 100.0 * (1.0 - ratio(s["error"], s["base_error"]))


def _calibration_error(s: Sums) -> FloatArray:
    return ratio(np.abs(s["said"] - s["true"]).sum(axis=1), s["n"].sum(axis=1))


_FIGURES: Mapping[str, Statistic] = {
    "auc": _auc,
    "brier_skill_pct": _brier_skill,
    "ece": _calibration_error,
}


def _curve(sums: Sums, resampling: Resampling) -> tuple[CurvePoint, ...]:
    count, said = sums["n"].sum(axis=0), sums["said"].sum(axis=0)
    points = []
    for i in np.flatnonzero(count).tolist():
        one = {"n": sums["n"][:, i], "true": sums["true"][:, i]}
        n = int(count[i])
        rate = intervals(one, {"rate": lambda s: ratio(s["true"], s["n"])}, n, resampling)["rate"]
        points.append(CurvePoint(float(said[i] / n), rate, n))
    return tuple(points)


def _weekly_auc(sums: Sums) -> tuple[float | None, float | None]:
    each = _auc(sums)
    each = each[np.isfinite(each)]
    if len(each) < 2:
        return None, None
    error = float(each.std(ddof=1)) / math.sqrt(len(each))
    mean = float(each.mean())
    return mean, (mean - 0.5) / error if error > 0.0 else None
