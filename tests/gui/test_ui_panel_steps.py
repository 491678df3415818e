"""Panels without a mouse: the next one, out of the window and back, to the other side, and away."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

from tests.fakes.window_world import Desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window, before_close_func=lambda one: one.finish())
    window.resize(1280, 800)
    desk.welcome()
    desk.prices()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=20_000)
    window.chart.setFocus()
    return window


def has_keyboard(window, title):
    focused = QApplication.focusWidget()
    return focused is not None and window.docks.by_title[title].isAncestorOf(focused)


def test_the_keyboard_goes_around_all_panels_and_the_chart(window, qtbot):
    shown = [title for title, dock in window.docks.by_title.items() if not dock.isHidden()]
    for title in shown:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, CTRL)
        qtbot.waitUntil(lambda title=title: has_keyboard(window, title), timeout=20_000)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, CTRL)
    assert window.chart.hasFocus()
    qtbot.keyClick(window.chart, Qt.Key.Key_F6, CTRL | SHIFT)
    qtbot.waitUntil(lambda: has_keyboard(window, shown[-1]), timeout=20_000)


def test_a_panel_floats_comes_back_changes_sides_and_closes(window, qtbot):
    actions, dock = window.actions_by_id, window.docks.by_title["Why"]
    for command in ("panel.float", "panel.move", "panel.close"):
        actions[command].trigger()  # the keyboard is in no panel
    actions["why.focus"].trigger()
    was_at = dock.mapToGlobal(QPoint())
    actions["panel.float"].trigger()
    assert dock.isFloating()
    assert (dock.pos() - was_at).manhattanLength() > 20, "else it seems to lie in the window still"
    qtbot.waitUntil(lambda: has_keyboard(window, "Why"), timeout=20_000)
    actions["panel.float"].trigger()
    assert not dock.isFloating()
    qtbot.waitUntil(lambda: has_keyboard(window, "Why"), timeout=20_000)
    for side in (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea):
        actions["panel.move"].trigger()
        assert window.dockWidgetArea(dock) == side
        qtbot.waitUntil(lambda: has_keyboard(window, "Why"), timeout=20_000)
    actions["panel.close"].trigger()
    assert dock.isHidden()
    assert window.chart.hasFocus()


def test_a_command_of_the_palette_is_about_the_panel_that_had_the_keyboard(window, qtbot):
    dock, palette = window.docks.by_title["Watchlist"], window.keyboard.palette
    for is_floating in (True, False):
        window.watchlist.focus_filter()
        qtbot.waitUntil(lambda: has_keyboard(window, "Watchlist"), timeout=20_000)
        palette.open(">float the panel")
        qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
        assert dock.isFloating() is is_floating
        qtbot.waitUntil(lambda: has_keyboard(window, "Watchlist"), timeout=20_000)


def test_esc_in_the_palette_leaves_the_keyboard_where_it_was(window, qtbot):
    window.actions_by_id["why.focus"].trigger()
    qtbot.waitUntil(lambda: has_keyboard(window, "Why"), timeout=20_000)
    palette = window.keyboard.palette
    palette.open()
    qtbot.keyClick(palette.edit, Qt.Key.Key_Escape)
    assert has_keyboard(window, "Why")
    palette.open("eth")
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    assert window.chart.hasFocus(), "whoever chose a market looks at the chart"


def test_enter_presses_a_button_of_the_window(window, qtbot):
    log = next(one for one in window.findChildren(QAbstractButton) if one.text() == "Log")
    log.setFocus()
    qtbot.waitUntil(log.hasFocus, timeout=20_000)
    before = window.chart.is_log
    qtbot.keyClick(log, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.chart.is_log is not before, timeout=20_000)
