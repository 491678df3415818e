"""A field for secrets behaves as every field does, and gives what is in it to nobody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QClipboard, QContextMenuEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from workstation.ui.keys.secret_field import SecretField

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
KEYS = {
    "a letter": (Qt.Key.Key_A, NONE),
    "another": (Qt.Key.Key_B, SHIFT),
    "back": (Qt.Key.Key_Backspace, NONE),
    "delete": (Qt.Key.Key_Delete, NONE),
    "left": (Qt.Key.Key_Left, NONE),
    "right": (Qt.Key.Key_Right, NONE),
    "home": (Qt.Key.Key_Home, NONE),
    "select left": (Qt.Key.Key_Left, SHIFT),
    "select right": (Qt.Key.Key_Right, SHIFT),
    "select all": (Qt.Key.Key_A, CTRL),
    "word away": (Qt.Key.Key_Backspace, CTRL),
    "copy": (Qt.Key.Key_C, CTRL),
    "cut": (Qt.Key.Key_X, CTRL),
    "undo": (Qt.Key.Key_Z, CTRL),
    "paste": (Qt.Key.Key_V, CTRL),
}


@pytest.fixture
def field(qtbot):
    made = SecretField("Secret")
    qtbot.addWidget(made)
    made.show()
    return made


@given(st.lists(st.sampled_from(sorted(KEYS)), max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_edits_as_every_field_for_passwords_does(field, names):
    plain = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
    field.setText("")
    heard = []

    def hear(_dots):
        heard.append(field.text())

    field.textChanged.connect(hear)
    QApplication.clipboard().setText("xyz")
    for name in names:
        for each in (field, plain):
            QTest.keyClick(each, *KEYS[name])
        assert (field.text(), field.cursorPosition()) == (plain.text(), plain.cursorPosition())
        assert QLineEdit.text(field) == "•" * len(field.text())
    assert not heard or heard[-1] == field.text(), "whoever hears of a change reads what is there then"
    assert QApplication.clipboard().text() == "xyz"
    field.textChanged.disconnect(hear)


def test_readers_of_the_screen_are_told_how_much_there_is_and_nothing_of_it(field):
    QTest.keyClicks(field, "planted")
    spoken = QAccessible.queryAccessibleInterface(field)
    assert spoken.text(QAccessible.Text.Name) == "Secret"
    assert spoken.state().passwordEdit
    assert "planted" not in spoken.text(QAccessible.Text.Value)
    assert QLineEdit.text(field) == "•" * 7, "what Qt holds, it tells, letter by letter"


def test_whatever_way_a_secret_is_put_in_it_arrives_whole(field):
    pem = "-----BEGIN PRIVATE KEY-----\nQQ==\n-----END PRIVATE KEY-----"
    QApplication.clipboard().setText(pem)
    QTest.keyClick(field, Qt.Key.Key_V, CTRL)
    assert field.text() == pem
    field.setText("")
    composed = QInputMethodEvent("", [])
    composed.setCommitString("é")
    QApplication.sendEvent(field, composed)
    dropped = QMimeData()
    dropped.setText("dropped")
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    field.dropEvent(QDropEvent(QPointF(2, 2), copy, dropped, left, NONE))
    assert field.text() == "édropped"
    clipboard = QApplication.clipboard()
    if clipboard.supportsSelection():
        clipboard.setText("!", QClipboard.Mode.Selection)
        QTest.mouseClick(field, Qt.MouseButton.MiddleButton)
        assert field.text() == "édropped!"


def test_its_menu_pastes_and_clears_and_offers_nothing_else(field, qtbot):
    QApplication.clipboard().setText("from the menu")
    QApplication.sendEvent(
        field, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(2, 2), QPoint(2, 2))
    )
    qtbot.waitUntil(lambda: field.findChild(QMenu) is not None, timeout=20_000)
    paste, clear = field.findChild(QMenu).actions()
    paste.trigger()
    assert field.text() == "from the menu"
    clear.trigger()
    assert field.text() == ""
    field.findChild(QMenu).close()


def test_more_than_any_key_has_is_cut_and_what_is_left_can_still_be_edited(field):
    field.setText(40_000 * "x")
    assert len(field.text()) == len(QLineEdit.text(field)) == 32_767
    QTest.keyClick(field, Qt.Key.Key_A)
    assert len(field.text()) == 32_767
    QTest.keyClick(field, Qt.Key.Key_A, CTRL)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert field.text() == ""
