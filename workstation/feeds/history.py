"""Reads a venue's past candles, page by page."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import VenueError
from workstation.domain.market import SeriesKey
from workstation.domain.ports import FeedListener
from workstation.feeds.line import Line
from workstation.feeds.normalize import candle_rows, closed_candles, raw_bytes
from workstation.feeds.raw_rows import read_raw

_SURE_AFTER_S = 2.0  # of ours; a venue's servers differ, and the practice market's time moves in steps
_N_EMPTY_PAGES = 3  # venues that answer by window may have a hole as long as one

Turn: TypeAlias = Callable[[], Awaitable[None]]


async def _at_once() -> None:
    """Wait for nobody."""


class HistoryReader:
    """Asks a venue for closed candles.

    Parameters
    ----------
    line : Line
        To the venue.
    listener : FeedListener
        Hears of rows that cannot be candles.
    page_rows : int
        Most rows that the venue gives at once.
    """

    def __init__(self, line: Line, listener: FeedListener, page_rows: int) -> None:
        self._line = line
        self._clock = line.clock
        self._listener = listener
        self._page_rows = page_rows
        self._sure_after_ms = int(_SURE_AFTER_S * 1000 * line.clock.speed)

    async def read(self, key: SeriesKey, since_ms: int, limit: int, turn: Turn = _at_once) -> CandleColumns:
        """Return closed candles from `since_ms` on, at most `limit`, oldest first.

        The newest bar is left out while it may still form: it counts as closed when the venue tells of a
        younger one, or when its end passed two seconds ago by the venue's clock. Our copy of that clock may
        be behind by a slow answer's way back: a bar is asked for as soon as it can be there.

        Parameters
        ----------
        turn : callable
            Awaited before every request.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        self._refuse_unknown(key)
        await self._line.measure_clock()
        pages: list[CandleColumns] = []
        n_found, n_empty, next_ms, is_edge = 0, 0, since_ms, False
        while n_found < limit and n_empty < _N_EMPTY_PAGES and next_ms <= self._clock.latest_true_ms():
            n_rows = min(self._page_rows, limit - n_found + 1)  # one more, whose presence closes the last
            asked_at_ms = self._clock.now_ms()
            page = await self._page(key, next_ms, n_rows, turn)
            page = page[int(np.searchsorted(page.open_time, next_ms)) :]
            if not len(page):
                n_empty, next_ms = n_empty + 1, next_ms + n_rows * key.bar_ms
                continue
            newest_ms = int(page.open_time[-1])
            ended_for_ms = asked_at_ms - (newest_ms + key.bar_ms)
            n_empty, next_ms = 0, newest_ms + key.bar_ms
            if ended_for_ms < self._sure_after_ms:
                page = page[:-1]
                is_edge = ended_for_ms < 0 or not len(page)
                next_ms = newest_ms  # once more, perhaps with a younger one beside it
            pages.append(page)
            n_found += len(page)
            if is_edge:
                break
        return CandleColumns.join(*pages)[:limit] if pages else CandleColumns.empty()

    def _refuse_unknown(self, key: SeriesKey) -> None:
        exchange = self._line.exchange
        if key.symbol not in (exchange.markets or {}):
            raise VenueError(f"{self._line.label} does not list {key.symbol}.")
        if key.timeframe not in exchange.timeframes:
            raise VenueError(f"{self._line.label} has no {key.timeframe} candles.")

    async def _page(self, key: SeriesKey, since_ms: int, n_rows: int, turn: Turn) -> CandleColumns:
        exchange = self._line.exchange

        async def fetch() -> object:
            await turn()
            answer = await exchange.fetch_ohlcv(key.symbol, key.timeframe, since_ms, n_rows)
            return await read_raw(exchange, answer)

        rows = candle_rows(key, await self._line.ask(f"candles of {key}", fetch))
        candles, rejected = closed_candles(key, rows, self._clock.latest_true_ms())
        for row, reason in rejected:
            self._listener.on_rejected(key, raw_bytes(row), reason)
        return candles
