"""Keeps the indices of all narratives up to the universe's newest close, and tells how they stand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import TidemarkError
from workstation.domain.events import (
    CoinsGraded,
    NarrativesChanged,
    NoticePosted,
    SignalRaised,
    UniverseClosed,
    UniverseFilled,
    UniverseProgressed,
)
from workstation.domain.grade import Grade
from workstation.domain.ledger import SignalEntry, SignalFilter
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_index import BASE_VALUE, IndexStanding, index_symbol
from workstation.domain.ports import CandleReader, CandleRecorder, TaskOwner
from workstation.domain.signal import Signal
from workstation.engine.narratives.index_candles import index_candles
from workstation.engine.narratives.mood import leans_of
from workstation.engine.narratives.panel import DAY_MS, coin_of
from workstation.engine.narratives.standing import Mood
from workstation.services.bus import Bus
from workstation.services.narrative_history import (
    BITCOIN,
    NarrativeMarket,
    candles_to_tell,
    newest_common_close,
    read_market,
)

REBUILD_EVERY_S = 60.0  # at most: where late candles come in all the time, they are taken together
SIGNALS_MS = 15 * DAY_MS  # no signal stands for longer
_NOTICE, _BOOK_NOTICE = "narratives", "book of narratives"
_AGAIN = "It is tried again at the next close."

_Fact: TypeAlias = UniverseClosed | CoinsGraded | UniverseProgressed
BookSource: TypeAlias = Callable[[], tuple[NarrativeBook, Sequence[str]]]
"""Returns the trader's book and what must be told of it; its call blocks."""


class NarrativeLedger(Protocol):
    """Where grades and signals are read; its calls block."""

    def newest_grades(self, venue: str, timeframe: str | None = None, at_ms: int = ...) -> Sequence[Grade]:
        """Return the grades of all coins at the newest close up to a time."""
        ...

    def signals(self, wanted: SignalFilter | None = None, limit: int | None = None) -> list[SignalEntry]:
        """Return the signals that are wanted, oldest first."""
        ...


