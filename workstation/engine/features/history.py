"""Every candle data point of a whole history; `bank` runs the same code bar by bar."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features import columns
from workstation.engine.features.compiled import compiled
from workstation.engine.features.market_context import MarketContext
from workstation.engine.features.registry import CANDLE_POINTS, N_COLUMNS, POINT_COLUMNS, WARMUPS, fill_rows
from workstation.engine.segments import Segment, segments, slots_of


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Candle data points of some bars.

    Parameters
    ----------
    values : ndarray of float64, shape (n_points, n)
        In the order of `registry.CANDLE_POINTS`; NaN while a point warms up and where the market says nothing
        (no range, no volume, no swing yet). Never infinite.
    rows : ndarray of int64, shape (n,)
        Bars of the same market that stand before each.
    """

    values: FloatArray
    rows: IntArray


def compute(
    candles: CandleColumns,
    timeframe: str,
    market: MarketContext | None = None,
    since: int = 0,
    past: FloatArray | None = None,
) -> Computed:
    """Return every candle data point at every bar from row `since` on.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles of one series, oldest first; bars may be missing.
    timeframe : str
        Of the candles.
    market : MarketContext or None
        What all coins did; data points that read it are unknown without.
    since : int
        First row asked for.
    past : ndarray, shape (N_FACTS, n), or None
        What followed the most similar past windows, of `analogues`, a column a candle; data points that read
        it are unknown without.
    """
    n = len(candles) - since
    values = np.empty((len(CANDLE_POINTS), n))
    rows = np.empty(n, np.int64)
    for segment in segments(slots_of(candles, timeframe), since):
        _, out = fill_segment(candles, segment, market, past)
        first = segment.first - segment.start
        kept = slice(segment.first - since, segment.stop - since)
        read_rows(out, POINT_COLUMNS, WARMUPS, 0, first, values[:, kept])
        rows[kept] = np.arange(first, first + segment.stop - segment.first)
    return Computed(values, rows)


def fill_segment(
    candles: CandleColumns,
    segment: Segment,
    market: MarketContext | None,
    past: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the filled columns of a segment's rows: those that all read, and those of the families."""
    times = candles.open_time[segment.start : segment.stop].copy()  # writable, or it is compiled once more
    n = len(times)
    base, out = np.empty((columns.N_COLUMNS, n)), np.empty((N_COLUMNS, n))
    for i, name in enumerate(("open", "high", "low", "close", "volume")):
        base[i] = getattr(candles, name)[segment.start : segment.stop]
    base[columns.BTC_RETURN : columns.ANALOGUE_OUTCOME] = np.nan if market is None else market.at(times)
    rows = slice(segment.start, segment.stop)
    base[columns.ANALOGUE_OUTCOME : columns.N_GIVEN] = np.nan if past is None else past[:, rows]
    fill_rows(times, base, out, 0, 0, n)
    return base, out


@compiled
def read_rows(
    out: FloatArray, points: IntArray, warmups: IntArray, first_row: int, lo: int, values: FloatArray
) -> None:
    """Copy data points of rows from `lo` on into `values`, shape (n_points, n), what is not known as NaN."""
    for k in range(len(points)):
        column = out[points[k]]
        for i in range(values.shape[1]):
            value = column[lo + i]
            is_known = first_row + lo + i >= warmups[k] and abs(value) < np.inf
            values[k, i] = value if is_known else np.nan
