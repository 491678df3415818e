"""What a tool makes of the points that the trader sets, one after another."""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

from PySide6.QtCore import QPointF

from workstation.domain.drawing import Anchor, Drawing, DrawingKind, Style
from workstation.ui.chart.drawing_place import Place

_STOP, _TARGET = 0.08, 0.16  # of the pane's height from the entry
_LENGTH = 0.16  # of the pane's width that a planned position takes at first
_LEVEL = math.tan(math.pi / 8)  # up to this slope a line is meant to be level
_SPOTS = ((0.35, 0.62), (0.65, 0.38), (0.75, 0.55))  # of the pane: where the keyboard draws


class Tool(StrEnum):
    """What can be drawn with; all but `MEASURE` leave a drawing."""

    TREND = "trend"
    RAY = "ray"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    CHANNEL = "channel"
    RETRACEMENT = "retracement"
    EXTENSION = "extension"
    RECTANGLE = "rectangle"
    TEXT = "text"
    LONG = "long"
    SHORT = "short"
    MEASURE = "measure"

    @property
    def kind(self) -> DrawingKind | None:
        """What it draws; None for a measured distance, which is not kept."""
        return None if self is Tool.MEASURE else DrawingKind(self.value)

    @property
    def label(self) -> str:
        """What the trader calls it."""
        return "Measure" if self.kind is None else self.kind.label

    @property
    def style(self) -> Style:
        """How it draws at first: thin where there are many lines."""
        has_many = self in {Tool.RETRACEMENT, Tool.EXTENSION, Tool.LONG, Tool.SHORT}
        return Style(width=1 if has_many else 2)

    @property
    def n_points(self) -> int:
        """Points that the trader sets."""
        if self.kind is None:
            return 2
        return 1 if self.kind.is_position else self.kind.n_anchors


@dataclass(slots=True)
class Sketch:
    """A drawing that is being made.

    Parameters
    ----------
    id : str
        What the drawing will be called.
    points : list of Anchor
        Set so far.
    """

    tool: Tool
    id: str
    style: Style
    points: list[Anchor] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """True where every point is set."""
        return len(self.points) >= self.tool.n_points

    def drawing(self, place: Place, hand: Anchor | None) -> Drawing | None:
        """Return the drawing as it is so far, with the hand for the points that are missing.

        None where nothing can be seen yet, and for a measured distance.
        """
        kind = self.tool.kind
        points = [*self.points, hand] if hand is not None and not self.is_complete else list(self.points)
        if kind is None or not points:
            return None
        if kind.is_position:
            anchors = _position(kind, points[0], place)
        else:
            anchors = tuple(points + [points[-1]] * (kind.n_anchors - len(points)))
        return Drawing(self.id, kind, anchors, self.style, is_log=place.frame.prices.is_log)

    def measured(self, hand: Anchor | None) -> tuple[Anchor, ...]:
        """Return both ends of a measured distance; empty for other tools, and before the first point."""
        if self.tool.kind is not None or not self.points:
            return ()
        points = [*self.points, hand] if hand is not None and not self.is_complete else self.points
        return tuple(points) if len(points) == 2 else ()


def keyboard_points(tool: Tool, place: Place) -> list[Anchor]:
    """Return points in the middle of what is in sight, from where arrow keys move them."""
    box = place.box
    spots = [QPointF(x * box.width(), y * box.height()) for x, y in _SPOTS]
    return [place.anchor(spot, snaps=True) for spot in spots[: tool.n_points]]


def fixed_point(sketch: Sketch | None, drawing: Drawing | None, grip: int | None) -> Anchor | None:
    """Return the point that stays while another is set or dragged: where a straight line comes from.

    None where there is none, and where points are not joined by a line, as those of a planned position.
    """
    if sketch is not None:
        return sketch.points[-1] if sketch.points and sketch.tool is not Tool.TEXT else None
    if drawing is None or grip is None or grip < 0 or drawing.kind.is_position:
        return None
    others = drawing.anchors[:grip][-1:] or drawing.anchors[1:2]
    return others[0] if others else None


def straight_from(beside: Anchor, at: QPointF, place: Place) -> Anchor:
    """Return the point nearest to a hand's that lies level with another, above it, or half way between.

    Level means the same price to the last digit.
    """
    origin = place.point(beside)
    dx, dy = at.x() - origin.x(), at.y() - origin.y()
    here = place.anchor(at, snaps=False)
    if abs(dy) <= abs(dx) * _LEVEL:
        return Anchor(here.time_ms, beside.price)
    if abs(dx) <= abs(dy) * _LEVEL:
        return Anchor(beside.time_ms, here.price)
    return Anchor(here.time_ms, place.price(origin.y() + math.copysign(dx, dy)))


def moved(drawing: Drawing, place: Place, n_bars: int, dy: float) -> Drawing:
    """Return a drawing moved as a whole, by bars and by logical pixels downwards."""
    shift = n_bars * place.frame.series.key.bar_ms
    anchors = tuple(
        Anchor(each.time_ms + shift, place.price(place.y(each.price) + dy) if dy else each.price)
        for each in drawing.anchors
    )
    return replace(drawing, anchors=anchors)


def with_anchor(drawing: Drawing, number: int, anchor: Anchor) -> Drawing:
    """Return a drawing with one of its anchors elsewhere."""
    if drawing.kind.is_position and number == 1:  # the stop has a price, and no time of its own
        anchor = Anchor(drawing.anchors[1].time_ms, anchor.price)
    anchors = tuple(anchor if i == number else each for i, each in enumerate(drawing.anchors))
    return replace(drawing, anchors=anchors)


def _position(kind: DrawingKind, entry: Anchor, place: Place) -> tuple[Anchor, ...]:
    down = 1 if kind is DrawingKind.LONG else -1
    y, height = place.y(entry.price), place.box.height()
    end = place.anchor(QPointF(place.x(entry.time_ms) + _LENGTH * place.box.width(), y), snaps=False)
    stop = place.price(y + down * _STOP * height)
    target = place.price(y - down * _TARGET * height)
    return entry, Anchor(entry.time_ms, stop), Anchor(end.time_ms, target)
