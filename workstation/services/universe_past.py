"""Brings the stored past of a series to the depth that is wanted; what is stored is not fetched again."""

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey, open_of
from workstation.domain.ports import BulkHistory, CandleReader, CandleRecorder
from workstation.services.market_data import EARLIEST_MS


class UniversePast:
    """What is stored of the universe, and how it grows.

    Parameters
    ----------
    history : BulkHistory
        The venue.
    recorder : CandleRecorder
        Where candles are kept; what waits there together is committed together.
    reader : CandleReader
        Where stored candles are read.
    """

    def __init__(self, history: BulkHistory, recorder: CandleRecorder, reader: CandleReader) -> None:
        self.venue = history.venue
        self._history = history
        self._recorder = recorder
        self._reader = reader

    async def fill(self, key: SeriesKey, end_ms: int, n_bars: int) -> tuple[int, Candle | None]:
        """Store the `n_bars` before an instant, joined without a hole to whatever is stored.

        One request asks whether the venue has anything before the oldest stored candle where fewer are
        stored than are wanted: a coin may be younger than that.

        Parameters
        ----------
        end_ms : int
            Open of the bar that forms now, UTC milliseconds.

        Returns
        -------
        n_new : int
            Candles that were not stored before.
        newest : Candle or None
            The newest that is stored now; None where the venue has none either.

        Raises
        ------
        VenueError, StoreError
            What was stored until then is sound, and is not fetched again the next time.
        """
        wanted = open_of(max(EARLIEST_MS, end_ms - n_bars * key.bar_ms), key.timeframe)
        stored = self._reader.read_last(key, n_bars)
        n_new, since = 0, wanted
        if len(stored):
            since = int(stored.open_time[-1]) + key.bar_ms
            n_new = await self._fill_before(key, wanted, int(stored.open_time[0]))
        newest = stored[-1:]
        if since < end_ms:
            fetched, n_more = await self.fetch(key, since, (end_ms - since) // key.bar_ms)
            n_new += n_more
            newest = fetched[-1:] if len(fetched) else newest
        return n_new, next(iter(newest), None)

    async def _fill_before(self, key: SeriesKey, wanted: int, oldest: int) -> int:
        if oldest <= wanted:
            return 0
        first = await self._history.bulk_history(key, wanted, 1)
        if not len(first) or int(first.open_time[0]) >= oldest:
            return 0
        fetched = await self._history.bulk_history(key, wanted, (oldest - wanted) // key.bar_ms)
        return await self._recorder.record(key, fetched.pick(fetched.open_time < oldest))

    async def fetch(self, key: SeriesKey, since_ms: int, n_bars: int) -> tuple[CandleColumns, int]:
        """Fetch and store candles; return them and how many were new."""
        fetched = await self._history.bulk_history(key, since_ms, n_bars)
        return fetched, await self._recorder.record(key, fetched)
