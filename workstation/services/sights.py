"""What the engine sees beside candles, kept up to date: the market around, and what was observed."""

import asyncio
import threading
from collections.abc import Mapping

from workstation.domain.candle import CandleColumns
from workstation.domain.events import CandleUpdated, ObservationsAdded
from workstation.domain.market import timeframe_ms
from workstation.domain.observation import ObservationColumns
from workstation.domain.ports import ObservationReader
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.market_context import GrowingMarket, market_context
from workstation.engine.sight import Sight
from workstation.services.bus import Bus

MARKET_BARS = 264
"""Bars of every coin from which the market around is worked out: as far as anything adds it up, and more."""


class Sights:
    """One `Sight` for each timeframe.

    Parameters
    ----------
    bus : Bus
        Gives closes and news of observations.
    reader : ObservationReader
        What was observed; read once, and again when something new of it is in the store.
    """

    def __init__(self, bus: Bus, reader: ObservationReader) -> None:
        self._reader = reader
        self._markets: dict[str, GrowingMarket] = {}
        self._libraries: dict[str, AnalogueLibrary] = {}
        self.is_free = asyncio.Lock()
        """Held by whoever judges: libraries and banks are filled by one thread at a time."""
        self._observed: dict[tuple[str, str], ObservationColumns] = {}
        self._subjects: dict[str, frozenset[str]] = {}
        self._reading = threading.Lock()
        bus.subscribe(CandleUpdated, self._on_candle)
        bus.subscribe(ObservationsAdded, self._on_observations)

    def begin(self, timeframe: str, series: Mapping[str, CandleColumns]) -> None:
        """Work out what the market did in the past of some series, by symbol; costs a tenth of a second."""
        context = market_context(series, timeframe_ms(timeframe))
        self._market(timeframe).begin(context, series)

    def take(self, timeframe: str, symbol: str, open_time: int, close: float, volume: float) -> None:
        """Take a close of a coin that is not followed bar by bar."""
        self._market(timeframe).take(symbol, open_time, close, volume)

    def library(self, timeframe: str) -> AnalogueLibrary:
        """Return the past windows of all coins of a timeframe, from now on seen by whoever judges it."""
        if timeframe not in self._libraries:
            self._libraries[timeframe] = AnalogueLibrary(timeframe)
        return self._libraries[timeframe]

    def at(self, timeframe: str, open_time: int) -> Sight:
        """Return what is seen when a bar closes: the market up to the bar before it, and all observations."""
        before = open_time - timeframe_ms(timeframe)
        market = self._market(timeframe).context(before)
        return Sight(market, self.observations, self._libraries.get(timeframe))

    def observations(self, metric: str, subject: str) -> ObservationColumns:
        """Return every version of what was observed of a subject; none where nothing was."""
        if metric not in self._subjects:
            with self._reading:
                self._subjects[metric] = frozenset(self._reader.subjects(metric))
        if subject not in self._subjects[metric]:
            return _NOTHING
        with self._reading:  # several threads judge, one reads
            rows = self._observed.get((metric, subject))
            if rows is None:
                rows = self._observed[metric, subject] = self._reader.observations(metric, subject)
        return rows

    def _market(self, timeframe: str) -> GrowingMarket:
        if timeframe not in self._markets:
            self._markets[timeframe] = GrowingMarket(timeframe_ms(timeframe))
        return self._markets[timeframe]

    def _on_candle(self, updated: CandleUpdated) -> None:
        candle, key = updated.candle, updated.key
        if candle.closed:
            self.take(key.timeframe, key.symbol, candle.open_time, candle.close, candle.volume)

    def _on_observations(self, added: ObservationsAdded) -> None:
        for metric, subject in added.series:
            self._observed.pop((metric, subject), None)
            self._subjects.pop(metric, None)


_NOTHING = ObservationColumns.empty()
