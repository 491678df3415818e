"""The keys of every command: listed, changed, kept, and never shared."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workstation.domain.errors import UsageError
from workstation.ui.commands import COMMANDS, Command
from workstation.ui.keyboard.key_bindings import KeyBindings, KeyTaken, plain_title, pressed_keys, why_not
from workstation.ui.keyboard.shortcuts_dialog import ShortcutsDialog
from workstation.ui.theme import DARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

TABLE = (
    Command("one", "First thing…", "Some", "Ctrl+L"),
    Command("two", "Second thing", "Some", "Ctrl+G"),
    Command("three", "Third thing", "Others"),
)


@pytest.fixture
def bindings(tmp_path, qapp):
    made = KeyBindings(tmp_path / "shortcuts.json", commands=TABLE)
    yield made
    made.stop()


@pytest.fixture
def sheet(bindings, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ShortcutsDialog(bindings, DARK, parent)
    made.open()
    yield made
    parent.close()


def again(bindings: KeyBindings) -> KeyBindings:
    """Return the keys as the next session finds them."""
    bindings.stop()
    return KeyBindings(bindings.file._path, commands=TABLE)


def choose(sheet: ShortcutsDialog, title: str):
    item = next(item for item in sheet._items() if item.text(0) == title)
    sheet.tree.setCurrentItem(item)
    return item


def test_no_two_commands_are_delivered_with_the_same_keys():
    keys = [command.shortcut for command in COMMANDS if command.shortcut]
    assert sorted(keys) == sorted(set(keys))
    assert [key for key in keys if why_not(key)] == []


def test_a_command_takes_other_keys_at_once_and_keeps_them(bindings, qapp):
    action = QAction()
    bindings.take_actions({"one": action})
    bindings.assign("one", "Ctrl+Alt+9")
    assert action.shortcut().toString() == "Ctrl+Alt+9"
    assert again(bindings).keys_of("one") == "Ctrl+Alt+9"


def test_keys_of_another_command_are_refused_and_its_name_is_said(bindings):
    with pytest.raises(KeyTaken, match="Ctrl\\+G belongs to “Second thing”"):
        bindings.assign("one", "Ctrl+G")
    assert (bindings.keys_of("one"), bindings.keys_of("two")) == ("Ctrl+L", "Ctrl+G")


def test_keys_are_swapped_where_that_is_wanted(bindings):
    bindings.swap("one", "Ctrl+G")
    assert (bindings.keys_of("one"), bindings.keys_of("two")) == ("Ctrl+G", "Ctrl+L")
    with pytest.raises(KeyTaken):
        bindings.reset("one")
    bindings.reset_all()
    assert bindings.n_changed == 0
    assert again(bindings).keys_of("one") == "Ctrl+L"


@pytest.mark.parametrize("keys", ["A", "Space", "Shift+B", "Left", "Return", "Alt+F4", "Esc"])
def test_keys_that_are_typed_or_move_something_are_no_shortcut(bindings, keys):
    with pytest.raises(UsageError):
        bindings.assign("one", keys)
    assert bindings.keys_of("one") == "Ctrl+L"


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b'{"version": 1, "keys": 5}',
        json.dumps({"version": 1, "keys": {"one": "Q", "two": 7, "gone": "Ctrl+Q"}}).encode(),
    ],
)
def test_a_file_that_makes_no_sense_leaves_the_keys_as_delivered(tmp_path, qapp, content):
    (tmp_path / "shortcuts.json").write_bytes(content)
    made = KeyBindings(tmp_path / "shortcuts.json", commands=TABLE)
    assert [made.keys_of(command.id) for command in TABLE] == ["Ctrl+L", "Ctrl+G", ""]


def test_a_file_edited_by_hand_cannot_make_two_commands_share_keys(tmp_path, qapp):
    saved = {"version": 1, "keys": {"three": "Ctrl+L", "two": "Ctrl+L"}}
    (tmp_path / "shortcuts.json").write_text(json.dumps(saved))
    made = KeyBindings(tmp_path / "shortcuts.json", commands=TABLE)
    assert [made.keys_of(command.id) for command in TABLE] == ["", "Ctrl+G", "Ctrl+L"]


def test_holding_ctrl_alone_is_not_yet_a_press(qapp):
    held = Qt.KeyboardModifier.ControlModifier
    assert pressed_keys(Qt.Key.Key_Control.value, held) == ""
    assert pressed_keys(Qt.Key.Key_J.value, held | Qt.KeyboardModifier.ShiftModifier) == "Ctrl+Shift+J"


def test_new_keys_are_pressed_in_the_list_without_a_mouse(sheet, bindings, qtbot):
    item = choose(sheet, "First thing")
    qtbot.keyClick(sheet.tree, Qt.Key.Key_Return)
    assert "Press the new keys for “First thing”" in sheet.line.text()
    qtbot.keyClick(sheet.tree, Qt.Key.Key_J, Qt.KeyboardModifier.AltModifier)
    assert bindings.keys_of("one") == "Alt+J"
    assert (item.text(1), item.text(2)) == ("Alt+J", "changed · was Ctrl+L")
    assert sheet.line.text() == "“First thing” now has Alt+J. It is kept."
    sheet.reset_button.click()
    assert (bindings.keys_of("one"), item.text(2)) == ("Ctrl+L", "")


def test_a_conflict_is_named_and_swapped_only_on_request(sheet, bindings, qtbot):
    choose(sheet, "First thing")
    sheet.change_button.click()
    qtbot.keyClick(sheet.tree, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert "belongs to “Second thing”. Nothing was changed." in sheet.line.text()
    assert bindings.n_changed == 0
    sheet.swap_button.click()
    assert (bindings.keys_of("one"), bindings.keys_of("two")) == ("Ctrl+G", "Ctrl+L")
    assert sheet.swap_button.isHidden()


def test_esc_keeps_the_keys_and_the_sheet(sheet, bindings, qtbot):
    choose(sheet, "First thing")
    sheet.ask_for_keys()
    qtbot.keyClick(sheet.tree, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    assert bindings.n_changed == 0
    qtbot.keyClick(sheet.tree, Qt.Key.Key_Delete)
    assert bindings.keys_of("one") == ""


def test_the_sheet_lists_every_command_and_is_searched_by_words_and_keys(tmp_path, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = ShortcutsDialog(KeyBindings(tmp_path / "keys.json", parent), DARK, parent)
    texts = {item.text(0) for item in sheet._items()}
    assert {plain_title(command) for command in COMMANDS} <= texts
    sheet.filter.setText("log ctrl+l")
    assert [item.text(0) for item in sheet._items() if not item.isHidden()] == ["Logarithmic prices"]
    sheet.filter.setText("nothing at all")
    assert "Clear the search" in sheet.line.text()
