"""Everything engine and window may say to each other.

A message is a tagged msgpack map; the values inside are the frozen ones of `workstation.domain`. Commands
go to the engine and each is answered once, by `Done` or `Failed` with its number. Facts go to the window:
`Frame` is the newest state, merged while the window is busy; every other fact is delivered in order, never
merged.
"""

from typing import TypeAlias

import msgspec

from workstation.domain.alert import Alert
from workstation.domain.candle import Candle
from workstation.domain.events import FeedState
from workstation.domain.explanation import Explanation
from workstation.domain.level import LevelDistances, PriceLevel
from workstation.domain.live_market import MarketHeard
from workstation.domain.market import Market, SeriesKey, Venue
from workstation.domain.model_state import ModelState
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.provider import ProviderState
from workstation.domain.signal import Signal
from workstation.domain.ticker import Ticker
from workstation.link.alert_messages import AlertRuleCommand, AlertRulesSaid
from workstation.link.command import Command as Command
from workstation.link.key_messages import KeyCommand, KeyFact
from workstation.link.market_messages import FollowMarket, FollowQuotes, QuotesSaid
from workstation.link.rotation_messages import RotationCommand, RotationFact
from workstation.link.vote_messages import FindVotes, VotesFound

PROTOCOL = 10
"""Rises with every change that an older window or engine would misread."""


class Hello(Command, frozen=True, tag="hello"):
    """First message of a window: what it speaks, and the last alert it has acknowledged seeing."""

    protocol: int
    last_alert_id: int


class Follow(Command, frozen=True, tag="follow"):
    """Load and stream a series for a chart, and send its signals."""

    key: SeriesKey


class Unfollow(Command, frozen=True, tag="unfollow"):
    """The chart of this series is gone."""

    key: SeriesKey


class SetWatchlist(Command, frozen=True, tag="set-watchlist"):
    """Watch exactly these symbols."""

    symbols: tuple[str, ...]


class DismissAlert(Command, frozen=True, tag="dismiss-alert"):
    """The trader closed an alert."""

    alert_id: int


class Explain(Command, frozen=True, tag="explain"):
    """Say why a closed bar was judged as it was.

    It is begun when this is done; `Explained` or `NotExplained` says what came of it.
    """

    key: SeriesKey
    open_time: int


class SwitchProvider(Command, frozen=True, tag="switch-provider"):
    """Switch a provider of observations on or off, for good."""

    name: str
    is_on: bool


class HoldUniverse(Command, frozen=True, tag="hold-universe"):
    """Hold the back-fill of everything liquid, or let it go on."""

    is_held: bool


class SwitchModel(Command, frozen=True, tag="switch-model"):
    """Let the champion of a name judge, or switch it off; for good."""

    name: str
    is_on: bool


class RollBackModel(Command, frozen=True, tag="roll-back-model"):
    """Let the champion before judge again."""

    name: str


class PromoteModel(Command, frozen=True, tag="promote-model"):
    """Let a challenger judge, or the champion before."""

    name: str
    model_hash: str


class ShutDown(Command, frozen=True, tag="shut-down"):
    """Close feeds, flush stores and leave."""


class Done(msgspec.Struct, frozen=True, tag_field="kind", tag="done"):
    """The command with this number took effect, and what it changed is on disk."""

    number: int


class Failed(msgspec.Struct, frozen=True, tag_field="kind", tag="failed"):
    """The command with this number did not take effect; `reason` is a sentence for the trader."""

    number: int
    reason: str


class Welcome(msgspec.Struct, frozen=True, tag_field="kind", tag="welcome"):
    """The engine's answer to `Hello`: who it is and what it listens to; `MarketsListed` follows."""

    protocol: int
    engine_version: str
    pid: int
    venue: Venue | None
    watchlist: tuple[str, ...]


class Vitals(msgspec.Struct, frozen=True):
    """What the engine's process costs, and how fast messages arrive."""

    cpu_pct: float
    memory_bytes: int
    messages_per_s: float


class CandleState(msgspec.Struct, frozen=True):
    """The newest candles of one series, oldest first: every one that changed since the last frame."""

    key: SeriesKey
    candles: tuple[Candle, ...]


class FormingSignal(msgspec.Struct, frozen=True):
    """What the forming bar would say if it closed now; None takes it back."""

    key: SeriesKey
    signal: Signal | None


class Frame(msgspec.Struct, frozen=True, tag_field="kind", tag="frame"):
    """Everything that changed since the last frame; merged while the window is busy.

    `venue_time_ms` is the venue's clock; `data_age_ms` how long ago, by ours, the newest market data came
    in, None before the first.
    """

    venue_time_ms: int
    data_age_ms: int | None
    tickers: tuple[Ticker, ...] = ()
    candles: tuple[CandleState, ...] = ()
    forming: tuple[FormingSignal, ...] = ()
    vitals: Vitals | None = None
    market: MarketHeard | None = None


