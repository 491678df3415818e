"""Reads a venue's past candles, page by page."""

from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import BadCandle, VenueError
from workstation.domain.market import SeriesKey
from workstation.domain.ports import FeedListener
from workstation.feeds.line import Line
from workstation.feeds.normalize import candle_row, candle_rows, raw_bytes

_SURE_AFTER_S = 2.0  # of ours; a venue's servers differ, and the practice market's time moves in steps
_N_EMPTY_PAGES = 3  # venues that answer by window may have a hole as long as one


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

    async def read(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        """Return closed candles from `since_ms` on, at most `limit`, oldest first.

        The newest bar is left out while it may still form: it counts as closed when the venue tells of a
        younger one, or when its end passed two seconds ago by the venue's clock. Our copy of that clock may
        be behind by a slow answer's way back: a bar is asked for as soon as it can be there.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        self._refuse_unknown(key)
        await self._line.measure_clock()
        found: dict[int, Candle] = {}
        n_empty, next_ms, is_edge = 0, since_ms, False
        while len(found) < limit and n_empty < _N_EMPTY_PAGES and next_ms <= self._clock.latest_true_ms():
            n_rows = min(self._page_rows, limit - len(found) + 1)  # one more, whose presence closes the last
            asked_at_ms = self._clock.now_ms()
            page = [c for c in await self._page(key, next_ms, n_rows) if c.open_time >= next_ms]
            if not page:
                n_empty, next_ms = n_empty + 1, next_ms + n_rows * key.bar_ms
                continue
            newest = page[-1]
            ended_for_ms = asked_at_ms - (newest.open_time + key.bar_ms)
            n_empty, next_ms = 0, newest.open_time + key.bar_ms
            if ended_for_ms < self._sure_after_ms:
                page.pop()
                is_edge = ended_for_ms < 0 or not page
                next_ms = newest.open_time  # once more, perhaps with a younger one beside it
            found.update((c.open_time, c) for c in page)
            if is_edge:
                break
        return _columns([found[t] for t in sorted(found)[:limit]])

    def _refuse_unknown(self, key: SeriesKey) -> None:
        exchange = self._line.exchange
        if key.symbol not in (exchange.markets or {}):
            raise VenueError(f"{self._line.label} does not list {key.symbol}.")
        if key.timeframe not in exchange.timeframes:
            raise VenueError(f"{self._line.label} has no {key.timeframe} candles.")

    async def _page(self, key: SeriesKey, since_ms: int, n_rows: int) -> list[Candle]:
        fetch = self._line.exchange.fetch_ohlcv
        answer = await self._line.ask(
            f"candles of {key}", lambda: fetch(key.symbol, key.timeframe, since_ms, n_rows)
        )
        return self._checked(key, candle_rows(key, answer))

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
