"""The engine's hand that writes: one thread, and what waits together is committed together."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from workstation.domain.alert import AdviceMark, Alert, RuleMark
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import StoreError, TidemarkError
from workstation.domain.given_advice import AdviceOutcome, GivenAdvice
from workstation.domain.grade import Grade
from workstation.domain.ledger import Correction, ModelEvent
from workstation.domain.market import SeriesKey
from workstation.domain.observation import Observation
from workstation.domain.outcome import GradeOutcome, Outcome
from workstation.domain.signal import Signal
from workstation.storage.candle_store import CandleStore
from workstation.storage.candle_writing import check_candles
from workstation.storage.database import is_full_disk
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.observation_store import ObservationStore
from workstation.storage.observation_writing import check_observations
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.reserve import DiskReserve

_T = TypeVar("_T")
_Store: TypeAlias = CandleStore | Journal | ObservationStore | Ledger | PaperAccountStore

CLOSES_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class _Write:
    """One call that waits for its commit."""

    store: _Store
    work: Callable[[], object]
    done: asyncio.Future[object]


class Recorder:
    """`CandleRecorder`, `ObservationRecorder`, `Journal` and `LedgerRecorder` for the engine.

    Writes are queued and committed by one thread that alone touches the files; what was queued while the
    disk was busy goes into one transaction for each file. A call returns when its commit is done. Where a
    commit fails, each of its writes is tried alone, so that exactly those that cannot be stored raise; the
    next call tries the disk anew, so writing resumes when there is room again.

    Parameters
    ----------
    candles : CandleStore
        Owned from now on: written to only here, closed with this.
    journal : Journal
        The same.
    reserve : DiskReserve, optional
        Given up when the disk is too full for the journal. Until there is room for it again candles and
        observations, which their sources still have, are refused, so that signals and alerts have the disk
        for themselves.
    observations : ObservationStore, optional
        Owned like the others; without it observations are refused.
    ledger : Ledger, optional
        Owned like the others, and kept like the journal when the disk is full. Every signal is written into
        it, too; without it what else belongs there is refused.
    papers : PaperAccountStore, optional
        Owned like the others, and kept like the journal when the disk is full; without it paper accounts are
        refused.
    """

    def __init__(
        self,
        candles: CandleStore,
        journal: Journal,
        reserve: DiskReserve | None = None,
        observations: ObservationStore | None = None,
        ledger: Ledger | None = None,
        papers: PaperAccountStore | None = None,
    ) -> None:
        self._reserve = reserve
        self._observations = observations
        self._observation_reader = observations.reader() if observations is not None else None
        self._candles = candles
        self._journal = journal
        self._journal_reader = journal.reader()
        self._ledger = ledger
        self._papers = papers
        self._thread = ThreadPoolExecutor(1, "recorder")
        self._queue: list[_Write] = []
        self._committing: asyncio.Future[list[object]] | None = None
        self._closed = False

    @property
    def candles(self) -> CandleStore:
        """The store that is written to. Read from `CandleStore.reader` of it, or wait for its commits."""
        return self._candles

    async def record(self, key: SeriesKey, candles: CandleColumns) -> int:
        """Store closed candles of one series; return how many were new.

        Raises
        ------
        BadCandle
            A row cannot be a candle; nothing of this call was stored.
        StoreError
            The disk did not take them; nothing of this call was stored.
        """
        check_candles(key, candles)
        return await self._write(self._candles, lambda: self._candles.add(key, candles))

    async def quarantine(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        """Keep a row that cannot be a candle, for the trader to look at."""
        await self._write(self._candles, lambda: self._candles.quarantine(key, raw, reason))

    @property
    def observations(self) -> ObservationStore:
        """The store of observations. Read from `ObservationStore.reader` of it.

        Raises
        ------
        StoreError
            This recorder was given none.
        """
        if self._observations is None:
            raise StoreError("Nothing keeps observations here.")
        return self._observations

    async def observe(self, rows: Sequence[Observation]) -> int:
        """Store observations; return how many were new.

        Raises
        ------
        UsageError
            A row is about what cannot be observed; nothing of this call was stored.
        StoreError
            The disk did not take them; nothing of this call was stored.
        """
        check_observations(rows)
        store = self.observations
        return await self._write(store, lambda: store.observe(rows))

    def asked(self, provider: str) -> dict[str, int]:
        """Return until when a provider was asked about each coin, UTC milliseconds."""
        return {} if self._observation_reader is None else self._observation_reader.asked(provider)

    async def remember_asked(self, provider: str, coins: Collection[str], until_ms: int) -> None:
        """Keep that a provider was asked about these coins until `until_ms`, and all it said is stored."""
        store = self.observations
        await self._write(store, lambda: store.remember_asked(provider, coins, until_ms))

    async def add_signal(self, signal: Signal) -> bool:
        """Write a signal; False where the same (series, bar, direction) is already there."""
        if (ledger := self._ledger) is not None:
            await self._write(ledger, lambda: ledger.add_signal(signal))
        return await self._write(self._journal, lambda: self._journal.add_signal(signal))

    async def add_alert(self, signal: Signal, text: str, raised_at_ms: int, late_ms: int) -> Alert | None:
        """Write an alert; None where this signal already raised one."""
        return await self._write(
            self._journal, lambda: self._journal.add_alert(signal, text, raised_at_ms, late_ms)
        )

    async def add_advice_alert(
        self, about: AdviceMark, text: str, raised_at_ms: int, late_ms: int
    ) -> Alert | None:
        """Write an alert on rotation advice; None where this advice already raised one."""
        return await self._write(
            self._journal, lambda: self._journal.add_advice_alert(about, text, raised_at_ms, late_ms)
        )

    async def add_rule_alert(
        self, about: RuleMark, text: str, raised_at_ms: int, late_ms: int
    ) -> Alert | None:
        """Write an alert on a rule; None where it already raised one on this bar or moment."""
        return await self._write(
            self._journal, lambda: self._journal.add_rule_alert(about, text, raised_at_ms, late_ms)
        )

    async def dismiss_alert(self, alert_id: int) -> bool:
        """Mark an alert as closed by the trader; False where it is not there or already was."""
        return await self._write(self._journal, lambda: self._journal.dismiss_alert(alert_id))

    @property
    def ledger(self) -> Ledger:
        """The ledger that is written to. Read from `Ledger.reader` of it.

        Raises
        ------
        StoreError
            This recorder was given none.
        """
        if self._ledger is None:
            raise StoreError("Nothing keeps a ledger here.")
        return self._ledger

    async def add_grades(self, grades: Sequence[Grade]) -> int | None:
        """Write all grades of one close; return the row's number, None where that close is already there."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_grades(grades))

    async def add_outcome(self, signal_row: int, outcome: Outcome) -> int | None:
        """Write what became of a signal; None where its outcome is already there."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_outcome(signal_row, outcome))

    async def add_grade_outcomes(self, grades_row: int, outcomes: Sequence[GradeOutcome]) -> int | None:
        """Write what graded coins did next; None where that is already there."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_grade_outcomes(grades_row, outcomes))

    async def add_correction(self, correction: Correction) -> int:
        """Write why an earlier row is not right."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_correction(correction))

    async def add_model_event(self, event: ModelEvent) -> int:
        """Write what happened to a model."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_model_event(event))

    async def add_advice(self, given: GivenAdvice) -> int | None:
        """Write advice; return the row's number, None where there is some of that venue and close already."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_advice(given))

    async def add_advice_outcome(self, advice_row: int, outcome: AdviceOutcome) -> int | None:
        """Write what became of advice; None where that is already there."""
        ledger = self.ledger
        return await self._write(ledger, lambda: ledger.add_advice_outcome(advice_row, outcome))

    @property
    def papers(self) -> PaperAccountStore:
        """The store of paper accounts that is written to. Read from `PaperAccountStore.reader` of it.

        Raises
        ------
        StoreError
            This recorder was given none.
        """
        if self._papers is None:
            raise StoreError("Nothing keeps paper accounts here.")
        return self._papers

    async def write_papers(self, work: Callable[[PaperAccountStore], _T]) -> _T:
        """Change paper accounts; see `workstation.storage.paper_account_recorder`."""
        papers = self.papers
        return await self._write(papers, lambda: work(papers))

    def signals(self, key: SeriesKey) -> list[Signal]:
        """Return the committed signals of a series, oldest first."""
        return self._journal_reader.signals(key)

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        """Return the newest `limit` committed alerts with an id above `after_id`, oldest first."""
        return self._journal_reader.alerts(after_id, limit)

    async def flush(self) -> None:
        """Return when everything that was asked for so far is on disk, or has failed."""
        while self._committing is not None:
            await asyncio.wait([self._committing])
            await asyncio.sleep(0)  # its callback starts what was queued meanwhile

    async def close(self) -> None:
        """Write what is queued, then close both files.

        Raises
        ------
        StoreError
            The disk did not take everything within a second; what was not acknowledged may be missing.
        """
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(CLOSES_WITHIN_S):
                await self.flush()
                await asyncio.get_running_loop().run_in_executor(self._thread, self._close_files)
        except TimeoutError:
            self._thread.shutdown(wait=False, cancel_futures=True)
            waiting = len(self._queue)
            raise StoreError(f"The disk is too slow: Tidemark left with {waiting} writes waiting.") from None
        self._thread.shutdown()  # it is idle: this only waits for it to end

    def _close_files(self) -> None:
        self._journal_reader.close()
        self._journal.close()
        if self._ledger is not None:
            self._ledger.close()
        if self._papers is not None:
            self._papers.close()
        self._candles.close()

    async def _write(self, store: _Store, work: Callable[[], _T]) -> _T:
        if self._closed:
            raise StoreError("Tidemark is closing; nothing more is stored.")
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._queue.append(_Write(store, work, done))
        if self._committing is None:
            self._commit_next()
        return await done  # type: ignore[return-value]  # it is what `work` returned

    def _commit_next(self) -> None:
        batch, self._queue = self._queue, []
        loop = asyncio.get_running_loop()
        self._committing = loop.run_in_executor(self._thread, self._commit, batch)
        self._committing.add_done_callback(lambda committed: self._answer(batch, committed))

    def _answer(self, batch: Sequence[_Write], committed: asyncio.Future[list[object]]) -> None:
        self._committing = None
        failure = committed.exception()
        results = [failure] * len(batch) if failure else committed.result()
        for write, result in zip(batch, results, strict=True):
            if write.done.done():
                continue  # whoever asked has stopped waiting; what he asked for is stored all the same
            if isinstance(result, BaseException):
                write.done.set_exception(result)
            else:
                write.done.set_result(result)
        if self._queue:
            self._commit_next()

    def _commit(self, batch: Sequence[_Write]) -> list[object]:
        """Return what each write returned, or the error it met. Runs on the recorder's thread."""
        results: dict[int, object] = {}
        kept = [store for store in (self._ledger, self._journal, self._papers) if store is not None]
        for said in kept:
            works = {i: write.work for i, write in enumerate(batch) if write.store is said}
            results |= _commit_together(said, works)
            full = {i: work for i, work in works.items() if _met_full_disk(results[i])}
            if full and self._reserve is not None and self._reserve.release():
                results |= _commit_together(said, full)
        others = [write.store for write in batch if write.store not in kept]
        has_room = not others or self._reserve is None or self._reserve.ensure()
        for store in dict.fromkeys(others):
            works = {i: write.work for i, write in enumerate(batch) if write.store is store}
            results |= _commit_together(store, works) if has_room else dict.fromkeys(works, _nearly_full())
        return [results[i] for i in range(len(batch))]


def _commit_together(store: _Store, works: dict[int, Callable[[], object]]) -> dict[int, object]:
    if not works:
        return {}
    try:
        with store.transaction():
            return {i: work() for i, work in works.items()}
    except TidemarkError as error:
        if len(works) == 1:
            return dict.fromkeys(works, error)
    alone: dict[int, object] = {}
    for i, work in works.items():
        alone |= _commit_together(store, {i: work})
    return alone


def _nearly_full() -> StoreError:
    text = "The disk is nearly full: candles are not stored, nor observations; what is left is for signals "
    return StoreError(text + "and alerts. Free some space.")


def _met_full_disk(result: object) -> bool:
    return isinstance(result, StoreError) and is_full_disk(result)
