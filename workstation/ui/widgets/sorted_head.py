"""The head of a table, whose sorted column says so beside its title."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QStyleOptionHeader, QWidget

SORT_MARKS = {Qt.SortOrder.AscendingOrder: "▲", Qt.SortOrder.DescendingOrder: "▼"}
"""What follows the title of the sorted column."""

_EDGES = 18  # pixels that the style leaves free on both sides of a title


class SortedHead(QHeaderView):
    """Marks the sorted column in its text; Qt's arrow, above the title, is for want of room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, logicalIndex: int) -> None:
        """Write the mark where the title has the room for it."""
        super().initStyleOptionForIndex(option, logicalIndex)
        if not self.isSortIndicatorShown() or self.sortIndicatorSection() != logicalIndex:
            return
        marked = f"{option.text} {SORT_MARKS[self.sortIndicatorOrder()]}"
        if option.fontMetrics.horizontalAdvance(marked) + _EDGES <= self.sectionSize(logicalIndex):
            option.text = marked
            option.sortIndicator = QStyleOptionHeader.SortIndicator.None_
