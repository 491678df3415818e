"""Small markets without any edge, and recipes small enough to be learnt in a moment."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.market import timeframe_ms
from workstation.engine.evaluation.evidence import Trades
from workstation.engine.model.panel import CoinRows, Panel
from workstation.engine.model.recipe import Boosting, Recipe

START_MS = 1_609_459_200_000  # 2021-01-01
DAY_MS = 86_400_000

SMALL = Boosting(trees=4, leaves=7, least_rows=50)


def small(recipe):
    """Return the recipe with a few small trees."""
    return replace(recipe, judges=SMALL, voters=SMALL)


def walk(seed, n, timeframe="4h", start_ms=START_MS):
    """Return the candles of a coin that goes nowhere on purpose, liquid enough to be judged."""
    rng, bar_ms = np.random.default_rng(seed), timeframe_ms(timeframe)
    steps = rng.normal(0.0, 0.012, (n, 4)).cumsum(axis=1) / 2.0
    close = 100.0 * np.exp(steps[:, -1].cumsum())
    open_ = np.concatenate(([100.0], close[:-1]))
    inside = open_[:, None] * np.exp(steps[:, :3])
    every = np.column_stack((open_, inside, close))
    volume = 2e7 * rng.lognormal(0.0, 0.3, n) / close
    times = start_ms + bar_ms * np.arange(n, dtype=np.int64)
    return CandleColumns.of(times, open_, every.max(axis=1), every.min(axis=1), close, volume)


class Recorded:
    """A recording in memory."""

    def __init__(self, name, series):
        self.name, self._series = name, series

    def symbols(self):
        """Return its symbols, sorted."""
        return sorted(self._series)

    def read(self, symbol):
        """Return a coin's candles."""
        return self._series[symbol]


def market(n_coins, days, timeframe="4h"):
    """Return a recording of BTC and other coins."""
    n = days * DAY_MS // timeframe_ms(timeframe)
    names = ["BTC/USDT", *(f"C{k:02d}/USDT" for k in range(1, n_coins))]
    return Recorded("walks", {name: walk(k, n, timeframe) for k, name in enumerate(names)})


def small_panel(n_coins=2, days=400):
    """Return a panel of noise, every outcome known a day later, and the recipe that reads it."""
    recipe = small(Recipe(every=2, points=_points(), min_agree=1))
    rng, n = np.random.default_rng(5), days * 24
    times = START_MS + 3_600_000 * np.arange(n, dtype=np.int64)
    coins = tuple(
        CoinRows(
            f"C{k}/USDT",
            rng.normal(size=(n, len(recipe.points))).astype(np.float32),
            times,
            rng.integers(-1, 2, n).astype(np.int8),
            times + 25 * 3_600_000,
        )
        for k in range(n_coins)
    )
    return Panel(recipe.points, recipe.bar_ms, coins), recipe


def _points():
    """Return the first points of three families."""
    every, found = Recipe().points, {}
    for name in every:
        found.setdefault(name.partition(".")[0], name)
    return tuple(found.values())[:3]


def evidence(model_hits, vote_hits, n=400, days=200):
    """Return what signals of a model and of the plain vote came to, evenly spread over some days."""
    rng = np.random.default_rng(1)
    times = START_MS + np.linspace(0, days * DAY_MS, n).astype(np.int64)

    def trades(share):
        empty = np.zeros(n)
        side = np.where(np.arange(n) % 2, 1, -1).astype(np.int8)
        return Trades(times, side, rng.random(n) < share, empty, empty, empty, side, side)

    base = SimpleNamespace(sums={"bars": np.array([300.0]), "up": np.array([90.0]), "down": np.array([90.0])})
    return [
        SimpleNamespace(trades={"model": trades(model_hits), "family_vote": trades(vote_hits)}, base=base)
    ]
