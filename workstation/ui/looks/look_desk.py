"""How charts look: the kind of their bars, their scale, where they stand, and the menu over each of them."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.looks.compare_desk import CompareDesk
from workstation.ui.looks.judged_desk import JudgedDesk
from workstation.ui.looks.jump_desk import JumpDesk
from workstation.ui.looks.kept_view import KeptView
from workstation.ui.looks.outcome_desk import OutcomeDesk
from workstation.ui.looks.picture_desk import PictureDesk
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk

_SCALES = ("chart.log", "chart.percent", "chart.inverted", "chart.fit")
_PLACES = ("chart.live", "chart.jump", "chart.studies", "chart.compare", "chart.levels")
_BELOW = ("chart.profile", "chart.grade", "chart.votes")
_PICTURES = ("chart.copy", "chart.save")


class LookDesk(Section):
    """Lets commands and the chart's own menu change how the active chart looks.

    Parameters
    ----------
    around : Surroundings
        What the engine says.
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
        self._charts = charts
        self._actions: Mapping[str, QAction] = {}
        self.jump = JumpDesk(lambda: self._chart, around.bridge, theme, self)
        self.picture = PictureDesk(lambda: self._chart, around.bridge, theme, self)
        self.outcomes = OutcomeDesk(charts.workspace, around.bridge, around.past, self)
        self.compare = CompareDesk(around, charts, theme, self)
        self.judged = JudgedDesk(charts.workspace, around, self)
        self._parts: tuple[Section, ...] = (
            self.jump,
            self.picture,
            self.outcomes,
            self.compare,
            self.judged,
        )
        charts.workspace.on_each(self._join_pane)
        charts.workspace.active_changed.connect(lambda _pane: self._show_look())

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id."""
        handlers: dict[str, Callable[[], None]] = {
            kind_command(kind): partial(self.set_kind, kind) for kind in ChartKind
        }
        for part in self._parts:
            handlers |= part.handlers(go_to)
        return handlers | {
            "chart.percent": self.toggle_percent,
            "chart.inverted": lambda: self._chart.set_inverted(not self._chart.is_inverted),
            "chart.fit": self.toggle_fit,
        }

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        for part in self._parts:
            part.set_theme(theme)

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        for part in self._parts:
            part.set_zone(zone)

    def stop(self) -> None:
        """Read nothing more."""
        for part in self._parts:
            part.stop()

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Take the window's actions: they show how the active chart looks, and fill the chart's menu."""
        self._actions = actions
        self._show_look()

    def set_kind(self, kind: ChartKind) -> None:
        """Draw the bars of the active chart another way."""
        self._chart.set_kind(kind)
        self._show_look()

    def toggle_percent(self) -> None:
        """Show percent on the active chart's axis, or prices again."""
        to_percent = self._chart.scaling is not Scaling.PERCENT
        if self._chart.is_log:
            self._charts.set_log_scale(is_log=False)
        self._chart.set_scaling(Scaling.PERCENT if to_percent else Scaling.LINEAR)

    def toggle_fit(self) -> None:
        """Fit the prices of the active chart to its bars, or keep what is shown."""
        self._chart.set_fitted(not self._chart.is_fitted)

    def menu(self, chart: ChartView) -> QMenu:
        """Return the menu over a chart."""
        menu = QMenu(chart)
        kinds = menu.addMenu("Kind of chart")
        kinds.addActions([self._actions[kind_command(kind)] for kind in ChartKind])
        scale = menu.addMenu("Price scale")
        scale.addActions([self._actions[name] for name in _SCALES])
        for names in (_PLACES, _BELOW, _PICTURES):
            menu.addSeparator()
            menu.addActions([self._actions[name] for name in names])
        menu.addSeparator()
        menu.addActions(chart.actions())
        return menu

    @property
    def _chart(self) -> ChartView:
        return self._charts.workspace.active.chart

    def _join_pane(self, pane: ChartPane) -> None:
        chart = pane.chart
        pane.keep("look", chart.look, chart.restore_look)
        KeptView(pane)
        chart.look_changed.connect(pane.changed)
        chart.look_changed.connect(self._show_look)
        chart.menu_wanted.connect(partial(self._open_menu, chart))

    def _open_menu(self, chart: ChartView, at: QPoint) -> None:
        self._show_look()
        menu = self.menu(chart)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _show_look(self) -> None:
        if not self._actions:
            return
        chart = self._chart
        for kind in ChartKind:
            self._actions[kind_command(kind)].setChecked(chart.kind is kind)
        self._actions["chart.log"].setChecked(chart.is_log)
        self._actions["chart.percent"].setChecked(chart.scaling is Scaling.PERCENT)
        self._actions["chart.inverted"].setChecked(chart.is_inverted)
        self._actions["chart.fit"].setChecked(chart.is_fitted)
        for name, is_on in self.judged.checked(chart).items():
            self._actions[name].setChecked(is_on)


def kind_command(kind: ChartKind) -> str:
    """Return the id of the command that draws bars this way."""
    return f"chart.kind.{kind.value}"
