"""Grades know nothing of the future, of the order of the coins, nor of the size of a price."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.candle import CandleColumns
from workstation.engine.grade.grading import Standing, grades, score
from workstation.engine.grade.measures import COLUMN, MEASURES, measure, measure_close
from workstation.engine.grade.weights import GradeWeights

HOUR = 3_600_000
N = 850
AT = 800 * HOUR
"""A close at which every market has its bar."""


def market(seed):
    """Return hours of a market with jumps, bars that are missing, and bars without trades."""
    rng = np.random.default_rng(seed)
    returns = rng.standard_t(3, N) * 0.006
    close = 10.0 ** rng.uniform(-3, 4) * np.exp(np.cumsum(returns))
    opened = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opened, close) * 1.002, np.minimum(opened, close) * 0.997
    volume = rng.lognormal(13, 1, N) * (rng.random(N) > 0.03) / close
    kept = rng.random(N) > 0.02
    kept[780:830] = True
    times = np.arange(N, dtype=np.int64) * HOUR
    return CandleColumns.of(times, opened, high, low, close, volume).pick(kept)


MARKETS = [market(seed) for seed in range(14)]


def opinions(ranks):
    return ranks[..., 3:5] - ranks[..., 20:22]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 13), st.integers(760, N))
def test_a_measure_never_moves_when_the_future_changes(coin, cut):
    candles, other = MARKETS[coin], MARKETS[(coin + 1) % 14]
    at = np.arange(745, cut + 1, dtype=np.int64) * HOUR
    past = candles.pick(candles.open_time < cut * HOUR)
    changed = CandleColumns.join(past, other.pick(other.open_time >= cut * HOUR))
    whole = measure(candles, "1h", at)
    assert np.isfinite(whole[:, 0]).sum() > 5
    assert measure(past, "1h", at).tobytes() == whole.tobytes()
    assert measure(changed, "1h", at).tobytes() == whole.tobytes()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(14)))
def test_the_order_of_the_coins_changes_no_grade(order):
    measures = measure_close(MARKETS, "1h", AT)
    weights = GradeWeights((0.1, 0.1, 0.2, 0.1, 0.2, 0.3))
    stood, mixed = Standing.of(measures), Standing.of(measures[list(order)])
    told = score(stood, opinions(stood.ranks), weights)
    again = score(mixed, opinions(mixed.ranks), weights)
    assert np.isfinite(told.values).all()
    assert again.values.tobytes() == told.values[list(order)].tobytes()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 13), st.floats(1e-6, 1e6))
def test_a_coin_counted_in_thousands_is_the_same_coin(coin, factor):
    candles = MARKETS[coin]
    prices = [factor * getattr(candles, name) for name in ("open", "high", "low", "close")]
    scaled = CandleColumns.of(candles.open_time, *prices, candles.volume / factor)
    at = np.array([AT], np.int64)
    ours, theirs = measure(candles, "1h", at)[0], measure(scaled, "1h", at)[0]
    ties = [COLUMN[name] for name in ("money_flow_index_14", "directional_14")]  # equal days may round apart
    kept = np.setdiff1d(np.arange(len(MEASURES)), ties)
    np.testing.assert_allclose(theirs[kept], ours[kept], rtol=1e-4, atol=1e-5)


def test_a_history_of_grades_is_that_of_its_closes_one_by_one():
    at = AT + np.arange(20, dtype=np.int64) * HOUR
    history = np.stack([measure(candles, "1h", at) for candles in MARKETS], axis=1)
    whole = grades(history, opinions, GradeWeights.equal())
    assert np.isfinite(whole.values).all()
    for row, close in enumerate(at.tolist()):
        live = measure_close(MARKETS, "1h", close)
        assert live.tobytes() == history[row].tobytes()
        stood = Standing.of(live)
        told = score(stood, opinions(stood.ranks), GradeWeights.equal())
        assert told.values.tobytes() == whole.values[row].tobytes()
