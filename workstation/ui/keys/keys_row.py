"""The key of one venue: how it stands, what it may do, and two buttons."""

from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.domain.venue_key import KeyPlace, KeyRights, KeyStatus, VenueKey
from workstation.ui.theme import Theme
from workstation.ui.widgets.section_text import plain_label
from workstation.ui.words.foreign_text import one_line
from workstation.ui.zone import day_and_time

_WORDS = {
    KeyStatus.WORKS: "✓ works",
    KeyStatus.FAILS: "! does not work",
    KeyStatus.MISSING: "? missing",
    KeyStatus.REFUSED: "✕ refused",
}
_PLACES = {
    KeyPlace.KEYRING: "In the keyring",
    KeyPlace.FILE: "In the encrypted file",
    KeyPlace.SESSION: "In memory until Tidemark quits",
}
_DELETE, _SURE = "Delete", "Really delete"


def rights_words(rights: KeyRights) -> str:
    """Return what a key may do: "reads ✓ · trades – · withdraws –"; a question mark where nobody says."""
    told = (("reads", rights.read), ("trades", rights.trade), ("withdraws", rights.withdraw))
    return "  ·  ".join(f"{word} {_mark(value)}" for word, value in told)


def _mark(value: bool | None) -> str:
    if value is None:
        return "? not told"
    return "✓ yes" if value else "– no"


class KeyRow(QFrame):
    """A key as the engine says it stands. Deleting it takes two clicks."""

    test_requested = Signal(str)
    forget_requested = Signal(str)

    def __init__(self, label: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._theme = one_line(label, 40), theme
        self._key: VenueKey | None = None
        self.title, self.word = QLabel(), QLabel()
        self.rights, self.reason, self.times = plain_label(), plain_label(), plain_label()
        self.test_button, self.delete_button = QPushButton("Test again"), QPushButton(_DELETE)
        self._lay_out()
        self.test_button.clicked.connect(self._test)
        self.delete_button.clicked.connect(self._delete)

    def _lay_out(self) -> None:
        self.setObjectName("venue-key")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addWidget(self.word, 1)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addLayout(head)
        for label in (self.rights, self.reason, self.times):
            words.addWidget(label)
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        for button in (self.test_button, self.delete_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(12, 9, 12, 10)
        whole.setSpacing(12)
        whole.addLayout(words, 1)
        whole.addLayout(buttons)

    def show_key(self, key: VenueKey, zone: tzinfo, theme: Theme) -> None:
        """Take how the key stands now."""
        self._key, self._theme = key, theme
        ending = f"key …{one_line(key.ending, 4)}" if key.ending else "key too short to show its end"
        self.title.setText(f"{self._label} · {ending}")
        self.word.setText(_WORDS[key.status])
        self.rights.setText(rights_words(key.rights))
        self.reason.setText(one_line(key.reason, 300))
        self.reason.setVisible(bool(key.reason))
        tested, added = day_and_time(key.tested_ms, zone), day_and_time(key.added_ms, zone)
        place = _PLACES[key.place]
        if key.status is KeyStatus.MISSING:
            place = f"Was {place[0].lower()}{place[1:]}"
        self.times.setText(f"{place}. Entered {added}. Last used {tested}, to test it.")
        for button, does in ((self.test_button, "Test"), (self.delete_button, "Delete")):
            button.setAccessibleName(f"{does} the key of {self._label}")
        self.delete_button.setText(_DELETE)
        self._show_colours()

    def set_busy(self, *, is_busy: bool) -> None:
        """Let nothing be asked while something is under way."""
        self.test_button.setEnabled(not is_busy)
        self.delete_button.setEnabled(not is_busy)

    def _show_colours(self) -> None:
        if self._key is None:
            return
        theme, works = self._theme, self._key.status is KeyStatus.WORKS
        edge = f"border: 1px solid {theme.border}; border-radius: 4px;"
        self.setStyleSheet(f"#venue-key {{ background: {theme.base}; {edge} }}")
        self.title.setStyleSheet("font-weight: 600")
        self.word.setStyleSheet(f"color: {theme.live if works else theme.warning}")
        self.reason.setStyleSheet(f"color: {theme.text}")
        self.times.setStyleSheet(f"color: {theme.muted}")

    def _test(self) -> None:
        if self._key is not None:
            self.test_requested.emit(self._key.venue)

    def _delete(self) -> None:
        if self._key is None:
            return
        if self.delete_button.text() == _DELETE:
            self.delete_button.setText(_SURE)
        else:
            self.forget_requested.emit(self._key.venue)
