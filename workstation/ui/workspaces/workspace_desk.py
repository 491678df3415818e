"""The workspace's commands, and the choices about charts that outlive a session."""

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.narrative_index import is_index
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.theme import Theme
from workstation.ui.window_docks import Docks
from workstation.ui.workspaces.chart_pane import ChartPane, ChartSources
from workstation.ui.workspaces.link_colours import LinkColours
from workstation.ui.workspaces.timeframe_keys import TIMEFRAME_KEYS
from workstation.ui.workspaces.workspace import Workspace
from workstation.ui.workspaces.workspace_arranging import WorkspaceArranging
from workstation.ui.workspaces.workspace_banner import WorkspaceBanner
from workstation.ui.workspaces.workspace_file import WorkspaceFile
from workstation.ui.workspaces.workspace_follow import SharedFollow
from workstation.ui.workspaces.workspace_keeper import WorkspaceKeeper

SAFE_AFTER = 2
"""Windows in a row that ended within `STEADY_MS` before one begins plainly."""

STEADY_MS = 60_000
"""A window that stands this long did not crash at its start."""

_BARS_AROUND = 60  # bars shown on either side of a bar that is opened


class WorkspaceDesk(Section):
    """Lets commands act upon the active chart.

    Parameters
    ----------
    around : Surroundings
        Bridge, store and requests.
    choices : Choices
        The settings about charts; a new chart begins with them.
    theme : Theme
        Colours.
    """

    timeframe_shown = Signal(str)
    """The active chart has this timeframe."""

    log_shown = Signal(bool)
    """The active chart is logarithmic, or is not."""

    levels_shown = Signal(bool)
    """Charts draw price levels, or do not."""

    def __init__(
        self, around: Surroundings, choices: Choices, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._choices, self._memory = around.bridge, choices, around.memory
        self._on_choice = around.on_choice
        self.panels = {}
        self._file = WorkspaceFile(around.memory_file.parent, _today)
        self.is_safe = self._file.count_start() >= SAFE_AFTER
        self._book, self._damage = self._file.load()
        self._steady = QTimer(self, interval=STEADY_MS, singleShot=True)
        self._steady.timeout.connect(self._file.forget_starts)
        self.follows = SharedFollow(around.bridge, around.requests, self)
        sources = ChartSources(around.bridge, around.past, self.follows)
        self.workspace = Workspace(sources, theme, {} if self.is_safe else self._book.state)
        self.workspace.set_first(self._memory.symbol, choices.timeframe)
        self.keeper = WorkspaceKeeper(self.workspace, self._file, self._book, self)
        self.links = LinkColours(self.workspace, theme, self)
        self.arranging = WorkspaceArranging(self.workspace, self.keeper, self.links, around.bridge, parent)
        self.keeper.said.connect(lambda text: around.bridge.notice_posted.emit("workspace", text))
        self.keeper.writing.said.connect(lambda text: around.bridge.notice_posted.emit("saving", text))
        self.keeper.changed.connect(self._on_workspaces)
        self.banner = WorkspaceBanner(theme)
        self.view = QWidget()
        column = QVBoxLayout(self.view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.workspace, 1)
        self.workspace.active_changed.connect(self._on_active)
        self.workspace.opened.connect(lambda key: self.timeframe_shown.emit(key.timeframe))
        around.bridge.markets_changed.connect(self._on_markets)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of charts do, by id."""
        handlers: dict[str, Callable[[], None]] = {
            "chart.log": lambda: self.set_log_scale(not self.workspace.active.chart.is_log),
            "chart.live": lambda: self.workspace.active.chart.go_live(),
            "chart.levels": lambda: self.set_levels_shown(not self._memory.levels),
        }
        handlers |= self.arranging.handlers()
        return handlers | {f"timeframe.{name}": partial(self.set_timeframe, name) for name in TIMEFRAME_KEYS}

    def join(self, docks: Docks) -> None:
        """Keep the panels with each workspace."""
        self.keeper.panels = docks
        docks.moved.connect(self.keeper.save_soon)

    def show_choices(self) -> None:
        """Begin with what was chosen in earlier sessions."""
        self.workspace.on_each(self._begin)
        self.log_shown.emit(self.workspace.active.chart.is_log)
        self.set_levels_shown(self._memory.levels)
        self.timeframe_shown.emit(self.workspace.active.timeframe or self._choices.timeframe)
        self._steady.start()
        if self.is_safe:
            self._ask_after_crashes()
        elif self._damage:
            self._ask_after_damage()
        if self._memory.problem:
            self._bridge.notice_posted.emit("layout", self._memory.problem)

    def open_bar(self, key: SeriesKey, open_time: int) -> None:
        """Show a bar of a series of this venue, in the middle of the active chart."""
        self.open_series(key.symbol, key.timeframe)
        slot = slot_of(open_time, key.timeframe)
        self.workspace.active.chart.show_slots(slot - _BARS_AROUND, slot + _BARS_AROUND)

    def open_series(self, symbol: str, timeframe: str) -> None:
        """Show a market in bars of this length in the active chart, opened once."""
        self._choose_timeframe(timeframe)
        self.workspace.active.open(symbol, timeframe)

    def set_timeframe(self, timeframe: str) -> None:
        """Show bars of this length in the active chart."""
        self._choose_timeframe(timeframe)
        self.workspace.active.set_timeframe(timeframe)

    def choose(self, choice: str, value: str | bool) -> None:
        """Remember a choice about charts; one that is new is saved."""
        if getattr(self._choices, choice) != value:
            setattr(self._choices, choice, value)
            self._on_choice(f"chart.{choice}", value)

    def set_log_scale(self, is_log: bool) -> None:
        """Draw the prices of the active chart logarithmically, or not."""
        self.choose("log_scale", is_log)
        self.workspace.active.chart.set_log_scale(is_log)
        self.log_shown.emit(is_log)

    def set_levels_shown(self, are_shown: bool) -> None:
        """Draw price levels on every chart, or leave them out."""
        self._memory.levels = are_shown
        self.workspace.set_levels_shown(are_shown)
        self.levels_shown.emit(are_shown)

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        if isinstance(zone, ZoneInfo):
            self.workspace.set_zone(zone)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.workspace.set_theme(theme)
        self.links.set_theme(theme)
        self.banner.set_theme(theme)

    def refresh(self) -> None:
        """Let charts count down to the close of their bars; called every second."""
        if self._bridge.venue_time_ms:
            self.workspace.set_now(self._bridge.venue_time_ms)

    def stop(self) -> None:
        """Follow and read nothing more; what is arranged is saved."""
        self._steady.stop()
        self._file.forget_starts()
        self.keeper.finish()
        self.workspace.stop()

    def _choose_timeframe(self, timeframe: str) -> None:
        self.choose("timeframe", timeframe)
        self.workspace.set_first(self._memory.symbol, timeframe)
        self.timeframe_shown.emit(timeframe)

    def _ask_after_crashes(self) -> None:
        """Begin with a plain chart; what was arranged stays as it was saved until the trader says."""
        self.keeper.hold()
        self.banner.ask(
            "Tidemark ended twice within a minute of its start. This is a plain window: nothing of your "
            "workspaces and panels was loaded, and nothing of them is lost.",
            ("Restore my workspace", self._restore),
            ("Stay plain", self._stay),
        )

    def _on_workspaces(self) -> None:
        """Take the question away where the trader answered it by opening or naming a workspace."""
        if self.is_safe and not self.keeper.is_held:
            self.is_safe = False
            self.banner.hide()

    def _restore(self) -> None:
        self.is_safe = False
        if self.keeper.panels is not None:  # of a workspace that was saved without its own
            self.keeper.panels.show_places(self._memory.docks)
        self.keeper.show()
        self.keeper.go_on()

    def _stay(self) -> None:
        self.is_safe = False
        self.keeper.begin_anew()
        self.keeper.go_on()

    def _ask_after_damage(self) -> None:
        """Say that the file is damaged, and offer the newest copy that is not."""
        day = self._file.newest_backup()
        if day is None:
            self._bridge.notice_posted.emit(
                "workspace", f"{self._damage} Candles, alerts and drawings are safe."
            )
            return
        self.banner.ask(
            f"{self._damage} There is a copy of {day.day} {day:%B}. Everything else is unaffected.",
            (f"Restore the copy of {day.day} {day:%b}", lambda: self._restore_copy(day)),
            ("Start fresh", self.keeper.save_soon),
        )

    def _restore_copy(self, day: date) -> None:
        refusal = self.keeper.restore(day)
        if refusal:
            self._bridge.notice_posted.emit("workspace", refusal)

    def _begin(self, pane: ChartPane) -> None:
        """Let a new chart begin with the scale that was chosen last."""
        if not pane.was_saved("log"):
            pane.chart.set_log_scale(self._choices.log_scale)

    def _on_active(self, pane: ChartPane) -> None:
        self.timeframe_shown.emit(pane.timeframe or self._choices.timeframe)
        self.log_shown.emit(pane.chart.is_log)

    def _on_markets(self) -> None:
        markets = self._bridge.world.markets
        self.workspace.show_markets(lambda symbol: symbol in markets or is_index(symbol))


def _today() -> date:
    return date.fromisoformat(QDate.currentDate().toString(Qt.DateFormat.ISODate))
