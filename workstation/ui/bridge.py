"""Where the engine's facts become Qt signals.

`Frame` is state: frames that arrive within one screen frame are merged and told once. Everything else is told
at once and in order; signals and alerts are never merged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from workstation.domain.candle import Candle
from workstation.domain.live_market import MarketHeard
from workstation.domain.market import Market, SeriesKey, Venue
from workstation.domain.ticker import Ticker
from workstation.link import messages as said
from workstation.link.alert_messages import AlertRulesSaid
from workstation.link.key_messages import KeyJudged, VenueKeysSaid
from workstation.link.market_messages import QuotesSaid
from workstation.link.rotation_messages import AdviceSaid, PaperAccountsSaid, RotationRulesSaid
from workstation.link.vote_messages import VotesFound
from workstation.ui.world import World as World

SCREEN_FRAME_MS = 16
"""Panels are told at most this often, milliseconds."""


@dataclass(slots=True)
class _Pending:
    """What frames brought since the panels were last told."""

    tickers: dict[str, Ticker] = field(default_factory=dict)
    candles: dict[SeriesKey, dict[int, Candle]] = field(default_factory=dict)
    forming: dict[SeriesKey, said.FormingSignal] = field(default_factory=dict)
    has_vitals: bool = False
    market: MarketHeard | None = None


class Bridge(QObject):
    """Takes facts from the link on the Qt loop and tells the panels.

    Parameters
    ----------
    monotonic : callable
        Seconds on a clock that never jumps; ages are measured with it.
    """

    venue_changed = Signal()
    markets_changed = Signal()
    watchlist_changed = Signal()
    tickers_changed = Signal(object)  # list[Ticker], each symbol once
    candles_changed = Signal(object, object)  # SeriesKey, list[Candle] oldest first
    forming_changed = Signal(object, object)  # SeriesKey, Signal or None
    signals_replaced = Signal(object, object)  # SeriesKey, tuple[Signal, ...]
    levels_moved = Signal()  # how far coins are from their nearest levels
    levels_replaced = Signal(object, object)  # SeriesKey, tuple[PriceLevel, ...]
    explained = Signal(object)  # Explanation
    not_explained = Signal(object)  # NotExplained
    votes_found = Signal(object)  # VotesFound
    signal_said = Signal(object)  # Signal
    alert_raised = Signal(object)  # Alert
    alert_closed = Signal(object)  # int
    alert_rules_changed = Signal()
    history_grew = Signal(object)  # SeriesKey
    feed_changed = Signal()
    vitals_changed = Signal()
    market_heard = Signal(object)  # MarketHeard of the market that is looked at
    quotes_said = Signal(object)  # QuotesSaid: prices of all markets, while somebody looks at them
    progress_changed = Signal()
    providers_changed = Signal()
    universe_changed = Signal()
    models_changed = Signal()
    narratives_changed = Signal()
    rotation_changed = Signal()  # the advice, its rules, or how a paper account stands
    coins_graded = Signal()  # the grades of a close are in the ledger
    outcomes_known = Signal()  # what became of some signals or graded coins is in the ledger
    keys_changed = Signal()
    key_judged = Signal(object)  # KeyJudged
    link_changed = Signal()
    notice_posted = Signal(str, str)  # subject, text; empty text takes it away

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.world = World()
        self._monotonic = monotonic
        self._pending = _Pending()
        self._listed: list[Market] = []
        self._venue_time_ms = 0
        self._data_age_ms: int | None = None
        self._framed_at = 0.0
        self._told_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.flush)
        self._handlers: dict[type, Callable[..., None]] = {
            said.Frame: self._on_frame,
            said.Welcome: self._on_welcome,
            said.VenueChosen: self._on_venue,
            said.MarketsListed: self._on_markets,
            said.FeedStateSaid: self._on_feed,
            said.WatchlistSaid: self._on_watchlist,
            said.SignalsOf: lambda m: self.signals_replaced.emit(m.key, m.signals),
            said.LevelsOf: lambda m: self.levels_replaced.emit(m.key, m.levels),
            said.LevelDistancesSaid: self._on_level_distances,
            said.Explained: lambda m: self.explained.emit(m.explanation),
            said.NotExplained: self.not_explained.emit,
            VotesFound: self.votes_found.emit,
            said.ProvidersSaid: self._on_providers,
            said.UniverseSaid: self._on_universe,
            said.GradesSaid: self._on_grades,
            said.OutcomesSaid: lambda m: self.outcomes_known.emit(),
            said.ModelsSaid: self._on_models,
            said.NarrativesSaid: self._on_narratives,
            QuotesSaid: self.quotes_said.emit,
            AdviceSaid: self._on_advice,
            RotationRulesSaid: self._on_rotation_rules,
            PaperAccountsSaid: self._on_paper_accounts,
            VenueKeysSaid: self._on_keys,
            KeyJudged: self.key_judged.emit,
            said.SignalSaid: lambda m: self.signal_said.emit(m.signal),
            said.AlertSaid: lambda m: self.alert_raised.emit(m.alert),
            said.AlertClosed: lambda m: self.alert_closed.emit(m.alert_id),
            AlertRulesSaid: self._on_alert_rules,
            said.HistoryGrew: lambda m: self.history_grew.emit(m.key),
            said.Progress: self._on_progress,
            said.Notice: lambda m: self.notice_posted.emit(m.subject, m.text),
            said.Failed: lambda m: self.notice_posted.emit("request", m.reason),
            said.Done: lambda m: None,
        }

    def on_fact(self, message: said.ToWindow) -> None:
        """Take one fact. One that is not a frame is told at once, after the frames before it."""
        if type(message) is not said.Frame:
            self.flush()
        self._handlers[type(message)](message)

    def on_engine_lost(self, reason: str = "") -> None:
        """Take that the link broke; what is on screen stays, and its age keeps growing."""
        self.flush()
        if self.world.connected:
            self.world.alone_since = self._monotonic()
        self.world.connected = False
        self.world.vitals = None
        self.notice_posted.emit(
            "engine",
            " ".join(
                part
                for part in (
                    "The engine stopped and is being started again.",
                    reason,
                    "What is on screen is from before; nothing that was stored is lost.",
                )
                if part
            ),
        )
        self.link_changed.emit()

    @property
    def data_age_ms(self) -> int | None:
        """How old the newest market data is by our clock, milliseconds; None before the first."""
        if self._data_age_ms is None:
            return None
        return self._data_age_ms + round(1000 * (self._monotonic() - self._framed_at))

    @property
    def venue_time_ms(self) -> int:
        """The venue's clock now, UTC milliseconds; 0 before the first frame."""
        if not self._venue_time_ms:
            return 0
        speed = self.world.venue.speed if self.world.venue else 1.0
        return self._venue_time_ms + round(1000 * speed * (self._monotonic() - self._framed_at))

    @property
    def alone_for_s(self) -> float:
        """Seconds since the engine was lost; 0 while it is there."""
        since = self.world.alone_since
        return 0.0 if since is None else self._monotonic() - since

    def remember(self, venue: Venue | None, watchlist: tuple[str, ...]) -> None:
        """Start with what the last session knew; the engine's own word replaces it."""
        self.world.venue = venue
        self.world.watchlist = watchlist
        self.venue_changed.emit()
        self.watchlist_changed.emit()

    def close(self) -> None:
        """Tell nobody any more."""
        self._timer.stop()
        self._pending = _Pending()

    def _on_frame(self, frame: said.Frame) -> None:
        self._venue_time_ms = frame.venue_time_ms
        self._data_age_ms = frame.data_age_ms
        self._framed_at = self._monotonic()
        for ticker in frame.tickers:
            self._pending.tickers[ticker.symbol] = ticker
        for state in frame.candles:
            bars = self._pending.candles.setdefault(state.key, {})
            for candle in state.candles:
                bars[candle.open_time] = candle
        for forming in frame.forming:
            self._pending.forming[forming.key] = forming
        if frame.vitals is not None:
            self.world.vitals = frame.vitals
            self._pending.has_vitals = True
        if frame.market is not None:
            self._pending.market = frame.market.after(self._pending.market)
        if not self._timer.isActive():
            since_told_ms = 1000 * (self._monotonic() - self._told_at)
            self._timer.start(max(0, round(SCREEN_FRAME_MS - since_told_ms)))

    def flush(self) -> None:
        """Tell the panels what frames brought; nothing where there is nothing to tell."""
        self._timer.stop()
        pending, self._pending = self._pending, _Pending()
        self._told_at = self._monotonic()
        if pending.tickers:
            self.world.tickers.update(pending.tickers)
            self.tickers_changed.emit(list(pending.tickers.values()))
        for key, bars in pending.candles.items():
            self.candles_changed.emit(key, [bars[time_ms] for time_ms in sorted(bars)])
        for key, forming in pending.forming.items():
            self.forming_changed.emit(key, forming.signal)
        if pending.has_vitals:
            self.vitals_changed.emit()
        if pending.market is not None:
            self.market_heard.emit(pending.market)

    def _on_welcome(self, welcome: said.Welcome) -> None:
        self.world.connected = True
        self.world.alone_since = None
        self.notice_posted.emit("engine", "")
        if welcome.venue is not None:
            self._set_venue(welcome.venue)
        if welcome.watchlist or welcome.venue is not None:  # an engine that is starting knows of none yet
            self._on_watchlist(said.WatchlistSaid(welcome.watchlist))
        self.link_changed.emit()

    def _on_venue(self, chosen: said.VenueChosen) -> None:
        self._set_venue(chosen.venue)

    def _on_markets(self, listed: said.MarketsListed) -> None:
        self._listed += listed.markets
        if listed.is_last:
            self.world.markets = {market.symbol: market for market in self._listed}
            self._listed = []
            self.markets_changed.emit()

    def _set_venue(self, venue: Venue) -> None:
        """Take another venue: prices of the old one must not be read as prices of the new one."""
        is_other = venue != self.world.venue
        if is_other:
            self.world.tickers.clear()
            self._data_age_ms = None
        self.world.venue = venue
        self._listed = []
        if is_other:
            self.world.markets = {}
            self.world.universe = None
            self.world.graded = None
            self.world.levels = {}
            self.venue_changed.emit()
            self.universe_changed.emit()

    def _on_feed(self, message: said.FeedStateSaid) -> None:
        self.world.feed, self.world.feed_reason = message.state, message.reason
        self.feed_changed.emit()

    def _on_watchlist(self, message: said.WatchlistSaid) -> None:
        self.world.watchlist = message.symbols
        self.watchlist_changed.emit()

    def _on_progress(self, message: said.Progress) -> None:
        self.world.progress = (message.done, message.total)
        self.progress_changed.emit()

    def _on_providers(self, message: said.ProvidersSaid) -> None:
        self.world.providers = message.states
        self.providers_changed.emit()

    def _on_universe(self, message: said.UniverseSaid) -> None:
        self.world.universe = message
        self.universe_changed.emit()

    def _on_grades(self, message: said.GradesSaid) -> None:
        self.world.graded = (message.timeframe, message.at_ms)
        self.coins_graded.emit()

    def _on_level_distances(self, message: said.LevelDistancesSaid) -> None:
        known = self.world.levels.setdefault(message.timeframe, {})
        known.update((one.symbol, one) for one in message.distances)
        self.levels_moved.emit()

    def _on_models(self, message: said.ModelsSaid) -> None:
        self.world.models = message.states
        self.models_changed.emit()

    def _on_alert_rules(self, message: AlertRulesSaid) -> None:
        self.world.alert_rules = message.standings
        self.alert_rules_changed.emit()

    def _on_narratives(self, message: said.NarrativesSaid) -> None:
        self.world.narratives = message.standings
        self.narratives_changed.emit()

    def _on_advice(self, message: AdviceSaid) -> None:
        self.world.advice = message.entry
        self.rotation_changed.emit()

    def _on_rotation_rules(self, message: RotationRulesSaid) -> None:
        self.world.rotation_rules = message.rules
        self.rotation_changed.emit()

    def _on_paper_accounts(self, message: PaperAccountsSaid) -> None:
        self.world.paper_accounts = message.standings
        self.rotation_changed.emit()

    def _on_keys(self, message: VenueKeysSaid) -> None:
        self.world.key_venues, self.world.venue_keys = message.venues, message.keys
        self.world.key_file = message.file
        self.keys_changed.emit()
