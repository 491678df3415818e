"""Which grade was known at a close, and what is known of the votes on a bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.market import SeriesKey, open_of_slot
from workstation.domain.vote_span import MOST_BARS, VoteSpan
from workstation.ui.chart.grade_steps import GradeSteps
from workstation.ui.chart.judged_board import JudgedBoard, JudgedPane
from workstation.ui.chart.vote_table import NO_BAR, NOT_TOLD, TOLD, VoteTable
from workstation.ui.judgement.grade_history import best_timeframe

HOUR = 3_600_000
KEY = SeriesKey("binance", "BTC/USDT", "1h")


def hourly(*values: float) -> GradeSteps:
    at = np.arange(1, len(values) + 1) * HOUR
    known = ~np.isnan(values)
    return GradeSteps(at[known], np.array(values)[known], HOUR, "1h")


def at(steps: GradeSteps, *hours: float, bar_ms: int = HOUR) -> list[float]:
    closes = np.array([round(hour * HOUR) for hour in hours])
    return [None if np.isnan(one) else one for one in steps.at(closes, bar_ms).tolist()]


def test_a_close_that_was_not_graded_is_a_hole():
    assert at(hourly(10, np.nan, 30), 0, 1, 2, 3, 4) == [None, 10, None, 30, None]


def test_shorter_bars_have_the_grade_until_the_next_one_is_due():
    quarters = [0.75, 1.0, 1.25, 1.75, 2.0, 2.5, 3.0]
    assert at(hourly(10, 20), *quarters, bar_ms=HOUR // 4) == [None, 10, 10, 10, 20, 20, None]


def test_longer_bars_have_the_newest_grade_within_them():
    assert at(hourly(10, 20, np.nan, np.nan, np.nan, np.nan), 4, 8, bar_ms=4 * HOUR) == [20, None]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 60), unique=True), st.integers(0, 60), st.integers(1, 8))
def test_nothing_is_known_before_it_was_written(hours, until, bar):
    closes = np.arange(0, 61) * HOUR
    whole = GradeSteps(np.array(sorted(hours), np.int64) * HOUR, np.array(sorted(hours), float), HOUR, "1h")
    kept = whole.at_ms <= until * HOUR
    then = GradeSteps(whole.at_ms[kept], whole.values[kept], HOUR, "1h")
    rows = slice(0, until + 1)
    np.testing.assert_array_equal(whole.at(closes, bar * HOUR)[rows], then.at(closes, bar * HOUR)[rows])


def test_grades_of_two_readings_are_one_line_and_the_later_reading_counts():
    joined = hourly(10, 20, 30).joined(
        GradeSteps(np.array([3, 4]) * HOUR, np.array([33.0, 44.0]), HOUR, "1h")
    )
    assert joined.values.tolist() == [10, 20, 33, 44]


@pytest.mark.parametrize(
    ("graded", "shown", "best"),
    [
        (["1h", "4h"], "4h", "4h"),
        (["1h", "4h"], "1d", "4h"),
        (["1h", "4h"], "15m", "1h"),
        ([], "1h", ""),
    ],
)
def test_a_chart_shows_the_graded_closes_that_suit_it_best(graded, shown, best):
    assert best_timeframe(graded, shown) == best


def span(first: int, n: int, until: int | None = None, missing: tuple[int, ...] = ()) -> VoteSpan:
    slots = np.array([slot for slot in range(first, first + n) if slot not in missing], np.int64)
    times = slots * HOUR + open_of_slot(0, "1h")
    scores = np.full((8, len(slots)), 0.5)
    scores[3] = np.nan
    sides = np.where(np.isnan(scores), 0, 1)
    ends = open_of_slot(first, "1h"), open_of_slot(first + n if until is None else until, "1h")
    return VoteSpan.of(KEY, ends, times, scores, sides)


def test_what_is_in_sight_is_asked_for_block_by_block_from_the_newest():
    table, there = VoteTable(), (100, 5 * MOST_BARS + 40)
    asked = []
    while (gap := table.missing((4 * MOST_BARS - 10, 9 * MOST_BARS), there)) is not None:
        asked.append(gap)
        table.put(span(gap[0], gap[1] - gap[0]))
    assert asked == [
        (5 * MOST_BARS, 5 * MOST_BARS + 40),
        (4 * MOST_BARS, 5 * MOST_BARS),
        (3 * MOST_BARS, 4 * MOST_BARS),
    ]
    assert table.missing((0, 50), there) is None
    assert table.missing((4 * MOST_BARS, 9 * MOST_BARS), (100, 5 * MOST_BARS + 41)) == (
        5 * MOST_BARS + 40,
        5 * MOST_BARS + 41,
    )


def test_a_bar_that_is_missing_is_known_to_be_missing_and_one_too_new_is_not():
    table = VoteTable()
    table.put(span(10, 5, until=20, missing=(12,)))
    states = table.between(8, 20).states.tolist()
    assert states == [NOT_TOLD] * 2 + [TOLD, TOLD, NO_BAR, TOLD, TOLD] + [NOT_TOLD] * 5
    assert table.missing((0, 30), (10, 20)) is None, "the rest was asked for in vain"
    table.hope()
    assert table.missing((0, 30), (10, 20)) == (15, 20)


def test_a_bar_that_was_called_missing_and_is_there_is_asked_for_once_more():
    table, there = VoteTable(), np.array([11, 12])
    table.put(span(10, 5, missing=(12,)))
    assert table.doubt(there)
    assert table.missing((0, 30), (10, 15)) == (12, 13)
    table.put(span(10, 5, missing=(12,)))
    assert not table.doubt(there), "told so twice it is believed"
    table.hope()
    assert table.doubt(there)


def test_what_may_be_otherwise_now_is_shown_until_it_is_told_anew():
    table, there = VoteTable(), (MOST_BARS - 20, MOST_BARS + 20)
    table.put(span(MOST_BARS - 20, 40))
    table.expire()
    assert (table.between(*there).states == TOLD).all()
    assert table.missing(there, there) == (MOST_BARS, MOST_BARS + 20)
    table.put(span(MOST_BARS, 20))
    assert table.missing(there, there) == (MOST_BARS - 20, MOST_BARS)
    table.put(span(MOST_BARS - 20, 20))
    assert table.missing(there, there) is None


def test_a_refusal_is_remembered_with_its_reason_until_something_is_new():
    table = VoteTable()
    table.refuse(10, "The engine is away.")
    assert table.missing((0, 30), (10, 20)) is None
    assert table.note == "The engine is away."
    table.clear()
    assert table.missing((0, 30), (10, 20)) == (10, 20)
    assert table.note == ""


def test_old_blocks_are_let_go_of():
    table = VoteTable()
    for number in range(80):
        table.put(span(number * MOST_BARS, 1))
    assert table.between(0, 1).states.tolist() == [NOT_TOLD]
    assert table.between(79 * MOST_BARS, 79 * MOST_BARS + 1).states.tolist() == [TOLD]


def test_panes_come_back_as_they_were_saved_and_nonsense_is_left_out(qapp):
    board = JudgedBoard()
    board.show(JudgedPane.VOTES, on=True)
    board.set_share(JudgedPane.VOTES, 0.33)
    other = JudgedBoard()
    other.restore(board.state())
    assert other.state() == board.state()
    assert other.shown == (JudgedPane.VOTES,)
    for nonsense in (
        None,
        [],
        {"votes": 3},
        {"votes": {"shown": "yes", "share": "big"}},
        {"grade": {"share": 9.0}},
    ):
        other.restore(nonsense)
        assert other.state() == JudgedBoard().state()
