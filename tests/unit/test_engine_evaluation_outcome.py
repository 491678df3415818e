"""Does a position end where price first touches a barrier, and earn what it would have earned?"""

import numpy as np
import pytest

from tests.fakes.candle_kernels import HOUR, market, walk
from workstation.domain.outcome import Barrier
from workstation.domain.signal import Direction
from workstation.engine.evaluation.outcome import (
    BarrierRule,
    Costs,
    barrier_width,
    barrier_widths,
    outcomes,
    triple_barrier,
)

FREE = Costs(0.0, 0.0)
FLAT = (100.0, 101.0, 99.0, 100.0)


def judged(*bars, hours=None, horizon=3, width=5.0, delay=0):
    """Judge bars of (open, high, low, close), every one with barriers `width` away."""
    open_, high, low, close = (np.array(column, np.float64) for column in zip(*bars, strict=True))
    times = np.array(range(len(bars)) if hours is None else hours, np.int64) * HOUR
    rule = BarrierRule(HOUR, horizon, delay)
    return triple_barrier(open_, high, low, close, times, np.full(len(bars), width), rule)


def test_the_upper_barrier_ends_a_long_in_profit_and_a_short_in_loss():
    out = judged(FLAT, (100, 103, 99, 102), (102, 106, 101, 104), FLAT, FLAT)
    assert out.label[0] == 1
    assert (out.entry_row[0], out.exit_row[0], out.ended_ms[0]) == (1, 2, 3 * HOUR)
    assert out.gross(1)[0] == pytest.approx(0.05)
    assert out.gross(-1)[0] == pytest.approx(-0.05)
    assert out.hits(1)[0]
    assert not out.hits(-1)[0]


def test_the_lower_barrier_is_the_mirror():
    out = judged(FLAT, (100, 101, 94, 96), FLAT, FLAT)
    assert out.label[0] == -1
    assert out.gross(-1)[0] == pytest.approx(0.05)
    assert out.hits(-1)[0]


def test_both_barriers_in_one_bar_are_no_hit_and_each_side_meets_its_stop():
    out = judged(FLAT, (100, 106, 94, 100), FLAT, FLAT)
    assert out.label[0] == 0
    assert out.gross(1)[0] == pytest.approx(-0.05)
    assert out.gross(-1)[0] == pytest.approx(-0.05)
    assert not out.hits(1)[0] | out.hits(-1)[0]


def test_a_gap_over_a_barrier_fills_at_the_open():
    out = judged(FLAT, FLAT, (110, 111, 109, 110), FLAT, FLAT)
    assert out.label[0] == 1
    assert out.exit_long[0] == out.exit_short[0] == 110
    assert out.ended_ms[0] == 2 * HOUR
    assert judged(FLAT, FLAT, (90, 111, 89, 110), FLAT, FLAT).exit_long[0] == 90


def test_the_end_of_the_horizon_fills_at_the_last_close():
    out = judged(FLAT, FLAT, FLAT, (100, 103, 99, 102), (102, 130, 101, 120))
    assert out.label[0] == 0
    assert (out.exit_row[0], out.ended_ms[0]) == (3, 4 * HOUR)
    assert out.gross(1)[0] == pytest.approx(0.02)


def test_nothing_is_known_before_the_horizon_is_over_even_where_a_barrier_was_touched():
    out = judged(FLAT, (100, 106, 99, 105), FLAT)
    assert not out.known.any()
    assert np.isnan(out.gross(1)).all()
    assert out.one(0, Direction.BULLISH, FREE) is None


def test_the_horizon_counts_hours_and_not_bars():
    rises_late = (100, 106, 99, 100)
    hours = [0, 1, 3, 4, 5]  # hour 2 is missing; the horizon of hour 0 ends with hour 3
    out = judged(FLAT, FLAT, FLAT, rises_late, FLAT, hours=hours)
    assert (out.label[0], out.exit_row[0]) == (0, 2)
    assert judged(FLAT, FLAT, FLAT, rises_late, FLAT).label[0] == 1


def test_a_horizon_that_ends_in_a_hole_is_left_at_the_next_open():
    out = judged(FLAT, FLAT, FLAT, (104, 104, 104, 104), hours=[0, 1, 2, 9])
    assert (out.exit_row[0], out.exit_long[0], out.ended_ms[0]) == (3, 104, 9 * HOUR)


def test_a_position_is_entered_at_the_first_bar_traded_within_the_horizon():
    hours = [0, 3, 4, 5]
    assert judged(FLAT, (101, 102, 100, 101), FLAT, FLAT, hours=hours).entry[0] == 101
    assert not judged(FLAT, FLAT, FLAT, FLAT, hours=[0, 4, 5, 6]).known[0]


