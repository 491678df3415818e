"""Runs every compiled piece of arithmetic once, so that its machine code lies on the disk."""

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.engine.features import columns
from workstation.engine.features.bank import FeatureBank
from workstation.engine.features.history import compute

_BARS = 40
_HOUR_MS = 3_600_000


def warm_up() -> None:
    """Compute every candle data point of a small made-up history, and of one more bar."""
    steps = np.arange(float(_BARS))
    close = 100.0 + np.sin(steps)
    times = steps.astype(np.int64) * _HOUR_MS
    candles = CandleColumns.of(times, close, close + 1.0, close - 1.0, close, 1.0 + steps)
    compute(candles, "1h")
    bank = FeatureBank("1h")
    bank.load(bank.add(), candles)
    given = np.full((1, columns.N_GIVEN), 100.0)
    bank.push(np.zeros(1, np.int64), times[-1:] + _HOUR_MS, given)
