"""A data point: one named number per bar, and everything that must be said about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.observation import ObservationColumns
from workstation.domain.signal import Family


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What an observed data point was at some moments.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        NaN where not enough was known.
    available_ms : ndarray of int64, shape (n,)
        When the newest observation that each value stands on became known, UTC milliseconds.
    """

    values: FloatArray
    available_ms: IntArray


EVERY_CLOSE = "every close"
"""How often a data point changes that is computed from candles alone."""

ObservedFormula: TypeAlias = Callable[[Mapping[str, ObservationColumns], IntArray], Seen]
"""From the observations of its metrics, and the moments of decision (rising, UTC ms), to its values then."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Where a data point that does not come from candles comes from.

    Parameters
    ----------
    formula : callable
        Reads, for each moment, only observations that were available then; comes out bit for bit the same for
        a moment alone and among others.
    stale_after_ms : int
        Age of its newest observation at which it no longer says anything.
    """

    formula: ObservedFormula
    stale_after_ms: int


@dataclass(frozen=True, slots=True)
class DataPoint:
    """One named number per bar, known at that bar's close.

    Parameters
    ----------
    name : str
        Family and own name, e.g. ``"momentum.rsi_14"``; never changes its meaning once shipped.
    unit : str
        What one of it is, e.g. ``"average true ranges"``.
    sentence : str
        What it says, for a reader who trades.
    inputs : tuple of str
        What it reads: ``"close"``, ``"volume"`` …, ``"market"`` (all coins, one bar ago), or names of
        `workstation.domain.metric.METRICS`.
    low, high : float
        Its values lie in between, both included.
    warmup : int
        Bars that must stand before the first value: no value is given in the first `warmup` rows, and a
        market begun earlier gives the same value to nine digits. 0 for one that does not come from candles.
    vote : str
        What a high value says: "bullish", "bearish", or what else it means.
    source : str
        Formula or reference, where the name does not say it all.
    observed : Observed or None
        None for one that is computed from candles at each close.
    refreshed : str
        When a point that comes from candles changes, for the trader.
    """

    name: str
    unit: str
    sentence: str
    inputs: tuple[str, ...]
    low: float
    high: float
    warmup: int = 0
    vote: str = "bullish"
    source: str = ""
    observed: Observed | None = None
    refreshed: str = EVERY_CLOSE

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise UsageError(f"{self.name}: {self.low} to {self.high} is no range.")

    @property
    def family(self) -> Family:
        """The family it belongs to."""
        return Family(self.name.partition(".")[0])

    @property
    def cadence(self) -> str:
        """How often it changes, for the trader."""
        return self.refreshed if self.observed is None else "when observed"
