"""What drawings look like in one picture: lines, areas and words, for the painter and for the hand."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.drawing_price import price_between
from workstation.ui.chart.drawing_place import Place, Point
from workstation.ui.chart.drawing_words import level_words, position_words, text_words
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.words.number_format import price

Line = tuple[float, float, float, float]
"""x, y of one end and of the other, logical pixels."""

_REACH = 6.0  # logical pixels from a line that still take hold of it
_HANDLE_REACH = 9.0
_LEAST_EXTENSION = 40.0  # logical pixels
_LEAST_AREA = 1.0  # logical pixels; what is smaller is hidden by its own edges
_SLIVER = 2.0  # logical pixels
_OF_PARTS = {
    DrawingKind.CHANNEL,
    DrawingKind.RETRACEMENT,
    DrawingKind.EXTENSION,
    DrawingKind.RECTANGLE,
    DrawingKind.LONG,
    DrawingKind.SHORT,
}
_APART = 0.85  # lines of text between two words of one drawing; closer, the later one is left out
_AIR = 10.0  # logical pixels around strokes and words: plates, caps, the corners of bent lines
_WIDEST = 4.0  # of a line's width, logical pixels
_FURTHEST = 20_000.0  # logical pixels; beyond, a coordinate means nothing and costs time


class Area(NamedTuple):
    """A filled part; its colour is of the theme, ``"#rrggbb"``, or empty for the drawing's own."""

    outline: QPolygonF | QRectF
    colour: str = ""
    strength: float = 0.1

    @property
    def right(self) -> float:
        """Where it ends, logical pixels."""
        box = self.outline if isinstance(self.outline, QRectF) else self.outline.boundingRect()
        return max(box.left(), box.right()) + _AIR


class Words(NamedTuple):
    """A line of writing; x and y are of its lower left corner, or lower right where `from_right`."""

    x: float
    y: float
    text: str
    from_right: bool = False


class Parted(NamedTuple):
    """Straight strokes of a drawing."""

    is_thin: bool
    level: list[Line]
    slanted: list[Line]

    @classmethod
    def of(cls, is_thin: bool, lines: list[Line]) -> "Parted":
        """Return strokes that are level or upright apart from the rest."""
        level = [line for line in lines if line[1] == line[3] or line[0] == line[2]]
        slanted = [line for line in lines if line[1] != line[3] and line[0] != line[2]]
        return cls(is_thin, level, slanted)


@dataclass(slots=True)
class Shape:
    """A drawing in one picture, logical pixels.

    Parameters
    ----------
    lines : list of Line
        Straight strokes in the drawing's style.
    thin : list of Line
        Straight strokes one pixel wide.
    bent : list of (list of Point, bool)
        Lines that this price scale bends, each with whether it is thin.
    spots : list of Point
        Where its anchors can be taken, in their order.
    plate : QRectF or None
        Where a text stands; it counts as the drawing.
    """

    drawing: Drawing
    lines: list[Line] = field(default_factory=list)
    thin: list[Line] = field(default_factory=list)
    bent: list[tuple[list[Point], bool]] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    spots: list[Point] = field(default_factory=list)
    plate: QRectF | None = None
    _reach: float | None = None
    _parted: tuple[Parted, ...] | None = None

    def parted(self) -> tuple[Parted, ...]:
        """Return its straight strokes, thin ones and others, level and upright ones apart from the rest."""
        if self._parted is None:
            kinds = [(is_thin, lines) for is_thin, lines in ((False, self.lines), (True, self.thin)) if lines]
            self._parted = tuple(Parted.of(*kind) for kind in kinds)
        return self._parted

    def reach(self, labels: Labels) -> float:
        """Return how far right it may be seen, logical pixels."""
        if self._reach is None:
            ends = [x for points in self.strokes() for x, _ in points]
            ends += [area.right for area in self.areas]
            ends += [max(words.x, 0.0) + labels.width(words.text, Style.SMALL) for words in self.words]
            ends += [self.plate.right()] if self.plate is not None else []
            self._reach = max(ends, default=math.inf) + self.drawing.style.width + _AIR
        return self._reach

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(self.spots)[0]

    @property
    def handles(self) -> list[QPointF]:
        """Where its anchors can be taken, in their order."""
        return [QPointF(*spot) for spot in self.spots]

    def stroke(self, points: list[Point], *, thin: bool = False) -> None:
        """Add a stroke through points; nothing where there are fewer than two."""
        if len(points) == 2:
            (self.thin if thin else self.lines).append((*points[0], *points[1]))
        elif points:
            self.bent.append((points, thin))

    def strokes(self) -> Iterator[list[Point]]:
        """Yield every stroke as points."""
        for x, y, end_x, end_y in (*self.lines, *self.thin):
            yield [(x, y), (end_x, end_y)]
        for points, _ in self.bent:
            yield points

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
        reach, spot = _REACH + self.drawing.style.width / 2, (at.x(), at.y())
        return any(_off(points, spot) <= reach for points in self.strokes())


