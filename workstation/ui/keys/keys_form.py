"""Where a key is entered: pasted once, and gone from the screen as soon as it is on its way."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QPushButton, QVBoxLayout, QWidget

from workstation.domain.errors import UsageError
from workstation.domain.pasted_key import pasted
from workstation.domain.venue_key import KeyVenue
from workstation.ui.keys.secret_field import SecretField
from workstation.ui.theme import Theme
from workstation.ui.widgets.form_rows import FormRows
from workstation.ui.widgets.section_text import plain_label
from workstation.ui.words.foreign_text import in_menu, one_line

_PASTE = "Paste it here"
_ADVICE = (
    "Make the key at the venue with as few rights as you need, and never with the right to withdraw. It is "
    "tested at once, read-only."
)


def _hidden_field(name: str) -> SecretField:
    field = SecretField(name)
    field.setPlaceholderText(_PASTE)
    return field


class KeyForm(QWidget):
    """Venue, key, secret and, where the venue wants one, the key's password."""

    entered = Signal(str, object)  # venue, VenueCredentials
    refused = Signal(str)  # why what was pasted can be no key

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._venues: dict[str, KeyVenue] = {}
        self.venue = QComboBox()
        self.venue.setAccessibleName("Venue")
        self.key, self.secret, self.password = map(_hidden_field, ("Key", "Secret", "Password of the key"))
        self.advice = plain_label()
        self.keep_button = QPushButton("Keep and test")
        self.keep_button.setDefault(True)
        self._rows = FormRows()
        self._lay_out()
        self.set_theme(theme)
        self.venue.currentIndexChanged.connect(lambda _row: self._on_venue())
        for field in (self.key, self.secret, self.password):
            field.textChanged.connect(lambda _text: self._on_typed())
        self.keep_button.clicked.connect(self._enter)
        self._on_venue()

    def _lay_out(self) -> None:
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows.addRow("Venue", self.venue)
        for title, field in (
            ("Key", self.key),
            ("Secret", self.secret),
            ("Password of the key", self.password),
        ):
            self._rows.addRow(title, field)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(self._rows)
        whole.addWidget(self.advice)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.advice.setStyleSheet(f"color: {theme.muted}")

    def show_venues(self, venues: Sequence[KeyVenue]) -> None:
        """Offer these venues; the one that was chosen stays."""
        if list(venues) == list(self._venues.values()):
            return
        chosen = self.venue.currentData()
        self._venues = {venue.name: venue for venue in venues}
        self.venue.blockSignals(True)
        self.venue.clear()
        for venue in venues:
            self.venue.addItem(in_menu(venue.label), venue.name)
        self.venue.setCurrentIndex(max(0, self.venue.findData(chosen)))
        self.venue.blockSignals(False)
        self._on_venue()

    def empty(self) -> None:
        """Forget what was typed, so that no undo brings it back."""
        for field in (self.key, self.secret, self.password):
            field.setText("")

    def _on_venue(self) -> None:
        venue = self._venues.get(self.venue.currentData() or "")
        self._rows.setRowVisible(self.password, venue is not None and venue.wants_password)
        takes_pem = venue is not None and venue.takes_pem
        self.secret.setPlaceholderText(
            "Paste it here; of a private key all lines, from BEGIN to END" if takes_pem else _PASTE
        )
        label = one_line(venue.label, 40) if venue is not None else ""
        doubt = (
            f" {label} does not say what a key may do: see to it yourself that this one cannot withdraw."
            if venue is not None and not venue.tells_rights
            else ""
        )
        self.advice.setText(_ADVICE + doubt)
        self.empty()
        self._on_typed()

    def _on_typed(self) -> None:
        fields = [self.key, self.secret]
        venue = self._venues.get(self.venue.currentData() or "")
        if venue is not None and venue.wants_password:
            fields.append(self.password)
        is_whole = venue is not None and all(field.text().strip() for field in fields)
        self.keep_button.setEnabled(is_whole)

    def _enter(self) -> None:
        venue = self._venues[self.venue.currentData()]
        try:
            credentials = pasted(venue, self.key.text(), self.secret.text(), self.password.text())
        except UsageError as error:
            self.refused.emit(str(error))
            return
        self.empty()
        self.entered.emit(venue.name, credentials)
