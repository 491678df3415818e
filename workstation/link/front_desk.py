"""Where windows are served: what they ask is carried out, what happens is told to those it concerns."""

import os
import time
from dataclasses import replace

from workstation import __version__
from workstation.domain.errors import UsageError
from workstation.domain.events import (
    AdviceChanged,
    AlertRulesChanged,
    CandleUpdated,
    FeedState,
    FeedStateChanged,
    FormingSignalChanged,
    HistoryFilled,
    LevelsFound,
    ModelsChanged,
    NarrativesChanged,
    NoticePosted,
    PaperAccountsChanged,
    ProvidersChanged,
    RotationRulesChanged,
    SignalsRecomputed,
    TickersUpdated,
    UniverseProgressed,
    VenueKeysChanged,
)
from workstation.domain.market import Market, SeriesKey, Venue
from workstation.domain.narrative_index import is_index
from workstation.domain.ticker import Ticker
from workstation.link.alert_messages import DeleteAlertRule, SetAlertRule
from workstation.link.household import Facts, Household
from workstation.link.key_messages import KeyCommand
from workstation.link.level_telling import LevelTelling
from workstation.link.market_following import MarketFollowing
from workstation.link.market_messages import FollowMarket, FollowQuotes
from workstation.link.messages import (
    PROTOCOL,
    AlertSaid,
    DismissAlert,
    Explain,
    Follow,
    Frame,
    Hello,
    HistoryGrew,
    HoldUniverse,
    LevelsOf,
    PromoteModel,
    RollBackModel,
    SetWatchlist,
    ShutDown,
    SignalsOf,
    SwitchModel,
    SwitchProvider,
    ToEngine,
    Unfollow,
    VenueChosen,
    Vitals,
    Welcome,
)
from workstation.link.outbox import Outbox
from workstation.link.quote_following import QuoteFollowing
from workstation.link.server import Connection
from workstation.link.translation import FACTS_FOR_EVERYBODY, in_parts, in_words
from workstation.link.vote_messages import FindVotes


