"""Which signals stand for their neighbours, whatever signals there are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.ui.chart.marks import Marks

SOME = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 5), st.booleans()),
    max_size=60,
    unique_by=lambda one: one[0],
)


def marks(some: list[tuple[int, int, bool]]) -> Marks:
    rows = np.array(sorted(some), np.int64).reshape(-1, 3)
    return Marks(rows[:, 0], rows[:, 1].astype(np.float64), rows[:, 2].astype(np.bool_))


@given(SOME, st.integers(2, 50))
@settings(max_examples=60, deadline=None)
def test_settled_ones_that_stand_are_apart_and_each_that_does_not_has_a_reason(some, away):
    known = marks(some)
    standing = known.standing(away)
    assert standing.tolist() == sorted(set(standing.tolist()))
    settled = standing[known.closed[standing]]
    assert (np.diff(known.slots[settled]) >= away).all()
    assert set(np.flatnonzero(~known.closed)) <= set(standing)
    for left_out in set(np.flatnonzero(known.closed)) - set(settled.tolist()):
        near = known.closed & (np.abs(known.slots - known.slots[left_out]) < away)
        near[left_out] = False
        assert (known.strength[near] >= known.strength[left_out]).any()


@given(SOME)
@settings(max_examples=30, deadline=None)
def test_with_room_for_all_every_one_stands(some):
    known = marks(some)
    assert known.standing(1).tolist() == list(range(len(some)))


@given(SOME, st.integers(2, 50), st.integers(2, 50))
@settings(max_examples=30, deadline=None)
def test_what_was_asked_before_changes_nothing(some, first, second):
    known = marks(some)
    known.standing(first)
    assert known.standing(second).tolist() == marks(some).standing(second).tolist()
