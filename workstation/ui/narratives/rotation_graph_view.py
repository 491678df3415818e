"""The relative rotation graph as a widget: the time that is shown, the narrative chosen, the point named."""

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.engine.narratives.relative_rotation import RelativeRotation, quadrant
from workstation.ui.narratives.narrative_words import QUADRANT_WORDS
from workstation.ui.narratives.rotation_graph_painter import RotationGraphPainter, Scene
from workstation.ui.narratives.rotation_graph_places import Places
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

_LEFT_EDGE, _RIGHT_EDGE, _TOP_EDGE, _BOTTOM_EDGE = 48.0, 12.0, 10.0, 34.0
_NEAR = 14.0  # pixels
_STEPS_OF_KEY = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -7,
    Qt.Key.Key_PageDown: 7,
}


def day_words(at_ms: int) -> str:
    """Return the day of a close at 00:00 UTC."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at.day} {at:%b %Y}"


class RotationGraphView(QWidget):
    """Paints the graph at one time. It holds no clock: whoever owns it says which time."""

    step_requested = Signal(int)  # so many days on, or back
    end_requested = Signal(bool)  # the newest day, or the first one
    play_requested = Signal()
    chosen = Signal(str)  # name of a narrative; empty for none
    open_requested = Signal(str)  # name of a narrative

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph: RelativeRotation | None = None
        self._titles: tuple[str, ...] = ()
        self._places: Places | None = None
        self._ground: QPixmap | None = None
        self.step, self.tail = 0, 5
        self._chosen = -1
        self._hovered: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Relative rotation graph")
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._painter: RotationGraphPainter | None = None
        self._ground = None
        self.update()

    def set_graph(self, graph: RelativeRotation, titles: tuple[str, ...]) -> None:
        """Show another graph; `titles` name its narratives for the trader."""
        chosen = self.chosen_name
        self._graph, self._titles = graph, tuple(one_line(title, 40) for title in titles)
        self._chosen = graph.names.index(chosen) if chosen in graph.names else -1
        self._places = self._ground = self._hovered = None
        self.set_step(min(self.step, len(graph.close_ms) - 1))

    def set_step(self, step: int) -> None:
        """Show another time."""
        self.step = step
        self._say()
        self.update()

    def set_tail(self, n: int) -> None:
        """Show so many days behind each point."""
        self.tail = n
        self.update()

    @property
    def chosen_name(self) -> str:
        """The narrative that is told apart from the others; empty for none."""
        return self._graph.names[self._chosen] if self._graph is not None and self._chosen >= 0 else ""

    def choose(self, name: str) -> None:
        """Tell one narrative apart from the others; a name that is not there tells none."""
        names = self._graph.names if self._graph is not None else ()
        self._chosen = names.index(name) if name in names else -1
        self._say()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(420, 380)

    def point_of(self, name: str) -> QPointF | None:
        """Return where a narrative stands now, pixels; None where it is not known."""
        if self._graph is None:
            return None
        tail = self._laid_out(self._graph).tail(self.step, 1, self._graph.names.index(name))
        return tail[-1] if tail else None

    def words_at(self, step: int, column: int) -> tuple[str, ...]:
        """Return what a point is: narrative, day, ratio, momentum and quadrant."""
        if self._graph is None:
            return ()
        ratio, momentum = float(self._graph.ratio[step, column]), float(self._graph.momentum[step, column])
        at = quadrant(ratio, momentum)
        if at is None:
            return self._titles[column], "not known at this time"
        day = day_words(int(self._graph.close_ms[step]))
        return (
            self._titles[column],
            f"{QUADRANT_WORDS[at]}, {day}",
            f"ratio {ratio:.2f}   momentum {momentum:.2f}",
        )

    @property
    def hover_words(self) -> tuple[str, ...]:
        """What the point under the pointer is; nothing where there is none."""
        return self.words_at(*self._hovered) if self._hovered is not None else ()

    def _say(self) -> None:
        if self._graph is None or not len(self._graph.close_ms):
            self.setAccessibleDescription("")
            return
        said = [day_words(int(self._graph.close_ms[self.step]))]
        if self._chosen >= 0:
            said += self.words_at(self.step, self._chosen)
        self.setAccessibleDescription(", ".join(said))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay everything out again."""
        self._places = self._ground = None

    def changeEvent(self, event: QEvent) -> None:
        """Take another font or scale."""
        self._painter = self._ground = None
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through time, or from narrative to narrative."""
        key = Qt.Key(event.key())
        if key in _STEPS_OF_KEY:
            self.step_requested.emit(_STEPS_OF_KEY[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.end_requested.emit(key == Qt.Key.Key_End)
        elif key == Qt.Key.Key_Space:
            self.play_requested.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose_next(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen_name:
            self.open_requested.emit(self.chosen_name)
        elif key == Qt.Key.Key_Escape and self._chosen >= 0:
            self._take_chosen(-1)
        else:
            super().keyPressEvent(event)

    def _choose_next(self, step: int) -> None:
        n = len(self._graph.names) if self._graph is not None else 0
        if n:
            self._take_chosen((self._chosen + step) % n if self._chosen >= 0 else (0 if step > 0 else n - 1))

    def _take_chosen(self, column: int) -> None:
        self._chosen = column
        self._say()
        self.update()
        self.chosen.emit(self.chosen_name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the point under the pointer."""
        found = self._point_at(event.position())
        if found != self._hovered:
            self._hovered = found
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Name nothing any more."""
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell the narrative under the pointer apart, or none."""
        found = self._point_at(event.position())
        self._take_chosen(found[1] if found is not None else -1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the index under the pointer."""
        found = self._point_at(event.position())
        if found is not None and self._graph is not None:
            self.open_requested.emit(self._graph.names[found[1]])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        self.update()

    def _point_at(self, point: QPointF) -> tuple[int, int] | None:
        if self._graph is None or not len(self._graph.close_ms):
            return None
        return self._laid_out(self._graph).nearest(self.step, self.tail, point, _NEAR)

    def _laid_out(self, graph: RelativeRotation) -> Places:
        if self._places is None:
            room = QRectF(self.rect()).adjusted(_LEFT_EDGE, _TOP_EDGE, -_RIGHT_EDGE, -_BOTTOM_EDGE)
            self._places = Places.of(graph, room)
        return self._places

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the graph at this time."""
        with QPainter(self) as painter:
            if self._graph is None or not len(self._graph.close_ms):
                painter.fillRect(self.rect(), QColor(self._theme.base))
                return
            self._paint_graph(painter, self._graph)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(self._theme.accent), 1))
                painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_graph(self, painter: QPainter, graph: RelativeRotation) -> None:
        places = self._laid_out(graph)
        if self._painter is None:
            self._painter = RotationGraphPainter(self._theme, self.font())
        if self._ground is None or self._ground.devicePixelRatio() != self.devicePixelRatioF():
            self._ground = self._painter.ground(places, self.size(), self.devicePixelRatioF())
        painter.drawPixmap(0, 0, self._ground)
        lit = self._hovered[1] if self._hovered is not None else self._chosen
        self._painter.paint(painter, Scene(graph, self._titles, places, self.step, self.tail, lit))
        if self._hovered is not None and self._hovered[0] <= self.step:
            point = QPointF(float(places.x[self._hovered]), float(places.y[self._hovered]))
            self._painter.paint_box(painter, point, self.hover_words, self.size())
