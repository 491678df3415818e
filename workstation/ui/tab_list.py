"""A list of all tabs beside a row of tabs that has no room for them, instead of arrows to scroll it."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QMenu, QTabBar, QToolButton, QWidget

from workstation.ui.widgets.menu_emptying import empty

_NAME = "all-tabs"
_SAID = "All tabs of this row"
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_PLACE_EVENTS = frozenset({QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize})


class TabLists(QObject):
    """Puts a button over the arrows of each row of tabs whenever Qt shows them; it lists all tabs.

    Parameters
    ----------
    window : QWidget
        Whose rows they are. They are Qt's own and come and go: Qt is asked for them each time.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.menu = QMenu(window)
        for row in window.findChildren(QTabBar, options=_DIRECT):
            self.offer(row)

    def offer(self, row: QTabBar) -> None:
        """Give a row its list, once, and the ground of its tabs where they end."""
        if list_of(row) is not None:
            return
        row.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        row.setAutoFillBackground(True)
        button = QToolButton(row)
        button.setObjectName(_NAME)
        button.setAccessibleName(_SAID)
        button.setToolTip(_SAID)
        button.setArrowType(Qt.ArrowType.DownArrow)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._open)
        button.hide()
        for arrow in _arrows(row):
            arrow.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go where the arrows go."""
        if event.type() in _PLACE_EVENTS and isinstance(row := watched.parent(), QTabBar):
            _follow(row)
        return super().eventFilter(watched, event)

    def _open(self) -> None:
        button = self.sender()
        row = button.parent()
        if not isinstance(button, QToolButton) or not isinstance(row, QTabBar):
            return
        empty(self.menu)
        for place in range(row.count()):
            action = QAction(row.tabText(place), self.menu, checkable=True)
            action.setChecked(place == row.currentIndex())
            action.triggered.connect(partial(row.setCurrentIndex, place))
            self.menu.addAction(action)
        self.menu.popup(button.mapToGlobal(QPoint(0, button.height())))


def list_of(row: QTabBar) -> QToolButton | None:
    """Return the button that lists a row's tabs; None where it has none yet."""
    found = row.findChildren(QToolButton, _NAME, options=_DIRECT)
    return found[0] if found else None


def _arrows(row: QTabBar) -> list[QToolButton]:
    buttons = row.findChildren(QToolButton, options=_DIRECT)
    return [button for button in buttons if button.objectName().startswith("Scroll")]


def _follow(row: QTabBar) -> None:
    button, arrows = list_of(row), _arrows(row)
    if button is None:
        return
    is_needed = any(arrow.isVisibleTo(row) for arrow in arrows)
    if is_needed:
        button.setGeometry(arrows[0].geometry().united(arrows[-1].geometry()))
        button.raise_()
    button.setVisible(is_needed)
