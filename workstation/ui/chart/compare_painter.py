"""Lines of compared series, each with its name at its end: colour alone never tells them apart."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QPainter

from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.columns import Columns
from workstation.ui.chart.compare_series import ComparedLine
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.kind_lines import paint_segments, paint_way, segments
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

_LINE = 1.4  # logical pixels
_LONGEST_NAME = 14


def line_colour(theme: Theme, place: int) -> QColor:
    """Return the colour of a compared series, by its place from 0."""
    colours = (theme.warning, theme.practice, theme.accent, theme.muted, theme.text)
    return QColor(colours[place % len(colours)])


def paint_compared(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint the lines; the painter counts device pixels and has no pen."""
    for line in frame.compared:
        colour, width = line_colour(colours.theme, line.place), _LINE * frame.dpr
        settled, forming = _split(frame, line)
        paint_way(painter, frame, settled, colour, width, line.ratio)
        if forming is not None:
            lines = segments(forming, frame.prices, frame.slots.per_slot, line.ratio)
            paint_segments(painter, lines, colour, width, dashed=True)


def paint_names(painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels) -> None:
    """Write each line's name above its end; the painter counts logical pixels."""
    taken: list[QRectF] = []
    for line in frame.compared:
        name = one_line(line.series.key.symbol.partition("/")[0], _LONGEST_NAME)
        width, height = labels.width(name, Style.SMALL), labels.height(Style.SMALL)
        x = min(line.columns.x[-1] / frame.dpr - width / 2, frame.layout.plot_width - width - 4.0)
        y = frame.prices.row(float(line.columns.close[-1]) * line.ratio) / frame.dpr - height - 4
        box = QRectF(max(x, 4.0), min(max(y, 2.0), frame.layout.price_height - height), width, height)
        while any(box.intersects(other) for other in taken):
            box.translate(0, height)
        taken.append(box)
        ground = QColor(colours.base)
        ground.setAlpha(190)
        painter.fillRect(box.adjusted(-3, 0, 3, 0), QBrush(ground))
        labels.paint(
            painter, QPointF(box.x(), box.y()), name, line_colour(colours.theme, line.place), Style.SMALL
        )


def _split(frame: Frame, line: ComparedLine) -> tuple[Columns, Columns | None]:
    """Return what is settled, and the way from there to a bar that is still forming."""
    columns, slot = line.columns, line.series.forming_slot
    _, end = frame.slots.visible(frame.layout.plot_width)
    if slot is None or slot >= end or frame.slots.per_slot < 2 or slot != line.series.pyramid.last_slot:
        return columns, None
    reach = -2 if columns.joined[-1] else -1
    return columns.pick(slice(0, -1)), columns.pick(slice(reach, None))
