"""Windows and averages: what they say, and the same bits whether computed at once or one bar at a time."""

import math

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.engine.features import kernels
from workstation.engine.features.kernels import bounded, deviation, ratio

WINDOWED = {
    "sum": lambda x, parts, out, w, lo, hi: kernels.window_sum(x, parts, out[0], w, 0, lo, hi),
    "mean": lambda x, parts, out, w, lo, hi: kernels.window_mean(x, parts, out[0], w, 0, lo, hi),
    "max": lambda x, parts, out, w, lo, hi: kernels.window_max(x, parts, out[0], w, 0, lo, hi),
    "min": lambda x, parts, out, w, lo, hi: kernels.window_min(x, parts, out[0], w, 0, lo, hi),
    "deviation": lambda x, parts, out, w, lo, hi: kernels.window_deviation(
        x, x * x, parts, out, w, 0, lo, hi
    ),
    "slope": lambda x, _, out, w, lo, hi: kernels.slope(x, out[0], max(w, 2), lo, hi),
    "ema": lambda x, _, out, w, lo, hi: kernels.ema(x, out[0], w, lo, hi),
    "wilder": lambda x, _, out, w, lo, hi: kernels.wilder(x, out[0], w, lo, hi),
    "shifted": lambda x, _, out, w, lo, hi: kernels.shifted(x, out[0], w, lo, hi),
}


def whole(name, x, window):
    parts, out = np.full(2 * window, -7.0), np.full((2, len(x)), -7.0)
    WINDOWED[name](x, parts, out, window, 0, len(x))
    return out[0]


def walk(n, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=n))


@pytest.mark.parametrize("name", WINDOWED)
@settings(max_examples=25, deadline=None)
@given(window=st.integers(1, 60), n=st.integers(1, 150), seed=st.integers(0, 999), data=st.data())
def test_a_history_in_any_pieces_is_the_history_to_the_last_bit(name, window, n, seed, data):
    x = walk(n, seed) * 10.0 ** (seed % 9)
    expected, out, lo = whole(name, x, window), np.full((2, n), np.nan), 0
    parts = np.full(2 * window, -7.0)
    while lo < n:
        hi = min(n, lo + data.draw(st.sampled_from([1, 1, 2, 7, 60])))
        WINDOWED[name](x, parts, out, window, lo, hi)
        lo = hi
    assert out[0].tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", ["sum", "max", "min"])
@given(window=st.integers(1, 60), gone=st.integers(0, 200), seed=st.integers(0, 999))
def test_a_window_does_not_change_when_old_rows_are_let_go(name, window, gone, seed):
    kernel = getattr(kernels, f"window_{name}")
    x = np.random.default_rng(seed).lognormal(0, 8, 400)
    parts, out, tail = np.full(window, -7.0), np.full(400, -7.0), np.full(400 - gone, -7.0)
    kernel(x, parts, out, window, 0, 0, 300)
    kernel(x[gone:].copy(), parts, tail, window, gone, 300 - gone, 400 - gone)
    assert np.array_equal(tail[300 - gone :], whole(name, x, window)[300:])


@pytest.mark.parametrize("name", ["sum", "max", "min"])
@given(window=st.integers(1, 60), seed=st.integers(0, 999))
def test_a_bar_that_is_tried_out_first_leaves_nothing_in_its_window(name, window, seed):
    kernel = getattr(kernels, f"window_{name}")
    x = walk(150, seed)
    parts, out = np.full(window, -7.0), np.full(150, -7.0)
    for i in range(150):
        tried = np.where(np.arange(150) == i, 1e3, x)
        kernel(tried, parts, out, window, 0, i, i + 1)
        kernel(x, parts, out, window, 0, i, i + 1)
    assert np.array_equal(out, whole(name, x, window), equal_nan=True)


@pytest.mark.parametrize("window", [1, 2, 24, 168])
def test_windows_say_what_numpy_and_ta_lib_say(window):
    x = walk(400, window) + 100
    expected = [math.fsum(x[i - window + 1 : i + 1]) for i in range(window - 1, 400)]
    assert np.isnan(whole("sum", x, window)[: window - 1]).all()
    np.testing.assert_allclose(whole("sum", x, window)[window - 1 :], expected, rtol=1e-12)
    np.testing.assert_allclose(
        whole("mean", x, window)[window - 1 :], np.array(expected) / window, rtol=1e-12
    )
    if window > 1:
        for name, peer in (("max", talib.MAX), ("min", talib.MIN)):
            assert np.array_equal(whole(name, x, window), peer(x, window), equal_nan=True)
        spread = whole("deviation", x, window)[399]
        assert spread == pytest.approx(x[400 - window :].std(), rel=1e-6)
        slope = talib.LINEARREG_SLOPE(x, window)
        np.testing.assert_allclose(whole("slope", x, window)[window:], slope[window:], rtol=1e-6, atol=1e-9)


def test_averages_begin_at_the_first_value_and_then_fade_as_ta_lib_s_do():
    x = walk(1500, 3) + 50
    np.testing.assert_allclose(whole("ema", x, 24)[700:], talib.EMA(x, 24)[700:], rtol=1e-10)
    assert whole("ema", x, 24)[0] == x[0]
    assert whole("wilder", x, 14)[1] == pytest.approx(x[0] * 13 / 14 + x[1] / 14)


def test_an_unknown_value_leaves_an_average_as_it_was_and_its_windows_unknown():
    x = np.array([np.nan, 1.0, 2.0, np.nan, 3.0, 4.0])
    average = whole("ema", x, 3)
    assert np.isnan(average[0])
    assert average[3] == average[2] == 1.5
    assert np.isnan(whole("sum", x, 2)).tolist() == [True, True, False, True, True, False]


def test_a_burst_leaves_no_dust_behind():
    x = np.zeros(100)
    x[10] = 1e18
    assert (whole("sum", x, 24)[40:] == 0.0).all()


def test_values_that_are_all_alike_do_not_deviate():
    assert (whole("deviation", np.full(50, 0.1), 7)[6:] == 0.0).all()
    assert deviation(3.0, 5.0, 3) == pytest.approx(math.sqrt(2 / 3))


def test_a_window_longer_than_the_history_is_unknown():
    for name in ("sum", "mean", "max", "min", "deviation", "slope", "shifted"):
        assert np.isnan(whole(name, walk(5), 8)).all(), name


def test_nothing_is_measured_against_nothing():
    assert ratio(2.0, 4.0) == 0.5
    assert all(math.isnan(ratio(1.0, unit)) for unit in (0.0, -1.0, math.nan))


def test_a_bound_holds_on_both_sides_and_knows_no_unknown():
    assert [bounded(value, 2.0) for value in (-5.0, 1.0, 5.0)] == [-2.0, 1.0, 2.0]
    assert math.isnan(bounded(math.nan, 2.0))
