"""Days that end at a close: what the grade reads of a coin, on bars of any length up to a day.

The grade thinks in days and speaks at every close. So a day is the 24 hours up to that close, not the
calendar's: the newest day ends with the bar just closed, the one before it 24 hours earlier. Daily bars at
midnight and hourly bars at midnight then say the same.
"""

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import timeframe_ms
from workstation.engine.features.compiled import compiled
from workstation.engine.segments import slots_of

DAY_MS = 86_400_000
N_DAYS = 31
"""Days that a grade reads: thirty, and the one before them for its close."""

OPEN, HIGH, LOW, CLOSE, VOLUME, DOLLARS = range(6)
N_ROWS = 6
"""Of a window of days: prices in quote currency, volume in base units, what was paid in quote currency."""

_DEEPEST = 0.5  # a low below half of open and close is a misprint of one trade, not a day's low


def bars_per_day(timeframe: str) -> int:
    """Return how many bars make a day.

    Raises
    ------
    UsageError
        The bars are longer than a day, or do not fill one evenly.
    """
    bar_ms = timeframe_ms(timeframe)
    if bar_ms > DAY_MS or DAY_MS % bar_ms:
        raise UsageError(f"Grades are made of bars that fill a day, such as 1h or 1d; got {timeframe!r}.")
    return DAY_MS // bar_ms


def bars_needed(timeframe: str) -> int:
    """Return how many bars up to a close its grade can read; older ones change nothing."""
    return N_DAYS * bars_per_day(timeframe)


def dense(candles: CandleColumns, timeframe: str) -> tuple[int, FloatArray]:
    """Return the candles with a row for every slot between first and last.

    Returns
    -------
    first_slot : int
        Slot of the first row, counted from 1970.
    bars : ndarray of float64, shape (n_slots, 5)
        Open, high, low, close, volume; NaN in bars that are missing.
    """
    slots = slots_of(candles, timeframe)
    if not len(slots):
        return 0, np.empty((0, 5))
    first = int(slots[0])
    bars = np.full((int(slots[-1]) - first + 1, 5), np.nan)
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    for i, column in enumerate(columns):
        bars[slots - first, i] = column
    return first, bars


def lay_newest(candles: CandleColumns, timeframe: str, close_ms: int, bars: FloatArray) -> None:
    """Lay the candles up to a close into `bars`, the one that closes then last.

    Parameters
    ----------
    bars : ndarray of float64, shape (n_slots, 5)
        Overwritten, as of `dense`.
    """
    bar_ms = timeframe_ms(timeframe)
    first_ms = close_ms - len(bars) * bar_ms
    start, stop = np.searchsorted(candles.open_time, (first_ms, close_ms)).tolist()
    rows: IntArray | slice = slice(None)
    if stop - start < len(bars):
        bars[:] = np.nan
        rows = (candles.open_time[start:stop] - first_ms) // bar_ms
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    for i, column in enumerate(columns):
        bars[rows, i] = column[start:stop]


@compiled
def fill_days(bars: FloatArray, last: int, per_day: int, days: FloatArray) -> bool:
    """Fill the days that end with row `last`, oldest first; return whether all of them are known.

    Parameters
    ----------
    bars : ndarray of float64, shape (n_slots, 5)
        As of `dense`.
    days : ndarray of float64, shape (N_ROWS, N_DAYS)
        Overwritten.

    A day is known if at least one of its bars is there, the last day if the bar just closed is.
    """
    if last - N_DAYS * per_day + 1 < 0 or not bars[last, 3] > 0.0:
        return False
    for day in range(N_DAYS):
        first = last - (N_DAYS - day) * per_day + 1
        if not _fill_day(bars, first, first + per_day, days, day):
            return False
    return True


@compiled
def _fill_day(bars: FloatArray, first: int, stop: int, days: FloatArray, day: int) -> bool:
    high, low, opened, closed, volume, paid = -np.inf, np.inf, np.nan, np.nan, 0.0, 0.0
    for i in range(first, stop):
        close = bars[i, 3]
        if not close > 0.0:
            continue
        if not opened > 0.0:
            opened = bars[i, 0]
        high = max(high, bars[i, 1])
        low = min(low, max(bars[i, 2], _DEEPEST * min(bars[i, 0], close)))
        closed = close
        volume += bars[i, 4]
        paid += close * bars[i, 4]
    if not (opened > 0.0 and low > 0.0):
        return False
    days[OPEN, day], days[HIGH, day], days[LOW, day], days[CLOSE, day] = opened, high, low, closed
    days[VOLUME, day], days[DOLLARS, day] = volume, paid
    return True


def slots_at(close_ms: IntArray, timeframe: str) -> IntArray:
    """Return the slots of the bars that close at the given instants, UTC milliseconds; shape as given."""
    return close_ms // timeframe_ms(timeframe) - 1
