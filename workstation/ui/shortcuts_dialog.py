"""Every key the workstation listens to, on one sheet."""

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from workstation.ui.commands import COMMANDS, other_keys
from workstation.ui.theme import Theme


class ShortcutsDialog(QDialog):
    """A table of keys, by group; made from the commands themselves. Open it with ``open()``."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(28)
        self._grid.setVerticalSpacing(5)
        self._fill()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 18, 24, 16)
        whole.setSpacing(14)
        whole.addLayout(self._grid)
        whole.addWidget(buttons)

    def _fill(self) -> None:
        keyed = [command for command in COMMANDS if command.shortcut]
        for group, commands in groupby(keyed, key=lambda command: command.group):
            self._add_heading(group)
            for command in commands:
                native = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
                self._add_row(native, command.title.rstrip("…"))
        self._add_heading("Everywhere")
        for key, meaning in other_keys():
            self._add_row(key, meaning)

    def _add_heading(self, text: str) -> None:
        label = QLabel(text)
        label.setIndent(0)
        label.setStyleSheet(f"color: {self._theme.accent}; font-weight: 600; padding-top: 6px;")
        self._grid.addWidget(label, self._grid.rowCount(), 0, 1, 2)

    def _add_row(self, key: str, meaning: str) -> None:
        row = self._grid.rowCount()
        name = QLabel(key)
        name.setStyleSheet(f"color: {self._theme.muted};")
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(QLabel(meaning), row, 1)
