"""Where the keyring does not take a key: two honest choices, and the passphrase where one is needed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.venue_key import KeyFileState, KeyPlace
from workstation.ui.keys.keys_passphrase import PassphraseFields
from workstation.ui.theme import Theme
from workstation.ui.widgets.section_text import plain_label
from workstation.ui.words.foreign_text import one_line

_IN_FILE = "In an encrypted file"
_IN_FILE_MEANS = (
    "The file venue_keys.encrypted in the configuration folder; only your passphrase opens it. A program "
    "that runs as you while the file is open could still take the keys."
)
_IN_MEMORY = "For this session only"
_IN_MEMORY_MEANS = "Nothing is written. The key is forgotten when Tidemark quits; enter it again then."


class PlaceCard(QFrame):
    """Asks where a key that was entered is to be kept. It holds no key."""

    chosen = Signal(object, object)  # KeyPlace, Passphrase or None where the file needs none
    retried = Signal()
    """The keyring is to be asked once more: it was unlocked, or started."""
    forgotten = Signal()
    given_up = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = KeyFileState.ABSENT
        self.reason = plain_label()
        self.in_file, self.in_memory = QRadioButton(_IN_FILE), QRadioButton(_IN_MEMORY)
        self._means = [plain_label(), plain_label()]
        self.passphrase = PassphraseFields(theme)
        self.keep_button, self.none_button = QPushButton("Keep and test"), QPushButton("Keep nothing")
        self.retry_button = QPushButton("Try the keyring again")
        self._choice = QButtonGroup(self)
        self._lay_out()
        self._choice.buttonToggled.connect(lambda _button, _is_on: self._show_choice())
        self.passphrase.changed.connect(self._show_ready)
        self.passphrase.entered.connect(self._choose)
        self.passphrase.forgotten.connect(self.forgotten)
        self.keep_button.clicked.connect(self._choose)
        self.retry_button.clicked.connect(self.retried)
        self.none_button.clicked.connect(self.given_up)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.setObjectName("key-place")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 10, 12, 12)
        whole.setSpacing(6)
        whole.addWidget(self.reason)
        whole.addSpacing(4)
        texts = (_IN_FILE_MEANS, _IN_MEMORY_MEANS)
        for button, label, text in zip((self.in_file, self.in_memory), self._means, texts, strict=True):
            self._choice.addButton(button)
            button.setAccessibleDescription(text)
            label.setText(text)
            label.setIndent(22)
            whole.addWidget(button)
            whole.addWidget(label)
            if button is self.in_file:
                whole.addWidget(self.passphrase)
        buttons = QHBoxLayout()
        for push in (self.keep_button, self.retry_button, self.none_button):
            push.setAutoDefault(False)
            buttons.addWidget(push)
        buttons.addStretch(1)
        whole.addSpacing(4)
        whole.addLayout(buttons)
        self.passphrase.setContentsMargins(22, 2, 0, 6)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        edge = f"border: 1px solid {theme.border}; border-radius: 4px;"
        self.setStyleSheet(f"#key-place {{ background: {theme.base}; {edge} }}")
        for label in self._means:
            label.setStyleSheet(f"color: {theme.muted}")
        self.passphrase.set_theme(theme)

    def ask(self, reason: str, state: KeyFileState) -> None:
        """Ask, with why the keyring did not take the key, and how the encrypted file stands."""
        self._state = state
        self.reason.setText(one_line(reason, 300))
        self.passphrase.show_state(state)
        self.in_file.setChecked(True)
        self._show_choice()
        self.in_file.setFocus()

    def _show_choice(self) -> None:
        needs_words = self.in_file.isChecked() and self._state is not KeyFileState.OPEN
        self.passphrase.setVisible(needs_words)
        self._show_ready()

    def _show_ready(self) -> None:
        self.keep_button.setEnabled(self.passphrase.isHidden() or self.passphrase.is_ready)

    def _choose(self) -> None:
        if not self.keep_button.isEnabled():
            return
        place = KeyPlace.FILE if self.in_file.isChecked() else KeyPlace.SESSION
        self.chosen.emit(place, None if self.passphrase.isHidden() else self.passphrase.take())


class LockCard(QFrame):
    """Asks for the passphrase of the encrypted file, where something in it is wanted."""

    opened = Signal(object)  # Passphrase
    forgotten = Signal()
    given_up = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key-lock")
        self.title = QLabel("The encrypted file of keys is locked")
        self.passphrase = PassphraseFields(theme)
        self.open_button, self.cancel_button = QPushButton("Open"), QPushButton("Cancel")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 10, 12, 12)
        whole.setSpacing(8)
        whole.addWidget(self.title)
        whole.addWidget(self.passphrase)
        buttons = QHBoxLayout()
        for button in (self.open_button, self.cancel_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole.addLayout(buttons)
        self.passphrase.changed.connect(lambda: self.open_button.setEnabled(self.passphrase.is_ready))
        self.passphrase.entered.connect(self._open)
        self.passphrase.forgotten.connect(self.forgotten)
        self.open_button.clicked.connect(self._open)
        self.cancel_button.clicked.connect(self.given_up)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        edge = f"border: 1px solid {theme.border}; border-radius: 4px;"
        self.setStyleSheet(f"#key-lock {{ background: {theme.base}; {edge} }}")
        self.title.setStyleSheet("font-weight: 600")
        self.passphrase.set_theme(theme)

    def ask(self) -> None:
        """Ask for the passphrase."""
        self.passphrase.show_state(KeyFileState.LOCKED)
        self.passphrase.first.setFocus()

    def _open(self) -> None:
        if self.passphrase.is_ready:
            self.opened.emit(self.passphrase.take())
