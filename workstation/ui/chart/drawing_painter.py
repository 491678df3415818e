"""Paints drawings over the still picture of a chart, once for each change of either."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from workstation.domain.candle import FloatArray
from workstation.domain.drawing import Anchor, Dash, Style
from workstation.ui.chart.axis_painter import readout_rows
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.drawing_bell import paint_bells
from workstation.ui.chart.drawing_book import Bell
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_shape import Line, Shape
from workstation.ui.chart.drawing_words import measure_words
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.labels import Style as LabelStyle
from workstation.ui.chart.rect_batch import draw_lines, fill_soft
from workstation.ui.theme import Theme

_PATTERNS = {Dash.DASHED: [5.0, 4.0], Dash.DOTTED: [1.0, 2.5]}
_HANDLE = 4.5  # logical pixels
_PLATE_END = 12.0  # logical pixels beyond a text where nothing of its plate is left
_HIGH_UP = 160.0  # logical pixels, below which no read-out lies
_PLATE = 0.78  # of the ground behind words
_PLATE_TINT = 0.18  # of a text's colour on its plate


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn in one picture.

    Parameters
    ----------
    shapes : sequence of Shape
        In the order in which they are painted.
    selected : str
        Id of the drawing that shows its handles; empty where none does.
    handle : int
        Number of the handle that the keyboard moves; -1 moves the whole.
    measured : tuple of Anchor
        Both ends of a measured distance; empty where nothing is measured.
    bells : sequence of Bell
        Alerts on lines of this market.
    """

    place: Place
    shapes: Sequence[Shape]
    selected: str = ""
    handle: int = -1
    measured: tuple[Anchor, ...] = ()
    bells: Sequence[Bell] = ()

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to paint."""
        return not self.shapes and not self.measured


class Parts:
    """What is painted of drawings, in their colours and pens.

    Parameters
    ----------
    shapes : sequence of Shape
        All of a scene.
    box : QRectF
        Their pane.
    left : float
        Where what is painted begins, logical pixels; what ends before it is left out.

    Attributes
    ----------
    areas : list of Filled
        Below everything else.
    crisp, smooth, bent : list
        Strokes by their pens; level and upright ones are crisp, others are smoothed.
    words : list of Written
        Above everything else.
    """

    def __init__(
        self,
        shapes: Sequence[Shape],
        brushes: tuple[ChartColours, Labels],
        box: QRectF,
        left: float = -math.inf,
    ) -> None:
        theme = brushes[0].theme
        near = [one for one in shapes if one.reach(brushes[1]) >= left] if left > 0 else shapes
        self.areas = [part for shape in near if shape.areas for part in _areas_of(shape, theme, left)]
        self.crisp, self.smooth = _strokes_of(shapes, near, theme)
        self.bent = [
            (_pen_of(shape.drawing.style, is_thin, theme), QPolygonF([QPointF(*spot) for spot in points]))
            for shape in near
            for points, is_thin in shape.bent
        ]
        self.words = [part for shape in near if shape.words for part in _words_of(shape, brushes, box, left)]


@dataclass(frozen=True, slots=True)
class Near:
    """What of a scene reaches into a part of its pane; known once, painted at every tick.

    Parameters
    ----------
    clip : QRegion
        The part, device pixels.
    """

    clip: QRegion
    parts: Parts


def paint_scene(
    painter: QPainter, scene: Scene, brushes: tuple[ChartColours, Labels], near: Near | None = None
) -> None:
    """Paint a scene over its price pane; the painter counts logical pixels and is as before afterwards.

    Parameters
    ----------
    near : Near or None
        The part of the pane to be painted; None for all of it.
    """
    (colours, labels), dpr = brushes, scene.place.frame.dpr
    painter.save()
    if near is None:
        painter.setClipRect(scene.place.box)
    else:
        painter.scale(1 / dpr, 1 / dpr)
        painter.setClipRegion(near.clip)
        painter.scale(dpr, dpr)
    _paint_parts(painter, near.parts if near else Parts(scene.shapes, brushes, scene.place.box), labels, dpr)
    if scene.bells:
        paint_bells(painter, scene.shapes, scene.bells, scene.place, colours)
    for shape in scene.shapes if scene.selected else ():
        if shape.drawing.id == scene.selected:
            _paint_handles(painter, shape, scene.handle, colours)
    if len(scene.measured) == 2:
        _paint_measure(painter, scene, colours, labels)
    painter.restore()


def ink(colour: str, theme: Theme) -> QColor:
    """Return a drawing's colour: one of the theme's roles, or ``#rrggbb``."""
    return QColor(_name(colour, theme))


