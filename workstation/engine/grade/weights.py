"""How much each component counts in the grade: learned from what followed, never negative, together one."""

import json
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import TidemarkError
from workstation.engine.grade.components import COMPONENTS, N_COMPONENTS

RIDGE = 0.1
"""Pull of the weights towards each other, as a share of the components' mean square."""

WEIGHTS_FILE = "grade_weights.json"
"""What the engine reads of a model by itself; the trees are only loaded where they may do no harm."""

_ROUNDS = 500  # of the descent: far beyond where the ninth digit stands still


@dataclass(frozen=True, slots=True)
class GradeWeights:
    """The weights of the components.

    Parameters
    ----------
    values : tuple of float
        In the order of `COMPONENTS`; zero or more, together 1.

    Raises
    ------
    ValueError
        A weight is missing or negative, or they do not add up to 1.
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        sound = len(self.values) == N_COMPONENTS and min(self.values) >= 0.0
        if not (sound and abs(sum(self.values) - 1.0) < 1e-9):
            raise ValueError(f"Weights are {N_COMPONENTS} shares of 1, got {self.values}.")

    @classmethod
    def equal(cls) -> "GradeWeights":
        """Return the weights of somebody who knows nothing."""
        return cls((1.0 / N_COMPONENTS,) * N_COMPONENTS)

    def to_file(self) -> bytes:
        """Return the weights as a file, with the components that they are of."""
        return json.dumps(dict(zip(COMPONENTS, self.values, strict=True))).encode()

    @classmethod
    def from_file(cls, file: bytes) -> "GradeWeights":
        """Return the weights of `to_file`.

        Raises
        ------
        TidemarkError
            The file is damaged, or made for other components than this version's.
        """
        try:
            told = json.loads(file)
            names, weights = tuple(told), cls(tuple(float(value) for value in told.values()))
        except (AttributeError, TypeError, ValueError) as error:
            raise TidemarkError(f"The grade's weights are damaged: {error}.") from error
        if names != COMPONENTS:
            raise TidemarkError("The grade's weights are of other components than ours; train a new one.")
        return weights

    def without_model(self) -> "GradeWeights":
        """Return the weights of the plain components alone; alike where none of them counts."""
        plain = self.values[:-1]
        total = sum(plain)
        shares = [v / total for v in plain] if total > 0.0 else [1.0 / len(plain)] * len(plain)
        return GradeWeights((*shares, 0.0))

    def sentences(self) -> tuple[str, ...]:
        """Say of each component what it counts, or that it does not and why."""
        return tuple(_sentence(name, value) for name, value in zip(COMPONENTS, self.values, strict=True))


def learn_weights(scores: FloatArray, target: FloatArray) -> GradeWeights:
    """Return the weights that would have ranked best.

    Parameters
    ----------
    scores : ndarray of float64, shape (n, N_COMPONENTS)
        How coins stood in each component, -0.5..0.5; no NaN.
    target : ndarray of float64, shape (n,)
        How they stood in what followed.

    Ridge regression without negative weights, scaled to add up to 1. Where no component went along with what
    followed, all count alike.

    References
    ----------
    Lawson and Hanson (1974), Solving Least Squares Problems; here by descent, a weight at a time.
    """
    if not len(scores):
        return GradeWeights.equal()
    squares, shared = scores.T @ scores / len(scores), scores.T @ target / len(scores)
    squares = squares + RIDGE * np.trace(squares) / N_COMPONENTS * np.eye(N_COMPONENTS)
    found = _descend(squares, shared)
    total = found.sum()
    return GradeWeights(tuple((found / total).tolist())) if total > 0.0 else GradeWeights.equal()


def _descend(squares: FloatArray, shared: FloatArray) -> FloatArray:
    weights = np.zeros(len(shared))
    for _ in range(_ROUNDS):
        for k in range(len(weights)):
            left = shared[k] - squares[k] @ weights + squares[k, k] * weights[k]
            weights[k] = max(left / squares[k, k], 0.0) if squares[k, k] > 0.0 else 0.0
    return weights


def _sentence(name: str, value: float) -> str:
    if value == 0.0:
        return f"{name} does not count: its learned weight is 0, for it did not help to rank what followed."
    return f"{name} counts {100.0 * value:.0f} %."
