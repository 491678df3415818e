"""Judges every close: the engine's verdict, written down before anybody is told."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import StoreError
from workstation.domain.events import (
    CandleUpdated,
    FormingSignalChanged,
    HistoryFilled,
    LevelDistancesFound,
    NoticePosted,
    SignalRaised,
    SignalsRecomputed,
)
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader, Clock, Journal, TaskOwner
from workstation.domain.signal import Signal, SignalOrigin
from workstation.engine.ballot import ballots
from workstation.engine.confluence import DEFAULT_RULES, judge
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.segments import DEPTH, LEAD
from workstation.engine.sight import Sight
from workstation.services.bus import Bus
from workstation.services.champion import ClosedBar
from workstation.services.level_distances import level_distances
from workstation.services.market_data import MarketData
from workstation.services.sights import Sights
from workstation.services.verdicts import Verdicts

_log = logging.getLogger(__name__)

MOST_CATCH_UP_BARS = 48  # closes missed while the engine was away that are still worth telling
SAFETY_BARS = 2  # judged again after a restart: a close may have been stored and its signal not
PREVIEW_EVERY_S = 1.0
PREVIEW_BARS = LEAD  # behind a forming bar: what stands on more changes in the last digits only
TOGETHER_S = 0.05  # closes of one moment come within it, and are judged in one go
JUDGED_FROM = DEPTH + DEFAULT_RULES.cool_down  # bars before the first that must be judged as for ever
DRAWN_BARS = 5_000  # newest bars whose past signals are shown on a chart


class Signals:
    """Judges closes of every followed series, and previews the forming bar of those on a chart.

    Parameters
    ----------
    bus : Bus
        Gives closes, hears signals.
    market_data : MarketData
        The series.
    reader : CandleReader
        What stands before the newest bars.
    sights : Sights
        What is seen beside candles.
    journal : Journal
        Where live signals are kept.
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
        journal: Journal,
        verdicts: Verdicts,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._market_data = market_data
        self._reader = reader
        self._sights = sights
        self._journal = journal
        self._verdicts = verdicts
        self._tasks = tasks
        self._banks: dict[str, ConfluenceBank] = {}
        self._work: asyncio.Queue[CandleUpdated | HistoryFilled] = asyncio.Queue()
        self._charted: frozenset[SeriesKey] = frozenset()
        self._changed: set[SeriesKey] = set()
        self._previews: dict[SeriesKey, Signal | None] = {}
        self._behind: dict[SeriesKey, tuple[int, CandleColumns]] = {}  # open of a forming bar, bars before
        self._clock: Clock | None = None
        self._speed = 1.0
        bus.subscribe(CandleUpdated, self._on_candle)
        bus.subscribe(HistoryFilled, self._work.put_nowait)

    def listen_at(self, clock: Clock, speed: float) -> None:
        """Begin to judge; `clock` is the venue's, `speed` its seconds per second of ours."""
        self._clock, self._speed = clock, speed
        self._tasks.start("judge closes", self._judge_for_ever())
        self._tasks.start("preview forming bars", self._preview_for_ever())

    def show(self, keys: Collection[SeriesKey]) -> None:
        """Keep the signals of exactly these series on show: all past ones, and the forming bar's."""
        fresh = set(keys) - self._charted
        self._behind = {key: past for key, past in self._behind.items() if key in keys}
        self._charted = frozenset(keys)
        for key in fresh:
            if self._market_data.is_filled(key):
                self._tasks.start(f"judge history of {key}", self._recompute(key))

    def _on_candle(self, updated: CandleUpdated) -> None:
        if updated.candle.closed:
            self._work.put_nowait(updated)
        elif updated.key in self._charted:
            self._changed.add(updated.key)

    async def _judge_for_ever(self) -> None:
        while True:
            facts = [await self._work.get()]
            await asyncio.sleep(TOGETHER_S)
            while not self._work.empty():
                facts.append(self._work.get_nowait())
            for fact in _together(facts):
                if isinstance(fact, HistoryFilled):
                    await self._catch_up(fact)
                else:
                    await self._judge_close(fact)
                await asyncio.sleep(0)  # many come together; others may speak between them

    async def _judge_close(self, candles: Mapping[SeriesKey, Candle]) -> None:
        """Judge some series at one close; the model is asked once."""
        timeframe, open_time = _close_of(candles)
        bank = self._bank(timeframe)
        judged = {key: candle for key, candle in candles.items() if key in bank}
        if not judged:
            return
        async with self._sights.is_free:
            sight = self._sights.at(timeframe, open_time)
            for key in [k for k in judged if bank.needs_history(k, open_time)]:
                past = self._history(key, open_time, JUDGED_FROM)
                await asyncio.to_thread(bank.load, key, past, sight, open_time)
            fresh = [k for k in judged if (newest := bank.newest(k)) is None or newest < open_time]
            signals = await asyncio.to_thread(bank.push, judged, sight)
            cast = {key: bank.newest_ballot(key) for key in fresh}
        self._tell_levels(bank, fresh)
        bars = [ClosedBar(key, open_time, judged[key].close, *found) for key, found in cast.items() if found]
        spoken = await self._verdicts.speak(bars)
        for key in judged:
            if key in self._charted:
                self._say_preview(key, None)
        for signal in signals if spoken is None else spoken:
            await self._raise_or_say_why_not(signal)

    async def _raise_or_say_why_not(self, signal: Signal) -> None:
        try:
            await self.raise_signal(signal)
        except StoreError as error:
            text = f"A signal on {signal.key} could not be written down, so it was not raised: {error}"
            self._bus.publish(NoticePosted("journal", text))

    def _bank(self, timeframe: str) -> ConfluenceBank:
        if timeframe not in self._banks:
            self._banks[timeframe] = ConfluenceBank(timeframe)
        return self._banks[timeframe]

    def _history(self, key: SeriesKey, until: int, n_bars: int) -> CandleColumns:
        """Return the newest `n_bars` closed candles that open before `until`, stored ones and heard ones."""
        series = self._market_data.series(key)
        heard = series.closed() if series is not None else CandleColumns.empty()
        begin = int(heard.open_time[0]) if len(heard) else until
        stored = self._reader.read(key, begin - n_bars * key.bar_ms, begin)
        both = CandleColumns.join(stored, heard)
        return both[: int(np.searchsorted(both.open_time, until))][-n_bars:]

    async def _catch_up(self, filled: HistoryFilled) -> None:
        """Judge closes that came with history: missed ones are told late, older ones only drawn."""
        self._forget_the_unfollowed()
        series = self._market_data.series(filled.key)
        if series is None or not series.n_closed:
            return
        closed = series.closed()
        n_missed = 0
        if filled.known_until_ms is not None:
            since = filled.known_until_ms - SAFETY_BARS * filled.key.bar_ms
            n_missed = min(int((closed.open_time > since).sum()), MOST_CATCH_UP_BARS)
        missed = list(closed[len(closed) - n_missed :])
        begin = missed[0].open_time if missed else int(closed.open_time[-1]) + filled.key.bar_ms
        past = await asyncio.to_thread(self._history, filled.key, begin, JUDGED_FROM)
        async with self._sights.is_free:
            sight = self._sights.at(filled.key.timeframe, begin)
            await asyncio.to_thread(self._bank(filled.key.timeframe).load, filled.key, past, sight, begin)
        self._tell_levels(self._bank(filled.key.timeframe), (filled.key,))
        for candle in missed:
            await self._judge_close({filled.key: candle})
            await asyncio.sleep(0)
        if filled.key in self._charted:
            await self._recompute(filled.key)

    def _tell_levels(self, bank: ConfluenceBank, keys: Collection[SeriesKey]) -> None:
        """Tell how far series are from their nearest levels at the closes just judged."""
        apart = level_distances(bank, keys)
        if apart:
            self._bus.publish(LevelDistancesFound(bank.timeframe, apart))

    def _forget_the_unfollowed(self) -> None:
        for bank in self._banks.values():
            for key in [k for k in bank.keys if self._market_data.series(k) is None]:
                bank.drop(key)
                self._previews.pop(key, None)

    async def raise_signal(self, signal: Signal) -> None:
        """Write a signal down, then tell it; one that is too old to be news is told as history."""
        assert self._clock is not None  # noqa: S101  set before the judging starts
        late_ms = (self._clock.now_ms() - signal.known_at_ms) / self._speed
        if late_ms > signal.key.bar_ms:
            signal = replace(signal, origin=SignalOrigin.HISTORY)
        await self._journal.add_signal(signal)
        self._bus.publish(SignalRaised(signal))

    async def _recompute(self, key: SeriesKey) -> None:
        """Tell every signal of a series; one that was raised at the time stands as it was raised."""
        series = self._market_data.series(key)
        if series is None or series.newest_closed is None:
            return
        end = series.newest_closed + key.bar_ms
        past = await asyncio.to_thread(self._history, key, end, JUDGED_FROM + DRAWN_BARS)
        sight = self._sights.at(key.timeframe, end)
        judged = await asyncio.to_thread(judge, key, past, sight)
        since = max(0, len(past) - DRAWN_BARS)
        cast = await asyncio.to_thread(ballots, key.symbol, past, key.timeframe, sight, since)
        told = await self._verdicts.history(key, past, cast, since)
        if told is not None:  # the model's word counts where it did not learn; before that the votes' does
            learnt_to_ms, spoken = told
            judged = (*(s for s in judged if s.known_at_ms <= learnt_to_ms), *spoken)
        drawn = tuple(s for s in judged if s.open_time >= end - DRAWN_BARS * key.bar_ms)
        self._bus.publish(SignalsRecomputed(key, merge_signals(drawn, self._journal.signals(key))))

    async def _preview_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PREVIEW_EVERY_S)
            changed, self._changed = self._changed & self._charted, set()
            forming = {key: candle for key in changed if (candle := self._forming(key)) is not None}
            for close in _closes(forming.items()):
                await self._preview(close)

    def _forming(self, key: SeriesKey) -> Candle | None:
        """Return the forming bar of a series that is judged; None where there is none."""
        series = self._market_data.series(key)
        last = series.last if series is not None and key in self._bank(key.timeframe) else None
        return None if last is None or last.closed else last

    async def _preview(self, forming: Mapping[SeriesKey, Candle]) -> None:
        """Say what forming bars would say if they closed as they stand, by whoever judges closes."""
        timeframe, open_time = _close_of(forming)
        spoken: Mapping[SeriesKey, Signal] | None = None
        if await self._verdicts.is_judging(timeframe, open_time):
            sight = replace(self._sights.at(timeframe, open_time), library=None)
            bars = await asyncio.to_thread(self._forming_bars, forming, sight)
            spoken = await self._verdicts.preview(bars)
        for key, candle in forming.items():
            signal = await self._vote_preview(key, candle) if spoken is None else spoken.get(key)
            now = self._forming(key)
            if key in self._charted and now is not None and now.open_time == open_time:
                self._say_preview(key, signal)

    def _forming_bars(self, forming: Mapping[SeriesKey, Candle], sight: Sight) -> list[ClosedBar]:
        bars = []
        for key, candle in forming.items():
            if key not in self._behind or self._behind[key][0] != candle.open_time:
                past = self._history(key, candle.open_time, PREVIEW_BARS)
                self._behind[key] = candle.open_time, past
            past = self._behind[key][1]
            candles = CandleColumns.join(past, _column_of(candle))
            cast = ballots(key.symbol, candles, key.timeframe, sight, len(past))
            bars.append(ClosedBar(key, candle.open_time, candle.close, cast, 0))
        return bars

    async def _vote_preview(self, key: SeriesKey, candle: Candle) -> Signal | None:
        bank = self._bank(key.timeframe)
        async with self._sights.is_free:
            sight = self._sights.at(key.timeframe, candle.open_time)
            return bank.preview(key, candle, sight) if key in bank else None

    def _say_preview(self, key: SeriesKey, signal: Signal | None) -> None:
        if self._previews.get(key) != signal:
            self._previews[key] = signal
            self._bus.publish(FormingSignalChanged(key, signal))


