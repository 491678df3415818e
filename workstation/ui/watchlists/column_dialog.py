"""The dialog in which columns are chosen and put in order, with the keyboard or the mouse."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.list_view import FIRST_COLUMNS, TEMPLATES
from workstation.domain.screen_column import COLUMNS, Words
from workstation.ui.watchlists.screener_words import column_words
from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.words.foreign_text import tooltip

_ID = Qt.ItemDataRole.UserRole
_HINT = "Space shows or hides a column, Alt+Up and Alt+Down move it."
_ROWS = """
QListView::item { padding: 3px 4px; border: 0; }
QListView::item:selected { background: palette(highlight); color: palette(highlighted-text); }
"""
_OWN, _FIRST = "Your choice", "As at first"


class ColumnDialog(QDialog):
    """Lists every column, those that are shown first, in their order.

    Parameters
    ----------
    title : str
        Of the dialog.
    columns : tuple of str
        Ids of those that are shown beside the market.
    first : tuple of str
        What "As at first" brings back.
    """

    chosen = Signal(object)  # tuple[str, ...]

    def __init__(
        self, title: str, columns: Words, parent: QWidget | None = None, first: Words = FIRST_COLUMNS
    ) -> None:
        super().__init__(parent)
        self._templates = {_FIRST: first, **TEMPLATES}
        self.setWindowTitle(title)
        self.list, self.template = QListWidget(), QComboBox()
        self.up, self.down = QPushButton("Up"), QPushButton("Down")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self._fill(columns)
        for button, by in ((self.up, -1), (self.down, 1)):
            button.clicked.connect(lambda _is=False, by=by: self.shift(by))
        for keys, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            QShortcut(QKeySequence(keys), self).activated.connect(lambda by=by: self.shift(by))
        self.template.activated.connect(lambda _at: self._take_template())
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        self.list.setFocus()

    def _lay_out(self) -> None:
        self.list.setAccessibleName("Columns")
        self.list.setStyleSheet(_ROWS)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setMinimumHeight(260)
        self.template.setAccessibleName("Columns that suit a purpose")
        self.template.addItems([_OWN, *self._templates])
        self.up.setToolTip("Further left (Alt+Up)")
        self.down.setToolTip("Further right (Alt+Down)")
        for button in (self.up, self.down):
            button.setAutoDefault(False)
        top, whole = QHBoxLayout(), QVBoxLayout(self)
        for part in (self.template, self.up, self.down):
            top.addWidget(part, 1 if part is self.template else 0)
        hint = QLabel(_HINT)
        hint.setWordWrap(True)
        whole.addLayout(top)
        whole.addWidget(self.list)
        whole.addWidget(hint)
        whole.addWidget(self.buttons)
        self.resize(fitting_size(self, QSize(340, 440)))

    @property
    def columns(self) -> Words:
        """Ids of the columns that are ticked, in their order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(one.data(_ID) for one in items if one.checkState() is Qt.CheckState.Checked)

    def shift(self, by: int) -> None:
        """Move the chosen column so many places down, or up where negative."""
        row = self.list.currentRow()
        to = row + by
        if row >= 0 and 0 <= to < self.list.count():
            self.list.insertItem(to, self.list.takeItem(row))
            self.list.setCurrentRow(to)
            self.template.setCurrentIndex(0)

    def _fill(self, columns: Words) -> None:
        self.list.clear()
        rest = (name for name in COLUMNS if name not in columns and name != "market")
        for name in (*columns, *rest):
            item = QListWidgetItem(column_words(name), self.list)
            item.setData(_ID, name)
            item.setToolTip(tooltip(COLUMNS[name].meaning))
            is_shown = name in columns
            item.setCheckState(Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked)
        self.list.setCurrentRow(0)

    def _take_template(self) -> None:
        columns = self._templates.get(self.template.currentText())
        if columns is not None:
            self._fill(columns)

    def _take(self) -> None:
        self.chosen.emit(self.columns)
        self.accept()


def ask_columns(dialog: ColumnDialog, take: Callable[[Words], None]) -> None:
    """Open a dialog of columns; what is chosen is taken, and the dialog goes with its window."""
    dialog.chosen.connect(take)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
