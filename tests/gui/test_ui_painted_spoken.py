"""What is painted by hand speaks: a role and a name, and what a key led to."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from tests.fakes.market_book import news
from tests.fakes.window_world import NOW_MS, Desk
from workstation.link import messages as said
from workstation.ui.keyboard.spoken_role import _ROLES
from workstation.ui.widgets import painted_view
from workstation.ui.widgets.late_panel import LatePanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def window(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window, before_close_func=lambda one: one.finish())
    window.resize(1280, 800)
    desk.welcome()
    desk.prices()
    for late in window.findChildren(LatePanel):
        late.ensure()
    for title in ("Book", "Depth", "Market map"):
        window.docks.reveal(title)
    window.market.look()
    desk.tell(said.Frame(NOW_MS, 80, market=news()))
    return window


def test_everything_painted_has_a_role_and_a_name(window):
    painted = [one for one in window.findChildren(QWidget) if type(one).__name__ in _ROLES]
    assert {type(one).__name__ for one in painted} >= {*_ROLES} - {"Treemap", "ReturnLines"}
    for one in painted:
        spoken = QAccessible.queryAccessibleInterface(one)
        assert spoken.role() == _ROLES[type(one).__name__]
        assert spoken.text(QAccessible.Text.Name).strip(), type(one).__name__


@pytest.mark.parametrize(
    ("command", "key", "words"),
    [
        ("market.book", Qt.Key.Key_Up, "Ask 1: "),
        ("market.book", Qt.Key.Key_Down, "Bid 1: "),
        ("market.depth", Qt.Key.Key_Right, "%"),
    ],
)
def test_a_key_is_answered_aloud_and_news_are_not(window, qtbot, monkeypatch, command, key, words):
    spoken = []

    class Listening(QAccessible):
        @staticmethod
        def isActive():
            return True

        @staticmethod
        def updateAccessibility(event):
            spoken.append(event.message())

    monkeypatch.setattr(painted_view, "QAccessible", Listening)
    window.actions_by_id[command].trigger()
    window.market.refresh()
    view = window.focusWidget()
    view.setAccessibleDescription("")
    qtbot.keyClick(view, key)
    assert spoken == [view.accessibleDescription()]
    assert words in spoken[0]
    view.setAccessibleDescription("news")
    assert len(spoken) == 1
