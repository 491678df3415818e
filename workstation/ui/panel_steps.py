"""Panels by keyboard: from one to the next, out of the window and back, to the other side, away."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from workstation.ui.widgets.late_panel import LatePanel
from workstation.ui.window_docks import Docks

_ASIDE = 32  # logical pixels that a panel which begins to float is moved
_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class PanelSteps:
    """Acts on the panel that has the keyboard.

    Parameters
    ----------
    window : QMainWindow
        Where the docks stand.
    docks : callable
        Returns the docks of the panels; they are made after the commands.
    give_back : callable
        Takes the keyboard when there is no panel for it.
    """

    def __init__(
        self, window: QMainWindow, docks: Callable[[], Docks], give_back: Callable[[], None]
    ) -> None:
        self._window, self._docks, self._give_back = window, docks, give_back

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of panels do."""
        return {
            "panel.next": lambda: self.step(1),
            "panel.previous": lambda: self.step(-1),
            "panel.float": self.float_or_dock,
            "panel.move": self.move,
            "panel.close": self.close,
        }

    @property
    def current(self) -> QDockWidget | None:
        """The dock in which the keyboard is."""
        focused = QApplication.focusWidget()
        docks = self._docks().by_title.values()
        return next((dock for dock in docks if focused is not None and dock.isAncestorOf(focused)), None)

    def step(self, by: int) -> None:
        """Go to the next panel that is shown; after the last one comes the chart."""
        shown = [dock for dock in self._docks().by_title.values() if not dock.isHidden()]
        places: list[QDockWidget | None] = [None, *shown]  # the chart first
        now = self.current
        self._go_to(places[(places.index(now if now in shown else None) + by) % len(places)])

    def float_or_dock(self) -> None:
        """Take the panel out of the window, or put it back."""
        dock = self.current
        if dock is not None:
            was_at = dock.mapToGlobal(QPoint())
            dock.setFloating(not dock.isFloating())
            if dock.isFloating() and (dock.pos() - was_at).manhattanLength() < _ASIDE:
                dock.move(was_at + QPoint(-_ASIDE, _ASIDE))  # else it seems to lie in the window still
            self._go_to(dock)

    def move(self) -> None:
        """Put the panel on the other side of the charts."""
        dock = self.current
        if dock is not None:
            side = _RIGHT if self._window.dockWidgetArea(dock) == _LEFT else _LEFT
            dock.setFloating(False)
            self._window.addDockWidget(side, dock)
            self._go_to(dock)

    def close(self) -> None:
        """Hide the panel; it comes back by its own command."""
        dock = self.current
        if dock is not None:
            dock.close()
            self._give_back()

    def _go_to(self, dock: QDockWidget | None) -> None:
        if dock is None:
            self._window.activateWindow()
            self._give_back()
            return
        self._docks().reveal(dock.accessibleName())  # its title may hold a number of unread alerts
        panel = dock.widget()
        if isinstance(panel, LatePanel):
            panel.ensure()
        QTimer.singleShot(0, dock, lambda: _give_keyboard(dock))  # what was just made is not on screen yet


def _give_keyboard(dock: QDockWidget) -> None:
    dock.activateWindow()  # its own, or the one that it came back to
    first = _first_control(dock)
    if first is not None:
        first.setFocus(Qt.FocusReason.TabFocusReason)


def _first_control(dock: QDockWidget) -> QWidget | None:
    """Return the largest control of a dock: its table, list or picture, not the line of choices over it."""
    found = [
        one
        for one in (dock.widget(), *dock.widget().findChildren(QWidget))
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(dock) and one.isEnabled()
    ]
    return max(found, key=lambda one: one.width() * one.height(), default=None)
