"""The place of one chart in the workspace: its header, and the chart when somebody sees it first."""

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QRect, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QWidget

from workstation.domain.market import TIMEFRAMES
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.words.foreign_text import in_menu, one_line
from workstation.ui.workspaces.chart_pane import ChartPane, ChartSources, State
from workstation.ui.workspaces.chart_pane_header import ChartPaneHeader

PLACE_EVENTS = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide})
"""What happens to a dock that is moved, sized, shown or hidden; Qt has no signal for all of them."""

_FILLED = 0.95  # of a screen that a window covers which fills it; desktops keep a strip for themselves


class Started(Protocol):
    """Whoever says when charts beside the active one may be made."""

    @property
    def is_started(self) -> bool:
        """True once the first frame is painted."""
        ...


class ChartPaneDock(QDockWidget):
    """Holds a chart; makes it when it comes into sight, and puts it to sleep where nobody sees it.

    Parameters
    ----------
    name : str
        Unique in the workspace; layouts know it by this.
    sources : ChartSources
        What its chart is made from.
    state : mapping
        What was saved of it.
    theme : Theme
        Colours.
    """

    made = Signal(object)  # ChartPane
    looked = Signal()  # whether it is in sight was found out anew

    def __init__(
        self, name: str, sources: ChartSources, state: Mapping[str, object], theme: Theme, started: Started
    ) -> None:
        super().__init__("Chart")
        self._is_over = False
        self._looking = QTimer(self, interval=0, singleShot=True)
        self._looking.timeout.connect(self.look)
        self.setObjectName(name)
        self.setAccessibleName("Chart")
        self.header = ChartPaneHeader(theme)
        self.setTitleBarWidget(self.header)
        self._sources, self._state, self._started = sources, dict(state), started
        self.pane: ChartPane | None = None
        self._empty = QWidget()
        self.setWidget(self._empty)
        self._before_filled: QRect | None = None
        self._name_saved()
        self.visibilityChanged.connect(self._look_soon)

    def event(self, event: QEvent) -> bool:
        """Look again when it is moved: a tab that goes to the back is put out of sight, not hidden."""
        if event.type() in PLACE_EVENTS:
            self._look_soon()
        return super().event(event)

    def ensure(self) -> ChartPane:
        """Return its chart; made now, where it was not yet."""
        if self.pane is None:
            self.pane = ChartPane(self._sources, self._state)
            self.pane.opened.connect(self._name_series)
            self.setWidget(self.pane)
            self._empty.deleteLater()
            self.made.emit(self.pane)
        return self.pane

    def fill_screen(self) -> None:
        """Let a floating chart fill the screen it is on, or give it back the size it had."""
        screen, now = self.screen().availableGeometry(), self.geometry()
        if now.width() * now.height() < _FILLED * screen.width() * screen.height():
            self._before_filled = now
            self.setGeometry(screen)
            return
        aside = screen.width() // 6, screen.height() // 6
        self.setGeometry(self._before_filled or screen.adjusted(*aside, -aside[0], -aside[1]))

    def _look_soon(self) -> None:
        if not self._is_over:
            self._looking.start()

    def look(self) -> None:
        """Make or wake the chart where it is seen, let it sleep where it is not."""
        is_seen = is_in_sight(self)
        if is_seen and self._started.is_started:
            self.ensure()
        if self.pane is not None and self._started.is_started:
            self.pane.desk.set_seen(is_seen)
        self.looked.emit()

    def save(self) -> State:
        """Return what is saved of its chart, made or not."""
        return self.pane.save() if self.pane is not None else dict(self._state)

    def stop(self) -> None:
        """Follow, read and look no more."""
        self._is_over = True
        self._looking.stop()
        if self.pane is not None:
            self.pane.stop()

    def _name_series(self) -> None:
        key = self.pane.key if self.pane is not None else None
        self.header.set_series(key)
        if key is not None:
            self._name(key.symbol, key.timeframe)

    def _name_saved(self) -> None:
        """Say on its tab what it will show: one that nobody saw yet has no chart to ask."""
        saved = self._state.get("series")
        symbol, timeframe = (
            (saved.get("symbol"), saved.get("timeframe")) if isinstance(saved, dict) else ("", "")
        )
        if not isinstance(symbol, str) or not isinstance(timeframe, str):
            return
        if symbol and timeframe in TIMEFRAMES:
            self._name(symbol, timeframe)

    def _name(self, symbol: str, timeframe: str) -> None:
        title = f"{one_line(symbol, 20)} {timeframe}"
        self.setWindowTitle(in_menu(title))
        self.setAccessibleName(f"Chart of {title}")
