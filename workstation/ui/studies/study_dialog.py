"""The studies of a chart: find one, add it, change it, put it in order, take it away and bring it back."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.errors import SettingsError
from workstation.domain.study import Place, Study
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.study_board import StudyBoard
from workstation.ui.studies.study_defaults import StudyDefaults
from workstation.ui.studies.study_form import StudyForm
from workstation.ui.studies.study_start import fresh_choice
from workstation.ui.theme import Theme
from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.widgets.passing import delete_once_closed, forget_once_hidden
from workstation.ui.words.foreign_text import one_line

_ID = Qt.ItemDataRole.UserRole
_BESIDE_NAME = 36  # pixels: a row's padding and the scroll bar
_EMPTY = "No studies yet.\nChoose one at the left and press Enter."
_PLACES = {Place.PRICE: "over the candles", Place.VOLUME: "over the volume", Place.PANE: "in a pane"}


class StudyDialog(QDialog):
    """Stays open beside the chart; every change is seen there at once.

    Parameters
    ----------
    board : StudyBoard
        The chart's studies.
    defaults : StudyDefaults
        How new ones start.
    theme : Theme
        Colours.
    """

    def __init__(self, board: StudyBoard, defaults: StudyDefaults, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._board, self._defaults, self._theme = board, defaults, theme
        self._form: StudyForm | None = None
        self.setWindowTitle("Studies")
        delete_once_closed(self)
        self.search, self.found, self.chosen = QLineEdit(), QListWidget(), QListWidget()
        self.note = QLabel()
        self._make_parts()
        self._lay_out()
        self._find("")
        self._show_board()
        board.edited.connect(self._show_board)

    def _make_parts(self) -> None:
        self.search.setPlaceholderText("Find a study, such as RSI or bands")
        self.search.setAccessibleName("Find a study")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        self.found.setAccessibleName("Studies that can be added")
        self.found.itemActivated.connect(lambda _item: self.add_found())
        self.chosen.setAccessibleName("Studies on this chart")
        self.chosen.currentRowChanged.connect(self._show_form)
        self.chosen.itemChanged.connect(self._on_ticked)
        self.chosen.installEventFilter(self)
        for rows in (self.found, self.chosen):
            rows.setStyleSheet("QListWidget::item { padding: 3px 6px; }")
            rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.note.setWordWrap(True)
        self.note.setAccessibleName("What happened")
        self.add_button = self._button("Add", self.add_found)
        self.up_button = self._button("Up", lambda: self._move(-1))
        self.down_button = self._button("Down", lambda: self._move(1))
        self.remove_button = self._button("Remove", self.remove)
        self.undo_button = self._button("Undo removal", self.undo)
        self.default_button = self._button("Save as default", self.save_default)
        self.plain_button = self._button("Forget my default", self.forget_default)
        self.close_button = self._button("Close", self.reject)

    def _button(self, text: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: do())
        return button

    def _lay_out(self) -> None:
        self._form_place = QVBoxLayout()
        whole = QGridLayout(self)
        whole.setContentsMargins(18, 16, 18, 16)
        whole.setHorizontalSpacing(18)
        whole.setVerticalSpacing(8)
        whole.addWidget(self._heading("Add"), 0, 0)
        whole.addWidget(self._heading("On this chart"), 0, 1)
        whole.addWidget(self.search, 1, 0)
        whole.addWidget(self.found, 2, 0, 4, 1)
        whole.addWidget(self.chosen, 1, 1, 2, 1)
        whole.addLayout(_row(self.up_button, self.down_button, self.remove_button, self.undo_button), 3, 1)
        whole.addLayout(self._form_place, 4, 1)
        whole.addLayout(_row(self.default_button, self.plain_button), 5, 1)
        whole.addWidget(self.add_button, 6, 0)
        last = QHBoxLayout()
        last.addWidget(self.note, 1)
        last.addWidget(self.close_button)
        whole.addLayout(last, 6, 1)
        names = (self.fontMetrics().horizontalAdvance(f"   {study.title}") for study in STUDIES.values())
        whole.setColumnMinimumWidth(0, max(names) + _BESIDE_NAME)
        whole.setRowStretch(2, 1)
        whole.setColumnStretch(0, 4)
        whole.setColumnStretch(1, 5)
        self.resize(fitting_size(self, QSize(760, 620)))

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setStyleSheet(f"color: {self._theme.accent}; font-weight: 600;")
        return label

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let arrows and Enter in the search act upon what was found, and Del upon what is on the chart."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            key = event.key()
            if watched is self.search and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.add_found()
                return True
            if watched is self.search and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if watched is self.chosen and key == Qt.Key.Key_Delete:
                self.remove()
                return True
        return super().eventFilter(watched, event)

    def choose(self, place: int) -> None:
        """Show the numbers and colours of the study at a place of the chart."""
        if 0 <= place < len(self._board.studies):
            self.chosen.setCurrentRow(place)
            self.chosen.setFocus()

    def add_found(self) -> None:
        """Add the study that is chosen in the list of those that can be added."""
        items = self.found.selectedItems()
        study_id = items[0].data(_ID) if items else None
        if study_id is None:
            self._say("Nothing is chosen. Choose a study in the list first.")
            return
        try:
            place = self._board.add(fresh_choice(self._board, self._defaults, str(study_id)))
        except SettingsError as error:
            self._say(str(error))
            return
        self.chosen.setCurrentRow(place)
        self._say(f"{self._board.studies[place].label} is on the chart.")

    def remove(self) -> None:
        """Take the chosen study off the chart."""
        place = self.chosen.currentRow()
        if 0 <= place < len(self._board.studies):
            label = self._board.studies[place].label
            self._board.remove(place)
            self._say(f"{label} is removed. “Undo removal” brings it back.")

    def undo(self) -> None:
        """Bring back what was removed last."""
        if self._board.undo_removal():
            self._say("It is back where it was.")

    def save_default(self) -> None:
        """Let new studies of this kind start like the chosen one."""
        choice = self._board.studies[self.chosen.currentRow()].choice
        self._keep(
            lambda: self._defaults.save(choice), f"New {STUDIES[choice.study_id].short} start like this."
        )

    def forget_default(self) -> None:
        """Let new studies of this kind start as they come."""
        study = self._board.studies[self.chosen.currentRow()].study
        self._keep(lambda: self._defaults.forget(study.id), f"New {study.short} start as they come.")

    def _keep(self, do: Callable[[], None], words: str) -> None:
        try:
            do()
        except SettingsError as error:
            words = str(error)
        self._say(words)
        self._show_buttons()

    def _say(self, words: str) -> None:
        self.note.setText(words)

    def _find(self, text: str) -> None:
        """List the studies whose name, short name or group holds every word."""
        words = text.lower().split()
        self.found.clear()
        group = ""
        for study in STUDIES.values():
            if all(word in f"{study.title} {study.short} {study.group}".lower() for word in words):
                if study.group != group:
                    group = study.group
                    self._add_heading(group)
                self._add_found(study)
        if not self.found.count():
            self._add_heading(f"No study is called “{one_line(text.strip(), 12)}”. Try fewer letters.")
        self._step(1)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setForeground(QColor(self._theme.muted))
        self.found.addItem(item)

    def _add_found(self, study: Study) -> None:
        item = QListWidgetItem(f"   {study.title}")
        item.setData(_ID, study.id)
        item.setToolTip(f"{study.short}, {_PLACES[study.place]}")
        self.found.addItem(item)

    def _step(self, by: int) -> None:
        row = self.found.currentRow() + by
        while 0 <= row < self.found.count():
            if self.found.item(row).data(_ID) is not None:
                self.found.setCurrentRow(row)
                return
            row += by

    def _move(self, by: int) -> None:
        place = self.chosen.currentRow()
        if 0 <= place + by < len(self._board.studies):
            with QSignalBlocker(self.chosen):
                self.chosen.setCurrentRow(place + by)
            self._board.move(place, place + by)

    def _show_board(self) -> None:
        """List what is on the chart; the chosen one stays chosen."""
        row = min(max(self.chosen.currentRow(), 0), len(self._board.studies) - 1)
        with QSignalBlocker(self.chosen):
            self.chosen.clear()
            for one in self._board.studies:
                item = QListWidgetItem(one.label)
                item.setToolTip(f"{one.study.title}, {_PLACES[one.study.place]}")
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if one.choice.is_shown else Qt.CheckState.Unchecked)
                self.chosen.addItem(item)
            if not self._board.studies:
                item = QListWidgetItem(_EMPTY)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setForeground(QColor(self._theme.muted))
                self.chosen.addItem(item)
            self.chosen.setCurrentRow(row)
        self._show_form(row)

    def _on_ticked(self, item: QListWidgetItem) -> None:
        self._board.show(self.chosen.row(item), on=item.checkState() is Qt.CheckState.Checked)

    def _show_form(self, row: int) -> None:
        known = self._form
        one = self._board.studies[row] if 0 <= row < len(self._board.studies) else None
        if known is None or one is None or known.shows is not one:
            if known is not None:
                self._form_place.removeWidget(known)
                known.hide()
                known.deleteLater()
            self._form = StudyForm(one, self._theme, self) if one is not None else None
            if self._form is not None and one is not None:
                forget_once_hidden(self._form)
                self._form.changed.connect(
                    lambda choice: self._board.edit(self._board.studies.index(one), choice)
                )
                self._form_place.addWidget(self._form)
        self._show_buttons()

    def _show_buttons(self) -> None:
        row, n = self.chosen.currentRow(), len(self._board.studies)
        has = 0 <= row < n
        for button in (self.remove_button, self.default_button):
            button.setEnabled(has)
        self.up_button.setEnabled(has and row > 0)
        self.down_button.setEnabled(has and row + 1 < n)
        self.undo_button.setEnabled(self._board.last_removed is not None)
        self.plain_button.setEnabled(has and self._defaults.is_own(self._board.studies[row].study.id))


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row
