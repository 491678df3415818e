"""What a book says about liquidity, on books whose answer is known."""

import math

import numpy as np
import pytest

from workstation.domain.book import Book
from workstation.domain.metric import METRICS
from workstation.engine.book_measures import (
    Resilience,
    ask_depth,
    ask_slope,
    bid_depth,
    bid_slope,
    buy_cost_bp,
    imbalance,
    measures,
    sell_cost_bp,
    spread_bp,
    touch_value,
)

Levels = list[tuple[float, float]]


def book(bids: Levels, asks: Levels, bid_reach: float = 0.0, ask_reach: float = math.inf) -> Book:
    columns = [np.array([level[i] for level in side]) for side in (bids, asks) for i in (0, 1)]
    return Book(*columns, bid_reach, ask_reach)


LADDER = book(
    [(99.95, 100.0), (99.85, 200.0), (99.0, 1_000.0)], [(100.05, 300.0), (100.2, 400.0), (101.5, 2_000.0)]
)


def test_spread_and_depths_are_what_is_on_the_ladder() -> None:
    assert spread_bp(LADDER) == pytest.approx(10.0)
    assert bid_depth(LADDER, 10.0) == pytest.approx(99.95 * 100)
    assert bid_depth(LADDER, 50.0) == pytest.approx(99.95 * 100 + 99.85 * 200)
    assert ask_depth(LADDER, 200.0) == pytest.approx(100.05 * 300 + 100.2 * 400 + 101.5 * 2_000)
    assert ask_depth(LADDER, 4.0) == 0.0
    assert touch_value(LADDER) == (99.95 * 100, 100.05 * 300)


def test_the_slope_is_the_line_through_depth_and_distance() -> None:
    d, value = np.array([5.0, 15.0]), np.cumsum([99.95 * 100, 99.85 * 200])
    assert bid_slope(LADDER) == pytest.approx((d * value).sum() / (d**2).sum())
    assert ask_slope(LADDER) > 0


def test_the_cost_of_size_walks_the_levels() -> None:
    assert buy_cost_bp(LADDER, 100 * 300) == pytest.approx(5.0)
    assert buy_cost_bp(LADDER, 100 * 600) == pytest.approx((5 + 20) / 2)
    assert sell_cost_bp(LADDER, 100 * 200) == pytest.approx((5 + 15) / 2)
    assert math.isnan(sell_cost_bp(LADDER, 100 * 1_301))
    assert math.isnan(buy_cost_bp(LADDER, 1e9))


def test_what_the_book_does_not_reach_is_not_told() -> None:
    near = book([(99.95, 100.0), (99.8, 200.0)], [(100.05, 300.0), (100.3, 400.0)], 99.8, 100.3)
    told = measures(near)
    assert told["liquidity.bid_depth_10bp_usd"] == pytest.approx(99.95 * 100)
    unknown = [name for name, value in told.items() if math.isnan(value)]
    assert unknown == [
        "liquidity.bid_depth_50bp_usd",
        "liquidity.ask_depth_50bp_usd",
        "liquidity.bid_depth_200bp_usd",
        "liquidity.ask_depth_200bp_usd",
        "liquidity.bid_slope",
        "liquidity.ask_slope",
        "liquidity.buy_cost_bp",
        "liquidity.sell_cost_bp",
    ]


def test_levels_beyond_the_reach_are_not_counted() -> None:
    beyond = book([(99.95, 1.0), (99.0, 5e6)], [(100.05, 1.0), (101.0, 5e6)], 99.9, 100.1)
    assert math.isnan(buy_cost_bp(beyond))
    assert math.isnan(sell_cost_bp(beyond))


def test_a_one_sided_book_tells_nothing() -> None:
    for one_sided in (book([(99.0, 1.0)], []), book([], [(101.0, 1.0)]), book([], [])):
        assert all(math.isnan(value) for value in measures(one_sided).values())
    assert math.isnan(touch_value(book([], [(101.0, 1.0)]))[0])


def test_one_level_has_no_slope() -> None:
    assert math.isnan(ask_slope(book([(99.9, 1.0)], [(100.1, 1.0)])))


def test_every_measure_is_a_metric_of_books() -> None:
    every = {
        name
        for name, metric in METRICS.items()
        if name.startswith("liquidity.") and metric.every_ms == 300_000
    }
    assert set(measures(LADDER)) | {"liquidity.resilience_s"} == every


@pytest.mark.parametrize(("bids", "asks", "expected"), [(3.0, 1.0, 0.5), (0.0, 2.0, -1.0), (2.0, 2.0, 0.0)])
def test_imbalance_names_the_deeper_side(bids: float, asks: float, expected: float) -> None:
    assert imbalance(bids, asks) == expected
    assert imbalance(asks, bids) == -expected


def test_two_empty_sides_have_no_imbalance() -> None:
    assert math.isnan(imbalance(0.0, 0.0))
    assert math.isnan(imbalance(math.nan, 1.0))


def fed(depths: list[float], step_ms: int = 1_000) -> list[float]:
    resilience = Resilience()
    told = (resilience.add(i * step_ms, depth) for i, depth in enumerate(depths))
    return [seconds for seconds in told if seconds is not None]


def test_a_hit_ends_when_the_touch_is_back_at_its_median() -> None:
    assert fed([100.0] * 20 + [30.0, 60.0, 99.0, 100.0, 100.0]) == [3.0]


def test_half_of_the_touch_is_no_hit() -> None:
    assert fed([100.0] * 20 + [50.0, 100.0]) == []


def test_a_touch_that_never_comes_back_has_found_a_new_level() -> None:
    assert fed([100.0] * 20 + [10.0] * 400 + [100.0] * 5) == []


def test_nothing_is_told_before_there_is_a_median() -> None:
    assert fed([100.0] * 19 + [1.0, 100.0]) == []


def test_a_moment_without_a_touch_is_passed_over() -> None:
    assert fed([100.0] * 20 + [10.0, math.nan, 100.0]) == [2.0]


def test_what_was_forgotten_is_not_waited_for() -> None:
    resilience = Resilience()
    for i in range(20):
        resilience.add(i, 100.0)
    resilience.add(20, 1.0)
    resilience.forget()
    assert resilience.add(21, 100.0) is None
