"""Facts in the past tense, told on the engine's bus and over the link."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workstation.domain.alert import Alert
from workstation.domain.alert_rule import RuleStanding
from workstation.domain.candle import Candle
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.level import LevelDistances, PriceLevel
from workstation.domain.market import SeriesKey
from workstation.domain.model_state import ModelState
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.paper_standing import PaperStanding
from workstation.domain.provider import ProviderState
from workstation.domain.rotation import RotationRules
from workstation.domain.signal import Signal
from workstation.domain.ticker import Ticker
from workstation.domain.venue_key import KeyFileState, KeyVenue, VenueKey


class FeedState(StrEnum):
    """How the feed is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"  # connected, but a stream has been silent for too long
    OFFLINE = "offline"
    WAITING = "waiting"  # the venue told us to stop for a while


@dataclass(frozen=True, slots=True)
class FeedStateChanged:
    """The feed's state, and one sentence about it."""

    state: FeedState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TickersUpdated:
    """Newest prices of some markets."""

    tickers: tuple[Ticker, ...]


@dataclass(frozen=True, slots=True)
class CandleUpdated:
    """The newest candle of a series changed, or closed (``candle.closed``)."""

    key: SeriesKey
    candle: Candle


@dataclass(frozen=True, slots=True)
class HistoryFilled:
    """Closed candles were added below the newest one; whoever drew the series reads it again.

    Parameters
    ----------
    key : SeriesKey
        The series.
    n_new : int
        Candles that were not known before.
    known_until_ms : int or None
        Open of the newest closed candle that was known before, UTC milliseconds; None where there was none.
    """

    key: SeriesKey
    n_new: int
    known_until_ms: int | None


@dataclass(frozen=True, slots=True)
class CandlesRejected:
    """Bars that cannot be were kept out of the series and put into quarantine.

    Parameters
    ----------
    key : SeriesKey
        The series they were meant for.
    n_rejected : int
        How many since the start.
    reason : str
        Why the last one was rejected.
    """

    key: SeriesKey
    n_rejected: int
    reason: str


@dataclass(frozen=True, slots=True)
class SignalRaised:
    """A signal fired on a closed candle; it is already in the journal."""

    signal: Signal


@dataclass(frozen=True, slots=True)
class FormingSignalChanged:
    """What the forming bar would say if it closed now; None takes it back."""

    key: SeriesKey
    signal: Signal | None


@dataclass(frozen=True, slots=True)
class SignalsRecomputed:
    """Every signal of a series, worked out from its history. Those raised live come from the journal."""

    key: SeriesKey
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class LevelsFound:
    """The levels around a charted series' newest close, lowest first."""

    key: SeriesKey
    levels: tuple[PriceLevel, ...]


@dataclass(frozen=True, slots=True)
class LevelDistancesFound:
    """How far some coins are from their nearest levels, at their newest judged closes.

    Parameters
    ----------
    timeframe : str
        Of the closes.
    distances : tuple of LevelDistances
        Each coin once.
    """

    timeframe: str
    distances: tuple[LevelDistances, ...]


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """The trader must be told; it is already in the journal."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class AlertDismissed:
    """The trader closed an alert; that is in the journal too."""

    alert_id: int


@dataclass(frozen=True, slots=True)
class AlertRulesChanged:
    """How every rule of alerts stands, the oldest first; what changed is on disk."""

    standings: tuple[RuleStanding, ...]


@dataclass(frozen=True, slots=True)
class WatchlistChanged:
    """The watched symbols, in the trader's order."""

    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackfillProgressed:
    """How far the first load of history is; shown while ``done < total``."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ObservationsAdded:
    """New observations are in the store; whoever decides on them reads them again.

    Parameters
    ----------
    series : frozenset of (metric, subject)
        What was observed.
    """

    series: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ProvidersChanged:
    """How every provider of observations is doing, in the order in which they are shown."""

    states: tuple[ProviderState, ...]


@dataclass(frozen=True, slots=True)
class CoinsGraded:
    """Every coin's grade at a close is in the ledger.

    Parameters
    ----------
    timeframe : str
        Of the closes.
    at_ms : int
        The close, UTC milliseconds.
    """

    timeframe: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class OutcomesKnown:
    """What became of some signals or graded coins is in the ledger."""

    n_new: int


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    """How every model is doing."""

    states: tuple[ModelState, ...]


@dataclass(frozen=True, slots=True)
class AdviceChanged:
    """Rotation advice was given; it is already in the ledger.

    Parameters
    ----------
    entry : AdviceEntry
        As it was written.
    is_new : bool
        False where it is told again after a start, and nothing new was decided.
    """

    entry: AdviceEntry
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class RotationRulesChanged:
    """Which rules the next rotation advice follows."""

    rules: RotationRules


@dataclass(frozen=True, slots=True)
class PaperAccountsChanged:
    """How every paper account of the venue stands."""

    standings: tuple[PaperStanding, ...]


@dataclass(frozen=True, slots=True)
class NarrativesChanged:
    """How every narrative stands at a close, in the order of the book; the candles of indices grew, too."""

    standings: tuple[IndexStanding, ...]


@dataclass(frozen=True, slots=True)
class UniverseProgressed:
    """How far the back-fill of everything liquid on the venue is.

    Parameters
    ----------
    done, total : int
        Symbols whose history is whole, and all that are followed.
    paused : bool
        True while the trader holds it.
    timeframe : str
        Of the universe's series.
    """

    done: int
    total: int
    paused: bool
    timeframe: str


@dataclass(frozen=True, slots=True)
class UniverseFilled:
    """What is stored of one of the universe's series grew or became whole; whoever judges it reads it again.

    Parameters
    ----------
    key : SeriesKey
        The series.
    n_new : int
        Candles that were not known before; zero where all of them were stored already.
    """

    key: SeriesKey
    n_new: int


@dataclass(frozen=True, slots=True)
class UniverseClosed:
    """A bar of the universe closed, and these are its candles that could be had in time.

    What was asked for is stored; what was streamed is being stored. Told at most once for each bar, in
    order. A symbol in neither of the two is not whole yet, or no longer followed.

    Parameters
    ----------
    timeframe : str
        Of the universe's series.
    open_time : int
        The bar's open, UTC milliseconds.
    candles : mapping of str to Candle
        By symbol.
    absent : frozenset of str
        Symbols whose candle is not there: nothing traded, or the venue did not tell it in time. One that is
        had later is news by `UniverseFilled`.
    """

    timeframe: str
    open_time: int
    candles: Mapping[str, Candle]
    absent: frozenset[str]


@dataclass(frozen=True, slots=True)
class VenueKeysChanged:
    """For which venues keys can be kept, and how those that are kept stand."""

    venues: tuple[KeyVenue, ...]
    keys: tuple[VenueKey, ...]
    file: KeyFileState = KeyFileState.ABSENT


@dataclass(frozen=True, slots=True)
class VenueKeyJudged:
    """What came of testing, keeping or forgetting the key of a venue, as a sentence for the trader.

    Parameters
    ----------
    venue : str
        Its name; empty where all keys, or their file, were meant.
    is_done : bool
        Whether it was done.
    sentence : str
        For the trader.
    """

    venue: str
    is_done: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class NoticePosted:
    """A banner for the trader: what happened, what is unaffected, what to do. Empty text takes it away.

    Parameters
    ----------
    subject : str
        What it is about; a new notice on the same subject replaces the old one.
    text : str
        The sentence.
    """

    subject: str
    text: str
