"""The line that narrows a list as one types."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

ESC_CLEARS = "Esc in the filter brings all back."
"""What an empty list says that was narrowed too far."""


class FilterLine(QLineEdit):
    """Esc empties it and brings the whole list back; an empty one leaves Esc to what it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Esc while there is something to take away."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
