"""Bars and signals of a series, from the store; a store that cannot be read is told, not raised."""

from collections.abc import Callable

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal
from workstation.ui.engine_port import Past


class StoredBars:
    """What the why panel reads of a series; nothing where there is none.

    Parameters
    ----------
    past : Past
        The store.
    complain : callable
        Told what could not be read, and why, a sentence.
    """

    def __init__(self, past: Past, complain: Callable[[str, str], object]) -> None:
        self._past, self._complain = past, complain

    def newest(self, key: SeriesKey | None) -> int | None:
        """Return the open of the newest stored bar, UTC milliseconds; None where none is stored."""
        try:
            found = self._past.candles.read_last(key, 1) if key is not None else CandleColumns.empty()
        except TidemarkError as error:
            self._complain("store", str(error))
            return None
        return int(found.open_time[-1]) if len(found) else None

    def read(self, key: SeriesKey | None, since_ms: int, until_ms: int) -> CandleColumns:
        """Return the bars that open in ``since_ms <= open time < until_ms``, oldest first."""
        try:
            return self._past.candles.read(key, since_ms, until_ms) if key else CandleColumns.empty()
        except TidemarkError as error:
            self._complain("store", str(error))
            return CandleColumns.empty()

    def signals(self, key: SeriesKey) -> list[Signal]:
        """Return the signals that were raised on it in earlier sessions and in this one."""
        try:
            return self._past.journal.signals(key)
        except TidemarkError as error:
            self._complain("journal", str(error))
            return []
