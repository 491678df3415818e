"""Paints a relative rotation graph at one time: four quadrants, a tail and a name for each narrative."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from workstation.engine.narratives.relative_rotation import Quadrant, RelativeRotation, quadrant
from workstation.ui.narratives.narrative_words import QUADRANT_WORDS
from workstation.ui.narratives.rotation_graph_places import Places
from workstation.ui.theme import Theme

_HEAD, _DOT = 4.5, 1.8
_LEVELS = 5  # of a tail that fades
_TINT = 0.07  # of a quadrant's ground
_FAINTEST = 0.12  # of a line, so that it never is lighter than the ground
_FADED = 0.55  # what is not chosen while something is; fainter it is hard to find in the dark
_FADED_NAME = 0.6  # still read
_LABEL_GAP, _TICK_GAP, _LONGEST_NAME = 7.0, 8.0, 24
_BOX_PADDING = 6.0
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_MIDDLE_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_MIDDLE_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_Box = tuple[float, float, float, float]
_Head = tuple[int, QPointF, float]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is painted.

    Parameters
    ----------
    graph : RelativeRotation
    titles : tuple of str
        Of its narratives, fit to be shown.
    places : Places
    step, tail : int
        The time, and how many days lie behind it.
    lit : int
        The narrative that is told apart from the others; -1 for none.
    """

    graph: RelativeRotation
    titles: tuple[str, ...]
    places: Places
    step: int
    tail: int
    lit: int


