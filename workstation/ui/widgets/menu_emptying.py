"""Takes everything out of a menu that is filled anew whenever it is opened."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu


def empty(menu: QMenu) -> None:
    """Remove every action and every submenu for good; actions of others stay theirs.

    Qt's own ``clear`` hides submenus and keeps them for ever, and Python's side of the actions that it
    deletes stays with the menu. What has no parent any more goes once nobody holds it.
    """
    submenus = menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    for action in menu.actions():
        menu.removeAction(action)
        if action.parent() is menu:
            action.setParent(None)
    for submenu in submenus:
        submenu.setParent(None)
        submenu.deleteLater()
