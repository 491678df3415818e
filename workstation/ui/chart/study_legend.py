"""The legend of a chart's studies: a line each, with its numbers at the bar under the crosshair."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.domain.study import Place, Shape
from workstation.ui.chart.axis_painter import LEFT, TOP
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.price_scale import nice_step
from workstation.ui.chart.study_frame import PlacedStudy, colour_of, value_words
from workstation.ui.words.number_format import NOTHING, price, volume

_GAP = 8.0
_SWATCH = 10.0
_PADDING = 4.0

Part = tuple[str, QColor | None]
"""A word of a legend line and its colour; None for the muted one."""


@dataclass(frozen=True, slots=True, eq=False)
class LegendLine:
    """A line of the legend.

    Parameters
    ----------
    place : int
        The study's place on the board; -1 for a line that says something else.
    box : QRectF
        Where it lies, logical pixels.
    parts : tuple of Part
        What it says.
    """

    place: int
    box: QRectF
    parts: tuple[Part, ...]


def legend_top(labels: Labels) -> float:
    """Return where the first line over the candles lies: below caption and read-out, logical pixels."""
    return round(TOP + labels.height(Style.CAPTION) + labels.height() + 8)


def lay_out_legend(
    frame: Frame, labels: Labels, colours: ChartColours, slot: int, taken: Sequence[QRectF] = ()
) -> list[LegendLine]:
    """Return the lines of the legend for a bar; those over the candles first.

    Parameters
    ----------
    taken : sequence of QRectF
        What lies over the chart's left edge; lines begin beside it.
    """
    line = labels.height() + 2
    width_of = labels.width
    over = [one for one in frame.studies if one.study.place is Place.PRICE]
    top = legend_top(labels)
    n_most = max(int((frame.layout.price_height - top) * 0.6 / line), 1)
    found, y = [], top
    for i, one in enumerate(over):
        if i == n_most - 1 and len(over) > n_most:
            words = f"and {len(over) - i} more: see Studies"
            found.append(_line(-1, ((words, None),), y, line, width_of))
            break
        found.append(_line(one.place, _parts(frame, one, colours, slot), y, line, width_of))
        y += line
    y = float(frame.layout.price_height + 2)
    for one in frame.studies:
        if one.study.place is Place.VOLUME and frame.layout.volume_height:
            found.append(_line(one.place, _parts(frame, one, colours, slot), y, line, width_of))
            y += line
        elif one.height:
            parts = _parts(frame, one, colours, slot)
            found.append(_line(one.place, parts, float(one.top + 3), line, width_of))
    found += _left_out(frame, line, width_of)
    right = max((box.right() for box in taken), default=0.0)
    return [replace(one, box=one.box.translated(right, 0)) for one in found] if right else found


def line_of(
    parts: tuple[Part, ...], top: float, height: float, width_of: Callable[[str], float]
) -> LegendLine:
    """Return a line that belongs to no study; `width_of` measures a word, everything in logical pixels."""
    return _line(-1, parts, top, height, width_of)


def _left_out(frame: Frame, line: float, width_of: Callable[[str], float]) -> list[LegendLine]:
    """Return a line that says which panes have no room here."""
    without = [s.study.short for s in frame.studies if s.study.place is Place.PANE and not s.height]
    if not without:
        return []
    words = f"No room here for {', '.join(without)}"
    return [_line(-1, ((words, None),), frame.layout.body_height - line - 4, line, width_of)]


def _line(
    place: int, parts: tuple[Part, ...], y: float, height: float, width_of: Callable[[str], float]
) -> LegendLine:
    width = sum([_reach(text, width_of) for text, _ in parts]) + 2 * _PADDING
    return LegendLine(place, QRectF(LEFT - _PADDING, round(y), width, height), parts)


def _reach(text: str, width_of: Callable[[str], float]) -> float:
    return width_of(text) + _GAP if text else _SWATCH + 2


def paint_legend(
    painter: QPainter, frame: Frame, lines: list[LegendLine], inks: tuple[Labels, ChartColours]
) -> None:
    """Paint the legend; the painter counts logical pixels."""
    labels, colours = inks
    painter.setPen(Qt.PenStyle.NoPen)
    for line in lines:
        left, top, width, height = line.box.left(), line.box.top(), line.box.width(), line.box.height()
        room = min(width, frame.layout.plot_width - left - 2)
        painter.fillRect(QRectF(left, top, room, height), colours.veil)
        x = left + _PADDING
        for text, ink in line.parts:
            if room < width and x + _reach(text, labels.width) - _GAP > left + room:
                break
            if text:
                at = QPointF(round(x), top + 1)
                x += labels.paint(painter, at, text, colours.muted if ink is None else ink) + _GAP
                continue
            if ink is not None:
                painter.fillRect(QRectF(round(x), round(top + height / 2) - 1, _SWATCH - 2, 3), ink)
            x += _SWATCH + 2


def _parts(frame: Frame, one: PlacedStudy, colours: ChartColours, slot: int) -> tuple[Part, ...]:
    theme, board = colours.theme, one.board
    swatch = colour_of(board, one.study.outputs[0], theme)
    parts: list[Part] = [("", swatch), (board.label, colours.text if board.choice.is_shown else None)]
    if not board.choice.is_shown:
        return (*parts, ("hidden", None))
    if not board.traces:
        return (*parts, ("computing…", None))
    for output, trace in zip(one.study.outputs, board.traces, strict=True):
        shift = output.shift(board.choice.values)
        if output.shape is Shape.DOTS and shift < 0:
            continue  # what is drawn back belongs to a bar that came later
        value = trace.at(slot - shift)
        if len(one.study.outputs) > 2 or not math.isnan(value):
            parts.append((_words(frame, one, value), colour_of(board, output, theme)))
    if not any(ink is not None and text for text, ink in parts[2:]):
        parts.append((NOTHING, None))
    return tuple(parts)


def _words(frame: Frame, one: PlacedStudy, value: float) -> str:
    if math.isnan(value):
        return NOTHING
    place = one.study.place
    if place is Place.PRICE:
        return price(value, frame.series.price_step)
    if place is Place.VOLUME or one.scale is None:
        return volume(value)
    return value_words(value, nice_step((one.scale.high - one.scale.low) / 1000))