class FrontDesk:
    """Serves every window: `workstation.link.server.EngineSide`.

    Parameters
    ----------
    house : Household
        Carries out what windows ask.
    facts : Facts
        The engine's bus.
    """

    def __init__(self, house: Household, facts: Facts) -> None:
        self._house = house
        self._connections: set[Connection] = set()
        self._venue: Venue | None = None
        self._markets: tuple[Market, ...] = ()
        self._symbols: set[str] = set()
        self._feed = FeedStateChanged(FeedState.CONNECTING)
        self._notices: dict[str, NoticePosted] = {}
        self._tickers: dict[str, Ticker] = {}
        self._providers: ProvidersChanged | None = None
        self._universe: UniverseProgressed | None = None
        self._models: ModelsChanged | None = None
        self._narratives: NarrativesChanged | None = None
        self._states: dict[type[object], object] = {}
        self._heard_at: float | None = None
        self._following = MarketFollowing(house, facts)
        self._level_distances = LevelTelling(facts, self._connections)
        self._quotes = QuoteFollowing(self._tickers)
        for kind in FACTS_FOR_EVERYBODY:
            facts.subscribe(kind, self._tell_everybody)
        facts.subscribe(TickersUpdated, self._on_tickers)
        facts.subscribe(CandleUpdated, self._on_candle)
        facts.subscribe(FormingSignalChanged, self._on_forming)
        facts.subscribe(HistoryFilled, self._on_history)
        facts.subscribe(SignalsRecomputed, self._on_recomputed)
        facts.subscribe(LevelsFound, self._on_levels)
        facts.subscribe(FeedStateChanged, self._on_feed)
        facts.subscribe(NoticePosted, self._on_notice)
        facts.subscribe(ProvidersChanged, self._on_providers)
        facts.subscribe(UniverseProgressed, self._on_universe)
        facts.subscribe(ModelsChanged, self._on_models)
        facts.subscribe(NarrativesChanged, self._on_narratives)
        facts.subscribe(AdviceChanged, self._on_advice)
        facts.subscribe(AlertRulesChanged, self._on_state)
        facts.subscribe(PaperAccountsChanged, self._on_state)
        facts.subscribe(RotationRulesChanged, self._on_state)
        facts.subscribe(VenueKeysChanged, self._on_state)

    @property
    def has_windows(self) -> bool:
        """True while any window is connected."""
        return bool(self._connections)

    def open_venue(self, venue: Venue, markets: tuple[Market, ...]) -> None:
        """Tell every window where prices come from and what trades there."""
        self._venue, self._markets = venue, markets
        self._symbols = {market.symbol for market in markets}
        self._show_charts()
        for connection in list(self._connections):
            connection.tell(VenueChosen(venue))
            for part in in_parts(markets):
                connection.tell(part)

    def tell_vitals(self, vitals: Vitals) -> None:
        """Tell every window what the engine costs."""
        for connection in self._connections:
            connection.outbox.put_vitals(vitals)
            connection.wake()

    async def carry_out(self, connection: Connection, command: ToEngine) -> None:
        """Carry out a command of a window."""
        match command:
            case Hello(last_alert_id=last_alert_id):
                self._welcome(connection, last_alert_id)
            case Follow(key=key):
                if self._venue is not None and not (self._trades(key) or is_index(key.symbol)):
                    raise UsageError(f"{key.symbol} does not trade at {self._venue.label}.")
                connection.followed.add(key)
                self._show_charts()
                self._tell_newest(connection, key)
            case Unfollow(key=key):
                connection.followed.discard(key)
                connection.outbox.forget_series(connection.followed)
                self._show_charts()
            case SetWatchlist(symbols=symbols):
                self._house.choose_watchlist(symbols)
            case DismissAlert(alert_id=alert_id):
                await self._house.dismiss_alert(alert_id)
            case SetAlertRule() | DeleteAlertRule():
                await self._house.change_alert_rule(command)
            case Explain():
                self._house.explain(command, connection.tell)
            case FindVotes():
                self._house.find_votes(command, connection.tell)
            case SwitchProvider(name=name, is_on=is_on):
                await self._house.switch_provider(name, is_on)
            case HoldUniverse(is_held=is_held):
                self._house.hold_universe(is_held)
            case SwitchModel(name=name, is_on=is_on):
                await self._house.switch_model(name, is_on)
            case RollBackModel(name=name):
                await self._house.roll_back_model(name)
            case PromoteModel(name=name, model_hash=model_hash):
                await self._house.promote_model(name, model_hash)
            case _ if isinstance(command, KeyCommand):
                self._house.look_after_key(command)
            case FollowMarket():
                self._following.carry_out(connection, command)
            case FollowQuotes():
                self._quotes.carry_out(connection, command)
            case ShutDown():
                self._house.end()
            case _:
                await self._house.rotate(command)

    def _tell_newest(self, connection: Connection, key: SeriesKey) -> None:
        """Tell what is not in the store yet, so that a chart that joins late has no hole at its end."""
        for candle in self._house.newest(key):
            connection.outbox.put_candle(key, candle)
        if key.symbol in self._tickers:
            connection.outbox.put_ticker(self._tickers[key.symbol])
        connection.wake()

    def _welcome(self, connection: Connection, last_alert_id: int) -> None:
        watched = self._house.watched
        connection.tell(Welcome(PROTOCOL, __version__, os.getpid(), self._venue, watched))
        for part in in_parts(self._markets):
            connection.tell(part)
        connection.tell(in_words(self._feed))
        states = (self._providers, self._universe, self._models, self._narratives)
        for fact in (*states, *self._states.values(), *self._notices.values()):
            if fact is not None:
                connection.tell(in_words(fact))
        self._level_distances.welcome(connection)
        for alert in self._house.alerts_after(last_alert_id):
            connection.tell(AlertSaid(alert))
        connection.is_welcome = True
        self._connections.add(connection)
        for symbol in watched:
            if symbol in self._tickers:
                connection.outbox.put_ticker(self._tickers[symbol])
        connection.wake()

    def _show_charts(self) -> None:
        """Have shown what is on any chart; what was asked for before the venue was known waits for it."""
        shown = (key for connection in self._connections for key in connection.followed)
        self._house.show_charts([key for key in dict.fromkeys(shown) if self._trades(key)])

    def _trades(self, key: SeriesKey) -> bool:
        return self._venue is not None and key.venue == self._venue.name and key.symbol in self._symbols

    def on_gone(self, connection: Connection) -> None:
        """Let go of what a window had on its charts."""
        self._connections.discard(connection)
        self._following.leave(connection)
        self._quotes.leave(connection)
        self._show_charts()

    def make_frame(self, outbox: Outbox) -> Frame:
        """Return what waits in an outbox as a frame."""
        age = None if self._heard_at is None else int((time.monotonic() - self._heard_at) * 1000)
        return outbox.take_frame(self._house.now_ms(), age)

    def _tell_everybody(self, fact: object) -> None:
        for connection in list(self._connections):
            connection.tell(in_words(fact))

    def _on_tickers(self, updated: TickersUpdated) -> None:
        self._heard_at = time.monotonic()
        self._quotes.take(updated.tickers)
        self._tickers.update((t.symbol, t) for t in updated.tickers)
        watched = set(self._house.watched)
        for connection in self._connections:
            wanted = watched | {key.symbol for key in connection.followed}
            for ticker in updated.tickers:
                if ticker.symbol in wanted:
                    connection.outbox.put_ticker(ticker)
            connection.wake()

    def _on_candle(self, updated: CandleUpdated) -> None:
        self._heard_at = time.monotonic()
        for connection in self._connections:
            if updated.candle.closed or updated.key in connection.followed:
                connection.outbox.put_candle(updated.key, updated.candle)
                connection.wake()

    def _on_forming(self, changed: FormingSignalChanged) -> None:
        for connection in self._connections:
            if changed.key in connection.followed:
                connection.outbox.put_forming_signal(changed.key, changed.signal)
                connection.wake()

    def _on_history(self, filled: HistoryFilled) -> None:
        for connection in list(self._connections):
            connection.tell(HistoryGrew(filled.key, filled.n_new))

    def _on_recomputed(self, recomputed: SignalsRecomputed) -> None:
        for connection in list(self._connections):
            if recomputed.key in connection.followed:
                connection.tell(SignalsOf(recomputed.key, recomputed.signals))

    def _on_levels(self, found: LevelsFound) -> None:
        for connection in list(self._connections):
            if found.key in connection.followed:
                connection.tell(LevelsOf(found.key, found.levels))

    def _on_feed(self, changed: FeedStateChanged) -> None:
        self._feed = changed

    def _on_providers(self, changed: ProvidersChanged) -> None:
        self._providers = changed

    def _on_universe(self, progressed: UniverseProgressed) -> None:
        self._universe = progressed

    def _on_models(self, changed: ModelsChanged) -> None:
        self._models = changed

    def _on_narratives(self, changed: NarrativesChanged) -> None:
        """Remember how narratives stand, and have charts of indices read what was stored of them."""
        self._narratives = changed
        for connection in list(self._connections):
            for key in connection.followed:
                if is_index(key.symbol):
                    connection.tell(HistoryGrew(key, 1))

    def _on_advice(self, changed: AdviceChanged) -> None:
        self._on_state(replace(changed, is_new=False))  # whoever comes later hears what stands already

    def _on_state(self, changed: object) -> None:
        self._states[type(changed)] = changed

    def _on_notice(self, notice: NoticePosted) -> None:
        self._notices[notice.subject] = notice
        if not notice.text:
            del self._notices[notice.subject]
