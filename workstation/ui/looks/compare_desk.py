"""Lets the trader lay other markets and narratives over the active chart."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from workstation.domain.narrative_index import index_symbol
from workstation.ui.looks.compare_dialog import CompareDialog
from workstation.ui.looks.compare_pane import PaneComparison
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk


class CompareDesk(Section):
    """Knows what each chart is compared with.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    charts : WorkspaceDesk
        The charts, and who follows series for all of them.
    """

    def __init__(
        self, around: Surroundings, charts: WorkspaceDesk, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.panels = {}
        self._around, self._charts, self._theme = around, charts, theme
        self._by_pane: dict[int, PaneComparison] = {}
        charts.workspace.on_each(self._join_pane)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its command does, by id."""
        return {"chart.compare": self.ask}

    @property
    def active(self) -> PaneComparison:
        """What the active chart is compared with."""
        return self._by_pane[id(self._charts.workspace.active)]

    def ask(self) -> None:
        """Open the dialog over the active chart."""
        world, comparison, pane = self._around.bridge.world, self.active, self._charts.workspace.active
        indices = {index_symbol(one.name): one.title for one in world.narratives}
        symbols = dict.fromkeys((*world.watchlist, *indices, *world.markets))
        shown = {pane.key.symbol if pane.key else "", *comparison.symbols}
        titles = {symbol: indices.get(symbol, "") for symbol in sorted(symbols, key=shown.__contains__)}
        dialog = CompareDialog(titles, comparison.refusal, self._theme, pane.chart.window())
        dialog.chosen.connect(comparison.add)
        dialog.open()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for comparison in self._by_pane.values():
            comparison.legend.set_theme(theme)

    def stop(self) -> None:
        """Read and follow nothing more."""
        for comparison in self._by_pane.values():
            comparison.stop()

    def _join_pane(self, pane: ChartPane) -> None:
        comparison = PaneComparison(
            pane, self._around.bridge, self._around.past, self._charts.follows, self._theme
        )
        self._by_pane[id(pane)] = comparison
        pane.destroyed.connect(partial(self._on_gone, id(pane)))

    def _on_gone(self, pane: int) -> None:
        gone = self._by_pane.pop(pane, None)
        if gone is not None:
            gone.release()