class VenueChosen(msgspec.Struct, frozen=True, tag_field="kind", tag="venue-chosen"):
    """Which venue the engine listens to; `MarketsListed` follows."""

    venue: Venue


class MarketsListed(msgspec.Struct, frozen=True, tag_field="kind", tag="markets"):
    """Some of what trades at the venue; in parts, so that thousands of them do not hold up the window."""

    markets: tuple[Market, ...]
    is_last: bool


class FeedStateSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="feed-state"):
    """How the feed is doing, and one sentence about it."""

    state: FeedState
    reason: str


class HistoryGrew(msgspec.Struct, frozen=True, tag_field="kind", tag="history-grew"):
    """Closed candles were stored below the newest one: read the series again."""

    key: SeriesKey
    n_new: int


class SignalsOf(msgspec.Struct, frozen=True, tag_field="kind", tag="signals-of"):
    """Every signal of a series on closed candles, oldest first; replaces what the window had."""

    key: SeriesKey
    signals: tuple[Signal, ...]


class LevelsOf(msgspec.Struct, frozen=True, tag_field="kind", tag="levels-of"):
    """The levels around a charted series' newest close, lowest first; replaces what the window had."""

    key: SeriesKey
    levels: tuple[PriceLevel, ...]


class LevelDistancesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="level-distances"):
    """How far some coins' newest closes of a timeframe are from their nearest levels; in parts."""

    timeframe: str
    distances: tuple[LevelDistances, ...]


class SignalSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="signal"):
    """A signal fired on a closed candle."""

    signal: Signal


class AlertSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="alert"):
    """The trader must be told."""

    alert: Alert


class AlertClosed(msgspec.Struct, frozen=True, tag_field="kind", tag="alert-closed"):
    """An alert was dismissed."""

    alert_id: int


class WatchlistSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="watchlist"):
    """The watched symbols, in the trader's order."""

    symbols: tuple[str, ...]


class Progress(msgspec.Struct, frozen=True, tag_field="kind", tag="progress"):
    """How far the first load of history is; shown while ``done < total``."""

    done: int
    total: int


class Explained(msgspec.Struct, frozen=True, tag_field="kind", tag="explained"):
    """Why a bar was judged as it was; told to the window that asked."""

    explanation: Explanation


class NotExplained(msgspec.Struct, frozen=True, tag_field="kind", tag="not-explained"):
    """Why a bar that was asked about cannot be explained; told to the window that asked."""

    key: SeriesKey
    open_time: int
    reason: str


class ProvidersSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="providers"):
    """How every provider of observations is doing, in the order in which they are shown."""

    states: tuple[ProviderState, ...]


class UniverseSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="universe"):
    """How far the back-fill of everything liquid is."""

    done: int
    total: int
    is_held: bool
    timeframe: str


class GradesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="grades"):
    """Every coin's grade at a close is in the ledger: read it there."""

    timeframe: str
    at_ms: int


class OutcomesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="outcomes"):
    """What became of some signals or graded coins is in the ledger: read it there."""

    n_new: int


class ModelsSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="models"):
    """How every model is doing; which ones there are is in the model store: read it there."""

    states: tuple[ModelState, ...]


class NarrativesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="narratives"):
    """How every narrative stands at a close; the candles of its index are in the store: read them there."""

    standings: tuple[IndexStanding, ...]


class Notice(msgspec.Struct, frozen=True, tag_field="kind", tag="notice"):
    """A banner: what happened, what is unaffected, what to do. Empty text takes the subject's banner away."""

    subject: str
    text: str


ToEngine: TypeAlias = (
    Hello
    | Follow
    | Unfollow
    | SetWatchlist
    | DismissAlert
    | Explain
    | SwitchProvider
    | HoldUniverse
    | SwitchModel
    | RollBackModel
    | PromoteModel
    | FollowMarket
    | FollowQuotes
    | FindVotes
    | RotationCommand
    | KeyCommand
    | AlertRuleCommand
    | ShutDown
)
ToWindow: TypeAlias = (
    Done
    | Failed
    | Welcome
    | Frame
    | VenueChosen
    | MarketsListed
    | FeedStateSaid
    | HistoryGrew
    | SignalsOf
    | LevelsOf
    | LevelDistancesSaid
    | SignalSaid
    | AlertSaid
    | AlertClosed
    | AlertRulesSaid
    | WatchlistSaid
    | Progress
    | Explained
    | NotExplained
    | ProvidersSaid
    | UniverseSaid
    | GradesSaid
    | OutcomesSaid
    | ModelsSaid
    | NarrativesSaid
    | QuotesSaid
    | VotesFound
    | RotationFact
    | KeyFact
    | Notice
)
