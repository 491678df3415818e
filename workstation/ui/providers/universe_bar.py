"""How far the back-fill of everything liquid is, with a way to hold it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workstation.link.messages import UniverseSaid
from workstation.ui.theme import Theme


def universe_words(universe: UniverseSaid) -> str:
    """Return how far it is, as a phrase: "847 of 1,243 coins loaded, 1h"."""
    if universe.done >= universe.total:
        return f"{universe.total:,} coins, up to date"
    paused = ", paused" if universe.is_held else ""
    return f"{universe.done:,} of {universe.total:,} coins loaded, {universe.timeframe}{paused}"


def is_under_way(universe: UniverseSaid | None) -> bool:
    """Return whether there is something left to load."""
    return universe is not None and universe.done < universe.total


class UniverseBar(QWidget):
    """A line, a bar and a button; the last two only while something is left to load."""

    hold_requested = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_held = False
        self.label, self.progress, self.hold_button = QLabel(), QProgressBar(), QPushButton()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setMinimumWidth(1)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(5)
        self.progress.setAccessibleName("Coins loaded")
        self.progress.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line = QHBoxLayout()
        line.addWidget(self.label, 1)
        line.addWidget(self.hold_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 8, 12, 10)
        whole.setSpacing(6)
        whole.addLayout(line)
        whole.addWidget(self.progress)
        self.hold_button.clicked.connect(lambda: self.hold_requested.emit(not self._is_held))
        self.set_theme(theme)
        self.show_universe(None)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.label.setStyleSheet(f"color: {theme.text}")
        self.hold_button.setStyleSheet("padding: 3px 10px;")
        self.progress.setStyleSheet(
            f"QProgressBar {{ background: {theme.border}; border: 0; border-radius: 2px; }}"
            f"QProgressBar::chunk {{ background: {theme.accent}; border-radius: 2px; }}"
        )

    def show_universe(self, universe: UniverseSaid | None) -> None:
        """Take how far it is; nothing is shown where nobody said."""
        self.setVisible(universe is not None and universe.total > 0)
        if universe is None:
            return
        self._is_held = universe.is_held
        self.label.setText(universe_words(universe))
        self.hold_button.setText("Resume" if universe.is_held else "Pause")
        self.hold_button.setAccessibleName(f"{self.hold_button.text()} loading all coins")
        for part in (self.progress, self.hold_button):
            part.setVisible(is_under_way(universe))
        self.progress.setRange(0, max(universe.total, 1))
        self.progress.setValue(min(universe.done, universe.total))
