"""A bullish or bearish event at a close, and the votes it stands on."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from workstation.domain.market import SeriesKey


class Direction(IntEnum):
    """Which way; zero abstains."""

    BEARISH = -1
    NEUTRAL = 0
    BULLISH = 1


class Family(StrEnum):
    """The eight factor families that vote."""

    MOMENTUM = "momentum"
    VOLUME = "volume"
    LEVELS = "levels"
    ONCHAIN = "onchain"
    WHALES = "whales"
    SENTIMENT = "sentiment"
    PATTERNS = "patterns"
    LIQUIDITY = "liquidity"

    @property
    def label(self) -> str:
        """What the trader reads."""
        return _FAMILY_LABELS[self]


_FAMILY_LABELS = {
    Family.MOMENTUM: "Price momentum",
    Family.VOLUME: "Volume",
    Family.LEVELS: "Support and resistance",
    Family.ONCHAIN: "On-chain activity",
    Family.WHALES: "Whale flows",
    Family.SENTIMENT: "Sentiment",
    Family.PATTERNS: "Historical patterns",
    Family.LIQUIDITY: "Liquidity and depth",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of one data point when a family voted.

    Parameters
    ----------
    name : str
        Its name in the registry, e.g. ``"momentum.rsi_14"``.
    value : float
        In the data point's own unit.
    """

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class FamilyVote:
    """How one family voted on one bar, and on which readings.

    Parameters
    ----------
    family : Family
        Who votes.
    direction : Direction
        NEUTRAL abstains.
    score : float
        -1..1, the mean of the family's rules.
    readings : tuple of Reading
        The data points that decided, strongest first.
    as_of_ms : int
        When the newest input of this vote became known, UTC milliseconds.
    """

    family: Family
    direction: Direction
    score: float
    readings: tuple[Reading, ...]
    as_of_ms: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one data point spoke for a signal, from the model itself.

    Parameters
    ----------
    name : str
        Of the data point in the registry.
    value : float
        In the data point's own unit; NaN where it was not known.
    weight : float
        Log-odds towards the signal's direction; negative speaks against it.
    """

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Flip:
    """What would have to change for a signal not to stand, all else as it is.

    Parameters
    ----------
    name : str
        Of the data point in the registry.
    value : float
        What it is, in its own unit.
    needed : float
        The value nearest to it at which the signal no longer fires.
    """

    name: str
    value: float
    needed: float


class Regime(StrEnum):
    """The state of the whole market, as far as it could be known at a close."""

    BULL = "bull"
    BEAR = "bear"
    SIDEWAYS = "sideways"


class SignalOrigin(StrEnum):
    """Whether it was said at the time, or worked out afterwards from history."""

    LIVE = "live"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Signal:
    """A bullish or bearish event. Not an order.

    Parameters
    ----------
    key : SeriesKey
        The series it stands on.
    open_time : int
        Open of the bar that decided it, UTC milliseconds; it became known at that bar's close.
    price : float
        Close of that bar, quote currency.
    direction : Direction
        BULLISH or BEARISH.
    votes : tuple of FamilyVote
        Every family that could vote.
    closed : bool
        False while the bar is forming: a marker that may still vanish, drawn hollow, never an alert.
    origin : SignalOrigin
        LIVE where it was raised at the time.
    engine_version : str
        Of the engine that decided it.
    probability, base_rate : float or None
        Calibrated chance of being right and the chance of any bar, 0..1; None where no model judges.
    horizon_bars : int or None
        Bars of its timeframe within which it is right or not; None where no model judges.
    contributions : tuple of Contribution
        The data points that spoke loudest, strongest first; empty where no model judges.
    flips : tuple of Flip
        What would undo it, the least change first; empty where no model judges.
    regime : Regime or None
        Of the market at that close; None where it is not known.
    model_hash : str
        SHA-256 of the model's manifest, hexadecimal; empty where no model judges.
    """

    key: SeriesKey
    open_time: int
    price: float
    direction: Direction
    votes: tuple[FamilyVote, ...]
    closed: bool
    origin: SignalOrigin
    engine_version: str
    probability: float | None = None
    base_rate: float | None = None
    horizon_bars: int | None = None
    contributions: tuple[Contribution, ...] = ()
    flips: tuple[Flip, ...] = ()
    regime: Regime | None = None
    model_hash: str = ""

    def __post_init__(self) -> None:
        if self.direction is Direction.NEUTRAL:
            raise ValueError("A signal is bullish or bearish, never neutral.")

    @property
    def known_at_ms(self) -> int:
        """When it became known: the close of its bar, UTC milliseconds."""
        return self.open_time + self.key.bar_ms
