"""What is typed on a chart that floats is seen over that chart, not beneath it."""

import pytest
from PySide6.QtCore import Qt

from tests.fakes.window_world import Desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    window = made.open()
    qtbot.addWidget(window)
    made.welcome()
    qtbot.waitUntil(lambda: window.workspace.is_started, timeout=20_000)
    window.actions_by_id["chart.split_right"].trigger()
    window.actions_by_id["chart.float"].trigger()
    yield made
    window.finish()


def test_the_palette_lies_over_the_window_that_has_the_keyboard_and_returns(desk, qtbot):
    window = desk.window
    palette, floating = window.search, window.chart
    assert floating.window() is not window
    qtbot.waitUntil(floating.hasFocus, timeout=20_000)  # it took the keyboard along
    qtbot.keyClick(floating, Qt.Key.Key_E)
    qtbot.waitUntil(palette.edit.hasFocus, timeout=20_000)
    assert (palette.edit.text(), palette.window()) == ("e", floating.window())
    assert floating.window().rect().contains(palette.geometry())
    qtbot.keyClick(palette.edit, Qt.Key.Key_Escape)
    assert (palette.isVisible(), palette.window()) == (False, window)
    window.actions_by_id["chart.float"].trigger()
    assert floating.window() is window
    qtbot.waitUntil(floating.hasFocus, timeout=20_000)
    qtbot.keyClick(floating, Qt.Key.Key_B)
    assert (palette.isVisible(), palette.window()) == (True, window)


def test_a_chart_that_floats_over_the_palettes_place_gets_the_palette(desk, qtbot):
    window = desk.window
    palette, floating = window.search, window.chart.window()
    spaced = palette._hint.sizeHint().height()
    window.watchlist.table.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.watchlist.table.hasFocus, timeout=20_000)
    floating.setGeometry(window.geometry().center().x() - 200, window.y() + 100, 400, 260)
    palette.open()
    assert palette.window() is floating
    assert floating.rect().contains(palette.geometry())  # with fewer rows than usual
    palette.ensurePolished()
    assert palette._hint.sizeHint().height() == spaced > palette.fontMetrics().height() + 10
    palette.dismiss()
    window.watchlist.table.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.watchlist.table.hasFocus, timeout=20_000)
    floating.move(window.geometry().bottomRight())
    palette.open()
    assert palette.window() is window


def test_the_chart_that_stays_has_the_keyboard_when_another_is_closed(desk, qtbot):
    window = desk.window
    window.actions_by_id["chart.close"].trigger()
    qtbot.waitUntil(window.chart.hasFocus, timeout=20_000)
    assert window.chart.window() is window


def test_a_chart_that_floats_as_the_window_opens_is_given_the_keyboard(desk, monkeypatch):
    given = []  # a desktop activates the window last, so that a button has it; offscreen it is otherwise
    monkeypatch.setattr(desk.window.workspace, "give_keyboard", lambda: given.append(desk.window.chart))
    desk.window._begin_charts()
    assert given == [desk.window.chart]
