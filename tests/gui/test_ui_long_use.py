"""A window that is used for long holds no more than at first, and stands when parts of it go."""

import time
import weakref

import psutil
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import delete, isValid

from tests.benchmarks.long_use_census import count, settle
from tests.benchmarks.long_use_market import LocalMarket
from tests.benchmarks.long_use_trader import Trader
from tests.fakes.window_world import Desk
from workstation.domain.study_choice import StudyChoice
from workstation.ui.chart import study_board
from workstation.ui.freed_memory import give_back
from workstation.ui.widgets.menu_emptying import empty
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.chart_pane_dock import ChartPaneDock

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


DEEDS = (
    "type a market",
    "draw",
    "undo and redo a drawing",
    "add a study",
    "remove a study",
    "compare",
    "another chart",
    "close a chart",
    "switch workspaces",
    "take an arrangement back",
)


def test_after_three_rounds_of_use_nothing_is_left_over(tmp_path, qtbot):
    market = LocalMarket(tmp_path, ("1h",), 60)
    window = market.open()
    qtbot.addWidget(window)
    trader = Trader(window, 5)

    def do(deed) -> None:
        for _ in deed:
            qtbot.wait(1)

    censuses = []
    for _ in range(3):
        for name in DEEDS:
            do(trader.do(name))
        market.go_on(1.5)
        do(trader.go_home())
        market.rest()
        settle(lambda seconds: qtbot.wait(round(1000 * seconds)))
        censuses.append(count())
    charts = [len(window.findChildren(each)) for each in (ChartPane, ChartPaneDock)]
    market.close()
    assert censuses[2].dangling(censuses[0]) == []
    assert charts == [1, 1]


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


def test_a_menu_that_is_filled_again_holds_no_action_of_before_and_leaves_those_of_others(qtbot):
    over = QWidget()
    qtbot.addWidget(over)
    menu, of_window = QMenu(over), QAction("Of the window", over)

    def fill() -> list[weakref.ref]:
        empty(menu)
        menu.addAction(of_window)
        return [weakref.ref(menu.addAction("Plain")), weakref.ref(menu.addMenu("More").addAction("Less"))]

    before = fill()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert all(action() is not None for action in before)
    fill()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [action() for action in before] == [None, None]
    assert [action.text() for action in menu.actions()] == ["Of the window", "Plain", "More"]
    assert of_window.parent() is over


def test_memory_that_lies_free_between_blocks_in_use_is_given_back():
    blocks = [bytes(600) for _ in range(100_000)]
    kept = blocks[::200]
    blocks.clear()
    before = psutil.Process().memory_info().rss
    give_back()
    assert before - psutil.Process().memory_info().rss > 20e6
    assert len(kept) == 500


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


def test_a_chart_that_a_timeframe_was_typed_on_is_held_by_nobody_once_it_is_closed(desk, qtbot):
    window = desk.window
    window.actions_by_id["chart.split_right"].trigger()
    window.activateWindow()
    qtbot.waitUntil(window.chart.hasFocus, timeout=20_000)
    qtbot.keyClick(window.chart, "1")
    qtbot.keyClicks(window.search.edit, "5m")
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    charts = [weakref.ref(dock.pane.chart) for dock in window.workspace.docks]
    window.drawings.set_theme(window.theme)  # takes away what was said on it for a moment
    window.actions_by_id["chart.close"].trigger()
    settle(lambda seconds: qtbot.wait(round(1000 * seconds)))
    assert [chart() is not None for chart in charts] == [True, False]


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
