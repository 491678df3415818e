"""Asks what an alert shall wait for: a price at a drawn line, or a coin in a screen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.alert_line import MOMENT, lines_of
from workstation.domain.alert_rule import (
    COOL_DOWNS_MS,
    AlertRule,
    Crossing,
    LineRule,
    ScreenEvent,
    ScreenRule,
)
from workstation.domain.drawing import Drawing
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.watch_book import LONGEST_NAME
from workstation.ui.theme import Theme
from workstation.ui.widgets.form_rows import FormRows
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.widgets.section_text import plain_label
from workstation.ui.widgets.tick_box import TickBox
from workstation.ui.words.foreign_text import one_line

CROSSINGS = {
    Crossing.EITHER: "crosses it, up or down",
    Crossing.UP: "rises above it",
    Crossing.DOWN: "falls below it",
}
EVENTS = {ScreenEvent.ENTERS: "A coin enters the screen", ScreenEvent.LEAVES: "A coin leaves the screen"}
_PAUSES = dict(zip(COOL_DOWNS_MS, ("At once", "After 1 hour", "After 4 hours", "After a day"), strict=True))
_OFTEN = {True: "Once", False: "Every time"}
_LEAST_WIDTH = 400
_WITHOUT_CHART = "It is watched without a chart, too; what is missed is told late."


class _RuleDialog(QDialog):
    """Fields above, a sentence below them, and the buttons."""

    set_wanted = Signal(object)  # AlertRule
    delete_wanted = Signal(object)  # AlertRule

    def __init__(self, title: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(title)
        delete_once_closed(self)
        self.setMinimumWidth(_LEAST_WIDTH)
        self.note = plain_label(_WITHOUT_CHART)
        self.note.setWordWrap(True)
        self.rows = FormRows()
        self.rows.setVerticalSpacing(8)
        self.rows.setHorizontalSpacing(16)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.set_button = self.buttons.addButton("Set the alert", QDialogButtonBox.ButtonRole.AcceptRole)
        self.delete_button = self.buttons.addButton("Delete it", QDialogButtonBox.ButtonRole.DestructiveRole)
        self.set_button.setDefault(True)
        self.buttons.rejected.connect(self.reject)
        self.buttons.accepted.connect(self._try)
        self.delete_button.clicked.connect(self._delete)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.setSpacing(12)
        whole.addLayout(self.rows)
        whole.addWidget(self.note)
        whole.addWidget(self.buttons)
        self._say("")

    def _box(self, title: str, choices: Mapping[Any, str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(title)
        for value, words in choices.items():
            box.addItem(one_line(words, 60), value)
        self.rows.addRow(title, box)
        return box

    def _tick(self, text: str) -> TickBox:
        box = TickBox(text, self._theme)
        box.setAccessibleName(text)
        self.rows.addRow("", box)
        return box

    def _say(self, problem: str) -> None:
        self.note.setText(problem or _WITHOUT_CHART)
        self.note.setStyleSheet(f"color: {self._theme.bearish if problem else self._theme.muted}")

    def _show_existing(self, rule: AlertRule | None) -> None:
        self.delete_button.setVisible(rule is not None)
        self.set_button.setText("Change the alert" if rule is not None else "Set the alert")

    def _try(self) -> None:
        try:
            rule = self.rule()
        except UsageError as error:
            self._say(str(error))
            return
        self.set_wanted.emit(rule)
        self.accept()

    def _delete(self) -> None:
        known = self.existing()
        if known is not None:
            self.delete_wanted.emit(known)
        self.accept()

    def existing(self) -> AlertRule | None:
        """Return the rule that is changed; None where a new one is set."""
        raise UsageError("This dialog changes nothing.")

    def rule(self) -> AlertRule:
        """Return the rule as it is asked for.

        Raises
        ------
        UsageError
            It cannot be; the sentence says why.
        """
        raise UsageError("This dialog sets nothing.")


class LineAlertDialog(_RuleDialog):
    """Asks for an alert on a drawing. Open it with ``open()``.

    A line that has an alert already is changed, not given a second one.

    Parameters
    ----------
    key : SeriesKey
        Whose bars are judged.
    drawing : Drawing
        One with lines.
    known : sequence of AlertRule
        The alerts on it.
    new_id : str
        Of a new rule.
    """

    def __init__(
        self,
        key: SeriesKey,
        drawing: Drawing,
        known: Sequence[AlertRule],
        new_id: str,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(f"Alert on the {drawing.kind.label.lower()}", theme, parent)
        self._key, self._drawing, self._new_id = key, drawing, new_id
        self._known = {rule.line.part: rule for rule in known if rule.line is not None}
        lines = lines_of(drawing)
        self.rows.addRow("Market", plain_label(f"{one_line(key.symbol, 40)} {key.timeframe}"))
        self.part = self._box("Line", {line.part: line.label.capitalize() for line in lines})
        self.crossing = self._box("The price", {way.value: words for way, words in CROSSINGS.items()})
        self.often = self._box("Told", _OFTEN)
        self.on_close = self._tick("Only closed candles count")
        if self._known:
            self.part.setCurrentIndex(max(self.part.findData(next(iter(self._known))), 0))
        self.part.setEnabled(len(lines) > 1)
        if lines[0].part == MOMENT:
            for field in (self.part, self.crossing, self.often, self.on_close):
                self.rows.setRowVisible(field, False)  # Qt's signature
            self.rows.addRow("Told", plain_label("Once, when the time of the line comes"))
        self.part.currentIndexChanged.connect(self._fill)
        self._fill()

    def existing(self) -> AlertRule | None:
        """Return the alert that the chosen line has already."""
        return self._known.get(self.part.currentData())

    def rule(self) -> AlertRule:
        """Return the rule as it is asked for."""
        known = self.existing()
        line = LineRule(
            self._key if known is None or known.line is None else known.line.key,
            self._drawing,
            self.part.currentData(),
            Crossing(self.crossing.currentData()),
            self.often.currentData(),
            self.on_close.isChecked(),
        )
        return AlertRule(self._new_id if known is None else known.id, self._key.venue, line=line)

    def _fill(self) -> None:
        known = self.existing()
        line = known.line if known is not None else None
        self._show_existing(known)
        self.crossing.setCurrentIndex(0 if line is None else self.crossing.findData(line.crossing.value))
        self.often.setCurrentIndex(0 if line is None else self.often.findData(line.is_once))
        self.on_close.setChecked(line is None or line.on_close)


class ScreenAlertDialog(_RuleDialog):
    """Asks for an alert on a screen. Open it with ``open()``.

    Parameters
    ----------
    rule : AlertRule
        As it stands, or would be at first.
    is_new : bool
        False where it is set already.
    unknown : str
        Why this screen cannot be watched; empty where it can.
    """

    def __init__(self, rule: AlertRule, theme: Theme, parent: QWidget, *, is_new: bool, unknown: str) -> None:
        super().__init__("Alert on the screen", theme, parent)
        self._rule, self._is_new = rule, is_new
        screen = rule.screen
        if screen is None:
            raise UsageError("This alert is not on a screen.")
        self.name = QLineEdit(screen.name)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setAccessibleName("Name of the screen")
        self.rows.addRow("Name", self.name)
        conditions = QLabel(one_line(screen.text, 200))
        conditions.setTextFormat(Qt.TextFormat.PlainText)
        conditions.setWordWrap(True)
        self.rows.addRow("Conditions", conditions)
        self.happening = self._box("Tell me when", {event.value: words for event, words in EVENTS.items()})
        self.pause = self._box("The same coin again", _PAUSES)
        self.is_live = self._tick("Live prices count between closes, too")
        self.happening.setCurrentIndex(self.happening.findData(screen.event.value))
        self.pause.setCurrentIndex(self.pause.findData(screen.cool_down_ms))
        self.is_live.setChecked(screen.is_live)
        self._show_existing(None if is_new else rule)
        self._say(unknown)
        self.set_button.setEnabled(not unknown)

    def existing(self) -> AlertRule | None:
        """Return the rule that is changed."""
        return None if self._is_new else self._rule

    def rule(self) -> AlertRule:
        """Return the rule as it is asked for."""
        name = " ".join(self.name.text().split())
        if not name:
            self.name.setFocus()
            raise UsageError("Give the screen a name; the alert is told with it.")
        screen = self._rule.screen or ScreenRule(name, "")
        event, pause = ScreenEvent(self.happening.currentData()), self.pause.currentData()
        is_live = self.is_live.isChecked()
        asked = replace(screen, name=name, event=event, cool_down_ms=pause, is_live=is_live)
        return replace(self._rule, screen=asked, is_paused=False, is_done=False)
