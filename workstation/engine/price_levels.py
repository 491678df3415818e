"""The levels around the newest close, for drawing: the very numbers that the data points read."""

from collections.abc import Iterator

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.level import LevelKind, PriceLevel
from workstation.engine.features import columns, daily_pivots, levels_columns, volume_profile
from workstation.engine.features.columns import ATR, CLOSE, HIGH, LOW
from workstation.engine.features.levels_columns import (
    DAYS,
    LAST_HIGH,
    LAST_LOW,
    POC,
    RESISTANCE_DISTANCE,
    SUPPORT_DISTANCE,
    TOUCH_ATR,
    VALUE_HIGH,
    VALUE_LOW,
    nearest_round_number,
)
from workstation.engine.features.swings import REMEMBERED, WARMUP, newest_swings
from workstation.engine.segments import segments, slots_of

_PIVOTS = (
    (LevelKind.PIVOT, daily_pivots.PIVOT),
    (LevelKind.PIVOT_RESISTANCE, daily_pivots.RESISTANCE),
    (LevelKind.PIVOT_SUPPORT, daily_pivots.SUPPORT),
)
_VALUES = (
    (LevelKind.POINT_OF_CONTROL, POC),
    (LevelKind.VALUE_HIGH, VALUE_HIGH),
    (LevelKind.VALUE_LOW, VALUE_LOW),
)


def levels_at(candles: CandleColumns, timeframe: str) -> tuple[PriceLevel, ...]:
    """Return the levels known at the close of the newest candle, lowest first.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles of one series, oldest first; bars may be missing.
    timeframe : str
        Of the candles.

    Returns
    -------
    tuple of PriceLevel
        Empty while the market is too young for the data points to say anything, or does not move. Of swings
        that turned at the same level only the one nearest to the close is there.
    """
    filled = _filled(candles, timeframe)
    if filled is None:
        return ()
    times, base, own = filled
    return levels_of_row(times, base, own, 0, len(times) - 1)


def swing_distances(candles: CandleColumns, timeframe: str) -> tuple[float, float, float]:
    """Return how far the newest close is from the nearest swing levels, as the data points say it.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles of one series, oldest first; bars may be missing.
    timeframe : str
        Of the candles.

    Returns
    -------
    support, resistance : float
        Average true ranges; NaN where no level lies on that side, or the market is too young.
    true_range : float
        The average true range, a fraction of the newest close; NaN where the market is too young.
    """
    filled = _filled(candles, timeframe)
    if filled is None:
        return np.nan, np.nan, np.nan
    _, base, own = filled
    support, resistance = (float(own[row, -1]) for row in (SUPPORT_DISTANCE, RESISTANCE_DISTANCE))
    return support, resistance, float(base[ATR, -1] / base[CLOSE, -1])


def _filled(candles: CandleColumns, timeframe: str) -> tuple[IntArray, FloatArray, FloatArray] | None:
    """Return times and columns of the bars that the newest one is judged on; None where there are too few."""
    newest = list(segments(slots_of(candles, timeframe), len(candles) - 1)) if len(candles) else []
    if not newest or newest[0].stop - newest[0].start <= WARMUP:
        return None
    bars = candles[newest[0].start : newest[0].stop]
    n = len(bars)
    base, own = np.full((columns.N_COLUMNS, n), np.nan), np.empty((levels_columns.N_COLUMNS, n))
    times = (
        bars.open_time.copy()
    )  # writable like the rest: for a read-only one the kernel would be compiled anew
    base[: columns.VOLUME + 1] = bars.open, bars.high, bars.low, bars.close, bars.volume
    columns.fill(base, np.empty(columns.N_PARTS), 0, 0, n)
    levels_columns.rows(times, base, own, np.empty(levels_columns.N_PARTS), 0, 0, n)
    return times, base, own


def levels_of_row(
    times: IntArray, base: FloatArray, own: FloatArray, first_row: int, row: int
) -> tuple[PriceLevel, ...]:
    """Return the levels known at a row of filled columns, lowest first; see `factor_family.RowKernel`.

    Parameters
    ----------
    own : ndarray, shape (levels_columns.N_COLUMNS, n)
        Columns of the levels family.
    """
    reach = TOUCH_ATR * float(base[ATR, row])
    if not 0.0 < reach < np.inf:
        return ()
    prices, turns = _swings(base, own, first_row, row)
    close = float(base[CLOSE, row])
    found = [*_at_swings(times, prices, turns, close, reach), *_others(times, base, own, row)]
    counted = (
        PriceLevel(price, kind, int((np.abs(prices - price) <= reach).sum()), since)
        for price, kind, since in found
        if np.isfinite(price) and price > 0.0
    )
    return tuple(sorted(counted, key=lambda level: level.price))


def _swings(base: FloatArray, own: FloatArray, first_row: int, row: int) -> tuple[FloatArray, IntArray]:
    """Return prices and positions of the swings known at a row."""
    prices, turns = np.empty(2 * REMEMBERED), np.empty(2 * REMEMBERED)
    for part, price, last in (
        (slice(0, REMEMBERED), HIGH, LAST_HIGH),
        (slice(REMEMBERED, None), LOW, LAST_LOW),
    ):
        newest_swings(base[price], own[last], turns[part], prices[part], first_row, row)
    known = ~np.isnan(prices)
    return prices[known], turns[known].astype(np.int64)


def _at_swings(
    times: IntArray, prices: FloatArray, turns: IntArray, close: float, reach: float
) -> Iterator[tuple[float, LevelKind, int]]:
    """Yield the levels at which swings turned, the one nearest to the close for each."""
    for kind, side in ((LevelKind.RESISTANCE, prices > close), (LevelKind.SUPPORT, prices <= close)):
        drawn: list[float] = []
        for price in sorted(prices[side].tolist(), key=lambda one: abs(one - close)):
            if all(abs(price - other) > reach for other in drawn):
                drawn.append(price)
                yield price, kind, int(times[turns[np.abs(prices - price) <= reach].min()])


def _others(
    times: IntArray, base: FloatArray, own: FloatArray, row: int
) -> Iterator[tuple[float, LevelKind, int | None]]:
    """Yield pivots, volume profile and round number; NaN where one is not known."""
    days = times[: row + 1] // daily_pivots.DAY_MS
    day_began = int(times[np.searchsorted(days, days[row])])
    for kind, pivot in _PIVOTS:
        yield float(own[DAYS + pivot, row]), kind, day_began
    first = max(row - volume_profile.BARS + 1, 0)
    for kind, value in _VALUES:
        yield float(own[value, row]), kind, int(times[first])
    yield float(nearest_round_number(base[CLOSE, row])), LevelKind.ROUND_NUMBER, None
