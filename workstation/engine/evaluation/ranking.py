"""How well grades rank coins: what the days after a grade brought, the best graded beside the worst."""

import math
from collections.abc import Mapping
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

FEWEST_COINS = 12
"""Fewest coins with a grade and a return that a day is judged on."""

CRASH = -0.20
"""A return of seven days at or below which a coin is said to have crashed."""

N_DECILES = 10


@dataclass(frozen=True, slots=True, eq=False)
class GradePanel:
    """Grades of every coin on every day, and what came after; NaN where there is none.

    Parameters
    ----------
    time_ms : ndarray of int64, shape (days,)
        When the grades became known, UTC milliseconds, rising, one a day.
    grade, momentum : ndarray, shape (days, coins)
        The grade under judgement and a plain momentum grade beside it; only their order in a day counts.
        NaN also where a coin was not eligible.
    next_day, next_week : ndarray, shape (days, coins)
        Return from the next open to the close 1 and 7 days later, fractions.
    volatility : ndarray, shape (days, coins)
        How much each moved before, in any unit; only its order in a day counts.
    """

    time_ms: IntArray
    grade: FloatArray
    momentum: FloatArray
    next_day: FloatArray
    next_week: FloatArray
    volatility: FloatArray


@dataclass(frozen=True, slots=True)
class Decile:
    """What the seven days after brought to a tenth of the coins, the first graded worst.

    Parameters
    ----------
    number : int
        1 to 10.
    n : int
        Coins times days.
    median_pct : float or None
        Median return, percent; None with under 30 observations.
    figures : mapping of name to Interval
        ``beats_median_pct``, the share that did better than the median coin of their day; ``mean_pct``;
        ``crash_pct``, the share that lost 20 % or more.
    """

    number: int
    n: int
    median_pct: float | None
    figures: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class RankQuality:
    """How well grades rank.

    Parameters
    ----------
    days, coins : int
        Days judged on the seven days after, and coins that were ever ranked on one of them.
    figures : mapping of name to Interval
        ``ic_24h``, ``ic_7d``, ``ic_7d_momentum`` and their difference ``ic_7d_above_momentum`` (rank
        correlations, mean of the days), ``days_positive_pct``, ``top_beats_median_pct``,
        ``bottom_beats_median_pct``, ``crash_ratio`` (bottom over top), ``top_minus_bottom_pct`` (mean
        returns of seven days).
    t_24h, t_7d : float or None
        Mean over standard error, Newey-West.
    deciles : tuple of Decile
    order : mapping of str to float
        Rank correlation over the ten deciles of their number with ``median_pct`` and ``beats_median_pct``.
    """

    days: int
    coins: int
    figures: Mapping[str, Interval]
    t_24h: float | None
    t_7d: float | None
    deciles: tuple[Decile, ...]
    order: Mapping[str, float]


def rank_quality(panel: GradePanel, resampling: Resampling) -> RankQuality:
    """Return how well grades rank coins, with intervals by blocks of weeks.

    Parameters
    ----------
    panel : GradePanel
    resampling : Resampling
        Blocks of two weeks suit, since a return takes seven days.
    """
    ic = {
        "ic_24h": rank_ic(panel.grade, panel.next_day),
        "ic_7d": rank_ic(panel.grade, panel.next_week),
        "ic_7d_momentum": rank_ic(panel.momentum, panel.next_week),
    }
    judged = np.isfinite(ic["ic_7d"])
    rows, decile = _deciles(panel.grade, panel.next_week)
    tenths = _decile_sums(panel, rows, decile)
    sums = {**_ic_sums(panel.time_ms, ic), **tenths}
    figures = intervals(sums, _FIGURES, int(judged.sum()), resampling)
    told = _told_deciles(tenths, panel.next_week[rows], decile, resampling)
    coins = int(np.unique(rows[1]).size)
    t_24h, t_7d = newey_west_t(ic["ic_24h"], 1), newey_west_t(ic["ic_7d"], 7)
    return RankQuality(int(judged.sum()), coins, figures, t_24h, t_7d, told, _order(told))


def rank_ic(grade: FloatArray, later: FloatArray) -> FloatArray:
    """Return Spearman's rank correlation of grades and later returns of each day.

    Parameters
    ----------
    grade, later : ndarray, shape (days, coins)
        NaN where there is none.

    Returns
    -------
    ndarray, shape (days,)
        -1..1; NaN on days with fewer than 12 coins, or where all are graded alike.
    """
    out = np.full(len(grade), np.nan)
    for day, (g, r) in enumerate(zip(grade, later, strict=True)):
        both = np.isfinite(g) & np.isfinite(r)
        if both.sum() >= FEWEST_COINS:
            out[day] = _correlation(_ranks(g[both]), _ranks(r[both]))
    return out


def newey_west_t(x: FloatArray, lags: int) -> float | None:
    """Return the mean of a series over its standard error, allowing for its memory.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Oldest first; NaN is passed over.
    lags : int
        Steps that one value is still felt in the next ones.

    Returns
    -------
    float or None
        None where fewer than 30 values are known, or they do not vary.

    References
    ----------
    Newey and West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation
    consistent covariance matrix.
    """
    x = x[np.isfinite(x)]
    n = len(x)
    if n < 30:
        return None
    apart = x - x.mean()
    variance = float(apart @ apart)
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1.0)) * float(apart[lag:] @ apart[:-lag])
    error = math.sqrt(variance) / n
    return float(x.mean()) / error if error > 1e-15 else None


