from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import BadCandleFile
from workstation.sandbox.exact import decimals_of, text_of, units_of

DECIMALS = st.integers(0, 9)
UNITS = st.integers(0, 2**53 - 1)


@given(st.lists(UNITS, min_size=1, max_size=20), DECIMALS)
def test_the_text_of_every_value_parses_back_to_the_same_float(units: list[int], decimals: int) -> None:
    values = np.array([float(Decimal(u).scaleb(-decimals)) for u in units])
    inferred = decimals_of(values)
    texts = [text_of(u, inferred) for u in units_of(values, inferred).tolist()]
    assert np.array([float(text) for text in texts]).tobytes() == values.tobytes()


@settings(max_examples=50)
@given(st.floats(1e-8, 1e9).map(lambda x: float(f"{x:.12g}")))
def test_any_price_of_twelve_digits_survives_the_wire(value: float) -> None:
    decimals = decimals_of(np.array([value]))
    assert float(text_of(int(units_of(np.array([value]), decimals)[0]), decimals)) == value


@given(st.integers(-(10**20), 10**20), DECIMALS)
def test_text_and_decimal_say_the_same_number(units: int, decimals: int) -> None:
    assert Decimal(text_of(units, decimals)) == Decimal(units).scaleb(-decimals)


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (1_234, 8, "0.00001234"),
        (5, 0, "5.00000000"),
        (4_258_000, 2, "42580.00000000"),
        (-7, 2, "-0.07000000"),
        (1, 10, "0.0000000001"),
    ],
)
def test_numbers_are_written_as_the_venue_writes_them(units: int, decimals: int, text: str) -> None:
    assert text_of(units, decimals) == text


def test_whole_numbers_need_no_decimals() -> None:
    assert decimals_of(np.array([3.0, 2.8e13])) == 0


def test_values_that_cannot_be_written_exactly_are_refused() -> None:
    with pytest.raises(BadCandleFile, match="without losing digits"):
        decimals_of(np.array([1e18, 1e-18]))