def _together(
    facts: Sequence[CandleUpdated | HistoryFilled],
) -> Iterator[HistoryFilled | Mapping[SeriesKey, Candle]]:
    """Yield facts in order, those closes between two histories together that are of one bar."""
    closes: list[tuple[SeriesKey, Candle]] = []
    for fact in facts:
        if isinstance(fact, HistoryFilled):
            yield from _closes(closes)
            closes = []
            yield fact
        else:
            closes.append((fact.key, fact.candle))
    yield from _closes(closes)


def _closes(candles: Iterable[tuple[SeriesKey, Candle]]) -> list[dict[SeriesKey, Candle]]:
    """Return candles by timeframe and bar, older bars first; of the same bar of a series the first counts."""
    closes: dict[tuple[int, str], dict[SeriesKey, Candle]] = {}
    for key, candle in candles:
        closes.setdefault((candle.open_time, key.timeframe), {}).setdefault(key, candle)
    return [closes[at] for at in sorted(closes)]


def _close_of(candles: Mapping[SeriesKey, Candle]) -> tuple[str, int]:
    """Return the timeframe and the open, UTC milliseconds, of candles of one bar."""
    key, candle = next(iter(candles.items()))
    return key.timeframe, candle.open_time


def _column_of(candle: Candle) -> CandleColumns:
    """Return a candle as columns of one row."""
    c = candle
    o, h, lo, close, v = (np.array([x], np.float64) for x in (c.open, c.high, c.low, c.close, c.volume))
    return CandleColumns.of(np.array([c.open_time], np.int64), o, h, lo, close, v)


def merge_signals(judged: Iterable[Signal], journaled: Iterable[Signal]) -> tuple[Signal, ...]:
    """Return both by time; where both speak of one bar and direction, what was said at the time stands."""
    by_bar = {(s.open_time, s.direction): s for s in judged}
    by_bar.update({(s.open_time, s.direction): s for s in journaled})
    return tuple(by_bar[k] for k in sorted(by_bar))
