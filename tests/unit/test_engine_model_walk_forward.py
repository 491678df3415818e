"""Does a model learn only from what was over before it is examined?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import UsageError
from workstation.engine.model.uniqueness import average_uniqueness
from workstation.engine.model.walk_forward import DAY_MS, EMBARGO_MS, Fold, quarters

HOUR = 3_600_000


def at(day: str) -> int:
    """Return midnight of a day, UTC milliseconds."""
    return int(np.datetime64(day, "ms").astype(np.int64))


def test_quarters_begin_with_the_calendar_and_leave_no_bar_between_them() -> None:
    folds = quarters(at("2021-09-15"), at("2022-08-02"))
    assert [f.start_ms for f in folds] == [
        at(f"{m}-01") for m in ("2021-10", "2022-01", "2022-04", "2022-07")
    ]
    assert [f.stop_ms for f in folds] == [*[f.start_ms for f in folds[1:]], at("2022-08-02")]


def test_a_quarter_that_begins_at_the_first_moment_counts_and_one_at_the_end_does_not() -> None:
    folds = quarters(at("2022-01-01"), at("2022-04-01"))
    assert folds == (Fold(at("2022-01-01"), at("2022-04-01")),)
    assert quarters(at("2022-01-02"), at("2022-03-01")) == ()
    assert quarters(5, 5) == ()


def test_an_outcome_that_ends_inside_the_embargo_teaches_nothing() -> None:
    fold = quarters(at("2022-01-01"), at("2022-04-01"))[0]
    known = fold.start_ms - EMBARGO_MS + np.array([-HOUR, 0, 1, 6 * DAY_MS, 8 * DAY_MS])
    assert fold.known_before(known, EMBARGO_MS).tolist() == [True, True, False, False, False]
    assert fold.known_before(known).tolist() == [True, True, True, True, False]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_no_bar_is_both_learnt_from_and_judged(days: list[int], lasts: int) -> None:
    opens = at("2021-01-01") + np.sort(np.array(days)) * DAY_MS
    for fold in quarters(at("2021-04-01"), at("2023-06-01")):
        learnt = fold.known_before(opens + lasts * HOUR, EMBARGO_MS)
        assert not (learnt & fold.judged(opens)).any()
        assert (opens[learnt] + lasts * HOUR < fold.start_ms).all()


def test_a_fold_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(UsageError, match="must end after it starts"):
        Fold(10, 10)


def test_outcomes_that_do_not_overlap_count_in_full() -> None:
    coin = np.array([0, 0, 1, 1])
    first = np.array([0, 10, 0, 5])
    assert average_uniqueness(coin, first, first + np.array([9, 3, 4, 0])) == pytest.approx(1.0)


def test_an_outcome_counts_by_the_bars_it_has_for_itself() -> None:
    weight = average_uniqueness(np.zeros(2, np.int64), np.array([0, 2]), np.array([3, 5]))
    assert weight == pytest.approx([0.75, 0.75])  # two bars alone, two shared


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 12)), min_size=1, max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_uniqueness_is_what_counting_bar_by_bar_gives(drawn: list[tuple[int, int, int]]) -> None:
    coin, first, length = (np.array(column) for column in zip(*sorted(drawn), strict=True))
    last = first + length
    expected = []
    for c, a, b in zip(coin, first, last, strict=True):
        alive = [((coin == c) & (first <= bar) & (last >= bar)).sum() for bar in range(a, b + 1)]
        expected.append(np.mean(1 / np.array(alive)))
    assert average_uniqueness(coin, first, last) == pytest.approx(expected)


def test_no_outcomes_have_no_weights() -> None:
    nothing = np.empty(0, np.int64)
    assert len(average_uniqueness(nothing, nothing, nothing)) == 0