def test_nothing_is_judged_across_a_hole_of_more_than_a_day():
    hours = [0, 1, 2, 28, 29, 30, 31, 32]
    known = judged(*[FLAT] * 8, hours=hours).known
    assert known.tolist() == [False, False, False, True, True, False, False, False]
    assert judged(*[FLAT] * 8, hours=[0, 1, 2, 27, 28, 29, 30, 31]).known[0]


def test_acting_one_bar_later_enters_one_bar_later_and_lasts_as_long():
    bars = [FLAT, FLAT, (103, 104, 102, 103), FLAT, FLAT, FLAT]
    out = judged(*bars, delay=1)
    assert out.entry[0] == 103
    assert out.exit_row[0] == 4
    assert out.known.tolist() == [True, True, False, False, False, False]


def test_no_barrier_no_judgement():
    assert not judged(*[FLAT] * 6, width=np.nan).known.any()
    assert not judged(*[FLAT] * 6, width=0.0).known.any()


def test_costs_are_paid_on_both_sides():
    out = judged(FLAT, (100, 106, 99, 105), FLAT, FLAT)
    assert Costs().round_trip == pytest.approx(0.003)
    assert out.net(1, Costs())[0] == pytest.approx(0.047)


@pytest.mark.parametrize(
    ("bar", "direction", "barrier", "gross"),
    [
        ((100, 106, 99, 105), Direction.BULLISH, Barrier.TARGET, 5.0),
        ((100, 106, 99, 105), Direction.BEARISH, Barrier.STOP, -5.0),
        ((100, 106, 94, 105), Direction.BEARISH, Barrier.STOP, -5.0),
        (FLAT, Direction.BULLISH, Barrier.TIME, 0.0),
    ],
    ids=["target", "stop", "both", "time"],
)
def test_one_signal_is_told_as_the_trader_reads_it(bar, direction, barrier, gross):
    told = judged(FLAT, bar, FLAT, FLAT).one(0, direction, Costs())
    assert told.barrier is barrier
    assert told.gross_pct == pytest.approx(gross)
    assert told.net_pct == pytest.approx(gross - 0.3)


def slowly(bars, barrier, horizon):
    """Judge bars without holes one at a time, as the rule is written; label and long exit of each."""
    for i in range(len(bars) - horizon):
        entry, told = bars[i + 1][0], None
        for began, high, low, _ in bars[i + 1 : i + 1 + horizon]:
            rises, falls = high >= entry + barrier[i], low <= entry - barrier[i]
            if abs(began - entry) >= barrier[i]:
                told = (1 if began > entry else -1, began)
            elif rises or falls:
                told = (int(rises) - int(falls), entry + (-barrier[i] if falls else barrier[i]))
            if told:
                break
        yield told or (0, bars[i + horizon][3])


def test_a_whole_market_is_judged_as_the_rule_is_written():
    candles = walk(600)
    bars = list(zip(candles.open, candles.high, candles.low, candles.close, strict=True))
    width = barrier_width(candles.high, candles.low, candles.close, 2.0)
    out = outcomes(candles, "1h", BarrierRule(HOUR, 24), 2.0)
    expected = list(slowly(bars, width, 24))[47:]
    assert {label for label, _ in expected} == {-1, 0, 1}
    known = out.known[: len(out) - 24]
    assert known[47:].all()
    assert not known[:47].any()
    np.testing.assert_array_equal(out.label[47:-24], [label for label, _ in expected])
    np.testing.assert_allclose(out.exit_long[47:-24], [price for _, price in expected])


def test_the_width_is_the_mean_true_range_known_at_the_close():
    candles = walk(200)
    before = np.r_[candles.close[:1], candles.close[:-1]]
    ranges = np.maximum(candles.high, before) - np.minimum(candles.low, before)
    ranges[0] = candles.high[0] - candles.low[0]
    width = barrier_width(candles.high, candles.low, candles.close, 3.0, 48)
    assert np.isnan(width[:47]).all()
    assert width[100] == pytest.approx(3.0 * ranges[53:101].mean())
    shorter = barrier_width(candles.high[:101], candles.low[:101], candles.close[:101], 3.0, 48)
    np.testing.assert_array_equal(width[:101], shorter)


def test_widths_begin_anew_after_a_hole_of_more_than_a_day():
    times = np.arange(120) * HOUR + np.where(np.arange(120) >= 60, 25 * HOUR, 0)
    widths = barrier_widths(market(np.arange(120.0) + 50, times=times), "1h", 1.0)
    assert np.isnan(widths[60:107]).all()
    assert not np.isnan(widths[107:]).any()
    shorter_hole = np.arange(120) * HOUR + np.where(np.arange(120) >= 60, 24 * HOUR, 0)
    assert not np.isnan(barrier_widths(market(np.ones(120), times=shorter_hole), "1h", 1.0)[47:]).any()


def test_a_rule_without_a_horizon_is_refused():
    with pytest.raises(ValueError, match="horizon"):
        BarrierRule(HOUR, 0)
