"""Reads the last day of markets from the store, a little at a time: of those watched, or just looked up."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.candle import Candle
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import Past

_TIMEFRAMES = ("15m", "5m", "30m", "1h", "1m", "2h", "4h")  # the first that has a day of bars is drawn
_DAY_MS = 86_400_000
_FEWEST = 5
_STEP_MS = 20  # one market at a time, so that a long list never holds up the window


class SparkReader(QObject):
    """Tells the closes of the last 24 hours of each watched market, and again when they grow.

    What is just looked up is read once, and before anything else: somebody looks at it now.
    """

    read = Signal(str, object)  # symbol, closes oldest first

    def __init__(self, bridge: Bridge, past: Past, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._past = bridge, past
        self._watched: set[str] = set()
        self._waiting: dict[str, None] = {}
        self._timeframe_of: dict[str, str] = {}
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.timeout.connect(self._read_next)
        bridge.history_grew.connect(self._on_history)
        bridge.candles_changed.connect(self._on_candles)
        bridge.venue_changed.connect(self._on_venue)

    def set_symbols(self, symbols: Sequence[str]) -> None:
        """Read these markets; those that were read before are not read again."""
        self._ask([symbol for symbol in symbols if symbol not in self._watched])
        self._watched = set(symbols)

    def look_up(self, symbols: Sequence[str]) -> None:
        """Read these markets, too; those that are watched are read anyway."""
        others = dict.fromkeys(symbol for symbol in symbols if symbol not in self._watched)
        self._waiting = others | {one: None for one in self._waiting if one not in others}
        self._ask(())

    def stop(self) -> None:
        """Read nothing more."""
        self._waiting.clear()
        self._timer.stop()

    def _ask(self, symbols: Sequence[str]) -> None:
        self._waiting.update(dict.fromkeys(symbols))
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def _on_venue(self) -> None:
        self._timeframe_of.clear()
        self._ask(sorted(self._watched))

    def _on_history(self, key: SeriesKey) -> None:
        if key.symbol in self._watched and key.timeframe in _TIMEFRAMES:
            self._timeframe_of.pop(key.symbol, None)
            self._ask([key.symbol])

    def _on_candles(self, key: SeriesKey, candles: list[Candle]) -> None:
        if self._timeframe_of.get(key.symbol) == key.timeframe and any(candle.closed for candle in candles):
            self._ask([key.symbol])

    def _read_next(self) -> None:
        venue = self._bridge.world.venue
        if not self._waiting or venue is None:
            self._timer.stop()
            return
        symbol = next(iter(self._waiting))
        del self._waiting[symbol]
        closes = self._last_day(venue.name, symbol)
        if len(closes):
            self.read.emit(symbol, closes)

    def _last_day(self, venue: str, symbol: str) -> NDArray[np.float64]:
        known = self._timeframe_of.get(symbol)
        for timeframe in (known,) if known else _TIMEFRAMES:
            try:
                bars = self._past.candles.read_last(
                    SeriesKey(venue, symbol, timeframe), _DAY_MS // timeframe_ms(timeframe)
                )
            except TidemarkError:
                break  # the chart says so; a missing sparkline is enough here
            if len(bars) >= _FEWEST:
                self._timeframe_of[symbol] = timeframe
                last_day = bars.open_time > bars.open_time[-1] - _DAY_MS
                return bars.pick(last_day).close
        return np.empty(0)
