"""The strip of votes: a row for each family, a cell for each bar, its colour the vote and its strength."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from workstation.domain.signal import Family
from workstation.domain.vote_span import FAMILY_ROWS
from workstation.ui.chart.axis_painter import AXIS_PADDING
from workstation.ui.chart.colours import ChartColours, mixed
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.judged_frame import PlacedVotes
from workstation.ui.chart.kind_lines import paint_segments
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.vote_table import NO_BAR, NOT_TOLD, TOLD, Votes
from workstation.ui.theme import Theme

SHORT_NAMES = {
    Family.MOMENTUM: "Momentum",
    Family.VOLUME: "Volume",
    Family.LEVELS: "Levels",
    Family.ONCHAIN: "On-chain",
    Family.WHALES: "Whales",
    Family.SENTIMENT: "Sentiment",
    Family.PATTERNS: "Patterns",
    Family.LIQUIDITY: "Liquidity",
}
"""What the axis calls the families."""

_SHADES = 8
_WEAKEST, _STRONGEST = 0.22, 0.92
_ABSTAINS = 0.16
_GROUND = 2 + 2 * _SHADES  # the last of the inks
_GLYPH_BAR, _GLYPH_ROW = 9.0, 8.0  # logical pixels of a cell from which on it holds a sign
_GAP_BAR = 5.0  # from which on cells stand apart


def paint_votes(painter: QPainter, frame: Frame, placed: PlacedVotes, colours: ChartColours) -> None:
    """Paint the cells; the painter counts device pixels and has no pen.

    What a family could not say is hatched, an abstention is grey, and a bar of which nothing is known, that
    forms or is missing, stays empty. A side never rests on colour alone: it has a sign, or where there is no
    room for one, only the upper half of a cell is bullish, only the lower one bearish.
    """
    votes, n = placed.votes, len(placed.votes.states)
    if not n:
        return
    box = _box(frame, placed)
    painter.save()
    painter.setClipRect(QRect(0, box.top(), frame.device(frame.layout.plot_width), box.height()))
    _paint_hatch(painter, frame, placed, colours)
    has_signs = frame.slots.per_slot >= _GLYPH_BAR * frame.dpr and placed.row_height >= _GLYPH_ROW
    image = cells(votes, colours.theme, are_whole=has_signs)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, frame.slots.per_slot < 1.0)
    painter.drawImage(QRectF(box), image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    _paint_gaps(painter, frame, placed, colours)
    if has_signs:
        _paint_signs(painter, frame, placed, colours)
    painter.restore()


def cells(votes: Votes, theme: Theme, *, are_whole: bool) -> QImage:
    """Return cells, opaque where a family voted, clear where it could not: a column of pixels for each bar.

    Parameters
    ----------
    are_whole : bool
        True for one pixel a cell; False for an upper and a lower one, the first of them the ground's in a
        bearish cell, the second in a bullish one.
    """
    known = ~np.isnan(votes.scores)
    strength = np.abs(np.nan_to_num(votes.scores)) * _SHADES
    shade = 1 + np.clip(np.ceil(strength), 1, _SHADES).astype(np.int64) - 1
    index = np.where(known, np.where(votes.sides == 0, 1, 1 + shade + _SHADES * (votes.sides < 0)), 0)
    index[:, (votes.states == NO_BAR) | (votes.states == NOT_TOLD)] = _GROUND
    if not are_whole:
        halves = [np.where(known & (votes.sides == side), _GROUND, index) for side in (-1, 1)]
        index = np.stack(halves, axis=1).reshape(-1, index.shape[1])
    pixels = np.ascontiguousarray(_inks(theme)[index])
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # of its own memory: the array goes


@lru_cache(maxsize=4)
def _inks(theme: Theme) -> NDArray[np.uint32]:
    """Return colours: clear, abstaining, rising shades of bullish, of bearish, and the ground."""
    shares = np.linspace(_WEAKEST, _STRONGEST, _SHADES)
    up, down = (
        [mixed(one, theme.base, share) for share in shares] for one in (theme.rise_body, theme.fall_body)
    )
    inks = [mixed(theme.muted, theme.base, _ABSTAINS), *up, *down, QColor(theme.base)]
    return np.array([0, *(ink.rgba() for ink in inks)], np.uint32)


def _box(frame: Frame, placed: PlacedVotes) -> QRect:
    slots, n = frame.slots, len(placed.votes.states)
    left, right = ((placed.first + k - 0.5) * slots.per_slot + slots.offset for k in (0, n))
    top, bottom = frame.device(placed.row_top(0)), frame.device(placed.row_top(len(FAMILY_ROWS)))
    return QRect(round(left), top, round(right) - round(left), bottom - top)


def _paint_hatch(painter: QPainter, frame: Frame, placed: PlacedVotes, colours: ChartColours) -> None:
    """Hatch everything that was told; what a family said covers it."""
    told = np.flatnonzero(placed.votes.states == TOLD)
    if not len(told):
        return
    box = _box(frame, placed)
    per_slot = box.width() / len(placed.votes.states)
    left, right = box.left() + told[0] * per_slot, box.left() + (told[-1] + 1) * per_slot
    ink = mixed(colours.theme.muted, colours.theme.base, 0.45)
    area = QRectF(left, box.top(), right - left, box.height())
    painter.fillRect(area, QBrush(ink, Qt.BrushStyle.BDiagPattern))


def _paint_gaps(painter: QPainter, frame: Frame, placed: PlacedVotes, colours: ChartColours) -> None:
    """Part rows and, where bars are wide, bars from one another."""
    line, box, n = max(int(frame.dpr), 1), _box(frame, placed), len(placed.votes.states)
    for row in range(1, len(FAMILY_ROWS)):
        top = frame.device(placed.row_top(row))
        painter.fillRect(QRect(box.left(), top, box.width(), line), colours.base)
    if frame.slots.per_slot < _GAP_BAR * frame.dpr:
        return
    edges = box.left() + np.arange(n + 1) * (box.width() / n)
    for x in edges.astype(int).tolist():
        painter.fillRect(QRect(x, box.top(), line, box.height()), colours.base)


def _paint_signs(painter: QPainter, frame: Frame, placed: PlacedVotes, colours: ChartColours) -> None:
    """Paint a plus or a minus into every cell whose family took a side."""
    votes, box = placed.votes, _box(frame, placed)
    rows, columns = np.nonzero((votes.sides != 0) & ~np.isnan(votes.scores))
    width, height = box.width() / len(votes.states), box.height() / len(FAMILY_ROWS)
    x, y = box.left() + (columns + 0.5) * width, box.top() + (rows + 0.5) * height
    half = 2.5 * frame.dpr
    flat = np.column_stack([x - half, y, x + half, y])
    upright = np.column_stack([x, y - half, x, y + half])[votes.sides[rows, columns] > 0]
    lines = np.concatenate([flat, upright])
    paint_segments(painter, lines, QColor(colours.theme.text), 1.2 * frame.dpr, dashed=False)


def paint_vote_axis(
    painter: QPainter, frame: Frame, placed: PlacedVotes, colours: ChartColours, labels: Labels
) -> None:
    """Write the families' names beside their rows; the painter counts logical pixels."""
    layout, line = frame.layout, labels.height(Style.SMALL)
    painter.fillRect(QRectF(0, placed.top, layout.width, 1), colours.border)
    if not layout.axis_width or placed.row_height < line * 0.75:
        return
    for row, family in enumerate(FAMILY_ROWS):
        y = placed.row_top(row) + (placed.row_height - line) / 2
        at = QPointF(layout.plot_width + AXIS_PADDING, round(y))
        labels.paint(painter, at, SHORT_NAMES[family], colours.muted, Style.SMALL)


def names_width(labels: Labels) -> float:
    """Return the width of the longest name, logical pixels."""
    return max(labels.width(name, Style.SMALL) for name in SHORT_NAMES.values())
