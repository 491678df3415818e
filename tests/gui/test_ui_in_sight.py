"""Windows come back into sight where their screen is gone."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from workstation.ui.in_sight import KeptInSight, seen_at

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT, RIGHT = QRect(0, 0, 1600, 900), QRect(1600, 0, 1600, 900)


@pytest.mark.parametrize(
    ("frame", "screens", "place"),
    [
        (QRect(2000, 100, 400, 300), [LEFT, RIGHT], None),
        (QRect(2000, 100, 400, 300), [LEFT], QPoint(80, 80)),
        (QRect(1540, 100, 400, 300), [LEFT], QPoint(80, 80)),
        (QRect(1500, 100, 400, 300), [LEFT], None),
        (QRect(100, -200, 400, 300), [LEFT], QPoint(80, 80)),
        (QRect(100, 860, 400, 300), [LEFT], QPoint(80, 80)),
        (QRect(5000, 100, 1590, 2000), [LEFT], QPoint(10, 0)),
        (QRect(5000, 100, 400, 300), [], None),
    ],
    ids=["seen", "gone", "too little", "enough", "no edge above", "no edge below", "too large", "no screen"],
)
def test_a_window_is_moved_where_no_screen_shows_enough_of_it(frame, screens, place):
    assert seen_at(frame, screens) == place


def test_a_dock_that_floats_out_of_sight_comes_back_when_a_screen_changes(qtbot):
    window, dock = QMainWindow(), QDockWidget("Book")
    qtbot.addWidget(window)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    dock.setFloating(True)
    window.show()
    dock.show()
    dock.move(9000, 9000)
    kept = KeptInSight(lambda: [window, dock], window)
    screen = window.screen()
    screen.availableGeometryChanged.emit(screen.availableGeometry())
    qtbot.waitUntil(lambda: screen.geometry().contains(dock.pos()), timeout=20_000)
    assert kept.parent() is window
