"""A button's menu, opened by a command: below it, with its first line chosen for the keyboard."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QMenu


def open_below(button: QAbstractButton, menu: QMenu) -> None:
    """Open a menu below its button; it closes with Esc, as if the button had been pressed."""
    menu.popup(button.mapToGlobal(QPoint(0, button.height())))
    first = next((one for one in menu.actions() if one.isEnabled() and not one.isSeparator()), None)
    if first is not None:
        menu.setActiveAction(first)
