"""Runs every compiled piece of arithmetic once, so that its machine code lies on the disk."""

import numpy as np

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.evaluation.outcome import BarrierRule, outcomes
from workstation.engine.explanation import explain
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.market_context import market_context
from workstation.engine.grade.grading import Standing
from workstation.engine.grade.measures import measure_close
from workstation.engine.price_levels import levels_at
from workstation.engine.sight import Sight

_BARS = 400
_HOUR_MS = 3_600_000
_SYMBOLS = ("BTC/USDT", "ETH/USDT")


def warm_up() -> None:
    """Judge, explain, grade and search a small made-up market, bar by bar and as a whole."""
    steps = np.arange(float(_BARS))
    close = 100.0 + np.sin(steps)
    times = steps.astype(np.int64) * _HOUR_MS
    candles = CandleColumns.of(times, close, close + 1.0, close - 1.0, close, 1.0 + steps)
    series = dict.fromkeys(_SYMBOLS, candles)
    library = AnalogueLibrary.of(series, "1h")
    sight = Sight(market_context(series, _HOUR_MS), None, library)
    keys = [SeriesKey("practice", symbol, "1h") for symbol in _SYMBOLS]
    levels_at(candles, "1h")
    outcomes(candles, "1h", BarrierRule(_HOUR_MS, 24), 1.0)
    Standing.of(measure_close([candles], "1h", int(times[-1]) + _HOUR_MS))
    explain(keys[0], candles, sight)
    bank = ConfluenceBank("1h")
    for key in keys:
        bank.load(key, candles, sight)
    for row in range(_BARS, _BARS + 24):  # each symbol is searched once in 24 bars
        bar = Candle(row * _HOUR_MS, 100.0, 101.0, 99.0, 100.0, 1.0, closed=True)
        bank.push(dict.fromkeys(keys, bar), sight)
