"""Price levels: thin lines from the bar at which each began, and what each is on the price axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from workstation.domain.level import LevelKind, PriceLevel
from workstation.ui.chart.colours import ChartColours, mixed
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.rect_batch import paint, rects
from workstation.ui.theme import Theme
from workstation.ui.words.number_format import price

MOST_LEVELS = 14
"""Levels drawn at once; the nearest to the newest close."""

_PADDING = 4.0  # logical pixels beside a label's text
_APART = 1.0  # between two labels
_TAG_MARGIN = 2.0  # of the newest price's tag, above and below its lines
_REACH = 4.0  # how near a line the pointer must be for its words
_STRENGTH = 0.75  # of a line's colour on the ground


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of level is drawn.

    Parameters
    ----------
    colour : str
        Name of the theme's colour.
    dash, gap : int
        Logical pixels drawn and left out; a gap of 0 is a whole line.
    rank : int
        The lowest keeps its label where labels would overlap.
    short : str
        What stands before its price on the axis.
    """

    colour: str
    dash: int
    gap: int
    rank: int
    short: str


LOOKS = {
    LevelKind.RESISTANCE: Look("bearish", 7, 4, 0, "R"),
    LevelKind.SUPPORT: Look("bullish", 1, 0, 0, "S"),
    LevelKind.POINT_OF_CONTROL: Look("muted", 16, 4, 1, "POC"),
    LevelKind.PIVOT: Look("accent", 1, 0, 2, "P"),
    LevelKind.PIVOT_RESISTANCE: Look("accent", 7, 4, 3, "R1"),
    LevelKind.PIVOT_SUPPORT: Look("accent", 3, 4, 3, "S1"),
    LevelKind.VALUE_HIGH: Look("muted", 7, 4, 4, "VAH"),
    LevelKind.VALUE_LOW: Look("muted", 3, 4, 4, "VAL"),
    LevelKind.ROUND_NUMBER: Look("muted", 1, 5, 5, ""),
}
"""How each kind of level is drawn; no two that share a colour share a pattern."""


@dataclass(frozen=True, slots=True)
class PlacedLevel:
    """A level in sight.

    Parameters
    ----------
    row, left : int
        Device pixels: of the line, and where it begins.
    """

    level: PriceLevel
    row: int
    left: int


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label in sight.

    Parameters
    ----------
    box : QRectF
        Logical pixels.
    """

    level: PriceLevel
    text: str
    box: QRectF


def lay_out(frame: Frame) -> list[PlacedLevel]:
    """Return the levels in sight, the nearest to the newest close first; the read-out's lines stay free."""
    last = frame.series.last
    if last is None:
        return []
    placed = [PlacedLevel(one, frame.prices.row(one.price), _left(frame, one)) for one in frame.levels]
    layout = frame.layout
    right, top, bottom = (
        frame.device(edge) for edge in (layout.plot_width, layout.header, layout.price_height)
    )
    seen = [one for one in placed if top <= one.row < bottom and one.left < right]
    return sorted(seen, key=lambda one: abs(one.level.price - last.close))[:MOST_LEVELS]


def lay_out_labels(frame: Frame, labels: Labels, lines: Sequence[PlacedLevel]) -> list[PlacedLabel]:
    """Return the labels of lines on the price axis: none touches another or the tag of the newest price."""
    last = frame.series.last
    if frame.layout.axis_width == 0 or last is None:
        return []
    kept: list[PlacedLabel] = []
    for one in sorted(lines, key=lambda one: (LOOKS[one.level.kind].rank, -one.level.touches)):
        label = _label(frame, labels, one, last.close)
        reach = label.box.adjusted(0, -_APART, 0, _APART)
        is_free = label.box.top() >= 0 and label.box.bottom() <= frame.layout.price_height
        if is_free and not any(reach.intersects(other.box) for other in kept):
            kept.append(label)
    return kept


