"""What was compared, and the first place of each kind where two things that must be the same were not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.verification.record import Readings, subject_of


@dataclass(frozen=True, slots=True)
class Leak:
    """A value that is not what it must be.

    Parameters
    ----------
    record, symbol : str
        Where.
    reading : str
        What: a data point or a vote.
    how : str
        What was done to the market.
    open_time : int
        Of the bar, UTC milliseconds.
    expected, found : float
        What it was, and what it became.
    """

    record: str
    symbol: str
    reading: str
    how: str
    open_time: int
    expected: float
    found: float

    def __str__(self) -> str:
        return (
            f"{self.reading.strip()} of {self.symbol} ({self.record}), bar {self.open_time}, {self.how}: "
            f"{self.expected!r} became {self.found!r}"
        )


@dataclass(slots=True)
class Tally:
    """How many values were compared, by subject and test, and the first leak of each."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    leaks: dict[tuple[str, str], Leak] = field(default_factory=dict)

    @property
    def n_compared(self) -> int:
        """All comparisons."""
        return self.counts.total()

    def add(self, other: "Tally") -> None:
        """Take what another tally found."""
        self.counts.update(other.counts)
        for key, leak in other.leaks.items():
            self.leaks.setdefault(key, leak)

    def compare(self, test: str, where: "Place", expected: Readings, found: Readings) -> None:
        """Compare readings bit by bit; every unknown is like every other, and is not counted."""
        a, b = stacked(expected), stacked({name: found[name] for name in expected})
        self._count(test, expected, ~np.isnan(a) | ~np.isnan(b))
        if not np.array_equal(a.view(np.int64), b.view(np.int64)):
            self._note(test, where, expected, found, differing(a, b))

    def compare_within(
        self, test: str, where: "Place", expected: Readings, found: Readings, allowed: Mapping[str, float]
    ) -> None:
        """Compare readings that may lie apart by so much, by name; what is unknown must be so in both."""
        a, b = stacked(expected), stacked({name: found[name] for name in expected})
        self._count(test, expected, ~np.isnan(a) | ~np.isnan(b))
        limits = np.array([allowed[name] for name in expected])[:, None]
        unknown = np.isnan(a)
        differs = (unknown != np.isnan(b)) | (~unknown & (np.abs(a - b) > limits))
        self._note(test, where, expected, found, differs)

    def check_range(
        self, test: str, where: "Place", found: Readings, limits: Mapping[str, tuple[float, float]]
    ) -> None:
        """Check that what is known is finite and lies in its range, both ends included."""
        for name, (low, high) in limits.items():
            self._count(test, (name,), ~np.isnan(found[name])[None, :])
            outside = (found[name] < low) | (found[name] > high) | np.isinf(found[name])
            if outside.any():
                nearest = {name: np.clip(found[name], low, high)}
                self._note(test, where, nearest, found, outside[None, :])

    def _count(self, test: str, readings: Iterable[str], is_compared: NDArray[np.bool_]) -> None:
        for name, n in zip(readings, is_compared.sum(axis=1).tolist(), strict=True):
            self.counts[subject_of(name), test] += n

    def _note(
        self, test: str, where: "Place", expected: Readings, found: Readings, differs: NDArray[np.bool_]
    ) -> None:
        for name, here in zip(expected, differs, strict=True):
            if here.any() and (subject_of(name), test) not in self.leaks:
                row = int(np.argmax(here))
                values = float(expected[name][row]), float(found[name][row])
                leak = Leak(where.record, where.symbol, name, where.how, int(where.open_time[row]), *values)
                self.leaks[subject_of(name), test] = leak


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Which bars are compared, and what was done.

    Parameters
    ----------
    record, symbol, how : str
        See `Leak`.
    open_time : ndarray of int64, shape (n,)
        Of the bars.
    """

    record: str
    symbol: str
    how: str
    open_time: IntArray


def stacked(readings: Readings) -> FloatArray:
    """Return readings as one array, shape (n_readings, n)."""
    return np.array(list(readings.values()))


def differing(a: FloatArray, b: FloatArray) -> NDArray[np.bool_]:
    """Return where two arrays differ in a bit; every unknown is like every other."""
    same_bits = np.ascontiguousarray(a).view(np.int64) == np.ascontiguousarray(b).view(np.int64)
    differs: NDArray[np.bool_] = ~(same_bits | (np.isnan(a) & np.isnan(b)))
    return differs
