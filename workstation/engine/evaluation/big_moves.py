"""Rises of a fifth and more within a week: how often a bullish signal stands before one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.evaluation.bootstrap import Interval, Resampling, Statistic, Sums, intervals, ratio
from workstation.engine.evaluation.outcome import SideArray
from workstation.engine.features.compiled import compiled
from workstation.engine.segments import LARGEST_HOLE

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class BigRise:
    """What counts as a big rise.

    Parameters
    ----------
    fraction : float
        How far above the next open, e.g. 0.20.
    days : int
        Within how many days of it.
    """

    fraction: float = 0.20
    days: int = 7


def big_rises(candles: CandleColumns, bar_ms: int, rise: BigRise | None = None) -> SideArray:
    """Return after which closes a big rise follows, measured from the next open to any later high.

    Parameters
    ----------
    candles : CandleColumns
    bar_ms : int
        Length of a bar, milliseconds.
    rise : BigRise or None
        None means +20 % within 7 days.

    Returns
    -------
    ndarray of int8, shape (n,)
        1 where it does, 0 where it does not, -1 where that is not known: the days are not over, or a hole
        of more than 24 bars comes before their end.
    """
    wanted = rise or BigRise()
    out = np.full(len(candles), -1, np.int8)
    spans = (bar_ms, wanted.days * _DAY_MS)
    _look_ahead(candles.open, candles.high, candles.open_time, spans, 1.0 + wanted.fraction, out)
    return out


@compiled
def _look_ahead(
    open_: FloatArray, high: FloatArray, time: IntArray, spans: tuple[int, int], factor: float, out: SideArray
) -> None:
    bar_ms, span = spans
    last = len(time) - 1  # row of the last bar of the market that row i belongs to
    for i in range(len(time) - 2, -1, -1):
        if time[i + 1] - time[i] > (LARGEST_HOLE + 1) * bar_ms:
            last = i
        end = time[i] + bar_ms + span
        if time[last] + bar_ms < end:
            continue
        goal = open_[i + 1] * factor
        out[i] = 0
        for j in range(i + 1, last + 1):
            if time[j] >= end:
                break
            if high[j] >= goal:
                out[i] = 1
                break


def rise_sums(side: SideArray, rise: SideArray) -> dict[str, FloatArray]:
    """Return the columns that `foresight` adds up by week, of trades: shape (n,) each."""
    bullish = (side > 0) & (rise >= 0)
    return {"alerts": bullish.astype(float), "right": (bullish & (rise == 1)).astype(float)}


def foresight(sums: Sums, n: int, resampling: Resampling) -> dict[str, Interval]:
    """Return how often bullish signals stand before a big rise, and how often any bar does.

    Parameters
    ----------
    sums : Sums
        By week: ``alerts`` and ``right`` of `rise_sums`, ``rises_known`` and ``rises`` of every bar.
    n : int
        Bullish signals whose week is over.
    resampling : Resampling
        Blocks of two weeks suit, since an outcome takes seven days.

    Returns
    -------
    dict
        ``precision`` and ``base_rate`` (0..1), ``lift`` (their ratio), ``false_alert_pct``.
    """
    return intervals(sums, _FIGURES, n, resampling)


def _precision(s: Sums) -> FloatArray:
    return ratio(s["right"], s["alerts"])


def _base_rate(s: Sums) -> FloatArray:
    return ratio(s["rises"], s["rises_known"])


_FIGURES: Mapping[str, Statistic] = {
    "precision": _precision,
    "base_rate": _base_rate,
    "lift": lambda s: ratio(_precision(s), _base_rate(s)),
    "false_alert_pct": lambda s: 100.0 * (1.0 - _precision(s)),
}
