"""Enter presses the button that has the keyboard, as Space does; a dialog's answer never stands in for it."""

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QToolButton, QWidget
from shiboken6 import isValid

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EnterPress(QObject):
    """Watches the one button that has the keyboard, wherever it is, and nothing else.

    Parameters
    ----------
    parent : QObject
        With whom it ends.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._app = cast(QApplication, QApplication.instance())
        self._button: QWidget | None = None
        self._app.focusChanged.connect(self._on_focus)
        self._is_watching = True

    def stop(self) -> None:
        """Watch nothing more; a second time changes nothing."""
        if self._is_watching:
            self._is_watching = False
            self._app.focusChanged.disconnect(self._on_focus)
            self._on_focus(None, None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Press the button that has the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and _is_enter(event):
            if isinstance(watched, QAbstractButton) and not event.isAutoRepeat():
                QTimer.singleShot(0, watched, watched.click)  # a menu that it opens outlasts this event
            return True
        return super().eventFilter(watched, event)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._button is not None and isValid(self._button):
            self._button.removeEventFilter(self)
        self._button = now if _wants_help(now) else None
        if self._button is not None:
            self._button.installEventFilter(self)


def _wants_help(widget: QWidget | None) -> bool:
    """Return whether it is a button that Qt does not press by Enter itself."""
    if isinstance(widget, QPushButton):
        return not widget.autoDefault()
    return isinstance(widget, QToolButton)


def _is_enter(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in _ENTER and held == Qt.KeyboardModifier.NoModifier
