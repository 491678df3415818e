"""Panels are made inside the window: nothing of them is ever a window of its own."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from tests.fakes.window_world import Desk
from workstation.ui.widgets.page_stack import PageStack

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


class ShownWindows(QObject):
    """Notes every window that is shown, by name."""

    def __init__(self):
        super().__init__()
        self.names = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWindow):
            self.names.append(watched.objectName())
        return False


@pytest.fixture
def shown(qapp):
    made = ShownWindows()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


def test_the_first_page_is_the_one_in_sight(qtbot, shown):
    panel = QWidget()
    qtbot.addWidget(panel)
    pages = PageStack(panel)
    first, second = QLabel("first"), QLabel("second")
    assert (pages.addWidget(first), pages.addWidget(second)) == (0, 1)
    QVBoxLayout(panel).addLayout(pages)
    assert not shown.names
    panel.show()
    assert (first.isVisible(), second.isVisible()) == (True, False)


def test_docks_are_opened_without_another_window(tmp_path, qtbot, shown):
    desk = Desk(tmp_path)
    desk.fill_store()
    qtbot.addWidget(desk.open(), before_close_func=lambda window: window.finish())
    desk.welcome()
    for title in ("Grades", "Narratives", "Record"):
        desk.window.docks.reveal(title)
        late = desk.window.docks.by_title[title].widget()
        qtbot.waitUntil(lambda late=late: late.layout().count() == 1)  # its panel is made
    assert shown.names == ["tidemarkWindow"]
