"""The candles of one coin as whole ticks and lots, loaded as the market's time moves on."""

from typing import NamedTuple

import numpy as np

from workstation.domain.candle import CandleColumns, IntArray
from workstation.domain.market import timeframe_ms
from workstation.sandbox.exact import units_of
from workstation.sandbox.source import CandleSource, Listing

_BARS_AHEAD = 512


class Bar(NamedTuple):
    """One candle in whole units: UTC milliseconds, ticks, lots."""

    open_time: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class Bars:
    """All candles of one coin in whole units, oldest first.

    Attributes
    ----------
    open_time : ndarray of int64, shape (n,)
        UTC milliseconds.
    open, high, low, close : ndarray of int64, shape (n,)
        Ticks.
    volume : ndarray of int64, shape (n,)
        Lots.

    Parameters
    ----------
    source : CandleSource
        Where they come from.
    listing : Listing
        Whose they are.
    """

    def __init__(self, source: CandleSource, listing: Listing) -> None:
        self._source = source
        self._listing = listing
        self._bar_ms = timeframe_ms(listing.base_timeframe)
        self._loaded_until = source.first_ms
        nothing = np.empty(0, np.int64)
        self.open_time: IntArray = nothing
        self.open: IntArray = nothing
        self.high: IntArray = nothing
        self.low: IntArray = nothing
        self.close: IntArray = nothing
        self.volume: IntArray = nothing

    def load_until(self, time_ms: int) -> None:
        """Have every candle that opens before `time_ms`, and some ahead of it."""
        if time_ms <= self._loaded_until:
            return
        until = time_ms + _BARS_AHEAD * self._bar_ms
        self._append(self._source.candles(self._listing.symbol, self._loaded_until, until))
        self._loaded_until = until

    def _append(self, candles: CandleColumns) -> None:
        ticks, lots = self._listing.price_decimals, self._listing.lot_decimals
        self.open_time = np.concatenate((self.open_time, candles.open_time))
        self.open = np.concatenate((self.open, units_of(candles.open, ticks)))
        self.high = np.concatenate((self.high, units_of(candles.high, ticks)))
        self.low = np.concatenate((self.low, units_of(candles.low, ticks)))
        self.close = np.concatenate((self.close, units_of(candles.close, ticks)))
        self.volume = np.concatenate((self.volume, units_of(candles.volume, lots)))

    def row_from(self, time_ms: int) -> int:
        """Return the row of the first candle that opens at `time_ms` or later."""
        self.load_until(time_ms + 1)
        return int(np.searchsorted(self.open_time, time_ms))

    def bar(self, row: int) -> Bar:
        """Return one candle."""
        return Bar(
            int(self.open_time[row]),
            int(self.open[row]),
            int(self.high[row]),
            int(self.low[row]),
            int(self.close[row]),
            int(self.volume[row]),
        )

    def __len__(self) -> int:
        return len(self.open_time)
