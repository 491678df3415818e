"""What moves over the still picture: last price, crosshair, read-out, and the way to the newest bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workstation.domain.candle import Candle
from workstation.domain.signal import Direction, Signal
from workstation.ui.chart.axis_painter import (
    AXIS_PADDING,
    LEFT,
    lay_out_times,
    paint_ground,
    readout_rows,
)
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.judged_frame import grade_at
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.quality_painter import quality_words
from workstation.ui.chart.study_frame import pane_value_at, value_words
from workstation.ui.chart.time_ticks import moment_label, zone_label
from workstation.ui.words.number_format import column_volume, countdown, percent, price, volume
from workstation.ui.words.signal_words import chance_words, flip_words, ground_words, heading_words

GO_LIVE = "Newest  »"
_CORNER = 3.0
_BOX_PADDING = 10.0
_LEADING = 3.0  # between the lines of a box
_MARK_COLUMN = 18.0
_PART_GAP = 12.0  # between the words of the read-out


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the trader points.

    Parameters
    ----------
    x, y : float
        Logical pixels.
    slot : int
        The bar there.
    """

    x: float
    y: float
    slot: int


@dataclass(frozen=True, slots=True)
class Brush:
    """What every part of the overlay paints with; the painter counts logical pixels.

    Parameters
    ----------
    painter, colours, labels : QPainter, ChartColours, Labels
    beneath : sequence of QRectF
        Labels on the price axis: where a tag lies on a part of one, the rest would peek out.
    """

    painter: QPainter
    colours: ChartColours
    labels: Labels
    beneath: Sequence[QRectF] = ()


def paint_last_price(brush: Brush, frame: Frame, now_ms: int | None) -> None:
    """Paint the newest close as a line with its tag and, while the bar runs, the time to its close."""
    last = frame.series.last
    if last is None:
        return
    y = frame.prices.row(last.close) / frame.dpr
    if not 0 <= y < frame.layout.price_height:
        return
    theme = brush.colours.theme
    colour = QColor(theme.rise if last.close >= last.open else theme.fall)
    brush.painter.setPen(_dashed(colour.name(), 1, 3))
    middle = _pixel_middle(y, frame.dpr)
    brush.painter.drawLine(QLineF(0, middle, frame.layout.plot_width, middle))
    lines = _price_words(frame, last.close, frame.series.price_step)
    left_ms = 0 if now_ms is None else last.open_time + frame.series.key.bar_ms - now_ms
    if 0 < left_ms <= frame.series.key.bar_ms:
        lines.append(countdown(left_ms))
    _paint_axis_tag(brush, frame, y, lines, colour, QColor(theme.on_badge))


def paint_crosshair(brush: Brush, frame: Frame, pointer: Pointer) -> None:
    """Paint the lines under the pointer and their tags on both axes."""
    layout, theme = frame.layout, brush.colours.theme
    brush.painter.setPen(_dashed(theme.crosshair, 4, 4))
    x, y = _pixel_middle(frame.slots.x_of(pointer.slot), frame.dpr), _pixel_middle(pointer.y, frame.dpr)
    brush.painter.drawLine(QLineF(x, 0, x, layout.body_height))
    brush.painter.drawLine(QLineF(0, y, layout.plot_width, y))
    tag, ink = QColor(theme.tag), QColor(theme.on_tag)
    if pointer.y < layout.price_height:
        value = frame.prices.price_at(pointer.y * frame.dpr)
        _paint_axis_tag(brush, frame, pointer.y, _price_words(frame, value, _step(frame)), tag, ink)
    elif pointer.y >= layout.volume_bottom:
        words = _pane_words(frame, pointer.y)
        if words:
            _paint_axis_tag(brush, frame, pointer.y, [words], tag, ink)
    elif frame.volume_peak > 0:
        share = (layout.volume_bottom - pointer.y) / (layout.volume_height * 0.86)
        _paint_axis_tag(brush, frame, pointer.y, [volume(share * frame.volume_peak)], tag, ink)
    if layout.time_height:
        _paint_time_tag(brush, frame, x, frame.series.open_time(pointer.slot))


