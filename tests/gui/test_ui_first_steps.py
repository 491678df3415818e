"""Five steps lead through the window: once by themselves, again when asked, and never in the way."""

import json

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from tests.fakes.window_world import Desk
from workstation.storage.paths import FIRST_STEPS
from workstation.ui.help.first_steps import STEPS
from workstation.ui.help.first_steps_start import OFFLINE_LOOKS, READY_LOOKS
from workstation.ui.surroundings import Choices

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


def opened(folder, qtbot, *, has_candles=True):
    made = Desk(folder, Choices(theme="dark"))
    if has_candles:
        made.fill_store()
    qtbot.addWidget(made.open(), before_close_func=lambda window: window.finish())
    made.welcome()
    made.window.resize(1280, 720)
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    if has_candles:
        qtbot.waitUntil(lambda: made.window.chart.extent is not None)
    return made


@pytest.fixture
def desk(tmp_path, qtbot):
    return opened(tmp_path, qtbot)


@pytest.fixture
def steps(desk):
    return desk.window.help.first_steps


def look(steps, times):
    for _ in range(times):
        steps.start.look()


def is_seen(folder):
    file = folder / FIRST_STEPS
    return file.exists() and json.loads(file.read_text())["seen"]


def rect_in(window, widget):
    return QRect(window.mapFromGlobal(widget.mapToGlobal(QPoint())), widget.size())


def stands_beside(steps, window, title):
    """Return whether the card is whole, points at the panel, and covers none of it."""
    shown = window.docks.by_title[title].widget() if title else window.chart
    card = steps.card.geometry()
    is_beside = steps.card.arrow_side is not None and not card.intersects(rect_in(window, shown))
    return is_beside and window.rect().contains(card)


def test_the_first_candles_begin_them_once(desk, steps, qtbot, tmp_path):
    steps.begin_once()
    look(steps, READY_LOOKS - 1)
    assert not steps.is_shown
    look(steps, 1)
    assert steps.card.progress.text() == "1 of 5"
    qtbot.waitUntil(lambda: is_seen(tmp_path))
    QTest.keyClick(steps.card.onward_button, Qt.Key.Key_Escape)
    assert not steps.is_shown
    again = Desk(tmp_path, Choices(theme="dark"))
    qtbot.addWidget(again.open(), before_close_func=lambda window: window.finish())
    again.window.help.first_steps.begin_once()
    assert not again.window.help.first_steps.start.is_waiting


def test_they_wait_for_a_dialog_and_for_somebody_who_types(desk, steps, qtbot):
    dialog = QDialog(desk.window)
    dialog.open()
    look(steps, 2 * READY_LOOKS)
    dialog.close()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    desk.window.search.open("so")
    look(steps, 2 * READY_LOOKS)
    assert not steps.is_shown
    desk.window.search.dismiss()
    qtbot.waitUntil(desk.window.chart.hasFocus)
    look(steps, READY_LOOKS)
    assert steps.is_shown


def test_without_candles_they_are_only_offered(tmp_path, qtbot):
    desk = opened(tmp_path, qtbot, has_candles=False)
    steps = desk.window.help.first_steps
    look(steps, OFFLINE_LOOKS)
    card = steps.card
    assert (card.title.text(), card.try_button.isHidden()) == ("New here?", True)
    assert not is_seen(tmp_path)
    card.onward_button.click()
    assert card.progress.text() == "1 of 5"
    steps.end()
    steps.start.wait()
    look(steps, OFFLINE_LOOKS)
    steps.card.away_button.click()
    assert not steps.is_shown
    qtbot.waitUntil(lambda: is_seen(tmp_path))


def test_candles_that_come_late_begin_them_in_place_of_the_offer(tmp_path, qtbot):
    desk = opened(tmp_path, qtbot, has_candles=False)
    steps = desk.window.help.first_steps
    look(steps, OFFLINE_LOOKS + READY_LOOKS)
    assert steps.card.title.text() == "New here?"
    desk.fill_store()
    desk.window.desk.open("ETH/USDT", "1h")
    qtbot.waitUntil(lambda: desk.window.chart.extent is not None)
    look(steps, READY_LOOKS)
    assert steps.card.progress.text() == "1 of 5"
    assert steps.card.onward_button.hasFocus()


