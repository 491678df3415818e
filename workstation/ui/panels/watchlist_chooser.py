"""The line above the watchlist: which list is shown, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from workstation.domain.watch_book import ALL_WATCHED
from workstation.ui.foreign_text import one_line, tooltip
from workstation.ui.icon import glyph
from workstation.ui.theme import Theme

_NARROWEST = 44  # a narrow dock still holds chooser, filter and buttons


class WatchlistChooser(QWidget):
    """Chooses a list by name; the first is everything that is watched."""

    chosen = Signal(str)  # name of a list; empty for everything watched

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box, self.menu_button = QComboBox(), QToolButton()
        self.box.setAccessibleName("Which list is shown")
        self.box.setMinimumContentsLength(4)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumWidth(_NARROWEST)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu_button.setToolTip("New list, rename, delete, import, export, undo")
        self.menu_button.setAccessibleName("What can be done with the list")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.box, 1)
        line.addWidget(self.menu_button)
        self.set_theme(theme)
        self.box.activated.connect(lambda _at: self.chosen.emit(self.box.currentData()))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.menu_button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.menu_button.setIcon(glyph("menu", theme.muted))

    def offer(self, names: tuple[str, ...], current: str) -> None:
        """Offer these lists, with one of them chosen."""
        self.box.clear()
        self.box.addItem(ALL_WATCHED, "")
        for name in names:
            self.box.addItem(one_line(name, 40), name)
        self.box.setCurrentIndex(max(self.box.findData(current), 0))
        self.box.setToolTip(tooltip(self.box.currentText()))
