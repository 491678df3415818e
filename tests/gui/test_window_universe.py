"""The back-fill of everything liquid: how far it is, and held and let go by key, menu and button."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from tests.fakes.window_world import PRACTICE, Desk
from workstation.link import messages as said

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    qtbot.addWidget(made.open())
    made.welcome()
    made.window.actions_by_id["providers.focus"].trigger()
    yield made
    made.window.finish()


def universe(done: int, *, is_held: bool = False) -> said.UniverseSaid:
    return said.UniverseSaid(done, 1_243, is_held, "1h")


def test_progress_stands_in_the_strip_until_it_is_done_and_stays_in_the_panel(desk):
    bar, strip = desk.window.provider_desk.panel.universe, desk.window.status.universe
    assert not bar.isVisible()
    assert strip.text() == ""
    desk.tell(universe(847))
    assert strip.text() == bar.label.text() == "847 of 1,243 coins loaded, 1h"
    assert (bar.progress.value(), bar.progress.maximum()) == (847, 1_243)
    assert bar.hold_button.isVisible()
    desk.tell(universe(1_243))
    assert strip.text() == ""
    assert bar.label.text() == "1,243 coins, up to date"
    assert not bar.hold_button.isVisible()
    assert not bar.progress.isVisible()


def test_it_is_held_by_button_and_let_go_by_key(desk, qtbot):
    desk.tell(universe(847))
    bar, action = desk.window.provider_desk.panel.universe, desk.window.actions_by_id["universe.hold"]
    bar.hold_button.click()
    assert desk.requests.asked[-1] == ("hold", True)
    assert not action.isChecked(), "it is held when the engine says so"
    desk.tell(universe(847, is_held=True))
    assert action.isChecked()
    assert bar.hold_button.text() == "Resume"
    assert bar.hold_button.accessibleName() == "Resume loading all coins"
    assert desk.window.status.universe.text().endswith(", paused")
    qtbot.keyClick(desk.window.chart, Qt.Key.Key_P, CTRL_SHIFT)
    assert desk.requests.asked[-1] == ("hold", False)
    assert action.isChecked()


def test_with_nothing_left_to_load_there_is_nothing_to_hold(desk, qtbot):
    action = desk.window.actions_by_id["universe.hold"]
    assert not action.isEnabled()
    desk.tell(universe(1_243))
    assert not action.isEnabled()
    desk.tell(universe(847))
    assert action.isEnabled()
    desk.bridge.on_engine_lost()
    assert not action.isEnabled()
    assert desk.window.status.universe.text() == ""


def test_another_venue_has_another_universe(desk):
    desk.tell(universe(847))
    desk.welcome(PRACTICE)
    assert not desk.window.provider_desk.panel.universe.isVisible()


def test_levels_are_switched_by_key_and_remembered_with_the_layout(desk, qtbot):
    action = desk.window.actions_by_id["chart.levels"]
    assert action.isChecked()
    qtbot.keyClick(desk.window.chart, Qt.Key.Key_L, CTRL_SHIFT)
    assert not action.isChecked()
    assert not desk.window.chart._view.shows_levels
    assert desk.memory.levels is False


def test_the_menu_has_the_new_commands_and_docks(desk):
    titles = {action.text() for menu in desk.window.findChildren(QMenu) for action in menu.actions()}
    wanted = {"Price levels", "Why at this bar", "Go to the providers", "Pause loading all coins"}
    assert wanted | {"Why", "Providers"} <= titles
