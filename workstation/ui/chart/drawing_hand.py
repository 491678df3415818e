"""The hand that draws on one chart: sets points, takes hold of drawings, moves and deletes them."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QPainter

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.ui.chart.drawing_book import DrawingBook, Drawn, new_id
from workstation.ui.chart.drawing_deeds import delete
from workstation.ui.chart.drawing_painter import Scene
from workstation.ui.chart.drawing_picture import DrawnPicture
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_reach import Reach
from workstation.ui.chart.drawing_shape import Shape, distance, shape_of
from workstation.ui.chart.drawing_tool import (
    Sketch,
    Tool,
    fixed_point,
    keyboard_points,
    moved,
    straight_from,
    with_anchor,
)
from workstation.ui.chart.drawing_words import describe
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.picture import Picture

_SLIP = 4.0  # logical pixels a hand may move between press and release of a click
_WHOLE = -1
_FAR = 10  # times as far with Shift
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class DrawingHand(QObject):
    """What is being drawn, chosen and moved on one chart.

    It does nothing until it is given a `book`; then it shows the drawings of whichever market is painted.
    """

    changed = Signal()
    """The picture is another."""

    tool_changed = Signal()
    """Another tool is in the hand, or none."""

    selected_changed = Signal(str)
    """What is chosen, in a sentence; empty where nothing is."""

    text_wanted = Signal(object)
    """Words are asked for this text (`Drawing`), which is in the book or will be."""

    points_wanted = Signal(object)
    """The prices and times that hold this `Drawing` shall be asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.book: DrawingBook | None = None
        self.market: Drawn | None = None
        self.sketch: Sketch | None = None
        self.selected = ""
        self._hand: Anchor | None = None
        self._place: Place | None = None
        self._width_of: Callable[[str], float] = len
        self._reach = Reach(())
        self._made: list[Shape] | None = None  # what is in sight; None where that may be other now
        self._grip: int | None = None
        self._handle = _WHOLE
        self._held: Drawing | None = None  # what is being moved, as it stands under the hand
        self._pressed_at = QPointF()
        self._picture = DrawnPicture()
        self._base_key = 0

    def join(self, book: DrawingBook) -> None:
        """Draw what is in this book, and into it."""
        self.book = book
        book.show_on(self)
        book.changed.connect(self._on_book)
        book.tools_changed.connect(self._touch)
        self._touch()

    @property
    def place(self) -> Place | None:
        """Where drawings stand in the picture that was painted last; None before."""
        return self._place

    @property
    def tool(self) -> Tool | None:
        """The tool in the hand."""
        return self.sketch.tool if self.sketch is not None else None

    @property
    def chosen(self) -> Drawing | None:
        """The drawing that is chosen."""
        if self.book is None or self.market is None or not self.selected:
            return None
        return self.book.find(self.market, self.selected)

    def take(self, tool: Tool | None) -> None:
        """Take a tool, or put it away; the same one again puts it away, too."""
        self.select("")
        is_same = tool is not None and self.tool is tool and not self._is_measured
        kind = tool.kind if tool is not None else None
        style = self.book.styles.get(kind) if kind is not None and self.book is not None else None
        self.sketch = None if tool is None or is_same else Sketch(tool, new_id(), style or tool.style)
        self._hand = None
        if self.sketch is not None and self.book is not None and self.book.is_hidden:
            self.book.set_hidden(False)
        self._touch()
        self.tool_changed.emit()

    def select(self, drawing_id: str) -> None:
        """Choose a drawing, or none."""
        if drawing_id == self.selected:
            return
        self.selected, self._handle = drawing_id, _WHOLE
        self._touch()
        drawing = self.chosen
        sentence = describe(drawing, self._place) if drawing is not None and self._place is not None else ""
        self.selected_changed.emit(sentence)

    def put(self, drawing: Drawing, name: str) -> None:
        """Keep a drawing as it is now; a new one is added and chosen."""
        if self.book is None or self.market is None:
            return
        if self.book.find(self.market, drawing.id) is None:
            self.book.add(self.market, drawing)
        else:
            self.book.replace(self.market, drawing, name)
        self.select(drawing.id)

    def paint(self, painter: QPainter, picture: Picture, frame: Frame) -> None:
        """Paint the picture, which was made from this frame, with everything that is drawn."""
        base, labels = picture.pixmap, picture.labels
        if self.book is None:
            painter.drawPixmap(0, 0, base)
            return
        if self._place is None or self._place.frame is not frame or base.cacheKey() != self._base_key:
            self._show(frame, labels, picture.strip)
            self._base_key = base.cacheKey()
        self._picture.paint(painter, base, self._scene(self._place), (picture.colours, labels))

    def rest(self) -> None:
        """Give back the memory of the picture; it is painted anew once it is seen."""
        self._picture.give_back()

    def press(self, at: QPointF, frame: Frame, *, keys: Qt.KeyboardModifier) -> bool:
        """Set a point, or take hold of what lies there; return whether the press was for drawings."""
        place = self._ready(at, frame)
        if place is None:
            return False
        self._pressed_at = at
        if self.sketch is not None and not self._is_measured:
            self._set(self._anchor(at, place, keys), place)
            return True
        if self._is_measured:
            self.take(None)
        shape = self.shape_at(at)
        self.select(shape.drawing.id if shape is not None else "")
        if shape is None:
            return False
        if not shape.drawing.is_locked:
            handle = shape.handle_at(at)
            self._grip = _WHOLE if handle is None else handle
        return True

    def move(self, at: QPointF, frame: Frame, *, keys: Qt.KeyboardModifier) -> bool:
        """Follow the pointer; return whether something is drawn or moved with it."""
        place = self._place
        if place is None or place.frame is not frame:
            return False
        if self.sketch is not None and not self.sketch.is_complete:
            self._hand = self._anchor(at, place, keys)
            self._touch()
            return True
        if self._grip is None:
            return False
        self._drag(at, place, keys)
        return True

    def release(self, at: QPointF, frame: Frame, *, keys: Qt.KeyboardModifier) -> bool:
        """Let go of what was moved, or set the second point of what was drawn by dragging."""
        place, slipped = self._place, distance(at, self._pressed_at) > _SLIP
        if self.sketch is not None and place is not None and place.frame is frame:
            if self.sketch.points and not self.sketch.is_complete and slipped:
                self._set(self._anchor(at, place, keys), place)
            return True
        held, was_held = self._held, self._grip is not None
        self._held = self._grip = None
        if held is not None:
            self.put(held, "moved")
        return was_held

    def double_click(self, at: QPointF) -> bool:
        """Ask for the words of a text, for the points of the others; return whether there is a drawing."""
        shape = self.shape_at(at)
        if self.sketch is not None or shape is None:
            return self.sketch is not None
        self.select(shape.drawing.id)
        self._ask_about(shape.drawing)
        return True

    def key(self, key: int, *, is_far: bool) -> bool:
        """Do what a key asks of drawings; return whether it asks for anything here."""
        if self.book is None or self._place is None:
            return False
        if key == Qt.Key.Key_Escape:
            return self._escape()
        if self.sketch is not None:
            return key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._draw_by_keyboard(self._place)
        drawing = self.chosen
        if drawing is None:
            return False
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            delete(self)
        elif key == Qt.Key.Key_Space:
            n = len(drawing.anchors)
            self._handle = _WHOLE if n == 1 or self._handle == n - 1 else self._handle + 1
            self._touch()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask_about(drawing)
        elif key in _ARROWS:
            self._nudge(drawing, self._place, *_ARROWS[Qt.Key(key)], _FAR if is_far else 1)
        else:
            return False
        return True

    def _ask_about(self, drawing: Drawing) -> None:
        (self.text_wanted if drawing.kind is DrawingKind.TEXT else self.points_wanted).emit(drawing)

    def walk(self, *, forward: bool) -> bool:
        """Choose the next drawing in sight; return False, with none chosen, beyond the last."""
        ids = [shape.drawing.id for shape in sorted(self.shapes(), key=lambda shape: shape.left)]
        if self.sketch is not None or not ids:
            return False
        if self.selected not in ids:
            self.select(ids[0 if forward else -1])
            return True
        place = ids.index(self.selected) + (1 if forward else -1)
        self.select(ids[place] if 0 <= place < len(ids) else "")
        return bool(self.selected)

    def shape_at(self, at: QPointF) -> Shape | None:
        """Return the topmost drawing under a point; handles of the chosen one come first."""
        for shape in self.shapes():
            if shape.drawing.id == self.selected and shape.handle_at(at) is not None:
                return shape
        return next((shape for shape in reversed(self.shapes()) if shape.is_hit(at)), None)

    def cursor_at(self, at: QPointF) -> Qt.CursorShape | None:
        """Return the pointer's form over drawings; None where there is none."""
        if self.sketch is not None or self.book is None:
            return None
        shape = self.shape_at(at)
        if shape is None:
            return None
        if shape.drawing.is_locked:
            return Qt.CursorShape.PointingHandCursor
        is_handle = shape.drawing.id == self.selected and shape.handle_at(at) is not None
        return Qt.CursorShape.CrossCursor if is_handle else Qt.CursorShape.SizeAllCursor

    @property
    def _is_measured(self) -> bool:
        return self.sketch is not None and self.sketch.is_complete

    def _ready(self, at: QPointF, frame: Frame) -> Place | None:
        place = self._place
        is_here = self.book is not None and place is not None and place.frame is frame
        return place if is_here and place is not None and place.box.contains(at) else None

    def _anchor(self, at: QPointF, place: Place, keys: Qt.KeyboardModifier) -> Anchor:
        """Return the point that is meant: straight with Shift, snapped the other way with Control."""
        beside = fixed_point(self.sketch, self.chosen, self._grip)
        if keys & Qt.KeyboardModifier.ShiftModifier and beside is not None:
            return straight_from(beside, at, place)
        is_reversed = bool(keys & Qt.KeyboardModifier.ControlModifier)
        return place.anchor(at, snaps=(self.book is not None and self.book.snaps) != is_reversed)

    def _set(self, anchor: Anchor, place: Place) -> None:
        """Set the next point of the sketch; the last one makes it a drawing."""
        sketch = self.sketch
        if sketch is None:
            return
        sketch.points.append(anchor)
        self._hand = None
        self._touch()
        drawing = sketch.drawing(place, None) if sketch.is_complete else None
        if drawing is None:
            return
        self.take(None)
        if drawing.kind is DrawingKind.TEXT:
            self.text_wanted.emit(drawing)
        else:
            self.put(drawing, "")

    def _draw_by_keyboard(self, place: Place) -> bool:
        sketch = self.sketch
        if sketch is not None and not sketch.is_complete:
            sketch.points.clear()
            for point in keyboard_points(sketch.tool, place):
                self._set(point, place)
        return True

    def _escape(self) -> bool:
        if self.sketch is not None:
            self.take(None)
        elif self._grip is not None:
            self._held = self._grip = None
            self._touch()
        elif self.selected:
            self.select("")
        else:
            return False
        return True

    def _drag(self, at: QPointF, place: Place, keys: Qt.KeyboardModifier) -> None:
        drawing = self.chosen
        if drawing is None or self._grip is None:
            return
        if self._grip != _WHOLE:
            anchor = self._anchor(at, place, keys)
            self._held = with_anchor(drawing, self._grip, anchor)
        elif self._held is not None or distance(at, self._pressed_at) > _SLIP:
            slots = place.frame.slots
            n_bars = slots.slot_at(at.x()) - slots.slot_at(self._pressed_at.x())
            self._held = moved(drawing, place, n_bars, at.y() - self._pressed_at.y())
        self._touch()

    def _nudge(self, drawing: Drawing, place: Place, dx: int, dy: int, times: int) -> None:
        if drawing.is_locked:
            return
        shifted = moved(drawing, place, dx * times, float(dy * times))
        if self._handle != _WHOLE:
            shifted = with_anchor(drawing, self._handle, shifted.anchors[self._handle])
        handle = self._handle
        self.put(shifted, "moved")
        self._handle = handle

    def _show(self, frame: Frame, labels: Labels, strip: QRect | None) -> None:
        """Take a new picture, which may be new in a strip only; its market's drawings are read, too."""
        place = Place(frame, labels.height())
        if self._place is None or not place.is_like(self._place) or self._width_of != labels.width:
            self._made = None
        self._place, self._width_of = place, labels.width
        if strip is None or self._made is None:
            self._picture.forget()
        else:
            self._picture.age(strip)
        market = Drawn(frame.series.key.venue, frame.series.key.symbol)
        if market != self.market and self.book is not None:
            self.market = market
            self.book.open(market)
            if self.sketch is not None or self.selected:
                self.take(None)

    def _scene(self, place: Place | None) -> Scene:
        if place is None:
            raise RuntimeError("There is no picture to draw over.")
        measured = self.sketch.measured(self._hand) if self.sketch is not None else ()
        bells = self.book.bells.get(self.market, ()) if self.book and self.market else ()
        return Scene(place, self.shapes(), self.selected, self._handle, measured, bells)

    def shapes(self) -> list[Shape]:
        """Return what is drawn in sight, in the order in which it is painted."""
        if self._made is None:
            place = self._place
            made = [shape_of(each, place, self._width_of) for each in self._shown(place)] if place else []
            self._made = [shape for shape in made if shape is not None]
        return self._made

    def _shown(self, place: Place) -> list[Drawing]:
        """Return what may be in sight: of what is kept, as the hand moves it, and what is being made."""
        book, market, held = self.book, self.market, self._held
        if book is None or market is None:
            return []
        kept = () if book.is_hidden else book.drawings(market)
        self._reach = self._reach.of(kept)
        moving = [held if each.id == held.id else each for each in kept] if held is not None else None
        shown = moving or self._reach.in_sight(place)
        sketched = self.sketch.drawing(place, self._hand) if self.sketch is not None else None
        return shown if sketched is None else [*shown, sketched]

    def _on_book(self, market: Drawn) -> None:
        if market == self.market:
            if self.selected and self.chosen is None:
                self.select("")
            self._touch()

    def _touch(self) -> None:
        self._made = None
        self._picture.forget()
        self.changed.emit()
