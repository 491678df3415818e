"""What the mouse does to studies on a chart: a click on a legend line, a drag of a pane's edge."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from workstation.domain.study import Place
from workstation.domain.study_choice import LEAST_SHARE, MOST_SHARE
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.study_board import StudyBoard
from workstation.ui.chart.study_frame import LEAST_PANE
from workstation.ui.chart.study_legend import LegendLine

GRIP = 4.0
"""Logical pixels on either side of a pane's edge where it can be taken hold of."""


class Surface(Protocol):
    """The chart whose studies are handled."""

    @property
    def frame(self) -> Frame | None:
        """What is where in its picture."""
        ...

    @property
    def legend(self) -> list[LegendLine]:
        """The lines of its legend."""
        ...


class StudyHands(QObject):
    """Listens to a chart before the chart does.

    Parameters
    ----------
    widget, surface : QWidget, Surface
        The chart, as a widget and as a picture.
    board : StudyBoard
        Its studies.

    Attributes
    ----------
    edit_wanted : Signal(int)
        The study at this place shall be edited; -1 for all of them.
    """

    edit_wanted = Signal(int)

    def __init__(self, widget: QWidget, surface: Surface, board: StudyBoard) -> None:
        super().__init__(widget)
        self._widget, self._surface, self._board = widget, surface, board
        self._held: tuple[int, float, int] | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is meant for a legend line or an edge; leave everything else to the chart."""
        if not isinstance(event, QMouseEvent) or self._surface.frame is None or not self._board.studies:
            return False
        at = event.position()
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick:
                return event.button() is Qt.MouseButton.LeftButton and self._press(at, event.globalPosition())
            case QEvent.Type.MouseMove:
                return self._move(at, event.buttons())
            case QEvent.Type.MouseButtonRelease:
                was_held, self._held = self._held is not None, None
                return was_held
            case _:
                return False

    def line_at(self, at: QPointF) -> LegendLine | None:
        """Return the legend line of a study under a point."""
        return next(
            (line for line in self._surface.legend if line.box.contains(at) and line.place >= 0), None
        )

    def menu_of(self, place: int) -> QMenu:
        """Return what can be done with a study."""
        one, menu = self._board.studies[place], QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_shown = one.choice.is_shown
        self._add(menu, f"Edit {one.label}…", lambda: self.edit_wanted.emit(place))
        self._add(menu, "Hide" if is_shown else "Show", lambda: self._board.show(place, on=not is_shown))
        up, down = self._neighbours(place)
        self._add(menu, "Move up", lambda: self._board.move(place, up), up >= 0)
        self._add(menu, "Move down", lambda: self._board.move(place, down), down >= 0)
        menu.addSeparator()
        self._add(menu, "Remove", lambda: self._board.remove(place))
        self._add(menu, "All studies…", lambda: self.edit_wanted.emit(-1))
        return menu

    def _add(self, menu: QMenu, text: str, do: Callable[[], object], is_possible: bool = True) -> None:
        action = QAction(text, menu)
        action.triggered.connect(lambda _checked=False: do())
        action.setEnabled(is_possible)
        menu.addAction(action)

    def _neighbours(self, place: int) -> tuple[int, int]:
        """Return the places of the studies above and below it in the same part of the chart; -1 for none."""
        studies = self._board.studies
        is_pane = studies[place].study.place is Place.PANE
        alike = [i for i, one in enumerate(studies) if (one.study.place is Place.PANE) == is_pane]
        at = alike.index(place)
        return (alike[at - 1] if at else -1), (alike[at + 1] if at + 1 < len(alike) else -1)

    def _press(self, at: QPointF, on_screen: QPointF) -> bool:
        line = self.line_at(at)
        if line is not None:
            self.menu_of(line.place).popup(QPoint(round(on_screen.x()), round(on_screen.y())))
            return True
        edge = self._edge_at(at)
        if edge is not None:
            self._held = edge
        return edge is not None

    def _move(self, at: QPointF, buttons: Qt.MouseButton) -> bool:
        if self._held is not None and buttons & Qt.MouseButton.LeftButton:
            self._drag(at.y())
            return True
        self._held = None
        if buttons:
            return False
        if self.line_at(at) is not None:
            self._widget.setCursor(Qt.CursorShape.PointingHandCursor)
            return True
        if self._edge_at(at) is not None:
            self._widget.setCursor(Qt.CursorShape.SplitVCursor)
            return True
        return False

    def _edge_at(self, at: QPointF) -> tuple[int, float, int] | None:
        """Return the pane whose upper edge lies under a point, as (place, y, height)."""
        for one in self._surface.frame.studies if self._surface.frame else ():
            if one.height and one.board.choice.is_shown and abs(at.y() - one.top) <= GRIP:
                return one.place, at.y(), one.height
        return None

    def _drag(self, y: float) -> None:
        frame = self._surface.frame
        if self._held is None or frame is None:
            return
        place, from_y, height = self._held
        body = frame.layout.body_height
        share = max(height + from_y - y, LEAST_PANE) / body
        choice = self._board.studies[place].choice
        self._board.edit(place, replace(choice, share=min(max(share, LEAST_SHARE), MOST_SHARE)))
