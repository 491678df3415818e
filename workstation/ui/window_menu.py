"""The window's one menu, made from its commands and docks."""

from collections.abc import Callable, Mapping
from itertools import groupby

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from workstation.ui.commands import COMMANDS
from workstation.ui.window_docks import Docks

Switch = tuple[bool, Callable[[bool], None]]
_LAST = "app.quit"


def fill_menu(
    button: QToolButton, actions: Mapping[str, QAction], docks: Docks, switches: Mapping[str, Switch]
) -> QMenu:
    """Return the menu that a button opens: a submenu for each group of commands, and quit.

    Parameters
    ----------
    button : QToolButton
        What opens it.
    actions : mapping
        Every command's action, by id.
    docks : Docks
        Each can be shown and hidden under "View".
    switches : mapping
        Further things to switch on and off under "Alerts": title, then state now and what is told.
    """
    menu = QMenu(button)
    for group, commands in groupby(COMMANDS, key=lambda command: command.group):
        submenu = menu.addMenu(group)
        for command in commands:
            if command.id != _LAST:
                submenu.addAction(actions[command.id])
        if group == "View":
            submenu.addSeparator()
            for dock in docks.by_title.values():
                submenu.addAction(dock.toggleViewAction())
        if group == "Alerts":
            submenu.addSeparator()
            for title, switch in switches.items():
                submenu.addAction(_switch(submenu, title, switch))
    menu.addSeparator()
    menu.addAction(actions[_LAST])
    button.clicked.connect(lambda: menu.popup(button.mapToGlobal(QPoint(0, button.height()))))
    return menu


def _switch(menu: QMenu, title: str, switch: Switch) -> QAction:
    is_on, told = switch
    action = QAction(title, menu, checkable=True, checked=is_on)
    action.setObjectName(title)
    action.toggled.connect(told)
    return action
