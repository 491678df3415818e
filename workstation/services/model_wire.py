"""What passes between the engine and the process that loads a model.

A message is four bytes of length, that many bytes of msgpack (a `Question` or an `Answer`), and then the raw
bytes that it announces: a model's files, or the numbers of a matrix.
"""

import math
from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

LENGTH = 4
"""Bytes, the most significant first, that say how long a header is."""

LONGEST_HEADER = 65_536
"""Bytes; a longer one is no header of ours."""

_DTYPES = ("<f8", "<f4", "<i8", "<i4", "|i1", "|b1")


class Load(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Load this model; its files follow, one after another.

    Parameters
    ----------
    kind : str
        How it is loaded.
    files : list of (str, int)
        Name and length in bytes of each.
    within_s : float
        Processor time that it may take, seconds.
    """

    kind: str
    files: list[tuple[str, int]]
    within_s: float


class Ask(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Judge a matrix; its float32 numbers follow, row after row.

    Parameters
    ----------
    n_rows, n_features : int
        Its shape.
    with_contributions : bool
        Whether to say, too, how much each data point spoke for the answer.
    within_s : float
        Processor time that it may take, seconds.
    """

    n_rows: int
    n_features: int
    with_contributions: bool
    within_s: float


Question = Load | Ask


class ArrayForm(msgspec.Struct, frozen=True, array_like=True):
    """The form of an array whose bytes follow.

    Parameters
    ----------
    name : str
        Of the answer.
    dtype : str
        Numpy's name of its numbers, little-endian.
    shape : tuple of int
        C order.

    Raises
    ------
    ValueError
        There is no such array.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.dtype not in _DTYPES or any(n < 0 for n in self.shape):
            raise ValueError(f"{self.dtype} of shape {self.shape} is no array of ours")

    @property
    def n_bytes(self) -> int:
        """How many bytes follow."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    def array(self, content: bytes | bytearray) -> NDArray[np.generic]:
        """Return the array with this content."""
        return np.frombuffer(content, dtype=self.dtype).reshape(self.shape)


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What became of a question; the arrays follow.

    Parameters
    ----------
    arrays : list of ArrayForm
        None where nothing was asked but to load.
    refused : str
        Why not, a sentence; empty where it was done.
    """

    arrays: list[ArrayForm]
    refused: str = ""


encode = msgspec.msgpack.Encoder().encode
decode_question = msgspec.msgpack.Decoder(Question).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode


def framed(header: Question | Answer) -> bytes:
    """Return a header as it is sent."""
    body = encode(header)
    return len(body).to_bytes(LENGTH, "big") + body


def forms_of(answers: Mapping[str, NDArray[np.generic]]) -> list[ArrayForm]:
    """Return the forms of some arrays."""
    return [ArrayForm(name, array.dtype.str, array.shape) for name, array in answers.items()]
