"""What was judged of a chart's bars, below it: grades from the ledger, votes from the engine."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.chart_pane import ChartPane
from workstation.ui.pane_grades import PaneGrades
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.vote_asking import VoteAsking
from workstation.ui.workspace import Workspace

COMMANDS = {JudgedPane.GRADE: "chart.grade", JudgedPane.VOTES: "chart.votes"}
"""The command that shows or hides each pane of the active chart."""


class JudgedDesk(Section):
    """Lets commands show judgements below the active chart, and keeps them filled.

    Parameters
    ----------
    workspace : Workspace
        The charts.
    around : Surroundings
        The engine, and where the ledger lies.
    """

    def __init__(self, workspace: Workspace, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.panels = {}
        self._workspace, self._around = workspace, around
        self._grades: dict[int, PaneGrades] = {}
        self.asking = VoteAsking(workspace, around.bridge, around.requests, self)
        workspace.on_each(self._join_pane)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id."""
        return {command: partial(self._toggle, pane) for pane, command in COMMANDS.items()}

    def checked(self, chart: ChartView) -> Mapping[str, bool]:
        """Return which of its commands are switched on for a chart."""
        return {command: chart.judged.is_shown(pane) for pane, command in COMMANDS.items()}

    def stop(self) -> None:
        """Read and ask nothing more."""
        self.asking.stop()
        for grades in self._grades.values():
            grades.stop()

    def _toggle(self, pane: JudgedPane) -> None:
        board = self._workspace.active.chart.judged
        board.show(pane, on=not board.is_shown(pane))

    def _join_pane(self, pane: ChartPane) -> None:
        board = pane.chart.judged
        self._grades[id(pane)] = PaneGrades(pane, self._around.bridge, self._around.past.judgements)
        pane.destroyed.connect(partial(self._grades.pop, id(pane), None))
        pane.keep("judged", board.state, board.restore)
        board.edited.connect(pane.changed)
        board.edited.connect(pane.chart.look_changed)
