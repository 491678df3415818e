"""What computes a study, and how many candles before a bar decide its value.

Everything is a pure function of candles, oldest first, without holes; a value of bar ``i`` uses bars ``0..i``
only. A study either forgets (its value is decided, to `TOLERANCE`, by as many bars as `Calculation.reach`
says), or sums (its tail is known up to a constant), or turns (two runs that made the same turns are equal
from there on). So one more candle never needs the whole history, see `tail`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from workstation.domain.candle import FloatArray, IntArray

DAY_MS = 86_400_000
TOLERANCE = 1e-9
"""A recomputed tail differs from the whole by no more than this part of the study's own scale."""

Values = Mapping[str, float]


class Bars(NamedTuple):
    """Candles side by side, oldest first, none missing; each of shape (n,)."""

    open_time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


class Memory(Enum):
    """How the past lives on in a value."""

    FADES = "fades"
    SUMS = "sums"
    TURNS = "turns"


@dataclass(frozen=True, slots=True)
class Calculation:
    """How a study is computed.

    Parameters
    ----------
    run : callable
        Bars and parameters to one array for each output, shape (n,); NaN where there is no value yet.
    reach : callable
        Parameters to the bars before a bar that decide its value, for one of a minute at most.
    memory : Memory
        How the past lives on.
    """

    run: Callable[[Bars, Values], tuple[FloatArray, ...]]
    reach: Callable[[Values], int]
    memory: Memory = Memory.FADES


def exponential(bars: float) -> int:
    """Return after how many bars an exponential average has forgotten what came before, to 1e-12."""
    return int(15 * (bars + 1)) + 8


def wilder(bars: float) -> int:
    """Return after how many bars Wilder's average has forgotten what came before, to 1e-12."""
    return int(30 * bars) + 8
