"""Takes everything out of a menu that is filled anew whenever it is opened."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu


def empty(menu: QMenu) -> None:
    """Remove every action, and the submenus, too: Qt's own ``clear`` hides those and keeps them for ever."""
    submenus = menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    menu.clear()
    for submenu in submenus:
        submenu.deleteLater()
