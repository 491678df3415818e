"""The workspace's commands, and the choices about charts that outlive a session."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.narrative_index import is_index
from workstation.ui.chart_pane import ChartPane, ChartSources
from workstation.ui.commands import TIMEFRAME_KEYS
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Choices, Surroundings
from workstation.ui.theme import Theme
from workstation.ui.workspace import Workspace
from workstation.ui.workspace_follow import SharedFollow

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
        self.follows = SharedFollow(around.bridge, around.requests, self)
        sources = ChartSources(around.bridge, around.past, self.follows)
        self.workspace = Workspace(sources, theme, {})
        self.workspace.set_first(self._memory.symbol, choices.timeframe)
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
        return handlers | {f"timeframe.{name}": partial(self.set_timeframe, name) for name in TIMEFRAME_KEYS}

    def show_choices(self) -> None:
        """Begin with what was chosen in earlier sessions."""
        self.workspace.on_each(self._begin)
        self.log_shown.emit(self.workspace.active.chart.is_log)
        self.set_levels_shown(self._memory.levels)
        self.timeframe_shown.emit(self.workspace.active.timeframe or self._choices.timeframe)

    def open_bar(self, key: SeriesKey, open_time: int) -> None:
        """Show a bar of a series of this venue, in the middle of the active chart."""
        self.set_timeframe(key.timeframe)
        self.workspace.active.open(key.symbol)
        slot = slot_of(open_time, key.timeframe)
        self.workspace.active.chart.show_slots(slot - _BARS_AROUND, slot + _BARS_AROUND)

    def set_timeframe(self, timeframe: str) -> None:
        """Show bars of this length in the active chart."""
        self.choose("timeframe", timeframe)
        self.workspace.set_first(self._memory.symbol, timeframe)
        self.timeframe_shown.emit(timeframe)
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

    def refresh(self) -> None:
        """Let charts count down to the close of their bars; called every second."""
        if self._bridge.venue_time_ms:
            self.workspace.set_now(self._bridge.venue_time_ms)

    def stop(self) -> None:
        """Follow and read nothing more."""
        self.workspace.stop()

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
