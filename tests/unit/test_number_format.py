"""Numbers read as a crypto trader expects."""

import math

import pytest

from workstation.ui.words import number_format


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [
        (0.00001234, 0.0, "0.00001234"),
        (0.00001234, 0.00000001, "0.00001234"),
        (0.5, 0.0, "0.5000"),
        (1.23456, 0.0, "1.2346"),
        (123.456, 0.0, "123.46"),
        (67123.456, 0.0, "67,123.46"),
        (67123.4, 0.01, "67,123.40"),
        (67123.4, 1e-8, "67,123.400"),
        (67123.4, 0.5, "67,123.4"),
        (67123.4, 50.0, "67,123"),
        (0.0, 0.0, "0.00"),
        (-1.5, 0.0, "−1.5000"),
        (1e-12, 0.0, "0.000000000001000"),
        (math.nan, 0.0, "–"),
        (math.inf, 0.01, "–"),
    ],
)
def test_a_price_is_written_in_full_with_the_venues_decimals(value, step, expected):
    assert number_format.price(value, step) == expected


@pytest.mark.parametrize(
    ("step", "decimals"), [(0.01, 2), (1e-8, 8), (2.5e-7, 8), (50.0, 0), (0.1 + 0.2, 1), (1e15, 0)]
)
def test_a_step_needs_as_many_decimals_as_it_has(step, decimals):
    assert number_format.decimals_of(step) == decimals


@pytest.mark.parametrize(
    ("value", "spacing", "expected"),
    [(67000.0, 500.0, "67,000"), (67000.5, 0.5, "67,000.5"), (0.0000125, 2.5e-6, "0.0000125")],
)
def test_an_axis_shows_no_more_decimals_than_tell_its_labels_apart(value, spacing, expected):
    assert number_format.axis_price(value, spacing) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_200_000_000, "1.2 B"),
        (345_000_000, "345 M"),
        (12_345, "12.3 K"),
        (999_960, "1 M"),
        (999_400, "999 K"),
        (2.5e12, "2.5 T"),
        (12.34, "12.3"),
        (0.001234, "0.00123"),
        (0, "0"),
        (-12_345, "−12.3 K"),
        (math.nan, "–"),
    ],
)
def test_an_amount_is_three_digits_and_a_unit(value, expected):
    assert number_format.volume(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.234, "+1.23 %"),
        (-0.4, "−0.40 %"),
        (0.0, "0.00 %"),
        (-0.001, "0.00 %"),
        (0.004, "0.00 %"),
        (999.94, "+999.94 %"),
        (15142.6, "+15,143 %"),
        (-1000.4, "−1,000 %"),
        (math.nan, "–"),
    ],
)
def test_a_change_carries_its_sign_and_nothing_changed_has_none(value, expected):
    assert number_format.percent(value) == expected


@pytest.mark.parametrize(
    ("length_ms", "expected"),
    [
        (0, "0 ms"),
        (-5, "0 ms"),
        (420, "420 ms"),
        (3_900, "3 s"),
        (125_000, "2 min"),
        (7_300_000, "2 h"),
        (5 * 86_400_000, "5 d"),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(length_ms, expected):
    assert number_format.duration(length_ms) == expected


@pytest.mark.parametrize(
    ("length_ms", "expected"),
    [(299_000, "04:59"), (11_099_000, "3:04:59"), (183_840_000, "2 d 03:04"), (-1, "00:00"), (999, "00:00")],
)
def test_a_countdown_reads_as_a_clock(length_ms, expected):
    assert number_format.countdown(length_ms) == expected


def test_hours_of_prices_are_not_remembered():
    for function in (number_format.price, number_format.percent, number_format.volume):
        words = [function(1.0 + n) for n in range(3000)]
        assert function.cache_info().currsize == number_format.MOST_REMEMBERED < 2000
        assert words[:10] == [function(1.0 + n) for n in range(10)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, "3.00"),
        (15_000, "15.0 K"),
        (12.34, "12.3"),
        (0.5, "0.500"),
        (0.00052, "0.000520"),
        (345_000_000, "345 M"),
        (-2_000, "−2.00 K"),
        (0, "0"),
        (math.nan, "–"),
    ],
)
def test_an_amount_in_a_column_has_three_digits_whatever_they_are(value, expected):
    assert number_format.column_volume(value) == expected
