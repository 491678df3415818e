"""The first column of a table, which stays in sight while the others are scrolled sideways."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView

Index = QModelIndex | QPersistentModelIndex


class FrozenColumn(QTableView):
    """Lies over the left of a table, shows its first column, and lets the pointer through to the row below.

    Parameters
    ----------
    table : QTableView
        Whose column it shows; model and delegate are set. A click on the column's head sorts by it.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self._n_hidden = 0
        self.setModel(table.model())
        own = self.selectionModel()
        self.setSelectionModel(table.selectionModel())
        own.deleteLater()
        self.setItemDelegate(table.itemDelegate())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{table.accessibleName()}: markets")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView { border: 0; }")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAutoScroll(False)
        self.setSelectionBehavior(table.selectionBehavior())
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        height = table.verticalHeader().defaultSectionSize()
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setHighlightSections(False)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        table.horizontalHeader().viewport().installEventFilter(self)
        self.model().modelReset.connect(self._on_reset)
        self.follow()

    def follow(self) -> None:
        """Lie where the table's first column would be, as long as that is scrolled away."""
        table = self._table
        is_needed = table.horizontalScrollBar().value() > 0
        if is_needed:
            for column in range(self._n_hidden, self.model().columnCount()):
                self.setColumnHidden(column, column > 0)
            self._n_hidden = self.model().columnCount()
            self.setColumnWidth(0, table.columnWidth(0))
            head, rows = table.horizontalHeader().geometry(), table.viewport().geometry()
            self.horizontalHeader().setFixedHeight(head.height())
            self.setGeometry(rows.x(), head.y(), table.columnWidth(0), head.height() + rows.height())
            self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.setVisible(is_needed)

    def _on_reset(self) -> None:
        self._n_hidden = 0
        self.follow()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paint again only where the markets themselves changed."""
        if first.column() == 0:
            super().dataChanged(first, last, roles)

    def covers(self, x: float) -> bool:
        """Return whether a place of the table's head lies below it, pixels from the left."""
        return self.isVisible() and x < self.width()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Sort by this column where its head is clicked."""
        is_click = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease)
        if not (is_click and isinstance(event, QMouseEvent) and self.covers(event.position().x())):
            return super().eventFilter(watched, event)
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.type() is QEvent.Type.MouseButtonRelease:
            header = self._table.horizontalHeader()
            is_sorted = header.sortIndicatorSection() == 0
            is_down = is_sorted and header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
            order = Qt.SortOrder.DescendingOrder if is_down else Qt.SortOrder.AscendingOrder
            is_cleared = is_sorted and not is_down
            self._table.sortByColumn(-1 if is_cleared else 0, order)
        return True
