"""Is the state of the market known in its own time, and does it not flicker?"""

import numpy as np
import pytest

from tests.fakes.candle_kernels import DAY
from workstation.domain.signal import Regime
from workstation.engine.evaluation.regime import NOT_KNOWN, REGIMES, market_regimes, regimes_at

BULL, BEAR, SIDEWAYS = (REGIMES.index(r) for r in (Regime.BULL, Regime.BEAR, Regime.SIDEWAYS))


@pytest.fixture(scope="module")
def closes():
    steps = np.r_[np.full(400, 0.004), np.full(300, -0.006), np.full(300, 0.005)]
    noise = np.random.default_rng(8).normal(0, 0.01, 1000)
    return 100 * np.exp(np.cumsum(steps + noise))


def test_a_long_rise_is_a_bull_market_and_a_long_fall_a_bear_market(closes):
    told = market_regimes(closes)
    assert (told[:199] == NOT_KNOWN).all()
    assert (told[260:400] == BULL).mean() > 0.9
    assert (told[520:700] == BEAR).mean() > 0.9
    assert (told[860:] == BULL).mean() > 0.9
    assert SIDEWAYS in told[400:520]


def test_appended_bars_change_nothing(closes):
    told = market_regimes(closes)
    for cut in (205, 430, 700, 999):
        np.testing.assert_array_equal(market_regimes(closes[:cut]), told[:cut])
        spoilt = np.r_[closes[:cut], closes[cut:] * 3]
        np.testing.assert_array_equal(market_regimes(spoilt)[:cut], told[:cut])


def test_a_state_lasts_five_days_at_least():
    flat = 100 * np.exp(np.random.default_rng(9).normal(0, 0.02, 2000))
    told = market_regimes(flat)
    changes = np.flatnonzero(np.diff(told))
    assert len(changes) > 10
    assert np.diff(changes).min() >= 5


def test_hourly_closes_tell_the_same_as_daily_ones(closes):
    hourly = market_regimes(np.repeat(closes, 24), bars_per_day=24)[23::24]
    daily = market_regimes(closes)
    assert (hourly == daily)[260:].mean() > 0.97


def test_a_regime_is_known_from_its_close_on():
    known = np.array([10, 11]) * DAY
    told = regimes_at(
        np.array([10 * DAY - 1, 10 * DAY, 11 * DAY, 50 * DAY]), known, np.array([0, 1], np.int8)
    )
    assert told.tolist() == [NOT_KNOWN, 0, 1, 1]


def test_no_closes_no_regime():
    assert not len(market_regimes(np.empty(0)))
    assert (market_regimes(np.ones(10)) == NOT_KNOWN).all()
