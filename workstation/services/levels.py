"""Finds the levels around the newest close of every series on a chart."""

import asyncio
from collections.abc import Collection

from workstation.domain.candle import CandleColumns
from workstation.domain.events import CandleUpdated, HistoryFilled, LevelsFound
from workstation.domain.level import PriceLevel
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader, TaskOwner
from workstation.engine.price_levels import levels_at
from workstation.engine.segments import DEPTH
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData


class Levels:
    """Tells support and resistance of charted series.

    Parameters
    ----------
    bus : Bus
        Gives closes, hears `LevelsFound`.
    market_data : MarketData
        The series.
    reader : CandleReader
        What stands before the newest bars.
    tasks : TaskOwner
        Owns the finding.
    """

    def __init__(self, bus: Bus, market_data: MarketData, reader: CandleReader, tasks: TaskOwner) -> None:
        self._bus = bus
        self._market_data = market_data
        self._reader = reader
        self._tasks = tasks
        self._charted: frozenset[SeriesKey] = frozenset()
        self._finding: set[SeriesKey] = set()
        self._has_begun = False
        bus.subscribe(CandleUpdated, self._on_candle)
        bus.subscribe(HistoryFilled, self._on_history)

    def begin(self) -> None:
        """Begin to find them; the arithmetic is compiled."""
        self._has_begun = True
        self._find_filled(self._charted)

    def show(self, keys: Collection[SeriesKey]) -> None:
        """Keep the levels of exactly these series on show."""
        fresh = set(keys) - self._charted
        self._charted = frozenset(keys)
        self._find_filled(fresh)

    def _find_filled(self, keys: Collection[SeriesKey]) -> None:
        for key in keys:
            if self._market_data.is_filled(key):
                self._find(key)

    def _on_candle(self, updated: CandleUpdated) -> None:
        if updated.candle.closed:
            self._find(updated.key)

    def _on_history(self, filled: HistoryFilled) -> None:
        self._find(filled.key)

    def _find(self, key: SeriesKey) -> None:
        if self._has_begun and key in self._charted and key not in self._finding:
            self._finding.add(key)
            self._tasks.start(f"find the levels of {key}", self._tell(key))

    async def _tell(self, key: SeriesKey) -> None:
        try:
            series = self._market_data.series(key)
            if series is not None:
                levels = await asyncio.to_thread(self._levels, key, series.closed())
                self._bus.publish(LevelsFound(key, levels))
        finally:
            self._finding.discard(key)

    def _levels(self, key: SeriesKey, heard: CandleColumns) -> tuple[PriceLevel, ...]:
        if not len(heard):
            return ()
        begin = int(heard.open_time[0])
        stored = self._reader.read(key, begin - DEPTH * key.bar_ms, begin)
        return levels_at(CandleColumns.join(stored, heard), key.timeframe)
