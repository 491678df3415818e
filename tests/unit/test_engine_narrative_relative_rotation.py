"""The relative rotation graph against pandas, and what its corners mean."""

import numpy as np
import pandas as pd
import pytest

from workstation.domain.errors import UsageError
from workstation.domain.narrative_index import IndexRules
from workstation.engine.narratives.panel import DAY_MS, MarketPanel
from workstation.engine.narratives.relative_rotation import (
    Benchmark,
    Quadrant,
    benchmark_values,
    each_day,
    quadrant,
    relative_rotation,
)

TIMES = np.arange(90, dtype=np.int64) * DAY_MS


@pytest.fixture(scope="module")
def walk():
    rng = np.random.default_rng(11)
    values = 1000 * np.exp(rng.normal(0, 0.03, (90, 3)).cumsum(axis=0))
    return values, 100 * np.exp(rng.normal(0, 0.02, 90).cumsum())


def scores(frame, n):
    return 100 + (frame - frame.rolling(n).mean()) / frame.rolling(n).std(ddof=0)


def test_pandas_says_the_same(walk):
    values, benchmark = walk
    graph = relative_rotation(TIMES, ("a", "b", "c"), values, benchmark, 14)
    ratio = scores(100 * pd.DataFrame(values).div(benchmark, axis=0), 14)
    momentum = scores(100 * ratio.pct_change(fill_method=None), 14)
    np.testing.assert_allclose(graph.ratio, ratio, rtol=1e-9)
    np.testing.assert_allclose(graph.momentum, momentum, rtol=1e-9)


def test_the_future_changes_nothing(walk):
    values, benchmark = walk
    whole = relative_rotation(TIMES, ("a", "b", "c"), values, benchmark)
    part = relative_rotation(TIMES[:60], ("a", "b", "c"), values[:60], benchmark[:60])
    np.testing.assert_array_equal(whole.momentum[:60], part.momentum)


def test_what_moves_like_its_benchmark_stands_in_the_middle(walk):
    _, benchmark = walk
    graph = relative_rotation(TIMES, ("same",), 7 * benchmark[:, None], benchmark)
    assert (graph.ratio[13:] == 100).all()
    assert (graph.momentum[27:] == 100).all()


def test_an_index_that_is_not_there_yet_is_nowhere(walk):
    values, benchmark = walk
    values = values.copy()
    values[:40, 1] = np.nan
    graph = relative_rotation(TIMES, ("a", "b", "c"), values, benchmark)
    assert np.isnan(graph.ratio[:53, 1]).all()
    assert graph.quadrants(52)[1] is None
    assert graph.quadrants(89)[1] is not None


def test_a_series_shorter_than_the_mean_has_no_point(walk):
    values, benchmark = walk
    assert np.isnan(relative_rotation(TIMES[:5], ("a", "b", "c"), values[:5], benchmark[:5]).ratio).all()
    with pytest.raises(UsageError, match="2 steps or more"):
        relative_rotation(TIMES, ("a", "b", "c"), values, benchmark, 1)


@pytest.mark.parametrize(
    ("ratio", "momentum", "where"),
    [
        (101, 101, Quadrant.LEADING),
        (101, 99, Quadrant.WEAKENING),
        (99, 99, Quadrant.LAGGING),
        (99, 101, Quadrant.IMPROVING),
        (100, 100, Quadrant.LEADING),
        (float("nan"), 100, None),
    ],
)
def test_quadrants_have_their_names(ratio, momentum, where):
    assert quadrant(ratio, momentum) is where


def test_a_tail_is_a_slice(walk):
    values, benchmark = walk
    graph = relative_rotation(TIMES, ("a", "b", "c"), values, benchmark)
    ratio, momentum = graph.tails(80, 5)
    assert np.shares_memory(ratio, graph.ratio)
    np.testing.assert_array_equal(momentum, graph.momentum[76:81])
    assert len(graph.tails(2, 5)[0]) == 3


def panel_with_a_hole():
    close = np.array([[2.0, 1.0], [4.0, np.nan], [3.0, 1.5]])
    times = (np.arange(3, dtype=np.int64) + 5) * DAY_MS
    usd = np.full(close.shape, 1e7)
    return MarketPanel(times, ("BTC", "ETH"), close, close, usd, usd, DAY_MS)


def test_a_coin_as_benchmark_keeps_its_last_close():
    assert benchmark_values(panel_with_a_hole(), Benchmark.ETH, IndexRules()).tolist() == [1.0, 1.0, 1.5]
    with pytest.raises(UsageError, match="SOL is not among the coins"):
        benchmark_values(panel_with_a_hole(), Benchmark.SOL, IndexRules())


def test_equal_weight_is_the_index_of_every_coin():
    rules = IndexRules(most_weight=1, least_daily_usd=0, least_days=1, rebalance_days=1, cost_pct=0)
    values = benchmark_values(panel_with_a_hole(), Benchmark.EQUAL_WEIGHT, rules)
    np.testing.assert_allclose(values, [np.nan, 1000, 750])  # only BTC trades at the second open


def test_days_and_weeks_end_at_midnight():
    hours = np.arange(24 * 15, dtype=np.int64) * DAY_MS // 24
    assert (hours[each_day(hours)] % DAY_MS == 0).all()
    assert len(each_day(hours)) == 15
    assert (hours[each_day(hours, 7)] // DAY_MS).tolist() == [4, 11]  # Mondays
