"""Says why a bar was judged as it was: any bar of any series whose candles are stored."""

import asyncio
from collections.abc import Sequence

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.explanation import Explanation
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.engine.explanation import explain
from workstation.engine.features.market_context import MarketContext, market_context
from workstation.engine.segments import DEPTH
from workstation.engine.sight import Sight
from workstation.services.market_data import MarketData, columns_of
from workstation.services.sights import Sights

_MARKET_BARS = 64  # the market is read as far back as any data point adds it up


class Explanations:
    """Explains bars.

    Parameters
    ----------
    market_data : MarketData
        Series that are heard.
    reader : CandleReader
        Stored candles of all series.
    sights : Sights
        What was observed.
    """

    def __init__(self, market_data: MarketData, reader: CandleReader, sights: Sights) -> None:
        self._market_data = market_data
        self._reader = reader
        self._sights = sights

    async def explain(self, key: SeriesKey, open_time: int) -> Explanation:
        """Return what was known at the close of a bar.

        Raises
        ------
        UsageError
            There is no closed candle of that bar.
        """
        heard = self._market_data.newest(key)
        return await asyncio.to_thread(self._explain, key, open_time, [c for c in heard if c.closed])

    def _explain(self, key: SeriesKey, open_time: int, heard: Sequence[Candle]) -> Explanation:
        until = open_time + key.bar_ms
        stored = self._reader.read(key, until - DEPTH * key.bar_ms, until)
        newest = int(stored.open_time[-1]) if len(stored) else -1
        fresh = [c for c in heard if newest < c.open_time <= open_time]
        candles = CandleColumns.join(stored, columns_of(fresh))
        if not len(candles) or int(candles.open_time[-1]) != open_time:
            raise UsageError(f"There is no closed candle of {key} at that time; nothing was judged there.")
        return explain(key, candles, Sight(self._market(key, open_time), self._sights.observations))

    def _market(self, key: SeriesKey, open_time: int) -> MarketContext:
        """Return what all stored coins of the venue did lately, as far as it was known at the bar's close."""
        since = open_time - _MARKET_BARS * key.bar_ms
        keys = [k for k in self._reader.series() if (k.venue, k.timeframe) == (key.venue, key.timeframe)]
        return market_context({k.symbol: self._reader.read(k, since, open_time) for k in keys}, key.bar_ms)
