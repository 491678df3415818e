"""Another passphrase for the encrypted file: the one of now, and the new one twice."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.domain.venue_key import KeyFileState, Passphrase
from workstation.ui.keys.keys_passphrase import PassphraseFields
from workstation.ui.keys.secret_field import SecretField
from workstation.ui.theme import Theme
from workstation.ui.widgets.form_rows import FormRows


class ChangeCard(QFrame):
    """Asks for both. What was typed stays, as dots, until the engine has said that it was right."""

    chosen = Signal(object, object)  # Passphrase of now, Passphrase
    given_up = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key-change")
        self.title = QLabel("Another passphrase for the encrypted file of keys")
        self.now, self.new = SecretField("Passphrase now"), PassphraseFields(theme, "New passphrase")
        self.change_button, self.cancel_button = QPushButton("Change"), QPushButton("Cancel")
        self._lay_out()
        self.now.textChanged.connect(lambda _text: self._show_ready())
        self.now.returnPressed.connect(self._choose)
        self.new.changed.connect(self._show_ready)
        self.new.entered.connect(self._choose)
        self.change_button.clicked.connect(self._choose)
        self.cancel_button.clicked.connect(self.given_up)
        self.set_theme(theme)
        self.empty()

    def _lay_out(self) -> None:
        rows = FormRows()
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.addRow("Passphrase now", self.now)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 10, 12, 12)
        whole.setSpacing(8)
        whole.addWidget(self.title)
        whole.addLayout(rows)
        whole.addWidget(self.new)
        buttons = QHBoxLayout()
        for button in (self.change_button, self.cancel_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        edge = f"border: 1px solid {theme.border}; border-radius: 4px;"
        self.setStyleSheet(f"#key-change {{ background: {theme.base}; {edge} }}")
        self.title.setStyleSheet("font-weight: 600")
        self.new.set_theme(theme)

    def empty(self) -> None:
        """Forget what was typed, so that no undo brings it back."""
        self.now.setText("")
        self.new.show_state(KeyFileState.ABSENT)

    def ask(self) -> None:
        """Ask for the passphrase of now; also again, where that one was wrong."""
        self.now.setText("")
        self.now.setFocus()

    def _show_ready(self) -> None:
        self.change_button.setEnabled(bool(self.now.text().strip()) and self.new.is_ready)

    def _choose(self) -> None:
        if self.change_button.isEnabled():
            old, new = self.now.text().strip(), self.new.first.text().strip()
            self.chosen.emit(Passphrase(old), Passphrase(new))
