"""A price at which the market may stop or turn."""

from dataclasses import dataclass
from enum import StrEnum


class LevelKind(StrEnum):
    """Why a price is a level."""

    RESISTANCE = "resistance"  # swings turned here, above the close
    SUPPORT = "support"  # swings turned here, at or below the close
    PIVOT = "pivot"  # from the UTC day before
    PIVOT_RESISTANCE = "pivot-resistance"
    PIVOT_SUPPORT = "pivot-support"
    POINT_OF_CONTROL = "point-of-control"  # most traded here
    VALUE_HIGH = "value-high"  # upper edge of where most of the volume traded
    VALUE_LOW = "value-low"
    ROUND_NUMBER = "round-number"

    @property
    def label(self) -> str:
        """What the trader reads."""
        return _LABELS[self]


_LABELS = {
    LevelKind.RESISTANCE: "Resistance",
    LevelKind.SUPPORT: "Support",
    LevelKind.PIVOT: "Daily pivot",
    LevelKind.PIVOT_RESISTANCE: "Daily R1",
    LevelKind.PIVOT_SUPPORT: "Daily S1",
    LevelKind.POINT_OF_CONTROL: "Point of control",
    LevelKind.VALUE_HIGH: "Value area high",
    LevelKind.VALUE_LOW: "Value area low",
    LevelKind.ROUND_NUMBER: "Round number",
}


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """One level as it was known at the close of a bar.

    Parameters
    ----------
    price : float
        Quote currency.
    kind : LevelKind
        Why it is one.
    touches : int
        Remembered swings that turned within half an average true range of it.
    since : int or None
        Open of the bar from which it stands, UTC milliseconds: of the oldest swing that touched it, of the
        day's first bar for pivots, of the first bar that the volume profile counts; None for a round number.
    """

    price: float
    kind: LevelKind
    touches: int
    since: int | None


@dataclass(frozen=True, slots=True)
class LevelDistances:
    """How far a coin's newest close is from the nearest swing levels on either side.

    Parameters
    ----------
    symbol : str
    support_pct, resistance_pct : float or None
        Percent of the close, 0 and above; None where there is no level on that side, or too little is known.
    support_atr, resistance_atr : float or None
        The same in average true ranges.
    """

    symbol: str
    support_pct: float | None
    support_atr: float | None
    resistance_pct: float | None
    resistance_atr: float | None
