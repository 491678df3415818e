"""From a model's opinion to a probability that means what it says.

Fitted on opinions about bars that the model had never seen, against what then happened; kept as plain
numbers, so that nothing but numpy is needed to read a probability.
"""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import UsageError


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
