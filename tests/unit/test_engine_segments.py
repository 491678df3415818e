"""Which bars are read together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.candle import CandleColumns
from workstation.domain.market import open_of_slot, slot_of
from workstation.engine.segments import (
    BLOCK,
    DEPTH,
    LARGEST_HOLE,
    LEAD,
    Segment,
    first_needed_slot,
    newest_segment,
    segments,
    slots_of,
)


def at(slots, timeframe: str) -> CandleColumns:
    price = np.ones(len(slots))
    times = np.array([open_of_slot(int(slot), timeframe) for slot in slots], np.int64)
    return CandleColumns.of(times, price, price, price, price, price)


@pytest.mark.parametrize("timeframe", ["1m", "1h", "1d", "1w"])
def test_slots_are_those_of_the_market(timeframe):
    candles = at([5, 6, 9, 100], timeframe)
    assert slots_of(candles, timeframe).tolist() == [slot_of(int(t), timeframe) for t in candles.open_time]


def test_no_candles_have_no_slots_and_no_segments():
    assert slots_of(CandleColumns.empty(), "1h").tolist() == []
    assert list(segments(slots_of(CandleColumns.empty(), "1h"))) == []


def test_each_block_reads_a_lead_before_it():
    slots = np.arange(4 * BLOCK)
    assert list(segments(slots)) == [
        Segment(0, BLOCK, 0),
        Segment(BLOCK - LEAD, 2 * BLOCK, BLOCK),
        Segment(2 * BLOCK - LEAD, 3 * BLOCK, 2 * BLOCK),
        Segment(3 * BLOCK - LEAD, 4 * BLOCK, 3 * BLOCK),
    ]


def test_a_large_hole_begins_a_new_market_and_a_small_one_does_not():
    small, large = LARGEST_HOLE + 1, LARGEST_HOLE + 2
    slots = np.r_[np.arange(100), 99 + small + np.arange(100)]
    assert list(segments(slots)) == [Segment(0, 200, 0)]
    slots = np.r_[np.arange(100), 99 + large + np.arange(100)]
    assert list(segments(slots)) == [Segment(0, 100, 0), Segment(100, 200, 100)]


def test_only_the_rows_asked_for_are_kept_but_all_they_need_is_read():
    slots = np.arange(3 * BLOCK) + 7 * BLOCK
    assert list(segments(slots, 3 * BLOCK - 1)) == [Segment(2 * BLOCK - LEAD, 3 * BLOCK, 3 * BLOCK - 1)]
    assert list(segments(slots, len(slots))) == []


def test_the_bar_that_comes_next_reads_what_its_segment_will():
    slots = np.arange(2 * BLOCK)
    assert newest_segment(slots, 2 * BLOCK) == Segment(2 * BLOCK - LEAD, 2 * BLOCK, 2 * BLOCK - LEAD)
    assert newest_segment(slots[:-5], 2 * BLOCK - 1) == Segment(BLOCK - LEAD, 2 * BLOCK - 5, BLOCK - LEAD)
    beyond = newest_segment(slots, 2 * BLOCK + LARGEST_HOLE + 1)
    assert beyond.start == beyond.stop == 2 * BLOCK


@given(st.lists(st.sampled_from([1, 1, 1, 2, 25, 26, 300]), min_size=2, max_size=300), st.integers(0, 5000))
def test_a_bar_reads_the_same_before_and_after_it_came(steps, first_slot):
    slots = first_slot + np.cumsum(np.repeat(steps, 7))
    *_, last = segments(slots, len(slots) - 1)
    assert newest_segment(slots[:-1], int(slots[-1])).start == last.start


@given(
    st.lists(st.sampled_from([1, 1, 1, 2, 25, 26, 300]), min_size=1, max_size=400),
    st.integers(0, 5000),
    st.data(),
)
def test_every_row_is_kept_once_on_the_bars_its_rule_allows(steps, first_slot, data):
    slots = first_slot + np.cumsum(np.repeat(steps, 5))
    since = data.draw(st.integers(0, len(slots) - 1))
    kept: list[int] = []
    for segment in segments(slots, since):
        kept += range(segment.first, segment.stop)
        assert segment.start <= segment.first < segment.stop
        read = slots[segment.start : segment.stop]
        assert read[-1] - read[0] < DEPTH
        assert (np.diff(read) <= LARGEST_HOLE + 1).all()
        for row in (segment.first, segment.stop - 1):
            oldest = first_needed_slot(int(slots[row]))
            before = segment.start - 1
            assert (
                before < 0
                or slots[before] < oldest
                or slots[segment.start] - slots[before] > LARGEST_HOLE + 1
            )
            assert slots[segment.start] >= oldest
    assert kept == list(range(since, len(slots)))
