"""Where charts stand in a workspace: rows of equal size, and Qt's own words for any arrangement."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

AREA = Qt.DockWidgetArea.TopDockWidgetArea
"""Where the docks of charts stand; there is no other area, so they take all the room."""

_VERSION = 1
_FIRST_SIZE, _LARGEST = (840, 730), 32_768


def encoded(window: QMainWindow) -> str:
    """Return the arrangement of a window's docks, base64."""
    return b64encode(bytes(window.saveState(_VERSION).data())).decode("ascii")


def bring_back(window: QMainWindow, text: object) -> bool:
    """Arrange the docks of a window as `encoded` said; return whether that could be read."""
    try:
        state = QByteArray(b64decode(text, validate=True)) if isinstance(text, str) else QByteArray()
    except ValueError:
        return False
    return not state.isEmpty() and window.restoreState(state, _VERSION)


def size_of(saved: object) -> QSize:
    """Return a size that was saved as two numbers; the usual one where it was not."""
    sides = saved if isinstance(saved, list) and len(saved) == 2 else []
    is_size = bool(sides) and all(isinstance(side, int) and 0 < side < _LARGEST for side in sides)
    return QSize(*sides) if is_size else QSize(*_FIRST_SIZE)


def into_grid(window: QMainWindow, docks: Sequence[QDockWidget], n_columns: int) -> None:
    """Put docks into rows of this many, all of one size."""
    rows = [docks[i : i + n_columns] for i in range(0, len(docks), n_columns)]
    for dock in docks:  # one that was a tab takes others as tabs only, until it is added anew
        window.removeDockWidget(dock)
    window.addDockWidget(AREA, docks[0])
    for upper, lower in pairwise(rows):
        window.splitDockWidget(upper[0], lower[0], Qt.Orientation.Vertical)
    for row in rows:
        for left, right in pairwise(row):
            window.splitDockWidget(left, right, Qt.Orientation.Horizontal)
        for dock in row:
            dock.show()
        share(window, row, Qt.Orientation.Horizontal, window.width())
    share(window, [row[0] for row in rows], Qt.Orientation.Vertical, window.height())


def split(window: QMainWindow, beside: QDockWidget, dock: QDockWidget, orientation: Qt.Orientation) -> None:
    """Put a dock right of another, or below it; they share its room.

    One whose tabs were closed while it floated comes back, for Qt, as the only tab of its group: what it is
    split with becomes a tab beside it, or both go out of sight. They are then added anew.
    """
    room = beside.width() if orientation == Qt.Orientation.Horizontal else beside.height()
    for is_anew in (False, True):
        if is_anew:
            for each in (beside, dock):
                window.removeDockWidget(each)
            window.addDockWidget(AREA, beside)
            beside.show()
        window.splitDockWidget(beside, dock, orientation)
        share(window, [beside, dock], orientation, room)
        dock.show()
        if all(window.rect().intersects(each.geometry()) for each in (beside, dock)):
            return


def share(window: QMainWindow, docks: Sequence[QDockWidget], orientation: Qt.Orientation, room: int) -> None:
    """Give docks beside or below one another the same part of this many pixels."""
    window.resizeDocks(list(docks), [max(room // len(docks), 1)] * len(docks), orientation)
