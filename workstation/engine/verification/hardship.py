"""What real markets do and simulated ones do not: holes, quiet bars, dead stretches, late listings, jumps."""

from dataclasses import replace

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.engine.segments import LARGEST_HOLE
from workstation.engine.verification.record import Record

_LOST, _QUIET = 0.01, 0.02
_STILL_BARS = 40
_JUMP = 4.0


def hardened(record: Record, seed: int) -> Record:
    """Return a record in which every series has some of all that is hard, each another."""
    rng = np.random.default_rng(seed)
    series = {symbol: _hardened(record.series[symbol], k, rng) for k, symbol in enumerate(record.series)}
    return replace(record, series=series)


def _hardened(candles: CandleColumns, number: int, rng: np.random.Generator) -> CandleColumns:
    n = len(candles)
    candles = _jumped(_with_still_stretch(candles, int(rng.integers(n // 2, n)), rng), rng)
    kept = rng.random(n) >= _LOST
    kept[0] = True
    hole = int(rng.integers(n // 3, n))
    if number % 3 == 1:
        kept[hole : hole + LARGEST_HOLE + 6] = False
    elif number % 3 == 2:
        kept[hole : hole + LARGEST_HOLE] = False
        kept[hole - 1] = True
    elif number:
        kept[: int(rng.integers(0, n // 3))] = False  # listed later
    return candles.pick(kept)


def _with_still_stretch(candles: CandleColumns, start: int, rng: np.random.Generator) -> CandleColumns:
    """Return candles that do not move for a while, and others in which nothing trades."""
    still = slice(start, start + _STILL_BARS)
    columns = [column.copy() for column in (candles.open, candles.high, candles.low, candles.close)]
    for column in columns:
        column[still] = candles.close[start - 1]
    volume = candles.volume.copy()
    volume[still] = 0.0
    volume[rng.random(len(candles)) < _QUIET] = 0.0
    o, h, lo, c = columns
    return CandleColumns.of(candles.open_time, o, h, lo, c, volume)


def _jumped(candles: CandleColumns, rng: np.random.Generator) -> CandleColumns:
    """Return candles with one spike that is taken back within its bar, as thin books have them."""
    row = int(rng.integers(len(candles) // 2, len(candles)))
    high, low = candles.high.copy(), candles.low.copy()
    high[row] *= _JUMP
    low[row] /= _JUMP
    return CandleColumns.of(candles.open_time, candles.open, high, low, candles.close, candles.volume)
