"""Rotation in the window: its advice, the paper accounts that follow it, and its backtest."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workstation.ui.asking import Asking
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight

if TYPE_CHECKING:
    from workstation.ui.rotation.advice_desk import AdviceDesk

ADVICE, PAPER, BACKTEST = "Advice", "Paper", "Backtest"
"""Titles of the docks."""


class RotationDesk(Section):
    """Places of three panels; what is behind them is made when one is first seen or asked for.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    asking : Asking
        Who is asked to follow, and to change accounts and rules.
    theme : Theme
        Colours.
    """

    panel_wanted = Signal(str)  # title of a dock

    def __init__(
        self, around: Surroundings, asking: Asking, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._around, self._asking, self._theme = around, asking, theme
        self._made: AdviceDesk | None = None
        self._late = {
            ADVICE: LatePanel(lambda: self.desk.make_advice()),
            PAPER: LatePanel(lambda: self.desk.make_paper()),
            BACKTEST: LatePanel(lambda: self.desk.trial.make_panel()),
        }
        self.panels = self._late
        for late in self._late.values():
            late.seen.connect(self._on_seen)

    @property
    def desk(self) -> "AdviceDesk":
        """What is behind the panels."""
        if self._made is None:
            from workstation.ui.rotation.advice_desk import AdviceDesk

            self._made = AdviceDesk(self._around, self._asking, self._theme, self._is_seen, self)
            self._made.symbol_opened.connect(self.symbol_opened)
            self._made.panel_wanted.connect(self.panel_wanted)
        return self._made

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of rotation do; `go_to` reveals a dock and gives it the keyboard."""
        self.panel_wanted.connect(lambda title: go_to(title, lambda: self.focus(title)))
        return {
            "rotation.focus": lambda: self.panel_wanted.emit(ADVICE),
            "rotation.follow": lambda: self.desk.follow_chosen(),
            "rotation.rules": self._open_rules,
            "paper.focus": lambda: self.panel_wanted.emit(PAPER),
            "backtest.focus": lambda: self.panel_wanted.emit(BACKTEST),
        }

    def focus(self, title: str) -> None:
        """Give the keyboard to a panel."""
        self._late[title].ensure()
        panel = {ADVICE: self.desk.advice, PAPER: self.desk.paper, BACKTEST: self.desk.trial.panel}[title]
        if panel is not None:
            panel.focus_first()

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""
        if self._made is not None:
            self._made.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self._made is not None:
            self._made.set_theme(theme)

    def stop(self) -> None:
        """Read and run nothing more."""
        for late in self._late.values():
            late.stop()
        if self._made is not None:
            self._made.stop()

    def _open_rules(self) -> None:
        self.panel_wanted.emit(ADVICE)
        self.desk.open_rules()

    def _is_seen(self) -> bool:
        return any(is_in_sight(self.panels[title]) for title in (ADVICE, PAPER))

    def _on_seen(self) -> None:
        if self._made is not None:
            self._made.show()
