"""Grid, axes and caption: everything still around the candles."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import axis_price, decimals_of, percent, price, volume

LEFT = 12.0
"""Logical pixels between the edge and the caption."""

TOP = 8.0
AXIS_PADDING = 8.0
"""Logical pixels beside a price label."""

_DAY_WEIGHT = 2
_GROUND_MARGIN = 2.0  # logical pixels beside words that are dimmed, too
_PRACTICE = "PRACTICE"
_LEAST_NAME = 40.0  # pixels of a market's name in the narrowest chart


def paint_grid(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint the lines behind the candles; the painter counts device pixels."""
    layout, line = frame.layout, max(int(frame.dpr), 1)
    right, bottom = frame.device(layout.plot_width), frame.device(layout.body_height)
    for value, _ in frame.price_ticks:
        painter.fillRect(QRect(0, frame.prices.row(value), right, line), colours.grid)
    for top, height in layout.panes:  # a price may lie beyond its pane
        painter.fillRect(QRect(0, frame.device(top), right, frame.device(height)), colours.base)
    for placed in frame.time_ticks:
        painter.fillRect(QRect(int(placed.x * frame.dpr), 0, line, bottom), colours.grid)


class PlacedPrice(NamedTuple):
    """A label of the price axis: its upper edge, logical pixels, and what it says."""

    y: float
    text: str


class PlacedTime(NamedTuple):
    """A label of the time axis: its left edge and its width, logical pixels, and what it says how."""

    x: float
    width: float
    text: str
    style: Style


