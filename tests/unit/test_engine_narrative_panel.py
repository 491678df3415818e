"""The panel that indices read: how candles of many coins and recordings are laid side by side."""

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.engine.narratives.panel import DAY_MS, coin_of, join_panel


def candles(days, closes, volume=10.0):
    """Return daily candles that open where they close."""
    price = np.array(closes, float)
    times = np.array(days, np.int64) * DAY_MS
    return CandleColumns.of(times, price, price, price, price, np.full(len(price), volume))


def column(joined, coin):
    return joined.panel.close[:, joined.panel.coins.index(coin)].tolist()


@pytest.mark.parametrize(
    ("symbol", "coin"),
    [
        ("FET/USDT", ("FET", 1)),
        ("1000PEPE/USDT:USDT", ("PEPE", 1000)),
        ("SHIB1000/USDT", ("SHIB", 1000)),
        ("1000000BABYDOGE/USDT", ("BABYDOGE", 1_000_000)),
        ("1INCH/USDC", ("1INCH", 1)),
        ("ETH/BTC", None),
        ("USDC/USDT", None),
    ],
)
def test_a_symbol_says_its_coin(symbol, coin):
    assert coin_of(symbol) == coin


def test_a_hole_stays_a_hole_and_the_grid_is_whole():
    joined = join_panel([{"A/USDT": candles([0, 1, 4], [1, 2, 3]), "B/USDT": candles([5], [7])}], "1d")
    assert joined.panel.close_ms.tolist() == [DAY_MS * n for n in range(1, 7)]
    np.testing.assert_array_equal(column(joined, "A"), [1, 2, np.nan, np.nan, 3, np.nan])
    assert joined.notes == ()


def test_a_price_of_zero_is_absent_and_counted():
    joined = join_panel([{"A/USDT": candles([0, 1, 2], [1, 0, 3])}], "1d")
    np.testing.assert_array_equal(column(joined, "A"), [1, np.nan, 3])
    assert joined.notes == ("1 bar with a price that is not above zero, or off the grid, left out.",)


def test_the_second_of_two_bars_of_one_time_is_left_out_and_counted():
    joined = join_panel([{"A/USDT": candles([0, 1, 1, 2], [1, 2, 9, 3])}], "1d")
    assert column(joined, "A") == [1, 2, 3]
    assert joined.notes == ("1 bar of a time that was there already left out.",)


def test_bundles_are_read_by_the_coin_and_dollars_stay_dollars():
    joined = join_panel([{"1000PEPE/USDT": candles([0], [4.0])}], "1d")
    assert column(joined, "PEPE") == [0.004]
    assert joined.panel.dollar_volume.tolist() == [[40.0]]


def test_the_first_dollar_of_a_coin_is_read():
    joined = join_panel([{"A/USDC": candles([0], [2]), "A/USDT": candles([0], [1])}], "1d")
    assert column(joined, "A") == [1]


def test_another_recording_lengthens_a_coin_and_no_return_mixes_the_two():
    trusted = candles(range(40), np.full(40, 100.0))
    later = candles(range(38, 43), [50, 50, 55, 60, 66])
    joined = join_panel([{"A/USDT": trusted}, {"A/USDT:USDT": later}], "1d")
    np.testing.assert_allclose(column(joined, "A")[38:], [100, 100, 110, 120, 132], rtol=1e-12)


def test_a_recording_of_thirty_days_goes_before_a_shorter_one():
    short, long = candles(range(5), np.full(5, 2.0)), candles(range(40), np.full(40, 1.0))
    assert column(join_panel([{"A/USDT": short}, {"A/USDT": long}], "1d"), "A") == [1.0] * 40


def test_recordings_that_never_meet_leave_seven_days_between_them():
    first, second = candles(range(40), np.full(40, 1.0)), candles(range(42, 60), np.full(18, 900.0))
    closes = np.array(column(join_panel([{"A/USDT": first}, {"A/USDT": second}], "1d"), "A"))
    assert np.isnan(closes[40:47]).all()
    assert (closes[47:] == 900.0).all()


def test_caps_are_asked_for_on_the_grid():
    asked = []

    def caps(close_ms, coins):
        asked.append((close_ms.tolist(), coins))
        return np.full((len(close_ms), len(coins)), 5.0)

    joined = join_panel([{"A/USDT": candles([0, 1], [1, 2])}], "1d", caps)
    assert asked == [([DAY_MS, 2 * DAY_MS], ("A",))]
    assert joined.panel.cap.tolist() == [[5.0], [5.0]]


@pytest.mark.parametrize(
    ("recording", "timeframe", "what"),
    [({"A/BTC": candles([0], [1])}, "1d", "no candle of a coin"), ({}, "1w", "a day or shorter")],
)
def test_what_cannot_be_a_panel_is_said(recording, timeframe, what):
    with pytest.raises(UsageError, match=what):
        join_panel([recording], timeframe)


def test_a_panel_is_cut_at_a_time():
    panel = join_panel([{"A/USDT": candles([0, 1, 2], [1, 2, 3])}], "1d").panel
    assert panel.until(2 * DAY_MS).close.ravel().tolist() == [1, 2]
    assert len(panel.until(DAY_MS - 1).close_ms) == 0
