"""How good a method's signals are: hit rate over base rate, return after costs, profit factor."""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.evaluation.bootstrap import FEWEST, Interval, Statistic, Sums, ratio, week_of, weekly
from workstation.engine.evaluation.evidence import Trades

MONTH_MS = 30.4375 * 86_400_000
"""A twelfth of a year, milliseconds."""


def wilson(hits: int, n: int, confidence: float = 0.95) -> Interval:
    """Return a hit rate with its Wilson interval; no figure under 30 observations.

    The interval takes every observation as independent, which signals of the same week are not: it is for
    the record of what was said live, `bootstrap.intervals` for an evaluation.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if n < FEWEST:
        return Interval(None, None, None, f"Only {n} observations; a figure is given from {FEWEST} on.")
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    rate, spread = hits / n, z * z / n
    middle = (rate + spread / 2.0) / (1.0 + spread)
    half = z * math.sqrt(rate * (1.0 - rate) / n + spread / (4.0 * n)) / (1.0 + spread)
    return Interval(rate, max(0.0, min(rate, middle - half)), min(1.0, max(rate, middle + half)))


def trade_sums(trades: Trades, alpha: FloatArray, weeks: IntArray) -> dict[str, FloatArray]:
    """Return the sums by week that `FIGURES` are made of, for the side of the signals.

    Parameters
    ----------
    trades : Trades
        Of all coins.
    alpha : ndarray, shape (n,)
        What each earned before costs above the mean of all coins at the same close; NaN counts for nothing.
    weeks : ndarray of int64, shape (w,)
        Every week under judgement, rising.
    """
    later = np.isfinite(trades.delayed_net)
    ahead = np.isfinite(alpha)
    columns = {
        "n": np.ones(len(trades)),
        "bullish": (trades.side > 0).astype(float),
        "hits": trades.hit.astype(float),
        "net": trades.net,
        "gross": trades.gross,
        "gains": np.maximum(trades.net, 0.0),
        "losses": np.maximum(-trades.net, 0.0),
        "delayed": later.astype(float),
        "delay_cost": np.where(later, trades.net - trades.delayed_net, 0.0),
        "compared": ahead.astype(float),
        "alpha": np.where(ahead, alpha, 0.0),
    }
    return weekly(week_of(trades.time_ms), columns, weeks)


def _hit_rate(s: Sums) -> FloatArray:
    return ratio(s["hits"], s["n"])


def _base_rate(s: Sums) -> FloatArray:
    """Return how often any eligible bar would have hit, long and short in the signals' own proportion."""
    bullish = ratio(s["bullish"], s["n"])
    return bullish * ratio(s["up"], s["bars"]) + (1.0 - bullish) * ratio(s["down"], s["bars"])


def _hit_lift(s: Sums) -> FloatArray:
    return 100.0 * (_hit_rate(s) - _base_rate(s))


def _net_mean(s: Sums) -> FloatArray:
    return 100.0 * ratio(s["net"], s["n"])


def _profit_factor(s: Sums) -> FloatArray:
    return ratio(s["gains"], s["losses"])


PAIRED: Mapping[str, Statistic] = {
    "hit_lift_pp": _hit_lift,
    "net_mean_pct": _net_mean,
    "profit_factor": _profit_factor,
}
"""What two methods are compared in."""

FIGURES: Mapping[str, Statistic] = {
    "hit_rate": _hit_rate,
    "base_rate": _base_rate,
    **PAIRED,
    "gross_mean_pct": lambda s: 100.0 * ratio(s["gross"], s["n"]),
    "alpha_mean_pct": lambda s: 100.0 * ratio(s["alpha"], s["compared"]),
    "delay_cost_pct": lambda s: 100.0 * ratio(s["delay_cost"], s["delayed"]),
    "per_coin_month": lambda s: ratio(s["n"], s["coin_months"]),
}
"""Every figure of a method, by its name in reports.

The sums they read are those of `trade_sums`, and of every eligible bar of the same coins and weeks: ``bars``,
``up``, ``down`` and ``coin_months``. Rates are 0..1; ``_pct`` are percent of the entry, ``_pp`` percent
points; the delay cost is what acting one bar later loses a signal.
"""
