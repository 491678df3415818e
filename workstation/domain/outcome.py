"""What became of a signal, and of graded coins, once their horizon had passed."""

from dataclasses import dataclass
from enum import StrEnum


class Barrier(StrEnum):
    """What ended a signal."""

    TARGET = "target"  # the barrier in its direction was touched first
    STOP = "stop"  # the one against it was, or both in one bar
    TIME = "time"  # neither within the horizon


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a signal: entered at the next open, left at a barrier or at the end of the horizon.

    Parameters
    ----------
    barrier : Barrier
        What ended it.
    entry, exit_ : float
        Prices, quote currency.
    ended_ms : int
        Close of the bar that ended it, UTC milliseconds.
    gross_pct : float
        Return in the signal's direction before costs, percent.
    net_pct : float
        The same after costs, percent.
    """

    barrier: Barrier
    entry: float
    exit_: float
    ended_ms: int
    gross_pct: float
    net_pct: float

    @property
    def is_hit(self) -> bool:
        """Whether the signal was right: its target came first."""
        return self.barrier is Barrier.TARGET


@dataclass(frozen=True, slots=True)
class GradeOutcome:
    """What one coin did after a graded close, entered at the next bar's open.

    Parameters
    ----------
    symbol : str
        The coin.
    next_24h, next_7d : float or None
        Return to the close 24 hours and seven days after, a fraction; None where a candle is missing.
    """

    symbol: str
    next_24h: float | None
    next_7d: float | None