def _ranks(x: FloatArray) -> FloatArray:
    """Return ranks from 1 on; equal values share the mean of theirs."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    shared: FloatArray = (np.cumsum(count) - (count - 1) / 2.0)[place]
    return shared


def _correlation(x: FloatArray, y: FloatArray) -> float:
    x, y = x - x.mean(), y - y.mean()
    size = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / size if size > 0.0 else math.nan


def _deciles(grade: FloatArray, later: FloatArray) -> tuple[tuple[IntArray, IntArray], IntArray]:
    """Return the cells (day, coin) that are judged, and the decile, from 0 on, of each."""
    both = np.isfinite(grade) & np.isfinite(later)
    both &= (both.sum(axis=1) >= FEWEST_COINS)[:, None]
    decile = np.zeros(grade.shape, np.int64)
    for day in np.flatnonzero(both.any(axis=1)):
        rank = _ranks(grade[day, both[day]])
        decile[day, both[day]] = ((rank - 0.5) * N_DECILES / len(rank)).astype(np.int64)
    days, coins = np.nonzero(both)
    return (days, coins), decile[days, coins]


def _ic_sums(time_ms: IntArray, ic: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    for name, daily in ic.items():
        known = np.isfinite(daily)
        columns[name] = np.where(known, daily, 0.0)
        columns["days_" + name] = known.astype(float)
    columns["positive"] = (np.nan_to_num(ic["ic_7d"]) > 0.0).astype(float)
    both = np.isfinite(ic["ic_7d"]) & np.isfinite(ic["ic_7d_momentum"])
    columns["above"] = np.where(both, ic["ic_7d"] - ic["ic_7d_momentum"], 0.0)
    columns["days_above"] = both.astype(float)
    week = week_of(time_ms)
    return weekly(week, columns, np.unique(week))


def _decile_sums(
    panel: GradePanel, rows: tuple[IntArray, IntArray], decile: IntArray
) -> dict[str, FloatArray]:
    """Return sums by week and decile, shape (w, 10) each."""
    week = week_of(panel.time_ms)
    weeks = np.unique(week)
    cell = np.searchsorted(weeks, week)[rows[0]] * N_DECILES + decile
    earned = panel.next_week[rows]
    columns = {
        "n": np.ones(len(earned)),
        "beats": _beats_median(panel, rows),
        "crashes": (earned <= CRASH).astype(float),
        "earned": earned,
    }
    size = len(weeks) * N_DECILES
    tables = {k: np.bincount(cell, v, size).reshape(-1, N_DECILES) for k, v in columns.items()}
    return {name: table.astype(np.float64) for name, table in tables.items()}


def _beats_median(panel: GradePanel, rows: tuple[IntArray, IntArray]) -> FloatArray:
    """Return 1 for cells above the median coin of their day, one half for the median coin itself, else 0."""
    judged = np.full(panel.grade.shape, np.nan)
    judged[rows] = panel.next_week[rows]
    middle = np.zeros(len(judged))
    days = np.unique(rows[0])
    middle[days] = np.nanmedian(judged[days], axis=1) if len(days) else 0.0
    above = panel.next_week[rows] - middle[rows[0]]
    return np.where(above > 0.0, 1.0, np.where(above == 0.0, 0.5, 0.0))


def _mean_of(name: str, days: str) -> Statistic:
    return lambda s: ratio(s[name], s[days])


def _share_of(name: str, decile: int) -> Statistic:
    return lambda s: 100.0 * ratio(s[name][:, decile], s["n"][:, decile])


def _crash_ratio(s: Sums) -> FloatArray:
    rates = ratio(s["crashes"], s["n"])
    return ratio(rates[:, 0], rates[:, -1])


_FIGURES: Mapping[str, Statistic] = {
    "ic_24h": _mean_of("ic_24h", "days_ic_24h"),
    "ic_7d": _mean_of("ic_7d", "days_ic_7d"),
    "ic_7d_momentum": _mean_of("ic_7d_momentum", "days_ic_7d_momentum"),
    "ic_7d_above_momentum": _mean_of("above", "days_above"),
    "days_positive_pct": lambda s: 100.0 * ratio(s["positive"], s["days_ic_7d"]),
    "top_beats_median_pct": _share_of("beats", N_DECILES - 1),
    "bottom_beats_median_pct": _share_of("beats", 0),
    "crash_ratio": _crash_ratio,
    "top_minus_bottom_pct": lambda s: _share_of("earned", N_DECILES - 1)(s) - _share_of("earned", 0)(s),
}


def _told_deciles(
    tenths: Sums, earned: FloatArray, decile: IntArray, resampling: Resampling
) -> tuple[Decile, ...]:
    told = []
    for i in range(N_DECILES):
        mine = earned[decile == i]
        statistics = {
            "beats_median_pct": _share_of("beats", i),
            "mean_pct": _share_of("earned", i),
            "crash_pct": _share_of("crashes", i),
        }
        median = 100.0 * float(np.median(mine)) if len(mine) >= 30 else None
        told.append(Decile(i + 1, len(mine), median, intervals(tenths, statistics, len(mine), resampling)))
    return tuple(told)


def _order(deciles: tuple[Decile, ...]) -> dict[str, float]:
    columns = {
        "median_pct": [d.median_pct for d in deciles],
        "beats_median_pct": [d.figures["beats_median_pct"].value for d in deciles],
    }
    numbers = np.arange(1.0, N_DECILES + 1.0)
    return {
        name: _correlation(numbers, _ranks(np.array(column, np.float64)))
        for name, column in columns.items()
        if None not in column
    }
