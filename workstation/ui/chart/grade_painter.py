"""The pane of grades: bands of the five labels, and the grade that was known at each close."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from workstation.domain.grade import Grade, GradeLabel, Zone
from workstation.ui.chart.axis_painter import AXIS_PADDING, PlacedPrice
from workstation.ui.chart.colours import ChartColours, mixed
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.judged_frame import PlacedGrade
from workstation.ui.chart.kind_lines import Segments, paint_segments
from workstation.ui.chart.labels import Labels

EDGES = (20, 40, 60, 80)
"""Where one label of a grade ends and the next begins."""

_TINTS = (("bearish", 0.13), ("bearish", 0.06), ("muted", 0.0), ("bullish", 0.06), ("bullish", 0.13))
_LINE = 1.6  # logical pixels
_LEAST_LABEL_GAP = 3.0


def label_of(value: float) -> tuple[GradeLabel, Zone]:
    """Return the five-step label and the momentum zone of a grade."""
    grade = Grade("", "", "", 0, round(value), (), 0)
    return grade.label, grade.zone


def paint_grade_ground(painter: QPainter, frame: Frame, placed: PlacedGrade, colours: ChartColours) -> None:
    """Paint the bands and the lines between them; the painter counts device pixels and has no pen."""
    right, dpr = frame.device(frame.layout.plot_width), frame.dpr
    top, line = round(placed.top * dpr), max(int(dpr), 1)
    for low, (role, share) in zip((0, *EDGES), _TINTS, strict=True):
        upper, lower = placed.scale.row(low + 20), placed.scale.row(low)
        ground = mixed(getattr(colours.theme, role), colours.theme.base, share)
        painter.fillRect(QRect(0, top + upper, right, lower - upper), ground)
    for edge in EDGES:
        painter.fillRect(QRect(0, top + placed.scale.row(edge), right, line), colours.border)


def paint_grade(painter: QPainter, frame: Frame, placed: PlacedGrade, colours: ChartColours) -> None:
    """Paint the grades as steps; a close without one is a hole. The painter counts device pixels."""
    colour = QColor(colours.theme.text)
    paint_segments(painter, steps(frame, placed), colour, _LINE * frame.dpr, dashed=False)


def steps(frame: Frame, placed: PlacedGrade) -> Segments:
    """Return the line of the grades, a level stroke for each close and an upright one between two."""
    known = ~np.isnan(placed.values)
    x, values = placed.x[known], placed.values[known]
    if not len(x):
        return np.empty((0, 4))
    width = max(frame.slots.per_slot, 1.0)
    y = (placed.scale.rows(values) + round(placed.top * frame.dpr)).astype(np.float64) + 0.5
    level = np.column_stack([x - width / 2, y, x + width / 2, y])
    follows = np.diff(x) < width * 1.5
    edge = x[1:] - width / 2
    upright = np.column_stack([edge, y[:-1], edge, y[1:]])[follows & (np.diff(y) != 0)]
    return np.concatenate([level, upright])


def paint_grade_axis(
    painter: QPainter, frame: Frame, placed: PlacedGrade, colours: ChartColours, labels: Labels
) -> None:
    """Write the edges of the bands on the axis; the painter counts logical pixels."""
    layout = frame.layout
    painter.fillRect(QRectF(0, placed.top, layout.width, 1), colours.border)
    if layout.axis_width:
        for one in lay_out_edges(frame, placed, labels):
            labels.paint(painter, QPointF(layout.plot_width + AXIS_PADDING, one.y), one.text, colours.muted)


def lay_out_edges(frame: Frame, placed: PlacedGrade, labels: Labels) -> list[PlacedPrice]:
    """Return the labels of the edges of the bands."""
    line, last, found = labels.height(), float(placed.top + placed.height), []
    for edge in EDGES:
        y = placed.top + placed.scale.row(edge) / frame.dpr - line / 2
        if placed.top + placed.head / 2 <= y and y + line + _LEAST_LABEL_GAP < last:
            found.append(PlacedPrice(round(y), str(edge)))
            last = y
    return found
