"""How well grades rank coins that move alike: within the calm, the middle and the wild third of each day."""

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.evaluation.bootstrap import Interval, Resampling, intervals, ratio, week_of, weekly
from workstation.engine.evaluation.ranking import GradePanel, rank_ic

THIRDS = ("low", "middle", "high")
"""Thirds of a day's coins by volatility, the calmest first."""

_NONE = -1


def ic_by_volatility(panel: GradePanel, resampling: Resampling) -> dict[str, Interval]:
    """Return the rank correlation of grades and returns of seven days within each third, mean of the days.

    A grade that only tells calm coins from wild ones ranks nothing here. A third of fewer than twelve coins
    is passed over that day.

    Parameters
    ----------
    panel : GradePanel
    resampling : Resampling
        Blocks of two weeks suit, since a return takes seven days.
    """
    third = _thirds(panel)
    found = {}
    for number, name in enumerate(THIRDS):
        daily = rank_ic(np.where(third == number, panel.grade, np.nan), panel.next_week)
        found[name] = _mean(panel.time_ms, daily, resampling)
    return found


def _thirds(panel: GradePanel) -> IntArray:
    """Return the third of each coin on each day, shape (days, coins); -1 where it is not judged."""
    third = np.full(panel.grade.shape, _NONE)
    judged = np.isfinite(panel.grade) & np.isfinite(panel.next_week) & np.isfinite(panel.volatility)
    for day in np.flatnonzero(judged.any(axis=1)):
        coins = np.flatnonzero(judged[day])
        order = coins[np.argsort(panel.volatility[day, coins], kind="stable")]
        third[day, order] = np.arange(len(order)) * len(THIRDS) // len(order)
    return third


def _mean(time_ms: IntArray, daily: FloatArray, resampling: Resampling) -> Interval:
    known, week = np.isfinite(daily), week_of(time_ms)
    columns = {"ic": np.where(known, daily, 0.0), "days": known.astype(float)}
    sums = weekly(week, columns, np.unique(week))
    statistics = {"ic": lambda s: ratio(s["ic"], s["days"])}
    return intervals(sums, statistics, int(known.sum()), resampling)["ic"]
