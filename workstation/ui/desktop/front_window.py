"""A window that comes to the front when it is called, and ends in order."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow


class FrontWindow(QMainWindow):
    """Shown, put away, and closed only when everything behind it has ended.

    Its close button only asks: `close_pressed` is emitted. What ends the program emits `close_requested`, and
    the window goes with `let_go`.
    """

    close_pressed = Signal()
    close_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._may_close = False
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

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what that means; close only when everything has ended."""
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_pressed.emit()
