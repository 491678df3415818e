"""A field for what nobody may read: Qt itself only ever holds dots.

Qt shows dots for a password, too, but tells readers of the screen each character that is typed or pasted, in
plain text, over a bus that every program of this user can listen to.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QDropEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

_DOT = "•"
_LONGEST = 32_767  # more than any key has: one that is too long is refused by who takes it, not cut
_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


class SecretField(QLineEdit):
    """Takes a key or a passphrase and gives it to nobody but the form that it stands in.

    What was typed is kept beside Qt's text, which is as many dots; nothing of it is copied or undone.

    Parameters
    ----------
    name : str
        What it asks for, for readers of the screen.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, echoMode=QLineEdit.EchoMode.Password, maxLength=_LONGEST)
        self._secret = ""
        self.setAccessibleName(name)
        self.textChanged.connect(lambda _dots: self._forget_removed())  # before anybody else hears of it

    def text(self) -> str:
        """Return what was typed."""
        return self._secret

    def setText(self, text: str | None) -> None:
        """Put something in the place of what was typed; empty forgets it."""
        self._secret = (text or "")[:_LONGEST]
        super().setText(_DOT * len(self._secret))

    def paste(self) -> None:
        """Take what the clipboard holds."""
        self._put(QGuiApplication.clipboard().text())

    def _put(self, text: str) -> None:
        """Put text where the cursor is, in the place of what is selected."""
        begin, n_selected = self.cursorPosition(), len(self.selectedText())
        if n_selected:
            begin = self.selectionStart()
        text = text[: _LONGEST - len(self._secret) + n_selected]
        self._secret = self._secret[:begin] + text + self._secret[begin + n_selected :]
        self.insert(_DOT * len(text))

    def _forget_removed(self) -> None:
        """Remove what Qt has removed: whatever the key was, the cursor stands where it began."""
        n_removed = len(self._secret) - len(super().text())
        if n_removed > 0:
            begin = self.cursorPosition()
            self._secret = self._secret[:begin] + self._secret[begin + n_removed :]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what is typed and pasted; leave cursor, selection and removing to Qt."""
        held = event.modifiers()
        is_command = (
            held & _COMMAND and not held & Qt.KeyboardModifier.AltModifier
        )  # both are AltGr somewhere
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.text() and event.text().isprintable() and not is_command:
            self._put(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Take a letter that is composed of several keys; what is not yet one is not shown."""
        if event.commitString():
            self._put(event.commitString())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the selection with the middle button, where the desktop has one."""
        clipboard = QGuiApplication.clipboard()
        if event.button() is not Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)
        elif clipboard.supportsSelection():
            self._put(clipboard.text(QClipboard.Mode.Selection))

    def dropEvent(self, event: QDropEvent) -> None:
        """Take text that is dropped."""
        self._put(event.mimeData().text())
        event.acceptProposedAction()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to paste and to clear, and nothing that would give anything away."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Paste").triggered.connect(lambda _checked=False: self.paste())
        menu.addAction("Clear").triggered.connect(lambda _checked=False: self.setText(""))
        menu.popup(event.globalPos())