def _name(colour: str, theme: Theme) -> str:
    """Return a drawing's colour as ``#rrggbb``."""
    return colour if colour.startswith("#") else str(getattr(theme, colour))


@lru_cache(maxsize=128)
def _tint(name: str, strength: float) -> QColor:
    """Return a colour, see-through; shared by all who ask, never to be changed."""
    made = QColor(name)
    made.setAlphaF(strength)
    return made


@lru_cache(maxsize=128)
def _pen(name: str, width: int, dash: Dash | None) -> QPen:
    """Return a pen, a thin one where `dash` is None; shared by all who ask, never to be changed."""
    pen = QPen(QColor(name), width)
    if dash is None:
        pen.setDashPattern([4, 4])
    elif dash in _PATTERNS:
        pen.setDashPattern(_PATTERNS[dash])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _pen_of(style: Style, is_thin: bool, theme: Theme) -> QPen:
    return _pen(_name(style.colour, theme), *((1, None) if is_thin else (style.width, style.dash)))


class Filled(NamedTuple):
    """A part filled with a see-through colour."""

    outline: QPolygonF | QRectF
    colour: QColor


class Written(NamedTuple):
    """Words on a plate that keeps the candles behind them in sight; `at` is their upper left corner."""

    plate: QRectF
    grounds: tuple[QColor, ...]
    at: QPointF
    text: str
    ink: QColor
    style: LabelStyle


Stroke = tuple[QPen, FloatArray]
"""A pen and straight strokes, shape (n, 4)."""


def _areas_of(shape: Shape, theme: Theme, left: float) -> Iterator[Filled]:
    own = shape.drawing.style.colour
    for area in shape.areas:
        if area.right >= left:
            yield Filled(area.outline, _tint(_name(area.colour or own, theme), area.strength))


def _strokes_of(
    shapes: Sequence[Shape], near: Sequence[Shape], theme: Theme
) -> tuple[list[Stroke], list[Stroke]]:
    """Return the strokes of drawings that are near; pens follow one another in the order of all shapes."""
    crisp: dict[tuple[Style, bool], list[Line]] = {}
    smooth: dict[tuple[Style, bool], list[Line]] = {}
    are_near = {id(shape) for shape in near}
    for shape in shapes:
        style, is_near = shape.drawing.style, id(shape) in are_near
        for is_thin, level, slanted in shape.parted():
            crisp.setdefault((style, is_thin), []).extend(level if is_near else ())
            if slanted:
                smooth.setdefault((style, is_thin), []).extend(slanted if is_near else ())
    found = [
        [(_pen_of(*key, theme), np.array(lines)) for key, lines in each.items() if lines]
        for each in (crisp, smooth)
    ]
    return found[0], found[1]


