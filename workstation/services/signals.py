"""Judges every close: the engine's verdict, written down before anybody is told."""

import asyncio
import logging
from collections.abc import Collection, Iterable
from dataclasses import replace

from workstation.domain.candle import Candle
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
from workstation.domain.ports import Clock, Journal, TaskOwner
from workstation.domain.signal import Signal, SignalOrigin
from workstation.engine.confluence import ConfluenceStream, judge
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData

_log = logging.getLogger(__name__)

MOST_CATCH_UP_BARS = 48  # closes missed while the engine was away that are still worth telling
SAFETY_BARS = 2  # judged again after a restart: a close may have been stored and its signal not
PREVIEW_EVERY_S = 0.5


class Signals:
    """Judges closes of every followed series, and previews the forming bar of those on a chart.

    Parameters
    ----------
    bus : Bus
        Gives closes, hears signals.
    market_data : MarketData
        The series.
    journal : Journal
        Where live signals are kept.
    tasks : TaskOwner
        Owns the judging.
    """

    def __init__(self, bus: Bus, market_data: MarketData, journal: Journal, tasks: TaskOwner) -> None:
        self._bus = bus
        self._market_data = market_data
        self._journal = journal
        self._tasks = tasks
        self._streams: dict[SeriesKey, ConfluenceStream] = {}
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
        stream = self._streams.get(key)
        if stream is None:
            return
        signal = stream.push(candle)
        if key in self._charted:
            self._say_preview(key, None)
        if signal is not None:
            await self._raise(signal)

    async def _catch_up(self, filled: HistoryFilled) -> None:
        """Judge closes that came with history: missed ones are told late, older ones only drawn."""
        self._forget_the_unfollowed()
        series = self._market_data.series(filled.key)
        if series is None:
            return
        closed = series.closed()
        n_missed = 0
        if filled.known_until_ms is not None:
            since = filled.known_until_ms - SAFETY_BARS * filled.key.bar_ms
            n_missed = min(int((closed.open_time > since).sum()), MOST_CATCH_UP_BARS)
        n_known = len(closed) - n_missed
        stream = self._streams[filled.key] = ConfluenceStream(filled.key, closed[:n_known])
        for candle in closed[n_known:]:
            signal = stream.push(candle)
            if signal is not None:
                await self._raise(signal)
            await asyncio.sleep(0)
        if filled.key in self._charted:
            await self._recompute(filled.key)

    def _forget_the_unfollowed(self) -> None:
        for key in [k for k in self._streams if self._market_data.series(k) is None]:
            del self._streams[key]
            self._previews.pop(key, None)

    async def _raise(self, signal: Signal) -> None:
        assert self._clock is not None  # noqa: S101  set before the judging starts
        late_ms = (self._clock.now_ms() - signal.known_at_ms) / self._speed
        if late_ms > signal.key.bar_ms:
            signal = replace(signal, origin=SignalOrigin.HISTORY)
        await self._journal.add_signal(signal)
        self._bus.publish(SignalRaised(signal))

    async def _recompute(self, key: SeriesKey) -> None:
        """Tell every signal of a series; one that was raised at the time stands as it was raised."""
        series = self._market_data.series(key)
        if series is None:
            return
        judged = await asyncio.to_thread(judge, key, series.closed())
        self._bus.publish(SignalsRecomputed(key, merge_signals(judged, self._journal.signals(key))))

    async def _preview_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PREVIEW_EVERY_S)
            changed, self._changed = self._changed & self._charted, set()
            for key in changed:
                series, stream = self._market_data.series(key), self._streams.get(key)
                forming = series.last if series is not None else None
                if stream is not None and forming is not None and not forming.closed:
                    self._say_preview(key, stream.preview(forming))
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
