"""The window's process: builds the window, joins it to an engine, and ends both in order."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from workstation.domain.errors import SettingsError, StoreError, TidemarkError
from workstation.domain.market import SeriesKey
from workstation.link.alert_messages import AlertRuleCommand
from workstation.link.chart_address import ChartAddress
from workstation.link.client import LinkClient
from workstation.link.doorbell import Doorbell, ring
from workstation.link.engine_process import EngineProcess
from workstation.link.key_messages import KeyCommand
from workstation.link.market_messages import FollowMarket, FollowQuotes
from workstation.link.messages import (
    Command,
    DismissAlert,
    Explain,
    Follow,
    HoldUniverse,
    Notice,
    PromoteModel,
    RollBackModel,
    SetWatchlist,
    ShutDown,
    SwitchModel,
    SwitchProvider,
    Unfollow,
)
from workstation.link.rotation_messages import RotationCommand
from workstation.link.vote_messages import FindVotes
from workstation.services.supervisor import Supervisor
from workstation.storage.candle_store import CandleStore
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.journal import Journal
from workstation.storage.paths import Paths, resource
from workstation.storage.settings import Settings, SettingsFile
from workstation.ui.alerts.notifier import Notifier
from workstation.ui.alerts.sound import AlertSound
from workstation.ui.application import LastResort, make_application
from workstation.ui.bridge import Bridge
from workstation.ui.desktop.address_opening import AddressOpening
from workstation.ui.engine_port import JudgementFiles, NarrativeFiles, RotationFiles
from workstation.ui.freed_memory import FreedMemory, keep_one_heap
from workstation.ui.main_window import MainWindow
from workstation.ui.qt_loop import run
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.window_memory import WindowMemory

TOUR_WAITS_S = 120.0  # for the first candle, before pictures are taken of a market
LINGER_S = 60.0  # how long an engine of ours waits for a window that crashed to come back
_BACKTESTS = "rotation-backtest"
FIRST_RESTART_S, LAST_RESTART_S = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How this window was asked for.

    Parameters
    ----------
    engine_arguments : tuple of str
        For an engine started by it, as after ``tidemark serve``.
    screenshot : Path or None
        Where to save a picture of the window before it closes by itself.
    after_s : float
        ... so long after its start, seconds.
    notices : tuple of str
        What the trader must know from the start.
    address : ChartAddress or None
        A chart to open.
    tour : Path or None
        Folder for pictures of every panel, taken before the window closes by itself.
    scale_pct : int or None
        Size of everything; None leaves it to the settings.
    hidden : bool
        Whether it starts in the tray, as at login; where there is none, it is shown after a while.
    """

    engine_arguments: tuple[str, ...] = ()
    screenshot: Path | None = None
    after_s: float = 10.0
    notices: tuple[str, ...] = ()
    address: ChartAddress | None = None
    tour: Path | None = None
    scale_pct: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StoredPast:
    """What lies in the store, opened for reading."""

    candles: CandleStore
    journal: Journal
    judgements: JudgementFiles
    narratives: NarrativeFiles
    rotation: RotationFiles

    @classmethod
    def of(cls, paths: Paths) -> "StoredPast":
        """Open the store of these folders; one that is not there yet is empty until it is."""
        judgements = JudgementFiles(paths.ledger_db, paths.models, _shipped_models(paths))
        candles, journal = (
            CandleStore(paths.candles_db, read_only=True),
            Journal(paths.journal_db, read_only=True),
        )
        narratives = NarrativeFiles(paths.candles_db, paths.narratives_file)
        rotation = RotationFiles(paths.papers_db, paths.cache / _BACKTESTS)
        return cls(candles, journal, judgements, narratives, rotation)

    def close(self) -> None:
        """Close both files."""
        self.candles.close()
        self.journal.close()


