"""The state of the whole market, from the stored closes of Bitcoin."""

import numpy as np

from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.domain.signal import Regime
from workstation.engine.evaluation.regime import NOT_KNOWN, REGIMES, market_regimes

_DAY_MS = 86_400_000
_DAYS = 600  # 200 for the longest mean, and enough that the state before has settled
_QUOTES = ("USDT", "USD", "USDC", "EUR")


class Regimes:
    """Tells bull, bear and sideways at any time, from closed days only.

    Parameters
    ----------
    reader : CandleReader
        Stored candles.
    """

    def __init__(self, reader: CandleReader) -> None:
        self._reader = reader
        self._known: dict[int, Regime | None] = {}

    def at(self, time_ms: int) -> Regime | None:
        """Return the newest regime known at a time, UTC milliseconds; None while Bitcoin's past is short."""
        day = time_ms // _DAY_MS
        if day not in self._known:
            self._known = {day: self._of(day)}
        return self._known[day]

    def _of(self, day: int) -> Regime | None:
        """Return the regime after the last whole day."""
        named = [f"BTC/{quote}" for quote in _QUOTES]
        series = [key for key in self._reader.series() if key.symbol in named and key.bar_ms <= _DAY_MS]
        if not series:
            return None
        key = min(series, key=lambda one: (named.index(one.symbol), -one.bar_ms))
        closes = self._daily_closes(key, day)
        state = int(market_regimes(closes)[-1]) if len(closes) else NOT_KNOWN
        return None if state == NOT_KNOWN else REGIMES[state]

    def _daily_closes(self, key: SeriesKey, day: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        candles = self._reader.read(key, (day - _DAYS) * _DAY_MS, day * _DAY_MS)
        days = candles.open_time // _DAY_MS
        last = np.flatnonzero(np.diff(np.append(days, day)))
        return np.array(candles.close[last], np.float64)
