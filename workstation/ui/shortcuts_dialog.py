"""Every key the workstation listens to, on one sheet."""

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.commands import COMMANDS, other_keys
from workstation.ui.theme import Theme

_Group = tuple[str, Sequence[tuple[str, str]]]


class ShortcutsDialog(QDialog):
    """Two columns of keys, by group; made from the commands themselves. Open it with ``open()``."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        columns = QHBoxLayout()
        columns.setSpacing(44)
        for groups in _halves(_groups()):
            columns.addLayout(self._column(groups))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 18, 24, 16)
        whole.setSpacing(14)
        whole.addLayout(columns)
        whole.addWidget(buttons)

    def _column(self, groups: Sequence[_Group]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(5)
        for heading, keys in groups:
            self._add_heading(grid, heading)
            for key, meaning in keys:
                self._add_row(grid, key, meaning)
        grid.setRowStretch(grid.rowCount(), 1)
        return grid

    def _add_heading(self, grid: QGridLayout, text: str) -> None:
        label = QLabel(text)
        label.setIndent(0)
        label.setStyleSheet(f"color: {self._theme.accent}; font-weight: 600; padding-top: 6px;")
        grid.addWidget(label, grid.rowCount(), 0, 1, 2)

    def _add_row(self, grid: QGridLayout, key: str, meaning: str) -> None:
        row = grid.rowCount()
        name = QLabel(key)
        name.setStyleSheet(f"color: {self._theme.muted};")
        grid.addWidget(name, row, 0)
        grid.addWidget(QLabel(meaning), row, 1)


def _groups() -> list[_Group]:
    keyed = [command for command in COMMANDS if command.shortcut]
    groups: list[_Group] = []
    for group, commands in groupby(keyed, key=lambda command: command.group):
        keys = [(_native(command.shortcut), command.title.rstrip("…")) for command in commands]
        groups.append((group, keys))
    return [*groups, ("Everywhere", other_keys())]


def _halves(groups: Sequence[_Group]) -> tuple[Sequence[_Group], Sequence[_Group]]:
    """Return the groups as two columns that are about as long as each other."""
    lengths = [len(keys) + 1 for _, keys in groups]
    cut = min(range(len(groups)), key=lambda i: abs(sum(lengths[:i]) - sum(lengths[i:])))
    return groups[:cut], groups[cut:]


def _native(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
