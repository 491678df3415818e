"""From a model's opinion to a probability that means what it says.

Fitted on opinions about bars that the model had never seen, against what then happened; kept as plain
numbers, so that nothing but numpy is needed to read a probability.
"""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError
from workstation.engine.model.walk_forward import BoolArray

BINS = 100
"""Opinions are averaged in this many equally filled bins first: a handful of bars makes no step."""

LEAST_ROWS = 1000
"""Fewer examined bars say too little to calibrate on."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """A rising curve from opinion to probability: straight lines between knots, flat beyond them.

    Parameters
    ----------
    opinions : ndarray of float64, shape (n_knots,)
        Strictly rising.
    probabilities : ndarray of float64, shape (n_knots,)
        0..1, never falling.

    Raises
    ------
    UsageError
        There is no knot, or they are not as said.
    """

    opinions: FloatArray
    probabilities: FloatArray

    def __post_init__(self) -> None:
        sound = len(self.opinions) == len(self.probabilities) > 0
        sound = sound and bool(
            (np.diff(self.opinions) > 0).all() and (np.diff(self.probabilities) >= 0).all()
        )
        if not sound or self.probabilities[0] < 0 or self.probabilities[-1] > 1:
            raise UsageError("A calibration needs rising opinions and rising probabilities in 0..1.")

    def __call__(self, opinions: FloatArray) -> FloatArray:
        """Return the probability that belongs to each opinion, shape (n,); NaN where there is none."""
        return np.interp(opinions, self.opinions, self.probabilities)


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
    from sklearn.isotonic import IsotonicRegression  # only training needs it, and it takes a second to load

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
