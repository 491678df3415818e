"""Studies on every chart: the dialog, what a click on a legend does, and what is remembered."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workstation.ui.chart.study_hands import StudyHands
from workstation.ui.section import GoTo, Section
from workstation.ui.studies.study_defaults import StudyDefaults
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk

if TYPE_CHECKING:
    from workstation.ui.studies.study_dialog import StudyDialog


class StudyDesk(Section):
    """Lets commands and legends change the studies of charts.

    Parameters
    ----------
    around : Surroundings
        Where the window's memory lies; defaults are kept beside it.
    charts : WorkspaceDesk
        Which chart is active.
    theme : Theme
        Colours.
    """

    def __init__(
        self, around: Surroundings, charts: WorkspaceDesk, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.panels = {}
        self._charts, self._theme = charts, theme
        told = partial(around.bridge.notice_posted.emit, "studies")
        self._defaults = StudyDefaults(around.memory_file.with_name("studies.json"), told)
        self._panes: list[ChartPane] = []
        self.dialog: StudyDialog | None = None
        charts.workspace.on_each(self._join_pane)
        charts.workspace.active_changed.connect(lambda _pane: self._close_dialog())

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id."""
        return {"chart.studies": self.open, "chart.undo_study": self.undo_removal}

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._close_dialog()

    def stop(self) -> None:
        """Compute nothing more."""
        self._close_dialog()
        for pane in self._panes:
            pane.chart.studies.stop()

    def open(self, place: int = -1) -> None:
        """Show the studies of the active chart; the one at a place is chosen."""
        from workstation.ui.studies.study_dialog import StudyDialog  # not before the first frame

        if self.dialog is None:
            pane = self._charts.workspace.active
            self.dialog = StudyDialog(pane.chart.studies, self._defaults, self._theme, pane.window())
            self.dialog.finished.connect(self._forget_dialog)
            self.dialog.show()
            self.dialog.search.setFocus()
        self.dialog.raise_()
        self.dialog.activateWindow()
        self.dialog.choose(place)

    def undo_removal(self) -> None:
        """Bring back the study that was last removed from the active chart."""
        self._charts.workspace.active.chart.studies.undo_removal()

    def _join_pane(self, pane: ChartPane) -> None:
        chart = pane.chart
        hands = StudyHands(chart, chart, chart.studies)
        hands.edit_wanted.connect(partial(self._edit, pane))
        pane.keep("studies", chart.studies_state, chart.restore_studies)
        chart.studies.edited.connect(pane.changed)
        pane.stopped.connect(chart.studies.stop)  # Qt would wait for its thread, and that one for Python
        self._panes.append(pane)
        pane.destroyed.connect(partial(self._forget_pane, pane))

    def _edit(self, pane: ChartPane, place: int) -> None:
        pane.setFocus()  # its chart becomes the active one
        if self._charts.workspace.active is pane:
            self.open(place)

    def _forget_pane(self, pane: ChartPane) -> None:
        self._panes.remove(pane)

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.close()
