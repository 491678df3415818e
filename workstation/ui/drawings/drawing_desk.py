"""Drawings on every chart: their tools, commands and menu, over one book of them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from shiboken6 import isValid

from workstation.domain.drawing import Drawing
from workstation.storage.drawings import DrawingFiles
from workstation.ui.bridge import Bridge
from workstation.ui.chart import drawing_deeds
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.drawing_bar import DrawingBar
from workstation.ui.chart.drawing_book import DrawingBook, Drawn
from workstation.ui.chart.drawing_hand import DrawingHand
from workstation.ui.chart.drawing_tool import Tool
from workstation.ui.drawings.drawing_habits import DrawingHabits
from workstation.ui.drawings.passing_word import PassingWord
from workstation.ui.section import GoTo, Section
from workstation.ui.theme import Theme
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace import Workspace

_SAID_FOR_MS = 5000


class DrawingDesk(Section):
    """Lets every chart show and change drawings; commands act upon the active chart.

    Parameters
    ----------
    workspace : Workspace
        The charts.
    bridge : Bridge
        Where it is said that drawings could not be read or kept.
    folder : Path
        Where they are kept.
    theme : Theme
        Colours.
    """

    def __init__(
        self, workspace: Workspace, bridge: Bridge, folder: Path, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.panels = {}
        self._workspace, self._theme = workspace, theme
        self._actions: Mapping[str, QAction] = {}
        self.bars: dict[ChartView, DrawingBar] = {}
        self._said: PassingWord | None = None
        self._silence = QTimer(self, interval=_SAID_FOR_MS, singleShot=True)
        self._silence.timeout.connect(self._hush)
        self.book = DrawingBook(DrawingFiles(folder), self)
        self.book.said.connect(self.say)
        self.book.failed.connect(partial(bridge.notice_posted.emit, "drawings"))
        self.book.tools_changed.connect(self._show_switches)
        self.habits = DrawingHabits(folder.with_name("drawing_habits.json"), self.book, self)
        self.habits.file.failed.connect(partial(bridge.notice_posted.emit, "drawings"))
        workspace.on_each(self._join_pane)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id."""
        tools = {f"drawing.{tool.value}": partial(self._take, tool) for tool in Tool}
        return tools | {
            "drawing.undo": partial(self._with_market, self.book.undo),
            "drawing.redo": partial(self._with_market, self.book.redo),
            "drawing.change": self._open_chosen_menu,
            "drawing.duplicate": lambda: self._with_chosen(drawing_deeds.duplicate),
            "drawing.lock": lambda: self._with_chosen(drawing_deeds.toggle_lock),
            "drawing.delete": lambda: self._with_chosen(drawing_deeds.delete),
            "drawing.clear": partial(self._with_market, self.book.clear),
            "drawing.snap": lambda: self.book.set_snaps(not self.book.snaps),
            "drawing.hide": lambda: self.book.set_hidden(not self.book.is_hidden),
        }

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Take the window's actions: bars and menus are made of them."""
        self._actions = actions
        for bar in self.bars.values():
            bar.join(actions)
        self._show_switches()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for bar in self.bars.values():
            bar.set_theme(theme)
        self._hush()

    def stop(self) -> None:
        """Return when everything is kept."""
        self._silence.stop()
        self.book.finish()
        self.habits.finish()

    def say(self, sentence: str) -> None:
        """Say what was done, on the active chart, for a few seconds."""
        self._hush()
        chart = self.chart
        self._said = PassingWord(sentence, chart, self._theme)
        self._silence.start()

    @property
    def chart(self) -> ChartView:
        """The active chart."""
        return self._workspace.active.chart

    def _join_pane(self, pane: ChartPane) -> None:
        chart = pane.chart
        hand = chart.drawings
        hand.join(self.book)
        bar = self.bars[chart] = DrawingBar(chart, hand, self._theme)
        if self._actions:
            bar.join(self._actions)
        bar.arrange()
        bar.opened_changed.connect(pane.changed)
        pane.keep("drawing_bar", lambda: bar.is_open, lambda saved: bar.set_open(saved is not False))
        hand.text_wanted.connect(partial(self._ask_words, chart))
        hand.points_wanted.connect(partial(self._ask_points, chart))
        hand.tool_changed.connect(partial(self._say_tool, hand))
        chart.drawing_menu_wanted.connect(partial(self._open_menu, chart))
        chart.destroyed.connect(partial(self.bars.pop, chart, None))

    def _take(self, tool: Tool) -> None:
        chart = self.chart
        chart.drawings.take(tool)
        chart.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_tool(self, hand: DrawingHand) -> None:
        """Say how a tool is used, when it is taken."""
        tool = hand.tool
        if tool is None:
            self._hush()
            return
        n = tool.n_points
        points = "a point" if n == 1 else f"{n} points"
        self.say(f"{tool.label}: click {points}, or Enter to begin in the middle. Esc ends it.")

    def _with_market(self, deed: Callable[[Drawn], None]) -> None:
        market = self.chart.drawings.market
        if market is not None:
            deed(market)

    def _with_chosen(self, deed: Callable[[DrawingHand], None]) -> None:
        hand = self.chart.drawings
        if hand.chosen is not None:
            deed(hand)
        else:
            self.say("Choose a drawing first: click on it, or Tab on the chart.")

    def _open_chosen_menu(self) -> None:
        chart = self.chart
        self._with_chosen(lambda _hand: self._open_menu(chart, chart.mapToGlobal(chart.rect().center())))

    def _open_menu(self, chart: ChartView, at: QPoint) -> None:
        from workstation.ui.drawings.drawing_menu import drawing_menu

        drawing = chart.drawings.chosen
        if drawing is None or not self._actions:
            return
        menu = drawing_menu(chart, chart.drawings, drawing, self._theme, self._actions)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _ask_words(self, chart: ChartView, drawing: Drawing) -> None:
        from workstation.ui.drawings.drawing_menu import ask_words

        ask_words(chart, chart.drawings, drawing)

    def _ask_points(self, chart: ChartView, drawing: Drawing) -> None:
        from workstation.ui.drawings.drawing_menu import ask_points

        ask_points(chart, chart.drawings, drawing, self._theme)

    def _show_switches(self) -> None:
        if self._actions:
            self._actions["drawing.snap"].setChecked(self.book.snaps)
            self._actions["drawing.hide"].setChecked(self.book.is_hidden)
        for bar in self.bars.values():
            bar.show_state()

    def _hush(self) -> None:
        if self._said is not None and isValid(self._said):  # its chart may have been closed under it
            self._said.hide()
            self._said.deleteLater()
        self._said = None