def test_the_keyboard_alone_goes_through_all_of_them(desk, steps, qtbot):
    window = desk.window
    QTest.keyClick(window.chart, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    for number, step in enumerate(STEPS, 1):
        assert steps.card.progress.text() == f"{number} of 5"
        assert steps.card.away_button.isVisible() is (number < 5)  # the last one leaves nothing to skip
        qtbot.waitUntil(lambda step=step: stands_beside(steps, window, step.dock))
        assert steps.card.onward_button.hasFocus()
        spoken = QAccessible.queryAccessibleInterface(steps.card)
        assert f"{number} of 5: {step.title}" in spoken.text(QAccessible.Text.Name)
        assert spoken.text(QAccessible.Text.Description) == steps.card.words.text()
        assert "{" not in steps.card.words.text()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not steps.is_shown
    assert window.chart.hasFocus()


def test_back_leads_back_and_an_esc_that_nobody_wants_ends_them(desk, steps):
    steps.begin()
    assert steps.card.back_button.isHidden()
    steps.card.onward_button.click()
    steps.card.back_button.click()
    assert steps.card.title.text() == STEPS[0].title
    desk.window.chart.setFocus()
    QTest.keyClick(desk.window.chart, Qt.Key.Key_Escape)
    assert not steps.is_shown


def test_what_is_tried_is_really_done(desk, steps, qtbot):
    window = desk.window
    steps.begin()
    steps.card.try_button.click()
    qtbot.waitUntil(lambda: not window.chart.following)
    assert steps.card.try_button.text() == "Try it: go live"
    steps.card.try_button.click()
    qtbot.waitUntil(lambda: window.chart.following)
    for _ in range(2):
        steps.card.onward_button.click()
    assert steps.card.try_button.text() == "Try it: open ETH/USDT"
    steps.card.try_button.click()
    qtbot.waitUntil(lambda: window.chart.key is not None and window.chart.key.symbol == "ETH/USDT")
    steps.card.try_button.click()
    qtbot.waitUntil(lambda: stands_beside(steps, window, "Screener"))
    assert steps.card.try_button.hasFocus()


def test_the_palette_that_was_tried_gives_the_keyboard_back(desk, steps, qtbot):
    steps.begin()
    for _ in range(4):
        steps.card.onward_button.click()
    steps.card.try_button.click()
    assert desk.window.search.edit.hasFocus()
    palette = rect_in(desk.window, desk.window.search)
    qtbot.waitUntil(lambda: not steps.card.geometry().intersects(palette), timeout=20_000)
    QTest.keyClick(desk.window.search.edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(steps.card.try_button.hasFocus)


def test_they_follow_the_window_and_docks_that_float_or_are_closed(desk, steps, qtbot):
    window = desk.window
    steps.begin()
    for _ in range(2):
        steps.card.onward_button.click()
    for size in ((1920, 1080), (900, 600)):
        window.resize(*size)
        qtbot.waitUntil(lambda size=size: (window.width(), window.height()) == size)
        qtbot.waitUntil(lambda: stands_beside(steps, window, "Watchlist"))
    dock = window.docks.by_title["Watchlist"]
    dock.setFloating(True)
    dock.setGeometry(QRect(window.mapToGlobal(QPoint(420, 60)), window.size() / 3))
    qtbot.waitUntil(lambda: stands_beside(steps, window, "Watchlist"))
    dock.close()
    qtbot.waitUntil(lambda: steps.card.arrow_side is None)
    assert window.rect().contains(steps.card.geometry())
    steps.begin()  # the keyboard only; the step stays
    assert steps.card.progress.text() == "3 of 5"


def test_the_words_name_the_keys_that_hold_now(desk, steps):
    desk.window.keyboard.bindings.assign("chart.live", "Ctrl+Alt+G")
    steps.begin()
    assert "Ctrl+Alt+G" in steps.card.words.text()
    steps.end()
    desk.window.keyboard.bindings.assign("chart.live", "")
    steps.begin()
    assert "(the menu)" in steps.card.words.text()
