"""Judges everything liquid on the venue at each close, not only what the trader watches."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from workstation.domain.candle import Candle
from workstation.domain.events import LevelDistancesFound, UniverseClosed, UniverseFilled
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.ports import CandleReader, TaskOwner
from workstation.domain.signal import Signal
from workstation.engine.features.analogues import EVERY
from workstation.services.banks import Banks
from workstation.services.bus import Bus
from workstation.services.champion import ClosedBar
from workstation.services.level_distances import level_distances, stored_distances
from workstation.services.market_data import MarketData
from workstation.services.sights import MARKET_BARS, Sights
from workstation.services.signals import JUDGED_FROM
from workstation.services.verdicts import Verdicts

_AT_ONCE = 8  # coins whose levels are found while nothing else is to do
_LIBRARY_BARS = 256  # that must stand before a past window's outcome, and a few more


class UniverseJudge:
    """Keeps data points and votes of the universe up to its newest close.

    What `MarketData` follows is judged by `Signals`, bar by bar as it closes; everything else here, once its
    bar is complete or its time is up.

    Parameters
    ----------
    bus : Bus
        Gives `UniverseFilled` and `UniverseClosed`, hears `LevelDistancesFound`.
    market_data : MarketData
        What is judged elsewhere.
    reader : CandleReader
        Stored candles.
    sights : Sights
        What is seen beside candles; hears every close of the universe.
    verdicts : Verdicts
        The model's part; where no model judges, the families' votes alone raise signals.
    tasks : TaskOwner
        Owns the judging.
    """

    def __init__(
        self,
        bus: Bus,
        market_data: MarketData,
        reader: CandleReader,
        sights: Sights,
        verdicts: Verdicts,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._market_data = market_data
        self._reader = reader
        self._sights = sights
        self._verdicts = verdicts
        self._tasks = tasks
        self._venue = ""
        self._work: asyncio.Queue[UniverseFilled | UniverseClosed] = asyncio.Queue()
        self._banks: Banks | None = None
        self._fresh: set[SeriesKey] = set()
        self._whole: set[SeriesKey] = set()
        self._untold: set[SeriesKey] = set()  # whose levels nobody knows before the next close
        bus.subscribe(UniverseFilled, self._work.put_nowait)
        bus.subscribe(UniverseClosed, self._work.put_nowait)

    def judge_at(
        self,
        venue: str,
        timeframe: str,
        n_expected: int,
        raise_signal: Callable[[Signal], Awaitable[None]],
    ) -> None:
        """Begin to judge; called once, when the arithmetic is compiled.

        Parameters
        ----------
        venue, timeframe : str
            Of the universe's series.
        n_expected : int
            Series for which room is reserved.
        raise_signal : callable
            Writes a signal down and tells it.
        """
        self._venue = venue
        self._banks = Banks(timeframe, n_expected)
        self._tasks.start("judge the universe", self._judge_for_ever(self._banks, raise_signal))

    def newest(self, key: SeriesKey) -> int | None:
        """Return the open of the newest bar that was judged of a series here, UTC milliseconds; or None."""
        return None if self._banks is None else self._banks.newest(key)

    async def _judge_for_ever(self, banks: Banks, raise_signal: Callable[[Signal], Awaitable[None]]) -> None:
        while True:
            if self._untold and self._work.empty():
                await self._tell_stored_levels()
                continue
            fact = await self._work.get()
            if isinstance(fact, UniverseFilled):
                self._fresh.add(fact.key)
                self._untold.add(fact.key)
                continue
            self._untold.clear()  # all of them are told with this close
            for symbol, candle in fact.candles.items():
                self._sights.take(fact.timeframe, symbol, candle.open_time, candle.close, candle.volume)
            for signal in await self._judge(banks, fact):
                await raise_signal(signal)

    async def _tell_stored_levels(self) -> None:
        """Tell of a few coins how far their levels are, rather than nothing until the next close."""
        few = [self._untold.pop() for _ in range(min(_AT_ONCE, len(self._untold)))]
        own = [key for key in few if self._market_data.series(key) is None]
        apart = await asyncio.to_thread(stored_distances, self._reader, own, JUDGED_FROM)
        if apart:
            self._bus.publish(LevelDistancesFound(own[0].timeframe, apart))

    async def _judge(self, banks: Banks, closed: UniverseClosed) -> tuple[Signal, ...]:
        keys = {symbol: SeriesKey(self._venue, symbol, closed.timeframe) for symbol in closed.candles}
        for key in [k for k in banks.keys if self._market_data.series(k) is not None]:
            banks.drop(key)
        async with self._sights.is_free:
            has_fresh = bool(self._fresh)
            if has_fresh:
                await self._take_fresh(banks, closed)
            candles = {keys[s]: candle for s, candle in closed.candles.items() if keys[s] in banks}
            for key in [k for k in candles if banks.needs_history(k, closed.open_time)]:
                await asyncio.to_thread(self._load, banks, key, closed.open_time)
            sight = self._sights.at(closed.timeframe, closed.open_time)
            signals = await asyncio.to_thread(banks.push, candles, sight)
            await asyncio.to_thread(self._remember, tuple(keys.values()), closed)
            bars = _bars(banks, candles)
            apart = await asyncio.to_thread(level_distances, banks, banks.keys if has_fresh else candles)
        if apart:
            self._bus.publish(LevelDistancesFound(closed.timeframe, apart))
        spoken = await self._verdicts.speak(bars)
        return signals if spoken is None else spoken

    async def _take_fresh(self, banks: Banks, closed: UniverseClosed) -> None:
        """Take series whose past became whole, the market of that past first: they are part of it."""
        fresh, self._fresh = self._fresh, set()
        self._whole |= fresh
        tails = await asyncio.to_thread(
            lambda: {key.symbol: self._reader.read_last(key, MARKET_BARS) for key in self._whole}
        )
        await asyncio.to_thread(self._sights.begin, closed.timeframe, tails)
        for key in sorted(fresh):
            await asyncio.to_thread(self._load, banks, key, None)

    def _load(self, banks: Banks, key: SeriesKey, next_open: int | None) -> None:
        """Take a series' stored past, or take it anew; costs some 10 ms."""
        past = self._reader.read_last(key, JUDGED_FROM)
        if not len(past):
            return
        library = self._sights.library(key.timeframe)
        library.add(key.symbol, past[-(library.rules.reach + _LIBRARY_BARS) :])
        if self._market_data.series(key) is None:
            newest = int(past.open_time[-1])
            banks.load(key, past, self._sights.at(key.timeframe, newest + key.bar_ms), next_open)

    def _remember(self, keys: Sequence[SeriesKey], closed: UniverseClosed) -> None:
        """Put the windows whose outcome is known now beside the past ones."""
        library = self._sights.library(closed.timeframe)
        slot = slot_of(closed.open_time, closed.timeframe)
        if slot % library.rules.every:
            return
        for key in keys:
            newest = self._reader.read_last(key, _LIBRARY_BARS)
            library.add(key.symbol, newest, max(0, len(newest) - library.rules.every))
        library.forget(slot - library.rules.reach - EVERY)


def _bars(banks: Banks, candles: Mapping[SeriesKey, Candle]) -> list[ClosedBar]:
    """Return the bars that were just judged, with how families voted on them."""
    found = ((key, candle, banks.newest_ballot(key)) for key, candle in candles.items())
    return [ClosedBar(key, candle.open_time, candle.close, *cast) for key, candle, cast in found if cast]
