"""The state of the whole market, from the stored closes of Bitcoin."""

import numpy as np

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
            regime, is_final = self._of(day)
            self._known = {day: regime} if is_final else {}
            return regime
        return self._known[day]

    def _of(self, day: int) -> tuple[Regime | None, bool]:
        """Return the regime after the last whole day, and whether that day is stored already."""
        named = [f"BTC/{quote}" for quote in _QUOTES]
        series = [key for key in self._reader.series() if key.symbol in named and key.bar_ms <= _DAY_MS]
        if not series:
            return None, False
        key = min(series, key=lambda one: (named.index(one.symbol), -one.bar_ms))
        candles = self._reader.read(key, (day - _DAYS) * _DAY_MS, day * _DAY_MS)
        if not len(candles):
            return None, False
        last = np.flatnonzero(np.diff(np.append(candles.open_time // _DAY_MS, day)))
        state = int(market_regimes(np.array(candles.close[last], np.float64))[-1])
        is_final = int(candles.open_time[-1]) + key.bar_ms == day * _DAY_MS
        return None if state == NOT_KNOWN else REGIMES[state], is_final
