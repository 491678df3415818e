"""A small table of facts that is as high as its rows; the panel around it scrolls."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from workstation.ui.theme import Theme
from workstation.ui.widgets.inked_cells import InkedCells
from workstation.ui.words.foreign_text import one_line, tooltip

ROW_HEIGHT = 24
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LONGEST = 120
_PADDING = 6
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table.

    Parameters
    ----------
    text : str
        Shown plainly, whatever it holds.
    colour : str
        The name of a colour of the theme; empty for that of text.
    tip : str
        Said under the pointer.
    """

    text: str
    colour: str = ""
    tip: str = ""


class FactTable(QTableWidget):
    """Rows of cells; one column takes what the others leave.

    Parameters
    ----------
    name : str
        What a screen reader calls it.
    heads : sequence of str
        Of the columns; one that ends in ``>`` holds numbers and stands right.
    theme : Theme
        Colours.
    stretched : int
        The column that takes what the others leave.
    most_rows : int or None
        More rows scroll; None for all of them.
    spare : sequence of int
        Columns that are left out, the first one first, where the stretched one has less than `least` pixels.
    """

    row_opened = Signal(int)

    def __init__(
        self,
        name: str,
        heads: Sequence[str],
        theme: Theme,
        stretched: int = 0,
        most_rows: int | None = None,
        spare: Sequence[int] = (),
        least: int = 90,
    ) -> None:
        super().__init__(0, len(heads))
        self._theme, self._most_rows = theme, most_rows
        self._stretched, self._spare, self._least = stretched, tuple(spare), least
        self._is_right = [head.endswith(">") for head in heads]
        self._rows: tuple[tuple[Cell, ...], ...] = ()
        self.setAccessibleName(name)
        self._set_up()
        for column, head in enumerate(heads):
            item = QTableWidgetItem(head.removesuffix(">"))
            item.setTextAlignment(_RIGHT if self._is_right[column] else _LEFT)
            self.setHorizontalHeaderItem(column, item)
        self._fit()

    def _set_up(self) -> None:
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setItemDelegate(InkedCells(self))
        self.setStyleSheet(f"QTableView {{ outline: 0; }} QTableView::item {{ padding: 0 {_PADDING}px; }}")
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        if self._most_rows is None:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(self._stretched, QHeaderView.ResizeMode.Stretch)
        header.setAccessibleName(f"{self.accessibleName()}, columns")
        self.doubleClicked.connect(lambda index: self.row_opened.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn Enter into a request."""
        if event.key() in _OPEN_KEYS and self.currentRow() >= 0:
            self.row_opened.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room."""
        super().resizeEvent(event)
        self._fit_columns()

    def minimumSizeHint(self) -> QSize:
        """Return little width: columns scroll."""
        return QSize(120, self.minimumHeight())

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        rows, self._rows = self._rows, ()
        self.show_rows(rows)

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows; the chosen one stays chosen where it is still there."""
        told = tuple(tuple(row) for row in rows)
        if told == self._rows:
            return
        self._rows = told
        current = self.currentRow()
        self.setRowCount(len(told))
        for row, cells in enumerate(told):
            for column, cell in enumerate(cells):
                self.setItem(row, column, self._item(cell, is_right=self._is_right[column]))
        if 0 <= current < len(told):
            self.setCurrentCell(current, 0)
        self._fit()

    def key_at(self, row: int) -> str:
        """Return the first cell of a row, as it was given."""
        return self._rows[row][0].text

    def texts(self) -> list[list[str]]:
        """Return what is shown, row by row."""
        return [[one_line(cell.text, _LONGEST) for cell in row] for row in self._rows]

    def _item(self, cell: Cell, *, is_right: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(one_line(cell.text, _LONGEST))
        item.setTextAlignment(_RIGHT if is_right else _LEFT)
        item.setForeground(QColor(getattr(self._theme, cell.colour or "text")))
        if cell.tip:
            item.setToolTip(tooltip(cell.tip))
        return item

    def _fit(self) -> None:
        n = self.rowCount() if self._most_rows is None else min(self.rowCount(), self._most_rows)
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + n * ROW_HEIGHT + 2)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Leave out spare columns until the stretched one has room."""
        widths = {
            column: max(self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column))
            for column in range(self.columnCount())
            if column != self._stretched
        }
        room = self.viewport().width() - self._least - sum(widths.values())
        for column in self._spare:
            self.setColumnHidden(column, room < 0)
            room += widths[column] if room < 0 else 0
