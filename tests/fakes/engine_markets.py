"""Markets to examine the engine on: made, with everything that is hard, and recorded."""

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from workstation.domain.candle import CandleColumns
from workstation.engine.verification.made_up import made_up_observations
from workstation.engine.verification.record import Record

HOUR = 3_600_000
EDGE = 475_136
"""Slot of an hour at which a block of bars begins: 2024-03-15 08:00."""


def made(seed: int, n: int, *, first_slot: int = EDGE - 600) -> CandleColumns:
    """Return a market with everything that is hard: holes, bars without trades, still stretches, jumps."""
    rng = np.random.default_rng(seed)
    returns = rng.standard_t(3, n) * 0.006
    returns[rng.random(n) < 0.004] *= 25
    still = int(rng.integers(0, n))
    returns[still : still + 40] = 0.0
    close = 100 * np.exp(np.cumsum(returns))
    open_ = np.concatenate(([100.0], close[:-1]))
    spread = np.abs(rng.normal(0, 0.004, (2, n)))
    spread[:, still + 1 : still + 40] = 0.0
    volume = rng.lognormal(5, 1, n)
    volume[rng.random(n) < 0.03] = 0.0
    gaps = np.where(rng.random(n) < 0.01, rng.integers(2, 12, n), 1)
    gaps[int(rng.integers(0, n))] = 200
    return CandleColumns.of(
        (first_slot + np.cumsum(gaps)) * HOUR,
        open_,
        np.maximum(open_, close) * (1 + spread[0]),
        np.minimum(open_, close) * (1 - spread[1]),
        close,
        volume,
    )


def made_market(seed: int, n: int, n_watched: int = 1, n_coins: int = 12, **where: int) -> Record:
    """Return a record of made markets, one of them Bitcoin."""
    names = ["BTC/USDT", *(f"{letter}{letter}{letter}/USDT" for letter in "ABCDEFGHIJKLM"[: n_coins - 1])]
    series = {name: made(seed * 1000 + k, n, **where) for k, name in enumerate(names)}
    return Record("made", "1h", series, tuple(names[:n_watched]))


@cache
def observed_market(seed: int, n: int) -> Record:
    """Return a short made market with observations of every metric."""
    market = made_market(seed, n, 1, 2)
    times = market.series["BTC/USDT"].open_time
    observed = made_up_observations(market.watched, int(times[0]), int(times[-1]), seed)
    return Record("observed", "1h", market.series, market.watched, observed)


def recorded(recordings: Path, folder: str, name: str) -> CandleColumns:
    """Return a recorded series of hours."""
    table = pq.read_table(recordings / "ohlcv" / folder / f"{name}-1h.parquet")
    ts, *values = (table[column].to_numpy() for column in ("ts", "open", "high", "low", "close", "volume"))
    return CandleColumns.of(ts, *values)
