"""Markets for patterns: recorded ones, and made ones with gaps between bars, where every pattern occurs."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from workstation.domain.candle import CandleColumns

HOUR = 3_600_000


def recorded(recordings: Path, name: str) -> CandleColumns:
    """Return a whole recording, such as ``binance-spot-2024/ETHUSDT-1h``."""
    table = pq.read_table(recordings / "ohlcv" / f"{name}.parquet")
    return CandleColumns.of(*(table[c].to_numpy() for c in ("ts", "open", "high", "low", "close", "volume")))


def made(seed: int, n: int, *, first_slot: int = 470_000, sigma: float = 0.01) -> CandleColumns:
    """Return a market whose bars gap and whose prices come in ticks."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.standard_t(4, n) * sigma))
    open_ = np.r_[100.0, close[:-1]] * np.exp(rng.normal(0, sigma / 2, n))
    open_, close = np.round(open_, 2), np.round(close, 2)
    high = np.maximum(open_, close) + np.round(np.abs(rng.normal(0, 40 * sigma, n)), 2)
    low = np.minimum(open_, close) - np.round(np.abs(rng.normal(0, 20 * sigma, n)), 2)
    low = np.minimum(np.maximum(low, 0.01), np.minimum(open_, close))
    times = (first_slot + np.arange(n)) * HOUR
    return CandleColumns.of(times, open_, high, low, close, rng.lognormal(5, 1, n))


def holed(candles: CandleColumns, seed: int) -> CandleColumns:
    """Return the market with bars missing here and there, and once for ten days."""
    rng = np.random.default_rng(seed)
    is_there = rng.random(len(candles)) > 0.004
    start = len(candles) // 3
    is_there[start : start + 240] = False
    return candles.pick(is_there)


def absurd(n: int) -> CandleColumns:
    """Return prices that jump between the least and the greatest, stand still, and trade nothing."""
    close = np.where(np.arange(n) % 50 == 7, 1e300, 1e-9)
    close[n // 2 :] = 5.0
    return CandleColumns.of(np.arange(n) * HOUR, close, close, close, close, np.where(close > 1, 0.0, 1e20))
