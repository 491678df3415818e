"""Settling what a model's opinions mean, from what came of bars that it had not learnt from.

Apart from the reading of opinions, so that whoever only reads a model never loads scikit-learn.
"""

import math
from dataclasses import replace

import numpy as np
from sklearn.isotonic import IsotonicRegression

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.features.factor_family import SideArray
from workstation.engine.model.calibration import Calibration
from workstation.engine.model.decision import DecisionRules
from workstation.engine.model.family_vote import count_votes, vote_limits
from workstation.engine.model.meaning import Meaning, Opinions, sides_of
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.walk_forward import DAY_MS, BoolArray

BINS = 100
"""Opinions are averaged in this many equally filled bins first: a handful of bars makes no step."""

WEEK_MS = 7 * DAY_MS

LEAST_ROWS = 1000
"""Fewer examined bars say too little to calibrate on."""


SURE_ERRORS = 3.0
"""Standard errors by which favoured bars must have been right beyond chance. A model is settled anew each
quarter: in four years one without skill would get to speak in one case of three with two errors, in one of
fifty with three."""

LEAST_WEEKS = 8
"""Fewer weeks say nothing about how far weeks differ."""


def settle(opinions: Opinions, label: SideArray, open_time: IntArray, recipe: Recipe) -> Meaning:
    """Return what such opinions mean, from what came of the bars they were about.

    Parameters
    ----------
    opinions : Opinions
        About ``n`` bars that the model had not learnt from.
    label : ndarray of int8, shape (n,)
        1 the upper barrier came first, -1 the lower one, 0 neither.
    open_time : ndarray of int64, shape (n,)
        Opens of those bars, UTC milliseconds.

    Raises
    ------
    UsageError
        The bars are too few to calibrate on.
    """
    tail, rest = recipe.tail, recipe.rest
    bearish, bearish_rest, bullish_rest, bullish = np.quantile(
        opinions.score, [tail, rest, 1 - rest, 1 - tail]
    ).tolist()
    rules = DecisionRules(
        bullish=bullish,
        bearish=bearish,
        bullish_rest=bullish_rest,
        bearish_rest=bearish_rest,
        min_agree=recipe.min_agree,
        margin=recipe.margin,
        cool_down=recipe.horizon,
    )
    limits = tuple(vote_limits(one, recipe.vote_tail) for one in opinions.families.T)
    side = rules.agrees(opinions.score, count_votes(sides_of(opinions, limits)))
    return Meaning(
        up=fit_calibration(opinions.up, label > 0),
        down=fit_calibration(opinions.down, label < 0),
        base_up=float((label > 0).mean()),
        base_down=float((label < 0).mean()),
        vote_limits=limits,
        rules=replace(rules, sure_lift=sure_lift(side, label, open_time)),
    )


def sure_lift(side: SideArray, label: SideArray, open_time: IntArray) -> float:
    """Return by how much bars hit on their side above the base rate, less `SURE_ERRORS` standard errors.

    Weeks are what is independent: all bars of all coins that open in a week count as one observation. Nothing
    but the side is asked, no probability: that one was fitted to these same outcomes.

    Parameters
    ----------
    side : ndarray of int8, shape (n,)
        1 bullish, -1 bearish, 0 none.
    label, open_time : ndarray, shape (n,)
        As of `settle`.

    Returns
    -------
    float
        -1..1; -1 where fewer than `LEAST_WEEKS` weeks have such a bar.

    References
    ----------
    Cameron and Miller (2015), A practitioner's guide to cluster-robust inference.
    """
    took = side != 0
    base = np.where(side > 0, (label > 0).mean(), (label < 0).mean())
    gain = ((label == side) - base)[took]
    weeks, week = np.unique(open_time[took] // WEEK_MS, return_inverse=True)
    if len(weeks) < LEAST_WEEKS:
        return -1.0
    mean = gain.mean()
    apart = np.bincount(week, gain - mean)
    error = math.sqrt(len(weeks) / (len(weeks) - 1) * float(apart @ apart)) / len(gain)
    return max(-1.0, float(mean) - SURE_ERRORS * error)


def fit_calibration(opinions: FloatArray, happened: BoolArray) -> Calibration:
    """Return the rising curve that fits best what happened after such opinions.

    Parameters
    ----------
    opinions : ndarray of float64, shape (n,)
        About bars that the model had not learnt from; any scale, no NaN.
    happened : ndarray of bool, shape (n,)
        Whether it came true.

    Raises
    ------
    UsageError
        There are fewer than `LEAST_ROWS`.

    References
    ----------
    Zadrozny and Elkan (2002), Transforming classifier scores into accurate multiclass probability estimates.
    """
    if len(opinions) < LEAST_ROWS:
        raise UsageError(f"A calibration needs {LEAST_ROWS} examined bars or more, got {len(opinions)}.")
    edges = np.quantile(opinions, np.linspace(0, 1, BINS + 1)[1:-1])
    place = np.searchsorted(edges, opinions)
    n = np.bincount(place, minlength=BINS)
    filled = n > 0
    mean = np.bincount(place, opinions, BINS)[filled] / n[filled]
    share = np.bincount(place, happened, BINS)[filled] / n[filled]
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0).fit(mean, share, sample_weight=n[filled])
    return _knots(fitted.X_thresholds_, fitted.y_thresholds_)


def _knots(opinions: FloatArray, probabilities: FloatArray) -> Calibration:
    """Return the curve through thresholds, of which rounding may have put two in one place."""
    x, first = np.unique(np.asarray(opinions, np.float64), return_index=True)
    return Calibration(x, np.maximum.accumulate(np.asarray(probabilities, np.float64)[first]))
