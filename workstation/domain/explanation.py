"""Why a bar was judged as it was: every data point, its value and age, and what was missing."""

from dataclasses import dataclass
from enum import StrEnum

from workstation.domain.market import SeriesKey
from workstation.domain.signal import Contribution, Direction, Family, FamilyVote, Flip, Regime


class Availability(StrEnum):
    """Whether a data point was there, and if not, why."""

    KNOWN = "known"
    WARMING_UP = "warming-up"  # too few bars stood before this one
    SILENT = "silent"  # the market said nothing: no trade, no swing, too few coins beside it
    NOT_OBSERVED = "not-observed"  # no provider ever told it of this coin by then
    STALE = "stale"  # it was told, too long ago


@dataclass(frozen=True, slots=True)
class PointReading:
    """One data point at one bar.

    Parameters
    ----------
    name : str
        Its name in the registry.
    family : Family
        Where it belongs.
    unit, sentence, meaning : str
        What one of it is; what it says; what a high value means.
    availability : Availability
        Whether it was there.
    value : float or None
        In `unit`; None where it was not there.
    age_ms : int or None
        How long before the close its newest input became known; 0 for candles, None where nothing had.
    lean : float or None
        How far it pushed its family's vote up (1) or down (-1); None where no rule reads it.
    """

    name: str
    family: Family
    unit: str
    sentence: str
    meaning: str
    availability: Availability
    value: float | None
    age_ms: int | None
    lean: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model thinks of one bar, whether a signal was raised on it or not.

    Parameters
    ----------
    direction : Direction
        Which way it leans; NEUTRAL where neither way stands out.
    votes : tuple of FamilyVote
        As it weighs the families: a score of one of them is its direction alone.
    up, down, base_up, base_down : float
        Calibrated chances of the bar, and those of any bar, 0..1.
    horizon_bars : int
        Bars of the timeframe within which that is so.
    contributions : tuple of Contribution
        The data points that spoke loudest, strongest first; towards `direction`, or up where that is neutral.
    flips : tuple of Flip
        What alone would end its lean, the least change first; empty where it is neutral.
    regime : Regime or None
        Of the market at that close; None where it is not known.
    model_hash : str
        SHA-256 of the model's manifest, hexadecimal.
    """

    direction: Direction
    votes: tuple[FamilyVote, ...]
    up: float
    down: float
    base_up: float
    base_down: float
    horizon_bars: int
    contributions: tuple[Contribution, ...]
    flips: tuple[Flip, ...]
    regime: Regime | None
    model_hash: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that was known at the close of one bar.

    Parameters
    ----------
    key : SeriesKey
        The series.
    open_time : int
        Open of the bar, UTC milliseconds.
    readings : tuple of PointReading
        Every data point there is, by family.
    votes : tuple of FamilyVote
        Of the families that could vote, by their written rules; empty while too few bars stood before.
    verdict : Verdict or None
        What the model says of the bar; None where none does.
    unjudged : str
        Why there is no verdict, a sentence; empty where there is one.
    """

    key: SeriesKey
    open_time: int
    readings: tuple[PointReading, ...]
    votes: tuple[FamilyVote, ...]
    verdict: Verdict | None = None
    unjudged: str = ""