class EngineDesk:
    """Asks the engine for the window: each request is a task, a refusal a notice."""

    def __init__(self, client: LinkClient, bridge: Bridge, tasks: Supervisor) -> None:
        self._client, self._bridge, self._tasks = client, bridge, tasks

    def follow(self, key: SeriesKey) -> None:
        """Load and stream a series, and send its signals."""
        self._ask(lambda number: Follow(number, key))

    def unfollow(self, key: SeriesKey) -> None:
        """No longer send this series."""
        self._ask(lambda number: Unfollow(number, key))

    def set_watchlist(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols."""
        self._ask(lambda number: SetWatchlist(number, tuple(symbols)))

    def dismiss_alert(self, alert_id: int) -> None:
        """Close an alert for good."""
        self._ask(lambda number: DismissAlert(number, alert_id))

    def change_alert_rule(
        self, command: Callable[[int], AlertRuleCommand], on_refused: Callable[[str], None]
    ) -> None:
        """Set, change or delete a rule of alerts; a refusal is told to whoever asks."""
        self._ask(command, on_refused)

    def explain(self, key: SeriesKey, open_time: int, on_refused: Callable[[str], None]) -> None:
        """Ask why a closed bar was judged as it was; a refusal is told to whoever asks, not to everybody."""
        self._ask(lambda number: Explain(number, key, open_time), on_refused)

    def find_votes(self, key: SeriesKey, since: int, until: int, on_refused: Callable[[str], None]) -> None:
        """Ask how every family voted on the bars of a span; a refusal is told to whoever asks."""
        self._ask(lambda number: FindVotes(number, key, since, until), on_refused)

    def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider of observations on or off, for good."""
        self._ask(lambda number: SwitchProvider(number, name, is_on))

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
        self._ask(lambda number: HoldUniverse(number, is_held))

    def follow_market(self, symbol: str, step: float) -> None:
        """Send the book and the trades of a market, in place of another; empty for none any more."""
        self._ask(lambda number: FollowMarket(number, symbol, step))

    def follow_quotes(self, is_on: bool) -> None:
        """Send the prices of every market from now on, or no longer."""
        self._ask(lambda number: FollowQuotes(number, is_on))

    def switch_model(self, name: str, is_on: bool) -> None:
        """Let the champion of a name judge, or switch it off; for good."""
        self._ask(lambda number: SwitchModel(number, name, is_on))

    def roll_back_model(self, name: str) -> None:
        """Let the champion before judge again."""
        self._ask(lambda number: RollBackModel(number, name))

    def promote_model(self, name: str, model_hash: str) -> None:
        """Let a challenger judge, or the champion before."""
        self._ask(lambda number: PromoteModel(number, name, model_hash))

    def rotate(self, command: Callable[[int], RotationCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about rotation or paper accounts; a refusal is told to whoever asks."""
        self._ask(command, on_refused)

    def look_after_key(self, command: Callable[[int], KeyCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about the key of a venue; a refusal is told to whoever asks."""
        self._ask(command, on_refused)

    def _ask(
        self, command: Callable[[int], Command], on_refused: Callable[[str], None] | None = None
    ) -> None:
        if self._client.is_connected:
            self._tasks.start("ask the engine", self._answer(command, on_refused or self._post))

    def _post(self, reason: str) -> None:
        self._bridge.on_fact(Notice("request", reason))

    async def _answer(self, command: Callable[[int], Command], on_refused: Callable[[str], None]) -> None:
        try:
            await self._client.ask(command)
        except TidemarkError as error:
            on_refused(str(error))


class WindowHouse:
    """Everybody in the window's process."""

    def __init__(self, paths: Paths, options: WindowOptions, settings: Settings) -> None:
        self._paths, self._options = paths, options
        self._settings_file = SettingsFile(paths.settings_file)
        self._log_file = paths.log_dir / "engine.log"
        self._ending = asyncio.Event()
        self._tasks = Supervisor(self._on_task_died)
        self._past = StoredPast.of(paths)
        self._bridge = Bridge()
        self._client = LinkClient(
            paths.engine_socket, self._bridge.on_fact, self._on_connected, lambda: self._window.last_alert_id
        )
        self._engine = EngineProcess(["--linger", f"{LINGER_S:g}", *options.engine_arguments], self._log_file)
        self._notifier = Notifier(resource("icons", "tidemark.svg"), self._say("notifications"))
        around = self._surroundings()
        self._bridge.remember(around.memory.venue, settings.watchlist.symbols)
        self._window = MainWindow(around, _choices(settings))
        self._window.close_requested.connect(self._ending.set)
        self._freed = FreedMemory(self._window)
        window = self._window
        self._addresses = AddressOpening(self._bridge, window.open_symbol, window.open_series, window)
        self._bell = Doorbell(paths.window_socket, window.bring_to_front, self._addresses.open)

    def _surroundings(self) -> Surroundings:
        memory_file = self._paths.layout_file
        return Surroundings(
            bridge=self._bridge,
            requests=EngineDesk(self._client, self._bridge, self._tasks),
            past=self._past,
            tasks=self._tasks,
            notifier=self._notifier,
            sound=AlertSound(resource("sounds", "alert.wav"), QApplication.beep, self._say("sound")),
            memory=WindowMemory.load(memory_file),
            memory_file=memory_file,
            on_choice=self._on_choice,
            settings=self._settings_file,
        )

    def _say(self, subject: str) -> Callable[[str], None]:
        return lambda text: self._bridge.on_fact(Notice(subject, text))

    async def live(self) -> int:
        """Show the window until it is closed; return the exit code."""
        failed = False
        try:
            self._window.start()
            self._window.desktop.open_window(hidden=self._options.hidden)
            await self._bell.hang()
            if self._options.address is not None:
                self._addresses.open(self._options.address)
            for notice in self._options.notices:
                self._bridge.on_fact(Notice(f"start {notice}", notice))
            await asyncio.sleep(0)  # the first frame is painted before an engine competes for the processor
            gc.freeze()  # what the window is made of lives as long as it does; collections need not walk it
            self._tasks.start("talk to the engine", self._client.run())
            self._tasks.start("keep an engine running", self._keep_engine())
            if self._options.screenshot is not None:
                await asyncio.wait([self._tasks.start("wait", asyncio.sleep(self._options.after_s))])
                failed = not self._window.grab().save(str(self._options.screenshot))
            elif self._options.tour is not None:
                await self._take_tour(self._options.tour)
            else:
                self._window.help.first_steps.begin_once()
                await self._ending.wait()
        finally:
            await self._close()
        if failed:
            raise TidemarkError(f"The picture could not be saved as {self._options.screenshot}.")
        return 0

    async def _take_tour(self, folder: Path) -> None:
        from workstation.ui.picture_tour import PictureTour

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TOUR_WAITS_S):
                while self._window.chart.last_painted_candle is None:  # noqa: ASYNC110  of a slow first start
                    await asyncio.sleep(0.1)
        await asyncio.sleep(self._options.after_s)
        await PictureTour(self._window, self._window, folder).run()

    async def _keep_engine(self) -> None:
        """Start an engine where none answers, and again when it dies; ever more slowly if it keeps dying."""
        wait_s = FIRST_RESTART_S
        await asyncio.sleep(0.1)  # one that runs already has answered by now
        while True:
            if not self._client.is_calling and not self._engine.is_running:
                if self._engine.exit_code is not None:
                    self._bridge.on_engine_lost(self._engine.why_it_ended())
                    await asyncio.sleep(wait_s)
                    wait_s = min(2 * wait_s, LAST_RESTART_S)
                self._engine.start()
            elif self._client.is_connected:
                wait_s = FIRST_RESTART_S
            await asyncio.sleep(0.2)

    def _on_connected(self, is_connected: bool) -> None:
        if not is_connected and not self._ending.is_set():
            self._bridge.on_engine_lost()

    def _on_choice(self, name: str, value: object) -> None:
        try:
            self._settings_file.change({name: value})
        except (SettingsError, StoreError) as error:
            self._bridge.on_fact(Notice("settings", f"{error} This choice lasts until Tidemark closes."))

    def _on_task_died(self, name: str, error: BaseException) -> None:
        why = str(error) if isinstance(error, TidemarkError) else f"an unexpected {type(error).__name__}."
        self._bridge.on_fact(Notice(f"task {name}", f"The window could not {name}: {why} The rest goes on."))

    async def _close(self) -> None:
        self._ending.set()
        self._bell.take_down()
        self._window.hide()
        if self._client.is_connected:
            try:
                await self._client.ask(ShutDown)
            except TidemarkError:
                pass  # it is not ours, or gone already
            else:
                await self._engine.leave()
        elif self._engine.is_running:
            await self._engine.leave()
        self._freed.stop()
        self._window.finish()
        await self._tasks.close()
        self._notifier.close()
        self._past.close()


def _shipped_models(paths: Paths) -> Path:
    try:
        return resource("models")
    except StoreError:  # none came with this version
        return paths.models / "shipped"


def _choices(settings: Settings) -> Choices:
    return Choices(
        timeframe=settings.chart.timeframe,
        log_scale=settings.chart.log_scale,
        zone=settings.chart.zone,
        theme=settings.appearance.theme,
        colours=settings.appearance.colours,
        sound=settings.alerts.sound,
        notifications=settings.alerts.notifications,
        on_close=settings.appearance.on_close,
        at_login=settings.appearance.at_login,
    )


def run_window(options: WindowOptions) -> int:
    """Open the window over this user's folders, or bring the one that is open to the front.

    Returns
    -------
    int
        Exit code: 0 done.
    """
    paths = Paths.of_user()
    lock = InstanceLock(paths.window_lock)
    if not lock.acquire():
        if options.hidden:
            return 0  # it runs already, in the tray or not: nobody asked to see it
        if ring(paths.window_socket, options.address):
            return 0  # it came to the front, with the chart: that is what was asked for
        raise TidemarkError("Tidemark is open already, but its window does not answer; close it first.")
    try:
        settings, problems = SettingsFile(paths.settings_file).load()
        options = replace(options, notices=(*options.notices, *problems))
        keep_one_heap()
        app = make_application(
            sys.argv[:1], settings.appearance.theme, options.scale_pct or settings.appearance.scale
        )
        last_resort = LastResort(str(paths.log_dir))
        restore = last_resort.install()
        try:
            return run(_live(paths, options, settings, last_resort), app) or 0
        finally:
            restore()
    finally:
        lock.release()


async def _live(paths: Paths, options: WindowOptions, settings: Settings, last_resort: LastResort) -> int:
    asyncio.get_running_loop().set_exception_handler(last_resort.on_loop_error)
    return await WindowHouse(paths, options, settings).live()
