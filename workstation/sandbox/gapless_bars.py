"""The candles of a coin that never stood still, loaded a stretch at a time: two thousand coins fit."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias, overload

import numpy as np

from workstation.domain.candle import IntArray
from workstation.domain.market import timeframe_ms
from workstation.sandbox.bars import Bar, Bars
from workstation.sandbox.exact import units_of
from workstation.sandbox.source import CandleSource, Listing

_BLOCK = 720  # rows loaded together
_BLOCKS_KEPT = 3  # a page of a thousand rows lies in three at most


class Column:
    """One column of a coin's candles, all rows of which can be had though few are at hand.

    Parameters
    ----------
    row : callable
        Returns one row.
    rows : callable
        Returns the rows from a first to a last one (not included).
    """

    def __init__(self, row: Callable[[int], np.int64], rows: Callable[[int, int], IntArray]) -> None:
        self._row = row
        self._rows = rows

    @overload
    def __getitem__(self, place: int) -> np.int64: ...
    @overload
    def __getitem__(self, place: slice) -> IntArray: ...
    def __getitem__(self, place: int | slice) -> np.int64 | IntArray:
        if isinstance(place, slice):
            return self._rows(place.start, place.stop)
        return self._row(place)


class GaplessBars:
    """All candles of one coin in whole units, oldest first; row n opens n bars after the market's first.

    The same attributes as `workstation.sandbox.bars.Bars`, of which the newest used blocks are kept.

    Parameters
    ----------
    source : CandleSource
        Where they come from.
    listing : Listing
        Whose they are; gapless.
    """

    def __init__(self, source: CandleSource, listing: Listing) -> None:
        self._source = source
        self._listing = listing
        self._first_ms = source.first_ms
        self._bar_ms = timeframe_ms(listing.base_timeframe)
        self._n_rows = (source.last_ms - source.first_ms) // self._bar_ms
        self._blocks: OrderedDict[int, IntArray] = OrderedDict()
        self.open_time = Column(lambda row: np.int64(self._first_ms + row * self._bar_ms), self._opens)
        self.open, self.high, self.low, self.close, self.volume = (self._column(n) for n in range(5))

    def _opens(self, first: int, last: int) -> IntArray:
        return self._first_ms + np.arange(first, last, dtype=np.int64) * self._bar_ms

    def _column(self, n: int) -> Column:
        def row(place: int) -> np.int64:
            found: np.int64 = self._block(place // _BLOCK)[n, place % _BLOCK]
            return found

        def rows(first: int, last: int) -> IntArray:
            inside = [
                self._block(block)[n, max(0, first - block * _BLOCK) : last - block * _BLOCK]
                for block in range(first // _BLOCK, (last - 1) // _BLOCK + 1)
            ]
            return inside[0] if len(inside) == 1 else np.concatenate(inside or [np.empty(0, np.int64)])

        return Column(row, rows)

    def _block(self, number: int) -> IntArray:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._loaded(number)
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return block

    def _loaded(self, number: int) -> IntArray:
        since = self._first_ms + number * _BLOCK * self._bar_ms
        candles = self._source.candles(self._listing.symbol, since, since + _BLOCK * self._bar_ms)
        prices = np.stack((candles.open, candles.high, candles.low, candles.close))
        ticks = units_of(prices, self._listing.price_decimals)
        return np.vstack((ticks, units_of(candles.volume, self._listing.lot_decimals)))

    def load_until(self, time_ms: int) -> None:
        """Need nothing: a row is loaded when it is asked for."""

    def row_from(self, time_ms: int) -> int:
        """Return the row of the first candle that opens at `time_ms` or later."""
        return min(max(0, -((self._first_ms - time_ms) // self._bar_ms)), self._n_rows)

    def bar(self, row: int) -> Bar:
        """Return one candle."""
        figures = self._block(row // _BLOCK)[:, row % _BLOCK].tolist()
        return Bar(self._first_ms + row * self._bar_ms, *figures)

    def __len__(self) -> int:
        return self._n_rows


AnyBars: TypeAlias = Bars | GaplessBars
"""Candles of one coin, whichever way they are kept."""


def bars_of(source: CandleSource, listing: Listing) -> AnyBars:
    """Return a coin's candles, kept as its listing allows."""
    return GaplessBars(source, listing) if listing.is_gapless else Bars(source, listing)