def paint_linked_tags(brush: Brush, frame: Frame, x: float, slot: int, price_there: float | None) -> None:
    """Paint the tags of a crosshair that stands on another chart: the bar, and the price of this market.

    Parameters
    ----------
    x : float
        Logical pixels of the bar's middle.
    price_there : float or None
        None where it is another market's, or out of sight.
    """
    tag, ink = QColor(brush.colours.theme.tag), QColor(brush.colours.theme.on_tag)
    if price_there is not None:
        y = frame.prices.row(price_there) / frame.dpr
        _paint_axis_tag(brush, frame, y, _price_words(frame, price_there, _step(frame)), tag, ink)
    if frame.layout.time_height:
        _paint_time_tag(brush, frame, x, frame.series.open_time(slot))


def _pane_words(frame: Frame, y: float) -> str:
    """Return the value at a height of a study's pane or that of grades; empty elsewhere."""
    value, spacing = pane_value_at(frame, y)
    if spacing:
        return value_words(value, spacing)
    grade = grade_at(frame.judged, y, frame.dpr)
    return f"{grade:.0f}" if 0 <= grade <= 100 else ""


def paint_readout(brush: Brush, frame: Frame, slot: int) -> None:
    """Write the bar's prices, change, volume and time under the caption."""
    candle = frame.series.candle_at(slot)
    open_time = frame.series.open_time(slot)
    when = (
        f"{moment_label(open_time, frame.zone, frame.series.key.bar_ms)} {zone_label(open_time, frame.zone)}"
    )
    step, colours = frame.series.price_step, brush.colours
    parts = _hole(frame, slot, colours) if candle is None else _parts(candle, step, colours)
    doubts = quality_words(frame.series.quality_at(slot))
    if doubts:
        parts.append(_Part(_DOUBTED, "", doubts, brush.colours.warning))
    parts.append(_Part(_LEAST_NEEDED, "", when, brush.colours.muted))
    painter, colours, labels = brush.painter, brush.colours, brush.labels
    parts, reach = _in_room(parts, frame.layout.plot_width - LEFT, labels)
    x, y = LEFT, readout_rows(labels)[0]
    paint_ground(painter, QRectF(x, y, reach, labels.height()), colours)
    for part in parts:
        if part.name:
            x += labels.paint(painter, QPointF(x, y), part.name, colours.muted) + 4
        x += labels.paint(painter, QPointF(x, y), part.value, part.ink) + _PART_GAP


def _in_room(parts: Sequence["_Part"], room: float, labels: Labels) -> tuple[list["_Part"], float]:
    """Return what has room, in its order, and how far it reaches; what is needed least gives way first."""
    kept, left = set(), room + _PART_GAP
    for _, place in sorted([(part.need, place) for place, part in enumerate(parts)]):
        reach = _reach(parts[place], labels) + _PART_GAP
        if reach > left:
            break
        left -= reach
        kept.add(place)
    found = [part for place, part in enumerate(parts) if place in kept]
    return found, max(room - left, 0.0)


def _reach(part: "_Part", labels: Labels) -> float:
    return labels.width(part.name) + (4 if part.name else 0) + labels.width(part.value)


def signal_lines(signal: Signal, afterwards: str = "") -> list[tuple[str, str]]:
    """Return what a signal says about itself, as marks and texts: the votes that agree first.

    Parameters
    ----------
    afterwards : str
        What happened after it; empty where that is not known.
    """
    agreeing = [vote for vote in signal.votes if vote.direction is signal.direction]
    lines = [("", heading_words(signal)), ("", f"{len(agreeing)} of {len(signal.votes)} families agree")]
    lines += [("", words) for words in (chance_words(signal), ground_words(signal)) if words]
    order = sorted(signal.votes, key=lambda vote: -vote.score * signal.direction)
    lines += [(_VOTE_MARKS[vote.direction], vote.family.label) for vote in order]
    lines += [("", f"Undone by {flip_words(flip)}") for flip in signal.flips[:1]]
    after, _comma, range_of_it = afterwards.partition(", ")
    lines += [("", words) for words in (after and f"Afterwards: {after}", range_of_it) if words]
    return lines