def shape_of(drawing: Drawing, place: Place, width_of: Callable[[str], float]) -> Shape | None:
    """Return what a drawing looks like; None where nothing of it is in sight. See `Reach` for many of them.

    Parameters
    ----------
    width_of : callable
        How far a text reaches.
    """
    shape = Shape(drawing, spots=[place.spot(anchor) for anchor in drawing.anchors])
    if drawing.kind is DrawingKind.TEXT:
        return _text(shape, place, width_of)
    _make(shape, place)
    right, bottom = place.box.right(), place.box.bottom()
    return shape if any(_is_seen(points, right, bottom) for points in shape.strokes()) else None


def _make(shape: Shape, place: Place) -> None:
    """Lay a drawing out; one of several parts that is too narrow for them is a stroke without words."""
    kind = shape.drawing.kind
    xs = [x for x, _ in shape.spots[: 2 if kind is DrawingKind.CHANNEL else 3]]
    if kind in _OF_PARTS and max(xs) - min(xs) < _SLIVER:
        ys, x = [y for _, y in shape.spots], (min(xs) + max(xs)) / 2
        shape.lines.append((x, min(ys), x, max(ys)))
    else:
        _MAKERS[kind](shape, place)


def _text(shape: Shape, place: Place, width_of: Callable[[str], float]) -> Shape | None:
    words, (x, y) = text_words(shape.drawing), shape.spots[0]
    height = place.text_height + 6
    shape.plate = QRectF(x, y - height, width_of(words) + 12, height)
    shape.words.append(Words(x + 6, y - 3, words))
    return shape if shape.plate.intersects(place.box) else None


def _trend(shape: Shape, place: Place) -> None:
    first, second = shape.drawing.anchors
    reach = (shape.spots[0][0], shape.spots[1][0])
    shape.stroke(place.line(first, second, reach, is_log=shape.drawing.is_log))


def _ray(shape: Shape, place: Place) -> None:
    first, second = shape.drawing.anchors
    begin, width = shape.spots[0][0], place.box.width()
    end = begin if first.time_ms == second.time_ms else width if second.time_ms > first.time_ms else 0.0
    if (end - begin) * (second.time_ms - first.time_ms) < 0:
        return
    points = place.line(first, second, (begin, end), is_log=shape.drawing.is_log)
    if begin == end:
        points = [points[0], (begin, place.box.height() if points[1][1] > points[0][1] else 0.0)]
    shape.stroke(points)


def _horizontal(shape: Shape, place: Place) -> None:
    y, right = shape.spots[0][1], place.box.width()
    shape.lines.append((0.0, y, right, y))
    text = price(shape.drawing.anchors[0].price, place.frame.series.price_step)
    shape.words.append(Words(right - 6, y - 2, text, from_right=True))


def _vertical(shape: Shape, place: Place) -> None:
    (x, y), height = shape.spots[0], place.box.height()
    shape.lines.append((x, 0.0, x, height))
    shape.spots[0] = x, min(max(y, 12.0), height - 12.0)


