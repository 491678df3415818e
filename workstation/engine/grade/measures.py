"""What is measured of each coin at a close: some sixty numbers of its last thirty days.

Nothing here is on the coin's own scale of price: multiply its prices and divide its volumes by the same, and
every measure stays. None looks at the market around: a model that is told about the market learns when, not
which coin. Each value is computed from its own days alone, so that a close computed live and the same close
in a history are the same to the last bit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features.compiled import compiled
from workstation.engine.grade import money_measures, price_measures
from workstation.engine.grade.rolling_days import (
    N_DAYS,
    N_ROWS,
    bars_needed,
    bars_per_day,
    dense,
    fill_days,
    lay_newest,
    slots_at,
)

MEASURES: tuple[str, ...] = (*price_measures.NAMES, *money_measures.NAMES)
"""Every measure by name, in the order of the columns."""

N_MEASURES = len(MEASURES)
COLUMN: Mapping[str, int] = {name: i for i, name in enumerate(MEASURES)}
"""Column of each measure by its name."""

MeasureArray = NDArray[np.float32]
"""Single precision is more than ranks need, and a history of many coins is large."""

_N_PRICE = price_measures.N_NAMES


def measure(candles: CandleColumns, timeframe: str, close_ms: IntArray) -> MeasureArray:
    """Return every measure of a coin at some closes.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles, oldest first; bars may be missing.
    close_ms : ndarray of int64, shape (n,)
        Closes of bars, UTC milliseconds; nothing after each is read.

    Returns
    -------
    ndarray of float32, shape (n, N_MEASURES)
        NaN at closes without a bar, before 31 days of history, and behind a day of which nothing is known.
    """
    first_slot, bars = dense(candles, timeframe)
    out = np.empty((len(close_ms), N_MEASURES), np.float32)
    fill_measures(bars, slots_at(close_ms, timeframe) - first_slot, bars_per_day(timeframe), out)
    return out


def measure_close(coins: Sequence[CandleColumns], timeframe: str, close_ms: int) -> MeasureArray:
    """Return every measure of many coins at one close, shape (n_coins, N_MEASURES); else as `measure`."""
    n_bars, per_day = bars_needed(timeframe), bars_per_day(timeframe)
    bars, last = np.empty((n_bars, 5)), np.array([n_bars - 1], np.int64)
    out = np.empty((len(coins), N_MEASURES), np.float32)
    for row, candles in enumerate(coins):
        lay_newest(candles, timeframe, close_ms, bars)
        fill_measures(bars, last, per_day, out[row : row + 1])
    return out


@compiled
def fill_measures(bars: FloatArray, rows: IntArray, per_day: int, out: MeasureArray) -> None:
    """Fill the measures at some rows of a coin's bars, as of `rolling_days.dense`; NaN where not known."""
    days, values = np.empty((N_ROWS, N_DAYS)), np.empty(N_MEASURES)
    for k in range(len(rows)):
        known = 0 <= rows[k] < len(bars) and fill_days(bars, rows[k], per_day, days)
        if not known:
            out[k] = np.nan
            continue
        price_measures.fill(days, values[:_N_PRICE])
        money_measures.fill(days, values[_N_PRICE:])
        out[k] = values
