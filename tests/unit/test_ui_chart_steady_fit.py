"""A fitted scale stands still while what it shows is about the same, and follows where that changes much."""

import pytest

from workstation.ui.chart.price_scale import PriceScale, Scaling
from workstation.ui.chart.steady_fit import SteadyFit


@pytest.mark.parametrize(
    ("low", "high", "is_same"),
    [
        (100.0, 201.9, True),
        (98.1, 200.0, True),
        (103.9, 196.1, True),
        (100.0, 202.1, False),
        (97.9, 200.0, False),
        (104.1, 200.0, False),
        (100.0, 195.9, False),
    ],
)
def test_a_range_is_kept_while_another_fills_it_well(low, high, is_same) -> None:
    fit = SteadyFit()
    assert fit.of(100.0, 200.0, "here") == (100.0, 200.0)
    assert fit.of(low, high, "here") == ((100.0, 200.0) if is_same else (low, high))


def test_in_another_place_or_once_forgotten_it_is_fitted_anew() -> None:
    fit = SteadyFit()
    fit.of(100.0, 200.0, "here")
    assert fit.of(100.0, 201.0, "there") == (100.0, 201.0)
    fit.forget()
    assert fit.of(100.0, 200.0, "there") == (100.0, 200.0)


@pytest.mark.parametrize("scaling", list(Scaling))
def test_a_tick_moves_no_price_and_stays_in_the_pane_and_a_pan_fits_again(scaling) -> None:
    scale = PriceScale()
    scale.set_scaling(scaling)
    scale.look_at("these bars")
    before = scale.map(100.0, 110.0, 400, 60, 100.0)
    ticked = scale.map(100.0, 110.15, 400, 60, 100.0)
    assert ticked == before
    assert 60 < ticked.row(110.15) < ticked.row(100.0) < 400
    scale.look_at("other bars")
    assert scale.map(100.0, 110.15, 400, 60, 100.0) != before
