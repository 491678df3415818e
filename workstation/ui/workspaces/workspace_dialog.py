"""Every workspace and every daily copy, to open, save, rename, delete and bring back."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.widgets.roomy_rows import ROOMY_ROWS
from workstation.ui.words.foreign_text import one_line
from workstation.ui.workspaces.workspace_keeper import LONGEST_NAME, WorkspaceKeeper

_WIDTH, _HEIGHT = 520, 420


class WorkspaceDialog(QDialog):
    """A list of workspaces with what can be done to the chosen one.

    Parameters
    ----------
    keeper : WorkspaceKeeper
        Who keeps them.
    watched : sequence of str
        Markets that a template is filled up with.
    """

    def __init__(
        self, keeper: WorkspaceKeeper, parent: QWidget | None = None, watched: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        delete_once_closed(self)
        self.setWindowTitle("Workspaces")
        self.resize(fitting_size(self, QSize(_WIDTH, _HEIGHT)))
        self._keeper, self._watched = keeper, tuple(watched)
        self.list, self.name_edit, self.days = QListWidget(), QLineEdit(), QComboBox()
        self.open_button, self.save_button = QPushButton("Open"), QPushButton("Save as")
        self.rename_button, self.delete_button = QPushButton("Rename"), QPushButton("Delete")
        self.like_button = QPushButton("Use as template")
        self.undo_button, self.restore_button = QPushButton("Take back"), QPushButton("Restore")
        self.close_button = QPushButton("Close")
        self.said = QLabel()
        self._name_all()
        self._lay_out()
        self._connect()
        self._show()
        self.list.setFocus()

    def _name_all(self) -> None:
        self.list.setAccessibleName("Workspaces")
        self.list.setStyleSheet(ROOMY_ROWS)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # long names are cut
        self.name_edit.setAccessibleName("Name")
        self.name_edit.setPlaceholderText("Name, for Save as and Rename")
        self.name_edit.setMaxLength(LONGEST_NAME)
        self.days.setAccessibleName("Daily copies")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.open_button.setDefault(True)
        for button in (
            self.save_button,
            self.rename_button,
            self.delete_button,
            self.undo_button,
            self.like_button,
            self.close_button,
        ):
            button.setAutoDefault(False)
        self.like_button.setToolTip(
            "Arrange the open workspace like the chosen one: its charts, studies and panels, with the "
            "markets that are open now"
        )
        self.restore_button.setAutoDefault(False)
        self.restore_button.setAccessibleName("Restore this daily copy")

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        for button in (self.open_button, self.like_button, self.delete_button, self.undo_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        middle, naming, copies = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        middle.addWidget(self.list, 1)
        middle.addLayout(buttons)
        for widget in (self.name_edit, self.save_button, self.rename_button):
            naming.addWidget(widget)
        copies.addWidget(QLabel("Daily copy of all workspaces:"))
        copies.addWidget(self.days, 1)
        copies.addWidget(self.restore_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        column.addWidget(QLabel("What you arrange is saved by itself in the workspace that is open."))
        column.addLayout(middle, 1)
        column.addLayout(naming)
        column.addLayout(copies)
        last = QHBoxLayout()
        last.addWidget(self.said, 1)
        last.addWidget(self.close_button)
        column.addLayout(last)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(lambda _row: self._show_chosen())
        self.list.itemActivated.connect(lambda _item: self._open())
        self.open_button.clicked.connect(self._open)
        self.like_button.clicked.connect(self._arrange_like)
        self.save_button.clicked.connect(lambda: self._say(self._keeper.save_as(self.name_edit.text())))
        self.rename_button.clicked.connect(self._rename)
        self.delete_button.clicked.connect(self._delete)
        self.undo_button.clicked.connect(self._keeper.undo)
        self.restore_button.clicked.connect(self._restore)
        self.close_button.clicked.connect(self.reject)
        self._keeper.changed.connect(self._show)
        self._keeper.said.connect(self._say)

    def _show(self) -> None:
        """List what there is; the open one is marked by a word."""
        names, current = self._keeper.names, self._keeper.book.current
        self.list.clear()
        for name in names:
            mark = "  (open)" if name == current else ""
            self.list.addItem(f"{one_line(name, LONGEST_NAME)}{mark}")
        self.list.setCurrentRow(names.index(current))
        days = self._keeper.backups()
        self.days.clear()
        self.days.addItems([f"as {day.day} {day:%B %Y} began" for day in days] or ["none yet"])
        self.days.setEnabled(bool(days))
        self.restore_button.setEnabled(bool(days))
        self._days = days
        self._show_chosen()

    _days: list[date]

    def _show_chosen(self) -> None:
        is_open = self._chosen() == self._keeper.book.current
        self.open_button.setEnabled(not is_open)
        self.like_button.setEnabled(not is_open and not self._keeper.is_held)
        self.delete_button.setEnabled(len(self._keeper.names) > 1)
        what = self._keeper.undoable
        self.undo_button.setEnabled(bool(what))
        self.undo_button.setToolTip(f"Take back {what}" if what else "Nothing to take back")

    def _chosen(self) -> str:
        return self._keeper.names[max(self.list.currentRow(), 0)]

    def _open(self) -> None:
        self._keeper.open(self._chosen())

    def _arrange_like(self) -> None:
        name = self._chosen()
        self._keeper.arrange_like(name, self._watched)
        self._say(
            f"{self._keeper.book.current} is arranged like {name}. Take back returns to what was there."
        )

    def _rename(self) -> None:
        self._say(self._keeper.rename(self._chosen(), self.name_edit.text()))

    def _delete(self) -> None:
        name = self._chosen()
        self._keeper.delete(name)
        self._say(f"{name} is deleted. Take back brings it back.")

    def _restore(self) -> None:
        refusal = self._keeper.restore(self._days[self.days.currentIndex()])
        self._say(refusal or "The copy is open. Take back returns to what was there before.")

    def _say(self, sentence: str) -> None:
        self.said.setText(one_line(sentence, 300))
