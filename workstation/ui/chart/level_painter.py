"""Price levels: thin lines from the bar at which each began, with a small label at the right."""

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
_LEAST_WIDTH = 260  # a narrower pane shows lines without labels
_GROUND_OPACITY = 0.6  # behind a label: candles under it can still be seen
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
    """

    colour: str
    dash: int
    gap: int
    rank: int


LOOKS = {
    LevelKind.RESISTANCE: Look("bearish", 7, 4, 0),
    LevelKind.SUPPORT: Look("bullish", 1, 0, 0),
    LevelKind.POINT_OF_CONTROL: Look("muted", 16, 4, 1),
    LevelKind.PIVOT: Look("accent", 1, 0, 2),
    LevelKind.PIVOT_RESISTANCE: Look("accent", 7, 4, 3),
    LevelKind.PIVOT_SUPPORT: Look("accent", 3, 4, 3),
    LevelKind.VALUE_HIGH: Look("muted", 7, 4, 4),
    LevelKind.VALUE_LOW: Look("muted", 3, 4, 4),
    LevelKind.ROUND_NUMBER: Look("muted", 1, 5, 5),
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
    """Return the labels of lines: none touches another, the line of the newest price, or the read-out."""
    last = frame.series.last
    if frame.layout.plot_width < _LEAST_WIDTH or last is None:
        return []
    kept: list[PlacedLabel] = []
    for one in sorted(lines, key=lambda one: (LOOKS[one.level.kind].rank, -one.level.touches)):
        label = _label(frame, labels, one, last.close)
        reach = label.box.adjusted(0, -_APART, 0, _APART)
        is_free = frame.layout.header <= label.box.top() and label.box.bottom() <= frame.layout.price_height
        if is_free and not any(reach.intersects(other.box) for other in kept):
            kept.append(label)
    return kept


def level_text(level: PriceLevel, price_step: float) -> str:
    """Return what a level's label says: why it is one, its price, and how often price turned there."""
    touches = f"  ×{level.touches}" if level.touches > 0 else ""
    return f"{level.kind.label}  {price(level.price, price_step)}{touches}"


def paint_levels(
    painter: QPainter,
    frame: Frame,
    colours: ChartColours,
    lines: Sequence[PlacedLevel],
    placed: Sequence[PlacedLabel],
) -> None:
    """Paint the lines, which stop at labels; the painter counts device pixels and has no pen."""
    thick, inks = max(int(frame.dpr), 1), _line_inks(colours.theme)
    boxes = [label.box for label in placed]
    for one in reversed(lines):
        look, right = LOOKS[one.level.kind], _right(frame, one.row, boxes)
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
    ground = QColor(colours.base)
    ground.setAlphaF(_GROUND_OPACITY)
    for one in placed:
        painter.fillRect(one.box, ground)
        at = one.box.topLeft() + QPointF(_PADDING, 0)
        labels.paint(painter, at, one.text, inks[one.level.kind], Style.SMALL)
    painter.setPen(Qt.PenStyle.NoPen)


def _left(frame: Frame, level: PriceLevel) -> int:
    if level.since is None:
        return 0
    x = frame.slots.x_of(frame.series.slot_from(level.since))
    return max(frame.device(x), 0)


def _right(frame: Frame, row: int, boxes: Sequence[QRectF]) -> int:
    """Return where the line of a row ends: at the price axis, or at a label that lies in its way."""
    y = row / frame.dpr
    lefts = [box.left() for box in boxes if box.top() <= y <= box.bottom()]
    return frame.device(min(lefts, default=frame.layout.plot_width))


def _label(frame: Frame, labels: Labels, placed: PlacedLevel, close: float) -> PlacedLabel:
    text = level_text(placed.level, frame.series.price_step)
    width, height = labels.width(text, Style.SMALL) + 2 * _PADDING, labels.height(Style.SMALL)
    left = round(frame.layout.plot_width - width)
    top = round(placed.row / frame.dpr - height / 2)
    line = frame.prices.row(close) / frame.dpr
    if top - 2 < line < top + height + 2:  # beside the line of the newest price, on the level's own side
        is_above = (placed.level.price >= close) != frame.prices.is_inverted
        top = int(line - height - 2) if is_above else int(line + 3)
    return PlacedLabel(placed.level, text, QRectF(left, top, round(width), round(height)))


@lru_cache(maxsize=4)
def _line_inks(theme: Theme) -> dict[LevelKind, QBrush]:
    return {
        kind: QBrush(mixed(getattr(theme, look.colour), theme.base, _STRENGTH))
        for kind, look in LOOKS.items()
    }


@lru_cache(maxsize=4)
def _text_inks(theme: Theme) -> dict[LevelKind, QColor]:
    return {kind: QColor(getattr(theme, look.colour)) for kind, look in LOOKS.items()}