class Narratives:
    """Carries the indices on at every close of the universe.

    Their history is read from the store when that of the coins is whole, and again after candles of the past
    came in or the book was changed; in between, each close is one more bar. Work that takes longer than a
    moment is done off the loop. Publishes `NarrativesChanged`, as soon as the past is whole, at a close, and
    again when its grades are known; stores each index as candles once the universe's history is whole.

    Parameters
    ----------
    bus : Bus
        Gives `UniverseClosed`, `CoinsGraded`, `SignalRaised` and what the universe has filled.
    reader : CandleReader
        Stored candles.
    recorder : CandleRecorder
        Where the candles of indices are stored.
    ledger : NarrativeLedger
        Where grades and signals are read.
    book : callable
        `BookSource`.
    tasks : TaskOwner
        Owns the work.
    """

    def __init__(
        self,
        bus: Bus,
        reader: CandleReader,
        recorder: CandleRecorder,
        ledger: NarrativeLedger,
        book: BookSource,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._reader, self._recorder, self._ledger, self._book = reader, recorder, ledger, book
        self._tasks = tasks
        self._work: asyncio.Queue[_Fact] = asyncio.Queue()
        self._market: NarrativeMarket | None = None
        self._is_stale = True
        self._is_whole = False
        self._wanted: frozenset[str] = frozenset()
        self._said = ""
        self._may_rebuild_s = 0.0
        self._signals: dict[str, Signal] | None = None
        self._raised: list[Signal] = []
        self._untold: dict[str, list[CandleColumns]] = {}
        bus.subscribe(UniverseClosed, self._work.put_nowait)
        bus.subscribe(CoinsGraded, self._work.put_nowait)
        bus.subscribe(UniverseFilled, self._on_filled)
        bus.subscribe(UniverseProgressed, self._on_progress)
        bus.subscribe(SignalRaised, self._on_signal)

    def index_at(self, venue: str) -> None:
        """Begin; called once, when the venue is known."""
        self._tasks.start("index the narratives", self._index_for_ever(venue))

    def _on_filled(self, filled: UniverseFilled) -> None:
        named = coin_of(filled.key.symbol)
        self._is_stale |= filled.n_new > 0 and named is not None and named[0] in self._wanted

    def _on_progress(self, progressed: UniverseProgressed) -> None:
        was_whole, self._is_whole = self._is_whole, 0 < progressed.total <= progressed.done
        if self._is_whole and not was_whole:
            self._may_rebuild_s = 0.0  # what is stored from now on stays: it must be of the whole past
            self._work.put_nowait(progressed)

    def _on_signal(self, raised: SignalRaised) -> None:
        self._raised.append(raised.signal)

    async def _index_for_ever(self, venue: str) -> None:
        while True:
            fact = await self._work.get()
            try:
                if isinstance(fact, UniverseClosed):
                    await self._take(venue, fact)
                elif isinstance(fact, CoinsGraded):
                    await self._regrade(venue, fact)
                else:
                    await self._begin(venue, fact.timeframe)
            except TidemarkError as error:
                self._say(f"Narratives could not be brought up to date: {error} {_AGAIN}")
                self._is_stale = True
            else:
                self._say("")

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._bus.publish(NoticePosted(_NOTICE, text))

    async def _begin(self, venue: str, timeframe: str) -> None:
        """Tell how narratives stand once the past is whole: the next close may be an hour away."""
        if self._market is not None:
            return
        book = await self._current_book()
        where = (self._reader, venue, timeframe, book.coins() | {BITCOIN})
        until_ms = await asyncio.to_thread(newest_common_close, *where)
        market = None if until_ms is None else await self._rebuilt(venue, timeframe, until_ms, book)
        if market is not None:
            await self._take_over(venue, timeframe, market)

    async def _take(self, venue: str, closed: UniverseClosed) -> None:
        """Carry the indices on by a bar, from the store where something of the past has changed."""
        book = await self._current_book()
        at_ms = closed.open_time + timeframe_ms(closed.timeframe)
        market = self._market
        if market is None or self._has_to_rebuild(market, book, closed):
            market = await self._rebuilt(venue, closed.timeframe, closed.open_time, book)
        if market is None or market.indices.at_ms >= at_ms:
            return
        await asyncio.to_thread(market.take, at_ms, closed.candles)
        self._keep_newest(market)
        await self._take_over(venue, closed.timeframe, market)

    async def _take_over(self, venue: str, timeframe: str, market: NarrativeMarket) -> None:
        self._market = market
        try:
            if self._is_whole:
                await self._store(venue, timeframe)
        finally:  # charts read the store when they hear of it
            await self._tell(venue, timeframe, market)

    async def _current_book(self) -> NarrativeBook:
        book, problems = await asyncio.to_thread(self._book)
        self._wanted = book.coins() | {BITCOIN}
        if problems:
            self._bus.publish(NoticePosted(_BOOK_NOTICE, " ".join(problems)))
        return book

    def _has_to_rebuild(self, market: NarrativeMarket, book: NarrativeBook, closed: UniverseClosed) -> bool:
        if book != market.book or market.lacks(closed.candles):
            return True
        return self._is_stale and asyncio.get_running_loop().time() >= self._may_rebuild_s

    async def _rebuilt(
        self, venue: str, timeframe: str, until_ms: int, book: NarrativeBook
    ) -> NarrativeMarket | None:
        """Return the indices at a close; what a later bar tells comes on top of it."""
        self._is_stale = False
        self._may_rebuild_s = asyncio.get_running_loop().time() + REBUILD_EVERY_S
        where = (self._reader, venue, timeframe, until_ms, book)
        market = await asyncio.to_thread(read_market, *where)
        self._untold.clear()
        if market is not None:
            told = await asyncio.to_thread(candles_to_tell, market)
            self._untold = {name: [candles] for name, candles in told.items()}
        return market

    def _keep_newest(self, market: NarrativeMarket) -> None:
        """Keep the newest bar of each index until it is stored."""
        live = market.indices
        bar_ms, at_ms = live.panel.bar_ms, np.array([live.at_ms], np.int64)
        for column, name in enumerate(live.state.lineup.names):
            values = live.net[-2:, column] * live.scale[column]
            before = float(values[0]) if len(values) > 1 and np.isfinite(values[0]) else BASE_VALUE
            candles = index_candles(at_ms, bar_ms, values[-1:], live.state.volume[[column]], before)
            if len(candles):
                self._untold.setdefault(name, []).append(candles)

    async def _store(self, venue: str, timeframe: str) -> None:
        for name in list(self._untold):
            candles = CandleColumns.join(*self._untold[name])
            await self._recorder.record(SeriesKey(venue, index_symbol(name), timeframe), candles)
            del self._untold[name]

    async def _regrade(self, venue: str, graded: CoinsGraded) -> None:
        """Tell the newest close again, with its grades."""
        market = self._market
        if market is not None and market.indices.at_ms == graded.at_ms:
            await self._tell(venue, graded.timeframe, market)

    async def _tell(self, venue: str, timeframe: str, market: NarrativeMarket) -> None:
        raised, self._raised = self._raised, []
        said = await asyncio.to_thread(self._standings, venue, timeframe, market, raised)
        self._bus.publish(NarrativesChanged(said))

    def _standings(
        self, venue: str, timeframe: str, market: NarrativeMarket, raised: Sequence[Signal]
    ) -> tuple[IndexStanding, ...]:
        at_ms = market.indices.at_ms
        graded = self._ledger.newest_grades(venue, timeframe, at_ms)
        named = ((coin_of(grade.symbol), grade.value) for grade in graded if at_ms - grade.at_ms < DAY_MS)
        grades = {each[0]: value for each, value in named if each is not None}
        leans = leans_of(self._newest_signals(at_ms, raised), at_ms)
        return market.indices.standings(Mood(leans, grades))

    def _newest_signals(self, at_ms: int, raised: Sequence[Signal]) -> list[Signal]:
        """Return the newest signal of each symbol: of the ledger at first, then as they are raised."""
        if self._signals is None:
            wanted = SignalFilter(since_ms=at_ms - SIGNALS_MS)
            self._signals = {one.signal.key.symbol: one.signal for one in self._ledger.signals(wanted)}
        for signal in raised:
            self._signals[signal.key.symbol] = signal
        return list(self._signals.values())
