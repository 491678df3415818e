"""Measures of a book hold for every book: monotone in size, free of scale, the same from both sides."""

import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.book import Book
from workstation.engine import book_measures as m

DEPTHS = (10.0, 50.0, 200.0)
steps = st.lists(
    st.tuples(st.floats(0.05, 60.0), st.floats(0.01, 5_000.0)), min_size=1, max_size=25
)  # bp to the next level, base units


def side(levels: list[tuple[float, float]], sign: float, mid: float = 100.0) -> tuple[np.ndarray, np.ndarray]:
    distance = 1.0 + np.cumsum([0.0, *(step for step, _ in levels[1:])])  # touch at 1 bp
    return mid * (1 + sign * distance * 1e-4), np.array([size for _, size in levels])


def book(bids: list[tuple[float, float]], asks: list[tuple[float, float]], mid: float = 100.0) -> Book:
    return Book(*side(bids, -1.0, mid), *side(asks, 1.0, mid))


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(steps, steps)
def test_more_distance_is_never_less_depth_and_more_size_never_cheaper(bids, asks) -> None:
    seen = book(bids, asks)
    depths = [m.ask_depth(seen, bp) for bp in DEPTHS]
    assert depths == sorted(depths)
    costs = [m.buy_cost_bp(seen, amount) for amount in (1.0, 1_000.0, 100_000.0)]
    known = [cost for cost in costs if not math.isnan(cost)]
    assert known == costs[: len(known)]
    assert all(a <= b + 1e-9 for a, b in itertools.pairwise(known))
    assert all(cost >= m.spread_bp(seen) / 2 - 1e-6 for cost in known)


@settings(max_examples=60, deadline=None)
@given(steps, steps, st.integers(0, 24), st.floats(1.01, 100.0))
def test_a_larger_level_never_means_less_depth_or_a_dearer_trade(bids, asks, row, factor) -> None:
    row %= len(asks)
    more = [(step, size * factor if i == row else size) for i, (step, size) in enumerate(asks)]
    before, after = book(bids, asks), book(bids, more)
    for bp in DEPTHS:
        assert m.ask_depth(after, bp) >= m.ask_depth(before, bp)
        assert m.bid_depth(after, bp) == m.bid_depth(before, bp)
    cost = m.buy_cost_bp(before)
    assert math.isnan(cost) or m.buy_cost_bp(after) <= cost + 1e-6
    assert math.isnan(m.ask_slope(before)) or m.ask_slope(after) >= m.ask_slope(before)


@settings(max_examples=60, deadline=None)
@given(steps, steps, st.sampled_from([2.0**-20, 0.25, 8.0, 2.0**18]))
def test_another_price_scale_with_the_same_value_changes_nothing(bids, asks, scale) -> None:
    seen = book(bids, asks)
    scaled = Book(
        seen.bid_price * scale, seen.bid_size / scale, seen.ask_price * scale, seen.ask_size / scale
    )
    ours, theirs = m.measures(seen), m.measures(scaled)
    assert all(same(ours[name], theirs[name]) for name in ours)


@settings(max_examples=60, deadline=None)
@given(steps, steps)
def test_the_mirror_of_a_book_has_bids_for_asks(bids, asks) -> None:
    seen = book(bids, asks)
    mirrored = Book(200.0 - seen.ask_price, seen.ask_size, 200.0 - seen.bid_price, seen.bid_size)
    assert same(m.buy_cost_bp(seen), m.sell_cost_bp(mirrored))
    assert same(m.sell_cost_bp(seen), m.buy_cost_bp(mirrored))
    assert same(m.spread_bp(seen), m.spread_bp(mirrored))
    valued = Book(
        mirrored.bid_price,
        seen.ask_size * seen.ask_price / mirrored.bid_price,
        mirrored.ask_price,
        seen.bid_size * seen.bid_price / mirrored.ask_price,
    )
    assert same(m.ask_slope(seen), m.bid_slope(valued))
    assert same(m.touch_value(seen)[0], m.touch_value(valued)[1])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 1e9), max_size=80))
def test_a_recovery_is_never_negative_and_never_longer_than_five_minutes(depths) -> None:
    resilience = m.Resilience()
    told = [resilience.add(i * 7_000, depth) for i, depth in enumerate([100.0] * 20 + depths)]
    assert all(seconds is None or 0 < seconds <= 300 for seconds in told)
