"""The engine's process: builds the rooms and introduces them to each other. Never imports Qt."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import time
from dataclasses import dataclass, replace

from workstation import __version__
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.events import (
    CandleUpdated,
    FeedState,
    FeedStateChanged,
    FormingSignalChanged,
    HistoryFilled,
    NoticePosted,
    SignalsRecomputed,
    TickersUpdated,
    WatchlistChanged,
)
from workstation.domain.market import Market, SeriesKey
from workstation.domain.ports import Clock, Feed
from workstation.domain.ticker import Ticker
from workstation.feeds import venues
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.venues import OpenVenue
from workstation.link.messages import (
    PROTOCOL,
    AlertSaid,
    DismissAlert,
    Follow,
    Frame,
    Hello,
    HistoryGrew,
    SetWatchlist,
    ShutDown,
    SignalsOf,
    ToEngine,
    Unfollow,
    VenueChosen,
    Vitals,
    Welcome,
)
from workstation.link.outbox import Outbox
from workstation.link.server import Connection, LinkServer
from workstation.link.translation import FACTS_FOR_EVERYBODY, in_parts, in_words
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.market_data import MarketData
from workstation.services.practice_market import PracticeMarket, PracticeOptions
from workstation.services.signals import Signals
from workstation.services.supervisor import Supervisor
from workstation.services.vitals import VitalSigns
from workstation.services.watchlist import Watchlist
from workstation.storage.candle_store import CandleStore
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.journal import Journal
from workstation.storage.paths import Paths
from workstation.storage.recorder import Recorder
from workstation.storage.reserve import DiskReserve
from workstation.storage.settings import SettingsFile

_log = logging.getLogger(__name__)

NICENESS = 5  # an engine of a window's lets the window go first where cores are few
PRICES_WITHIN_S = 3.0  # how long the proposal of a watchlist waits for volumes to rank by
ALL, AUTO, PRACTICE = "all", "auto", "practice"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How this engine differs from what the settings say.

    Parameters
    ----------
    venue : str or None
        A venue's name instead of the one in the settings.
    practice : PracticeOptions or None
        A practice market instead of any venue.
    symbols : tuple of str
        Watched symbols instead of the trader's list; ``("all",)`` is everything at the venue.
    timeframes : tuple of str
        Judged timeframes instead of those in the settings.
    linger_s : float or None
        Leave when no window has been here for so long, seconds; None stays.
    """

    venue: str | None = None
    practice: PracticeOptions | None = None
    symbols: tuple[str, ...] = ()
    timeframes: tuple[str, ...] = ()
    linger_s: float | None = None


