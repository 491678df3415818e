"""The page of keys: which are kept, what they may do, where what is stored, and a form for a new one."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from workstation.domain.venue_key import KeyFileState, KeyVenue, VenueKey
from workstation.ui.keys.keys_change import ChangeCard
from workstation.ui.keys.keys_form import KeyForm
from workstation.ui.keys.keys_place import LockCard, PlaceCard
from workstation.ui.keys.keys_row import KeyRow
from workstation.ui.theme import Theme
from workstation.ui.widgets.section_text import plain_label
from workstation.ui.words.foreign_text import one_line

NONE_YET = (
    "No key is kept. Prices, signals and alerts need none. Enter one below to let Tidemark read your account."
)
AWAY = "The engine is away just now; keys are shown and tested again when it is back."
WHERE = (
    "Key, secret and password lie in this computer's keyring (service “tidemark”), which encrypts them; a "
    "key too long for it lies in the folder sealed_keys, and what opens it in the keyring. Where there is "
    "no keyring you choose: venue_keys.encrypted, which only your passphrase opens, or memory until "
    "Tidemark quits. The file venue_keys.json holds what you see above: venue, last four characters, "
    "rights and times. All these are in the configuration folder. No log holds a key."
)
MOVE = "There is a keyring now. It can take the keys that lie elsewhere."
_ENTER, _CHOOSE, _OPEN, _CHANGE = "Enter a key", "Where to keep this key", "Passphrase", "New passphrase"
_GAP, _ABOVE_HEADING = 8, 6
_SIZE, _EDGE = (620, 640), 40  # what the desktop puts around a window, at most


class KeysDialog(QDialog):
    """The page. It shows what it is told, and asks; it never holds a key."""

    entered = Signal(str, object)  # venue, VenueCredentials
    test_requested = Signal(str)
    forget_requested = Signal(str)
    given_up = Signal()
    """The trader waits no longer for the keyring, or keeps nothing, or opens no file."""
    hidden = Signal()
    place_chosen = Signal(object, object)  # KeyPlace, Passphrase or None
    keyring_retried = Signal()
    file_opened = Signal(object)  # Passphrase
    file_forgotten = Signal()
    move_requested = Signal()
    passphrase_changed = Signal(object, object)  # Passphrase of now, Passphrase

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zone: tzinfo = UTC
        self._keys: tuple[VenueKey, ...] = ()
        self._labels: dict[str, str] = {}
        self.rows: dict[str, KeyRow] = {}
        self.nothing, self.line, self.where = plain_label(), plain_label(), plain_label()
        self.form, self.place, self.lock = KeyForm(theme), PlaceCard(theme), LockCard(theme)
        self.change, self.change_button = ChangeCard(theme), QPushButton("Change passphrase…")
        self._can_change = False
        self._is_awaited = False
        self._was_at: QWidget | None = None
        self.move_text, self.move_button = plain_label(), QPushButton("Move them to the keyring")
        self.cancel_button, self.close_button = QPushButton("Cancel"), QPushButton("Close")
        self._list = QVBoxLayout()
        self._headings = [QLabel(text) for text in ("Keys", _ENTER, "What is stored where")]
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.say("")
        self.set_busy(is_busy=False)
        self.show_form()
        self.show_move(can_move=False)

    def _lay_out(self) -> None:
        self.setWindowTitle("Keys of venues")
        self.resize(QSize(*_SIZE).boundedTo(self.screen().availableSize() - QSize(_EDGE, _EDGE)))
        kept, enter, stored = self._headings
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        self._list.setSpacing(8)
        column.addWidget(kept)
        column.addWidget(self.nothing)
        column.addLayout(self._list)
        move = QHBoxLayout()
        move.addWidget(self.move_text, 1)
        move.addWidget(self.move_button)
        column.addLayout(move)
        for heading, parts in ((enter, self._parts), (stored, (self.where,))):
            column.addSpacing(_ABOVE_HEADING)
            for part in (heading, *parts):
                column.addWidget(part)
        column.addWidget(self.change_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._scroll = scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(20, 0, 20, 14)
        buttons.addWidget(self.form.keep_button)
        buttons.addWidget(self.cancel_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        self.line.setContentsMargins(20, 4, 20, 4)
        self.line.setMinimumHeight(2 * self.line.fontMetrics().lineSpacing() + 8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)  # the page's own edge
        whole.addWidget(scroll, 1)
        whole.addWidget(self.line)
        whole.addLayout(buttons)

    @property
    def _parts(self) -> tuple[KeyForm, PlaceCard, LockCard, ChangeCard]:
        """What is asked, one at a time."""
        return self.form, self.place, self.lock, self.change

    def _connect(self) -> None:
        for button in (self.cancel_button, self.close_button, self.move_button, self.change_button):
            button.setAutoDefault(False)
        self.form.entered.connect(self.entered)
        self.form.refused.connect(lambda why: self.say(why, is_trouble=True))
        self.place.chosen.connect(self.place_chosen)
        self.place.retried.connect(self.keyring_retried)
        self.lock.opened.connect(self.file_opened)
        for card in (self.place, self.lock):
            card.forgotten.connect(self.file_forgotten)
            card.given_up.connect(self.given_up)
        self.move_button.clicked.connect(self.move_requested)
        self.change_button.clicked.connect(self._ask_change)
        self.change.chosen.connect(self.passphrase_changed)
        self.change.given_up.connect(self.show_form)
        self.cancel_button.clicked.connect(self.given_up)
        self.close_button.clicked.connect(self.close)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave nothing of what was typed, however the page was closed."""
        for fields in (self.form, self.place.passphrase, self.lock.passphrase, self.change):
            fields.empty()
        self.hidden.emit()
        super().hideEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for part in self._parts:
            part.set_theme(theme)
        for heading in self._headings:
            heading.setStyleSheet("font-weight: 600; font-size: 11pt")
        for label in (self.nothing, self.where, self.move_text):
            label.setStyleSheet(f"color: {theme.muted}")
        self.where.setText(WHERE)
        self._show_rows()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        self._show_rows()

    def show_keys(self, venues: Sequence[KeyVenue], keys: Sequence[VenueKey], *, is_there: bool) -> None:
        """Show how the keys stand; `is_there` where an engine tells it."""
        self._labels |= {venue.name: venue.label for venue in venues}
        self._keys = tuple(keys)
        self.form.show_venues(venues)
        self.nothing.setText(NONE_YET if is_there else AWAY)
        self.nothing.setVisible(not keys or not is_there)
        self._show_rows()

    def show_form(self) -> None:
        """Let a key be entered."""
        self._show_part(self.form, _ENTER)

    def show_places(self, reason: str, state: KeyFileState) -> None:
        """Ask where to keep a key that the keyring did not take."""
        self._show_part(self.place, _CHOOSE)
        self.place.ask(reason, state)

    def show_lock(self) -> None:
        """Ask for the passphrase of the encrypted file."""
        self._show_part(self.lock, _OPEN)
        self.lock.ask()

    def show_change(self, *, can_change: bool) -> None:
        """Offer another passphrase, where there is a file that has one."""
        self._can_change = can_change
        self.change_button.setVisible(can_change and not self.form.isHidden())

    def _ask_change(self) -> None:
        self._show_part(self.change, _CHANGE)
        self.say("")
        self.change.ask()

    def _show_part(self, shown: QWidget, heading: str) -> None:
        self._headings[1].setText(heading)
        for part in self._parts:
            part.setVisible(part is shown)
        self.change.empty()
        self.form.keep_button.setVisible(shown is self.form)
        self.change_button.setVisible(shown is self.form and self._can_change)
        if shown is self.form and self.form.isEnabled():
            self._give_keyboard_back()
        if shown is not self.form:  # once it has its size
            bar, heading_label = self._scroll.verticalScrollBar(), self._headings[1]
            QTimer.singleShot(0, self, lambda: bar.setValue(heading_label.y() - _GAP))

    def show_move(self, *, can_move: bool) -> None:
        """Offer to move keys to the keyring, where that is possible."""
        self.move_text.setText(MOVE)
        for part in (self.move_text, self.move_button):
            part.setVisible(can_move)

    def _show_rows(self) -> None:
        for venue in [name for name in self.rows if name not in {key.venue for key in self._keys}]:
            row = self.rows.pop(venue)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for key in self._keys:
            if key.venue not in self.rows:
                row = self.rows[key.venue] = KeyRow(self._labels.get(key.venue, key.venue), self._theme)
                row.test_requested.connect(self.test_requested)
                row.forget_requested.connect(self.forget_requested)
                self._list.addWidget(row)
            self.rows[key.venue].show_key(key, self._zone, self._theme)

    def set_busy(self, *, is_busy: bool, can_cancel: bool = False) -> None:
        """Let nothing be asked while the keyring or a venue is; `can_cancel` where it can be given up."""
        if is_busy and not self._is_awaited:
            self._is_awaited, self._was_at = (
                True,
                self.focusWidget(),
            )  # what is switched off loses the keyboard
        for part in (*self._parts, self.move_button, self.change_button):
            part.setEnabled(not is_busy)
        self.form.keep_button.setVisible(not can_cancel and not self.form.isHidden())
        self.cancel_button.setVisible(can_cancel)
        for row in self.rows.values():
            row.set_busy(is_busy=is_busy)
        for card in (self.place, self.lock):
            if not is_busy and not card.isHidden() and not card.passphrase.isHidden():
                card.passphrase.first.setFocus()  # it lost the keyboard when it was switched off
        if not is_busy and not self.change.isHidden():
            self.change.ask()
        elif not is_busy and not self.form.isHidden():
            self._give_keyboard_back()

    def _give_keyboard_back(self) -> None:
        """Go on where the trader was; where that is gone or was the form, at the form's first field."""
        to, was_awaited = self._was_at, self._is_awaited
        self._is_awaited, self._was_at = False, None
        if not was_awaited:
            return
        is_there = to is not None and isValid(to) and to.isVisible() and to.isEnabled()
        if to is None or not is_there or to is self.close_button or self.form.isAncestorOf(to):
            to = self.form.key
        to.setFocus()

    def say(self, sentence: str, *, is_trouble: bool = False) -> None:
        """Say what happens, or what came of it."""
        self.line.setText(f"{'! ' if is_trouble else ''}{one_line(sentence, 400)}" if sentence else "")
        self.line.setStyleSheet(f"color: {self._theme.warning if is_trouble else self._theme.text}")
