"""What stands beside and below a chart's bars: volume profile, grades from the ledger, votes of families."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.looks.pane_grades import PaneGrades
from workstation.ui.looks.vote_asking import VoteAsking
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace import Workspace

COMMANDS = {JudgedPane.GRADE: "chart.grade", JudgedPane.VOTES: "chart.votes"}
"""The command that shows or hides each pane of the active chart."""

PROFILE = "chart.profile"


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
        toggles = {command: partial(self._toggle, pane) for pane, command in COMMANDS.items()}
        return {PROFILE: self._toggle_profile, **toggles}

    def checked(self, chart: ChartView) -> Mapping[str, bool]:
        """Return which of its commands are switched on for a chart."""
        panes = {command: chart.judged.is_shown(pane) for pane, command in COMMANDS.items()}
        return {PROFILE: chart.profile.is_shown, **panes}

    def stop(self) -> None:
        """Read and ask nothing more."""
        self.asking.stop()
        for grades in self._grades.values():
            grades.stop()

    def _toggle_profile(self) -> None:
        profile = self._workspace.active.chart.profile
        profile.show(on=not profile.is_shown)

    def _toggle(self, pane: JudgedPane) -> None:
        board = self._workspace.active.chart.judged
        board.show(pane, on=not board.is_shown(pane))

    def _join_pane(self, pane: ChartPane) -> None:
        board = pane.chart.judged
        self._grades[id(pane)] = PaneGrades(pane, self._around.bridge, self._around.past.judgements)
        pane.destroyed.connect(partial(self._grades.pop, id(pane), None))
        pane.keep("judged", board.state, board.restore)
        pane.keep("profile", lambda: pane.chart.profile.is_shown, pane.chart.profile.restore)
        pane.stopped.connect(pane.chart.profile.stop)
        for edited in (board.edited, pane.chart.profile.edited):
            edited.connect(pane.changed)
            edited.connect(pane.chart.look_changed)
