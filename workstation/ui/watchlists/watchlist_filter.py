"""What narrows the watchlist: a part of a name as it is typed, and conditions as chips."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workstation.domain.errors import UsageError
from workstation.domain.screen import Joint, Screen, joined, without
from workstation.domain.screen_text import parse, text_of
from workstation.ui.theme import Theme
from workstation.ui.watchlists.screener_chips import ScreenerChips
from workstation.ui.widgets.filter_line import FilterLine
from workstation.ui.words.foreign_text import one_line

_NARROWEST = 40
_IS_CONDITION = re.compile(r"[(\s]*\w[\w ]*(?:[<>=!]|(?<=\s)(?:is|contains)\b)", re.IGNORECASE)


class WatchlistFilter(QWidget):
    """The chips under the line; the line itself stands where the panel puts it.

    Enter in the line opens the first market, or makes a chip of a condition such as ``grade > 80``.
    """

    name_changed = Signal(str)
    conditions_changed = Signal()  # the trader added or removed some
    open_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line, self.chips, self.problem = FilterLine(), ScreenerChips(theme), QLabel()
        self.conditions: Screen | None = None
        self.line.setPlaceholderText("Filter")
        self.line.setToolTip("Part of a name; or a condition such as grade > 80, then Enter")
        self.line.setAccessibleName("Filter the watchlist")
        self.line.setMinimumWidth(_NARROWEST)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(10, 0, 8, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.problem)
        column.addWidget(self.chips)
        self.set_theme(theme)
        self._show(None)
        self._complain("")
        self.line.textChanged.connect(self._on_text)
        self.line.returnPressed.connect(self._on_enter)
        self.chips.removed.connect(self._remove)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.chips.set_theme(theme)
        self.problem.setStyleSheet(f"color: {theme.bearish}")

    @property
    def text(self) -> str:
        """The conditions as they are saved."""
        return text_of(self.conditions)

    def show_conditions(self, text: str) -> None:
        """Show saved conditions; those that cannot be read any more are said, and nothing is narrowed."""
        try:
            self._show(parse(text))
        except UsageError as error:
            self._show(None)
            self._complain(f"{error} The saved conditions are not applied.")

    def _on_text(self, text: str) -> None:
        self._complain("")
        self.name_changed.emit("" if _IS_CONDITION.match(text) else text)

    def _on_enter(self) -> None:
        text = self.line.text()
        if not _IS_CONDITION.match(text):
            self.open_requested.emit()
            return
        try:
            more = parse(text)
        except UsageError as error:
            self._complain(str(error))
            return
        self.line.clear()
        self._take(joined(Joint.ALL, self.conditions, more))

    def _remove(self, number: int) -> None:
        self._take(without(self.conditions, number))
        self.line.setFocus()

    def _take(self, screen: Screen | None) -> None:
        self._show(screen)
        self.conditions_changed.emit()

    def _show(self, screen: Screen | None) -> None:
        self.conditions = screen
        self.chips.show_screen(screen)
        self._fold_away()

    def _complain(self, sentence: str) -> None:
        self.problem.setText(one_line(sentence, 300))
        self.problem.setVisible(bool(sentence))
        self._fold_away()

    def _fold_away(self) -> None:
        self.setVisible(self.conditions is not None or bool(self.problem.text()))
