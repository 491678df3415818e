"""Everybody in the engine's process, and how they are introduced to each other."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Collection, Sequence

from workstation.domain.alert import Alert
from workstation.domain.candle import Candle
from workstation.domain.errors import TidemarkError, UsageError, VenueError
from workstation.domain.events import FeedState, NoticePosted, TickersUpdated, WatchlistChanged
from workstation.domain.market import Market, SeriesKey
from workstation.domain.ports import Clock
from workstation.domain.ticker import Ticker
from workstation.engine.features.market_context import base_of
from workstation.engine.warm_up import warm_up
from workstation.engine_app.alert_desk import AlertRuleDesk
from workstation.engine_app.bar_desk import BarDesk
from workstation.engine_app.judgement import Judgement
from workstation.engine_app.key_desk import KeyDesk
from workstation.engine_app.measuring import measure_while_needed
from workstation.engine_app.narrative_desk import NarrativeDesk
from workstation.engine_app.node_moving import move_node_address
from workstation.engine_app.offers import Offers, Surroundings
from workstation.engine_app.opening import Opening
from workstation.engine_app.options import ALL, EngineOptions
from workstation.engine_app.recording_end import end_of_recording
from workstation.engine_app.rotation import RotationDesk
from workstation.engine_app.stores import open_recorder
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.venue_clock import VenueClock
from workstation.feeds.venues import OpenVenue
from workstation.link.front_desk import FrontDesk
from workstation.link.server import LinkServer
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.explanations import Explanations
from workstation.services.levels import Levels
from workstation.services.market_data import MarketData
from workstation.services.market_watch import MarketWatch
from workstation.services.preparation import prepare
from workstation.services.providers import Providers, ProviderSwitches
from workstation.services.sights import Sights
from workstation.services.signals import Signals
from workstation.services.supervisor import Supervisor
from workstation.services.universe import Universe
from workstation.services.universe_judge import UniverseJudge
from workstation.services.universe_members import UniverseOptions
from workstation.services.universe_past import UniversePast
from workstation.services.watchlist import Watchlist
from workstation.storage.compiled_code import is_compiled
from workstation.storage.node_address import NodeAddresses
from workstation.storage.paths import Paths
from workstation.storage.reserve import DiskReserve
from workstation.storage.secrets import Secrets
from workstation.storage.settings import SettingsFile

_log = logging.getLogger(__name__)

PRICES_WITHIN_S = 3.0  # how long the proposal of a watchlist waits for volumes to rank by
OPEN_AGAIN_S = 5.0  # a venue that answered and then failed is tried again after so long


class EngineHouse:
    """Everybody in the engine's process: `workstation.link.household.Household`."""

    def __init__(self, paths: Paths, options: EngineOptions) -> None:
        self._options = options
        self._settings_file = SettingsFile(paths.settings_file)
        self._settings, self._problems = self._settings_file.load()
        self._timeframes = options.timeframes or self._settings.signals.timeframes
        self._ending = asyncio.Event()
        self._bus = Bus()
        self._tasks = Supervisor(self._on_task_died)
        reserve = None if options.practice else DiskReserve(paths.reserve_file)
        self._recorder, self._begun_anew = open_recorder(paths, reserve, SystemClock())
        self._data = MarketData(self._bus, self._recorder, self._recorder.candles.reader(), self._tasks)
        candles = self._recorder.candles.reader()
        self._paths = paths
        self._sights = Sights(self._bus, self._recorder.observations)
        judged = dict.fromkeys((*self._timeframes, self._settings.universe.timeframe))
        self._judgement = Judgement(self._bus, paths, self._recorder, candles, self._tasks, tuple(judged))
        self._narratives = NarrativeDesk(self._bus, paths, self._recorder, self._tasks)
        verdicts = self._judgement.verdicts
        self._signals = Signals(
            self._bus, self._data, candles, self._sights, self._recorder, verdicts, self._tasks
        )
        self._levels = Levels(self._bus, self._data, candles, self._tasks)
        self._explanations = Explanations(self._data, candles, self._sights, verdicts)
        self._bars = BarDesk(self._explanations, self._tasks)
        self.explain, self.find_votes = self._bars.explain, self._bars.find_votes
        self._alerts = Alerts(self._bus, self._recorder, self._tasks)
        self._rules = AlertRuleDesk(self._bus, paths, self._recorder, self._data, self._alerts, self._tasks)
        self.change_alert_rule = self._rules.carry_out
        book = self._narratives.book
        self._rotation = RotationDesk(self._bus, paths, self._recorder, self._tasks, book, self._alerts)
        self.rotate = self._rotation.carry_out
        self._watchlist = Watchlist(self._bus, self._settings.watchlist.symbols, self._save_watchlist)
        self._market_watch = MarketWatch(self._bus, self._tasks)
        self.watch_market = self._market_watch.watch
        self._desk = FrontDesk(self, self._bus)
        self._link = LinkServer(paths.engine_socket, self._desk, self._tasks)
        self._keys = KeyDesk(self._bus, paths, self._tasks)
        self.look_after_key = self._keys.carry_out
        self._clock: Clock = SystemClock()
        self._opening = Opening(self._bus, self._tasks, options, self._settings, self.now_ms)
        switches = ProviderSwitches(self._is_asked, self._why_not_asked, self._save_provider)
        self._providers = Providers(self._bus, self._recorder, self._tasks, switches)
        self._offers: Offers | None = None
        self._judge = UniverseJudge(self._bus, self._data, candles, self._sights, verdicts, self._tasks)
        self._universe: Universe | None = None
        self._listed: frozenset[str] = frozenset()
        self._prices: dict[str, Ticker] = {}
        self._has_prices = asyncio.Event()
        self._feed: CcxtFeed | None = None
        self._bus.subscribe(TickersUpdated, self._on_tickers)
        self._bus.subscribe(WatchlistChanged, self._on_watchlist)
        self._bus.subscribe(NoticePosted, self._on_notice)

    async def live(self) -> None:
        """Run until asked to end, then close everything in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ending.set)
        await self._link.start()
        self._tasks.start("move the address of the node", self._move_node_address())
        self._tasks.start("open the feed", self._open_feed())
        self._tasks.start("measure the engine", self._measure())
        for subject, text in self._begun_anew.items():
            self._bus.publish(NoticePosted(subject, text))
        if self._options.linger_s is None:  # a window that started us has read the same file and said so
            for problem in self._problems:
                self._bus.publish(NoticePosted(f"settings {problem}", problem))
        await self._ending.wait()
        await self._close()

    async def _close(self) -> None:
        self._data.stop_filling()
        if self._universe is not None:
            self._universe.stop()
        self._opening.let_go()
        await self._providers.close()
        if self._offers is not None:
            self._offers.close()
        if self._feed is not None:
            await self._feed.close()
        await self._data.flush()
        await self._rules.close()
        await self._link.close()
        await self._tasks.close()
        await self._judgement.close()
        self._narratives.close()
        self._rotation.close()
        await self._recorder.close()
        await self._opening.close()

    async def _move_node_address(self) -> None:
        addresses = NodeAddresses(Secrets(sealed=self._paths.sealed_keys))
        await move_node_address(self._settings.providers.evm_url, addresses, self._settings_file, self._bus)

    async def _open_feed(self) -> None:
        """Open the venue; one that fails meanwhile is tried again until it answers."""
        while True:
            try:
                await self._listen(await self._opening.choose())
            except VenueError as error:
                text = f"{error} It is tried again in {OPEN_AGAIN_S:g} s; what is stored can be looked at."
                self._bus.publish(NoticePosted("opening", text))
            else:
                self._bus.publish(NoticePosted("opening", ""))
                return
            if self._feed is not None:
                await self._feed.close()
            await asyncio.sleep(OPEN_AGAIN_S)

    async def _listen(self, opened: OpenVenue) -> None:
        """Have everybody listen to a venue."""
        feed = self._feed = CcxtFeed(opened, self._data, self._tasks)
        self._clock, venue = opened.clock, opened.venue
        markets = await feed.markets()
        self._listed = frozenset(market.symbol for market in markets)
        self._alerts.listen_at(self._clock, venue.speed, lambda: self.watched, self._timeframes)
        self._tasks.start("prepare signals", self._judge_at(self._clock, venue.speed))
        self._data.listen_to(feed, self._clock)
        if self._options.symbols:
            everything = [market.symbol for market in markets if market.active]
            self._watchlist.watch_only(everything if ALL in self._options.symbols else self._options.symbols)
        else:
            self._watchlist.propose(markets, await self._first_prices())
        self._follow_watchlist()
        self._desk.open_venue(venue, markets)
        self._keys.open_venue(opened)
        self._begin_asking(opened)
        self._begin_universe(feed, markets)
        universe = self._settings.universe
        self._rules.begin(venue, markets, self._clock, universe.timeframe if universe.on else "")
        if opened.ends_ms is not None:
            ending = self._watch_for_the_end(feed, opened.ends_ms, opened.clock)
            self._tasks.start("watch for the end", ending)
        gc.collect()
        gc.freeze()  # markets and code live as long as we do; collections need not walk them again

    def _begin_asking(self, opened: OpenVenue) -> None:
        """Ask everybody who knows something beside the venue's candles."""
        around = Surroundings(
            opened, self._settings.providers, self._paths, self._tasks, lambda: self.watched, self._price_of
        )
        self._offers = Offers(around)
        self._market_watch.begin(self._offers.host)
        clock = self._clock if opened.venue.kind.is_practice else SystemClock()
        self._providers.begin(self._offers.all(), lambda: {base_of(s) for s in self.watched}, clock)

    def _begin_universe(self, feed: CcxtFeed, markets: Sequence[Market]) -> None:
        """Store everything liquid on the venue, and keep it current."""
        wanted = self._settings.universe
        if not wanted.on:
            return
        past = UniversePast(feed, self._recorder, self._recorder.candles.reader())
        self._universe = Universe(self._bus, past, self._tasks, self._data, self._clock)
        options = UniverseOptions(wanted.timeframe, wanted.bars, wanted.least_volume_usd, wanted.most_symbols)
        self._universe.start(markets, options)
        self._narratives.begin(feed.venue)
        self._rotation.begin(feed.venue, wanted.timeframe, self._clock)

    def _is_asked(self, name: str) -> bool:
        return bool(self._settings.value(f"providers.{name}"))

    def _why_not_asked(self, name: str) -> str | None:
        return None if self._offers is None else self._offers.why_off(name)

    def _save_provider(self, name: str, is_on: bool) -> None:
        self._settings = self._settings_file.change({f"providers.{name}": is_on})

    def _price_of(self, coin: str) -> float | None:
        """Return what a coin costs in dollars here; None where it does not trade for any."""
        quotes = (self._prices.get(f"{coin}/{dollar}") for dollar in ("USDT", "USD", "USDC"))
        return next((ticker.last for ticker in quotes if ticker is not None), None)

    async def _judge_at(self, clock: Clock, speed: float) -> None:
        """Begin to judge as soon as the arithmetic is compiled."""
        if not is_compiled():
            await prepare(self._bus)
        await asyncio.to_thread(warm_up)  # loads the machine code, which takes a second, off the loop
        self._bars.begin()
        self._signals.listen_at(clock, speed)
        self._levels.begin()
        if self._feed is not None:
            await self._judgement.begin(self._feed.venue, clock)
        wanted = self._settings.universe
        if wanted.on and self._feed is not None:
            venue = self._feed.venue.name
            self._judge.judge_at(venue, wanted.timeframe, wanted.most_symbols, self._signals.raise_signal)

    async def _watch_for_the_end(self, feed: CcxtFeed, ends_ms: int, clock: VenueClock) -> None:
        """Say that a recording has ended, and listen no longer."""
        text = await end_of_recording(ends_ms, clock, lambda: self._data.is_whole)
        self._bus.publish(NoticePosted("recording", text))
        self._data.stop_filling()
        await feed.close()
        self._data.on_state(FeedState.OFFLINE, "The recording has ended.")

    async def _first_prices(self) -> Sequence[Ticker]:
        """Return the first prices that the venue tells; none where it takes too long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._has_prices.wait(), PRICES_WITHIN_S)
        return tuple(self._prices.values())

    def _on_tickers(self, updated: TickersUpdated) -> None:
        self._prices.update((ticker.symbol, ticker) for ticker in updated.tickers)
        self._has_prices.set()

    @property
    def watched(self) -> tuple[str, ...]:
        """The watched symbols, in the trader's order."""
        return self._watchlist.symbols

    def now_ms(self) -> int:
        """Return the venue's time, UTC milliseconds."""
        return self._clock.now_ms()

    def show_charts(self, keys: Collection[SeriesKey]) -> None:
        """Load and stream exactly these series for charts, with their signals."""
        self._data.follow(keys, "chart")
        self._signals.show(keys)
        self._levels.show(keys)

    def newest(self, key: SeriesKey) -> list[Candle]:
        """Return the newest candles of a series that is loaded, the forming one last."""
        return self._data.newest(key)

    def choose_watchlist(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols; on disk when this returns."""
        self._watchlist.choose(symbols)

    async def dismiss_alert(self, alert_id: int) -> None:
        """Close an alert for good."""
        await self._alerts.dismiss(alert_id)

    async def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider on or off; on disk when this returns."""
        await self._providers.switch(name, is_on)

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
        if self._universe is None:
            raise UsageError("Nothing beside the watchlist is followed; switch it on in the settings.")
        if is_held:
            self._universe.pause()
        else:
            self._universe.resume()

    async def switch_model(self, name: str, is_on: bool) -> None:
        """Let the champion of a name judge, or switch it off; on disk when this returns."""
        await self._judgement.models.switch(name, is_on)

    async def roll_back_model(self, name: str) -> None:
        """Let the champion before judge again; on disk when this returns."""
        await self._judgement.models.roll_back(name)

    async def promote_model(self, name: str, model_hash: str) -> None:
        """Let another model of this name judge; on disk when this returns."""
        await self._judgement.models.promote(name, model_hash)

    def alerts_after(self, alert_id: int) -> list[Alert]:
        """Return alerts with a higher id, oldest first."""
        return self._recorder.alerts(after_id=alert_id)

    def end(self) -> None:
        """Close everything and leave, where a window started this engine."""
        if self._options.linger_s is None:
            raise UsageError("This engine was started by itself and goes on; end it where it was started.")
        self._ending.set()

    def _save_watchlist(self, symbols: tuple[str, ...]) -> None:
        self._settings = self._settings_file.change({"watchlist.symbols": list(symbols)})

    def _on_watchlist(self, _changed: WatchlistChanged) -> None:
        self._follow_watchlist()
        self._providers.coins_changed()

    def _follow_watchlist(self) -> None:
        if self._feed is not None:
            venue, symbols = self._feed.venue.name, [s for s in self.watched if s in self._listed]
            keys = [SeriesKey(venue, symbol, t) for t in self._timeframes for symbol in symbols]
            self._data.follow(keys, "watchlist")

    def _on_notice(self, notice: NoticePosted) -> None:
        if notice.text:
            _log.warning(notice.text)

    def _on_task_died(self, name: str, error: BaseException) -> None:
        why = str(error) if isinstance(error, TidemarkError) else f"an unexpected {type(error).__name__}."
        text = f"The engine could not {name}: {why} The rest goes on."
        self._bus.publish(NoticePosted(f"task {name}", text))

    async def _measure(self) -> None:
        def n_messages() -> int:
            return self._feed.n_messages if self._feed is not None else 0

        await measure_while_needed(self._desk, n_messages, self._options.linger_s)
        self._ending.set()
