"""Enter presses the button that has the keyboard, in a panel and in a dialog, and never another one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from workstation.ui.keyboard.enter_press import EnterPress

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Form(QDialog):
    """A dialog with an answer of its own and buttons beside it."""

    def __init__(self):
        super().__init__()
        self.line, self.answer = QLineEdit(), QPushButton("Open")
        self.delete, self.tool = QPushButton("Delete", autoDefault=False), QToolButton()
        self.tool.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.answer.setDefault(True)
        self.pressed = []
        column = QVBoxLayout(self)
        for part in (self.line, self.answer, self.delete, self.tool):
            column.addWidget(part)
        self.answer.clicked.connect(lambda: self.pressed.append("open"))
        self.delete.clicked.connect(lambda: self.pressed.append("delete"))
        self.tool.clicked.connect(lambda: self.pressed.append("tool"))


@pytest.fixture
def form(qtbot, qapp):
    owner, form = QWidget(), Form()
    qtbot.addWidget(owner)
    qtbot.addWidget(form)
    form.enter = EnterPress(owner)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    yield form
    form.enter.stop()


def focus(widget, qtbot):
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus, timeout=20_000)


@pytest.mark.parametrize("key", ENTER, ids=["Return", "keypad"])
def test_the_button_with_the_keyboard_is_pressed_and_not_the_dialogs_answer(form, qtbot, key):
    for part, said in ((form.delete, "delete"), (form.tool, "tool"), (form.answer, "open")):
        form.pressed.clear()
        focus(part, qtbot)
        qtbot.keyClick(part, key)
        qtbot.waitUntil(lambda: form.pressed != [], timeout=20_000)
        assert form.pressed == [said]


def test_a_line_still_gives_the_dialogs_answer_and_other_keys_are_left_alone(form, qtbot):
    focus(form.line, qtbot)
    qtbot.keyClick(form.line, Qt.Key.Key_Return)
    assert form.pressed == ["open"]
    focus(form.delete, qtbot)
    qtbot.keyClick(form.delete, Qt.Key.Key_Space)
    assert form.pressed == ["open", "delete"]
    qtbot.keyClick(form.delete, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(form.delete, Qt.Key.Key_Escape)
    assert form.pressed == ["open", "delete"]
    assert not form.isVisible()


def test_a_disabled_button_does_nothing_and_a_menu_opens(form, qtbot):
    menu = QMenu(form.delete)
    menu.addAction("One")
    form.delete.setMenu(menu)
    seen = []
    menu.aboutToShow.connect(lambda: seen.append("menu"))
    menu.aboutToShow.connect(menu.close, Qt.ConnectionType.QueuedConnection)
    focus(form.delete, qtbot)
    qtbot.keyClick(form.delete, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: seen == ["menu"], timeout=20_000)
    qtbot.waitUntil(menu.isHidden, timeout=20_000)
    focus(form.tool, qtbot)
    form.tool.setEnabled(False)
    qtbot.keyClick(form.tool, Qt.Key.Key_Return)
    assert "tool" not in form.pressed


def test_a_button_that_is_gone_is_forgotten(form, qtbot):
    focus(form.delete, qtbot)
    form.delete.deleteLater()
    qtbot.waitUntil(lambda: form.layout().count() == 3, timeout=20_000)
    focus(form.tool, qtbot)
    qtbot.keyClick(form.tool, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: form.pressed == ["tool"], timeout=20_000)
