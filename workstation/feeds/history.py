"""Reads a venue's past candles, page by page."""

from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import BadCandle, VenueError
from workstation.domain.market import SeriesKey
from workstation.domain.ports import FeedListener
from workstation.feeds.line import Line
from workstation.feeds.normalize import candle_row, candle_rows, raw_bytes
from workstation.feeds.venue_clock import VenueClock

_N_EMPTY_PAGES = 3  # venues that answer by window may have a hole as long as one


class HistoryReader:
    """Asks a venue for closed candles.

    Parameters
    ----------
    line : Line
        To the venue.
    clock : VenueClock
        The venue's time; never ahead of it, so a bar it calls finished is finished.
    listener : FeedListener
        Hears of rows that cannot be candles.
    page_rows : int
        Most rows that the venue gives at once.
    """

    def __init__(self, line: Line, clock: VenueClock, listener: FeedListener, page_rows: int) -> None:
        self._line = line
        self._clock = clock
        self._listener = listener
        self._page_rows = page_rows

    async def read(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        """Return closed candles from `since_ms` on, at most `limit`, oldest first.

        The newest bar is left out while it forms: it counts as closed once its end has passed by the venue's
        clock, or when the venue itself already tells of a younger one.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        self._refuse_unknown(key)
        await self._line.measure_clock()
        found: dict[int, Candle] = {}
        n_empty, next_ms = 0, since_ms
        while len(found) < limit and n_empty < _N_EMPTY_PAGES and next_ms <= self._clock.now_ms():
            n_rows = min(self._page_rows, limit - len(found) + 1)  # one more, whose presence closes the last
            page, newest_ms = await self._page(key, next_ms, n_rows)
            fresh = [c for c in page if c.open_time >= next_ms]
            found.update((c.open_time, c) for c in fresh)
            if newest_ms >= next_ms:
                n_empty, next_ms = 0, newest_ms + key.bar_ms
            else:
                n_empty, next_ms = n_empty + 1, next_ms + n_rows * key.bar_ms
        return _columns([found[t] for t in sorted(found)[:limit]])

    def _refuse_unknown(self, key: SeriesKey) -> None:
        exchange = self._line.exchange
        if key.symbol not in (exchange.markets or {}):
            raise VenueError(f"{self._line.label} does not list {key.symbol}.")
        if key.timeframe not in exchange.timeframes:
            raise VenueError(f"{self._line.label} has no {key.timeframe} candles.")

    async def _page(self, key: SeriesKey, since_ms: int, n_rows: int) -> tuple[list[Candle], int]:
        """Return the closed candles of one page, and the open time of its newest row, sound or not, or -1."""
        fetch = self._line.exchange.fetch_ohlcv
        asked_at_ms = self._clock.now_ms()
        answer = await self._line.ask(
            f"candles of {key}", lambda: fetch(key.symbol, key.timeframe, since_ms, n_rows)
        )
        candles = self._checked(key, candle_rows(key, answer))
        if not candles:
            return [], -1
        newest = candles[-1]
        if newest.open_time + key.bar_ms > asked_at_ms:
            candles.pop()
        return candles, newest.open_time

    def _checked(self, key: SeriesKey, rows: Sequence[object]) -> list[Candle]:
        latest_ms = self._clock.latest_true_ms()
        candles = []
        for row in rows:
            try:
                candles.append(candle_row(key, row, closed=True, latest_ms=latest_ms))
            except BadCandle as error:
                self._listener.on_rejected(key, raw_bytes(row), str(error))
        candles.sort(key=lambda c: c.open_time)
        return candles


def _columns(candles: Sequence[Candle]) -> CandleColumns:
    values = np.array([(c.open, c.high, c.low, c.close, c.volume) for c in candles], np.float64).reshape(
        -1, 5
    )
    times = np.array([c.open_time for c in candles], np.int64)
    return CandleColumns.of(times, *values.T)
