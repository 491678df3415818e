"""Panes of judgements, painted into the still picture of a chart."""

from PySide6.QtGui import QPainter

from workstation.ui.chart import grade_painter, vote_painter
from workstation.ui.chart.axis_painter import AXIS_PADDING
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.labels import Labels


def paint_judged(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint grades and votes; the painter counts device pixels and has no pen."""
    judged = frame.judged
    if judged.grade is not None:
        grade_painter.paint_grade_ground(painter, frame, judged.grade, colours)
        grade_painter.paint_grade(painter, frame, judged.grade, colours)
    if judged.votes is not None:
        vote_painter.paint_votes(painter, frame, judged.votes, colours)


def paint_judged_axes(painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels) -> None:
    """Paint the edges of the panes and what stands beside them; the painter counts logical pixels."""
    judged = frame.judged
    if judged.grade is not None:
        grade_painter.paint_grade_axis(painter, frame, judged.grade, colours, labels)
    if judged.votes is not None:
        vote_painter.paint_vote_axis(painter, frame, judged.votes, colours, labels)


def needed_judged_width(frame: Frame, labels: Labels) -> int:
    """Return how wide the axis must be for the names of the families, logical pixels, in steps of eight."""
    if frame.judged.votes is None:
        return 0
    return -(-int(vote_painter.names_width(labels) + 2 * AXIS_PADDING) // 8) * 8
