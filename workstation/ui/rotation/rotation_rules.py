"""The form in which the trader changes the rules of rotation."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.errors import UsageError
from workstation.domain.rotation import RotationRules
from workstation.ui.rotation.rotation_words import RULES, RuleWords, rules_sentences
from workstation.ui.theme import FIELD_MARGINS, Theme
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.widgets.section_text import heading, plain_label, unparted

Values = Mapping[str, int | float]


class RulesDialog(QDialog):
    """A number for every rule; what cannot be is said and cannot be saved. Open it with ``open()``.

    Parameters
    ----------
    rules : RotationRules
        As they are now.
    theme : Theme
        Colours.
    parent : QWidget
        Over which it stands.
    """

    saved = Signal(object)  # the rules that differ from before, by name

    def __init__(self, rules: RotationRules, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._before, self._theme = rules, theme
        self._past: list[RotationRules] = []
        self._now: RotationRules | None = rules
        self.boxes: dict[str, QDoubleSpinBox] = {}
        self._words: dict[str, RuleWords] = {}
        self.problem, self.told = plain_label(), plain_label()
        self.undo_button, self.default_button = QPushButton("Undo"), QPushButton("As shipped")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.setWindowTitle("Rules of rotation")
        delete_once_closed(self)
        self._lay_out()
        self._put(rules)
        self._connect()
        self._look()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for title, group in RULES:
            grid.addWidget(heading(title), grid.rowCount(), 0, 1, 3)
            for words in group:
                self._add_rule(grid, words)
        grid.setColumnStretch(2, 1)
        self.told.setStyleSheet(f"color: {self._theme.muted}")
        self.problem.setStyleSheet(f"color: {self._theme.bearish}; font-weight: 600")
        theme = self._theme
        self.setStyleSheet(
            f"#heading {{ color: {theme.accent}; font-weight: 600; }} QPushButton:default:disabled {{ "
            f"color: {theme.disabled}; background: {theme.raised}; border-color: {theme.border}; }}"
        )
        self.undo_button.setToolTip("Take back the last change in this form")
        self.default_button.setToolTip("Every rule as it ships")
        self.told.setMinimumWidth(300)
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(heading("In words"))
        right.addWidget(self.told)
        right.addWidget(self.problem)
        right.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(28)
        both.addLayout(grid)
        both.addLayout(right, 1)
        below = QHBoxLayout()
        below.addWidget(self.undo_button)
        below.addWidget(self.default_button)
        below.addStretch(1)
        below.addWidget(self.buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 10, 20, 16)
        whole.setSpacing(12)
        whole.addLayout(both)
        whole.addLayout(below)

    def _add_rule(self, grid: QGridLayout, words: RuleWords) -> None:
        row = grid.rowCount()
        box = self.boxes[words.name] = QDoubleSpinBox()
        self._words[words.name] = words
        box.setDecimals(words.decimals)
        box.setRange(0, words.most)
        box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.UpDownArrows)
        box.setMinimumWidth(86)
        box.lineEdit().setTextMargins(*FIELD_MARGINS)
        box.setAccessibleName(f"{words.title}, {words.unit}".rstrip(", "))
        box.setToolTip(words.meaning)
        name = QLabel(words.title)
        name.setBuddy(box)
        name.setToolTip(words.meaning)
        grid.addWidget(name, row, 0)
        grid.addWidget(box, row, 1)
        grid.addWidget(QLabel(words.unit), row, 2)

    def _connect(self) -> None:
        for box in self.boxes.values():
            box.valueChanged.connect(self._on_change)
        self.undo_button.clicked.connect(self._undo)
        self.default_button.clicked.connect(self._as_shipped)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)

    @property
    def changed(self) -> Values:
        """The rules that differ from those that hold, by name; empty where they cannot be."""
        if self._now is None:
            return {}
        return {
            name: getattr(self._now, name)
            for name in self.boxes
            if getattr(self._now, name) != getattr(self._before, name)
        }

    def _put(self, rules: RotationRules) -> None:
        for name, box in self.boxes.items():
            box.blockSignals(True)
            box.setValue(self._words[name].shown(rules))
            box.blockSignals(False)
        self._now = rules

    def _on_change(self) -> None:
        if self._now is not None:
            self._past.append(self._now)
        self._look()

    def _look(self) -> None:
        """Say whether what stands there can be, and what it means."""
        values = {name: words.kept(self.boxes[name].value()) for name, words in self._words.items()}
        try:
            self._now = RotationRules(**values)  # type: ignore[arg-type]  # whole where the form is
            self.problem.clear()
            self.told.setText(unparted("\n\n".join(rules_sentences(self._now))))
        except UsageError as error:
            self._now = None
            self.told.clear()
            self.problem.setText(self._in_titles(str(error)))
        self.problem.setVisible(bool(self.problem.text()))
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(bool(self.changed))
        self.undo_button.setEnabled(bool(self._past))

    def _in_titles(self, sentence: str) -> str:
        """Return an error with the words of the form in place of a rule's name."""
        for name, words in self._words.items():
            if sentence.startswith(f"{name} "):
                return f"“{words.title}” {sentence.removeprefix(name).strip()}"
        return sentence

    def _undo(self) -> None:
        if self._past:
            self._put(self._past.pop())
            self._look()

    def _as_shipped(self) -> None:
        if self._now is not None and self._now != RotationRules():
            self._past.append(self._now)
        self._put(RotationRules())
        self._look()

    def _save(self) -> None:
        if self.changed:
            self.saved.emit(dict(self.changed))
            self.accept()
