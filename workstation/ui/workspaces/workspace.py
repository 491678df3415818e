"""The middle of the window: any number of charts beside, below and behind one another, or floating."""

import math
from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QWidget

from workstation.domain.market import SeriesKey
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.workspaces import workspace_places as places
from workstation.ui.workspaces.chart_pane import ChartPane, ChartSources, State
from workstation.ui.workspaces.chart_pane_dock import PLACE_EVENTS, ChartPaneDock
from workstation.ui.workspaces.chart_pane_header import ChartPaneHeader

_ASIDE = 32  # logical pixels that a chart which begins to float is moved

MOST_CHARTS = 32
"""Charts in one workspace; a file that asks for more is damaged, or meant badly."""


class Workspace(QMainWindow):
    """Charts and how they are arranged; one of them is active, and commands act upon that.

    Only the active chart is made at once; the others are made when they come into sight after `start`.

    Parameters
    ----------
    sources : ChartSources
        What charts are made from.
    theme : Theme
        Colours.
    state : mapping
        What `save` gave in an earlier session; one plain chart where it is empty or cannot be used.
    """

    opened = Signal(object)  # SeriesKey of the active chart: another market in it, or another chart is active
    active_changed = Signal(object)  # ChartPane
    bar_clicked = Signal(object)  # Candle of the active chart
    search_requested = Signal()
    dock_added = Signal(object)  # ChartPaneDock
    close_requested = Signal(object)  # ChartPaneDock
    arranged = Signal()  # what `save` returns may be another

    def __init__(self, sources: ChartSources, theme: Theme, state: Mapping[str, object]) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName("workspace")
        self.setDockNestingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.is_started = False
        self._sources, self._theme, self._zone, self._shows_levels = sources, theme, ZoneInfo("UTC"), True
        self._docks: list[ChartPaneDock] = []
        self._told: list[Callable[[ChartPane], None]] = []
        self._first = ("", "1h")
        self._maximised = ""
        self._active: ChartPaneDock | None = None
        self.restore(state)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    @property
    def active(self) -> ChartPane:
        """The chart that commands act upon."""
        return self.active_dock.ensure()

    @property
    def panes(self) -> tuple[ChartPane, ...]:
        """Every chart that is made, in the order they were added."""
        return tuple(dock.pane for dock in self._docks if dock.pane is not None)

    @property
    def docks(self) -> tuple[ChartPaneDock, ...]:
        """The place of every chart, made or not."""
        return tuple(self._docks)

    @property
    def active_dock(self) -> ChartPaneDock:
        """The place of the active chart."""
        return self._active or self._docks[0]

    @property
    def is_maximised(self) -> bool:
        """True while one chart hides the others."""
        return bool(self._maximised)

    def on_each(self, told: Callable[[ChartPane], None]) -> None:
        """Tell of every chart: those that are there, and each that is made later."""
        self._told.append(told)
        for pane in self.panes:
            told(pane)

    def header_of(self, pane: ChartPane) -> ChartPaneHeader:
        """Return the line over a chart."""
        return next(dock.header for dock in self._docks if dock.pane is pane)

    def start(self) -> None:
        """Make the other charts that are in sight; the first frame is painted."""
        self.is_started = True
        for dock in self._docks:
            dock.look()

    def add(
        self, orientation: Qt.Orientation | None, state: Mapping[str, object] | None = None
    ) -> ChartPaneDock:
        """Add a chart right of the active one, below it, or (None) as a tab before it, and make it active.

        Parameters
        ----------
        state : mapping, optional
            What it shows; the same as the active chart where left out.
        """
        beside = self.active_dock
        self.end_maximised()
        dock = self._new_dock(beside.save() if state is None else state)
        self._place(dock, beside, orientation)
        dock.raise_()
        self.activate(dock)
        self.arranged.emit()
        return dock

    def close_chart(self, dock: ChartPaneDock) -> None:
        """Take a chart away; the last one stays."""
        if len(self._docks) == 1:
            return
        self.end_maximised()
        place = self._docks.index(dock)
        self._remove(dock)
        if self._active is None:
            self.activate(self._docks[min(place, len(self._docks) - 1)])
        self._mark()
        self.arranged.emit()

    def activate(self, dock: ChartPaneDock) -> None:
        """Let commands act upon this chart."""
        if dock is self._active:
            return
        self._active = dock
        was_made, pane = dock.pane is not None, dock.ensure()
        self._mark()
        self.active_changed.emit(pane)
        if was_made and pane.key is not None:
            self.opened.emit(pane.key)
        self.arranged.emit()

    def step(self, by: int) -> None:
        """Give the keyboard to the next (1) or previous (-1) chart, and all the room where one has that."""
        dock = self._docks[(self._docks.index(self.active_dock) + by) % len(self._docks)]
        was_maximised = self.is_maximised
        self.end_maximised()
        dock.raise_()
        self.activate(dock)
        if was_maximised and not dock.isFloating():
            self.maximise_active()
        self.give_keyboard()

    def give_keyboard(self) -> None:
        """Let the active chart have the keyboard, in whichever window it is."""
        chart = self.active.chart
        chart.window().activateWindow()
        chart.setFocus()

    def float_active(self) -> None:
        """Let the active chart float in a window of its own, or bring it back."""
        self.end_maximised()
        dock = self.active_dock
        if dock.isFloating() or len(self._docks) > 1:
            was_at = dock.mapToGlobal(QPoint())
            dock.setFloating(not dock.isFloating())
            dock.raise_()  # else it comes back behind a tab that took its place
            if dock.isFloating() and (dock.pos() - was_at).manhattanLength() < _ASIDE:
                dock.move(was_at + QPoint(_ASIDE, _ASIDE))  # else it seems to lie in the window still

    def maximise_active(self) -> None:
        """Give the active chart all the room, or bring the others back; a floating one fills its screen."""
        if self.active_dock.isFloating():
            self.active_dock.fill_screen()
            return
        if self._maximised:
            self.end_maximised()
            return
        others = [dock for dock in self._docks if dock is not self.active_dock and not dock.isFloating()]
        if others:
            self._maximised = places.encoded(self)
            for dock in others:
                dock.hide()

    def end_maximised(self) -> None:
        """Bring back the charts that a maximised one hides."""
        state, self._maximised = self._maximised, ""
        if state:
            places.bring_back(self, state)
            for dock in self._docks:
                dock.show()

    def set_first(self, symbol: str, timeframe: str) -> None:
        """Say what a chart shows that does not know it from an earlier session."""
        self._first = symbol, timeframe

    def open_first(self) -> None:
        """Open a market in every chart that shows none."""
        for pane in self.panes:
            if pane.key is None:
                pane.open_first(*self._first)

    def show_venue(self) -> None:
        """Show the same markets on a venue that changed under them."""
        for pane in self.panes:
            pane.desk.reopen()
        self.open_first()

    def show_markets(self, is_known: Callable[[str], bool]) -> None:
        """Draw every chart again with what is now known of its market; another where none trades there."""
        for pane in self.panes:
            if pane.key is not None and is_known(pane.key.symbol):
                pane.desk.show_again()
            elif pane.key is not None:
                pane.desk.open_first(self._first[0], pane.key.timeframe)
            else:
                pane.open_first(*self._first)

    def set_now(self, now_ms: int) -> None:
        """Take the venue's time, UTC milliseconds."""
        for pane in self.panes:
            pane.chart.set_now(now_ms)

    def set_zone(self, zone: ZoneInfo) -> None:
        """Label every chart by this zone's clock."""
        self._zone = zone
        for pane in self.panes:
            pane.chart.set_zone(zone)

    def set_levels_shown(self, are_shown: bool) -> None:
        """Draw price levels on every chart, or on none."""
        self._shows_levels = are_shown
        for pane in self.panes:
            pane.chart.set_levels_shown(are_shown)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for dock in self._docks:
            dock.header.set_theme(theme)
        for pane in self.panes:
            pane.chart.set_theme(theme)

    def stop(self) -> None:
        """Follow and read nothing more."""
        for dock in self._docks:
            dock.stop()

    def save(self) -> State:
        """Return the charts and how they are arranged, as JSON values."""
        return {
            "charts": {dock.objectName(): dock.save() for dock in self._docks},
            "active": self.active_dock.objectName(),
            "places": self._maximised or places.encoded(self),
            "size": [self.width(), self.height()],
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """Show what `save` gave, in place of what is shown; one plain chart where it cannot be used."""
        saved = state.get("charts")
        charts = saved if isinstance(saved, dict) and 0 < len(saved) <= MOST_CHARTS else {"chart-1": {}}
        self._replace({str(name): one if isinstance(one, dict) else {} for name, one in charts.items()})
        if not self.isVisible():  # places are in pixels of the size they were saved in
            self.resize(places.size_of(state.get("size")))
        if not places.bring_back(self, state.get("places")):
            places.into_grid(self, self._docks, math.ceil(math.sqrt(len(self._docks))))
        for dock in self._docks:
            dock.show()
        by_name = {dock.objectName(): dock for dock in self._docks}
        self.activate(by_name.get(str(state.get("active")), self._docks[0]))

    def arrange(self, states: Sequence[Mapping[str, object]], n_columns: int) -> None:
        """Show these charts in rows of equal size, in place of what is shown; the first is active."""
        self._replace({f"chart-{n}": state for n, state in enumerate(states, 1)})
        places.into_grid(self, self._docks, n_columns)
        self.activate(self._docks[0])
        self.start_again()

    def start_again(self) -> None:
        """Make what came into sight with another arrangement, where the window has started."""
        if self.is_started:
            self.start()

    def _replace(self, charts: Mapping[str, Mapping[str, object]]) -> None:
        self._maximised = ""
        for dock in list(self._docks):
            self._remove(dock)
        for name, state in charts.items():
            dock = self._new_dock(state, name)
            self._place(dock, self._docks[0], None)  # as tabs: side by side they would widen the window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear of every change of place; Qt has no signal for a dock that is sized."""
        if event.type() in PLACE_EVENTS:
            self.arranged.emit()
        return super().eventFilter(watched, event)

    def _new_dock(self, state: Mapping[str, object], name: str = "") -> ChartPaneDock:
        dock = ChartPaneDock(name or self._free_name(), self._sources, state, self._theme, self)
        self._docks.append(dock)
        dock.made.connect(self._on_made)
        dock.header.pressed.connect(lambda: self.activate(dock))
        dock.header.close_requested.connect(lambda: self.close_requested.emit(dock))
        dock.header.search_requested.connect(lambda: self._search_in(dock))
        dock.looked.connect(self._keep_active_in_sight)
        dock.installEventFilter(self)
        self.dock_added.emit(dock)
        return dock

    def _free_name(self) -> str:
        taken = {dock.objectName() for dock in self._docks}
        return next(name for name in (f"chart-{n}" for n in range(1, 1000)) if name not in taken)

    def _place(self, dock: ChartPaneDock, beside: ChartPaneDock, orientation: Qt.Orientation | None) -> None:
        if dock is beside or beside.isFloating():
            self.addDockWidget(places.AREA, dock)
        elif orientation is None or self.tabifiedDockWidgets(beside):
            self.tabifyDockWidget(beside, dock)
        else:
            places.split(self, beside, dock, orientation)
        dock.show()

    def _remove(self, dock: ChartPaneDock) -> None:
        dock.removeEventFilter(self)
        dock.stop()
        self._docks.remove(dock)
        if dock is self._active:
            self._active = None
        self.removeDockWidget(dock)
        dock.setObjectName("")  # it stays a child until later: Qt would give it the place of its namesake
        dock.deleteLater()

    def _on_made(self, pane: ChartPane) -> None:
        """Put a new chart into the colours and the time of the others, and open what it showed."""
        pane.chart.set_theme(self._theme)
        pane.chart.set_zone(self._zone)
        pane.chart.set_levels_shown(self._shows_levels)
        pane.opened.connect(lambda key: self._on_opened(pane, key))
        pane.changed.connect(self.arranged)
        pane.chart.bar_clicked.connect(lambda candle: self._on_bar(pane, candle))
        for told in self._told:
            told(pane)
        if pane.desk.venue is not None:
            pane.open_first(*self._first)

    def _on_opened(self, pane: ChartPane, key: SeriesKey) -> None:
        if self._active is not None and pane is self._active.pane:
            self.opened.emit(key)

    def _on_bar(self, pane: ChartPane, candle: object) -> None:
        if self._active is not None and pane is self._active.pane:
            self.bar_clicked.emit(candle)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        for dock in self._docks:
            if now is not None and dock.isAncestorOf(now):
                self.activate(dock)
                return

    def _search_in(self, dock: ChartPaneDock) -> None:
        self.activate(dock)
        self.search_requested.emit()

    def _keep_active_in_sight(self) -> None:
        """Make the chart active that a tab brought before the active one."""
        active = self._active
        if active is None or not self.is_started or is_in_sight(active):
            return
        before = (dock for dock in self._docks if dock in self.tabifiedDockWidgets(active))
        shown = next((dock for dock in before if is_in_sight(dock)), None)
        if shown is not None:
            self.activate(shown)

    def _mark(self) -> None:
        is_alone = len(self._docks) == 1
        for dock in self._docks:
            dock.header.set_active(is_active=dock is self._active, is_alone=is_alone)
