"""A window that is used for long holds no more than at first, and stands when parts of it go."""

import time

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import delete, isValid

from tests.fakes.window_world import Desk
from workstation.domain.study_choice import StudyChoice
from workstation.ui.chart import study_board
from workstation.ui.menu_emptying import empty

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=60)
    window = made.open()
    qtbot.addWidget(window)
    made.welcome()
    qtbot.waitUntil(lambda: window.workspace.is_started, timeout=20_000)
    yield made
    window.finish()


def test_a_menu_that_is_filled_again_keeps_none_of_its_old_submenus(qtbot):
    over = QWidget()
    qtbot.addWidget(over)
    menu = QMenu(over)
    for _ in range(3):
        empty(menu)
        menu.addAction("Plain")
        menu.addMenu("More").addAction("Less")
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [action.text() for action in menu.actions()] == ["Plain", "More"]
    assert len(menu.findChildren(QMenu)) == 1


def test_what_was_said_on_a_chart_that_is_gone_is_no_trouble(desk):
    window = desk.window
    window.actions_by_id["chart.split_right"].trigger()
    window.drawings.say("Trend line: click 2 points.")
    gone = window.workspace.active
    window.actions_by_id["chart.close"].trigger()
    delete(gone)
    window.drawings.say("Ray: click 2 points.")
    window.drawings.set_theme(window.theme)
    assert window.workspace.active is not gone


def test_a_chart_is_closed_while_its_studies_are_computed(desk, monkeypatch):
    def slowly(_grid, _wanted):
        time.sleep(0.2)
        return ()

    monkeypatch.setattr(study_board, "reckon", slowly)
    window = desk.window
    window.actions_by_id["chart.split_right"].trigger()
    studies = window.workspace.active.chart.studies
    studies.add(StudyChoice("rsi", {"bars": 14.0}))
    assert not studies.is_settled
    window.actions_by_id["chart.close"].trigger()
    assert studies.is_settled
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # Qt would wait for ever here
    assert not isValid(studies)
