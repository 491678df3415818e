"""The page of settings: made from their declarations, searched, changed at once, taken back."""

from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.errors import TidemarkError
from workstation.storage.setting import declarations
from workstation.ui.settings.settings_book import SettingsBook
from workstation.ui.settings.settings_row import SettingRow
from workstation.ui.settings.settings_words import group_of, group_sentence, said_of
from workstation.ui.theme import Theme
from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.widgets.roomy_rows import ROOMY_ROWS
from workstation.ui.words.foreign_text import one_line

_SIZE, _GROUPS_WIDTH = (980, 680), 140
_NEAR_TOP = 40  # pixels from which a group is the one that is read
_FILES = "Settings (*.toml)"
_KEPT = "Changes are kept at once, in settings.toml."
_PASSING = "Changes hold until Tidemark quits: this session lies in a temporary folder."
_KEEPING = (
    "The keyring takes the address; where it is locked, it asks for its password in a window of its own."
)


class SettingsDialog(QDialog):
    """Everything that can be chosen. Open it with ``open()``.

    Parameters
    ----------
    book : SettingsBook
        What is shown and changed.
    theme : Theme
        Colours.
    is_kept : bool
        False where the session is gone when Tidemark quits.
    """

    def __init__(self, book: SettingsBook, theme: Theme, parent: QWidget, *, is_kept: bool = True) -> None:
        super().__init__(parent)
        self._book, self._is_kept = book, is_kept
        self.search, self.groups = QLineEdit(), QListWidget()
        self.page, self._scroll = QWidget(), QScrollArea()
        self.line, self._nothing = (
            QLabel(),
            QLabel("No setting holds these words. Clear the search to see all."),
        )
        self.undo_button, self.reset_button = QPushButton("Undo"), QPushButton("Reset all")
        self.import_button, self.export_button = QPushButton("Import…"), QPushButton("Export…")
        self.close_button = QPushButton("Close")
        self.rows: dict[str, SettingRow] = {}
        self._headings: dict[str, QWidget] = {}
        self._fill(theme)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show_values()

    def _fill(self, theme: Theme) -> None:
        column = QVBoxLayout(self.page)
        column.setContentsMargins(18, 0, 18, 12)
        column.setSpacing(0)
        for group, settings in groupby(declarations(), key=group_of):
            for setting in settings:
                if group not in self._headings:
                    self._headings[group] = _heading(group, group_sentence(setting))
                    column.addWidget(self._headings[group])
                    self.groups.addItem(group)
                row = SettingRow(setting, theme, needs_restart=self._book.needs_restart(setting))
                self.rows[setting.name] = row
                column.addWidget(row)
        column.addWidget(self._nothing)
        self._nothing.hide()  # until a search finds nothing
        column.addStretch(1)

    def _lay_out(self) -> None:
        self.setWindowTitle("Settings")
        delete_once_closed(self)
        self.resize(fitting_size(self, QSize(*_SIZE)))
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.groups.setAccessibleName("Groups of settings")
        self.groups.setFixedWidth(_GROUPS_WIDTH)
        self.groups.setStyleSheet(ROOMY_ROWS)
        self._scroll.setWidget(self.page)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setWordWrap(True)
        middle = QHBoxLayout()
        middle.addWidget(self.groups)
        middle.addWidget(self._scroll, 1)
        buttons = QHBoxLayout()
        left = (self.undo_button, self.reset_button, self.import_button, self.export_button)
        for button in (*left, self.close_button):
            button.setAutoDefault(False)
            if button is self.close_button:
                buttons.addStretch(1)
            buttons.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(10)
        whole.addWidget(self.search)
        whole.addLayout(middle, 1)
        whole.addWidget(self.line)
        whole.addLayout(buttons)

    def _connect(self) -> None:
        book = self._book
        self.search.textChanged.connect(self._narrow)
        self.groups.currentTextChanged.connect(self._go_to)
        bar = self._scroll.verticalScrollBar()
        for moved in (bar.valueChanged, bar.rangeChanged):
            moved.connect(lambda *_: self._mark_group())
        self.undo_button.clicked.connect(lambda: self._try(book.undo, "The last change is taken back."))
        self.reset_button.clicked.connect(
            lambda: self._try(book.reset_all, "Everything is as delivered; Undo brings it back.")
        )
        self.import_button.clicked.connect(lambda: self._ask_for_file(self.take_from, is_saving=False))
        self.export_button.clicked.connect(lambda: self._ask_for_file(self.write_to, is_saving=True))
        self.close_button.clicked.connect(self.reject)
        book.changed.connect(self._show_values)
        book.kept.connect(self._on_kept)
        book.refused.connect(self._on_refused)
        for name, row in self.rows.items():
            row.edited.connect(partial(self._on_edited, row, name))
            row.reset_requested.connect(partial(self._reset, row))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for row in self.rows.values():
            row.set_theme(theme)
        self._nothing.setStyleSheet(f"color: {theme.muted}; padding: 40px;")
        self.line.setStyleSheet(f"color: {theme.muted};")
        for heading in self._headings.values():
            heading.setStyleSheet(f"QLabel {{ color: {theme.muted}; }} #title {{ color: {theme.accent}; }}")

    def go_to(self, name: str) -> None:
        """Bring a setting into sight and give it the keyboard, ready to be typed over."""
        row = self.rows[name]
        row.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(row.editor, QLineEdit):
            row.editor.selectAll()
        QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))  # once it is laid out

    def take_from(self, path: str) -> None:
        """Import a file, and say what became of it."""
        self._try(lambda: self._book.take_from(Path(path)), f"{one_line(Path(path).name)} is taken over.")

    def write_to(self, path: str) -> None:
        """Export to a file, and say what became of it."""
        self._try(lambda: self._book.write_to(Path(path)), f"Everything is written to {one_line(path, 200)}.")

    def reject(self) -> None:
        """Close, with what was typed last."""
        for row in self.rows.values():
            row.take_typed()
        super().reject()

    def _show_values(self) -> None:
        for name, row in self.rows.items():
            row.show_value(self._book.value(name))
        self.undo_button.setEnabled(self._book.can_undo)
        self.reset_button.setEnabled(any(map(self._book.is_changed, declarations())))
        self._say("")

    def _say(self, text: str, *, is_urgent: bool = False) -> None:
        """Say what happened, and always what still waits for the next start."""
        n_waiting = self._book.n_waiting
        what = "1 change takes" if n_waiting == 1 else f"{n_waiting} changes take"
        waiting = f"{what} effect at the next start." if n_waiting else ""
        trouble = self._book.trouble
        kept = trouble or (_KEPT if self._is_kept else _PASSING)
        self.line.setText(" ".join(part for part in (text or kept, waiting) if part))
        is_urgent = is_urgent or bool(trouble and not text)
        self.line.setStyleSheet(f"color: {self._theme.warning if is_urgent else self._theme.muted};")

    def _try(self, change: Callable[[], object], done: str) -> None:
        try:
            change()
        except TidemarkError as error:
            self._say(f"{error} Nothing was changed.", is_urgent=True)
        else:
            self._say(done)

    def _on_edited(self, row: SettingRow, name: str, raw: object) -> None:
        try:
            self._book.set({name: raw})
        except TidemarkError as error:
            row.refuse(str(error))
        else:
            if self._book.is_keeping(name):
                row.refuse(_KEEPING)

    def _on_kept(self, name: str) -> None:
        row = self.rows[name]
        row.refuse("")
        self._say(
            f"“{row.title.text()}” is in the keyring; the settings hold dots for what follows the host."
        )

    def _on_refused(self, name: str, why: str) -> None:
        self.rows[name].refuse(why)

    def _reset(self, row: SettingRow) -> None:
        self._try(
            lambda: self._book.set({row.setting.name: row.setting.default}),
            f"“{row.title.text()}” is as delivered.",
        )
        row.editor.setFocus()

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        shown: set[str] = set()
        for row in self.rows.values():
            fits = all(word in said_of(row.setting) for word in words)
            row.setVisible(fits)
            if fits:
                shown.add(group_of(row.setting))
        for group, heading in self._headings.items():
            heading.setVisible(group in shown)
        for place in range(self.groups.count()):
            item = self.groups.item(place)
            item.setHidden(item.text() not in shown)
        self._nothing.setVisible(not shown)

    def _go_to(self, group: str) -> None:
        if group in self._headings:
            row = self.groups.currentRow()
            self._scroll.verticalScrollBar().setValue(self._headings[group].y())
            with QSignalBlocker(self.groups):  # the last ones cannot come to the top
                self.groups.setCurrentRow(row)

    def _mark_group(self) -> None:
        """Choose the group at the top of the page in the list beside it; at the page's end the last one."""
        bar = self._scroll.verticalScrollBar()
        shown = [at for at in range(self.groups.count()) if not self.groups.item(at).isHidden()]
        tops = {at: self._headings[self.groups.item(at).text()].y() for at in shown}
        passed = [at for at in shown if tops[at] <= bar.value() + _NEAR_TOP]
        at_end = bar.value() == bar.maximum() > 0
        with QSignalBlocker(self.groups):
            self.groups.setCurrentRow(-1 if not shown else shown[-1] if at_end else (passed or shown)[-1])

    def _ask_for_file(self, chosen: Callable[[str], None], *, is_saving: bool) -> None:
        dialog = QFileDialog(self, "Export the settings" if is_saving else "Import settings", "", _FILES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if is_saving:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("toml")
            dialog.selectFile("tidemark-settings.toml")
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(chosen)
        dialog.open()


def _heading(group: str, sentence: str) -> QWidget:
    heading = QWidget()
    title, about = QLabel(group), QLabel(sentence)
    title.setObjectName("title")
    font = title.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.15)
    title.setFont(font)
    row = QVBoxLayout(heading)
    row.setContentsMargins(0, 18, 0, 2)
    row.setSpacing(2)
    row.addWidget(title)
    row.addWidget(about)
    return heading
