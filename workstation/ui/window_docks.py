"""The window's docks: where they stand at first, and how their places are kept."""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QChildEvent, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QWidget

from workstation.ui.in_sight import KeptInSight, bring_in_sight
from workstation.ui.tab_list import TabLists
from workstation.ui.widgets.late_panel import LatePanel
from workstation.ui.window_memory import WindowMemory

LAYOUT_VERSION = 6
"""Rises when docks are added or renamed; an older layout is then not restored."""

STACKS = (
    ("Watchlist", "Screener", "Grades", "Market map", "Narratives", "Rotation graph", "Trades", "Depth"),
    ("Alerts", "Why", "Record", "Book", "Models", "Advice", "Paper", "Backtest", "Providers"),
)
"""Titles of the docks. The stacks stand on the right, one above the other; in each the first is in front."""

HIDDEN = frozenset({"Book", "Trades", "Depth", "Models", "Paper", "Backtest", "Providers"})
"""Titles of the docks that are not shown at first."""

_TAB_TITLES = {"Market map": "Map", "Rotation graph": "Rotation"}
"""What a tab says where the title is too long for a row of six in the column."""

_COLUMN_WIDTH = 436
_DEFAULT_SIZE = (1280, 800)
_FRAME = (16, 48)  # room for a window manager's borders and title
_PLACE_EVENTS = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide})


class Docks(QObject):
    """The docks of one window.

    Parameters
    ----------
    window : QMainWindow
        Where they stand.
    panels : mapping of str to QWidget
        What they hold, by title; every title of `STACKS` must have one.
    """

    moved = Signal()  # the window or a dock was moved, sized, shown or hidden

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]) -> None:
        super().__init__(window)
        self._window = window
        window.setDockNestingEnabled(True)
        self._stacks = [{title: self._dock(title, panels[title]) for title in stack} for stack in STACKS]
        self.by_title = {title: dock for stack in self._stacks for title, dock in stack.items()}
        self.sight = KeptInSight(self._windows, self)
        self.reset()
        self.lists = TabLists(window)
        for part in (window, *self.by_title.values()):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear of every change of place; Qt has no signal for a dock that is sized."""
        if event.type() in _PLACE_EVENTS:
            self.moved.emit()
        if isinstance(event, QChildEvent) and event.polished():
            row = event.child()  # Qt makes one for docks that share a place
            if isinstance(row, QTabBar):
                self.lists.offer(row)
        if watched is self._window and event.type() == QEvent.Type.Show:
            QTimer.singleShot(0, self, self._keep_floating_above)
        return super().eventFilter(watched, event)

    def _dock(self, title: str, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(_TAB_TITLES.get(title, title), self._window)
        dock.setObjectName(f"dock-{title.lower()}")
        dock.setAccessibleName(title)
        dock.toggleViewAction().setText(title)
        dock.setWidget(panel)
        if isinstance(panel, LatePanel):
            dock.visibilityChanged.connect(panel.take_seen)
        dock.toggleViewAction().triggered.connect(lambda is_shown: dock.raise_() if is_shown else None)
        return dock

    def _keep_floating_above(self) -> None:
        """Let docks that floated before the window was there stay above it; shown anew, the desktop knows."""
        window = self._window.windowHandle()
        for dock in self._windows()[1:]:
            if dock.isVisible() and dock.windowHandle().transientParent() != window:
                dock.windowHandle().setTransientParent(window)
                dock.hide()
                dock.show()

    def _windows(self) -> list[QWidget]:
        """Return every window on the desktop: this one, and docks of panels and charts that float."""
        docks = self._window.findChildren(QDockWidget)
        return [self._window, *(dock for dock in docks if dock.isFloating())]

    def reset(self) -> None:
        """Put every dock where it stood at first."""
        column = [next(iter(stack.values())) for stack in self._stacks]
        for front, stack in zip(column, self._stacks, strict=True):
            self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, front)
            for title, dock in stack.items():
                dock.setFloating(False)
                if dock is not front:  # at once: docks below one another would make the window higher
                    self._window.tabifyDockWidget(front, dock)
                dock.setVisible(title not in HIDDEN)
            front.raise_()
        self._window.resizeDocks(column, [_COLUMN_WIDTH] * len(column), Qt.Orientation.Horizontal)
        self._window.resizeDocks(column, [58, 42], Qt.Orientation.Vertical)

    def reveal(self, title: str) -> None:
        """Show a dock and bring it before those it shares a place with."""
        self.by_title[title].show()
        self.by_title[title].raise_()

    def save(self, memory: WindowMemory) -> None:
        """Write the places into the memory."""
        memory.geometry = _encoded(self._window.saveGeometry())
        memory.docks = self.places()

    def places(self) -> str:
        """Return where the docks stand, which are shown, and which are in front; for `show_places`."""
        return _encoded(self._window.saveState(LAYOUT_VERSION))

    def show_places(self, text: str) -> None:
        """Put the docks where `places` said; they stay where they are if it cannot be read."""
        self._window.restoreState(_decoded(text), LAYOUT_VERSION)
        self.sight.look()

    def restore(self, memory: WindowMemory) -> bool:
        """Bring back the places; the first ones where they cannot be read. Return whether they could."""
        if not self._window.restoreGeometry(_decoded(memory.geometry)):
            self._window.resize(_first_size())
        bring_in_sight(self._window)
        is_restored = bool(memory.docks) and self._window.restoreState(_decoded(memory.docks), LAYOUT_VERSION)
        if not is_restored:
            self.reset()
        return is_restored


def _first_size() -> QSize:
    """Return the size of a first window: the usual one, or what the screen leaves beside its frame."""
    usual, screens = QSize(*_DEFAULT_SIZE), QGuiApplication.screens()
    return usual.boundedTo(screens[0].availableSize() - QSize(*_FRAME)) if screens else usual


def _encoded(state: QByteArray) -> str:
    return b64encode(bytes(state.data())).decode("ascii")


def _decoded(text: str) -> QByteArray:
    try:
        return QByteArray(b64decode(text, validate=True))
    except ValueError:
        return QByteArray()
