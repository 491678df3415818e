"""What was seen outside the candles: one number about one subject, and when it could be known."""

import math
from dataclasses import dataclass, field

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError

MARKET = ""
"""Subject of what is true of the whole market, e.g. the Fear & Greed index."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One number about one subject.

    Parameters
    ----------
    metric : str
        What was measured; one of `workstation.domain.metric.METRICS`.
    subject : str
        A coin, ``"BTC"``; a symbol of a venue, ``"BTC/USDT"``; or `MARKET`.
    event_ms : int
        End of the time that the number is about, UTC milliseconds. The same event told again with another
        value is a newer version of it: both are kept.
    available_ms : int
        When it could be known here, UTC milliseconds. Nothing may be decided on it before.
    value : float
        Finite, in the metric's unit.
    source : str
        Who said it, e.g. ``"coinmetrics"`` or ``"file:btc.csv"``.

    Raises
    ------
    UsageError
        The value is not finite, or it was available before the venue of time itself.
    """

    metric: str
    subject: str
    event_ms: int
    available_ms: int
    value: float
    source: str

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise UsageError(
                f"{self.metric} of {self.subject or 'the market'}: {self.value} is not a number."
            )
        if self.event_ms < 0 or self.available_ms < 0:
            raise UsageError(f"{self.metric} of {self.subject or 'the market'}: a time lies before 1970.")


@dataclass(frozen=True, slots=True, eq=False)
class ObservationColumns:
    """Observations of one metric and one subject, in the order in which they became known.

    Parameters
    ----------
    event_ms : ndarray of int64, shape (n,)
        End of what each is about, UTC milliseconds; any order, repeated where revised.
    available_ms : ndarray of int64, shape (n,)
        When each could be known, UTC milliseconds; never falling.
    value : ndarray of float64, shape (n,)
        In the metric's unit.
    is_in_order : bool
        Nothing was revised and nothing came late: each is about a later event than the one before.
    """

    event_ms: IntArray
    available_ms: IntArray
    value: FloatArray
    is_in_order: bool = field(init=False)

    def __post_init__(self) -> None:
        if not len(self.event_ms) == len(self.available_ms) == len(self.value):
            raise UsageError("Observation columns differ in length.")
        object.__setattr__(self, "is_in_order", bool((self.event_ms[1:] > self.event_ms[:-1]).all()))

    def __len__(self) -> int:
        return len(self.event_ms)

    @classmethod
    def empty(cls) -> "ObservationColumns":
        """Return no observation at all."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    @classmethod
    def of(cls, rows: list[tuple[int, int, float]]) -> "ObservationColumns":
        """Return columns of (event_ms, available_ms, value) rows, put into the order of being known."""
        ordered = sorted(rows, key=lambda row: row[1])
        event, available, value = zip(*ordered, strict=True) if ordered else ((), (), ())
        return cls(np.array(event, np.int64), np.array(available, np.int64), np.array(value, np.float64))

    def known_at(self, at_ms: int) -> "ObservationColumns":
        """Return what was known at an instant: the newest version of every event, in order of the events."""
        n = int(np.searchsorted(self.available_ms, at_ms, side="right"))
        backwards = self.event_ms[:n][::-1]
        events, newest = np.unique(backwards, return_index=True)
        rows = n - 1 - newest
        return ObservationColumns(events, self.available_ms[rows], self.value[rows])
