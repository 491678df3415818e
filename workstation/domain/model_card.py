"""A trained model's card: what it is, what it learned from, how good it was, and how to know it is whole."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
"""Of the card; a model with another one is not read."""

SMOKE_TOLERANCE = 1e-9
"""How far a prediction may lie from the one on the card."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\.(?:txt|json)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_model_hash(text: str) -> bool:
    """Return whether this could be a model's hash: 64 hexadecimal digits, lower case."""
    return _SHA256.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file of a model, and how to know that it is that file to the bit.

    Parameters
    ----------
    name : str
        Lower case, ``.txt`` (LightGBM text) or ``.json``; never a path.
    n_bytes : int
        Its length.
    sha256 : str
        Of its content, 64 hexadecimal digits.

    Raises
    ------
    ValueError
        One of them cannot be.
    """

    name: str
    n_bytes: int
    sha256: str

    def __post_init__(self) -> None:
        if not _FILE.fullmatch(self.name) or self.name == "card.json":
            raise ValueError(f"{self.name!r} is no name of a model's file; expected one such as 'up.txt'.")
        if self.n_bytes < 1:
            raise ValueError(f"{self.name} is sealed with {self.n_bytes} bytes; expected at least one.")
        if not is_model_hash(self.sha256):
            raise ValueError(f"{self.name} is sealed with {self.sha256!r}; expected 64 hexadecimal digits.")


@dataclass(frozen=True, slots=True)
class Figure:
    """How good the model was out of sample, in one number with its interval.

    Parameters
    ----------
    name : str
        Such as ``"hit_lift_pp"``.
    value, low, high : float
        In the figure's own unit; ``low <= value <= high``.
    n : int
        Of how many cases.

    Raises
    ------
    ValueError
        The value lies outside its interval, or `n` is negative.
    """

    name: str
    value: float
    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"The figure {self.name} is {self.value}, outside {self.low} to {self.high}.")
        if self.n < 0:
            raise ValueError(f"The figure {self.name} is of {self.n} cases; expected none or more.")


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a model learned from.

    Parameters
    ----------
    source : str
        Whose candles and of which market, in words.
    licence : str
        Under which the data may be used, in words.
    from_ms, until_ms : int
        Close of the first bar, and end of the last bar's horizon; UTC milliseconds.
    coins : tuple of str
        Symbols.
    n_rows : int
        Decision bars.

    Raises
    ------
    ValueError
        The period ends before it begins.
    """

    source: str
    licence: str
    from_ms: int
    until_ms: int
    coins: tuple[str, ...]
    n_rows: int

    def __post_init__(self) -> None:
        if self.until_ms <= self.from_ms:
            raise ValueError(
                f"The model learned from {self.from_ms} until {self.until_ms}, which is no period."
            )


@dataclass(frozen=True, slots=True)
class SmokeVector:
    """A few rows of data points, and what the whole model says of them.

    Parameters
    ----------
    rows : tuple of tuple of float
        Data points in the model's order, each exactly a float32; None where one is not known.
    predictions : mapping of str to tuple of float
        By the name of each answer, its numbers row after row; None where it says nothing.

    Raises
    ------
    ValueError
        There is no row or no answer, or the rows differ in length.
    """

    rows: tuple[tuple[float | None, ...], ...]
    predictions: Mapping[str, tuple[float | None, ...]]

    def __post_init__(self) -> None:
        if not self.rows or not self.predictions:
            raise ValueError(
                "The smoke vector is empty; expected a few rows and what the model says of them."
            )
        if len({len(row) for row in self.rows}) != 1:
            raise ValueError(
                "The rows of the smoke vector differ in length; expected one value per data point."
            )

    @classmethod
    def of(cls, matrix: NDArray[np.float32], answers: Mapping[str, NDArray[np.generic]]) -> "SmokeVector":
        """Return the vector of rows ``(n, n_features)`` and what a model known to be whole answers."""
        rows = tuple(_plain(row) for row in matrix)
        return cls(rows, {name: _plain(answer.ravel()) for name, answer in sorted(answers.items())})

    def matrix(self) -> NDArray[np.float32]:
        """Return the rows, shape ``(n, n_features)``; NaN where a data point is not known."""
        return np.array(self.rows, dtype=np.float32)

    def difference(self, answers: Mapping[str, NDArray[np.generic]]) -> str:
        """Return how answers to `matrix` differ from the card, in words to follow the name of the model.

        Empty where they do not.
        """
        for name, expected in self.predictions.items():
            if name not in answers:
                return f"does not answer {name}"
            numbers = np.asarray(answers[name], dtype=np.float64).ravel()
            wanted = np.array(expected, dtype=np.float64)
            if numbers.shape != wanted.shape:
                return f"answers {numbers.size} numbers as {name} where its card says {wanted.size}"
            near = np.isclose(numbers, wanted, rtol=0.0, atol=SMOKE_TOLERANCE, equal_nan=True)
            if not near.all():
                first = int(np.argmin(near))
                return f"answers {numbers[first]!s} as {name} where its card says {wanted[first]!s}"
        return ""


