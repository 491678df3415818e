"""What the panes of judgements say about the bar under the crosshair."""

import math

import numpy as np
from PySide6.QtGui import QColor

from workstation.domain.vote_span import FAMILY_ROWS
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.grade_painter import label_of
from workstation.ui.chart.judged_frame import MOST_VOTED, PlacedVotes, closed_slots
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.study_legend import LegendLine, Part, line_of
from workstation.ui.chart.vote_table import NO_BAR, NOT_TOLD
from workstation.ui.words.grade_words import LABEL_WORDS, ZONE_WORDS
from workstation.ui.words.number_format import MINUS, NOTHING


def judged_lines(
    frame: Frame, inks: tuple[Labels, ChartColours], at: tuple[int, float], left: float
) -> list[LegendLine]:
    """Return a line for each pane.

    Parameters
    ----------
    at : (int, float)
        The slot of the bar that they speak of, and the height of the pointer in logical pixels, not a number
        where it is outside.
    left : float
        What lies over the chart's left edge reaches this far, logical pixels.
    """
    (labels, colours), judged = inks, frame.judged
    if math.isnan(at[1]):  # nobody points: what was judged last
        at = min(at[0], closed_slots(frame.series)[1] - 1), at[1]
    height = labels.height() + 2
    found: list[LegendLine] = []
    if judged.grade is not None:
        parts = _grade_parts(frame, colours, at[0])
        found.append(line_of(parts, judged.grade.top + 3, height, labels.width))
    if judged.votes is not None:
        parts = _vote_parts(frame, judged.votes, colours, at)
        found.append(line_of(parts, judged.votes.top + 3, height, labels.width))
    if judged.left_out:
        words = f"No room here for: {', '.join(pane.label for pane in judged.left_out)}"
        top = frame.layout.body_height - 2 * height - 4
        found.append(line_of(((words, None),), top, height, labels.width))
    return [LegendLine(one.place, one.box.translated(left, 0), one.parts) for one in found]


def _is_forming(frame: Frame, slot: int) -> bool:
    return frame.series.forming_slot == slot


def _grade_parts(frame: Frame, colours: ChartColours, slot: int) -> tuple[Part, ...]:
    grades, head = frame.judged.board.grades, ("Grade", QColor(colours.text))
    if _is_forming(frame, slot):
        return head, ("forming: graded when it closes", None)
    if frame.series.candle_at(slot) is None:
        return head, (NOTHING, None)
    closes = np.array([frame.series.open_time(slot + 1)])
    value = float(grades.at(closes, frame.series.key.bar_ms)[0])
    if math.isnan(value):
        words = "none was written at this close" if len(grades) else "none was written for this market yet"
        return head, (NOTHING, None), (words, None)
    label, zone = label_of(value)
    theme = colours.theme
    ink = theme.bullish if value > 60 else theme.bearish if value <= 40 else theme.text
    about = "" if grades.timeframe == frame.series.key.timeframe else f" · {grades.timeframe} closes"
    words = f"{LABEL_WORDS[label]} · {ZONE_WORDS[zone].lower()}{about}"
    return head, (f"{value:.0f}", QColor(ink)), (words, None)


def _vote_parts(
    frame: Frame, placed: PlacedVotes, colours: ChartColours, at: tuple[int, float]
) -> tuple[Part, ...]:
    (slot, y), theme = at, colours.theme
    head: Part = ("Votes", QColor(colours.text))
    if placed.is_crowded:
        return head, (f"zoom in: they are shown for {MOST_VOTED:,} bars at most", None)
    if _is_forming(frame, slot):
        return head, ("forming: the families vote when it closes", None)
    votes = frame.judged.board.votes.between(slot, slot + 1)
    if votes.states[0] in (NOT_TOLD, NO_BAR):
        is_bar = frame.series.candle_at(slot) is not None and votes.states[0] == NOT_TOLD
        why = frame.judged.board.votes.note or "being worked out…"
        return head, (why if is_bar else NOTHING, None)
    row = placed.row_at(y) if not math.isnan(y) else None
    if row is not None:
        return head, *_family_parts(row, float(votes.scores[row, 0]), int(votes.sides[row, 0]), colours)
    sides, is_able = votes.sides[:, 0], ~np.isnan(votes.scores[:, 0])
    n_up, n_down = int((sides > 0).sum()), int((sides < 0).sum())
    rest = f"{int(is_able.sum()) - n_up - n_down} abstain · {int((~is_able).sum())} could not vote"
    up: Part = (f"+ {n_up} bullish", QColor(theme.bullish))
    return head, up, (f"{MINUS} {n_down} bearish", QColor(theme.bearish)), (rest, None)


def _family_parts(row: int, score: float, side: int, colours: ChartColours) -> tuple[Part, ...]:
    name: Part = (FAMILY_ROWS[row].label, QColor(colours.text))
    if math.isnan(score):
        return name, ("could not vote: nothing was known at this close", None)
    number = f"{score:+.2f}".replace("-", MINUS)
    if side == 0:
        return name, (number, None), ("abstained", None)
    ink = QColor(colours.theme.bullish if side > 0 else colours.theme.bearish)
    return name, (number, ink), ("bullish" if side > 0 else "bearish", None)
