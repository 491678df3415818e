"""Is a big rise told from the next open to any later high, and only once its days are over?"""

import numpy as np
import pytest

from tests.fakes.candle_kernels import HOUR, market
from workstation.engine.evaluation.big_moves import BigRise, big_rises, foresight, rise_sums
from workstation.engine.evaluation.bootstrap import Resampling


def flat(n, times=None):
    return market(np.full(n, 100.0), times=times)


def test_a_high_a_fifth_above_the_next_open_counts():
    high = np.full(200, 100.0)
    high[169] = 120.0
    told = big_rises(market(np.full(200, 100.0), high=high), HOUR)
    assert told[:32].tolist() == [0] + [1] * 31
    assert (told[32:] == -1).all()


def test_the_rise_is_measured_from_the_next_open():
    open_ = np.full(180, 100.0)
    open_[1] = 101.0
    high = np.full(180, 101.0)
    high[5] = 120.5
    told = big_rises(market(np.full(180, 100.0), open_=open_, high=high), HOUR)
    assert told[:3].tolist() == [0, 1, 1]


def test_nothing_is_told_across_a_long_hole():
    times = np.arange(400) * HOUR + np.where(np.arange(400) >= 200, 25 * HOUR, 0)
    told = big_rises(flat(400, times), HOUR)
    assert (told[:32] == 0).all()
    assert (told[32:200] == -1).all()
    assert (told[200:231] == 0).all()


def test_days_are_time_and_not_rows():
    times = np.arange(100) * HOUR + np.where(np.arange(100) >= 50, 20 * HOUR, 0)
    high = np.full(100, 100.0)
    high[60] = 130.0  # 80 hours from the start
    told = big_rises(market(np.full(100, 100.0), high=high, times=times), HOUR, BigRise(0.2, days=3))
    assert told[0] == 0
    assert told[10] == 1


def test_only_bullish_signals_whose_days_are_over_count():
    sums = rise_sums(np.array([1, 1, 1, -1], np.int8), np.array([1, 0, -1, 1], np.int8))
    assert sums["alerts"].tolist() == [1, 1, 0, 0]
    assert sums["right"].tolist() == [1, 0, 0, 0]


def test_lift_is_precision_over_the_base_rate():
    ones = np.ones(20)
    sums = {"alerts": 10 * ones, "right": 3 * ones, "rises_known": 1000 * ones, "rises": 150 * ones}
    told = foresight(sums, 200, Resampling(draws=1000, block_weeks=2))
    assert told["precision"].value == pytest.approx(0.3)
    assert told["base_rate"].value == pytest.approx(0.15)
    assert (told["lift"].low, told["lift"].high) == pytest.approx((2.0, 2.0))
    assert told["false_alert_pct"].value == pytest.approx(70.0)
