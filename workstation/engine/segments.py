"""Which bars a judgement reads: always the same ones, however much history is stored.

Time is cut into blocks of 65,536 bars counted from 1970. A bar is judged on the bars from 3,072 before the
start of its block up to itself. So live and afterwards, behind a history that begins here or there, the
same numbers go through the same operations in the same order, and come out the same to the last bit. A hole
of more than 24 bars begins a new market: nothing reads across it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, IntArray
from workstation.domain.market import slot_of, timeframe_ms

BLOCK = 65_536
LEAD = 3_072
DEPTH = LEAD + BLOCK
"""Most bars that one judgement reads."""

LARGEST_HOLE = 24
"""Missing bars in a row that a judgement still reads across."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of rows computed together, of which only the last ones are kept.

    Parameters
    ----------
    start, stop : int
        Rows to read, ``start <= row < stop``.
    first : int
        First row whose values are kept, ``start <= first < stop``.
    """

    start: int
    stop: int
    first: int


def slots_of(candles: CandleColumns, timeframe: str) -> IntArray:
    """Return the number of each bar counted from 1970, shape (n,); `slot_of` for a whole column."""
    if not len(candles):
        return candles.open_time
    first = int(candles.open_time[0])
    return slot_of(first, timeframe) + (candles.open_time - first) // timeframe_ms(timeframe)


def first_needed_slot(slot: int) -> int:
    """Return the first slot that a judgement of the bar in `slot` may read."""
    return slot // BLOCK * BLOCK - LEAD


def segments(slots: IntArray, since: int = 0) -> Iterator[Segment]:
    """Yield the segments that together keep every row from `since` on exactly once, in order.

    Parameters
    ----------
    slots : ndarray of int64, shape (n,)
        Strictly rising, see `slots_of`.
    since : int
        First row that is asked for.
    """
    if since >= len(slots):
        return
    after_hole = np.flatnonzero(np.diff(slots) > LARGEST_HOLE + 1) + 1
    block_starts = np.flatnonzero(np.diff(slots // BLOCK)) + 1
    markets = np.concatenate((np.zeros(1, np.int64), after_hole))
    cuts = np.union1d(after_hole, block_starts)
    firsts = [since, *cuts[cuts > since].tolist()]
    for first, stop in zip(firsts, [*firsts[1:], len(slots)], strict=True):
        oldest = int(np.searchsorted(slots, first_needed_slot(int(slots[first]))))
        market = int(markets[np.searchsorted(markets, first, side="right") - 1])
        yield Segment(max(oldest, market), stop, first)


def newest_segment(slots: IntArray, slot: int) -> Segment:
    """Return the rows that a judgement of the bar in `slot` reads, which is not yet among them.

    Parameters
    ----------
    slots : ndarray of int64, shape (n,)
        Strictly rising, all below `slot`.
    """
    breaks = np.flatnonzero(np.diff(slots, append=slot) > LARGEST_HOLE + 1)
    market = int(breaks[-1]) + 1 if len(breaks) else 0
    oldest = int(np.searchsorted(slots, first_needed_slot(slot)))
    start = max(oldest, market)
    return Segment(start, len(slots), start)
