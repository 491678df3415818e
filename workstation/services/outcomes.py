"""Joins signals with what became of them, once their horizon has passed."""

import asyncio
import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from workstation.domain.errors import StoreError
from workstation.domain.events import NoticePosted, OutcomesKnown, SignalRaised
from workstation.domain.ledger import LedgerRecorder, SignalEntry, SignalFilter
from workstation.domain.outcome import Outcome
from workstation.domain.ports import CandleReader, Clock, TaskOwner
from workstation.domain.signal import Signal
from workstation.engine.evaluation.outcome import WIDTH_BARS, BarrierRule, Costs, outcomes
from workstation.engine.model.recipe import BARRIER_RANGES
from workstation.engine.segments import LARGEST_HOLE
from workstation.services.bus import Bus

LOOK_EVERY_S = 2.0
AGAIN_AFTER_MS = 60_000  # of the venue's time: signals whose candles are missing are looked at again
GIVEN_UP_AFTER_MS = 30 * 86_400_000
"""After a horizon without the candles that tell what became of its signal: nobody has them any more."""

COSTS = Costs()
_NEVER = 2**63 - 1


class SignalLedger(Protocol):
    """Where signals are read with their outcomes; its calls block."""

    def signals(self, wanted: SignalFilter | None = None, limit: int | None = None) -> list[SignalEntry]:
        """Return the signals that are wanted, oldest first."""
        ...


class Outcomes:
    """Writes what became of every signal of the ledger; after a restart it goes on where it ended.

    Parameters
    ----------
    bus : Bus
        Gives `SignalRaised`, hears `OutcomesKnown`.
    reader : CandleReader
        Stored candles.
    ledger : SignalLedger
        Where signals are read.
    recorder : LedgerRecorder
        Where outcomes are written.
    tasks : TaskOwner
        Owns the looking.
    """

    def __init__(
        self,
        bus: Bus,
        reader: CandleReader,
        ledger: SignalLedger,
        recorder: LedgerRecorder,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._reader = reader
        self._ledger = ledger
        self._recorder = recorder
        self._tasks = tasks
        self._since_ms = 0  # every older signal has its outcome
        self._next_ms = 0  # before this, no horizon passes
        bus.subscribe(SignalRaised, self._on_signal)

    def listen_at(self, clock: Clock) -> None:
        """Begin to look; `clock` is the venue's."""
        self._tasks.start("join signals with their outcomes", self._look_for_ever(clock))

    def _on_signal(self, raised: SignalRaised) -> None:
        self._since_ms = min(self._since_ms, raised.signal.known_at_ms)
        self._next_ms = min(self._next_ms, _due_ms(raised.signal))

    async def _look_for_ever(self, clock: Clock) -> None:
        while True:
            if clock.now_ms() >= self._next_ms:
                await self._look(clock.now_ms())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, now_ms: int) -> None:
        since_ms, self._since_ms, self._next_ms = (
            self._since_ms,
            now_ms,
            _NEVER,
        )  # more may be raised meanwhile
        n_new = 0
        try:
            entries = await asyncio.to_thread(self._ledger.signals, SignalFilter(since_ms=since_ms))
            waiting = [entry for entry in entries if _is_waiting(entry, now_ms)]
            self._look_again(waiting, now_ms)
            due = [entry for entry in waiting if _due_ms(entry.signal) <= now_ms]
            for entry, outcome in await asyncio.to_thread(self._became, due):
                n_new += await self._recorder.add_outcome(entry.row, outcome) is not None
        except StoreError as error:
            self._since_ms, self._next_ms = min(self._since_ms, since_ms), now_ms
            text = f"What became of a signal could not be written down: {error} It is tried again."
            self._bus.publish(NoticePosted("outcomes", text))
        else:
            self._bus.publish(NoticePosted("outcomes", ""))
        if n_new:
            self._bus.publish(OutcomesKnown(n_new))

    def _look_again(self, waiting: Sequence[SignalEntry], now_ms: int) -> None:
        """Look at these again when the first of their horizons is over; soon where one is over already."""
        next_ms = min((_due_ms(entry.signal) for entry in waiting), default=_NEVER)
        self._next_ms = min(self._next_ms, max(next_ms, now_ms + AGAIN_AFTER_MS))
        self._since_ms = min([self._since_ms, *(entry.signal.known_at_ms for entry in waiting)])

    def _became(self, due: Sequence[SignalEntry]) -> list[tuple[SignalEntry, Outcome]]:
        """Return the outcomes that the stored candles tell."""
        told = ((entry, outcome_of(entry.signal, self._reader)) for entry in due)
        return [(entry, outcome) for entry, outcome in told if outcome is not None]


def outcome_of(signal: Signal, reader: CandleReader) -> Outcome | None:
    """Return what became of a signal by the stored candles; None while they do not reach its horizon.

    It is entered at the next open and left at a barrier, `BARRIER_RANGES` average ranges times the root of
    the horizon away, or when the horizon is over.
    """
    if signal.horizon_bars is None:
        return None
    bar_ms, horizon = signal.key.bar_ms, signal.horizon_bars
    begin = signal.open_time - (WIDTH_BARS + 1) * bar_ms
    end = _due_ms(signal) + (LARGEST_HOLE + 2) * bar_ms  # a hole may end after the horizon
    candles = reader.read(signal.key, begin, end)
    row = int(np.searchsorted(candles.open_time, signal.open_time))
    if row == len(candles) or candles.open_time[row] != signal.open_time:
        return None
    far = BARRIER_RANGES * math.sqrt(horizon)
    became = outcomes(candles, signal.key.timeframe, BarrierRule(bar_ms, horizon), far)
    return became.one(row, signal.direction, COSTS)


def _due_ms(signal: Signal) -> int:
    """Return when a signal's horizon is over, UTC milliseconds; never where it has none."""
    if signal.horizon_bars is None:
        return _NEVER
    return signal.known_at_ms + signal.horizon_bars * signal.key.bar_ms


def _is_waiting(entry: SignalEntry, now_ms: int) -> bool:
    is_open = entry.outcome is None and entry.signal.horizon_bars is not None
    return is_open and now_ms < _due_ms(entry.signal) + GIVEN_UP_AFTER_MS
