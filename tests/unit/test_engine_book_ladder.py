"""A book in steps of price promises nothing that its levels do not hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.book import Book
from workstation.engine.book_ladder import LADDER_LEVELS, ladder, round_step, sight_of
from workstation.engine.depth_cost import curve_of


def book(bids, asks, bid_reach=0.0, ask_reach=math.inf):
    bid, ask = np.array(bids, float).reshape(-1, 2).T, np.array(asks, float).reshape(-1, 2).T
    return Book(bid[0], bid[1], ask[0], ask[1], bid_reach, ask_reach)


SMALL = book([(99.9, 1), (99.4, 2), (99.0, 4), (97.0, 8)], [(100.1, 1), (100.6, 3), (102.0, 5)])


def test_bids_count_to_the_step_below_and_asks_to_the_step_above():
    seen = ladder(SMALL, 1.0, 10)
    assert (seen.bids.price, seen.bids.size) == ((99.0, 97.0), (7.0, 8.0))
    assert (seen.asks.price, seen.asks.size) == ((101.0, 102.0), (4.0, 5.0))
    assert seen.bids.value == pytest.approx((99.9 + 2 * 99.4 + 4 * 99.0, 8 * 97.0))


def test_a_step_of_nothing_shows_the_venues_own_levels():
    seen = ladder(SMALL, 0.0, 2)
    assert seen.bids.price == (99.9, 99.4)
    assert seen.asks.size == (1.0, 3.0)


def test_a_level_on_an_edge_stays_there_whatever_its_last_bit_says():
    seen = ladder(book([(0.3, 1), (0.1 * 2, 1)], [(0.1 * 7, 1)]), 0.1, 9)
    assert seen.bids.price == (0.3, 0.2)
    assert seen.asks.price == (0.7,)


def test_what_lies_beyond_the_reach_is_not_shown():
    cut = book([(99.9, 1), (97.0, 8)], [(100.1, 1), (102.0, 5)], 98.0, 101.0)
    assert ladder(cut, 0.0, 9).bids.price == (99.9,)
    assert ladder(cut, 1.0, 9).asks.price == (101.0,)


def test_a_book_without_a_side_is_not_shown():
    assert sight_of(book([(99, 1)], []), 0.0) is None
    assert sight_of(book([], [(99, 1)]), 0.0) is None
    assert ladder(book([], [(99, 1)]), 1.0, 5).bids.price == ()


def test_a_sight_tells_the_touch_and_the_depth_within_three_percent():
    seen = sight_of(SMALL, 5.0)
    assert (seen.best_bid, seen.best_ask, seen.mid) == (99.9, 100.1, 100.0)
    assert seen.ladder.step == 5.0
    assert seen.depth.step == 0.05
    assert seen.depth.bids.price[-1] == 97.0


@pytest.mark.parametrize(("width", "step"), [(0.3, 0.5), (1.0, 1.0), (1.2, 2.0), (16.1, 20.0), (6e-8, 1e-7)])
def test_steps_are_round(width, step):
    assert round_step(width) == step


def test_an_amount_costs_what_its_levels_cost():
    curve = curve_of(sight_of(SMALL, 0.0), is_ask=True)
    assert curve.average_price(100.1) == pytest.approx(100.1)
    assert curve.average_price(100.1 + 2 * 100.6) == pytest.approx((100.1 + 2 * 100.6) / 3)
    assert math.isnan(curve.average_price(1e6))


def test_a_price_is_reached_by_what_rests_before_it():
    sight = sight_of(SMALL, 0.0)
    asks, bids = curve_of(sight, is_ask=True), curve_of(sight, is_ask=False)
    assert asks.value_to(100.0) == 0.0
    assert asks.value_to(100.6) == pytest.approx(100.1 + 3 * 100.6)
    assert math.isnan(asks.value_to(102.5))
    assert bids.value_to(99.0) == pytest.approx(99.9 + 2 * 99.4 + 4 * 99.0)
    assert math.isnan(bids.value_to(90.0))
    assert math.isnan(curve_of(sight_of(SMALL, 5.0), is_ask=True).value_to(200.0))


def test_a_side_of_which_nothing_is_known_says_nothing():
    sight = sight_of(book([(99.9, 1)], [(100.1, 1)], 99.95), 0.0)
    curve = curve_of(sight, is_ask=False)
    assert math.isnan(curve.value_to(99.0))
    assert math.isnan(curve.average_price(1.0))


levels = st.lists(st.integers(1, 4_000), min_size=1, max_size=60, unique=True)


@settings(max_examples=60, deadline=None)
@given(levels, levels, st.sampled_from([0.0, 0.01, 0.05, 0.3, 1.0, 7.0, 100.0]), st.integers(0, 2**32 - 1))
def test_no_step_promises_a_better_price_and_nothing_is_lost(below, above, step, seed):
    random = np.random.default_rng(seed)
    bid = np.sort(100.0 - np.array(below) / 100)[::-1]
    ask = np.sort(100.0 + np.array(above) / 100)
    whole = Book(bid, random.lognormal(0, 1, len(bid)), ask, random.lognormal(0, 1, len(ask)))
    seen = ladder(whole, step, 10_000)
    for side, price, size, way in (
        (seen.bids, bid, whole.bid_size, -1),
        (seen.asks, ask, whole.ask_size, 1),
    ):
        assert sum(side.size) == pytest.approx(size.sum())
        assert sum(side.value) == pytest.approx((price * size).sum())
        assert (np.diff(side.price) * way > 0).all()
        for edge, held, value in zip(side.price, side.size, side.value, strict=True):
            assert way * value / held <= way * edge + 1e-6
    assert len(ladder(whole, step, 3).bids.price) <= 3
    assert LADDER_LEVELS == 200
