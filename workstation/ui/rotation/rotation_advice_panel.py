"""The advice panel: whether the gate is open, what to hold, why, and what such advice was worth."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.domain.given_advice import AdviceEntry
from workstation.ui.rotation.rotation_advice_rows import (
    CASH_WORD,
    past_rows,
    rank_rows,
    target_rows,
    trade_rows,
)
from workstation.ui.rotation.rotation_view import RotationView
from workstation.ui.rotation.rotation_words import (
    KIND_MARKS,
    age_words,
    is_stale,
    money_words,
    outcome_words,
    record_words,
    rules_sentences,
)
from workstation.ui.rotation.trial_words import verdict_words
from workstation.ui.theme import Theme
from workstation.ui.widgets.fact_table import FactTable
from workstation.ui.widgets.section_text import column_of, heading, plain_label, sheet
from workstation.ui.widgets.tick_box import TickBox
from workstation.ui.words.foreign_text import one_line

NONE_YET = (
    "There is no rotation advice yet.\nIt is given after every day's close, 00:00 UTC, once the candles of "
    "all coins are loaded; the Providers panel shows how far that is."
)
NO_ACCOUNT = "No paper account yet. Make one in the Paper panel to see the trades, and to follow."
NO_PROMISE = "The past promises nothing."
_SMALLEST = QSize(180, 120)
_NOBODY = "No account"


class AdvicePanel(QWidget):
    """Advice from its gate down to its record; buttons only ask."""

    follow_requested = Signal(str)  # account
    following_switched = Signal(str, bool)
    account_chosen = Signal(str)
    coin_opened = Signal(str)
    rules_requested = Signal()
    undo_requested = Signal()
    backtest_requested = Signal()
    paper_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._view = theme, RotationView()
        self.gate, self.age, self.why = plain_label(), plain_label(), plain_label()
        self.verdict = plain_label()
        self.accounts, self.follow_button = QComboBox(), QPushButton("Follow")
        self.following = TickBox("Follow automatically", theme)
        self.state, self.cost = plain_label(), plain_label()
        heads = ("Coin", "For", "Now → target>", "Grade>", "Signal")
        self.targets = FactTable("Targets", heads, theme, 1)
        self.trades = FactTable("Trades", ("Coin", "Trade", "Units>", "Value>", "Cost>"), theme)
        self.ranks = FactTable("Ranks", ("Narrative", "Rank>", "Return>", ""), theme)
        self.past = FactTable("Past advice", ("Close", "Gate", "Result>", "BTC>", "Equal>"), theme, 1, 12)
        self.record, self.later = plain_label(), plain_label()
        self.rules, self.rules_button = plain_label(), QPushButton("Change the rules…")
        self.undo_button, self.backtest_button = QPushButton("Undo"), QPushButton("Backtest…")
        self.paper_button = QPushButton("Paper accounts…")
        self.sentences: list[QLabel] = []
        self.nothing = plain_label(NONE_YET)
        self._reasons = QVBoxLayout()
        self._advised = QWidget()
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.setObjectName("advice")
        whole = column_of(self, "Rotation advice")
        self.accounts.setAccessibleName("Paper account")
        self.accounts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.accounts.setMinimumContentsLength(10)
        self.undo_button.setToolTip("Bring back the rules before the last change in this session")
        self.nothing.setMinimumHeight(64)
        self._reasons.setSpacing(4)
        whole.addWidget(self.nothing)
        whole.addWidget(self._advised)
        column = QVBoxLayout(self._advised)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for label in (self.gate, self.why, self.age, self.verdict):
            column.addWidget(label)
        column.addWidget(heading("Targets"))
        column.addWidget(self.targets)
        column.addWidget(heading("What changes, and why"))
        column.addLayout(self._reasons)
        column.addWidget(heading("Trades of a paper account"))
        column.addLayout(self._row(self.accounts, self.follow_button, self.paper_button))
        column.addWidget(self.following)
        for part in (self.state, self.trades, self.cost):
            column.addWidget(part)
        column.addWidget(heading("Narratives at that close"))
        column.addWidget(self.ranks)
        column.addWidget(heading("What became of advice"))
        for part in (self.later, self.record, self.past):
            column.addWidget(part)
        self._lay_out_rules(whole)

    def _lay_out_rules(self, column: QVBoxLayout) -> None:
        column.addWidget(heading("The rules it follows"))
        column.addWidget(self.rules)
        column.addLayout(self._row(self.rules_button, self.undo_button, self.backtest_button))
        column.addStretch(1)

    @staticmethod
    def _row(*parts: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in parts:
            row.addWidget(part)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        self.accounts.activated.connect(
            lambda _row: self.account_chosen.emit(self.accounts.currentData() or "")
        )
        self.follow_button.clicked.connect(self._on_follow)
        self.following.clicked.connect(self._on_following)
        self.rules_button.clicked.connect(self.rules_requested)
        self.undo_button.clicked.connect(self.undo_requested)
        self.backtest_button.clicked.connect(self.backtest_requested)
        self.paper_button.clicked.connect(self.paper_requested)
        for table in (self.targets, self.trades):
            table.row_opened.connect(partial(self._open, table))

    def minimumSizeHint(self) -> QSize:
        """Return little: the panel scrolls."""
        return _SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(sheet("advice", theme))
        for table in (self.targets, self.trades, self.ranks, self.past):
            table.set_theme(theme)
        self.following.set_theme(theme)
        for label in (self.nothing, self.state, self.later, self.record):
            label.setStyleSheet(f"color: {theme.muted}")
        self.show_view(self._view)

    def show_view(self, view: RotationView) -> None:
        """Show what is known now."""
        self._view = view
        self.nothing.setVisible(view.entry is None)
        self._advised.setVisible(view.entry is not None)
        self.rules.setText(
            "The engine has not said which rules it follows yet."
            if view.rules is None
            else "\n".join(f"{i}. {text}" for i, text in enumerate(rules_sentences(view.rules), 1))
        )
        self.rules_button.setEnabled(view.rules is not None and view.is_connected)
        self.undo_button.setEnabled(view.rules_before is not None and view.is_connected)
        if view.entry is not None:
            self._show_advice(view, view.entry)
            self._show_account(view)

    def focus_first(self) -> None:
        """Give the keyboard to the targets, or to the rules where there are none."""
        if self._view.entry is None:
            self.rules_button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self.targets.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.targets.rowCount() and self.targets.currentRow() < 0:
            self.targets.setCurrentCell(0, 0)

    def _show_advice(self, view: RotationView, entry: AdviceEntry) -> None:
        advice, theme = entry.given.advice, self._theme
        self.gate.setText(
            "\u25cf Gate open: coins may be held" if advice.is_open else "\u25cb Gate closed: hold cash"
        )
        colour = theme.live if advice.is_open else theme.warning
        self.gate.setStyleSheet(f"color: {colour}; font-weight: 600")
        self.why.setText(one_line(_without_state(advice.gate_sentence), 300))
        is_old = is_stale(advice.at_ms, view.now_ms)
        late = " \u00b7 newer advice is overdue" if is_old else ""
        self.age.setText(age_words(advice.at_ms, view.now_ms) + late)
        self.age.setStyleSheet(f"color: {theme.warning if is_old else theme.muted}")
        self.verdict.setText(f"{verdict_words(view.trial, view.rules)} {NO_PROMISE}")
        self.targets.show_rows(target_rows(view))
        self.ranks.show_rows(rank_rows(view))
        self._show_reasons(entry)
        newest = next((each for each in view.past if each.row == entry.row), entry)
        self.later.setText(f"This advice: {outcome_words(newest.outcome)}")
        self.record.setText(record_words(view.past))
        self.past.show_rows(past_rows(view.past))
        self.past.setVisible(bool(view.past))

    def _show_reasons(self, entry: AdviceEntry) -> None:
        changes = entry.given.advice.changes
        told = [f"{KIND_MARKS[each.kind]} {one_line(each.sentence, 400)}" for each in changes]
        told = told or ["Nothing changes: what is held is what should be."]
        while len(self.sentences) > len(told):
            gone = self.sentences.pop()
            self._reasons.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self.sentences) < len(told):
            self.sentences.append(plain_label())
            self._reasons.addWidget(self.sentences[-1])
        for label, text in zip(self.sentences, told, strict=True):
            label.setText(text)

    def _show_account(self, view: RotationView) -> None:
        show_accounts(self.accounts, [each.account.name for each in view.accounts], view.chosen)
        standing, plan = view.account, view.plan()
        is_asked = view.chosen in view.busy
        self.follow_button.setEnabled(plan is not None and not is_asked and view.is_connected)
        self.follow_button.setText(
            "Following\u2026" if is_asked else "Followed" if view.has_followed else "Follow"
        )
        self.follow_button.setAccessibleName(f"Follow this advice with {one_line(view.chosen)}")
        self.following.setEnabled(standing is not None and view.is_connected)
        self.following.setChecked(standing is not None and standing.account.is_following)
        self.state.setText(_state_words(view))
        self.trades.show_rows(trade_rows(plan))
        self.trades.setVisible(plan is not None and bool(plan.orders))
        self.cost.setVisible(plan is not None)
        if plan is not None and standing is not None:
            cost = (
                f"Cost {money_words(plan.cost, standing.account.currency)}, fee and slippage."
                if plan.orders
                else ""
            )
            self.cost.setText(
                "\n".join(part for part in (cost, *(one_line(note, 300) for note in plan.notes)) if part)
            )

    def _open(self, table: FactTable, row: int) -> None:
        coin = table.key_at(row)
        if coin != CASH_WORD:
            self.coin_opened.emit(coin)

    def _on_follow(self) -> None:
        self.follow_button.setEnabled(False)  # asked once; the engine's answer says what became of it
        self.follow_requested.emit(self._view.chosen)

    def _on_following(self, is_on: bool) -> None:
        self.following.setChecked(not is_on)  # it is on when the engine says so
        self.following_switched.emit(self._view.chosen, is_on)


def show_accounts(combo: QComboBox, names: Sequence[str], chosen: str) -> None:
    """Offer these accounts, one of them chosen."""
    offered = [combo.itemData(i) for i in range(combo.count())]
    if not offered or offered != list(names):
        combo.clear()
        for name in names:
            combo.addItem(one_line(name), name)
    if not names and not combo.count():
        combo.addItem(_NOBODY)
    combo.setEnabled(bool(names))
    combo.setCurrentIndex(names.index(chosen) if chosen in names else 0)


def _without_state(sentence: str) -> str:
    """Return a gate's sentence without the word that stands above it already."""
    told = sentence.removeprefix("open: ").removeprefix("closed: ")
    return told[:1].upper() + told[1:]


def _state_words(view: RotationView) -> str:
    standing = view.account
    if standing is None:
        return NO_ACCOUNT
    if standing.trouble:
        return one_line(standing.trouble, 300)
    if view.has_followed:
        return "It followed this advice already; it is applied once."
    plan = view.plan()
    if plan is not None and not plan.orders:
        return "It holds what the advice asks for; following it now would trade nothing."
    return "At the newest prices known here; the trades are made at the first prices after you follow."