def paint_signal(brush: Brush, frame: Frame, signal: Signal, pointer: Pointer, left: float = 0.0) -> None:
    """Paint a box beside the pointer that tells which families voted for the signal of its bar.

    Parameters
    ----------
    left : float
        Where what stands over the left edge ends, logical pixels: the box keeps out of it.
    """
    lines = signal_lines(signal, frame.series.afterwards(signal))
    labels, theme = brush.labels, brush.colours.theme
    line = labels.height() + _LEADING
    styles = [Style.STRONG] + [Style.PLAIN] * (len(lines) - 1)
    widths = [
        labels.width(text, style) + (_MARK_COLUMN if mark else 0)
        for (mark, text), style in zip(lines, styles, strict=True)
    ]
    size = (max(widths) + 2 * _BOX_PADDING, line * len(lines) + 2 * _BOX_PADDING - _LEADING)
    box = _beside(pointer, size, frame, left)
    _paint_box(brush.painter, box, QColor(theme.raised), QColor(theme.border))
    inks = {"▲": QColor(theme.bullish), "▼": QColor(theme.bearish)}
    heading = inks["▲" if signal.direction is Direction.BULLISH else "▼"]
    at = box.topLeft() + QPointF(_BOX_PADDING, _BOX_PADDING)
    for i, (mark, text) in enumerate(lines):
        ink = heading if i == 0 else brush.colours.text if mark in inks else brush.colours.muted
        indent = QPointF(_MARK_COLUMN if mark else 0, 0)
        if mark:
            labels.paint(brush.painter, at, mark, inks.get(mark, brush.colours.muted))
        labels.paint(brush.painter, at + indent, text, ink, styles[i])
        at.setY(at.y() + line)


def go_live_box(frame: Frame, labels: Labels) -> QRectF:
    """Return where the button that leads back to the newest bar lies, logical pixels."""
    width, height = labels.width(GO_LIVE) + 24, labels.height() + 10
    layout = frame.layout
    return QRectF(layout.plot_width - width - 12, layout.price_height - height - 12, width, height)


def paint_go_live(brush: Brush, frame: Frame, is_hovered: bool) -> None:
    """Paint the button that leads back to the newest bar."""
    box, theme = go_live_box(frame, brush.labels), brush.colours.theme
    if box.left() < 0 or box.top() < 0:
        return
    ground = QColor(theme.accent if is_hovered else theme.raised)
    _paint_box(brush.painter, box, ground, QColor(theme.accent), box.height() / 2)
    ink = QColor(theme.on_accent if is_hovered else theme.accent)
    brush.labels.paint(brush.painter, box.topLeft() + QPointF(12, 5), GO_LIVE, ink)


_VOTE_MARKS = {Direction.BULLISH: "▲", Direction.BEARISH: "▼", Direction.NEUTRAL: "–"}


_CLOSE, _DOUBTED, _MOVED, _FORMING, _RANGE, _VOLUME, _LEAST_NEEDED = range(7)


class _Part(NamedTuple):
    """A word of the read-out: how much it is needed (0 most), its name, its value, and the value's ink."""

    need: int
    name: str
    value: str
    ink: QColor


def _hole(frame: Frame, slot: int, colours: ChartColours) -> list[_Part]:
    """Return what is said of a bar that is not there: a hole in the history, not the time before or after."""
    bars = frame.series.pyramid
    is_within = len(bars) > 0 and bars.first_slot <= slot <= bars.last_slot
    return [_Part(_CLOSE, "", "no candle here", colours.muted)] if is_within else []