def paint_edges(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint the lines between panes and axes; the painter counts logical pixels."""
    layout = frame.layout
    if layout.axis_width:
        painter.fillRect(QRectF(layout.plot_width, 0, 1, layout.body_height), colours.border)
    if layout.time_height:
        painter.fillRect(QRectF(0, layout.body_height, layout.width, 1), colours.border)
    if layout.volume_height:
        painter.fillRect(QRectF(0, layout.price_height, layout.plot_width, 1), colours.grid)


def paint_price_axis(
    painter: QPainter, frame: Frame, placed: list[PlacedPrice], colours: ChartColours, labels: Labels
) -> None:
    """Paint the labels of prices and of the largest volume; the painter counts logical pixels."""
    layout = frame.layout
    if not layout.axis_width:
        return
    x = layout.plot_width + AXIS_PADDING
    for one in [*placed, *lay_out_volume(frame, labels)]:
        labels.paint(painter, QPointF(x, one.y), one.text, colours.muted)


def lay_out_volume(frame: Frame, labels: Labels) -> list[PlacedPrice]:
    """Return the label of the largest volume; none where no volume is shown."""
    layout = frame.layout
    if not layout.volume_height or frame.volume_peak <= 0:
        return []
    y = layout.price_height + layout.volume_height * 0.14 - labels.height() / 2
    return [PlacedPrice(y, volume(frame.volume_peak))]


def paint_time_axis(painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels) -> None:
    """Paint the labels of times; the painter counts logical pixels."""
    layout = frame.layout
    if not layout.time_height:
        return
    y = layout.body_height + round((layout.time_height - labels.height()) / 2)
    for one in lay_out_times(frame, labels):
        ink = colours.text if one.style is Style.STRONG else colours.muted
        labels.paint(painter, QPointF(one.x, y), one.text, ink, one.style)


def lay_out_times(frame: Frame, labels: Labels) -> list[PlacedTime]:
    """Return the labels of the time axis."""
    lightest = min((placed.tick.weight for placed in frame.time_ticks), default=0)
    found = []
    for placed in frame.time_ticks:
        heavy = placed.tick.weight >= _DAY_WEIGHT and placed.tick.weight > lightest
        style = Style.STRONG if heavy else Style.PLAIN
        width = labels.width(placed.tick.label, style)
        x = round(placed.x - width / 2)
        if x >= 2:
            found.append(PlacedTime(x, width, placed.tick.label, style))
    return found


def lay_out_prices(frame: Frame, labels: Labels, taken: Sequence[QRectF]) -> list[PlacedPrice]:
    """Return the labels of the price axis; none where it is taken, or the newest price and countdown lie."""
    line, last = labels.height(), frame.series.last
    reach = line * (2.9 if frame.prices.base > 0 else 1.9)
    tag = frame.prices.row(last.close) / frame.dpr if last else -line * 4
    found = []
    for value, spacing in frame.price_ticks:
        y = frame.prices.row(value) / frame.dpr - line / 2
        is_under_tag = -1.5 * line < y - tag < reach
        is_taken = any(box.top() - line < y < box.bottom() for box in taken)
        if 0 <= y <= frame.layout.price_height - line and not is_under_tag and not is_taken:
            found.append(PlacedPrice(round(y), price_label(frame, value, spacing)))
    return found


def price_label(frame: Frame, value: float, spacing: float) -> str:
    """Return an axis label: no finer than its spacing, nor than the venue's own step."""
    if frame.prices.base > 0:
        return percent(frame.prices.percent_of(value), decimals_of(spacing))
    step = frame.series.price_step
    return axis_price(value, max(spacing, step) if decimals_of(spacing) > decimals_of(step) > 0 else spacing)


def needed_axis_width(frame: Frame, labels: Labels) -> int:
    """Return how wide the price axis must be for its labels, logical pixels, in steps of eight."""
    texts = [price_label(frame, value, spacing) for value, spacing in frame.price_ticks]
    last = frame.series.last
    if last is not None:
        texts.append(price(last.close, frame.series.price_step))
    widest = max((labels.width(text) for text in texts), default=0.0)
    return -(-int(widest + 2 * AXIS_PADDING + 4) // 8) * 8


def paint_caption(painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels) -> float:
    """Paint what is shown and, where the prices are not the world's, that they are not; return its end."""
    key, is_practice = frame.series.key, frame.series.practice
    badge = labels.width(_PRACTICE, Style.SMALL) + 24 if is_practice else 0.0
    end = frame.layout.plot_width - LEFT - badge  # a long name must not push the badge out of sight
    room = end - LEFT - labels.width(f"{key.timeframe} …") - 10
    name = labels.cut(one_line(key.symbol), max(room, _LEAST_NAME), Style.CAPTION)
    width = labels.width(name, Style.CAPTION)
    paint_ground(painter, QRectF(LEFT, TOP, width, labels.height(Style.CAPTION)), colours)
    x = LEFT + labels.paint(painter, QPointF(LEFT, TOP), name, colours.text, Style.CAPTION)
    baseline = TOP + labels.height(Style.CAPTION) - labels.height() - 1
    rest = key.timeframe if is_practice else f"{key.timeframe}  ·  {one_line(key.venue)}"
    rest = labels.cut("  ·  ".join((rest, *frame.notes)), end - x - 10)
    paint_ground(painter, QRectF(x + 10, baseline, labels.width(rest), labels.height()), colours)
    x += 10 + labels.paint(painter, QPointF(x + 10, baseline), rest, colours.muted)
    if is_practice:
        paint_badge(painter, QPointF(x + 12, TOP + 1), _PRACTICE, colours, labels)
    return x + badge + _GROUND_MARGIN


def readout_rows(labels: Labels) -> tuple[float, float]:
    """Return where the read-out under the caption begins and ends, logical pixels."""
    top = TOP + labels.height(Style.CAPTION) + 4
    return top, top + labels.height()


def paint_ground(painter: QPainter, box: QRectF, colours: ChartColours) -> None:
    """Dim what lies under words: in a low pane candles reach up to them."""
    painter.fillRect(box.adjusted(-_GROUND_MARGIN, 0, _GROUND_MARGIN, 0), colours.veil)


def paint_badge(painter: QPainter, at: QPointF, text: str, colours: ChartColours, labels: Labels) -> None:
    """Paint the badge that keeps a practice market from being taken for a live one."""
    box = QRectF(at.x(), at.y(), labels.width(text, Style.SMALL) + 12, labels.height(Style.SMALL) + 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.theme.practice))
    painter.drawRoundedRect(box, 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    at = box.topLeft() + QPointF(6, 2)
    labels.paint(painter, at, text, QColor(colours.theme.on_badge), Style.SMALL)
