"""Where the panes of judgements lie in one picture of a chart, and what is in sight of them."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.market import open_of_slot
from workstation.ui.chart.judged_board import JudgedBoard, JudgedPane
from workstation.ui.chart.price_scale import PriceMap
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.time_scale import SlotMap
from workstation.ui.chart.vote_table import N_FAMILIES, Votes

LEAST_HEIGHTS = {JudgedPane.GRADE: 56, JudgedPane.VOTES: 96}
"""Logical pixels below which a pane cannot be read."""

MOST_VOTED = 4_096
"""Bars in sight above which votes are neither asked for nor drawn."""

_AIR = 4.0  # points above 100 and below 0


@dataclass(frozen=True, slots=True, eq=False)
class PlacedGrade:
    """The pane of grades.

    Parameters
    ----------
    top, height : int
        Logical pixels.
    head : float
        Of its upper part that holds the legend, logical pixels.
    scale : PriceMap
        Of grades; row 0 is the pane's top.
    x : ndarray of float64, shape (n,)
        Device pixels; the middle of each bar, or one for each pixel where bars are narrower.
    values : ndarray of float64, shape (n,)
        The grade known at that close; not a number where there was none.
    """

    top: int
    height: int
    head: float
    scale: PriceMap
    x: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PlacedVotes:
    """The strip of votes.

    Parameters
    ----------
    top, height : int
        Logical pixels.
    head : float
        Of its upper part that holds the legend, logical pixels.
    first : int
        Slot of the first column.
    votes : Votes
        What is known of the bars in sight; none where there are too many of them.
    is_crowded : bool
        True where more bars are in sight than `MOST_VOTED`.
    """

    top: int
    height: int
    head: float
    first: int
    votes: Votes
    is_crowded: bool

    @property
    def row_height(self) -> float:
        """Of one family, logical pixels."""
        return (self.height - self.head - 2) / N_FAMILIES

    def row_top(self, row: int) -> float:
        """Return the upper edge of a family's row, logical pixels; that of row 8 is the strip's foot."""
        return self.top + self.head + row * self.row_height

    def row_at(self, y: float) -> int | None:
        """Return the family's row at a height, logical pixels; None outside."""
        row = int((y - self.top - self.head) // self.row_height)
        return row if 0 <= row < N_FAMILIES and y < self.top + self.height else None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Panes of judgements in sight; one that is not there, or has no room, is None.

    Parameters
    ----------
    left_out : tuple of JudgedPane
        Panes without room.
    """

    board: JudgedBoard
    grade: PlacedGrade | None = None
    votes: PlacedVotes | None = None
    left_out: tuple[JudgedPane, ...] = ()

    @property
    def edges(self) -> tuple[tuple[JudgedPane, int, int], ...]:
        """Each pane in sight with its top and height, logical pixels."""
        placed = ((JudgedPane.GRADE, self.grade), (JudgedPane.VOTES, self.votes))
        return tuple((pane, one.top, one.height) for pane, one in placed if one is not None)


def grade_at(judged: Judged, y: float, dpr: float) -> float:
    """Return the grade at a height, logical pixels; not a number outside the pane of grades."""
    placed = judged.grade
    if placed is None or not placed.top <= y < placed.top + placed.height:
        return math.nan
    return placed.scale.price_at((y - placed.top) * dpr)


def asked_heights(board: JudgedBoard, body: int) -> list[tuple[int, int]]:
    """Return the height that each pane asks for in a chart of this height, and its least one."""
    least = {pane: LEAST_HEIGHTS[pane] for pane in board.shown}
    return [(max(round(body * board.share(pane)), least[pane]), least[pane]) for pane in board.shown]


def place_judged(
    board: JudgedBoard,
    series: ChartSeries,
    sight: tuple[SlotMap, int],
    panes: tuple[tuple[int, int], ...],
    head: float,
) -> Judged:
    """Return the panes of judgements.

    Parameters
    ----------
    sight : (SlotMap, int)
        The scale of time, and the width of the panes in logical pixels.
    panes : tuple of (int, int)
        Top and height of each pane shown, logical pixels; height 0 where there is no room.
    head : float
        Height of a line of the legend, logical pixels.
    """
    placed = dict(zip(board.shown, panes, strict=True))
    grade, votes = placed.get(JudgedPane.GRADE), placed.get(JudgedPane.VOTES)
    return Judged(
        board,
        _grade(board, series, sight, grade, head) if grade is not None and grade[1] else None,
        _votes(board, series, sight, votes, head) if votes is not None and votes[1] else None,
        tuple(pane for pane, (_, height) in placed.items() if not height),
    )


def closed_slots(series: ChartSeries) -> tuple[int, int]:
    """Return the first slot of a series and the one after its last closed bar."""
    last = series.pyramid.last_slot
    return series.pyramid.first_slot, last if series.forming_slot == last else last + 1


def _grade(
    board: JudgedBoard,
    series: ChartSeries,
    sight: tuple[SlotMap, int],
    pane: tuple[int, int],
    head: float,
) -> PlacedGrade:
    (slots, width), (top, height) = sight, pane
    shown = _shown_slots(slots, width)
    first, end = closed_slots(series)
    shown = shown[(shown >= first) & (shown < end)]
    closes = shown * series.key.bar_ms + open_of_slot(1, series.key.timeframe)
    above = head * 100 / max(height - head, 1)
    scale = PriceMap(round(height * slots.dpr), -_AIR, 100 + above, is_log=False)
    values = board.grades.at(closes, series.key.bar_ms)
    return PlacedGrade(top, height, head, scale, slots.centre(shown), values)


def _shown_slots(slots: SlotMap, width: int) -> IntArray:
    """Return the slots in sight; the newest of each pixel where there are several."""
    first, end = slots.visible(width)
    if slots.per_slot >= 1.0:
        return np.arange(first, end)
    pixels = np.arange(round(width * slots.dpr))
    newest = np.floor((pixels + 1 - slots.offset) / slots.per_slot).astype(np.int64) - 1
    return np.unique(newest[(newest >= first) & (newest < end)])


def _votes(
    board: JudgedBoard,
    series: ChartSeries,
    sight: tuple[SlotMap, int],
    pane: tuple[int, int],
    head: float,
) -> PlacedVotes:
    slots, width = sight
    first, end = slots.visible(width)
    there = closed_slots(series)
    first, end = max(first, there[0]), min(end, there[1])
    is_crowded = end - first > MOST_VOTED
    votes = Votes.none(0) if is_crowded else board.votes.between(first, end)
    return PlacedVotes(*pane, head, first, votes, is_crowded)
