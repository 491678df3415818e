"""Prices and slots land where they should, and come back."""

import math
from itertools import pairwise

import numpy as np
import pytest

from workstation.ui.chart.price_scale import PriceScale, Scaling, nice_step, price_ticks
from workstation.ui.chart.time_scale import DEFAULT_BAR, WIDEST_BAR, TimeScale


def shown(low: float, high: float, log: bool = False):
    scale = PriceScale()
    scale.set_scaling(Scaling.LOG if log else Scaling.LINEAR)
    return scale.map(low, high, height=800, header=50)


@pytest.mark.parametrize("log", [False, True], ids=["linear", "log"])
@pytest.mark.parametrize(
    ("low", "high"), [(100.0, 200.0), (1e-8, 1e8), (5.0, 5.0), (1e-12, 1e-12), (1e12, 1.0000001e12)]
)
def test_candles_in_sight_lie_inside_the_pane_below_the_header(low, high, log):
    rows = shown(low, high, log).rows(np.array([low, high]))
    assert 50 < rows[1] <= rows[0] < 800


@pytest.mark.parametrize("log", [False, True], ids=["linear", "log"])
def test_a_row_gives_back_its_price(log):
    scale = shown(100.0, 400.0, log)
    for price in (100.0, 173.0, 400.0):
        assert scale.row(scale.price_at(scale.row(price) + 0.5)) == scale.row(price)
    assert scale.rows(np.array([173.0])).tolist() == [scale.row(173.0)]


def test_equal_ratios_are_equal_distances_on_a_logarithmic_scale():
    a, b, c = shown(1.0, 100.0, log=True).rows(np.array([1.0, 10.0, 100.0]))
    assert abs((a - b) - (b - c)) <= 1


def test_a_price_far_outside_stays_a_number_a_screen_can_take():
    scale = shown(1.0, 2.0)
    assert abs(scale.row(1e300)) <= 1 << 20
    assert abs(int(scale.rows(np.array([1e300]))[0])) <= 1 << 20


def test_a_stretched_scale_stays_where_it_was_put_until_it_is_fitted():
    scale = PriceScale()
    before = scale.map(100.0, 200.0, 800, 0)
    scale.stretch(2.0, before)
    held = scale.map(500.0, 600.0, 800, 0)
    assert held.high - held.low == pytest.approx(2 * (before.high - before.low))
    scale.shift(80, held)
    assert scale.map(1.0, 2.0, 800, 0).low == pytest.approx(held.low + (held.high - held.low) / 10)
    scale.fit()
    assert scale.is_fitted
    assert scale.map(100.0, 200.0, 800, 0) == before


def test_stretching_without_end_never_breaks_the_scale():
    scale = PriceScale()
    for factor in (0.01, 100.0):
        for log in (False, True):
            scale.set_scaling(Scaling.LOG if log else Scaling.LINEAR)
            for _ in range(300):
                scale.stretch(factor, scale.map(100.0, 200.0, 800, 0))
            held = scale.map(100.0, 200.0, 800, 0)
            assert math.isfinite(held.row(150.0))
            assert len(price_ticks(held, 40)) < 60


@pytest.mark.parametrize(
    ("smallest", "step"),
    [(0.9, 1.0), (1.0, 1.0), (1.1, 2.0), (2.2, 2.5), (3.0, 5.0), (6e-9, 1e-8), (7e5, 1e6)],
)
def test_steps_are_round(smallest, step):
    assert nice_step(smallest) == pytest.approx(step)


@pytest.mark.parametrize("log", [False, True], ids=["linear", "log"])
@pytest.mark.parametrize(("low", "high"), [(100.0, 200.0), (3e-6, 9e-6), (1e-4, 1e5), (56000.0, 61000.0)])
def test_price_labels_are_inside_the_pane_and_never_touch(low, high, log):
    scale = shown(low, high, log)
    rows = [scale.row(price) for price, _ in price_ticks(scale, 40)]
    assert 3 <= len(rows) <= 21
    assert all(0 <= row <= 800 for row in rows)
    assert all(a - b >= 29 for a, b in pairwise(rows))


def time_scale(n: int, width: float = 1000.0) -> TimeScale:
    scale = TimeScale(width)
    scale.set_extent(500_000, 500_000 + n - 1)
    scale.reset()
    return scale


def test_a_new_chart_stands_at_the_newest_candle_with_air_beside_it():
    scale = time_scale(10_000)
    assert scale.bar == DEFAULT_BAR
    assert scale.shows_newest
    assert 900 < scale.map(1.0).x_of(509_999) < 1000


def test_zooming_keeps_the_bar_under_the_pointer():
    scale = time_scale(10_000)
    scale.pan(5000)
    before = scale.map(1.0).slot_at(300)
    scale.zoom(3.0, 300)
    assert scale.map(1.0).slot_at(300) == before
    scale.zoom(1 / 3.0, 300)
    assert scale.map(1.0).slot_at(300) == before


@pytest.mark.parametrize("n", [1, 2, 3, 50, 1_000_000])
def test_neither_pan_nor_zoom_ever_loses_the_candles(n):
    scale = time_scale(n)
    for step in (1e9, -1e9, 3e3, -2e3):
        scale.pan(step)
        first, end = scale.map(1.0).visible(1000)
        assert first <= 500_000 + n - 1
        assert end > 500_000
    for factor in (1e-9, 1e9):
        scale.zoom(factor, 10)
        first, end = scale.map(1.0).visible(1000)
        assert first <= 500_000 + n - 1
        assert end > 500_000
        assert 0 < scale.bar <= WIDEST_BAR


def test_a_chart_at_the_end_moves_on_with_a_new_candle_and_one_that_looks_back_does_not():
    scale = time_scale(1000)
    right = scale.right
    scale.follow(501_000)
    assert scale.right == right + 1
    scale.pan(4000)
    right = scale.right
    assert not scale.shows_newest
    scale.follow(501_001)
    assert scale.right == right


def test_every_pixel_belongs_to_the_bar_painted_there():
    for dpr in (1.0, 1.25, 1.5, 2.0, 3.0):
        scale = time_scale(1000).map(dpr)
        for slot in range(500_900, 500_950):
            assert scale.slot_at(scale.x_of(slot)) == slot
            assert abs(float(scale.centre(np.array([slot]))[0]) / dpr - scale.x_of(slot)) < 1e-6
