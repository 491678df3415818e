"""Judges every close: the engine's verdict, written down before anybody is told."""

import asyncio
import logging
from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import StoreError
from workstation.domain.events import (
    CandleUpdated,
    FormingSignalChanged,
    HistoryFilled,
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
from workstation.engine.segments import DEPTH
from workstation.engine.sight import Sight
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData
from workstation.services.sights import Sights
from workstation.services.verdicts import ClosedBar, Verdicts

_log = logging.getLogger(__name__)

MOST_CATCH_UP_BARS = 48  # closes missed while the engine was away that are still worth telling
SAFETY_BARS = 2  # judged again after a restart: a close may have been stored and its signal not
PREVIEW_EVERY_S = 0.5
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
            fact = await self._work.get()
            try:
                if isinstance(fact, HistoryFilled):
                    await self._catch_up(fact)
                else:
                    await self._judge_close(fact.key, fact.candle)
            except StoreError as error:
                text = f"A signal on {fact.key} could not be written down, so it was not raised: {error}"
                self._bus.publish(NoticePosted("journal", text))
            await asyncio.sleep(0)  # a hundred closes come together; others may speak between them

    async def _judge_close(self, key: SeriesKey, candle: Candle) -> None:
        bank = self._bank(key.timeframe)
        if key not in bank:
            return
        async with self._sights.is_free:
            if bank.needs_history(key, candle.open_time):
                past = self._history(key, candle.open_time, JUDGED_FROM)
                await asyncio.to_thread(bank.load, key, past, self._sight(key, candle), candle.open_time)
            newest = bank.newest(key)
            signals = bank.push({key: candle}, self._sight(key, candle))
            found = bank.newest_ballot(key)
        if found is not None and (newest is None or candle.open_time > newest):
            bar = ClosedBar(key, candle.open_time, candle.close, *found)
            spoken = await self._verdicts.speak((bar,))
            signals = signals if spoken is None else spoken
        if key in self._charted:
            self._say_preview(key, None)
        for signal in signals:
            await self.raise_signal(signal)

    def _bank(self, timeframe: str) -> ConfluenceBank:
        if timeframe not in self._banks:
            self._banks[timeframe] = ConfluenceBank(timeframe)
        return self._banks[timeframe]

    def _sight(self, key: SeriesKey, candle: Candle) -> Sight:
        return self._sights.at(key.timeframe, candle.open_time)

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
        for candle in missed:
            await self._judge_close(filled.key, candle)
            await asyncio.sleep(0)
        if filled.key in self._charted:
            await self._recompute(filled.key)

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
            for key in changed:
                series, bank = self._market_data.series(key), self._bank(key.timeframe)
                forming = series.last if series is not None else None
                if key in bank and forming is not None and not forming.closed:
                    async with self._sights.is_free:
                        preview = bank.preview(key, forming, self._sight(key, forming))
                    self._say_preview(key, preview)
                await asyncio.sleep(0)

    def _say_preview(self, key: SeriesKey, signal: Signal | None) -> None:
        if self._previews.get(key) != signal:
            self._previews[key] = signal
            self._bus.publish(FormingSignalChanged(key, signal))


def merge_signals(judged: Iterable[Signal], journaled: Iterable[Signal]) -> tuple[Signal, ...]:
    """Return both by time; where both speak of one bar and direction, what was said at the time stands."""
    by_bar = {(s.open_time, s.direction): s for s in judged}
    by_bar.update({(s.open_time, s.direction): s for s in journaled})
    return tuple(by_bar[k] for k in sorted(by_bar))
