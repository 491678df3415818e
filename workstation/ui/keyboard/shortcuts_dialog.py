"""Every key the workstation listens to, on one sheet; those of commands are changed here."""

from itertools import groupby

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.errors import UsageError
from workstation.ui.commands import Command, other_keys
from workstation.ui.keyboard.key_bindings import KeyBindings, KeyTaken, native, plain_title, pressed_keys
from workstation.ui.theme import Theme
from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.widgets.passing import delete_once_closed

_SIZE = (760, 640)
_ID = Qt.ItemDataRole.UserRole
_IDLE = "Choose a command and press Enter to give it other keys; Del takes its keys away."


class ShortcutsDialog(QDialog):
    """All keys by group, to search and to change. Open it with ``open()``.

    Parameters
    ----------
    bindings : KeyBindings
        What is shown and changed; every change holds at once.
    theme : Theme
        Colours.
    """

    def __init__(self, bindings: KeyBindings, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._bindings, self._theme = bindings, theme
        self._asking_for: Command | None = None
        self._offered = ""
        self._rows: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.filter, self.tree = QLineEdit(), QTreeWidget()
        self.line = QLabel(_IDLE)
        self.change_button, self.remove_button = QPushButton("Change"), QPushButton("Remove")
        self.reset_button, self.reset_all_button = QPushButton("Reset"), QPushButton("Reset all")
        self.swap_button, self.close_button = QPushButton("Swap keys"), QPushButton("Close")
        self._lay_out()
        self._connect()
        self._fill()

    def _lay_out(self) -> None:
        self.setWindowTitle("Keyboard shortcuts")
        delete_once_closed(self)
        self.resize(fitting_size(self, QSize(*_SIZE)))
        self.filter.setPlaceholderText("Search commands and keys")
        self.filter.setAccessibleName("Search commands and keys")
        self.filter.setClearButtonEnabled(True)
        self.tree.setAccessibleName("Commands and their keys")
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels(["What it does", "Keys", ""])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(14)
        self.tree.setItemsExpandable(False)
        self.tree.setStyleSheet("QTreeView::item { padding: 4px 6px; }")
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setWordWrap(True)
        self.line.setMinimumHeight(2 * self.line.fontMetrics().lineSpacing())
        row = QHBoxLayout()
        buttons = (self.change_button, self.remove_button, self.reset_button, self.reset_all_button)
        for button in (*buttons, self.swap_button, self.close_button):
            button.setAutoDefault(False)
            if button is self.close_button:
                row.addStretch(1)
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(10)
        for part in (self.filter, self.tree, self.line):
            whole.addWidget(part)
        whole.addLayout(row)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._narrow)
        self.tree.currentItemChanged.connect(lambda _now, _before: self._on_chosen())
        self.tree.itemDoubleClicked.connect(lambda _item, _column: self.ask_for_keys())
        self.tree.installEventFilter(self)
        self.change_button.clicked.connect(self.ask_for_keys)
        self.remove_button.clicked.connect(lambda: self._do("remove"))
        self.reset_button.clicked.connect(lambda: self._do("reset"))
        self.reset_all_button.clicked.connect(self._bindings.reset_all)
        self.swap_button.clicked.connect(lambda: self._do("swap"))
        self.close_button.clicked.connect(self.reject)
        self._bindings.changed.connect(self._show_keys)

    def _fill(self) -> None:
        for group, commands in groupby(self._bindings.commands, key=lambda command: command.group):
            heading, items = self._heading(group)
            for command in commands:
                items.append(QTreeWidgetItem(heading, [plain_title(command), "", ""]))
                items[-1].setData(0, _ID, command)
        heading, items = self._heading("In one panel, and everywhere the same")
        for keys, meaning in other_keys():
            items.append(QTreeWidgetItem(heading, [meaning, keys, ""]))
            items[-1].setToolTip(0, meaning)
        self.tree.expandAll()
        self._show_keys()
        self.tree.setCurrentItem(self._items()[0])
        self._narrow(self.filter.text())

    def _heading(self, text: str) -> tuple[QTreeWidgetItem, list[QTreeWidgetItem]]:
        heading = QTreeWidgetItem(self.tree, [text])
        heading.setFirstColumnSpanned(True)
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = heading.font(0)
        font.setBold(True)
        heading.setFont(0, font)
        self._rows.append((heading, []))
        return self._rows[-1]

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for _, items in self._rows for item in items]

    def _show_keys(self) -> None:
        for item in self._items():
            command: Command | None = item.data(0, _ID)
            if command is None:
                continue
            item.setText(1, native(self._bindings.keys_of(command.id)) or "–")
            usual = native(command.shortcut) or "no keys"
            item.setText(2, f"changed · was {usual}" if self._bindings.is_changed(command.id) else "")
        self._on_chosen()

    def _narrow(self, text: str) -> None:
        """Show what holds every word; keys are searched as they are written."""
        words = text.lower().split()
        for heading, items in self._rows:
            for item in items:
                said = " ".join((heading.text(0), *(item.text(n) for n in range(3)))).lower()
                item.setHidden(not all(word in said for word in words))
            heading.setHidden(all(item.isHidden() for item in items))
        shown = [item for item in self._items() if not item.isHidden()]
        if shown and self.tree.currentItem() not in shown:
            self.tree.setCurrentItem(shown[0])
        if not shown:
            self.line.setText(f"No command and no keys hold “{text[:40]}”. Clear the search to see all.")

    def _chosen(self) -> Command | None:
        item = self.tree.currentItem()
        command: Command | None = item.data(0, _ID) if item is not None and not item.isHidden() else None
        return command

    def _on_chosen(self) -> None:
        self._stop_asking()
        command = self._chosen()
        has_keys = command is not None and bool(self._bindings.keys_of(command.id))
        self.change_button.setEnabled(command is not None)
        self.remove_button.setEnabled(has_keys)
        self.reset_button.setEnabled(command is not None and self._bindings.is_changed(command.id))
        self.reset_all_button.setEnabled(self._bindings.n_changed > 0)
        self._say(
            _IDLE if command else "These keys belong to one panel, or to every window; they stay as they are."
        )

    def _say(self, text: str, *, is_urgent: bool = False) -> None:
        self.line.setText(text)
        colour = self._theme.warning if is_urgent else self._theme.muted
        self.line.setStyleSheet(f"color: {colour};")

    def ask_for_keys(self) -> None:
        """Take the next keys that are pressed for the chosen command."""
        command = self._chosen()
        if command is None:
            return
        self._stop_asking()
        self._asking_for = command
        self.tree.setFocus()
        self._say(f"Press the new keys for “{plain_title(command)}”. Esc keeps what it has.", is_urgent=True)

    def _stop_asking(self) -> None:
        self._asking_for, self._offered = None, ""
        self.swap_button.setVisible(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Listen to the keys of the list: what changes a command, and the new keys themselves."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self._asking_for is not None:
                event.accept()  # or the dialog would act on the keys
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        if self._asking_for is not None:
            if event.key() == Qt.Key.Key_Escape:
                self._on_chosen()
            elif keys := pressed_keys(event.key(), event.modifiers()):
                self._offered = keys
                self._do("assign")
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.ask_for_keys()
            return True
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._do("remove")
            return True
        return False

    def _do(self, what: str) -> None:
        """Change the chosen command's keys; a refusal is said below the list."""
        command, keys = self._chosen(), self._offered
        if command is None:
            return
        self._asking_for = None
        try:
            if what == "reset":
                keys = command.shortcut
                self._bindings.reset(command.id)
            elif what == "swap":
                self._bindings.swap(command.id, keys)
            else:
                keys = keys if what == "assign" else ""
                self._bindings.assign(command.id, keys)
        except KeyTaken as taken:
            self._offer_swap(taken, keys)
        except UsageError as refusal:
            self._say(f"{refusal} Nothing was changed.", is_urgent=True)
        else:
            self._say(f"“{plain_title(command)}” now has {native(keys) or 'no keys'}. It is kept.")

    def _offer_swap(self, taken: KeyTaken, keys: str) -> None:
        self._offered = keys
        self.swap_button.setVisible(True)
        self.swap_button.setFocus()
        self._say(
            f"{taken} Nothing was changed. Swap the keys of both, or press Change for others.", is_urgent=True
        )
