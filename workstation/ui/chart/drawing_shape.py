"""What drawings look like in one picture: lines, areas and words, for the painter and for the hand."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.drawing_price import price_between
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_words import level_words, position_words, text_words
from workstation.ui.words.number_format import price

_REACH = 6.0  # logical pixels from a line that still take hold of it
_HANDLE_REACH = 9.0
_LEAST_EXTENSION = 40.0  # logical pixels
_APART = 0.85  # lines of text between two words of one drawing; closer, the later one is left out
_WIDEST = 4.0  # of a line's width, logical pixels
_FURTHEST = 20_000.0  # logical pixels; beyond, a coordinate means nothing and costs time


@dataclass(frozen=True, slots=True)
class Area:
    """A filled part.

    Parameters
    ----------
    colour : str
        Of the theme, ``"#rrggbb"``, or empty for the drawing's own.
    """

    outline: QPolygonF | QRectF
    colour: str = ""
    strength: float = 0.1


@dataclass(frozen=True, slots=True)
class Words:
    """A line of writing; `at` is its lower left corner, or lower right where `from_right`."""

    at: QPointF
    text: str
    from_right: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawing in one picture, logical pixels.

    Parameters
    ----------
    lines : list of list of QPointF
        Strokes in the drawing's style.
    thin : list of list of QPointF
        Strokes one pixel wide.
    handles : list of QPointF
        Where its anchors can be taken, in their order.
    plate : QRectF or None
        Where a text stands; it counts as the drawing.
    """

    drawing: Drawing
    lines: list[list[QPointF]] = field(default_factory=list)
    thin: list[list[QPointF]] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    handles: list[QPointF] = field(default_factory=list)
    plate: QRectF | None = None

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(handle.x() for handle in self.handles)

    def handle_at(self, at: QPointF) -> int | None:
        """Return the number of the handle under a point; None where there is none."""
        near = [(distance(each, at), i) for i, each in enumerate(self.handles)]
        nearest, number = min(near, default=(math.inf, 0))
        return number if nearest <= _HANDLE_REACH else None

    def is_hit(self, at: QPointF) -> bool:
        """Return whether a point lies on it: on a line, on its words, inside a planned position."""
        if self.plate is not None and self.plate.contains(at):
            return True
        if self.drawing.kind.is_position and any(_inside(area.outline, at) for area in self.areas):
            return True
        reach = _REACH + self.drawing.style.width / 2
        return any(_off(line, at) <= reach for line in (*self.lines, *self.thin))


def shape_of(drawing: Drawing, place: Place, width_of: Callable[[str], float]) -> Shape | None:
    """Return what a drawing looks like; None where nothing of it is in sight. See `Reach` for many of them.

    Parameters
    ----------
    width_of : callable
        How far a text reaches.
    """
    shape = Shape(drawing)
    shape.handles.extend(place.point(anchor) for anchor in drawing.anchors)
    if drawing.kind is DrawingKind.TEXT:
        return _text(shape, place, width_of)
    _MAKERS[drawing.kind](shape, place)
    strokes = [each for each in (*shape.lines, *shape.thin) if each]
    return shape if any(_is_seen(each, place.box) for each in strokes) else None


def _text(shape: Shape, place: Place, width_of: Callable[[str], float]) -> Shape | None:
    words, at = text_words(shape.drawing), shape.handles[0]
    plate = QRectF(at.x(), at.y() - place.text_height - 6, width_of(words) + 12, place.text_height + 6)
    shape.words.append(Words(plate.bottomLeft() + QPointF(6, -3), words))
    return replace(shape, plate=plate) if plate.intersects(place.box) else None


def _trend(shape: Shape, place: Place) -> None:
    first, second = shape.drawing.anchors
    reach = (place.x(first.time_ms), place.x(second.time_ms))
    shape.lines.append(place.line(first, second, reach, is_log=shape.drawing.is_log))


def _ray(shape: Shape, place: Place) -> None:
    first, second = shape.drawing.anchors
    begin, width = place.x(first.time_ms), place.box.width()
    end = begin if first.time_ms == second.time_ms else width if second.time_ms > first.time_ms else 0.0
    if (end - begin) * (second.time_ms - first.time_ms) < 0:
        return
    points = place.line(first, second, (begin, end), is_log=shape.drawing.is_log)
    if begin == end:
        points = [points[0], QPointF(begin, place.box.height() if points[1].y() > points[0].y() else 0)]
    shape.lines.append(points)


def _horizontal(shape: Shape, place: Place) -> None:
    y = shape.handles[0].y()
    right = place.box.width()
    shape.lines.append([QPointF(0, y), QPointF(right, y)])
    text = price(shape.drawing.anchors[0].price, place.frame.series.price_step)
    shape.words.append(Words(QPointF(right - 6, y - 2), text, from_right=True))


def _vertical(shape: Shape, place: Place) -> None:
    x = shape.handles[0].x()
    shape.lines.append([QPointF(x, 0), QPointF(x, place.box.height())])
    shape.handles[0] = QPointF(x, min(max(shape.handles[0].y(), 12), place.box.height() - 12))


def _channel(shape: Shape, place: Place) -> None:
    first, second, aside = shape.drawing.anchors
    is_log = shape.drawing.is_log
    reach = (place.x(first.time_ms), place.x(second.time_ms))
    line = place.line(first, second, reach, is_log=is_log)
    shape.lines.append(line)
    through = price_between(first, second, aside.time_ms, is_log=is_log)
    if through is None:
        return
    beside = [_shifted(each, through, aside.price, is_log=is_log) for each in (first, second)]
    if beside[0] is None or beside[1] is None:
        return
    parallel = place.line(beside[0], beside[1], reach, is_log=is_log)
    shape.lines.append(parallel)
    shape.areas.append(Area(QPolygonF([*line, *reversed(parallel)])))
    middle = [(a + b) / 2 for a, b in zip(line, parallel, strict=False)]
    shape.thin.append(middle)