def telling_rows(leaves: NDArray[np.integer], most: int) -> NDArray[np.intp]:
    """Return few rows that reach as many leaves of a model as they can: the ones for its smoke vector.

    A leaf that no row reaches may be damaged unseen, by whoever writes a false seal, too.

    Parameters
    ----------
    leaves : ndarray of int, shape (n, n_trees)
        Which leaf of each tree each row reaches.
    most : int
        How many rows to return at most.

    Returns
    -------
    ndarray of int
        Indices of rows, the most telling first; fewer than `most` where no further row reaches a new leaf.
    """
    unseen = np.ones(leaves.shape, dtype=bool)
    chosen: list[int] = []
    while len(chosen) < most and unseen.any():
        best = int(unseen.sum(axis=1).argmax())
        chosen.append(best)
        unseen &= leaves != leaves[best]
    return np.array(chosen, dtype=np.intp)


def _plain(values: NDArray[np.generic]) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(value) else value for value in values.astype(np.float64).tolist())


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a trader, and a program, should know of a model before using it.

    Parameters
    ----------
    name : str
        What it is for, such as ``"signals-1h"``; a champion and its challengers share it.
    kind : str
        How it is loaded, such as ``"boosters"``.
    timeframe : str
        Of the bars it judges.
    horizon_bars : int
        Within how many of them it is right or not.
    created_ms : int
        When it was trained, UTC milliseconds.
    engine_version : str
        Of the engine that trained it.
    trained_on : TrainingData
        What it learned from.
    features : tuple of str
        Names of its data points, in the order of its matrix.
    figures : tuple of Figure
        How good it was out of sample.
    n_variants_tried : int
        How many were tried before it, which every figure has to be read with.
    smoke : SmokeVector
        What it must answer.
    files : tuple of SealedFile
        Empty until it is stored.
    format : int
        Of this card.

    Raises
    ------
    ValueError
        A field cannot be, or the smoke vector has not one value per data point.
    """

    name: str
    kind: str
    timeframe: str
    horizon_bars: int
    created_ms: int
    engine_version: str
    trained_on: TrainingData
    features: tuple[str, ...]
    figures: tuple[Figure, ...]
    n_variants_tried: int
    smoke: SmokeVector
    files: tuple[SealedFile, ...] = ()
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"The card has format {self.format}; this version of Tidemark reads {FORMAT}.")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a model; expected one such as 'signals-1h'.")
        if not _NAME.fullmatch(self.kind):
            raise ValueError(f"{self.kind!r} is no kind of model; expected one such as 'signals'.")
        if self.horizon_bars < 1:
            raise ValueError(f"The horizon is {self.horizon_bars} bars; expected at least one.")
        if not self.features or len(set(self.features)) != len(self.features):
            raise ValueError("The model names no data points, or one twice; expected each once.")
        if len(self.smoke.rows[0]) != len(self.features):
            raise ValueError(
                f"The smoke vector has {len(self.smoke.rows[0])} values a row; "
                f"expected one for each of {len(self.features)} data points."
            )
        if len({file.name for file in self.files}) != len(self.files):
            raise ValueError("The card seals one file twice; expected each once.")


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model whose files were found to be those that its card seals.

    Parameters
    ----------
    model_hash : str
        SHA-256 of its card, hexadecimal; the card seals the files, so this names all of it.
    card : ModelCard
        What it is.
    files : mapping of str to bytes
        Content by name; as they were stored, which says nothing about what loading them does.
    """

    model_hash: str
    card: ModelCard
    files: Mapping[str, bytes]

    @property
    def title(self) -> str:
        """How it is called in a sentence: its name and the first digits of its hash."""
        return f"{self.card.name} ({self.model_hash[:8]})"