class RotationGraphPainter:
    """Paints scenes in a theme's colours.

    Parameters
    ----------
    theme : Theme
        Colours.
    font : QFont
        Of everything that is written.
    """

    def __init__(self, theme: Theme, font: QFont) -> None:
        self._theme, self._font = theme, font
        self._metrics = QFontMetricsF(font)
        self._inks = {
            Quadrant.LEADING: QColor(theme.rise),
            Quadrant.WEAKENING: QColor(theme.weakening),
            Quadrant.LAGGING: QColor(theme.fall),
            Quadrant.IMPROVING: QColor(theme.improving),
        }
        self._known: dict[tuple[Quadrant | None, float], QColor] = {}
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)

    def ground(self, places: Places, size: QSize, pixel_ratio: float) -> QPixmap:
        """Return quadrants and axes as a picture: the same at all times."""
        ground = QPixmap(size * pixel_ratio)
        ground.setDevicePixelRatio(pixel_ratio)
        ground.fill(QColor(self._theme.base))
        with QPainter(ground) as painter:
            self._paint_quadrants(painter, places.room)
            self._paint_axes(painter, places)
        return ground

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Paint tails and names."""
        painter.setFont(self._font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        heads = self._paint_tails(painter, scene)
        self._paint_names(painter, heads, scene)

    def paint_box(self, painter: QPainter, point: QPointF, said: tuple[str, ...], room: QSize) -> None:
        """Paint a box of lines beside a point."""
        metrics = self._metrics
        width = max(metrics.horizontalAdvance(line) for line in said) + 2 * _BOX_PADDING
        height = metrics.lineSpacing() * len(said) + 2 * _BOX_PADDING
        left = min(max(point.x() + 14, 2), room.width() - width - 2)
        is_low = point.y() + 14 + height >= room.height()
        top = point.y() - 14 - height if is_low else point.y() + 14
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.raised))
        painter.drawRoundedRect(QRectF(left, top, width, height), 4, 4)
        painter.setPen(self._text)
        for n, line in enumerate(said):
            y = top + _BOX_PADDING + n * metrics.lineSpacing()
            painter.drawText(QRectF(left + _BOX_PADDING, y, width, metrics.height()), _MIDDLE_LEFT, line)
            painter.setPen(self._muted)

    def _paint_quadrants(self, painter: QPainter, room: QRectF) -> None:
        strong = QFont(self._font)
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        width, height = room.width() / 2, room.height() / 2
        corners = (
            (Quadrant.IMPROVING, 0, 0, left | top),
            (Quadrant.LEADING, 1, 0, right | top),
            (Quadrant.LAGGING, 0, 1, left | bottom),
            (Quadrant.WEAKENING, 1, 1, right | bottom),
        )
        for where, across, down, corner in corners:
            box = QRectF(room.left() + across * width, room.top() + down * height, width, height)
            tint = QColor(self._inks[where])
            tint.setAlphaF(_TINT)
            painter.fillRect(box, tint)
            painter.setPen(self._inks[where])
            inner = box.adjusted(6, 4, -6, -4)
            elide = Qt.TextElideMode.ElideRight
            shown = painter.fontMetrics().elidedText(QUADRANT_WORDS[where], elide, int(inner.width()))
            painter.drawText(inner, int(corner), shown)

    def _paint_axes(self, painter: QPainter, places: Places) -> None:
        room, middle, line = places.room, places.room.center(), self._metrics.height()
        painter.setFont(self._font)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(room)
        painter.drawLine(QPointF(middle.x(), room.top()), QPointF(middle.x(), room.bottom()))
        painter.drawLine(QPointF(room.left(), middle.y()), QPointF(room.right(), middle.y()))
        painter.setPen(self._muted)
        widest = self._metrics.horizontalAdvance("100") + _TICK_GAP
        every = max(1, math.ceil(widest / (room.width() / 2 / places.reach)))
        for score in range(-int(places.reach), int(places.reach) + 1):
            if score % every:
                continue
            x = middle.x() + score / places.reach * room.width() / 2
            y = middle.y() - score / places.reach * room.height() / 2
            painter.drawText(QRectF(x - 20, room.bottom() + 1, 40, line), _CENTRE, str(100 + score))
            beside = QRectF(0, y - line / 2, room.left() - 5, line)
            painter.drawText(beside, _MIDDLE_RIGHT, str(100 + score))
        below = QRectF(room.left(), room.bottom() + line, room.width(), line)
        long, short = "Ratio: strength against the benchmark →", "Ratio →"
        has_room = self._metrics.horizontalAdvance(long) <= room.width()
        painter.drawText(below, _CENTRE, long if has_room else short)
        painter.translate(line / 2, middle.y())
        painter.rotate(-90)
        painter.drawText(QRectF(-room.height() / 2, -line / 2, room.height(), line), _CENTRE, "Momentum →")

    def _paint_tails(self, painter: QPainter, scene: Scene) -> list[_Head]:
        """Paint every tail, the chosen one last; return the head of each with how strong it is."""
        graph, step, lit = scene.graph, scene.step, scene.lit
        ratio, momentum = graph.ratio[step].tolist(), graph.momentum[step].tolist()
        heads = []
        for column in sorted(range(len(graph.names)), key=lambda one: one == lit):
            where = quadrant(ratio[column], momentum[column])
            if where is None:
                continue
            tail = scene.places.tail(step, scene.tail, column)
            strength = _FADED if lit >= 0 and column != lit else 1.0
            self._paint_tail(painter, tail, (where, strength), is_lit=column == lit)
            heads.append((column, tail[-1], strength))
        return heads

    def _paint_tail(
        self, painter: QPainter, tail: list[QPointF], ink: tuple[Quadrant, float], *, is_lit: bool
    ) -> None:
        where, strength = ink
        strongest, width = (strength, 2.2) if is_lit else (0.7 * strength, 1.0)
        n_lines = len(tail) - 1
        n_levels = min(n_lines, _LEVELS)
        for level in range(n_levels):
            first, last = level * n_lines // n_levels, (level + 1) * n_lines // n_levels
            painter.setPen(
                QPen(self._mixed(where, max(strongest * (level + 1) / n_levels, _FAINTEST)), width)
            )
            painter.drawPolyline(tail[first : last + 1])
        colour = self._mixed(where, strength)
        if is_lit:
            painter.setPen(QPen(colour, 2 * _DOT + 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(QPolygonF(tail[:-1]))
        painter.setPen(QPen(QColor(self._theme.base), 1.5))
        painter.setBrush(colour)
        painter.drawEllipse(tail[-1], _HEAD, _HEAD)

    def _mixed(self, where: Quadrant | None, strength: float) -> QColor:
        """Return a quadrant's colour, or the text's, mixed with the ground.

        Colours that let something shine through cost ten times as long to paint a slanted line with.
        """
        known = self._known.get((where, strength))
        if known is None:
            ink = self._inks[where] if where is not None else self._text
            ground, rest = QColor(self._theme.base), 1 - strength
            known = QColor(
                round(ink.red() * strength + ground.red() * rest),
                round(ink.green() * strength + ground.green() * rest),
                round(ink.blue() * strength + ground.blue() * rest),
            )
            self._known[where, strength] = known
        return known

    def _paint_names(self, painter: QPainter, heads: list[_Head], scene: Scene) -> None:
        """Write names beside the heads: the chosen one always, others where there is room."""
        points = [point for _, point, _ in heads]
        if scene.lit >= 0:
            points += scene.places.tail(scene.step, scene.tail, scene.lit)[:-1]
        taken = [(p.x() - _HEAD, p.y() - _HEAD, p.x() + _HEAD, p.y() + _HEAD) for p in points]
        for column, point, strength in reversed(heads):
            title, is_lit = scene.titles[column], column == scene.lit
            if len(title) > _LONGEST_NAME and not is_lit:
                title = f"{title[: _LONGEST_NAME - 1]}…"
            width = self._metrics.horizontalAdvance(title)
            size = width, self._metrics.height()
            box = _free_box(point, size, scene.places.room, taken)
            if box is None and is_lit:
                box = _covering_box(point, size, scene.places.room)
                ground = QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3]))
                painter.fillRect(ground.adjusted(-2, 0, 2, 0), QColor(self._theme.base))
            if box is None:
                continue
            taken.append(box)
            painter.setPen(self._mixed(None, 1.0 if is_lit else max(0.85 * strength, _FADED_NAME)))
            painter.drawText(QRectF(box[0], box[1], width + 2, box[3] - box[1]), _MIDDLE_LEFT, title)


def _free_box(point: QPointF, size: tuple[float, float], room: QRectF, taken: list[_Box]) -> _Box | None:
    """Return a place beside a point that nothing has taken: right, left, above, below; None where none is."""
    x, y, (width, height) = point.x(), point.y(), size
    tries = (
        (x + _LABEL_GAP, y - height / 2),
        (x - _LABEL_GAP - width, y - height / 2),
        (x - width / 2, y - _LABEL_GAP - height),
        (x - width / 2, y + _LABEL_GAP),
    )
    for left, top in tries:
        right, bottom = left + width, top + height
        if left < room.left() or right > room.right() or top < room.top() or bottom > room.bottom():
            continue
        if not any(left < b[2] and right > b[0] and top < b[3] and bottom > b[1] for b in taken):
            return left, top, right, bottom
    return None


def _covering_box(point: QPointF, size: tuple[float, float], room: QRectF) -> _Box:
    """Return a place above a point, or below it at the upper edge, whatever else lies there."""
    width, height = size
    left = max(min(point.x() - width / 2, room.right() - width), room.left())
    top = point.y() - _LABEL_GAP - height
    if top < room.top():
        top = point.y() + _LABEL_GAP
    return left, top, left + width, top + height
