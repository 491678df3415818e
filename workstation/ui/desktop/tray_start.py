"""A window in the tray: patient with a tray that comes late or again, and never lost without one."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer

from workstation.ui.desktop.front_window import FrontWindow
from workstation.ui.desktop.tray import Tray

WAITS_MS = 15_000  # a desktop that has just begun shows its tray within seconds


class TrayStart(QObject):
    """Keeps a window out of sight until it is wanted.

    Without a tray the window is shown after a while, behind what the user works in; a tray that comes later
    takes it, unless it was used meanwhile.

    Parameters
    ----------
    tray, window : Tray, FrontWindow
        Where it goes, and what.
    waits_ms : int
        How long a tray may take to come.
    """

    def __init__(self, tray: Tray, window: FrontWindow, waits_ms: int = WAITS_MS) -> None:
        super().__init__(window)
        self._tray, self._window = tray, window
        self._patience = QTimer(self, interval=waits_ms, singleShot=True)
        self._patience.timeout.connect(self._show)
        self._is_waiting = False

    def begin(self) -> None:
        """Wait for a tray, with the window out of sight; at the start, and where the tray went away."""
        if self._is_waiting:
            return
        self._is_waiting = True
        self._window.put_away_beside()
        self._tray.available_changed.connect(self._on_tray)
        self._window.installEventFilter(self)
        self._patience.start()
        if self._tray.is_available:
            self._on_tray(is_there=True)

    def stop(self) -> None:
        """Leave the window as it is from now on."""
        self._patience.stop()
        if self._is_waiting:
            self._is_waiting = False
            self._tray.available_changed.disconnect(self._on_tray)
            self._window.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take that the user works in the window: it is his to put away."""
        if event.type() == QEvent.Type.WindowActivate:
            self.stop()
        return False

    def _show(self) -> None:
        """Show the window without taking the keyboard from what the user works in."""
        self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._window.show()
        self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=False)

    def _on_tray(self, is_there: bool) -> None:
        if is_there:
            self.stop()
            self._window.hide()
