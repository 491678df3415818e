"""Observations of every metric, made up from a seed: as irregular, late, revised and lost as real ones."""

from collections.abc import Callable, Mapping
from zlib import crc32

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.metric import METRICS, Metric
from workstation.domain.observation import ObservationColumns
from workstation.engine.sight import subject_of
from workstation.engine.verification.record import Observed

_DAY_MS = 86_400_000
_LOOKBACK_MS = {True: 400 * _DAY_MS, False: 36 * _DAY_MS}  # of daily metrics, and of faster ones
_LOST, _REVISED = 0.03, 0.05

_Values = Callable[[np.random.Generator, int], FloatArray]


def made_up_observations(symbols: tuple[str, ...], begin_ms: int, end_ms: int, seed: int) -> Observed:
    """Return observations of every metric for some symbols.

    Parameters
    ----------
    begin_ms, end_ms : int
        Of the bars that will be judged on them, UTC milliseconds; they begin long enough before.
    seed : int
        Decides everything.

    Returns
    -------
    mapping of (str, str) to ObservationColumns
        By metric and subject. What is told together comes, is lost and is revised together, and adds up:
        large buys are no more than all buys, coins on exchanges no more than all coins.
    """
    found: dict[tuple[str, str], ObservationColumns] = {}
    for symbol in symbols:
        for metrics in _told_together():
            subject = subject_of(metrics[0].name, symbol)
            key = f"{seed} {metrics[0].name} {subject}"
            rng = np.random.default_rng(crc32(key.encode()))
            event, available = _when(metrics[0], begin_ms, end_ms, rng)
            values = _values([metric.name for metric in metrics], rng, len(event))
            order = np.argsort(available, kind="stable")
            for name, column in values.items():
                found[name, subject] = ObservationColumns(event[order], available[order], column[order])
    return found


def _told_together() -> list[list[Metric]]:
    groups: dict[tuple[str, int, str], list[Metric]] = {}
    for metric in METRICS.values():
        what = "all" if ".market_" not in metric.name else "market"
        place = (metric.name.partition(".")[0] + metric.subject + what, metric.every_ms, metric.subject)
        groups.setdefault(place, []).append(metric)
    return list(groups.values())


def _when(metric: Metric, begin_ms: int, end_ms: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return when events ended and when each was told, some of them twice; UTC milliseconds."""
    every = metric.every_ms
    first = (begin_ms - _LOOKBACK_MS[every >= _DAY_MS]) // every
    event = np.arange(first, end_ms // every + 1, dtype=np.int64) * every
    event = event[rng.random(len(event)) >= _LOST]
    if len(event) > 40:  # once the source is silent for so long that all of it grows stale
        silent = int(rng.integers(begin_ms, end_ms))
        event = event[(event < silent) | (event > silent + 2 * metric.stale_after_ms)]
    again = event[rng.random(len(event)) < _REVISED]
    lag = rng.exponential(every / 3, len(event)).astype(np.int64) + 1
    lag_again = every + rng.exponential(every, len(again)).astype(np.int64)
    return np.concatenate((event, again)), np.concatenate((event + lag, again + lag_again))


def _walk(rng: np.random.Generator, n: int, around: float, step: float = 0.05) -> FloatArray:
    pull = np.cumsum(rng.normal(0, step, n))
    walk: FloatArray = around * np.exp(pull - 0.9 * _slow(pull))
    return walk


def _slow(values: FloatArray) -> FloatArray:
    n = np.minimum(np.arange(1, len(values) + 1), 50)
    total = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(values) + 1)
    return (total[ends] - total[ends - n]) / n


def _bursts(rng: np.random.Generator, n: int, around: float) -> FloatArray:
    """Return amounts of which most are none."""
    return np.where(rng.random(n) < 0.6, 0.0, rng.lognormal(np.log(around), 1.5, n))


_PARTS: Mapping[str, tuple[str, float]] = {
    "whales.buy_usd": ("whales.trade_usd", 1.0),
    "whales.large_buy_usd": ("whales.buy_usd", 0.4),
    "onchain.exchange_supply": ("onchain.supply", 0.3),
    "liquidity.bid_depth_50bp_usd": ("liquidity.bid_depth_200bp_usd", 1.0),
    "liquidity.bid_depth_10bp_usd": ("liquidity.bid_depth_50bp_usd", 1.0),
    "liquidity.ask_depth_50bp_usd": ("liquidity.ask_depth_200bp_usd", 1.0),
    "liquidity.ask_depth_10bp_usd": ("liquidity.ask_depth_50bp_usd", 1.0),
}
"""Metrics that are a part of another, and how much of it they are at most."""

_MADE: Mapping[str, _Values] = {
    "fraction per 8 h": lambda rng, n: rng.normal(1e-4, 2e-4, n),
    "0..100": lambda rng, n: np.clip(50.0 + np.cumsum(rng.normal(0, 4, n)), 0, 100).round(),
    "headlines": lambda rng, n: rng.poisson(1.2, n).astype(np.float64),
    "transfers": lambda rng, n: rng.poisson(0.7, n).astype(np.float64),
    "seconds": lambda rng, n: rng.lognormal(1, 1, n),
    "basis points": lambda rng, n: rng.lognormal(1, 0.5, n),
    "ratio": lambda rng, n: _walk(rng, n, 1.8, 0.02),
}
"""How values are made, by unit; others walk around a million."""


def _values(names: list[str], rng: np.random.Generator, n: int) -> dict[str, FloatArray]:
    values: dict[str, FloatArray] = {}
    for name in names:
        unit = METRICS[name].unit
        if "liquidations" in name or "exchange_usd" in name:
            values[name] = _bursts(rng, n, 1e5)
        elif unit in _MADE:
            values[name] = _MADE[unit](rng, n)
        else:
            values[name] = _walk(rng, n, 1e6)
    for name in sorted(_PARTS, key=lambda one: -_depth(one)[0]):
        whole, most = _PARTS[name]
        if name in values and whole in values:
            values[name] = values[whole] * rng.uniform(0, most, n)
    if "whales.large_sell_usd" in values:
        sold = values["whales.trade_usd"] - values["whales.buy_usd"]
        values["whales.large_sell_usd"] = sold * rng.uniform(0, 0.4, n)
    for name in names:
        if name.endswith("news_score"):
            count = values[name.replace("score", "count")]
            values[name] = count * rng.uniform(-1, 1, n)
    return values


def _depth(name: str) -> tuple[int, str]:
    """Return how near a part is to the whole that it is of: wholes come first."""
    whole = _PARTS[name][0]
    return (_depth(whole)[0] - 1 if whole in _PARTS else 0, name)
