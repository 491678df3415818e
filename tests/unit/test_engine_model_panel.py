"""Which bars are learnt from, and what is known of each; panels whose edge is known, for other tests."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.engine.evaluation.outcome import outcomes
from workstation.engine.features.history import Computed
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.examination import fit_model
from workstation.engine.model.panel import (
    NEVER_MS,
    CoinRows,
    Panel,
    coin_rows,
    columns_of,
    eligible_bars,
    learnt_rows,
    panel_of,
)
from workstation.engine.model.recipe import Boosting, Recipe, learnable_points

HOUR = 3_600_000
START = int(np.datetime64("2021-01-01", "ms").astype(np.int64))
POINTS = (
    "momentum.rsi_14",
    "momentum.adx_14",
    "volume.cmf_24",
    "volume.mfi_14",
    "levels.range_24",
    "levels.room",
)
SMALL = Boosting(trees=12, leaves=5, least_rows=40, rate=0.3, point_share=1.0, row_share=1.0, l2=1.0)
RECIPE = Recipe(points=POINTS, every=2, judges=SMALL, voters=SMALL, tail=0.1, rest=0.2, min_agree=1)


def panel(edge: float, n: int = 1500, n_coins: int = 6, seed: int = 3, every_h: int = 8) -> Panel:
    """Return coins with a bar each `every_h` hours, whose first point moves the odds by up to `edge`.

    With an edge of zero nothing says anything.
    """
    rng = np.random.default_rng(seed)
    coins = []
    for k in range(n_coins):
        values = rng.normal(0, 1, (n, len(POINTS))).astype(np.float32)
        values[rng.random(n) < 0.02, 1] = np.nan
        tilt = edge * np.tanh(values[:, 0] + values[:, 2] + values[:, 4])
        drawn = rng.random(n)
        label = np.where(drawn < 0.3 + tilt, 1, np.where(drawn > 0.7 + tilt, -1, 0)).astype(np.int8)
        open_time = START + np.arange(n) * every_h * HOUR
        known = open_time + HOUR * (2 + rng.integers(0, 24, n))
        coins.append(CoinRows(f"C{k}/USDT", values, open_time, label, known))
    return Panel(POINTS, HOUR, tuple(coins))


@cache
def small_model() -> SignalModel:
    """Return a model of a panel with an edge."""
    return fit_model(panel(0.25), RECIPE, START + 1400 * 8 * HOUR)


def thick(n: int, dollars_an_hour: float, first: int = 0) -> CandleColumns:
    """Return hours of a coin that wanders, traded for so much each."""
    close = 100 * np.exp(np.cumsum(np.random.default_rng(n).normal(0, 0.01, n)))
    open_ = np.concatenate(([100.0], close[:-1]))
    top, bottom = np.maximum(open_, close) * 1.001, np.minimum(open_, close) * 0.999
    times = START + (first + np.arange(n)) * HOUR
    return CandleColumns.of(times, open_, top, bottom, close, dollars_an_hour / close)


def measured(n: int) -> Computed:
    """Return data points that name their own column and row."""
    values = np.arange(len(CANDLE_POINTS))[:, None] + np.arange(n)[None, :] / 1e4
    return Computed(values, np.arange(n))


def test_a_thin_or_a_young_coin_is_not_judged() -> None:
    candles, rows = thick(900, 2e6 / 24 * 1.01), np.arange(900)
    assert np.flatnonzero(eligible_bars(candles, HOUR, rows)).tolist() == list(range(720, 900))
    assert not eligible_bars(thick(900, 2e6 / 24 * 0.99), HOUR, rows).any()
    assert not eligible_bars(thick(300, 1e9), HOUR, rows[:300]).any()
    assert not eligible_bars(candles, HOUR, rows - 500).any()  # a hole began a new market


def test_a_row_holds_its_bars_own_data_points_and_what_came_of_it() -> None:
    candles = thick(1000, 1e6)
    coin = coin_rows("C/USDT", candles, RECIPE, measured(1000))
    came = outcomes(candles, "1h", RECIPE.barrier_rule, RECIPE.barrier_ranges)
    assert coin.open_time.tolist() == candles.open_time[720:].tolist()
    assert np.round(coin.values[:, 1]).tolist() == [columns_of([POINTS[1]])[0]] * 280
    assert coin.label.tolist() == came.label[720:].tolist()
    assert (coin.known_ms[-24:] == NEVER_MS).all()
    done = coin.known_ms < NEVER_MS
    assert done.sum() == 256
    assert (coin.known_ms[done] > coin.open_time[done] + HOUR).all()
    assert (coin.known_ms[done] <= coin.open_time[done] + 25 * HOUR).all()
    assert set(coin.label.tolist()) == {-1, 0, 1}


def test_bars_that_come_later_change_no_row_whose_outcome_was_known() -> None:
    candles = thick(1000, 1e6)
    short = coin_rows("C/USDT", candles[:900], RECIPE, measured(900))
    long = coin_rows("C/USDT", candles, RECIPE, measured(1000))
    done = short.known_ms < NEVER_MS
    n = len(short.label)
    assert done.any()
    assert short.label[done].tolist() == long.label[:n][done].tolist()
    assert short.known_ms[done].tolist() == long.known_ms[:n][done].tolist()
    assert np.array_equal(short.values, long.values[:n])


def test_gathered_rows_are_those_of_the_coins_in_turn() -> None:
    both = panel(0.1, n=50, n_coins=3)
    rows = np.array([0, 3, 49, 50, 99, 149])
    table = np.concatenate([coin.values for coin in both.coins])
    assert np.array_equal(both.gather(rows), table[rows], equal_nan=True)
    assert both.gather(np.array([60])).shape == (1, len(POINTS))
    assert both.gather(np.empty(0, np.int64)).shape == (0, len(POINTS))
    assert both.coin[rows].tolist() == [0, 0, 0, 1, 1, 2]
    assert len(both) == 150


def test_a_panel_of_candles_is_in_the_order_of_the_names_and_leaves_out_what_is_too_thin() -> None:
    series = {"B/USDT": thick(800, 1e6), "A/USDT": thick(790, 1e6), "THIN/USDT": thick(800, 1.0)}
    found = panel_of(series, RECIPE)
    assert [coin.symbol for coin in found.coins] == ["A/USDT", "B/USDT"]
    assert [len(coin.open_time) for coin in found.coins] == [70, 80]
    assert np.isfinite(found.gather(np.arange(150))).all()


def test_one_bar_in_so_many_is_learnt_from_once_its_outcome_is_known() -> None:
    one = panel(0.1, n=40, n_coins=1, every_h=1)
    learnt = np.flatnonzero(learnt_rows(one, 6))
    assert learnt.tolist() == [0, 6, 12, 18, 24, 30, 36]


def test_data_points_that_candles_do_not_give_are_refused() -> None:
    with pytest.raises(UsageError, match=r"momentum\.moon"):
        columns_of(["momentum.rsi_14", "momentum.moon"])
    with pytest.raises(UsageError, match="data points a bar"):
        Panel(POINTS[:2], HOUR, panel(0.1, n=5, n_coins=1).coins)


def test_a_recipe_reads_what_a_coin_says_of_itself() -> None:
    points = {p.name: p for p in CANDLE_POINTS}
    assert all("market" not in points[name].inputs for name in learnable_points())
    assert "volume.dollar_volume" not in learnable_points()
    assert [f.value for f in Recipe().families] == ["momentum", "volume", "levels", "patterns", "liquidity"]


@pytest.mark.parametrize(
    "wrong", [{"points": ()}, {"tail": 0.6}, {"rest": 0.05}, {"min_agree": 9}, {"horizon": 0}, {"every": 0}]
)
def test_a_recipe_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        replace(RECIPE, **wrong)
