"""Studies as numbers, against what their authors say."""

import numpy as np
import pytest

from workstation.domain.errors import SettingsError
from workstation.domain.study import Place
from workstation.domain.study_choice import StudyChoice, choice_of
from workstation.engine.studies.averages import volume_weighted_of_day
from workstation.engine.studies.calculation import DAY_MS, Bars
from workstation.engine.studies.registry import STUDIES
from workstation.engine.studies.tail import whole

HOUR = 3_600_000


def bars_of(close: list[float], spread: float = 1.0, volume: list[float] | None = None) -> Bars:
    prices = np.array(close, np.float64)
    n = len(prices)
    traded = np.array(volume) if volume is not None else np.ones(n)
    return Bars(np.arange(n) * HOUR, prices, prices + spread, prices - spread, prices, traded)


def test_there_are_more_than_twenty_five_studies_for_each_place() -> None:
    assert len(STUDIES) >= 25
    assert {study.place for study in STUDIES.values()} == set(Place)
    assert all(key == study.id for key, study in STUDIES.items())
    for study in STUDIES.values():
        assert set(study.band) <= {output.name for output in study.outputs}
        assert study.checked({}) == study.defaults


def test_a_moving_average_is_the_mean_of_its_bars() -> None:
    (found,) = whole("sma", bars_of([1, 2, 3, 4, 5]), {"bars": 3})
    np.testing.assert_allclose(found, [np.nan, np.nan, 2, 3, 4])


def test_the_average_of_the_day_starts_over_at_midnight_utc() -> None:
    close, volume = [10.0] * 23 + [20.0, 50.0, 70.0], [1.0] * 23 + [23.0, 1.0, 3.0]
    found = volume_weighted_of_day(bars_of(close, 0.0, volume))
    np.testing.assert_allclose(found[[22, 23, 24, 25]], [10.0, 15.0, 50.0, 65.0])


def test_the_average_of_the_day_has_no_value_before_anything_traded() -> None:
    found = volume_weighted_of_day(bars_of([10.0, 11.0, 12.0], 0.0, [0.0, 0.0, 2.0]))
    np.testing.assert_allclose(found, [np.nan, np.nan, 12.0])


def test_the_average_of_the_day_counts_only_that_day_where_bars_are_missing() -> None:
    times = np.array([0, HOUR, DAY_MS * 3, DAY_MS * 3 + 5 * HOUR])
    price = np.array([1.0, 3.0, 8.0, 10.0])
    found = volume_weighted_of_day(Bars(times, price, price, price, price, np.ones(4)))
    np.testing.assert_allclose(found, [1, 2, 8, 9])


def test_leading_spans_are_drawn_ahead_and_the_close_is_drawn_back() -> None:
    study = STUDIES["ichimoku"]
    shifts = {one.name: one.shift(study.defaults) for one in study.outputs}
    assert shifts == {"conversion": 0, "base": 0, "span_a": 26, "span_b": 26, "lagging": -26}
    assert "back" in study.outputs[-1].title


def test_money_flow_says_nothing_where_nothing_traded() -> None:
    (found,) = whole("cmf", bars_of([5.0] * 30, 1.0, [4.0] * 3 + [0.0] * 27), {"bars": 4})
    assert np.isfinite(found[5])
    assert np.isnan(found[-1])


def test_supertrend_is_either_below_or_above_the_market() -> None:
    close = [*np.linspace(100, 200, 60), *np.linspace(200, 90, 60)]
    up, down = whole("supertrend", bars_of(close), STUDIES["supertrend"].defaults)
    assert not (np.isfinite(up) & np.isfinite(down)).any()
    assert up[50] < close[50]
    assert down[-1] > close[-1]


def test_a_legend_names_the_study_and_its_numbers() -> None:
    assert STUDIES["macd"].label(STUDIES["macd"].defaults) == "MACD 12 26 9"
    assert STUDIES["vwap"].label({}) == "VWAP"


def test_a_choice_comes_back_as_it_was_saved() -> None:
    choice = StudyChoice("bollinger", {"bars": 30.0, "width": 2.5}, {"upper": "#aa00ff"}, False, 0.2)
    assert choice_of(choice.state(), STUDIES) == choice


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        {"study": "no such"},
        {"study": "rsi", "values": {"bars": 0}},
        {"study": "rsi", "values": 3},
        {"study": "rsi", "values": {"bars": 2.5}},
        {"study": "rsi", "values": {"bars": True}},
        {"study": "rsi", "values": {"other": 1}},
        {"study": "rsi", "share": "wide"},
    ],
    ids=str,
)
def test_a_damaged_choice_is_refused_with_a_sentence(state) -> None:
    with pytest.raises(SettingsError, match=r"\.$"):
        choice_of(state, STUDIES)


def test_foreign_colours_and_sizes_do_not_come_in() -> None:
    saved = {"study": "rsi", "colours": {"value": "url(x)", "other": "#112233"}, "share": 90.0}
    assert choice_of(saved, STUDIES) == StudyChoice("rsi", {"bars": 14.0}, {}, True, 0.6)
    assert choice_of({"study": "rsi", "share": float("nan")}, STUDIES).share == 0.16
