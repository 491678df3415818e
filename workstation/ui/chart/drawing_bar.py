"""The slim bar of drawing tools at the left edge of a chart."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from workstation.ui.chart.drawing_glyph import drawing_glyph
from workstation.ui.chart.drawing_hand import DrawingHand
from workstation.ui.chart.drawing_tool import Tool
from workstation.ui.theme import Theme

TOOL_PREFIX = "drawing."
"""A tool's command is this and its name."""

SWITCHES = {"magnet": "drawing.snap", "hide": "drawing.hide"}
DEEDS = {"undo": "drawing.undo", "redo": "drawing.redo", "clear": "drawing.clear"}
"""Further buttons: glyph, and the command that it stands for."""

_SIDE = 26  # logical pixels of a button
_LEFT, _GAP = 6, 8  # from the chart's edge and from its caption
_APART = 5
_LEAST_WIDTH = 480  # a narrower chart keeps all of its bars in sight


class DrawingBar(QFrame):
    """One button a tool, and a pencil that opens and closes the bar.

    Where the chart is too low or narrow for it, the pencil opens a menu of the same tools.

    Parameters
    ----------
    chart : QWidget
        Whose left edge it stands at.
    hand : DrawingHand
        Whose tools it shows.
    """

    opened_changed = Signal()
    """The trader opened or closed it."""

    def __init__(self, chart: QWidget, hand: DrawingHand, theme: Theme) -> None:
        super().__init__(chart)
        self._chart, self._hand = chart, hand
        self._actions: Mapping[str, QAction] = {}
        self.is_open = True
        self.setObjectName("drawing-bar")
        self.setAccessibleName("Drawing tools")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.pencil = self._button("pencil", "Drawing tools")
        self.pencil.clicked.connect(self._on_pencil)
        self.tools = {tool: self._button(tool.value, tool.label) for tool in Tool}
        self.rest = {name: self._button(name, "") for name in (*SWITCHES, *DEEDS)}
        for button in (*self.tools.values(), *(self.rest[name] for name in SWITCHES)):
            button.setCheckable(True)
        for tool, button in self.tools.items():
            button.clicked.connect(partial(self._on_tool, tool))
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(0)
        for button in (self.pencil, *self.tools.values()):
            column.addWidget(button)
        column.addSpacing(_APART)
        for button in self.rest.values():
            column.addWidget(button)
        hand.tool_changed.connect(self.show_state)
        hand.changed.connect(self.show_state)
        chart.installEventFilter(self)
        self.set_theme(theme)

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Take the window's actions: their titles and shortcuts are said by the buttons."""
        self._actions = actions
        for tool, button in self.tools.items():
            _describe(button, actions[TOOL_PREFIX + tool.value])
        for name, command in (SWITCHES | DEEDS).items():
            _describe(self.rest[name], actions[command])
            self.rest[name].clicked.connect(partial(self._trigger, command))
        self.show_state()

    def set_open(self, on: bool) -> None:
        """Show every tool, or the pencil only."""
        self.is_open = on
        self.arrange()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(
            f"#drawing-bar {{ background: {theme.panel}; border: 1px solid {theme.border};"
            " border-radius: 5px; }"
            "#drawing-bar QToolButton { padding: 0; }"
        )
        self.show_state()

    def show_state(self) -> None:
        """Show which tool is in the hand, and what is switched on."""
        book = self._hand.book
        for tool, button in self.tools.items():
            button.setChecked(self._hand.tool is tool)
        if book is not None:
            self.rest["magnet"].setChecked(book.snaps)
            self.rest["hide"].setChecked(book.is_hidden)
            self.rest["undo"].setEnabled(book.can_undo(self._hand.market))
            self.rest["redo"].setEnabled(book.can_redo(self._hand.market))
        for name, button in self._by_name().items():
            is_on, theme = button.isChecked(), self._theme
            ink = theme.on_accent if is_on else theme.text if button.isEnabled() else theme.disabled
            button.setIcon(drawing_glyph(name, ink))
        self.pencil.setAccessibleDescription("open" if self.is_open else "closed")

    def arrange(self) -> None:
        """Stand below the chart's caption, as open as there is room."""
        shows_all = self.is_open and self._has_room
        for button in (*self.tools.values(), *self.rest.values()):
            button.setVisible(shows_all)
        self.setFixedSize(_SIDE + 6, self._open_height if shows_all else _SIDE + 6)
        self.move(_LEFT, self._top)
        self.setVisible(self._chart.width() > 160 and self._chart.height() > self._top + _SIDE + 40)
        self.raise_()

    def menu(self) -> QMenu:
        """Return the same tools as a menu."""
        menu = QMenu(self)
        for name in (TOOL_PREFIX + tool.value for tool in Tool):
            menu.addAction(self._actions[name])
        menu.addSeparator()
        for command in (*SWITCHES.values(), *DEEDS.values()):
            menu.addAction(self._actions[command])
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the chart's size."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.arrange()
        return False

    @property
    def _top(self) -> int:
        line = self._chart.fontMetrics().height()
        return round(line * 2.4) + 22 + _GAP

    @property
    def _open_height(self) -> int:
        return _SIDE * (1 + len(self.tools) + len(self.rest)) + _APART + 6

    @property
    def _has_room(self) -> bool:
        is_high = self._chart.height() >= self._top + self._open_height + 36
        return is_high and self._chart.width() >= _LEAST_WIDTH

    def _by_name(self) -> dict[str, QToolButton]:
        tools = {tool.value: button for tool, button in self.tools.items()}
        return {"pencil": self.pencil} | tools | self.rest

    def _button(self, name: str, label: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"drawing-{name}")
        button.setAccessibleName(label)
        button.setToolTip(label)
        button.setFixedSize(_SIDE, _SIDE)
        button.setIconSize(QSize(18, 18))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _on_pencil(self) -> None:
        if not self._has_room and self._actions:
            menu = self.menu()
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self.pencil.mapToGlobal(QPoint(_SIDE + 4, 0)))
            return
        self.set_open(not self.is_open)
        self.opened_changed.emit()

    def _on_tool(self, tool: Tool) -> None:
        self._hand.take(tool)
        self._chart.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_state()

    def _trigger(self, command: str) -> None:
        self._chart.setFocus(Qt.FocusReason.OtherFocusReason)
        self._actions[command].trigger()
        self.show_state()


def _describe(button: QToolButton, action: QAction) -> None:
    keys = action.shortcut().toString()
    button.setAccessibleName(action.text())
    button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
