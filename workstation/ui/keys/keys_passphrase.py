"""The passphrase of the encrypted file: asked once where the file is there, twice where it is made."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.domain.venue_key import KeyFileState, Passphrase
from workstation.storage.key_file import FEWEST
from workstation.ui.keys.secret_field import SecretField
from workstation.ui.theme import Theme
from workstation.ui.widgets.form_rows import FormRows
from workstation.ui.widgets.section_text import plain_label

_NEW = (
    f"Choose a passphrase of {FEWEST} characters or more, say four words. Tidemark asks for it once after "
    "each start and keeps it nowhere: if you forget it, the keys in the file are lost to you, too."
)
_KNOWN = "Enter the passphrase of the encrypted file. It is asked once after each start."
_FORGOTTEN, _SURE = "Forgotten…", "Really put the file aside"


class PassphraseFields(QWidget):
    """Shows dots, gives the passphrase away once, and is empty then.

    Parameters
    ----------
    theme : Theme
        Colours.
    name : str
        What the passphrase is called.
    """

    changed = Signal()
    entered = Signal()
    forgotten = Signal()
    """The file is to be put aside; it took two clicks."""

    def __init__(self, theme: Theme, name: str = "Passphrase", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = KeyFileState.LOCKED
        self.advice, self.trouble = plain_label(), plain_label()
        self.first, self.again = SecretField(name), SecretField(f"{name} again")
        self.forgotten_button = QPushButton(_FORGOTTEN)
        self.forgotten_button.setAutoDefault(False)
        self._rows = FormRows()
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows.addRow(name, self.first)
        self._rows.addRow("Once more", self.again)
        self._rows.addRow("", self.trouble)
        beside = QHBoxLayout()
        beside.addWidget(self.forgotten_button)
        beside.addStretch(1)
        self._rows.addRow("", beside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.advice)
        whole.addLayout(self._rows)
        for field in (self.first, self.again):
            field.textChanged.connect(lambda _text: self._on_typed())
            field.returnPressed.connect(self.entered)
        self.forgotten_button.clicked.connect(self._on_forgotten)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.advice.setStyleSheet(f"color: {theme.muted}")
        self.trouble.setStyleSheet(f"color: {theme.warning}")

    def show_state(self, state: KeyFileState) -> None:
        """Ask for what this state of the file needs."""
        self._state = state
        is_new = state is KeyFileState.ABSENT
        self.advice.setText(_NEW if is_new else _KNOWN)
        self._rows.setRowVisible(self.again, is_new)
        self._rows.setRowVisible(self.trouble, is_new)
        self.forgotten_button.setVisible(not is_new)
        self.setTabOrder(self.first, self.again)
        self.empty()

    def empty(self) -> None:
        """Forget what was typed, so that no undo brings it back."""
        self.forgotten_button.setText(_FORGOTTEN)
        for field in (self.first, self.again):
            field.setText("")
        self._on_typed()

    @property
    def is_ready(self) -> bool:
        """Whether what was typed can be tried."""
        first, again = self.first.text().strip(), self.again.text().strip()
        return (
            bool(first) if self._state is not KeyFileState.ABSENT else len(first) >= FEWEST and first == again
        )

    def take(self) -> Passphrase:
        """Return what was typed, and forget it."""
        passphrase = Passphrase(self.first.text().strip())
        self.empty()
        return passphrase

    def _on_typed(self) -> None:
        first, again = self.first.text().strip(), self.again.text().strip()
        words = ""
        if self._state is KeyFileState.ABSENT:
            if 0 < len(first) < FEWEST:
                words = f"! {FEWEST - len(first)} characters more."
            elif again and first != again:
                words = "! The two are not the same yet."
        self.trouble.setText(words)
        self.changed.emit()

    def _on_forgotten(self) -> None:
        if self.forgotten_button.text() == _FORGOTTEN:
            self.forgotten_button.setText(_SURE)
            self.advice.setText(
                "Without it nobody can read the file. It is then renamed, unchanged, and a new one is made "
                "with the next key; the keys in it have to be entered again."
            )
        else:
            self.forgotten.emit()
