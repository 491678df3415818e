"""The volume profile at the right edge of the candles: what rose full, what fell hatched."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from workstation.domain.candle import IntArray
from workstation.ui.chart.colours import ChartColours, mixed
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.judged_frame import closed_slots
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.profile_board import ProfileBoard
from workstation.ui.chart.rect_batch import RectArray, paint
from workstation.ui.chart.study_legend import LegendLine, Part, line_of
from workstation.ui.chart.volume_profile import VALUE_SHARE, VolumeProfile
from workstation.ui.words.number_format import price, volume

_SHARE, _WIDEST, _LEAST_WIDTH = 0.24, 280.0, 260.0  # of the chart; logical pixels
_INSIDE, _OUTSIDE = 0.42, 0.2  # strength of the colours inside and outside the value area
_HATCH = 0.62


def look(board: ProfileBoard, frame: Frame) -> None:
    """Tell a board what is in sight of a picture; costs nothing where no profile is shown."""
    columns = frame.columns
    if not board.is_shown or not len(columns):
        return
    seen, there = frame.slots.visible(frame.layout.plot_width), closed_slots(frame.series)
    prices = frame.prices
    height = abs(prices.y(float(columns.low.min())) - prices.y(float(columns.high.max()))) / frame.dpr
    slots = max(seen[0], there[0]), min(seen[1], there[1])
    board.want(frame.series, slots, min(height, frame.layout.price_height), prices.is_log)


def paint_profile(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint rows behind the candles; the painter counts device pixels and has no pen."""
    profile = frame.profile
    if profile is None or frame.layout.plot_width < _LEAST_WIDTH:
        return
    theme, base = colours.theme, colours.theme.base
    rising, falling = _rows(frame, profile)
    is_inside = np.zeros(len(profile.up), np.bool_)
    is_inside[slice(*profile.value_rows)] = True
    for chosen, share in ((is_inside, _INSIDE), (~is_inside, _OUTSIDE)):
        paint(painter, rising[chosen], QBrush(mixed(theme.rise_body, base, share)))
        paint(painter, falling[chosen], QBrush(mixed(theme.fall_body, base, share * 0.5)))
        ink = mixed(theme.fall_body, base, min(share + _HATCH - _INSIDE, 1.0))
        paint(painter, falling[chosen], QBrush(ink, Qt.BrushStyle.FDiagPattern))


def paint_profile_marks(painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels) -> None:
    """Mark the point of control and the edges of the value area; the painter counts logical pixels."""
    profile, layout = frame.profile, frame.layout
    if profile is None or layout.plot_width < _LEAST_WIDTH:
        return
    low, high = profile.value_rows
    marks = (
        ("POC", profile.control_price),
        ("VAL", float(profile.edges[low])),
        ("VAH", float(profile.edges[high])),
    )
    reach, line = _reach(frame), labels.height(Style.SMALL)
    ground = QColor(colours.base)
    ground.setAlphaF(0.78)
    taken: list[QRectF] = []
    for name, value in marks:
        y = frame.prices.row(value) / frame.dpr
        if not layout.header / 2 <= y < layout.price_height:
            continue
        left = layout.plot_width - reach
        painter.setPen(_dashed(colours.text if name == "POC" else colours.muted))
        painter.drawLine(QLineF(left, y + 0.5, layout.plot_width, y + 0.5))
        if name == "POC":
            painter.setPen(_dashed(mixed(colours.theme.muted, colours.theme.base, 0.6)))
            painter.drawLine(QLineF(0, y + 0.5, left, y + 0.5))
        width = labels.width(name, Style.SMALL)
        box = QRectF(round(left - width - 8), round(y - line / 2), width + 6, line)
        if not any(box.intersects(other) for other in taken):
            taken.append(box)
            painter.fillRect(box, ground)
            ink = colours.text if name == "POC" else colours.muted
            labels.paint(painter, box.topLeft() + QPointF(3, 0), name, ink, Style.SMALL)
    painter.setPen(Qt.PenStyle.NoPen)


def _dashed(ink: QColor) -> QPen:
    pen = QPen(ink, 1)
    pen.setDashPattern([4.0, 3.0])
    return pen


def profile_line(
    frame: Frame, inks: tuple[Labels, ChartColours], pointer_y: float, place: tuple[float, float]
) -> LegendLine:
    """Return what the legend says of the profile, and of its row at the pointer's height.

    Parameters
    ----------
    pointer_y : float
        Logical pixels; not a number where the pointer is outside.
    place : (float, float)
        Left and upper edge of the line, logical pixels.
    """
    (labels, colours), profile, step = inks, frame.profile, frame.series.price_step
    parts: list[Part] = [("Volume profile", colours.text)]
    if profile is None:
        parts.append((frame.profile_words, None))
    else:
        low, high = profile.value_rows
        area = f"{price(float(profile.edges[low]), step)} to {price(float(profile.edges[high]), step)}"
        parts += [
            (f"POC {price(profile.control_price, step)}", colours.text),
            (f"{VALUE_SHARE * 100:.0f} % in {area}", None),
        ]
        parts += _row_parts(frame, profile, colours, pointer_y)
    line = line_of(tuple(parts), place[1], labels.height() + 2, labels.width)
    return LegendLine(line.place, line.box.translated(place[0], 0), line.parts)


def _row_parts(frame: Frame, profile: VolumeProfile, colours: ChartColours, y: float) -> list[Part]:
    if not 0 <= y < frame.layout.price_height:
        return []
    row = profile.row_of(frame.prices.price_at(y * frame.dpr))
    if row is None:
        return []
    up, down = float(profile.up[row]), float(profile.down[row])
    theme = colours.theme
    return [
        ("here", None),
        (f"▲ {volume(up)}", QColor(theme.rise)),
        (f"▼ {volume(down)}", QColor(theme.fall)),
    ]


def _reach(frame: Frame) -> float:
    """Return how far the longest row reaches from the right edge, logical pixels."""
    return min(frame.layout.plot_width * _SHARE, _WIDEST)


def _rows(frame: Frame, profile: VolumeProfile) -> tuple[RectArray, RectArray]:
    """Return a rectangle for what rose in each row, at the right edge, and one for what fell, beside it."""
    right, total = frame.device(frame.layout.plot_width), profile.total
    scale = _reach(frame) * frame.dpr / float(total.max())
    at = frame.prices.rows(profile.edges)
    top, bottom = np.minimum(at[:-1], at[1:]), np.maximum(at[:-1], at[1:])
    gap = np.where(bottom - top >= 3, 1, 0)
    split, left = right - (profile.up * scale).astype(np.int64), right - (total * scale).astype(np.int64)
    edge = np.full(len(total), right)
    return _boxes(split, edge, top, bottom - gap), _boxes(left, split, top, bottom - gap)


def _boxes(left: IntArray, right: IntArray, top: IntArray, bottom: IntArray) -> RectArray:
    batch = np.column_stack([left, top, right - 1, np.maximum(bottom - 1, top)]).astype(np.int32)
    empty = right <= left
    batch[empty, 2] = batch[empty, 0] - 1
    return np.ascontiguousarray(batch)
