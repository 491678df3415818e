"""The panel of paper accounts: what one is worth and holds, its line beside BTC, and every trade."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.domain.paper_account import PaperFill, Side
from workstation.domain.paper_standing import PaperStanding
from workstation.ui.rotation.paper_account_forms import NewAccountForm, RenameForm, SureForm
from workstation.ui.rotation.rotation_advice_panel import show_accounts
from workstation.ui.rotation.rotation_reading import RotationRead
from workstation.ui.rotation.rotation_view import RotationView
from workstation.ui.rotation.rotation_words import (
    money_words,
    percent_words,
    units_words,
    weight_words,
)
from workstation.ui.theme import Theme
from workstation.ui.widgets.fact_table import Cell, FactTable
from workstation.ui.widgets.return_lines import ReturnLines
from workstation.ui.widgets.section_text import column_of, heading, plain_label, sheet
from workstation.ui.widgets.tick_box import TickBox
from workstation.ui.words import number_format
from workstation.ui.words.date_words import day_words, moment_words
from workstation.ui.words.foreign_text import one_line

NONE_YET = (
    "There is no paper account yet.\nOne holds play money at real prices, with fees and slippage, and can "
    "follow the rotation advice. New… makes one."
)
ALONE = "The engine is away; accounts are shown again when it is back."
_SMALLEST = QSize(180, 120)
_FILL_HEADS = ("Time, UTC", "Coin", "Trade", "Units>", "Price>", "Fee>")
_SIDES = {Side.BUY: ("▲ buy", "rise"), Side.SELL: ("▼ sell", "fall")}


class PaperAccountsPanel(QWidget):
    """One account in full, and what can be done with it; buttons and forms only ask."""

    account_chosen = Signal(str)
    create_requested = Signal(object)  # PaperAccount
    rename_requested = Signal(str, str)
    reset_requested = Signal(str)
    delete_requested = Signal(str)
    following_switched = Signal(str, bool)
    export_requested = Signal()
    coin_opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._view, self._read = theme, RotationView(), RotationRead()
        self.accounts, self.following = QComboBox(), TickBox("Follow advice automatically", theme)
        self.new_button, self.rename_button = QPushButton("New…"), QPushButton("Rename…")
        self.reset_button, self.delete_button = QPushButton("Reset…"), QPushButton("Delete…")
        self.export_button = QPushButton("Export CSV…")
        self.nothing, self.worth, self.facts = plain_label(NONE_YET), plain_label(), plain_label()
        self.notes = plain_label()
        self.lines = ReturnLines("What became of the account", theme)
        self.holdings = FactTable("Holdings", ("Coin", "Units>", "Price>", "Value>", "Part>"), theme)
        self.fills = FactTable("Trades made", _FILL_HEADS, theme, 0, 14, spare=(5,), least=138)
        self.reason = plain_label()
        self._fills: tuple[PaperFill, ...] = ()
        self._whole = QWidget()
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.setObjectName("paper")
        column = column_of(self, "Paper accounts")
        self.accounts.setAccessibleName("Paper account")
        self.accounts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.accounts.setMinimumContentsLength(10)
        self.nothing.setMinimumHeight(80)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.accounts, 1)
        top.addWidget(self.new_button)
        column.addLayout(top)
        column.addWidget(self.nothing)
        column.addWidget(self._whole)
        column.addStretch(1)
        inner = QVBoxLayout(self._whole)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        buttons = QGridLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.rename_button, 0, 0)
        buttons.addWidget(self.export_button, 0, 1)
        buttons.addWidget(self.reset_button, 1, 0)
        buttons.addWidget(self.delete_button, 1, 1)
        buttons.setColumnStretch(2, 1)
        for part in (self.worth, self.facts, self.notes):
            inner.addWidget(part)
        inner.addWidget(self.following)
        inner.addWidget(self.lines)
        inner.addWidget(heading("Holdings"))
        inner.addWidget(self.holdings)
        inner.addWidget(heading("Trades"))
        inner.addWidget(self.fills)
        inner.addWidget(self.reason)
        inner.addLayout(buttons)

    def _connect(self) -> None:
        self.accounts.activated.connect(
            lambda _row: self.account_chosen.emit(self.accounts.currentData() or "")
        )
        self.following.clicked.connect(self._on_following)
        self.new_button.clicked.connect(self.open_new)
        self.rename_button.clicked.connect(self._open_rename)
        self.reset_button.clicked.connect(lambda: self._open_sure("Reset"))
        self.delete_button.clicked.connect(lambda: self._open_sure("Delete"))
        self.export_button.clicked.connect(self.export_requested)
        self.holdings.row_opened.connect(lambda row: self.coin_opened.emit(self.holdings.key_at(row)))
        self.fills.currentCellChanged.connect(lambda row, *_: self._show_reason(row))

    def minimumSizeHint(self) -> QSize:
        """Return little: the panel scrolls."""
        return _SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(sheet("paper", theme))
        for part in (self.lines, self.holdings, self.fills, self.following):
            part.set_theme(theme)
        for label in (self.nothing, self.facts, self.reason):
            label.setStyleSheet(f"color: {theme.muted}")
        self.notes.setStyleSheet(f"color: {theme.warning}")
        self.show_view(self._view)

    def show_view(self, view: RotationView) -> None:
        """Show how accounts stand."""
        self._view = view
        show_accounts(self.accounts, [each.account.name for each in view.accounts], view.chosen)
        standing = view.account
        self.nothing.setText(NONE_YET if view.is_connected or view.accounts else ALONE)
        self.nothing.setVisible(standing is None)
        self._whole.setVisible(standing is not None)
        buttons = (self.rename_button, self.reset_button, self.delete_button, self.following)
        for button in buttons:
            button.setEnabled(standing is not None and view.is_connected)
        self.new_button.setEnabled(view.is_connected)
        if standing is not None:
            self._show_standing(standing)
            self._show_past()

    def show_read(self, read: RotationRead) -> None:
        """Show the past of an account, once it is the one that is looked at."""
        self._read = read
        self._show_past()

    def _show_past(self) -> None:
        standing, read = self._view.account, self._read
        is_own = standing is not None and standing.id == read.account_id
        currency = "" if standing is None else standing.account.currency
        self._fills = read.fills if is_own else ()
        self.lines.show_lines(read.lines if is_own else ())
        self.fills.show_rows([_fill_row(fill, currency) for fill in self._fills])
        self.export_button.setEnabled(bool(self._fills))
        self._show_reason(self.fills.currentRow())

    def focus_first(self) -> None:
        """Give the keyboard to the accounts, or to the button that makes one."""
        first = self.accounts if self.accounts.isEnabled() else self.new_button
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_new(self) -> None:
        """Ask for a new account."""
        form = NewAccountForm(self._theme, self)
        form.asked.connect(self.create_requested)
        form.open()

    def _open_rename(self) -> None:
        if self._view.account is not None:
            form = RenameForm(self._view.chosen, self._theme, self)
            form.asked.connect(self.rename_requested)
            form.open()

    def _open_sure(self, does: str) -> None:
        if self._view.account is not None:
            form = SureForm(self._view.account, does, self._theme, self)
            form.asked.connect(self.reset_requested if does == "Reset" else self.delete_requested)
            form.open()

    def _show_standing(self, standing: PaperStanding) -> None:
        theme, account = self._theme, standing.account
        currency, value = account.currency, standing.return_pct
        side = 0 if value is None else round(value, 2)
        mark, colour = ("▲ ", theme.rise) if side > 0 else ("▼ ", theme.fall) if side else ("", theme.text)
        self.worth.setText(f"{money_words(standing.total, currency)}   {mark}{percent_words(value)}")
        self.worth.setStyleSheet(f"color: {colour}; font-weight: 600; font-size: 15px")
        followed = standing.followed_ms
        self.facts.setText(
            f"Cash {money_words(standing.cash, currency)}. Began {day_words(account.created_ms)} with "
            f"{money_words(account.start_balance, currency)}; fee {account.fee_pct:f} %, slippage "
            f"{account.slippage_pct:f} %. "
            + (
                "It has not followed any advice yet."
                if followed is None
                else f"Followed the advice of {day_words(followed)}."
            )
        )
        unpriced = [one_line(held.coin, 20) for held in standing.held if held.price is None]
        missing = f"No price is known of {', '.join(unpriced)}, so what all is worth is not known."
        notes = (standing.trouble, missing if unpriced else "", *standing.notes)
        self.notes.setText("\n".join(one_line(note, 300) for note in notes if note))
        self.notes.setVisible(bool(self.notes.text()))
        self.following.setChecked(account.is_following)
        self.holdings.show_rows(_holding_rows(standing))

    def _show_reason(self, row: int) -> None:
        fills = self._fills
        told = one_line(fills[row].reason, 400) if 0 <= row < len(fills) else ""
        self.reason.setText(
            told[:1].upper() + told[1:]
            or ("Choose a trade to read why it was made." if fills else "No trade yet.")
        )

    def _on_following(self, is_on: bool) -> None:
        self.following.setChecked(not is_on)  # it is on when the engine says so
        self.following_switched.emit(self._view.chosen, is_on)


def _holding_rows(standing: PaperStanding) -> list[list[Cell]]:
    rows = []
    for held in standing.held:
        price = number_format.NOTHING if held.price is None else number_format.price(float(held.price))
        rows.append(
            [
                Cell(held.coin),
                Cell(units_words(held.units)),
                Cell(price),
                Cell(money_words(held.value)),
                Cell(weight_words(held.weight)),
            ]
        )
    cash = None if not standing.total else standing.cash / standing.total
    return [
        *rows,
        [Cell("Cash"), Cell(""), Cell(""), Cell(money_words(standing.cash)), Cell(weight_words(cash))],
    ]


def _fill_row(fill: PaperFill, currency: str) -> list[Cell]:
    side, colour = _SIDES[fill.side]
    return [
        Cell(moment_words(fill.at_ms), "muted", fill.reason),
        Cell(fill.coin, "", fill.reason),
        Cell(side, colour),
        Cell(units_words(fill.units)),
        Cell(number_format.price(float(fill.price))),
        Cell(money_words(fill.fee), "muted", f"{fill.fee:f} {currency}"),
    ]
