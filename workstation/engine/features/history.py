"""Every candle data point of a whole history; `bank` runs the same code bar by bar."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features import columns
from workstation.engine.features.compiled import compiled
from workstation.engine.features.market_context import MarketContext
from workstation.engine.features.registry import (
    CANDLE_POINTS,
    N_COLUMNS,
    N_PARTS,
    POINT_COLUMNS,
    WARMUPS,
    fill_rows,
)
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


class Room:
    """Memory for the columns of a segment, used again and again by one thread.

    Fresh memory costs half as much as the arithmetic that is done in it.
    """

    def __init__(self) -> None:
        self._memory = np.empty(0)
        self._values = np.empty(0)

    def take_values(self, n: int) -> FloatArray:
        """Return room for the data points of `n` bars; those of the call before are gone."""
        wanted = len(CANDLE_POINTS) * n
        if len(self._values) < wanted:
            self._values = np.empty(wanted)
        return self._values[:wanted].reshape(len(CANDLE_POINTS), n)

    def take(self, n: int) -> tuple[FloatArray, FloatArray]:
        """Return columns for `n` rows, those that all read and those of the families; older ones are gone."""
        wanted = (columns.N_COLUMNS + N_COLUMNS) * n
        if len(self._memory) < wanted:
            self._memory = np.empty(wanted)
        cut = columns.N_COLUMNS * n
        base, out = self._memory[:cut], self._memory[cut:wanted]
        return base.reshape(columns.N_COLUMNS, n), out.reshape(N_COLUMNS, n)


def compute(
    candles: CandleColumns,
    timeframe: str,
    market: MarketContext | None = None,
    since: int = 0,
    past: FloatArray | None = None,
    room: Room | None = None,
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
    room : Room or None
        Where to work: whoever computes much gives the same each time, and is done with the values of the call
        before.
    """
    room = room or Room()
    n = len(candles) - since
    values = room.take_values(n)
    rows = np.empty(n, np.int64)
    for segment in segments(slots_of(candles, timeframe), since):
        _, out, _ = fill_segment(candles, segment, market, past, room)
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
    room: Room | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the filled columns of a segment's rows: those that all read, and those of the families.

    With them comes what the windows remember after the last row.
    """
    times = candles.open_time[segment.start : segment.stop].copy()  # writable, or it is compiled once more
    n = len(times)
    base, out = (room or Room()).take(n)
    parts = np.empty(N_PARTS)
    for i, name in enumerate(("open", "high", "low", "close", "volume")):
        base[i] = getattr(candles, name)[segment.start : segment.stop]
    base[columns.BTC_RETURN : columns.ANALOGUE_OUTCOME] = np.nan if market is None else market.at(times)
    rows = slice(segment.start, segment.stop)
    base[columns.ANALOGUE_OUTCOME : columns.N_GIVEN] = np.nan if past is None else past[:, rows]
    fill_rows(times, base, out, parts, 0, 0, n)
    return base, out, parts


@compiled
def read_rows(
    out: FloatArray, points: IntArray, warmups: IntArray, first_row: int, lo: int, values: FloatArray
) -> None:
    """Copy data points of rows from `lo` on into `values`, shape (n_points, n), what is not known as NaN."""
    n = values.shape[1]
    for k in range(len(points)):
        column, row = out[points[k]], values[k]
        first = min(max(0, warmups[k] - first_row - lo), n)
        for i in range(first):
            row[i] = np.nan
        for i in range(first, n):
            value = column[lo + i]
            row[i] = value if abs(value) < np.inf else np.nan
