"""The form that builds one condition: a column, how it is compared, and with what."""

from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workstation.domain.errors import UsageError
from workstation.domain.screen import SIDES, Comparison, Joint, Screen, comparisons_of
from workstation.domain.screen_column import COLUMNS, ColumnKind
from workstation.domain.screen_text import parse
from workstation.ui.watchlists.screener_words import NUMBER_HINTS, column_words

_WORDS = {
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at least",
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at most",
    Comparison.EQUAL: "exactly",
    Comparison.OTHER: "other than",
}


class ScreenerForm(QWidget):
    """Adds one condition to a screen, with AND or with OR.

    Parameters
    ----------
    names : callable
        Returns the names that a column of names holds; they are offered while one is typed.
    """

    added = Signal(object, object)  # Joint, Screen
    refused = Signal(str)  # why what was entered is no condition

    def __init__(self, names: Callable[[str], list[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names, self._offered = names, QStringListModel(self)
        self.column, self.comparison = QComboBox(), QComboBox()
        self.value, self.side = QLineEdit(), QComboBox()
        self.and_button, self.or_button = QPushButton("And"), QPushButton("Or")
        self._lay_out()
        self.column.currentIndexChanged.connect(self._on_column)
        self.value.returnPressed.connect(lambda: self._add(Joint.ALL))
        self.and_button.clicked.connect(lambda: self._add(Joint.ALL))
        self.or_button.clicked.connect(lambda: self._add(Joint.ANY))
        completer = QCompleter(self._offered, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.value.setCompleter(completer)
        self.column.setCurrentIndex(self.column.findData("grade"))
        self._on_column()

    def _lay_out(self) -> None:
        for column in COLUMNS.values():
            if column.kind is not ColumnKind.LINE:
                self.column.addItem(column_words(column.id), column.id)
        self.side.addItems(list(SIDES))
        self.column.setMinimumContentsLength(8)
        self.column.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.column.setAccessibleName("Column of the new condition")
        self.comparison.setAccessibleName("How it is compared")
        self.value.setAccessibleName("What it is compared with")
        self.side.setAccessibleName("Which direction")
        self.and_button.setToolTip("Coins must also match this (Enter)")
        self.or_button.setToolTip("Coins may match this instead")
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.column, 3)
        first.addWidget(self.comparison, 2)
        second.addWidget(self.value, 1)
        second.addWidget(self.side, 1)
        second.addWidget(self.and_button)
        second.addWidget(self.or_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 0, 8, 6)
        whole.setSpacing(4)
        whole.addLayout(first)
        whole.addLayout(second)

    def _on_column(self) -> None:
        kind = COLUMNS[self.column.currentData()].kind
        self.comparison.clear()
        for comparison in comparisons_of(kind):
            self.comparison.addItem(_WORDS.get(comparison, comparison.value), comparison.value)
        is_side = kind is ColumnKind.SIDE
        self.side.setVisible(is_side)
        self.value.setVisible(not is_side)
        self.value.setPlaceholderText(NUMBER_HINTS[kind])
        self.offer_names()

    def offer_names(self) -> None:
        """Offer what the chosen column holds now, where it holds names."""
        column = self.column.currentData()
        is_names = COLUMNS[column].kind is ColumnKind.NAME
        self._offered.setStringList(self._names(column) if is_names else [])

    def _add(self, joint: Joint) -> None:
        column = COLUMNS[self.column.currentData()]
        value = self.side.currentText() if column.kind is ColumnKind.SIDE else self.value.text().strip()
        if column.kind is ColumnKind.NAME:
            value = f'"{value}"'
        try:
            screen: Screen | None = parse(f"{column.id} {self.comparison.currentData()} {value}")
        except UsageError as error:
            self.refused.emit(str(error))
            self.value.setFocus()
            return
        self.value.clear()
        self.added.emit(joint, screen)
