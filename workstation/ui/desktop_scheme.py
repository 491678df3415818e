"""Light or dark as the desktop's portal says it, for desktops that Qt itself does not ask."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

PORTAL = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
)
"""Service, place and interface (XDG desktop portal, Settings)."""

WISH = ("org.freedesktop.appearance", "color-scheme")
"""What is asked for: 0 no wish, 1 dark, 2 light."""

_LIGHT, _DARK = 2, 1
_PATIENCE_MS = 2_000
_PLATFORMS = ("xcb", "wayland")


class DesktopScheme(QObject):
    """Asks once, and hears of every change; a desktop without a portal has no wish."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wants_light: bool | None = None
        self._is_listening = False

    def listen(self) -> None:
        """Ask, where there is a session bus; the answer comes later."""
        if self._is_listening or not _has_bus():
            return
        self._is_listening = True
        from PySide6 import QtDBus  # only where Qt has no word of its own: it takes a few milliseconds

        bus = QtDBus.QDBusConnection.sessionBus()
        slot: Any = SLOT("on_changed(QDBusMessage)")  # a text, though the stubs ask for bytes
        bus.connect(*PORTAL, "SettingChanged", self, slot)
        question = QtDBus.QDBusMessage.createMethodCall(*PORTAL, "ReadOne")
        question.setArguments(list(WISH))
        waiting = QtDBus.QDBusPendingCallWatcher(bus.asyncCall(question, _PATIENCE_MS), self)
        waiting.finished.connect(self._on_answer)

    def _on_answer(self, answer: "QDBusPendingCallWatcher") -> None:
        self.take(*answer.reply().arguments()[:1])
        answer.deleteLater()

    @Slot("QDBusMessage")
    def on_changed(self, message: "QDBusMessage") -> None:
        """Take the portal's word that a setting changed; any setting of the desktop."""
        arguments = message.arguments()
        if tuple(arguments[:2]) == WISH:
            self.take(*arguments[2:3])

    def take(self, wish: object = None) -> None:
        """Take a wish as the portal sends it: a number, in one or two wrappings; anything else is none."""
        for _wrapping in range(2):
            wish = wish.variant() if hasattr(wish, "variant") else wish
        wants = {_LIGHT: True, _DARK: False}.get(wish) if isinstance(wish, int) else None
        if wants != self.wants_light:
            self.wants_light = wants
            self.changed.emit()


def _has_bus() -> bool:
    """Return whether a session bus runs: to ask for one where there is none would start one."""
    if QGuiApplication.platformName() not in _PLATFORMS:
        return False
    usual = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / "bus"
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or usual.exists()
