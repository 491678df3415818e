"""Joins graded closes with what their coins did next, once seven days have passed."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from workstation.domain.errors import StoreError
from workstation.domain.events import NoticePosted, OutcomesKnown, UniverseProgressed
from workstation.domain.grade import Grade
from workstation.domain.grade_record import WEEK_MS, GradesRow
from workstation.domain.ledger import LedgerRecorder
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.outcome import GradeOutcome
from workstation.domain.ports import CandleReader, Clock, TaskOwner
from workstation.engine.grade.panel import outcomes_of
from workstation.services.bus import Bus

LOOK_EVERY_S = 2.0
LOOK_EVERY_MS = 3_600_000  # of the venue's time: one close a day is joined
SETTLED_AFTER_MS = 3_600_000
"""After the horizon and after the start: by then what the universe lacks of its candles, nobody has."""

GIVEN_UP_AFTER_MS = 30 * 86_400_000
"""After a horizon without the candles that tell what followed: it stays without an outcome."""


class GradedLedger(Protocol):
    """Where graded closes are read; its calls block."""

    def grades_waiting(self, venue: str, since_ms: int = 0) -> list[GradesRow]:
        """Return the first graded close of each day since a time of which no outcome is written, by time."""
        ...

    def grades(self, venue: str, timeframe: str, at_ms: int) -> tuple[Grade, ...]:
        """Return the grades of all coins at a close."""
        ...


class GradeOutcomes:
    """Writes what the coins of one graded close a day did next; after a restart it goes on where it ended.

    A close is joined when the stored candles tell of every coin, or when the universe is whole and no further
    candle will come: what is missing then is written as not known.

    Parameters
    ----------
    bus : Bus
        Gives `UniverseProgressed`, hears `OutcomesKnown`.
    reader : CandleReader
        Stored candles.
    ledger : GradedLedger
        Where grades are read.
    recorder : LedgerRecorder
        Where outcomes are written.
    tasks : TaskOwner
        Owns the looking.
    """

    def __init__(
        self,
        bus: Bus,
        reader: CandleReader,
        ledger: GradedLedger,
        recorder: LedgerRecorder,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._reader = reader
        self._ledger = ledger
        self._recorder = recorder
        self._tasks = tasks
        self._since_ms = 0  # every older close has its outcome
        self._whole_timeframe = ""  # of the universe, while its history has no holes that can be filled
        bus.subscribe(UniverseProgressed, self._on_progress)

    def listen_at(self, venue: str, clock: Clock) -> None:
        """Begin to look at the closes of a venue; `clock` is its own."""
        self._tasks.start("join grades with what followed", self._look_for_ever(venue, clock))

    def _on_progress(self, progress: UniverseProgressed) -> None:
        self._whole_timeframe = progress.timeframe if 0 < progress.total == progress.done else ""

    async def _look_for_ever(self, venue: str, clock: Clock) -> None:
        began_ms = clock.now_ms()
        next_ms = began_ms
        while True:
            now_ms = clock.now_ms()
            if now_ms >= next_ms:
                next_ms = now_ms + LOOK_EVERY_MS
                await self._look(venue, now_ms, began_ms)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, venue: str, now_ms: int, began_ms: int) -> None:
        n_new = 0
        try:
            found = await asyncio.to_thread(self._ledger.grades_waiting, venue, self._since_ms)
            waiting = [close for close in found if now_ms < close.at_ms + WEEK_MS + GIVEN_UP_AFTER_MS]
            self._since_ms = waiting[0].at_ms if waiting else self._since_ms
            for close in waiting:
                due_ms = close.at_ms + WEEK_MS
                if now_ms < due_ms:
                    break
                is_settled = now_ms >= max(due_ms, began_ms) + SETTLED_AFTER_MS
                n_new += await self._join(close, is_settled and close.timeframe == self._whole_timeframe)
        except StoreError as error:
            text = f"What followed a grade could not be written down: {error} It is tried again."
            self._bus.publish(NoticePosted("grade outcomes", text))
        else:
            self._bus.publish(NoticePosted("grade outcomes", ""))
        if n_new:
            self._bus.publish(OutcomesKnown(n_new))

    async def _join(self, close: GradesRow, is_settled: bool) -> bool:
        """Write what followed a close; False where that has to wait, or cannot be."""
        found = await asyncio.to_thread(self._became, close)
        is_known = all(None not in (one.next_24h, one.next_7d) for one in found)
        if not found or not (is_known or is_settled):
            return False
        return await self._recorder.add_grade_outcomes(close.row, found) is not None

    def _became(self, close: GradesRow) -> list[GradeOutcome]:
        grades = self._ledger.grades(close.venue, close.timeframe, close.at_ms)
        return outcomes_after(close, [grade.symbol for grade in grades], self._reader)


def outcomes_after(close: GradesRow, symbols: Sequence[str], reader: CandleReader) -> list[GradeOutcome]:
    """Return what coins did after a close, by the stored candles, as the grade's own training measures it."""
    at_ms = np.array([close.at_ms], np.int64)
    end_ms = close.at_ms + WEEK_MS + timeframe_ms(close.timeframe)
    told = []
    for symbol in symbols:
        candles = reader.read(SeriesKey(close.venue, symbol, close.timeframe), close.at_ms, end_ms)
        day, week = outcomes_of(candles, close.timeframe, at_ms)[0].tolist()
        told.append(GradeOutcome(symbol, _known(day), _known(week)))
    return told


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