def _words_of(shape: Shape, inks: tuple[ChartColours, Labels], box: QRectF, edge: float) -> Iterator[Written]:
    """Yield the words that reach beyond an edge, but those that the read-out of a bar would lie upon."""
    colours, labels = inks
    own, base = _name(shape.drawing.style.colour, colours.theme), colours.theme.base
    if shape.plate is not None:
        words = shape.words[0]
        at = QPointF(words.x, words.y - labels.height())
        on_plate = colours.base, _tint(own, _PLATE_TINT)
        yield Written(shape.plate, on_plate, at, words.text, colours.text, LabelStyle.PLAIN)
        return
    height = labels.height(LabelStyle.SMALL)
    top, bottom, right = box.top(), box.bottom(), box.right()
    grounds, ink = (_tint(base, _PLATE),), _tint(own, 1.0)
    for x, y, text, from_right in shape.words:
        if top <= y <= bottom + height and not (y < _HIGH_UP and _is_read_over(y, height, labels)):
            width = labels.width(text, LabelStyle.SMALL)
            left = max(min(x - width if from_right else x, right - width - 6), 4.0)
            if left + width + _PLATE_END >= edge:
                plate = QRectF(left - 3, y - height, width + 6, height)
                yield Written(plate, grounds, QPointF(left, y - height), text, ink, LabelStyle.SMALL)


def _paint_parts(painter: QPainter, parts: Parts, labels: Labels, dpr: float) -> None:
    for outline, colour in parts.areas:
        if isinstance(outline, QRectF):
            fill_soft(painter, outline, colour, dpr)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(outline)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen, lines in parts.crisp:
        painter.setPen(pen)
        draw_lines(painter, lines)
    if parts.smooth or parts.bent:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen, lines in parts.smooth:
            painter.setPen(pen)
            draw_lines(painter, lines)
        for pen, points in parts.bent:
            painter.setPen(pen)
            painter.drawPolyline(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for plate, grounds, at, text, ink_there, style in parts.words:
        for ground in grounds:
            painter.fillRect(plate, ground)
        labels.paint(painter, at, text, ink_there, style)


def _is_read_over(bottom: float, height: float, labels: Labels) -> bool:
    """Return whether the read-out of a bar would lie upon words that end at a row."""
    begin, end = readout_rows(labels)
    return begin < bottom < end + height


def _paint_handles(painter: QPainter, shape: Shape, chosen: int, colours: ChartColours) -> None:
    """Paint round handles; square ones on what is locked, and a full one where the keyboard is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = colours.muted if shape.drawing.is_locked else QColor(colours.theme.accent)
    painter.setPen(QPen(edge, 2))
    for number, at in enumerate(shape.handles):
        painter.setBrush(edge if number == chosen else colours.base)
        if shape.drawing.is_locked:
            painter.drawRect(QRectF(at.x() - _HANDLE, at.y() - _HANDLE, 2 * _HANDLE, 2 * _HANDLE))
        else:
            painter.drawEllipse(at, _HANDLE, _HANDLE)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_measure(painter: QPainter, scene: Scene, colours: ChartColours, labels: Labels) -> None:
    first, second = scene.measured
    begin, end = scene.place.point(first), scene.place.point(second)
    theme = colours.theme
    colour = QColor(theme.rise if second.price >= first.price else theme.fall)
    ground = QColor(colour)
    ground.setAlphaF(0.14)
    fill_soft(painter, QRectF(begin, end).normalized(), ground, scene.place.frame.dpr)
    painter.setPen(QPen(colour, 1))
    middle = (begin + end) / 2
    painter.drawLine(QPointF(middle.x(), begin.y()), QPointF(middle.x(), end.y()))
    painter.drawLine(QPointF(begin.x(), middle.y()), QPointF(end.x(), middle.y()))
    lines = measure_words(first, second, scene.place)
    width = max(labels.width(text, LabelStyle.STRONG) for text in lines) + 20
    height = labels.height() * 2 + 14
    box = scene.place.box
    left = min(max(middle.x() - width / 2, 4.0), box.width() - width - 4)
    is_up = end.y() <= begin.y()
    top = end.y() - height - 8 if is_up else end.y() + 8
    plate = QRectF(round(left), round(min(max(top, 4.0), box.height() - height - 4)), width, height)
    painter.setPen(colour)
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(plate, 4, 4)
    for i, (text, each) in enumerate(zip(lines, (colour, colours.text), strict=True)):
        at = plate.topLeft() + QPointF(10, 7 + i * labels.height())
        labels.paint(painter, at, text, each, LabelStyle.STRONG if i == 0 else LabelStyle.PLAIN)
