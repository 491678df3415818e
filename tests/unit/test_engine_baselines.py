"""Do the classic indicators say what their textbooks say, and never anything of tomorrow?"""

import numpy as np
import pytest

from tests.fakes.candle_kernels import HOUR, market, walk
from workstation.domain.candle import CandleColumns
from workstation.engine.baselines import BASELINES, donchian, random_entries, rsi, sma_cross

TURNED = 65_536 * HOUR * 6 - 900 * HOUR
"""An open time 900 hours before the hour at which judgements begin to read from a later bar."""


def spoilt(candles: CandleColumns, row: int) -> CandleColumns:
    """Return the same candles with everything from `row` on doubled."""
    factor = np.where(np.arange(len(candles)) >= row, 2.0, 1.0)
    c = candles
    return CandleColumns.of(
        c.open_time, c.open * factor, c.high * factor, c.low * factor, c.close * factor, c.volume * factor
    )


@pytest.fixture(scope="module")
def candles():
    return walk(1500, seed=3)


@pytest.mark.parametrize("name", BASELINES)
def test_what_comes_later_changes_nothing_that_was_said(candles, name):
    judge = BASELINES[name]
    said = judge(candles, "1h")
    assert said.dtype == np.int8
    for cut in (1300, 1433):
        np.testing.assert_array_equal(judge(candles[:cut], "1h"), said[:cut])
        np.testing.assert_array_equal(judge(spoilt(candles, cut), "1h")[:cut], said[:cut])


@pytest.mark.parametrize("name", BASELINES)
def test_each_raises_both_sides_now_and_then(candles, name):
    said = BASELINES[name](candles, "1h")
    assert 5 < (said > 0).sum() < 150
    assert 5 < (said < 0).sum() < 150


@pytest.mark.parametrize("name", BASELINES)
def test_nothing_reads_across_a_long_hole(candles, name):
    late = CandleColumns.of(candles.open_time + 26 * HOUR, *columns(candles))
    joined = CandleColumns.join(candles[:700], late[700:])
    said = BASELINES[name](joined, "1h")
    np.testing.assert_array_equal(said[700:], BASELINES[name](late[700:], "1h"))


@pytest.mark.parametrize("name", BASELINES)
def test_how_much_history_is_stored_changes_nothing(name):
    candles = walk(5000, seed=4)
    turned = CandleColumns.of(candles.open_time + TURNED - 3100 * HOUR, *columns(candles))
    said = BASELINES[name](turned, "1h")
    np.testing.assert_array_equal(BASELINES[name](turned[900:], "1h")[3100:], said[4000:])


def columns(c: CandleColumns):
    return c.open, c.high, c.low, c.close, c.volume


@pytest.mark.parametrize("name", BASELINES)
def test_too_short_a_history_says_nothing(name):
    judge = BASELINES[name]
    assert not len(judge(CandleColumns.empty(), "1h"))
    assert not judge(walk(2), "1h").any()


def test_a_breakout_counts_once_however_long_it_lasts():
    rising = np.r_[np.full(30, 100.0), 101 + np.arange(10.0)]
    assert np.flatnonzero(donchian(market(rising), "1h")).tolist() == [30]
    assert donchian(market(rising), "1h")[30] == 1
    assert donchian(market(200 - rising), "1h")[30] == -1


def test_rsi_speaks_when_it_comes_back():
    falls_then_rises = np.r_[100 - np.arange(30.0), 71 + 2 * np.arange(20.0)]
    said = rsi(market(falls_then_rises), "1h")
    rows = np.flatnonzero(said)
    assert said[rows[0]] == 1
    assert 30 <= rows[0] <= 36


def test_averages_cross_once_where_the_trend_turns():
    turns = np.r_[100 + np.arange(80.0), 180 - np.arange(80.0)]
    said = sma_cross(market(turns), "1h")
    assert said[said != 0].tolist() == [-1]
    assert 80 < np.flatnonzero(said)[0] < 110


def test_dice_are_fair_repeatable_and_know_only_their_own_hour():
    hours = np.arange(40_000) * HOUR
    said = random_entries(hours, 0.02, seed=7)
    assert (said != 0).mean() == pytest.approx(0.02, abs=0.003)
    assert (said[said != 0] > 0).mean() == pytest.approx(0.5, abs=0.06)
    np.testing.assert_array_equal(random_entries(hours[500:900], 0.02, seed=7), said[500:900])
    assert (random_entries(hours, 0.02, seed=8) != said).any()
    assert not random_entries(hours, 0.0, seed=7).any()