class EngineHouse:
    """Everybody in the engine's process, and the commands of its windows."""

    def __init__(self, paths: Paths, options: EngineOptions) -> None:
        self._options = options
        self._settings_file = SettingsFile(paths.settings_file)
        self._settings, self._problems = self._settings_file.load()
        self._recorder = Recorder(
            CandleStore(paths.candles_db), Journal(paths.journal_db), DiskReserve(paths.reserve_file)
        )
        self._ending = asyncio.Event()
        self._bus = Bus()
        self._tasks = Supervisor(self._on_task_died)
        self._data = MarketData(self._bus, self._recorder, self._recorder.candles.reader(), self._tasks)
        self._signals = Signals(self._bus, self._data, self._recorder, self._tasks)
        self._alerts = Alerts(self._bus, self._recorder, self._tasks)
        self._watchlist = Watchlist(self._bus, self._settings.watchlist.symbols, self._save_watchlist)
        self._link = LinkServer(paths.engine_socket, self, self._tasks)
        self._practice: PracticeMarket | None = None
        self._feed: Feed | None = None
        self._clock: Clock = SystemClock()
        self._markets: tuple[Market, ...] = ()
        self._tickers: dict[str, Ticker] = {}
        self._feed_state = FeedStateChanged(FeedState.CONNECTING)
        self._notices: dict[str, NoticePosted] = {}
        self._has_prices = asyncio.Event()
        self._is_open = False
        self._heard_at: float | None = None
        self._last_seen_window = time.monotonic()
        self._subscribe()

    @property
    def _timeframes(self) -> tuple[str, ...]:
        return self._options.timeframes or tuple(self._settings.signals.timeframes)

    def _subscribe(self) -> None:
        for kind in FACTS_FOR_EVERYBODY:
            self._bus.subscribe(kind, lambda fact: self._link.tell_all(in_words(fact)))
        self._bus.subscribe(TickersUpdated, self._on_tickers)
        self._bus.subscribe(CandleUpdated, self._on_candle)
        self._bus.subscribe(FormingSignalChanged, self._on_forming)
        self._bus.subscribe(HistoryFilled, self._on_history)
        self._bus.subscribe(SignalsRecomputed, self._on_recomputed)
        self._bus.subscribe(WatchlistChanged, lambda _: self._follow_watchlist())
        self._bus.subscribe(FeedStateChanged, self._on_feed_state)
        self._bus.subscribe(NoticePosted, self._on_notice)

    async def live(self) -> None:
        """Run until asked to end, then close everything in order."""
        if self._options.linger_s is not None:
            os.nice(NICENESS)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ending.set)
        await self._link.start()
        self._tasks.start("open the feed", self._open_feed())
        self._tasks.start("measure", self._measure_for_ever())
        if self._options.linger_s is None:  # a window that started us has read the same file and said so
            for problem in self._problems:
                self._bus.publish(NoticePosted(f"settings {problem}", problem))
        await self._ending.wait()
        await self._close()

    async def _close(self) -> None:
        self._data.stop_filling()
        if self._feed is not None:
            await self._feed.close()
        await self._data.flush()
        await self._link.close()
        await self._tasks.close()
        await self._recorder.close()
        if self._practice is not None:
            await self._practice.close()

    # The venue

    async def _open_feed(self) -> None:
        opened = await self._choose_venue()
        feed, self._clock, venue = CcxtFeed(opened, self._data, self._tasks), opened.clock, opened.venue
        self._markets = await feed.markets()
        self._feed = feed
        self._alerts.listen_at(self._clock, venue.speed, lambda: self._watchlist.symbols, self._timeframes)
        self._signals.listen_at(self._clock, venue.speed)
        self._data.listen_to(feed, self._clock)
        await self._choose_symbols()
        self._is_open = True
        self._link.tell_all(VenueChosen(venue))
        for part in in_parts(self._markets):
            self._link.tell_all(part)
        gc.collect()
        gc.freeze()  # markets and code live as long as we do; collections need not walk them again

    async def _choose_venue(self) -> OpenVenue:
        wall, name, practice = SystemClock(), self._options.venue, self._options.practice
        name = name or self._settings.venue.name
        if practice is None and name != PRACTICE:
            asked = venues.LIVE_VENUES if name == AUTO else (name,)
            live = await venues.first_that_answers(asked, wall, self._settings.venue.answer_within_s)
            if live is not None:
                return venues.open_live(live, wall)
            self._say_practice(name)
        seed = self._settings.practice.seed
        self._practice = PracticeMarket(practice or PracticeOptions(seed=seed))
        opened = await venues.open_practice(await self._practice.start(), wall)
        # Another seed is another market: its candles must not be taken for this one's.
        name = f"{opened.venue.name}-{practice.seed if practice else seed}"
        return replace(opened, venue=replace(opened.venue, name=name))

    def _say_practice(self, name: str) -> None:
        who = "No venue answered" if name == AUTO else f"{name.title()} did not answer"
        within = f"within {self._settings.venue.answer_within_s:g} s"
        text = (
            f"{who} {within}, so this is the practice market: its prices are simulated. "
            "Start Tidemark again when the network is back."
        )
        self._bus.publish(NoticePosted("venue", text))

    async def _choose_symbols(self) -> None:
        symbols = self._options.symbols
        if symbols:
            everything = [m.symbol for m in self._markets if m.active]
            self._watchlist.watch_only(everything if ALL in symbols else symbols)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._has_prices.wait(), PRICES_WITHIN_S)
            self._watchlist.propose(self._markets, list(self._tickers.values()))
        self._follow_watchlist()

    # What windows ask

    async def carry_out(self, connection: Connection, command: ToEngine) -> None:
        """Carry out a command of a window."""
        match command:
            case Hello(last_alert_id=last_alert_id):
                self._welcome(connection, last_alert_id)
            case Follow(key=key):
                connection.followed.add(key)
                self._show_charts(connection)
            case Unfollow(key=key):
                connection.followed.discard(key)
                self._show_charts(connection)
            case SetWatchlist(symbols=symbols):
                self._watchlist.choose(symbols)
            case DismissAlert(alert_id=alert_id):
                await self._alerts.dismiss(alert_id)
            case ShutDown():
                if self._options.linger_s is None:
                    raise UsageError(
                        "This engine was started by itself and goes on; end it where it was started."
                    )
                self._ending.set()

    def _welcome(self, connection: Connection, last_alert_id: int) -> None:
        symbols, is_open = self._watchlist.symbols, self._is_open
        venue = self._feed.venue if self._feed is not None and is_open else None
        connection.tell(Welcome(PROTOCOL, __version__, os.getpid(), venue, symbols))
        for part in in_parts(self._markets if is_open else ()):
            connection.tell(part)
        connection.tell(in_words(self._feed_state))
        for notice in self._notices.values():
            connection.tell(in_words(notice))
        for alert in self._recorder.alerts(after_id=last_alert_id):
            connection.tell(AlertSaid(alert))
        connection.is_welcome = True
        for ticker in self._tickers.values():
            if ticker.symbol in symbols:
                connection.outbox.put_ticker(ticker)
        connection.wake()

    def _show_charts(self, connection: Connection) -> None:
        connection.outbox.forget_series(connection.followed)
        shown = [key for c in self._link.connections for key in c.followed]
        self._data.follow(list(dict.fromkeys(shown)), "chart")
        self._signals.show(shown)

    def on_gone(self, connection: Connection) -> None:
        """Let go of what a window had on its charts."""
        connection.followed.clear()
        self._show_charts(connection)
        self._last_seen_window = time.monotonic()

    def make_frame(self, outbox: Outbox) -> Frame:
        """Return what waits in an outbox as a frame."""
        age = None if self._heard_at is None else int((time.monotonic() - self._heard_at) * 1000)
        return outbox.take_frame(self._clock.now_ms(), age)

    # What happened, for those who show it

    def _on_tickers(self, updated: TickersUpdated) -> None:
        self._heard_at = time.monotonic()
        self._tickers.update((t.symbol, t) for t in updated.tickers)
        self._has_prices.set()
        watched = set(self._watchlist.symbols)
        for connection in self._link.connections:
            wanted = watched | {key.symbol for key in connection.followed}
            for ticker in updated.tickers:
                if ticker.symbol in wanted:
                    connection.outbox.put_ticker(ticker)
            connection.wake()

    def _on_candle(self, updated: CandleUpdated) -> None:
        self._heard_at = time.monotonic()
        for connection in self._link.connections:
            if updated.candle.closed or updated.key in connection.followed:
                connection.outbox.put_candle(updated.key, updated.candle)
                connection.wake()

    def _on_forming(self, changed: FormingSignalChanged) -> None:
        for connection in self._link.connections:
            if changed.key in connection.followed:
                connection.outbox.put_forming_signal(changed.key, changed.signal)
                connection.wake()

    def _on_history(self, filled: HistoryFilled) -> None:
        self._link.tell_all(HistoryGrew(filled.key, filled.n_new))

    def _on_recomputed(self, recomputed: SignalsRecomputed) -> None:
        for connection in self._link.connections:
            if recomputed.key in connection.followed:
                connection.tell(SignalsOf(recomputed.key, recomputed.signals))

    def _on_feed_state(self, changed: FeedStateChanged) -> None:
        self._feed_state = changed

    def _on_notice(self, notice: NoticePosted) -> None:
        self._notices[notice.subject] = notice
        if notice.text:
            _log.warning(notice.text)
        if not notice.text:
            del self._notices[notice.subject]

    def _follow_watchlist(self) -> None:
        if self._feed is None:
            return
        venue = self._feed.venue.name
        keys = [SeriesKey(venue, s, t) for t in self._timeframes for s in self._watchlist.symbols]
        self._data.follow(keys, "watchlist")

    def _save_watchlist(self, symbols: tuple[str, ...]) -> None:
        self._settings = self._settings.changed({"watchlist.symbols": list(symbols)})
        self._settings_file.save(self._settings)

    async def _measure_for_ever(self) -> None:
        """Tell every second what this process costs, and leave when nobody needs it any more."""
        signs, n_before = VitalSigns(), 0
        while True:
            await asyncio.sleep(1.0)
            measured = signs.measure()
            n_now = self._feed.n_messages if self._feed is not None else 0
            vitals = Vitals(measured.cpu_pct, measured.memory_bytes, float(n_now - n_before))
            n_before = n_now
            for connection in self._link.connections:
                connection.outbox.put_vitals(vitals)
                connection.wake()
            if self._link.connections:
                self._last_seen_window = time.monotonic()
            elif self._is_lonely():
                self._ending.set()

    def _is_lonely(self) -> bool:
        linger_s = self._options.linger_s
        return linger_s is not None and time.monotonic() - self._last_seen_window > linger_s

    def _on_task_died(self, name: str, error: BaseException) -> None:
        why = str(error) if isinstance(error, TidemarkError) else f"an unexpected {type(error).__name__}"
        self._bus.publish(
            NoticePosted(f"task {name}", f"The engine could not {name}: {why}. The rest goes on.")
        )


def run_engine(paths: Paths, options: EngineOptions) -> int:
    """Run an engine over these folders until it is asked to end.

    Returns
    -------
    int
        Exit code: 0 also where another engine runs there already, for then there is nothing to do.
    """
    lock = InstanceLock(paths.engine_lock)
    if not lock.acquire():
        _log.warning("Another engine is already running over %s; this one leaves.", paths.data)
        return 0
    try:
        asyncio.run(_run(paths, options))
    finally:
        lock.release()
    return 0


async def _run(paths: Paths, options: EngineOptions) -> None:
    await EngineHouse(paths, options).live()
