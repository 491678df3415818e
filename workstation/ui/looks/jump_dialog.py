"""Asks for a moment, and says while it is written which bar that is."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workstation.domain.errors import TidemarkError
from workstation.ui.looks.jump_words import EXAMPLES
from workstation.ui.theme import Theme
from workstation.ui.widgets.passing import delete_once_closed

_WIDTH = 440


class JumpDialog(QDialog):
    """One line to write a moment in. Open it with ``open()``.

    Parameters
    ----------
    read : callable
        Returns the moment that is written, UTC milliseconds, and what the trader reads for it; raises
        `TidemarkError` where it is none that the chart can show.
    zone_words : str
        Whose clock is meant.
    theme : Theme
        Colours.
    """

    chosen = Signal(object)  # UTC milliseconds

    def __init__(
        self, read: Callable[[str], tuple[int, str]], zone_words: str, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._read, self._theme = read, theme
        self._idle = f"{EXAMPLES}   ·   times in {zone_words}"
        self.field, self.line = QLineEdit(), QLabel(self._idle)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go_button = self.buttons.addButton("Jump", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.field.textChanged.connect(self._on_text)
        self.field.returnPressed.connect(self.accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._on_text("")
        self.field.setFocus()

    def _lay_out(self) -> None:
        self.setWindowTitle("Jump to a date")
        delete_once_closed(self)
        self.setMinimumWidth(_WIDTH)
        self.field.setAccessibleName("Date and time to jump to")
        self.field.setPlaceholderText("Date, time, or how long ago")
        self.line.setAccessibleName("What was understood")
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setWordWrap(True)
        self.line.setMinimumHeight(2 * self.line.fontMetrics().lineSpacing())
        self.line.setAlignment(Qt.AlignmentFlag.AlignTop)
        for button in self.buttons.buttons():
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)  # a default that is disabled would hand Enter to Cancel
        column = QVBoxLayout(self)
        for part in (self.field, self.line, self.buttons):
            column.addWidget(part)

    def accept(self) -> None:
        """Tell the moment; stay open where it is none."""
        try:
            moment, _ = self._read(self.field.text())
        except TidemarkError:
            return
        self.chosen.emit(moment)
        super().accept()

    def _on_text(self, text: str) -> None:
        colour = self._theme.muted
        is_fit = False
        if not text.strip():
            words = self._idle
        else:
            try:
                _, words = self._read(text)
                is_fit, colour = True, self._theme.text
            except TidemarkError as error:
                words, colour = str(error), self._theme.warning
        self.line.setText(words)
        self.line.setStyleSheet(f"color: {colour};")
        self.go_button.setEnabled(is_fit)
