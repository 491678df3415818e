"""The index of a narrative: how it is made, what it holds, and how it stands."""

import math
from dataclasses import dataclass
from enum import StrEnum

from workstation.domain.errors import UsageError

BASE_VALUE = 1000.0
"""Where every index begins."""

_PREFIX = "INDEX:"


def index_symbol(name: str) -> str:
    """Return the symbol under which a narrative's index is kept as candles, e.g. ``"INDEX:AI"``."""
    return _PREFIX + name.upper()


def is_index(symbol: str) -> bool:
    """Whether a symbol is an index: nothing that trades, and never judged, graded or asked for at a venue."""
    return symbol.startswith(_PREFIX)


class Weighting(StrEnum):
    """What a coin's weight in an index is made of."""

    EQUAL = "equal"
    VOLUME = "volume"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class IndexRules:
    """How an index is made.

    Parameters
    ----------
    weighting : Weighting
    most_weight : float
        No coin weighs more than this part, above 0 and at most 1; what is cut off goes to the others. With
        too few coins for it, all weigh the same.
    least_daily_usd : float
        Coins that traded less a day, on the mean of the last 30 days, are left out.
    least_days : int
        Days that a coin must have traded before it may be held.
    rebalance_days : int
        Days between two rebalances, counted from a Monday, 00:00 UTC.
    cost_pct : float
        Fee and slippage on what is bought or sold, percent.
    """

    weighting: Weighting = Weighting.EQUAL
    most_weight: float = 0.25
    least_daily_usd: float = 1_000_000.0
    least_days: int = 30
    rebalance_days: int = 7
    cost_pct: float = 0.15

    def __post_init__(self) -> None:
        if not 0 < self.most_weight <= 1:
            raise UsageError(f"most_weight must be above 0 and at most 1; got {self.most_weight}.")
        if not (math.isfinite(self.least_daily_usd) and self.least_daily_usd >= 0):
            raise UsageError(f"least_daily_usd must be 0 or more; got {self.least_daily_usd}.")
        if self.least_days < 1 or self.rebalance_days < 1:
            raise UsageError("least_days and rebalance_days must be 1 or more.")
        if not 0 <= self.cost_pct < 100:
            raise UsageError(f"cost_pct must be in 0..100; got {self.cost_pct}.")


@dataclass(frozen=True, slots=True)
class Holding:
    """One coin in an index.

    Parameters
    ----------
    coin : str
    weight : float
        Part of the index's value now, 0..1.
    roi_24h_pct, roi_7d_pct, roi_30d_pct : float or None
        Of the coin, percent; None where it did not trade so long.
    grade : int or None
        0..100; None where it has none.
    lean : int
        +1 after a bullish signal that still stands, -1 after a bearish one, else 0.
    """

    coin: str
    weight: float
    roi_24h_pct: float | None
    roi_7d_pct: float | None
    roi_30d_pct: float | None
    grade: int | None = None
    lean: int = 0


class ChangeKind(StrEnum):
    """What happened to a coin in an index or in an account."""

    ENTER = "enter"
    EXIT = "exit"
    INCREASE = "increase"
    REDUCE = "reduce"


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One line of an index's log.

    Parameters
    ----------
    at_ms : int
        When, UTC milliseconds.
    coin : str
    kind : ChangeKind
    from_weight, to_weight : float
        Parts of the index before and after, 0..1.
    reason : str
        E.g. ``"rebalance"``, ``"delisted"``, ``"traded too little"``.
    """

    at_ms: int
    coin: str
    kind: ChangeKind
    from_weight: float
    to_weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class IndexStanding:
    """How a narrative stands at a close.

    Parameters
    ----------
    name, title : str
        Of the narrative.
    at_ms : int
        The close, UTC milliseconds.
    value : float or None
        Of its index, from `BASE_VALUE`; None while no coin of it could be held.
    roi_24h_pct, roi_7d_pct, roi_30d_pct, roi_all_pct : float or None
        Percent; None where the index is younger.
    rank : int or None
        By 7-day return among all narratives, 1 is best.
    breadth_pct : float or None
        Held coins above their mean of 20 days, percent.
    volume_share_pct : float or None
        Part of the last day's dollar volume of all coins, percent.
    n_bullish, n_bearish : int
        Held coins whose newest signal still stands.
    grade : int or None
        Weighted mean of its coins' grades, 0..100.
    btc_correlation : float or None
        Of daily returns over 30 days, -1..1.
    holdings : tuple of Holding
        Largest first.
    note : str
        Why there is no value, or what else must be said; empty where nothing.
    """

    name: str
    title: str
    at_ms: int
    value: float | None
    roi_24h_pct: float | None
    roi_7d_pct: float | None
    roi_30d_pct: float | None
    roi_all_pct: float | None
    rank: int | None
    breadth_pct: float | None
    volume_share_pct: float | None
    n_bullish: int
    n_bearish: int
    grade: int | None
    btc_correlation: float | None
    holdings: tuple[Holding, ...]
    note: str = ""
