"""The screener: every coin of the venue that matches what the trader wrote or chose."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.errors import UsageError
from workstation.domain.screen import Joint, Screen, conditions_of, joined, without
from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind
from workstation.domain.screen_text import parse, text_of
from workstation.domain.ticker import Ticker
from workstation.domain.watch_book import SavedScreen
from workstation.ui.icon import glyph
from workstation.ui.theme import Theme
from workstation.ui.watchlists.coin_delegate import PADDING, CoinDelegate
from workstation.ui.watchlists.coin_table import NO_ARROW, CoinTable
from workstation.ui.watchlists.screen_model import ScreenModel
from workstation.ui.watchlists.screener_chips import ScreenerChips
from workstation.ui.watchlists.screener_form import ScreenerForm
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.widgets.tick_box import TickBox
from workstation.ui.words.foreign_text import in_menu, one_line

FIRST_COLUMNS = (
    "price",
    "change_24h",
    "grade",
    "signal",
    "signal_age",
    "change_7d",
    "narrative",
    "last_week",
)
EVERY_COIN, NOT_SAVED = "Every coin", "Not saved yet"
READING = "Reading what is known of the coins…"
_NO_VENUE = "The coins come with the venue."
_EXAMPLE = "e.g. grade > 80 and signal is bullish and age < 24h"
_NO_HIT = "No coin matches.\nTake a condition away above, or widen one of them."
_SMALLEST = QSize(180, 120)
_TYPING_MS, _REARRANGE_MS = 500, 1000
_WIDEST_MARKET = "1000SATS/USDT"


class ScreenerPanel(QWidget):
    """A line of conditions, their chips, and the coins that match."""

    open_requested = Signal(str)
    named_chosen = Signal(str)  # a saved screen; empty for every coin
    edited = Signal()  # the trader changed conditions, columns, order or grouping
    row_menu_opened = Signal(object, str)  # QMenu, market: others add what they offer for it

    def __init__(
        self, theme: Theme, price_step: Callable[[str], float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = ScreenModel(price_step, self)
        self.delegate = CoinDelegate(self.model, theme, parent=self)
        self.saved, self.text, self.menu_button = QComboBox(), QLineEdit(), QPushButton("Screen")
        self.add_button, self.form, self.chips = (
            QToolButton(),
            ScreenerForm(self._names),
            ScreenerChips(theme),
        )
        self.count, self.group_box = QLabel(), TickBox("By narrative", theme)
        least = self.fontMetrics().horizontalAdvance(_WIDEST_MARKET) + 2 * PADDING + 2
        self.table = CoinTable(self.model, self.delegate, least)
        self.nothing, self.problem = QLabel(_NO_VENUE), QLabel()
        self._pages = PageStack(self)
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._rearranging = QTimer(self, interval=_REARRANGE_MS, singleShot=True)
        self._otherwise = _NO_VENUE
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.show_columns(FIRST_COLUMNS)
        self._show_count()

    def _lay_out(self) -> None:
        self.setObjectName("screener")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._name_controls()
        first, second = QHBoxLayout(), QHBoxLayout()
        third = QHBoxLayout()
        for line, parts in ((first, (self.saved, self.menu_button)), (second, (self.text, self.add_button))):
            line.setContentsMargins(8, 6, 8, 0)
            line.setSpacing(6)
            for part in parts:
                line.addWidget(part, 1 if part in (self.saved, self.text) else 0)
        third.setContentsMargins(10, 0, 8, 6)
        third.addWidget(self.count, 1)
        third.addWidget(self.group_box)
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(first)
        whole.addLayout(second)
        whole.addSpacing(6)
        for widget in (self.form, self.problem, self.chips):
            whole.addWidget(widget)
        whole.addLayout(third)
        whole.addLayout(self._pages, 1)
        self.form.hide()
        self.problem.hide()

    def _name_controls(self) -> None:
        self.saved.setAccessibleName("Saved screens")
        self.saved.addItem(EVERY_COIN, "")
        self.saved.setPlaceholderText(NOT_SAVED)
        self.menu_button.setAccessibleName("What can be done with this screen")
        self.text.setPlaceholderText(_EXAMPLE)
        self.text.setAccessibleName("Conditions")
        self.text.setClearButtonEnabled(True)
        self.add_button.setCheckable(True)
        self.add_button.setAccessibleName("Build a condition by form")
        self.add_button.setToolTip("Build a condition by form")
        self.group_box.setAccessibleName("Group by narrative")
        for label in (self.count, self.nothing, self.problem):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(10, 0, 8, 6)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.table.setAccessibleName("Coins that match")
        self.table.horizontalHeader().setAccessibleName("Screener columns")

    def _connect(self) -> None:
        self.text.textEdited.connect(lambda _text: self._typing.start())
        self.text.returnPressed.connect(self._read_text)
        self.text.textChanged.connect(lambda text: None if text else self._read_text())
        self._typing.timeout.connect(self._read_text)
        self._rearranging.timeout.connect(self.rearrange)
        self.add_button.toggled.connect(self._show_form)
        self.form.added.connect(self._add)
        self.form.refused.connect(self.complain)
        self.chips.removed.connect(self._remove)
        self.group_box.toggled.connect(self._group)
        self.saved.activated.connect(lambda _at: self.named_chosen.emit(self.saved.currentData()))
        self.table.open_requested.connect(self._open)
        self.table.hovered.connect(self._on_hover)
        self.model.modelReset.connect(self._after_reset)
        self.table.columns_chosen.connect(self.take_columns)
        self.table.customContextMenuRequested.connect(self._show_row_menu)
        self.table.horizontalHeader().sortIndicatorChanged.connect(lambda _at, _order: self.edited.emit())
        self.table.columns_requested.connect(self.choose_columns)
        self.table.folding_requested.connect(lambda group, folds: self.model.fold(group, is_folded=folds))

    def minimumSizeHint(self) -> QSize:
        """Return little: the table scrolls."""
        return _SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.chips.set_theme(theme)
        self.group_box.set_theme(theme)
        self.setStyleSheet(f"#screener {{ background: {theme.panel}; }} {NO_ARROW}")
        self._theme = theme
        self._show_plus()
        for label in (self.count, self.nothing):
            label.setStyleSheet(f"color: {theme.muted}")
        self.problem.setStyleSheet(f"color: {theme.bearish}")
        self.table.viewport().update()

    def show_coins(self, coins: CoinColumns) -> None:
        """Show what is known of the coins, read anew; the chosen coin stays chosen."""
        chosen = self.model.symbol_at(self.table.currentIndex().row())
        scrolled = self.table.verticalScrollBar().value()
        self._otherwise = ""
        self.model.set_coins(coins)
        row = self.model.row_of(chosen) if chosen else -1
        self.table.choose(row)
        self.table.verticalScrollBar().setValue(scrolled)

    def clear(self, sentence: str = READING) -> None:
        """Show a sentence instead of coins."""
        self._otherwise = sentence
        self.model.set_coins(CoinColumns())

    def apply(self, tickers: Iterable[Ticker]) -> None:
        """Take newest prices; which coins match, and their order, follow within a second."""
        if self.model.apply(tickers) and not self._rearranging.isActive():
            self._rearranging.start()

    def complain(self, sentence: str) -> None:
        """Say what cannot be done; an empty sentence takes it away."""
        self.problem.setText(one_line(sentence, 300))
        self.problem.setVisible(bool(sentence))

    def offer(self, names: tuple[str, ...], chosen: str) -> None:
        """Offer these saved screens."""
        self.saved.clear()
        self.saved.addItem(EVERY_COIN, "")
        for name in names:
            self.saved.addItem(one_line(name, 40), name)
        self.saved.setCurrentIndex(max(self.saved.findData(chosen), 0))

    def mark(self, chosen: SavedScreen | None) -> None:
        """Say whether the saved screen that was chosen is shown, that one with changes, or one of no name."""
        if chosen is None:
            self.saved.setCurrentIndex(-1 if self.text.text().strip() else 0)
            return
        at, name = max(self.saved.findData(chosen.name), 0), one_line(chosen.name, 40)
        self.saved.setCurrentIndex(at)
        whole = replace(chosen, columns=chosen.columns or FIRST_COLUMNS)
        self.saved.setItemText(at, name if self.as_saved(chosen.name) == whole else f"{name} · changed")

    def as_saved(self, name: str) -> SavedScreen:
        """Return what is shown as a screen under a name.

        Raises
        ------
        UsageError
            The name cannot be one.
        """
        model, text = self.model, self.text.text().strip()
        is_grouped = self.group_box.isChecked()
        is_down = bool(model.sorted_by) and model.is_descending
        return SavedScreen(name, text, model.columns[1:], is_grouped, model.sorted_by, is_down)

    def show_screen(self, saved: SavedScreen | None) -> None:
        """Show a saved screen; every coin where there is none."""
        shown = SavedScreen(EVERY_COIN, "") if saved is None else saved
        self.text.setText(shown.text)
        self.text.setCursorPosition(0)
        self.group_box.setChecked(shown.is_grouped)
        self.table.show_columns(shown.columns or FIRST_COLUMNS, self.table.widths)
        self.table.show_sorted(shown.sorted_by, is_descending=shown.is_descending)
        self._read_text()

    def take_columns(self, columns: tuple[str, ...]) -> None:
        """Show these columns, which the trader chose."""
        self.show_columns(columns)
        self.edited.emit()

    def show_columns(self, columns: tuple[str, ...]) -> None:
        """Show these columns beside the market."""
        sorted_by, is_down = self.model.sorted_by, self.model.is_descending
        self.table.show_columns(columns, self.table.widths)
        self.table.show_sorted(sorted_by, is_descending=is_down)

    def choose_columns(self) -> None:
        """Open the dialog of columns."""
        from workstation.ui.watchlists.column_dialog import ColumnDialog, ask_columns

        dialog = ColumnDialog("Columns of the screener", self.model.columns[1:], self, FIRST_COLUMNS)
        ask_columns(dialog, self.take_columns)

    def stop(self) -> None:
        """End every timer."""
        self._typing.stop()
        self._rearranging.stop()

    def focus_text(self) -> None:
        """Give the keyboard to the line of conditions."""
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.text.selectAll()

    def _read_text(self) -> None:
        self._typing.stop()
        try:
            screen = parse(self.text.text())
        except UsageError as error:
            self.complain(f"{error} The coins below still match what stood here before.")
            return
        self.complain("")
        if screen != self.model.screen:
            self._take(screen)

    def _take(self, screen: Screen | None) -> None:
        self.model.set_screen(screen)
        self.chips.show_screen(screen)
        self.edited.emit()

    def _write(self, screen: Screen | None) -> None:
        self.text.setText(text_of(screen))
        self.text.setCursorPosition(0)
        self.complain("")
        self._take(screen)

    def _add(self, joint: Joint, more: Screen) -> None:
        self._write(joined(joint, self.model.screen, more))

    def _remove(self, number: int) -> None:
        self._write(without(self.model.screen, number))

    def _group(self, is_grouped: bool) -> None:
        self.model.set_grouped(is_grouped)
        self.edited.emit()

    def _show_form(self, is_shown: bool) -> None:
        self.form.setVisible(is_shown)
        self._show_plus()
        if is_shown:
            self.form.offer_names()
            self.form.column.setFocus()

    def _why_nothing(self) -> str:
        """Return why no coin matches: nothing may be known yet of what a condition asks for."""
        for condition in conditions_of(self.model.screen):
            spec = COLUMNS[condition.column]
            is_number = spec.kind is not ColumnKind.NAME
            if spec.absent and is_number and np.isnan(self.model.coins.number(spec.id)).all():
                return f"No coin matches, for none has a value in “{spec.title}”.\n{spec.absent}"
        return _NO_HIT

    def _names(self, column: str) -> list[str]:
        """Return every name that a column holds."""
        return sorted({name for cell in self.model.coins.cells(column) for name in cell}, key=str.casefold)

    def _show_plus(self) -> None:
        is_on = self.add_button.isChecked()
        self.add_button.setIcon(glyph("plus", self._theme.on_accent if is_on else self._theme.muted))

    def _open(self, row: int) -> None:
        symbol = self.model.symbol_at(row)
        if symbol:
            self.open_requested.emit(symbol)

    def _show_row_menu(self, where: QPoint) -> None:
        symbol = self.model.symbol_at(self.table.indexAt(where).row())
        if symbol:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(f"Open {in_menu(symbol)}", lambda: self.open_requested.emit(symbol))
            self.row_menu_opened.emit(menu, symbol)
            menu.popup(self.table.viewport().mapToGlobal(where))

    def _on_hover(self, row: int) -> None:
        if row != self.delegate.hover_row:
            self.delegate.hover_row = row
            self.table.viewport().update()

    def rearrange(self) -> None:
        """Match, sort and count again after values changed."""
        self.model.rearrange()
        self._show_count()

    def _after_reset(self) -> None:
        self.delegate.hover_row = -1
        self._show_count()

    def _show_count(self) -> None:
        n_all, n_hits = len(self.model.coins.symbols), self.model.n_hits
        self.count.setText(f"{n_hits:,} of {n_all:,} coins" if n_all else "")
        self.nothing.setText(self._otherwise or self._why_nothing())
        self._pages.setCurrentIndex(0 if n_hits else 1)
