"""What the trader does with charts and workspaces: split, float, arrange, name, and take it back."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workstation.ui.bridge import Bridge
from workstation.ui.widgets.menu_emptying import empty
from workstation.ui.words.foreign_text import in_menu
from workstation.ui.workspaces.chart_pane_dock import ChartPaneDock
from workstation.ui.workspaces.chart_pane_link import LINK_NAMES
from workstation.ui.workspaces.link_colours import LinkColours
from workstation.ui.workspaces.workspace import MOST_CHARTS, Workspace
from workstation.ui.workspaces.workspace_keeper import WorkspaceKeeper
from workstation.ui.workspaces.workspace_template import TEMPLATES, Template, filled, in_timeframes

_RIGHT, _BELOW = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


class WorkspaceArranging(QObject):
    """The commands that arrange charts, and the menus that offer them.

    Parameters
    ----------
    workspace, keeper, links : Workspace, WorkspaceKeeper, LinkColours
        What is arranged, who saves it and takes it back, and how charts are linked.
    bridge : Bridge
        Knows which markets are watched: new charts show them.
    window : QWidget
        Over which the dialog opens.
    """

    def __init__(
        self,
        workspace: Workspace,
        keeper: WorkspaceKeeper,
        links: LinkColours,
        bridge: Bridge,
        window: QObject | None,
    ) -> None:
        super().__init__(window)
        self._workspace, self._keeper, self._links, self._bridge = workspace, keeper, links, bridge
        workspace.dock_added.connect(self._offer)
        workspace.close_requested.connect(self.close_chart)
        for dock in workspace.docks:
            self._offer(dock)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of a workspace do, by id."""
        workspace = self._workspace
        handlers: dict[str, Callable[[], None]] = {
            "chart.split_right": partial(self.add, _RIGHT),
            "chart.split_below": partial(self.add, _BELOW),
            "chart.tab": partial(self.add, None),
            "chart.float": self.float_or_dock,
            "chart.maximise": workspace.maximise_active,
            "chart.next": partial(workspace.step, 1),
            "chart.previous": partial(workspace.step, -1),
            "chart.link": self.open_links,
            "chart.close": lambda: self.close_chart(workspace.active_dock),
            "workspace.choose": self.open_dialog,
            "workspace.undo": self._keeper.undo,
            "workspace.timeframes": self.arrange_timeframes,
        }
        return handlers | {f"workspace.{one.id}": partial(self.arrange, one) for one in TEMPLATES}

    def add(self, orientation: Qt.Orientation | None) -> None:
        """Add a chart of the same market right of the active one, below it, or as a tab."""
        if len(self._workspace.docks) < MOST_CHARTS:
            self._keeper.arrange("adding a chart", partial(self._workspace.add, orientation))
            self._workspace.give_keyboard()

    def close_chart(self, dock: ChartPaneDock) -> None:
        """Close a chart; it can be taken back."""
        if len(self._workspace.docks) > 1:
            self._keeper.arrange("closing a chart", partial(self._workspace.close_chart, dock))
            self._workspace.give_keyboard()

    def float_or_dock(self) -> None:
        """Let the active chart float in a window of its own, or bring it back; the keyboard goes with it."""
        self._workspace.float_active()
        self._workspace.give_keyboard()

    def arrange(self, template: Template) -> None:
        """Arrange the charts that are there, and fill up with watched markets."""
        workspace = self._workspace
        first = workspace.active_dock
        charts = [dock.save() for dock in (first, *(one for one in workspace.docks if one is not first))]
        states = filled(template, charts, self._bridge.world.watchlist, workspace.active.timeframe)
        change = partial(workspace.arrange, states, template.n_columns)
        self._keeper.arrange(f"arranging {template.title.lower()}", change)
        workspace.give_keyboard()

    def arrange_timeframes(self) -> None:
        """Show the active chart's market in four timeframes, linked."""
        states = in_timeframes(self._workspace.active.save(), LINK_NAMES[0])
        change = partial(self._workspace.arrange, states, 2)
        self._keeper.arrange("arranging one market in four timeframes", change)
        self._workspace.give_keyboard()

    def open_links(self) -> None:
        """Offer the groups that the active chart can be linked in."""
        self._links.of(self._workspace.active).button.open_menu()

    def open_dialog(self) -> None:
        """Show every workspace, to open, name, delete and bring back."""
        from workstation.ui.workspaces.workspace_dialog import WorkspaceDialog

        parent = self.parent()
        watched = self._bridge.world.watchlist
        WorkspaceDialog(self._keeper, parent if isinstance(parent, QWidget) else None, watched).open()

    def _offer(self, dock: ChartPaneDock) -> None:
        """Fill the menu of a chart when it is opened: which workspaces there are is known only then."""
        dock.header.menu.aboutToShow.connect(lambda: self._fill(dock.header.menu))

    def _fill(self, menu: QMenu) -> None:
        empty(menu)
        handlers = self.handlers()
        is_alone = len(self._workspace.docks) == 1
        for name, title in (
            ("chart.split_right", "Split right"),
            ("chart.split_below", "Split below"),
            ("chart.tab", "New tab"),
        ):
            self._action(menu, title, handlers[name])
        menu.addSeparator()
        is_floating = self._workspace.active_dock.isFloating()
        self._action(menu, "Bring back" if is_floating else "Float", handlers["chart.float"], not is_alone)
        title = "Show the other charts" if self._workspace.is_maximised else "Maximise"
        self._action(menu, title, handlers["chart.maximise"], not is_alone)
        self._action(menu, "Link…", handlers["chart.link"])
        arrange = menu.addMenu("Arrange")
        for template in TEMPLATES:
            self._action(arrange, template.title, partial(self.arrange, template))
        self._action(arrange, "One market in four timeframes", self.arrange_timeframes)
        workspaces = menu.addMenu("Workspace")
        for one in self._keeper.names:
            action = self._action(workspaces, one, partial(self._keeper.open, one))
            action.setCheckable(True)
            action.setChecked(one == self._keeper.book.current)
        workspaces.addSeparator()
        self._action(workspaces, "Save, rename, delete…", self.open_dialog)
        what = self._keeper.undoable
        self._action(
            menu, f"Take back {what}" if what else "Nothing to take back", self._keeper.undo, bool(what)
        )
        menu.addSeparator()
        self._action(menu, "Close", handlers["chart.close"], not is_alone)

    @staticmethod
    def _action(menu: QMenu, title: str, does: Callable[[], object], is_possible: bool = True) -> QAction:
        action = menu.addAction(in_menu(title))
        action.setEnabled(is_possible)
        # late: what it does may take this menu's chart away
        action.triggered.connect(lambda: does(), Qt.ConnectionType.QueuedConnection)
        return action
