"""The candle pyramid at its edges."""

import numpy as np

from workstation.ui.chart.columns import gather
from workstation.ui.chart.pyramid import MOST_SLOTS, Pyramid
from workstation.ui.chart.time_scale import SlotMap

BAR = (2.0, 3.0, 1.0, 2.5, 10.0)


def ones(n: int) -> list[np.ndarray]:
    return [np.full(n, value) for value in BAR]


def test_an_empty_pyramid_knows_that_it_is_empty():
    pyramid = Pyramid()
    assert len(pyramid) == 0
    assert pyramid.last_slot == -1
    assert pyramid.bar(0) is None
    assert len(gather(pyramid, SlotMap(8.0, 0, 1.0), 0, 100)) == 0


def test_loading_nothing_empties_it():
    pyramid = Pyramid()
    pyramid.put(5, BAR)
    pyramid.load(np.empty(0, np.int64), ones(0))
    assert len(pyramid) == 0


def test_a_mistaken_date_far_in_the_past_is_left_out_instead_of_laid_out():
    pyramid = Pyramid()
    pyramid.load(np.array([3, 2 * MOST_SLOTS, 2 * MOST_SLOTS + 1]), ones(3))
    assert (pyramid.first_slot, len(pyramid)) == (2 * MOST_SLOTS, 2)


def test_a_mistaken_date_far_in_the_future_has_no_place():
    pyramid = Pyramid()
    pyramid.put(5, BAR)
    assert not pyramid.put(6 + MOST_SLOTS, BAR)
    assert len(pyramid) == 1


def test_levels_rise_as_candles_are_added():
    pyramid = Pyramid()
    pyramid.load(np.arange(7, 7 + 1000), ones(1000))
    assert len(pyramid.levels) == 1
    for slot in range(1007, 6000):
        pyramid.put(slot, BAR)
    assert len(pyramid.levels) == 2
    assert pyramid.levels[1].end == 6000 // 4


def test_a_screen_of_a_million_candles_reads_a_few_thousand_buckets():
    pyramid = Pyramid()
    n = 1_000_000
    pyramid.load(np.arange(28_000_000, 28_000_000 + n), ones(n))
    k = pyramid.level_for(n / 1600)
    assert pyramid.levels[k].size < 5 * 1600
    assert 4**k <= n / 1600
