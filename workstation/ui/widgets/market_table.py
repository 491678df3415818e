"""A table whose rows are chosen as a whole, and which the keyboard can leave."""

from PySide6.QtCore import QEvent, QKeyCombination, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from workstation.ui.widgets.sorted_head import SortedHead

ROW_HEIGHT = 30
"""Pixels of a row."""

_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MENU_KEY = QKeyCombination(Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_F10)  # many keyboards have no other
_REMOVE_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class MarketTable(QTableView):
    """Shows markets, one a row. Enter or double-click opens one, Del removes it."""

    open_requested = Signal(int)  # row
    remove_requested = Signal(int)  # row
    hovered = Signal(int)  # row; -1 for none

    def __init__(self, parent: QWidget | None = None, head: QHeaderView | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(head if head is not None else SortedHead(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSortingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)  # else one that stands right loses its beginning
        header.setAccessibleName("Watchlist columns")
        self.doubleClicked.connect(lambda index: self.open_requested.emit(index.row()))
        self.entered.connect(lambda index: self.hovered.emit(index.row()))

    def event(self, event: QEvent) -> bool:
        """Open the menu of the chosen row by key; Qt would take the row that lies a head further down."""
        by_key = QContextMenuEvent.Reason.Keyboard
        if isinstance(event, QContextMenuEvent) and event.reason() is by_key:
            self._open_menu()
            event.accept()
            return True
        return super().event(event)

    def _open_menu(self) -> None:
        chosen = self.currentIndex()
        if chosen.isValid():
            self.scrollTo(chosen)
        self.customContextMenuRequested.emit(self.visualRect(chosen).center())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn keys into requests."""
        row = self.currentIndex().row()
        if row >= 0 and event.key() in _OPEN_KEYS:
            self.open_requested.emit(row)
        elif row >= 0 and event.key() in _REMOVE_KEYS and not event.modifiers():
            self.remove_requested.emit(row)
        elif event.keyCombination() == _MENU_KEY:
            self._open_menu()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer from row to row."""
        super().mouseMoveEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.hovered.emit(-1)

    def choose(self, row: int) -> None:
        """Make a row the current one; -1 chooses none."""
        model = self.model()
        if model is not None:
            self.setCurrentIndex(model.index(row, 0) if row >= 0 else QModelIndex())
