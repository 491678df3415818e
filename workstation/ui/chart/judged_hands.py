"""What the mouse does to panes of judgements: their upper edges are dragged, their legend has a menu."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from workstation.ui.chart.judged_board import JudgedBoard, JudgedPane
from workstation.ui.chart.judged_frame import LEAST_HEIGHTS
from workstation.ui.chart.study_hands import GRIP, Surface


class JudgedHands(QObject):
    """Listens to a chart before the chart does.

    Parameters
    ----------
    widget, surface : QWidget, Surface
        The chart, as a widget and as a picture.
    board : JudgedBoard
        Its panes of judgements.
    """

    def __init__(self, widget: QWidget, surface: Surface, board: JudgedBoard) -> None:
        super().__init__(widget)
        self._widget, self._surface, self._board = widget, surface, board
        self._held: tuple[JudgedPane, float] | None = None  # and where its lower edge is
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is meant for an edge; leave everything else to the chart."""
        if not isinstance(event, QMouseEvent) or not self._board.shown or self._surface.frame is None:
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._held = self._edge_at(event.position())
                return self._held is not None and event.button() is Qt.MouseButton.LeftButton
            case QEvent.Type.MouseMove:
                return self._move(event.position(), event.buttons())
            case QEvent.Type.MouseButtonRelease:
                was_held, self._held = self._held is not None, None
                return was_held
            case _:
                return False

    def _move(self, at: QPointF, buttons: Qt.MouseButton) -> bool:
        frame = self._surface.frame
        if self._held is not None and buttons & Qt.MouseButton.LeftButton and frame is not None:
            pane, foot = self._held
            height = max(foot - at.y(), LEAST_HEIGHTS[pane])
            self._board.set_share(pane, height / frame.layout.body_height)
            return True
        self._held = None
        if buttons or self._edge_at(at) is None:
            return False
        self._widget.setCursor(Qt.CursorShape.SplitVCursor)
        return True

    def _edge_at(self, at: QPointF) -> tuple[JudgedPane, float] | None:
        frame = self._surface.frame
        for pane, top, height in frame.judged.edges if frame is not None else ():
            if abs(at.y() - top) <= GRIP:
                return pane, float(top + height)
        return None
