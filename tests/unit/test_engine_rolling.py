"""Sums over the last bars: exact, and the same wherever the history starts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.engine.features.rolling import shifted, window_deviation, window_mean, window_sum
from workstation.engine.features.yardstick import in_units_of


@pytest.mark.parametrize("window", [1, 2, 3, 24, 48, 72, 168])
def test_a_window_sum_is_the_sum_of_the_window(window):
    values = np.random.default_rng(window).normal(size=200)
    sums = window_sum(values, window)
    assert np.isnan(sums[: window - 1]).all()
    expected = [math.fsum(values[i - window + 1 : i + 1]) for i in range(window - 1, 200)]
    np.testing.assert_allclose(sums[window - 1 :], expected, rtol=1e-12, atol=1e-12)


def test_the_caller_s_values_are_left_alone():
    values = np.ones(5)
    window_sum(values, 1)[:] = 7.0
    assert (values == 1.0).all()


@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 999))
def test_a_window_sum_does_not_know_what_stood_before_it(window, dropped, seed):
    values = np.random.default_rng(seed).lognormal(0, 8, 200)
    late = window_sum(values[dropped:], window)[window - 1 :]
    assert late.tobytes() == window_sum(values, window)[dropped + window - 1 :].tobytes()


def test_a_burst_leaves_no_dust_behind():
    values = np.zeros(100)
    values[10] = 1e18
    assert (window_sum(values, 24)[40:] == 0.0).all()


def test_an_unknown_value_makes_its_windows_unknown_and_no_others():
    values = np.ones(20)
    values[7] = np.nan
    assert np.flatnonzero(np.isnan(window_sum(values, 4))).tolist() == [0, 1, 2, 7, 8, 9, 10]


def test_a_window_longer_than_the_history_is_unknown():
    assert np.isnan(window_sum(np.ones(5), 8)).all()
    assert window_sum(np.empty(0), 3).shape == (0,)


def test_mean_and_deviation_agree_with_numpy():
    values = np.random.default_rng(0).normal(3, 2, 100)
    assert window_mean(values, 30)[70] == pytest.approx(values[41:71].mean())
    assert window_deviation(values, 30)[70] == pytest.approx(values[41:71].std())


def test_values_that_are_all_alike_do_not_deviate():
    assert (window_deviation(np.full(50, 0.1), 7)[6:] == 0.0).all()


@pytest.mark.parametrize(("bars", "expected"), [(0, [1, 2, 3]), (2, [np.nan, np.nan, 1]), (5, [np.nan] * 3)])
def test_shifted_looks_bars_back(bars, expected):
    assert np.array_equal(shifted(np.array([1.0, 2.0, 3.0]), bars), expected, equal_nan=True)


def test_nothing_is_measured_against_nothing():
    told = in_units_of(np.array([2.0, 0.0, -1.0, np.nan]), np.array([3.0, 3.0, 3.0, 3.0]))
    assert np.array_equal(told, [1.5, np.nan, np.nan, np.nan], equal_nan=True)
