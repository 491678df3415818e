"""Windows that stood on a screen that is gone, brought back to one that is there."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

SETTLES_MS = 300
"""Screens come and go one after the other; windows are looked at once they have."""

_LEAST = 80  # pixels of a window that must be on a screen, so that it can be seen and taken hold of


class KeptInSight(QObject):
    """Looks after windows whenever a screen goes away or becomes smaller.

    Parameters
    ----------
    windows : callable
        Returns the windows there are just now; those that are not shown are left alone.
    """

    def __init__(self, windows: Callable[[], Iterable[QWidget]], parent: QObject) -> None:
        super().__init__(parent)
        self._windows = windows
        self._settling = QTimer(self, interval=SETTLES_MS, singleShot=True)
        self._settling.timeout.connect(self.look)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(self._look_soon)
            application.screenAdded.connect(self._follow)
        for screen in QGuiApplication.screens():
            self._follow(screen)

    def look(self) -> None:
        """Bring back every window that is out of sight."""
        for window in self._windows():
            if window.isVisible():
                bring_in_sight(window)

    def _follow(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._look_soon)

    def _look_soon(self) -> None:
        self._settling.start()


def bring_in_sight(window: QWidget) -> None:
    """Move a window that no screen shows enough of onto the first one, no larger than that."""
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    place = seen_at(window.frameGeometry(), screens)
    if place is not None:
        window.move(place)
        window.resize(window.size().boundedTo(screens[0].size()))


def seen_at(frame: QRect, screens: Sequence[QRect]) -> QPoint | None:
    """Return where a window's frame must go to be seen; None where it is, or where there is no screen.

    Its upper edge, by which it is dragged, must be on a screen, too.
    """
    if not screens or any(_shows(screen, frame) for screen in screens):
        return None
    first = screens[0]
    room = QPoint(max(first.width() - frame.width(), 0), max(first.height() - frame.height(), 0))
    return first.topLeft() + QPoint(min(_LEAST, room.x()), min(_LEAST, room.y()))


def _shows(screen: QRect, frame: QRect) -> bool:
    common = frame.intersected(screen)
    has_edge = screen.top() - 1 <= frame.top() <= screen.bottom() - _LEAST
    return has_edge and common.width() >= _LEAST and common.height() >= _LEAST
