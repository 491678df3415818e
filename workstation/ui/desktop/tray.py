"""The icon in the desktop's tray: show and hide, do not disturb, quit, and how many alerts are unread."""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from workstation.ui.icon import badged
from workstation.ui.theme import Theme

_LOOK_MS = 5000  # a tray may start after us, and go away under us


class Tray(QObject):
    """Optional: everything it offers is in the window too.

    A tray that appears later is found within five seconds. `QSystemTrayIcon.isVisible` is true even without
    a tray, so nothing here trusts it.
    """

    available_changed = Signal(bool)
    show_requested = Signal()
    alerts_requested = Signal()
    quiet_toggled = Signal(bool)
    quit_requested = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._n_unread = 0
        self._menu = QMenu()
        self.alerts_action = QAction(self._menu)
        self.show_action = QAction("Show or hide Tidemark", self._menu)
        self.quiet_action = QAction("Do not disturb", self._menu, checkable=True)
        self.quit_action = QAction("Quit", self._menu)
        for action in (self.alerts_action, self.show_action, self.quiet_action, self.quit_action):
            self._menu.addAction(action)
        self.alerts_action.triggered.connect(lambda _checked=False: self.alerts_requested.emit())
        self.show_action.triggered.connect(lambda _checked=False: self.show_requested.emit())
        self.quiet_action.toggled.connect(self.quiet_toggled)
        self.quit_action.triggered.connect(lambda _checked=False: self.quit_requested.emit())
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._looking = QTimer(self, interval=_LOOK_MS)
        self._looking.timeout.connect(self.look)
        self.is_available = False
        self._paint()

    def start(self) -> None:
        """Look for a tray now, and again from time to time."""
        self._looking.start()
        self.look()

    def look(self) -> None:
        """Show the icon where there is a tray; say when that changes."""
        is_available = QSystemTrayIcon.isSystemTrayAvailable()
        if is_available == self.is_available:
            return
        self.is_available = is_available
        if is_available:
            self._icon.hide()  # shown before the tray was there, it would stay unseen
            self._icon.show()
        self.available_changed.emit(is_available)

    def set_unread(self, n_unread: int) -> None:
        """Put the number of unread alerts on the icon, and in words into its menu."""
        self._n_unread = n_unread
        self._paint()

    def set_quiet(self, *, is_quiet: bool) -> None:
        """Show whether alerts are announced."""
        self.quiet_action.setChecked(is_quiet)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._paint()

    def stop(self) -> None:
        """Take the icon away and look no more."""
        self._looking.stop()
        self._icon.hide()
        self._icon.setContextMenu(None)  # type: ignore[arg-type]  # its type forgets that none is allowed
        self._menu.deleteLater()

    def _paint(self) -> None:
        self._icon.setIcon(badged(self._n_unread, self._theme.accent, self._theme.on_accent))
        words = f"{self._n_unread} unread alert{'s' if self._n_unread > 1 else ''}"
        self._icon.setToolTip(f"Tidemark: {words}" if self._n_unread else "Tidemark")
        self.alerts_action.setText(f"Show {words}" if self._n_unread else "Show alerts, none unread")

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.show_requested.emit()