def needed_level_width(frame: Frame, labels: Labels) -> int:
    """Return how wide the price axis must be for all levels, logical pixels, in steps of eight."""
    step = frame.series.price_step
    widths = [labels.width(short_text(level, step), Style.SMALL) for level in frame.levels]
    return -(-int(max(widths, default=0.0) + 2 * _PADDING + 1) // 8) * 8


def level_at(frame: Frame, y: float) -> PlacedLevel | None:
    """Return the level whose line lies at a height, logical pixels; None where there is none."""
    near = [(abs(one.row / frame.dpr - y), i, one) for i, one in enumerate(lay_out(frame))]
    away, _, found = min(near, default=(_REACH + 1, 0, None))
    return found if away <= _REACH else None


def short_text(level: PriceLevel, price_step: float) -> str:
    """Return what the price axis says of a level, e.g. ``"R 64,900.00"``."""
    return f"{LOOKS[level.kind].short} {price(level.price, price_step)}".strip()


def level_text(level: PriceLevel, price_step: float) -> str:
    """Return a level in words: why it is one, its price, and how often price turned there."""
    touches = f"  ×{level.touches}" if level.touches > 0 else ""
    return f"{level.kind.label}  {price(level.price, price_step)}{touches}"


def paint_levels(
    painter: QPainter, frame: Frame, colours: ChartColours, lines: Sequence[PlacedLevel]
) -> None:
    """Paint the lines; the painter counts device pixels and has no pen."""
    thick, inks = max(int(frame.dpr), 1), _line_inks(colours.theme)
    right = frame.device(frame.layout.plot_width)
    for one in reversed(lines):
        look = LOOKS[one.level.kind]
        dash = max(frame.device(look.dash) if look.gap else right - one.left, 1)
        left = np.arange(one.left, right, dash + frame.device(look.gap))
        top = np.full(len(left), one.row)
        batch = rects(left, top, dash, top + thick - 1)
        batch[:, 2] = np.minimum(batch[:, 2], right - 1)
        paint(painter, batch, inks[one.level.kind])


def paint_level_labels(
    painter: QPainter, colours: ChartColours, labels: Labels, placed: Sequence[PlacedLabel]
) -> None:
    """Paint the labels; the painter counts logical pixels."""
    inks = _text_inks(colours.theme)
    for one in placed:
        at = one.box.topLeft() + QPointF(_PADDING, 0)
        labels.paint(painter, at, one.text, inks[one.level.kind], Style.SMALL)
    painter.setPen(Qt.PenStyle.NoPen)


def paint_level_words(
    painter: QPainter, frame: Frame, colours: ChartColours, labels: Labels, y: float
) -> None:
    """Say beside the axis what the level under the pointer is; the painter counts logical pixels."""
    found = level_at(frame, y)
    if found is None:
        return
    text, line = level_text(found.level, frame.series.price_step), labels.height(Style.SMALL)
    width, height = labels.width(text, Style.SMALL) + 2 * _PADDING, line + 2
    row = found.row / frame.dpr
    top = row - height - 3 if row - height - 3 >= frame.layout.header else row + 4
    box = QRectF(round(frame.layout.plot_width - width - 4), round(top), round(width), round(height))
    if box.left() < 0:
        return
    painter.fillRect(box, QColor(colours.theme.raised))
    ink = _text_inks(colours.theme)[found.level.kind]
    labels.paint(painter, box.topLeft() + QPointF(_PADDING, 1), text, ink, Style.SMALL)
    painter.setPen(Qt.PenStyle.NoPen)


def _left(frame: Frame, level: PriceLevel) -> int:
    if level.since is None:
        return 0
    x = frame.slots.x_of(frame.series.slot_from(level.since))
    return max(frame.device(x), 0)


def _label(frame: Frame, labels: Labels, placed: PlacedLevel, close: float) -> PlacedLabel:
    text = short_text(placed.level, frame.series.price_step)
    height, left = round(labels.height(Style.SMALL)), frame.layout.plot_width + 1
    top = round(placed.row / frame.dpr - height / 2)
    first, last = _newest_tag(frame, labels, close)
    if first - height < top < last:  # the newest price's tag lies there: on the level's own side of it
        is_above = (placed.level.price >= close) != frame.prices.is_inverted
        top = int(first - height) if is_above else int(last + 1)
    return PlacedLabel(placed.level, text, QRectF(left, top, frame.layout.axis_width - 2, height))


def _newest_tag(frame: Frame, labels: Labels, close: float) -> tuple[float, float]:
    """Return top and bottom of the newest price's tag, with its countdown; nothing where it is not shown."""
    y = frame.prices.row(close) / frame.dpr
    if not 0 <= y < frame.layout.price_height:
        return 0.0, -frame.layout.height
    line, n_lines = labels.height(), 3 if frame.prices.base > 0 else 2
    top = min(max(y - line / 2 - _TAG_MARGIN, 0.0), frame.layout.body_height - n_lines * line)
    return top - 1, top + n_lines * line + 2 * _TAG_MARGIN + 1


@lru_cache(maxsize=4)
def _line_inks(theme: Theme) -> dict[LevelKind, QBrush]:
    return {
        kind: QBrush(mixed(getattr(theme, look.colour), theme.base, _STRENGTH))
        for kind, look in LOOKS.items()
    }


@lru_cache(maxsize=4)
def _text_inks(theme: Theme) -> dict[LevelKind, QColor]:
    return {kind: QColor(getattr(theme, look.colour)) for kind, look in LOOKS.items()}
