"""Data points that stand on observations: what was known at a moment, and formulas on nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.metric import METRICS
from workstation.domain.observation import ObservationColumns
from workstation.engine.features.data_point import DataPoint, Observed, ObservedFormula, Seen

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What was known of one metric at a moment: the newest version of each event that became known lately.

    Parameters
    ----------
    event_ms : ndarray of int64, shape (k,)
        Strictly rising, UTC milliseconds.
    value : ndarray of float64, shape (k,)
        In the metric's unit.
    at_ms : int
        The moment.
    """

    event_ms: IntArray
    value: FloatArray
    at_ms: int

    @property
    def newest(self) -> float:
        """The newest event's value; NaN where there is none."""
        return float(self.value[-1]) if len(self.value) else np.nan

    def before_newest(self, back_ms: int) -> float:
        """Return the newest value whose event is at least `back_ms` older than the newest; NaN: none."""
        if not len(self.value):
            return np.nan
        n = int(self.event_ms.searchsorted(self.event_ms[-1] - back_ms, "right"))
        return float(self.value[n - 1]) if n else np.nan

    def last(self, n: int) -> FloatArray:
        """Return the newest `n` values, oldest first; empty where there are fewer."""
        return self.value[-n:] if len(self.value) >= n else self.value[:0]

    def within(self, span_ms: int, until_ms: int = 0) -> FloatArray:
        """Return the values of events in the last `span_ms` up to `until_ms` before the moment."""
        first = self.event_ms.searchsorted(self.at_ms - until_ms - span_ms, "right")
        stop = self.event_ms.searchsorted(self.at_ms - until_ms, "right")
        return self.value[first:stop]


Formula: TypeAlias = Callable[[Mapping[str, Known]], float]
"""From what was known of each metric to the data point's value; NaN where that is not enough."""


def as_of(formula: Formula, lookback_ms: int) -> ObservedFormula:
    """Return `formula` for many moments.

    Parameters
    ----------
    formula : callable
        Is shown, for each moment, what became known within `lookback_ms` before it, and nothing else.
    lookback_ms : int
        Milliseconds.
    """

    def observe(series: Mapping[str, ObservationColumns], at_ms: IntArray) -> Seen:
        since_ms = at_ms - lookback_ms
        starts = {n: rows.available_ms.searchsorted(since_ms, "right").tolist() for n, rows in series.items()}
        stops = {n: rows.available_ms.searchsorted(at_ms, "right").tolist() for n, rows in series.items()}
        values, available = [np.nan] * len(at_ms), [-1] * len(at_ms)
        for i, at in enumerate(at_ms.tolist()):
            known, newest = {}, []
            for name, rows in series.items():
                start, stop = starts[name][i], stops[name][i]
                known[name] = _known(rows, slice(start, stop), at)
                if start < stop:
                    newest.append(int(rows.available_ms[stop - 1]))
            if newest:
                values[i] = formula(known)
                available[i] = min(newest)  # it is as old as the oldest of what it stands on
        return Seen(np.array(values, np.float64), np.array(available, np.int64))

    return observe


def _known(rows: ObservationColumns, lately: slice, at_ms: int) -> Known:
    """Return the newest version of each event among some rows."""
    events, values = rows.event_ms[lately], rows.value[lately]
    if rows.is_in_order or (events[1:] > events[:-1]).all():
        return Known(events, values, at_ms)
    unique, newest = np.unique(events[::-1], return_index=True)
    return Known(unique, values[::-1][newest], at_ms)


def observed_point(
    name: str,
    unit: str,
    sentence: str,
    inputs: tuple[str, ...],
    limits: tuple[float, float],
    formula: Formula,
    lookback_ms: int,
    vote: str = "bullish",
) -> DataPoint:
    """Return a data point on observations; it is stale when the first of its metrics is."""
    observed = Observed(as_of(formula, lookback_ms), METRICS[inputs[0]].stale_after_ms)
    return DataPoint(name, unit, sentence, inputs, *limits, vote=vote, observed=observed)


def share(part: float, whole: float) -> float:
    """Return ``part / whole``; NaN where the whole is not above zero."""
    return part / whole if whole > 0 else np.nan


def log_ratio(now: float, then: float) -> float:
    """Return the log of ``now / then``; NaN where one of them is not above zero."""
    return float(np.log(now / then)) if now > 0 and then > 0 else np.nan


def balance(one: float, other: float) -> float:
    """Return ``(one - other) / (one + other)``, -1..1; NaN where both are zero."""
    return share(one - other, one + other)


def standing(values: FloatArray) -> float:
    """Return the last value against all, in standard deviations; NaN where they do not differ."""
    if len(values) < 2:
        return np.nan
    spread = float(values.std())
    return (
        float(values[-1] - values.mean()) / spread if spread > 1e-12 * abs(float(values.mean())) else np.nan
    )
