"""A window that comes to the front when it is called, and ends in order."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QWidget
from shiboken6 import isValid

_BESIDE = (Qt.WindowType.Window, Qt.WindowType.Dialog, Qt.WindowType.Tool)  # no menus, hints and pop-ups


class FrontWindow(QMainWindow):
    """Shown, put away with all that floats beside it, and closed only when everything behind it has ended.

    Its close button only asks: `close_pressed` is emitted. What ends the program emits `close_requested`, and
    the window goes with `let_go`.
    """

    close_pressed = Signal()
    close_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._may_close = False
        self._away: list[QWidget] = []  # what went out of sight with the window
        self.has_tray = False

    def toggle_shown(self) -> None:
        """Bring the window to the front, or put it away where it is there already."""
        if self.isVisible() and not self.isMinimized() and self.isActiveWindow():
            self.put_away()
        else:
            self.bring_to_front()

    def bring_to_front(self) -> None:
        """Show the window before the others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        for one in self._beside():
            one.raise_()  # else it lies behind the window that it belongs to

    def put_away(self) -> None:
        """Hide the window in the tray; only make it small where there is none."""
        if self.has_tray:
            self.hide()
        else:
            self.showMinimized()

    def let_go(self) -> None:
        """Close the window for good."""
        self._may_close = True
        self.close()

    def put_away_beside(self) -> None:
        """Take panels, charts and dialogs that float beside the window out of sight.

        What floats for good is only made small: hidden, it would be remembered as closed.
        """
        for one in self._beside():
            if isinstance(one, QDialog):
                one.hide()
            else:
                one.setWindowState(one.windowState() | Qt.WindowState.WindowMinimized)
            self._away.append(one)

    def _beside(self) -> list[QWidget]:
        windows = [one for one in self.findChildren(QWidget) if one.isWindow() and one.isVisible()]
        return [one for one in windows if one.windowType() in _BESIDE and not one.isMinimized()]

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave nothing of the window behind on the desktop."""
        super().hideEvent(event)
        if not self._may_close and not event.spontaneous():
            self.put_away_beside()

    def showEvent(self, event: QShowEvent) -> None:
        """Bring back what went with the window, once it is there itself."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._bring_back)  # before it, the desktop would lay them behind it

    def _bring_back(self) -> None:
        if not self.isVisible():
            return  # it was put away again at once
        away, self._away = self._away, []
        for one in filter(isValid, away):
            one.setWindowState(one.windowState() & ~Qt.WindowState.WindowMinimized)
            one.hide()  # else the desktop has forgotten whose it is, and lays it behind the window
            one.show()
            one.raise_()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what that means; close only when everything has ended."""
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_pressed.emit()
