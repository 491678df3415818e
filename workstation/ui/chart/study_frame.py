"""Where the studies of a chart lie in one picture of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from PySide6.QtGui import QColor

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.study import Output, Place, Study
from workstation.ui.chart.price_scale import PriceMap, nice_step, price_ticks
from workstation.ui.chart.study_board import BoardStudy, StudyBoard
from workstation.ui.chart.study_trace import Strokes
from workstation.ui.chart.time_scale import SlotMap
from workstation.ui.theme import Theme
from workstation.ui.words.number_format import axis_price, volume

FOLDED_HEIGHT = 22
"""Logical pixels of a pane whose study is not drawn: its legend only."""
LEAST_PANE = 40
_MOST_OF_BODY = 0.6
"""Panes together take no more of a chart; the candles keep the rest."""
_WIDENS = 0.35
"""What lies over the candles widens their scale by this part of their range at most, on either side."""
_AIR = 0.08
_TICK_GAP = 26
_LARGE = 1000.0  # values this far apart are said in thousands


class PlacedOutput(NamedTuple):
    """One output in sight.

    Parameters
    ----------
    shift : int
        Bars to the right of the bar that its value belongs to.
    strokes : Strokes
        What is drawn.
    """

    output: Output
    shift: int
    strokes: Strokes


@dataclass(frozen=True, slots=True, eq=False)
class PlacedStudy:
    """One study in sight.

    Parameters
    ----------
    place : int
        Its place on the board.
    outputs : tuple of PlacedOutput
        What is drawn, in order; none while it is hidden or not computed.
    top, height : int
        Logical pixels of its pane; 0 and 0 where it lies over candles or volume.
    scale : PriceMap or None
        Of its pane; row 0 is the pane's top. None where it has none.
    ticks : list of (float, float)
        Values for labels of its pane, and the step to their neighbours.

    Attributes
    ----------
    study : Study
        What it is.
    """

    place: int
    board: BoardStudy
    outputs: tuple[PlacedOutput, ...]
    top: int = 0
    height: int = 0
    scale: PriceMap | None = None
    ticks: tuple[tuple[float, float], ...] = ()
    study: Study = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "study", self.board.study)

    def rows(self, values: FloatArray, dpr: float) -> IntArray:
        """Return the device pixel rows of values in its pane, counted from the top of the chart."""
        scale = self.scale
        return scale.rows(values) + round(self.top * dpr) if scale else np.zeros(values.shape, np.int64)

    def row(self, value: float, dpr: float) -> int:
        """Return the device pixel row of one value in its pane."""
        return (self.scale.row(value) if self.scale else 0) + round(self.top * dpr)


def colour_of(one: BoardStudy, output: Output, theme: Theme) -> QColor:
    """Return the colour of an output: the trader's, else its role's in the theme; never to be changed."""
    chosen = one.choice.colours.get(output.name, output.role)
    named = chosen if chosen.startswith("#") else getattr(theme, chosen, None)
    return _colour(named if isinstance(named, str) else getattr(theme, output.role))


@lru_cache(maxsize=256)
def _colour(name: str) -> QColor:
    return QColor(name)


def pane_heights(board: StudyBoard, body: int, others: Sequence[tuple[int, int]] = ()) -> tuple[int, ...]:
    """Return the heights of the panes, logical pixels, for a chart of this height above its time axis.

    In the order of the board's studies that have a pane. Where they ask for too much all become smaller; 0
    for those at the end that would be too small to be read.

    Parameters
    ----------
    others : sequence of (int, int)
        Panes below those of studies: the height that each asks for, and the least at which it can be read.
    """
    choices = [one.choice for one in board.studies if one.study.place is Place.PANE]
    wishes = [
        (round(body * c.share), LEAST_PANE) if c.is_shown else (FOLDED_HEIGHT, FOLDED_HEIGHT) for c in choices
    ]
    wishes += others
    asked = [height for height, _ in wishes]
    most = int(body * _MOST_OF_BODY)
    if sum(asked) > most:
        factor = most / sum(asked)
        asked = [max(round(height * factor), least) for height, least in wishes]
    heights, used = [], 0
    for height in asked:
        fits = used + height <= most
        heights.append(height if fits else 0)
        used += height if fits else 0
    return tuple(heights)


def place_studies(
    board: StudyBoard, slots: SlotMap, width: int, pane_tops: tuple[tuple[int, int], ...]
) -> tuple[PlacedStudy, ...]:
    """Return every study of the board with what is in sight of it.

    Parameters
    ----------
    width : int
        Logical pixels of the panes.
    pane_tops : tuple of (int, int)
        Top and height of each pane, logical pixels, in the order of the board's studies that have one.
    """
    panes = iter(pane_tops)
    placed = []
    for place, one in enumerate(board.studies):
        outputs = _outputs(one, slots, width) if one.choice.is_shown else ()
        if one.study.place is not Place.PANE:
            placed.append(PlacedStudy(place, one, outputs))
            continue
        top, height = next(panes, (0, 0))
        scale = _scale(one, outputs, height, slots) if height > FOLDED_HEIGHT else None
        ticks = tuple(price_ticks(scale, _TICK_GAP * slots.dpr)) if scale else ()
        placed.append(PlacedStudy(place, one, outputs if height else (), top, height, scale, ticks))
    return tuple(placed)


def widened(low: float, high: float, studies: tuple[PlacedStudy, ...]) -> tuple[float, float]:
    """Return a range of prices that leaves room for what lies over the candles, within reason."""
    over = [one.strokes for s in studies if s.study.place is Place.PRICE for one in s.outputs]
    over = [strokes for strokes in over if len(strokes.x)]
    if not over:
        return low, high
    room = (high - low) * _WIDENS
    lowest, highest = _extremes(over)
    below = max(low - room, low / 2)  # never to zero: a logarithmic scale has none
    return max(min(low, lowest), below), min(max(high, highest), high + room)


def _extremes(seen: Sequence[Strokes]) -> tuple[float, float]:
    """Return the lowest and the highest value of what is drawn."""
    if len(seen) == 1:
        return float(seen[0].low.min()), float(seen[0].high.max())
    low, high = np.concatenate([one.low for one in seen]), np.concatenate([one.high for one in seen])
    return float(low.min()), float(high.max())


def _outputs(one: BoardStudy, slots: SlotMap, width: int) -> tuple[PlacedOutput, ...]:
    found = []
    first, end = slots.visible(width)
    for output, trace in zip(one.study.outputs, one.traces, strict=False):
        shift, moved = output.shift(one.choice.values), slots
        if shift:
            moved = SlotMap(slots.per_slot, round(slots.offset + shift * slots.per_slot), slots.dpr)
        strokes = trace.gather(moved, first - shift, end - shift)
        found.append(PlacedOutput(output, shift, strokes))
    return tuple(found)


def _scale(one: BoardStudy, outputs: tuple[PlacedOutput, ...], logical: int, slots: SlotMap) -> PriceMap:
    height = round(logical * slots.dpr)
    if one.held is not None:
        return PriceMap(height, *one.held, is_log=False)
    seen = [placed.strokes for placed in outputs if len(placed.strokes.x)]
    low, high = one.study.limits or (_extremes(seen) if seen else (0.0, 1.0))
    if one.study.guides and not one.study.limits:
        low, high = min(low, *one.study.guides), max(high, *one.study.guides)
    low, high = one.fit.of(low, high, (slots, height))
    if high - low <= 1e-12 * max(abs(high), abs(low)):
        size = max(abs(high) * 0.01, 1e-12)
        low, high = low - size, high + size
    air = (high - low) * _AIR
    return PriceMap(height, low - air, high + air, is_log=False)


class Panes(Protocol):
    """A picture with panes of studies."""

    @property
    def studies(self) -> tuple[PlacedStudy, ...]:
        """Every study of the chart."""
        ...

    @property
    def dpr(self) -> float:
        """Device pixels per logical pixel."""
        ...


def pane_at(frame: Panes, y: float) -> PlacedStudy | None:
    """Return the study whose pane, with an axis of its own, lies at a height, logical pixels."""
    return next((s for s in frame.studies if s.scale is not None and s.top <= y < s.top + s.height), None)


def pane_value_at(frame: Panes, y: float) -> tuple[float, float]:
    """Return the value at a height in a pane, logical pixels, and how fine it is; (NaN, 0) outside."""
    one = pane_at(frame, y)
    if one is None or one.scale is None:
        return math.nan, 0.0
    size = one.scale.high - one.scale.low
    return one.scale.price_at((y - one.top) * frame.dpr), nice_step(size / one.height)


def value_words(value: float, spacing: float) -> str:
    """Return a value of a pane: short where it is large, with the decimals that its spacing asks for."""
    return volume(value) if spacing >= _LARGE or abs(value) >= _LARGE * 100 else axis_price(value, spacing)
