"""The backtest panel: choose period, rules and rival, run it, and read what it showed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.rotation import RotationRules
from workstation.ui.rotation.trial_words import TITLES, difference_words, ratio, share
from workstation.ui.theme import Theme
from workstation.ui.widgets.fact_table import Cell, FactTable
from workstation.ui.widgets.form_rows import FormRows
from workstation.ui.widgets.return_line import ReturnLine
from workstation.ui.widgets.return_lines import ReturnLines
from workstation.ui.widgets.section_text import column_of, heading, plain_label, sheet
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line

NONE_YET = (
    "No backtest was run here yet.\nIt walks the rules through recorded candles day by day, with costs, "
    "beside what else could have been held. The first one over years takes minutes: grades must be learnt; "
    "later ones take seconds."
)
STOPPED = "Cancelled. The last backtest stays; grades that were learnt are kept."
_SMALLEST = QSize(180, 120)
_RIVALS = ("equal_weight", "btc", "btc_gated", "eth", "sol", "equal_weight_gated", "ungated")
_HEADS = ("", "A year>", "Max DD>", "Sharpe>", "Sortino>", "Turnover>", "In coins>")

_MINUS = re.compile(r"(?<=[ (])-(?=\d)")

Json = Mapping[str, Any]


class BacktestPanel(QWidget):
    """A form above and the last backtest below it."""

    run_requested = Signal(str, str, bool, object)  # from, to, rules as shipped, folder or None
    cancel_requested = Signal()
    page_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._trial: Json | None = None
        self.data: Path | None = None
        self.from_day, self.to_day = QLineEdit(), QLineEdit()
        self.rules, self.rival, self.source = QComboBox(), QComboBox(), QComboBox()
        self.run_button, self.page_button = QPushButton("Run"), QPushButton("Open the page")
        self.progress, self.said = QProgressBar(), plain_label()
        self.nothing, self.headline, self.verdict = plain_label(NONE_YET), plain_label(), plain_label()
        self.about, self.notes = plain_label(), plain_label()
        self.equity = ReturnLines("What the account became", theme)
        self.falls = ReturnLines("Drawdown: falls from the best so far", theme, is_fall=True)
        self.figures = FactTable("Figures", _HEADS, theme, spare=(4, 6, 5), least=178)
        self.intervals = FactTable("Differences of Sharpe ratios", ("Rotation against", "95 %>"), theme)
        self.bars = plain_label()
        self._whole = QWidget()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.show_trial(None)

    def _lay_out(self) -> None:
        self.setObjectName("backtest")
        column = column_of(self, "Backtest of rotation")
        self._fill_form(column)
        column.addWidget(self.nothing)
        column.addWidget(self._whole)
        column.addStretch(1)
        inner = QVBoxLayout(self._whole)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        for part in (self.headline, self.about, self.equity, self.falls):
            inner.addWidget(part)
        inner.addWidget(heading("Figures"))
        inner.addWidget(self.figures)
        inner.addWidget(heading("Difference of Sharpe ratios, block bootstrap"))
        inner.addWidget(self.intervals)
        inner.addWidget(heading("What it means"))
        inner.addWidget(self.verdict)
        inner.addWidget(heading("What is asked of it over three years and more"))
        inner.addWidget(self.bars)
        inner.addWidget(self.notes)

    def _fill_form(self, column: QVBoxLayout) -> None:
        for box, name in ((self.rules, "Rules"), (self.rival, "Held against"), (self.source, "Candles")):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.rules.addItems(["Your rules", "Rules as shipped"])
        for name in _RIVALS:
            self.rival.addItem(TITLES[name], name)
        self.source.addItems(["Stored candles", "A folder…"])
        for field, name in ((self.from_day, "From"), (self.to_day, "To")):
            field.setAccessibleName(name)
            field.setPlaceholderText("first day" if name == "From" else "last day")
            field.setToolTip("A day like 2024-01-31, UTC; empty for all there is")
            field.setMaxLength(10)
            field.setMinimumWidth(92)
        period = QHBoxLayout()
        period.setSpacing(8)
        period.addWidget(self.from_day)
        period.addWidget(QLabel("to"))
        period.addWidget(self.to_day)
        form = FormRows()
        form.setVerticalSpacing(5)
        form.addRow("From", period)
        form.addRow("Rules", self.rules)
        form.addRow("Held against", self.rival)
        form.addRow("Candles", self.source)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setAccessibleName("How far the backtest is")
        self.progress.hide()
        self.said.hide()
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button)
        buttons.addWidget(self.page_button)
        buttons.addStretch(1)
        column.addLayout(form)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.said)

    def _connect(self) -> None:
        self.run_button.clicked.connect(self._on_click)
        self.page_button.clicked.connect(self.page_requested)
        self.rival.currentIndexChanged.connect(lambda _row: self._show_rival())
        self.source.activated.connect(self._on_source)
        for field in (self.from_day, self.to_day):
            field.returnPressed.connect(self._on_click)

    @property
    def is_busy(self) -> bool:
        """Whether a backtest runs."""
        return self.run_button.text() == "Cancel"

    def minimumSizeHint(self) -> QSize:
        """Return little: the panel scrolls."""
        return _SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(
            sheet("backtest", theme)
            + f"QProgressBar {{ background: {theme.border}; border: 0; border-radius: 3px; }}"
            f"QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}"
        )
        for part in (self.equity, self.falls, self.figures, self.intervals):
            part.set_theme(theme)
        for label in (self.nothing, self.about, self.notes):
            label.setStyleSheet(f"color: {theme.muted}")
        self.headline.setStyleSheet("font-weight: 600")

    def focus_first(self) -> None:
        """Give the keyboard to the period."""
        self.from_day.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_begun(self) -> None:
        """Take that a backtest runs."""
        self.run_button.setText("Cancel")
        self.progress.setRange(0, 0)
        self.progress.show()
        self._say("Reading candles…")

    def show_progress(self, what: str, done: int, total: int) -> None:
        """Say how far it is."""
        if self.is_busy:
            self.progress.setRange(0, max(total, 1))
            self.progress.setValue(min(done, total))
            self._say(f"{done:,} of {total:,} {one_line(what, 60)}")

    def show_ended(self, sentence: str, *, is_trouble: bool = False) -> None:
        """Take that it ended; `sentence` says how, empty where it is done."""
        self.run_button.setText("Run")
        self.progress.hide()
        self._say(sentence, is_trouble=is_trouble)

    def show_trial(self, trial: Json | None) -> None:
        """Show a backtest; None where there is none."""
        self._trial = trial
        self.nothing.setVisible(trial is None)
        self._whole.setVisible(trial is not None)
        self.page_button.setEnabled(trial is not None)
        if trial is None:
            return
        about, verdict = trial["about"], trial["verdict"]
        rules = RotationRules()
        is_shipped = all(getattr(rules, name, None) == value for name, value in about["rules"].items())
        self.headline.setText(one_line(verdict["headline"], 300))
        self.about.setText(
            f"{about['from']} to {about['until']}, {trial['n_days']:,} days; "
            f"{'rules as shipped' if is_shipped else 'rules of your own'}. What it brought in the past "
            "promises nothing."
        )
        self.verdict.setText("\n".join(one_line(_signed(text), 600) for text in verdict["sentences"]))
        self.notes.setText("\n".join(one_line(text, 300) for text in trial.get("notes", ())))
        self.figures.show_rows([_figures(name, trial[name]) for name in TITLES if trial.get(name)])
        self.intervals.show_rows(
            [_interval(trial, name) for name in _RIVALS if f"sharpe_minus_{name}" in trial]
        )
        self.bars.setText("\n".join(map(_bar, verdict["bars"])))
        self._show_rival()

    def _show_rival(self) -> None:
        """Draw rotation beside what it is held against."""
        if self._trial is None:
            return
        curves = self._trial["curves"]
        at_ms = np.array(curves["close_ms"], np.int64)
        names = ("strategy", str(self.rival.currentData()))
        for what, picture, first in (("value", self.equity, ""), ("drawdown", self.falls, "Drawdown: ")):
            told = {name: curves[what][name] for name in names if name in curves[what]}
            picture.show_lines(
                [
                    ReturnLine(f"{'' if at else first}{TITLES[name]}", at_ms, np.array(part, float))
                    for at, (name, part) in enumerate(told.items())
                ]
            )

    def _say(self, sentence: str, *, is_trouble: bool = False) -> None:
        self.said.setText(one_line(sentence, 400))
        self.said.setStyleSheet(f"color: {self._theme.bearish if is_trouble else self._theme.muted}")
        self.said.setVisible(bool(sentence))

    def _on_click(self) -> None:
        if self.is_busy:
            self.cancel_requested.emit()
        else:
            days = self.from_day.text().strip(), self.to_day.text().strip()
            self.run_requested.emit(*days, self.rules.currentIndex() == 1, self.data)

    def _on_source(self, row: int) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of candle files") if row == 1 else ""
        self.set_data(Path(folder) if folder else None)

    def set_data(self, folder: Path | None) -> None:
        """Take candles from a folder; None for the stored ones."""
        self.data = folder
        self.source.setItemText(1, "A folder…" if folder is None else one_line(folder.name, 40))
        self.source.setToolTip("" if folder is None else one_line(str(folder), 300))
        self.source.setCurrentIndex(0 if folder is None else 1)


def _figures(name: str, told: Json) -> list[Cell]:
    tip = (
        f"{TITLES[name]}: Sortino ratio {ratio(told['sortino'])}, turned over "
        f"{ratio(told['turnover_per_year'], 1)} times a year, {share(told['exposure'])} in coins on average"
    )
    return [
        Cell(TITLES[name], "accent" if name == "strategy" else "", tip),
        Cell(share(told["cagr"])),
        Cell(share(told["max_drawdown"])),
        Cell(ratio(told["sharpe"])),
        Cell(ratio(told["sortino"])),
        Cell(f"{ratio(told['turnover_per_year'], 1)} ×"),
        Cell(share(told["exposure"])),
    ]


def _interval(trial: Json, name: str) -> list[Cell]:
    low = trial[f"sharpe_minus_{name}"]["low"]
    is_proven = low is not None and low > 0
    tip = "The interval lies above 0." if is_proven else "The interval holds 0: not shown to be better."
    return [
        Cell(TITLES[name], "", tip),
        Cell(difference_words(trial, name), "rise" if is_proven else "", tip),
    ]


def _signed(sentence: str) -> str:
    """Return a sentence with real minus signs."""
    return _MINUS.sub(number_format.MINUS, sentence)


def _bar(bar: Json) -> str:
    word = "✓ met" if bar["is_met"] else "✗ not met"
    return f"{word}: {one_line(bar['bar'], 200)}; here {one_line(_signed(bar['figure']), 100)}"