def _shifted(anchor: Anchor, start: float, end: float, *, is_log: bool) -> Anchor | None:
    price = anchor.price * (end / start) if is_log else anchor.price + end - start
    return Anchor(anchor.time_ms, price) if 0 < price < math.inf else None


def _rectangle(shape: Shape, place: Place) -> None:
    box = _clipped(QRectF(shape.handles[0], shape.handles[1]).normalized())
    outline = [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft(), box.topLeft()]
    shape.lines.append(outline)
    shape.areas.append(Area(box.intersected(place.box)))


def _retracement(shape: Shape, place: Place) -> None:
    _levels(shape, place, (shape.handles[0].x(), shape.handles[1].x()))
    shape.thin.append(place.straight(shape.handles[0], shape.handles[1]))


def _extension(shape: Shape, place: Place) -> None:
    xs = [handle.x() for handle in shape.handles]
    _levels(shape, place, (xs[2], xs[2] + max(abs(xs[1] - xs[0]), _LEAST_EXTENSION)))
    shape.thin.extend(place.straight(a, b) for a, b in pairwise(shape.handles))


def _levels(shape: Shape, place: Place, reach: tuple[float, float]) -> None:
    left, right = min(reach), max(reach)
    lowest = place.box.height() + place.text_height + _WIDEST  # words stand above their level
    before: float | None = None
    written = -math.inf
    for ratio, level, text in level_words(shape.drawing, place):
        y = place.y(level)
        if -_WIDEST <= y <= lowest:
            shape.lines.append(place.level(left, right, y))
            if abs(y - written) >= place.text_height * _APART:
                shape.words.append(Words(QPointF(max(left, 2.0) + 4, y - 1), text))
                written = y
        if before is not None and 0.382 <= ratio <= 1.0:
            _add_band(shape, place, (left, right), (before, y))
        before = y


def _add_band(shape: Shape, place: Place, xs: tuple[float, float], ys: tuple[float, float]) -> None:
    """Fill the part in sight between two levels."""
    left, right = max(xs[0], 0.0), min(xs[1], place.box.width())
    top, bottom = max(min(ys), 0.0), min(max(ys), place.box.height())
    if right > left and bottom > top:
        shape.areas.append(Area(QRectF(left, top, right - left, bottom - top)))


def _position(shape: Shape, place: Place) -> None:
    entry, stop, target = shape.handles
    left, right = min(entry.x(), target.x()), max(entry.x(), target.x())
    shape.handles[:] = [QPointF(left, entry.y()), QPointF(left, stop.y()), QPointF(right, target.y())]
    for edge, colour in ((stop, "fall"), (target, "rise")):
        box = QRectF(QPointF(left, entry.y()), QPointF(right, edge.y())).normalized()
        shape.areas.append(Area(box.intersected(place.box), colour, 0.18))
        shape.thin.append(place.level(left, right, edge.y()))
    shape.lines.append(place.level(left, right, entry.y()))
    for edge, text in zip((target, entry, stop), position_words(shape.drawing, place), strict=True):
        is_below = edge is not entry and edge.y() > entry.y()
        y = edge.y() + place.text_height + 2 if is_below else edge.y() - 2
        if text and (edge is entry or abs(y - entry.y() + 2) >= place.text_height * _APART):
            shape.words.append(Words(QPointF(left + 6, y), text))


_MAKERS: dict[DrawingKind, Callable[[Shape, Place], None]] = {
    DrawingKind.TREND: _trend,
    DrawingKind.RAY: _ray,
    DrawingKind.HORIZONTAL: _horizontal,
    DrawingKind.VERTICAL: _vertical,
    DrawingKind.CHANNEL: _channel,
    DrawingKind.RETRACEMENT: _retracement,
    DrawingKind.EXTENSION: _extension,
    DrawingKind.RECTANGLE: _rectangle,
    DrawingKind.LONG: _position,
    DrawingKind.SHORT: _position,
}


def _clipped(box: QRectF) -> QRectF:
    return box.intersected(QRectF(-_FURTHEST, -_FURTHEST, 2 * _FURTHEST, 2 * _FURTHEST))


def _is_seen(points: list[QPointF], box: QRectF) -> bool:
    xs, ys = [each.x() for each in points], [each.y() for each in points]
    return max(xs) >= 0 and min(xs) <= box.right() and max(ys) >= 0 and min(ys) <= box.bottom()


def distance(a: QPointF, b: QPointF) -> float:
    """Return how far two points are apart."""
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def _inside(outline: QPolygonF | QRectF, at: QPointF) -> bool:
    box = outline.boundingRect() if isinstance(outline, QPolygonF) else outline
    return box.contains(at)


def _off(points: list[QPointF], at: QPointF) -> float:
    """Return how far a point lies from a stroke."""
    return min((_off_piece(a, b, at) for a, b in pairwise(points)), default=math.inf)


def _off_piece(a: QPointF, b: QPointF, at: QPointF) -> float:
    dx, dy = b.x() - a.x(), b.y() - a.y()
    length = dx * dx + dy * dy
    share = ((at.x() - a.x()) * dx + (at.y() - a.y()) * dy) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.hypot(a.x() + share * dx - at.x(), a.y() + share * dy - at.y())