def _parts(candle: Candle, step: float, colours: ChartColours) -> list[_Part]:
    ink = QColor(colours.theme.rise if candle.close >= candle.open else colours.theme.fall)
    prices = (
        (_RANGE, "O", candle.open),
        (_RANGE, "H", candle.high),
        (_RANGE, "L", candle.low),
        (_CLOSE, "C", candle.close),
    )
    change = percent((candle.close / candle.open - 1) * 100)
    return [
        *(_Part(need, name, price(value, step), ink) for need, name, value in prices),
        _Part(_MOVED, "", change, ink),
        _Part(_VOLUME, "Vol", column_volume(candle.volume), colours.text),
    ] + ([] if candle.closed else [_Part(_FORMING, "", "forming", colours.muted)])


def _price_words(frame: Frame, value: float, step: float) -> list[str]:
    """Return a price and, where the axis is in percent, how far it lies from the left edge."""
    words = [price(value, step)]
    return [*words, percent(frame.prices.percent_of(value))] if frame.prices.base > 0 else words


@lru_cache(maxsize=16)
def _dashed(colour: str, dash: float, gap: float) -> QPen:
    """Return a thin pen; shared by all who ask, never to be changed."""
    pen = QPen(QColor(colour), 1)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([dash, gap])
    return pen


def _step(frame: Frame) -> float:
    """Return the venue's step, or one as fine as a row of pixels."""
    if frame.series.price_step > 0:
        return frame.series.price_step
    low, high = frame.prices.range
    return float(f"{max((high - low) / frame.prices.height, 1e-12):.0e}")


def _pixel_middle(logical: float, dpr: float) -> float:
    """Return the middle of the device pixel that holds a logical coordinate, so that a thin line is crisp."""
    return (int(logical * dpr) + 0.5) / dpr


def _paint_axis_tag(
    brush: Brush, frame: Frame, y: float, lines: list[str], ground: QColor, ink: QColor
) -> None:
    layout, labels = frame.layout, brush.labels
    if not layout.axis_width:
        return
    line = labels.height()
    height = line * len(lines) + 4
    top = round(min(max(y - line / 2 - 2, 0.0), max(layout.body_height - height, 0.0)))
    box = QRectF(layout.plot_width + 1, top, layout.axis_width - 3, height)
    for label in brush.beneath:
        if label.intersects(box):
            brush.painter.fillRect(label, brush.colours.base)
    _fill_round(brush.painter, box, ground)
    for i, text in enumerate(lines):
        at = QPointF(layout.plot_width + AXIS_PADDING, top + 2 + i * line)
        labels.paint(brush.painter, at, text, ink)


def _paint_time_tag(brush: Brush, frame: Frame, x: float, open_time: int) -> None:
    layout, labels = frame.layout, brush.labels
    text = moment_label(open_time, frame.zone, frame.series.key.bar_ms)
    width = labels.width(text) + 2 * AXIS_PADDING
    left = round(min(max(x - width / 2, 0.0), layout.width - width))
    box = QRectF(left, layout.body_height + 1, width, layout.time_height - 3)
    for one in lay_out_times(frame, labels):
        if one.x < left + width and left < one.x + one.width:
            hidden = QRectF(one.x, box.top(), one.width, layout.time_height - 1)
            brush.painter.fillRect(hidden, brush.colours.base)
    theme = brush.colours.theme
    _fill_round(brush.painter, box, QColor(theme.tag))
    top = round(box.top() + (box.height() - labels.height()) / 2)
    labels.paint(brush.painter, QPointF(left + AXIS_PADDING, top), text, QColor(theme.on_tag))


def _beside(pointer: Pointer, size: tuple[float, float], frame: Frame, left: float) -> QRectF:
    width, height = size
    x = pointer.x + 16 if pointer.x + 16 + width < frame.layout.plot_width else pointer.x - 16 - width
    y = min(max(pointer.y - height / 2, 4.0), max(frame.layout.body_height - height - 4, 4.0))
    return QRectF(round(max(x, left + 4.0)), round(y), round(width), round(height))


def _fill_round(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, _CORNER, _CORNER)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_box(
    painter: QPainter, box: QRectF, ground: QColor, edge: QColor, corner: float = 2 * _CORNER
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(edge)
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
