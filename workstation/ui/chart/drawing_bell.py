"""Bells beside the lines of drawings that have an alert."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.domain.alert_line import MOMENT, line_of, price_on_bar
from workstation.domain.drawing import Drawing
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.drawing_book import Bell
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_shape import Shape
from workstation.ui.icon import glyph

_SIDE = 16.0  # logical pixels of a bell
_BESIDE = 13.0  # from the line to the middle of its bell
_PLATE = 0.82


def paint_bells(
    painter: QPainter, shapes: Sequence[Shape], bells: Sequence[Bell], place: Place, colours: ChartColours
) -> None:
    """Paint a bell beside each line in sight that has an alert; one that is paused is struck through."""
    by_id = {shape.drawing.id: shape.drawing for shape in shapes}
    theme = colours.theme
    for bell in bells:
        drawing = by_id.get(bell.drawing_id)
        at = None if drawing is None else bell_at(drawing, bell.part, place)
        if at is None:
            continue
        box = QRectF(at.x() - _SIDE / 2, at.y() - _SIDE / 2, _SIDE, _SIDE)
        ground = QColor(colours.base)
        ground.setAlphaF(_PLATE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(box.adjusted(-2, -2, 2, 2))
        icon = glyph("bell" if bell.is_on else "quiet", theme.warning if bell.is_on else theme.muted)
        icon.paint(painter, box.toRect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def bell_at(drawing: Drawing, part: str, place: Place) -> QPointF | None:
    """Return the middle of a line's bell: below its newest end in sight; None where no end is."""
    line, box = line_of(drawing, part), place.box
    if part == MOMENT:
        x = place.x(drawing.anchors[0].time_ms) + _BESIDE
        return QPointF(x, _BESIDE) if box.contains(x, _BESIDE) else None
    left = 0.0 if line.begins_ms is None else max(place.x(line.begins_ms), 0.0)
    right = box.width() if line.ends_ms is None else min(place.x(line.ends_ms), box.width())
    x = right - _BESIDE
    if x < left:
        return None
    bar_ms = place.frame.series.key.bar_ms
    price = price_on_bar(drawing, part, int(place.time(x)) - bar_ms // 2, bar_ms)
    if price is None:
        return None
    y = place.y(price)
    below = y + _BESIDE if y + 2 * _BESIDE < box.height() else y - _BESIDE
    return QPointF(x, below) if 0 <= y <= box.height() else None
