"""Small forms of paper accounts: a new one, another name, and whether the trader is sure."""

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from workstation.domain.errors import UsageError
from workstation.domain.paper_account import LONGEST_NAME, PaperAccount
from workstation.domain.paper_standing import PaperStanding
from workstation.ui.rotation.rotation_words import money_words
from workstation.ui.theme import Theme
from workstation.ui.widgets.form_rows import FormRows
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.widgets.section_text import plain_label
from workstation.ui.words.foreign_text import one_line

_LEAST_WIDTH = 380


class _Form(QDialog):
    """Fields above, a sentence about what is wrong, and two buttons below."""

    def __init__(self, title: str, does: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        delete_once_closed(self)
        self.setMinimumWidth(_LEAST_WIDTH)
        self.problem = plain_label()
        self.problem.setStyleSheet(f"color: {theme.bearish}")
        self.problem.hide()
        self.rows = FormRows()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.do_button = self.buttons.addButton(does, QDialogButtonBox.ButtonRole.AcceptRole)
        self.do_button.setDefault(True)
        self.buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.setSpacing(12)
        whole.addLayout(self.rows)
        whole.addWidget(self.problem)
        whole.addWidget(self.buttons)

    def _field(self, title: str, text: str, tip: str = "") -> QLineEdit:
        field = QLineEdit(text)
        field.setAccessibleName(title)
        field.setToolTip(tip)
        self.rows.addRow(f"{title}", field)
        return field

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))


class NewAccountForm(_Form):
    """Asks for everything that a paper account begins with. Open it with ``open()``."""

    asked = Signal(object)  # PaperAccount

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("New paper account", "Create", theme, parent)
        self.name = self._field("Name", "")
        self.name.setMaxLength(LONGEST_NAME)
        self.balance = self._field("Start balance, USDT", "10000")
        self.fee = self._field("Fee, % of every trade", "0.10", "What a venue takes, 0 to 10")
        self.slippage = self._field(
            "Slippage, % of every trade", "0.05", "What is lost to the spread, 0 to 10"
        )
        self.buttons.accepted.connect(self._try)

    def _try(self) -> None:
        numbers = []
        for field in (self.balance, self.fee, self.slippage):
            try:
                numbers.append(Decimal(field.text().strip().replace(",", "")))
            except InvalidOperation:
                self._say(
                    f"{field.accessibleName()}: a number is expected, not “{one_line(field.text(), 40)}”."
                )
                field.setFocus()
                return
        try:
            account = PaperAccount(
                self.name.text().strip(), "venue", numbers[0], 0, fee_pct=numbers[1], slippage_pct=numbers[2]
            )
        except UsageError as error:
            self._say(_in_words(str(error)))
            return
        self.asked.emit(account)
        self.accept()


class RenameForm(_Form):
    """Asks for another name. Open it with ``open()``."""

    asked = Signal(str, str)  # name now, new name

    def __init__(self, name: str, theme: Theme, parent: QWidget) -> None:
        super().__init__("Rename the paper account", "Rename", theme, parent)
        self._before = name
        self.name = self._field("New name", name)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.selectAll()
        self.buttons.accepted.connect(self._try)

    def _try(self) -> None:
        name = self.name.text().strip()
        if not name or not name.isprintable():
            self._say(f"A name has 1 to {LONGEST_NAME} letters that can be printed.")
            return
        if name != self._before:
            self.asked.emit(self._before, name)
        self.accept()


class SureForm(_Form):
    """Says what would be lost, and asks whether that is meant. Open it with ``open()``."""

    asked = Signal(str)  # name

    def __init__(self, standing: PaperStanding, does: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(f"{does} the paper account", does, theme, parent)
        self._name = standing.account.name
        currency = standing.account.currency
        held = f"{len(standing.held)} coin{'' if len(standing.held) == 1 else 's'}"
        trades = f"{standing.n_fills} trade{'' if standing.n_fills == 1 else 's'}"
        after = (
            f" It begins anew with {money_words(standing.account.start_balance, currency)}."
            if does == "Reset"
            else ""
        )
        self.told = plain_label(
            f"{one_line(self._name)} is worth {money_words(standing.total, currency)} and holds {held}. "
            f"{does} takes that away with its {trades}, for good.{after}"
        )
        self.rows.addRow(self.told)
        self.do_button.setDefault(False)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setDefault(True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setFocus()
        self.buttons.accepted.connect(self._try)

    def _try(self) -> None:
        self.asked.emit(self._name)
        self.accept()


def _in_words(sentence: str) -> str:
    """Return an error with the words of the form in place of the names of fields."""
    return sentence.replace("slippage_pct", "Slippage").replace("fee_pct", "The fee")
