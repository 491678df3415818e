"""Every dialog without a mouse: a name and a role for each control, Tab around it, Esc out of it."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QPushButton, QWidget

from tests.fakes.window_world import Desk
from tests.gui.test_ui_accessible import about, choosing, faults, takes_keys
from workstation.ui.commands import COMMANDS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

MENUS = {"chart.zone", "watchlist.lists", "screener.screens", "narratives.edit", "chart.link"}
PALETTES = {"search.open", "search.commands"}
NEED_MORE = {"drawing.change", "drawing.alert", "screener.alert", "rotation.rules"}
"""What is changed must be there first: their own tests open them."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory, qapp):
    made = Desk(tmp_path_factory.mktemp("dialogs"))
    made.fill_store()
    window = made.open()
    window.resize(1280, 800)
    made.welcome()
    made.prices()
    yield made
    window.finish()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def opened_by(desk, command: str, qtbot) -> QDialog:
    window = desk.window
    while (before := dialog_of(window)) is not None:
        before.close()  # one that failed
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=20_000)
    window.chart.setFocus()
    window.actions_by_id[command].trigger()
    qtbot.waitUntil(lambda: dialog_of(window) is not None, timeout=20_000)
    dialog = dialog_of(window)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=20_000)
    return dialog


def dialog_of(window: QWidget) -> QDialog | None:
    return next((one for one in window.findChildren(QDialog) if one.isVisible()), None)


def is_empty_line(widget: QWidget) -> bool:
    """Return whether it is a line of words that says nothing now."""
    return isinstance(widget, QLabel) and not widget.text()


DIALOGS = [
    command.id
    for command in COMMANDS
    if (command.title.endswith("…") and command.id not in {*MENUS, *PALETTES, *NEED_MORE})
    or command.id in {"help.shortcuts", "help.documentation", "help.about"}
]


@pytest.mark.parametrize("command", DIALOGS)
def test_a_dialog_is_used_without_a_mouse(desk, qtbot, command):
    dialog = opened_by(desk, command, qtbot)
    if not isinstance(dialog, QFileDialog):
        assert dialog.windowTitle()
        buttons = {button.text().replace("&", "") for button in dialog.findChildren(QPushButton)}
        assert buttons & {"Close", "Cancel", "OK"}, "a button that closes it"
        controls = [one for one in takes_keys(dialog) if not is_empty_line(one)]
        assert sorted(fault for widget in controls for fault in faults(widget)) == []
        focused = dialog.focusWidget()
        assert focused is not None
        wanted = {w for w in takes_keys(dialog) if w.focusPolicy() & Qt.FocusPolicy.TabFocus}
        seen = set()
        for _ in range(2 * len(wanted) + 2):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            seen.add(QApplication.focusWidget())
        reached = {choosing(widget) for widget in seen} - {None}
        missed = {w for w in wanted - seen if not w.visibleRegion().isEmpty()}
        assert sorted(about(w) for w in missed if choosing(w) not in reached) == []
    qtbot.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog_of(desk.window) is None, timeout=20_000)
    assert desk.window.focusWidget() is not None
