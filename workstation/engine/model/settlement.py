"""Settling what a model's opinions mean, from what came of bars that it had not learnt from.

Apart from the reading of opinions, so that whoever only reads a model never loads scikit-learn.
"""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError
from workstation.engine.features.factor_family import SideArray
from workstation.engine.model.calibration import Calibration
from workstation.engine.model.decision import DecisionRules
from workstation.engine.model.family_vote import vote_limits
from workstation.engine.model.meaning import Meaning, Opinions
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.walk_forward import BoolArray

BINS = 100
"""Opinions are averaged in this many equally filled bins first: a handful of bars makes no step."""

LEAST_ROWS = 1000
"""Fewer examined bars say too little to calibrate on."""


def settle(opinions: Opinions, label: SideArray, recipe: Recipe) -> Meaning:
    """Return what such opinions mean, from what came of the bars they were about.

    Parameters
    ----------
    opinions : Opinions
        About ``n`` bars that the model had not learnt from.
    label : ndarray of int8, shape (n,)
        1 the upper barrier came first, -1 the lower one, 0 neither.

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
    return Meaning(
        up=fit_calibration(opinions.up, label > 0),
        down=fit_calibration(opinions.down, label < 0),
        base_up=float((label > 0).mean()),
        base_down=float((label < 0).mean()),
        vote_limits=tuple(vote_limits(one, recipe.vote_tail) for one in opinions.families.T),
        rules=rules,
    )


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
