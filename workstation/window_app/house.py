"""The window and everybody it is joined to, from its first frame to its end."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from workstation.domain.errors import SettingsError, TidemarkError
from workstation.link.client import LinkClient
from workstation.link.doorbell import Doorbell
from workstation.link.engine_process import EngineProcess
from workstation.link.messages import (
    Notice,
    ShutDown,
)
from workstation.services.supervisor import Supervisor
from workstation.storage.paths import Paths, resource
from workstation.storage.settings import Settings, SettingsFile
from workstation.ui.alerts.notifier import Notifier
from workstation.ui.alerts.sound import AlertSound
from workstation.ui.bridge import Bridge
from workstation.ui.desktop.address_opening import AddressOpening
from workstation.ui.freed_memory import FreedMemory
from workstation.ui.main_window import MainWindow
from workstation.ui.steady_settings import SteadySettings
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.window_memory import WindowMemory
from workstation.window_app.engine_desk import EngineDesk
from workstation.window_app.options import WindowOptions
from workstation.window_app.stored_past import StoredPast

TOUR_WAITS_S = 120.0  # for the first candle, before pictures are taken of a market
LINGER_S = 60.0  # how long an engine of ours waits for a window that crashed to come back
FIRST_RESTART_S, LAST_RESTART_S = 1.0, 30.0


class WindowHouse:
    """Everybody in the window's process."""

    def __init__(self, paths: Paths, options: WindowOptions, settings: Settings) -> None:
        self._paths, self._options = paths, options
        self._settings = SteadySettings(SettingsFile(paths.settings_file))
        self._settings.said.connect(self._say("settings"))
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
            settings=self._settings,
            is_kept=self._options.is_kept,
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
        tour = PictureTour(self._window, self._window, folder)
        await tour.run()
        if tour.given_up:
            sys.stderr.write(f"Not all that these show had come in time: {', '.join(tour.given_up)}.\n")

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
                try:
                    self._engine.start()
                except OSError as error:
                    self._bridge.on_engine_lost(f"It cannot be started just now ({error.strerror}).")
                    await asyncio.sleep(wait_s)
            elif self._client.is_connected:
                wait_s = FIRST_RESTART_S
            await asyncio.sleep(0.2)

    def _on_connected(self, is_connected: bool) -> None:
        if not is_connected and not self._ending.is_set():
            self._bridge.on_engine_lost()

    def _on_choice(self, name: str, value: object) -> None:
        try:
            self._settings.change({name: value})
        except SettingsError as error:
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
        self._settings.finish()
        await self._tasks.close()
        self._notifier.close()
        self._past.close()


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
