"""Markets to try a family's kernel on, and the kernel run as a history and as a live series."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.engine.features import columns

HOUR = 3_600_000
DAY = 24 * HOUR
TAIL = 1_100
"""Rows that a live series keeps here; the engine keeps at least 1,024."""


def market(close, *, high=None, low=None, open_=None, volume=None, times=None) -> CandleColumns:
    """Return candles of an hour; what is not said is flat, with one unit traded."""
    close = np.asarray(close, np.float64)
    return CandleColumns.of(
        np.arange(len(close)) * HOUR if times is None else times,
        close if open_ is None else open_,
        close if high is None else high,
        close if low is None else low,
        close,
        np.ones(len(close)) if volume is None else volume,
    )


def walk(n: int, seed: int = 1, price: float = 100.0) -> CandleColumns:
    """Return a market that goes nowhere in particular."""
    rng = np.random.default_rng(seed)
    close = price * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
    open_ = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, 0.003, n)))
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, 0.003, n)))
    return market(close, high=high, low=low, open_=open_, volume=rng.lognormal(4, 1, n))


def zigzag(n: int) -> CandleColumns:
    """Return a market that swings 10 % up and down every 14 bars, slowly rising."""
    close = 100 + np.arange(n) * 0.01 + 10 * np.abs(np.arange(n) % 14 - 7) / 7
    return market(close, high=close + 0.5, low=close - 0.5, volume=np.arange(n) % 5 + 1.0)


def recorded(recordings: Path, symbol: str, n: int = 1_500) -> CandleColumns:
    """Return the first hours of a recording of 2024."""
    bars = pd.read_parquet(recordings / "ohlcv" / "binance-spot-2024" / f"{symbol}-1h.parquet")[:n]
    return CandleColumns.of(
        bars.ts.to_numpy().copy(),
        *(bars[name].to_numpy() for name in ("open", "high", "low", "close", "volume")),
    )


def extremes() -> dict[str, CandleColumns]:
    """Return markets that no formula expects, by what is odd about them."""
    calm = walk(900, 5)
    spike = np.where(np.arange(900) == 600, 1_000.0, 1.0)
    sleep = np.where(np.arange(900) < 300, calm.close, calm.close[299])
    absurd = np.where(np.arange(900) % 50 == 7, 1e300, 1e-9)
    return {
        "flat": market(np.full(900, 7.0)),
        "nothing trades": market(calm.close, high=calm.high, low=calm.low, volume=np.zeros(900)),
        "tiny": walk(900, 6, 1e-9),
        "huge": walk(900, 7, 1e9),
        "spike": market(
            calm.close * spike, high=calm.high * spike, low=calm.low * spike, volume=calm.volume * spike
        ),
        "falls asleep": market(sleep, volume=np.where(np.arange(900) < 300, calm.volume, 0.0)),
        "absurd": market(absurd, volume=np.full(900, 1e20)),
        "short": walk(9),
        "one": walk(1),
    }


def base_of(candles: CandleColumns) -> FloatArray:
    """Return the columns that every family reads, filled; the market around is unknown."""
    base = np.full((columns.N_COLUMNS, len(candles)), np.nan)
    base[:5] = candles.open, candles.high, candles.low, candles.close, candles.volume
    columns.fill(base, np.empty(columns.N_PARTS), 0, 0, len(candles))
    return base


def own_of(family: ModuleType, candles: CandleColumns) -> FloatArray:
    """Return every column of a family, filled in one call."""
    own = np.empty((family.N_COLUMNS, len(candles)))
    parts = np.empty(family.N_PARTS)
    family.rows(candles.open_time, base_of(candles), own, parts, 0, 0, len(candles))
    return own


def said(family: ModuleType, candles: CandleColumns) -> Mapping[str, FloatArray]:
    """Return a family's data points by their own names, unknown and infinite as NaN."""
    own = own_of(family, candles)
    told = {}
    for point, values in zip(family.CANDLE_POINTS, own, strict=False):
        values[: point.warmup] = np.nan
        told[point.name.partition(".")[2]] = np.where(np.isfinite(values), values, np.nan)
    return told


def own_bar_by_bar(family: ModuleType, candles: CandleColumns) -> FloatArray:
    """Return every column of a family, `TAIL` rows in one call, then row by row on a moving tail."""
    base, times = base_of(candles), candles.open_time
    own = np.full((family.N_COLUMNS, len(candles)), -7.0)
    parts = np.empty(family.N_PARTS)
    family.rows(times, base, own, parts, 0, 0, min(TAIL, len(candles)))
    for row in range(TAIL, len(candles)):
        kept = slice(row - TAIL + 1, row + 1)
        live = own[:, kept].copy()
        begun = row - TAIL + 1
        family.rows(times[kept].copy(), base[:, kept].copy(), live, parts, begun, TAIL - 1, TAIL)
        own[:, row] = live[:, -1]
    return own


def own_in_batches(family: ModuleType, candles: CandleColumns) -> FloatArray:
    """Return every column of a family, from the first bar on filled one or a few rows at a time."""
    base, parts, n = base_of(candles), np.empty(family.N_PARTS), len(candles)
    own = np.full((family.N_COLUMNS, n), -7.0)
    lo = 0
    for size in (1, 1, 2, 5, 13, 1, 60, 170, 1, 300, n):
        hi = min(lo + size, n)
        family.rows(candles.open_time, base, own, parts, 0, lo, hi)
        lo = hi
    return own


def same_bits(one: FloatArray, other: FloatArray) -> bool:
    """Return whether two arrays hold the same numbers to the last bit, unknown where the other is unknown."""
    both_unknown = np.isnan(one) & np.isnan(other)
    return bool(((one.view(np.int64) == other.view(np.int64)) | both_unknown).all())


def check_a_later_beginning(family: ModuleType, candles: CandleColumns, begun: int = 700) -> None:
    """Assert that a market begun `begun` bars later says the same, once warmed up."""
    early, late = said(family, candles), said(family, candles[begun:])
    for point in family.CANDLE_POINTS:
        name = point.name.partition(".")[2]
        one, other = early[name][begun + point.warmup :], late[name][point.warmup :]
        known = one[~np.isnan(one)]
        spread = float(known.std()) if len(known) else 0.0
        np.testing.assert_allclose(other, one, rtol=0, atol=1e-9 * spread, err_msg=name)
