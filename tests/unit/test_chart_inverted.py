"""An inverted price scale is the same scale upside down, whatever equal distances on it are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.ui.chart.price_scale import PriceMap, PriceScale, Scaling, price_ticks

HEIGHT, HEADER = 800, 50


def scale_of(scaling: Scaling, is_inverted: bool) -> PriceScale:
    scale = PriceScale()
    scale.set_scaling(scaling)
    scale.is_inverted = is_inverted
    return scale


def shown(scaling: Scaling, is_inverted: bool = True, low: float = 100.0, high: float = 400.0) -> PriceMap:
    base = low if scaling is Scaling.PERCENT else 0.0
    return scale_of(scaling, is_inverted).map(low, high, HEIGHT, HEADER, base)


@pytest.mark.parametrize("scaling", Scaling)
def test_the_lowest_price_stands_at_the_top_and_below_the_header(scaling):
    scale = shown(scaling)
    lowest, highest = scale.row(100.0), scale.row(400.0)
    assert HEADER < lowest < highest < HEIGHT


@settings(max_examples=40, deadline=None)
@given(
    price=st.floats(100.0, 400.0),
    scaling=st.sampled_from(list(Scaling)),
    is_inverted=st.booleans(),
)
def test_a_row_gives_back_its_price_on_every_scale(price, scaling, is_inverted):
    scale = shown(scaling, is_inverted)
    assert scale.price_at(scale.y(price)) == pytest.approx(price)
    assert scale.rows(np.array([price])).tolist() == [scale.row(price)]


@pytest.mark.parametrize("scaling", Scaling)
def test_the_same_prices_have_the_same_labels_upside_down(scaling):
    upright, inverted = shown(scaling, is_inverted=False), shown(scaling)
    first, second = price_ticks(upright, 44), price_ticks(inverted, 44)
    assert first
    assert {one for one, _ in first} & {one for one, _ in second}
    rows = [inverted.row(one) for one, _ in second]
    assert rows == sorted(rows)


def test_the_edges_of_a_bar_are_from_top_to_bottom_either_way():
    highs, lows = np.array([300.0, 200.0]), np.array([250.0, 150.0])
    for is_inverted in (False, True):
        top, bottom = shown(Scaling.LINEAR, is_inverted).edges(highs, lows)
        assert (top < bottom).all()


@pytest.mark.parametrize("is_inverted", [False, True], ids=["upright", "inverted"])
def test_a_drag_takes_the_prices_with_the_hand(is_inverted):
    scale = scale_of(Scaling.LINEAR, is_inverted)
    before = scale.map(100.0, 400.0, HEIGHT, HEADER)
    scale.shift(80, before)
    after = scale.map(100.0, 400.0, HEIGHT, HEADER)
    assert after.row(250.0) - before.row(250.0) == 80
