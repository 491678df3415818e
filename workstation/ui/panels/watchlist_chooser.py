"""The line above the watchlist: which list is shown, and what can be done with it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from workstation.domain.watch_book import ALL_WATCHED
from workstation.ui.foreign_text import one_line, tooltip


class WatchlistChooser(QWidget):
    """Chooses a list by name; the first is everything that is watched."""

    chosen = Signal(str)  # name of a list; empty for everything watched

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box, self.menu_button = QComboBox(), QPushButton("List")
        self.box.setAccessibleName("Which list is shown")
        self.box.setMinimumContentsLength(4)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.menu_button.setAccessibleName("What can be done with the list")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.box, 1)
        line.addWidget(self.menu_button)
        self.box.activated.connect(lambda _at: self.chosen.emit(self.box.currentData()))

    def offer(self, names: tuple[str, ...], current: str) -> None:
        """Offer these lists, with one of them chosen."""
        self.box.clear()
        self.box.addItem(ALL_WATCHED, "")
        for name in names:
            self.box.addItem(one_line(name, 40), name)
        self.box.setCurrentIndex(max(self.box.findData(current), 0))
        self.box.setToolTip(tooltip(self.box.currentText()))
