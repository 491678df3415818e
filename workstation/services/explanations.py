"""Says why bars were judged as they were: any bar of any series whose candles are stored."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workstation.domain.candle import Candle, CandleColumns, FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.explanation import Explanation
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.domain.vote_span import FAMILY_ROWS, MOST_BARS, VoteSpan
from workstation.engine.ballot import ballots
from workstation.engine.explanation import weighed
from workstation.engine.features.analogue_library import AnalogueLibrary, LibraryRules
from workstation.engine.features.market_context import MarketContext, market_context
from workstation.engine.segments import DEPTH
from workstation.engine.sight import Sight
from workstation.services.champion import ClosedBar
from workstation.services.market_data import MarketData, columns_of
from workstation.services.sights import MARKET_BARS, Sights
from workstation.services.verdicts import Verdicts

_SHELF_BARS = 512  # bars for which one library of past windows serves
_LEAD_BARS = 256  # that must stand before a library's first window


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A library of past windows, and for which bars it is whole."""

    venue: str
    since: int
    until: int
    library: AnalogueLibrary

    def serves(self, key: SeriesKey, open_time: int) -> bool:
        is_same = (self.venue, self.library.timeframe) == (key.venue, key.timeframe)
        return is_same and self.since <= open_time < self.until


class Explanations:
    """Explains bars.

    Parameters
    ----------
    market_data : MarketData
        Series that are heard.
    reader : CandleReader
        Stored candles of all series.
    sights : Sights
        What was observed.
    verdicts : Verdicts
        What the model says of a bar.
    """

    def __init__(
        self, market_data: MarketData, reader: CandleReader, sights: Sights, verdicts: Verdicts
    ) -> None:
        self._market_data = market_data
        self._reader = reader
        self._sights = sights
        self._verdicts = verdicts
        self._shelf: _Shelf | None = None
        self._is_free = threading.Lock()  # one bar is worked out at a time

    async def explain(self, key: SeriesKey, open_time: int) -> Explanation:
        """Return what was known at the close of a bar, and what the model says of it.

        Raises
        ------
        UsageError
            There is no closed candle of that bar.
        """
        heard = self._market_data.newest(key)
        told, bar = await asyncio.to_thread(self._explain, key, open_time, [c for c in heard if c.closed])
        verdict, why_not = await self._verdicts.explain(bar)
        return replace(told, verdict=verdict, unjudged=why_not)

    async def votes(self, key: SeriesKey, since: int, until: int) -> VoteSpan:
        """Return how every family voted on the closed bars that open in ``since <= open time < until``.

        Raises
        ------
        UsageError
            The span is empty, or covers more than `MOST_BARS` bars.
        """
        if not 0 < until - since <= MOST_BARS * key.bar_ms:
            raise UsageError(f"Votes are told for 1 to {MOST_BARS} bars at once; ask for fewer.")
        heard = self._market_data.newest(key)
        return await asyncio.to_thread(self._votes, key, (since, until), [c for c in heard if c.closed])

    def _explain(
        self, key: SeriesKey, open_time: int, heard: Sequence[Candle]
    ) -> tuple[Explanation, ClosedBar]:
        candles = self._candles(key, open_time, open_time + key.bar_ms, heard)
        if not len(candles) or int(candles.open_time[-1]) != open_time:
            raise UsageError(f"There is no closed candle of {key} at that time; nothing was judged there.")
        with self._is_free:
            library = self._library(key, open_time)
            market = self._market(key, open_time, open_time)
            told, cast = weighed(key, candles, Sight(market, self._sights.observations, library))
        return told, ClosedBar(key, open_time, float(candles.close[-1]), cast, 0)

    def _votes(self, key: SeriesKey, span: tuple[int, int], heard: Sequence[Candle]) -> VoteSpan:
        candles = self._candles(key, *span, heard)
        first = int(np.searchsorted(candles.open_time, span[0]))
        times = candles.open_time[first:]
        scores = np.full((len(FAMILY_ROWS), len(times)), np.nan)
        sides = np.zeros(scores.shape, np.int64)
        cuts = np.flatnonzero(np.diff(times // (_SHELF_BARS * key.bar_ms))) + 1
        for part in np.split(np.arange(len(times)), cuts):
            if len(part):
                rows = slice(int(part[0]), int(part[-1]) + 1)
                scores[:, rows], sides[:, rows] = self._ballots(key, candles[: first + rows.stop], len(part))
        return VoteSpan.of(key, span, times, scores, sides)

    def _ballots(self, key: SeriesKey, candles: CandleColumns, n: int) -> tuple[FloatArray, IntArray]:
        """Return scores and sides on the newest `n` candles, shape (8, n); all of them on one shelf."""
        since, newest = int(candles.open_time[-n]), int(candles.open_time[-1])
        with self._is_free:
            market = self._market(key, since, newest)
            sight = Sight(market, self._sights.observations, self._library(key, newest))
            found = ballots(key.symbol, candles, key.timeframe, sight, len(candles) - n)
        scores = np.array([found.scores[family] for family in FAMILY_ROWS])
        sides = np.array([found.sides[family] for family in FAMILY_ROWS], np.int64)
        can_vote = found.ready & ~np.isnan(scores)
        return np.where(can_vote, scores, np.nan), np.where(can_vote, sides, 0)

    def _candles(self, key: SeriesKey, since: int, until: int, heard: Sequence[Candle]) -> CandleColumns:
        """Return what a judgement of the bars in a span reads: closed candles, stored or just heard."""
        stored = self._reader.read(key, since - DEPTH * key.bar_ms, until)
        newest = int(stored.open_time[-1]) if len(stored) else -1
        fresh = [c for c in heard if newest < c.open_time < until]
        return CandleColumns.join(stored, columns_of(fresh))

    def _library(self, key: SeriesKey, open_time: int) -> AnalogueLibrary:
        """Return past windows of every stored coin of the venue, kept for the bars around."""
        shelf = self._shelf
        if shelf is None or not shelf.serves(key, open_time):
            since = open_time - open_time % (_SHELF_BARS * key.bar_ms)
            begin = since - (LibraryRules().reach + _LEAD_BARS) * key.bar_ms
            series = self._all_coins(key, begin, since + _SHELF_BARS * key.bar_ms)
            newest = max((int(c.open_time[-1]) for c in series.values() if len(c)), default=since)
            library = AnalogueLibrary.of(series, key.timeframe)
            shelf = self._shelf = _Shelf(key.venue, since, newest + 2 * key.bar_ms, library)
        return shelf.library

    def _all_coins(self, key: SeriesKey, since: int, until: int) -> dict[str, CandleColumns]:
        keys = [k for k in self._reader.series() if (k.venue, k.timeframe) == (key.venue, key.timeframe)]
        return {k.symbol: self._reader.read(k, since, until) for k in keys}

    def _market(self, key: SeriesKey, first: int, last: int) -> MarketContext:
        """Return what all stored coins of the venue did, as far as it was known when some bars closed."""
        since = first - MARKET_BARS * key.bar_ms
        return market_context(self._all_coins(key, since, last), key.bar_ms)