def _channel(shape: Shape, place: Place) -> None:
    first, second, aside = shape.drawing.anchors
    is_log = shape.drawing.is_log
    reach = (shape.spots[0][0], shape.spots[1][0])
    line = place.line(first, second, reach, is_log=is_log)
    shape.stroke(line)
    through = price_between(first, second, aside.time_ms, is_log=is_log)
    if through is None:
        return
    beside = [_shifted(each, through, aside.price, is_log=is_log) for each in (first, second)]
    if beside[0] is None or beside[1] is None:
        return
    parallel = place.line(beside[0], beside[1], reach, is_log=is_log)
    shape.stroke(parallel)
    shape.areas.append(Area(QPolygonF([QPointF(*spot) for spot in (*line, *reversed(parallel))])))
    pairs = zip(line, parallel, strict=False)
    shape.stroke([((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs], thin=True)


def _shifted(anchor: Anchor, start: float, end: float, *, is_log: bool) -> Anchor | None:
    price = anchor.price * (end / start) if is_log else anchor.price + end - start
    return Anchor(anchor.time_ms, price) if 0 < price < math.inf else None


def _rectangle(shape: Shape, place: Place) -> None:
    (x, y), (end_x, end_y) = shape.spots
    left, right = max(min(x, end_x), -_FURTHEST), min(max(x, end_x), _FURTHEST)
    top, bottom = max(min(y, end_y), -_FURTHEST), min(max(y, end_y), _FURTHEST)
    shape.lines += [(left, top, right, top), (left, bottom, right, bottom)]
    shape.lines += [(left, top, left, bottom), (right, top, right, bottom)]
    _add_band(shape, place, (left, right), (top, bottom))


def _retracement(shape: Shape, place: Place) -> None:
    _levels(shape, place, (shape.spots[0][0], shape.spots[1][0]))
    shape.stroke(place.straight(*shape.spots), thin=True)


def _extension(shape: Shape, place: Place) -> None:
    xs = [x for x, _ in shape.spots]
    _levels(shape, place, (xs[2], xs[2] + max(abs(xs[1] - xs[0]), _LEAST_EXTENSION)))
    for first, second in pairwise(shape.spots):
        shape.stroke(place.straight(first, second), thin=True)


def _levels(shape: Shape, place: Place, reach: tuple[float, float]) -> None:
    left, right = min(reach), max(reach)
    lowest = place.box.height() + place.text_height + _WIDEST  # words stand above their level
    before: float | None = None
    written = -math.inf
    for ratio, level, text in level_words(shape.drawing, place):
        y = place.y(level)
        if -_WIDEST <= y <= lowest:
            shape.stroke(place.level(left, right, y))
            if abs(y - written) >= place.text_height * _APART:
                shape.words.append(Words(max(left, 2.0) + 4, y - 1, text))
                written = y
        if before is not None and 0.382 <= ratio <= 1.0:
            _add_band(shape, place, (left, right), (before, y))
        before = y


def _add_band(
    shape: Shape, place: Place, xs: Point, ys: Point, colour: str = "", strength: float = 0.1
) -> None:
    """Fill the part in sight between two x and two y, whichever is the smaller one."""
    left, right = max(min(xs), 0.0), min(max(xs), place.box.width())
    top, bottom = max(min(ys), 0.0), min(max(ys), place.box.height())
    if right - left >= _LEAST_AREA and bottom - top >= _LEAST_AREA:
        shape.areas.append(Area(QRectF(left, top, right - left, bottom - top), colour, strength))


def _position(shape: Shape, place: Place) -> None:
    (x, y), (_, stop), (end_x, target) = shape.spots
    left, right = min(x, end_x), max(x, end_x)
    shape.spots[:] = [(left, y), (left, stop), (right, target)]
    for edge, colour in ((stop, "fall"), (target, "rise")):
        _add_band(shape, place, (left, right), (y, edge), colour, 0.18)
        shape.stroke(place.level(left, right, edge), thin=True)
    shape.stroke(place.level(left, right, y))
    least = place.text_height * _APART
    for edge, text in zip((target, y, stop), position_words(shape.drawing, place), strict=True):
        foot = edge + place.text_height + 2 if edge > y else edge - 2
        if text and (edge == y or abs(foot - y + 2) >= least):
            shape.words.append(Words(left + 6, foot, text))


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


def _is_seen(points: list[Point], right: float, bottom: float) -> bool:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) >= 0 and min(xs) <= right and max(ys) >= 0 and min(ys) <= bottom


def distance(a: QPointF, b: QPointF) -> float:
    """Return how far two points are apart."""
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def _inside(outline: QPolygonF | QRectF, at: QPointF) -> bool:
    box = outline.boundingRect() if isinstance(outline, QPolygonF) else outline
    return box.contains(at)


def _off(points: list[Point], at: Point) -> float:
    """Return how far a point lies from a stroke."""
    return min((_off_piece(a, b, at) for a, b in pairwise(points)), default=math.inf)


def _off_piece(a: Point, b: Point, at: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.hypot(a[0] + share * dx - at[0], a[1] + share * dy - at[1])
