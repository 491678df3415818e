"""Grades every coin of the universe at each close, and writes the grades down before anybody is told."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import StoreError, TidemarkError
from workstation.domain.events import CoinsGraded, NoticePosted, UniverseClosed
from workstation.domain.grade import Grade
from workstation.domain.ledger import LedgerRecorder
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.ports import CandleReader, TaskOwner
from workstation.engine.grade.grading import GradedClose, Standing, grade_close
from workstation.engine.grade.measures import measure_close
from workstation.engine.grade.rolling_days import DAY_MS, bars_needed
from workstation.engine.grade.weights import WEIGHTS_FILE, GradeWeights
from workstation.services.bus import Bus
from workstation.services.models import Models


def grade_model(timeframe: str) -> str:
    """Return the name of the model that grades the closes of a timeframe."""
    return f"grade-{timeframe}"


class GradeLedger(Protocol):
    """Where grades are read; its calls block."""

    def grade_values(self, venue: str, timeframe: str, at_ms: int) -> Mapping[str, int]:
        """Return the grades of all coins at a close, by symbol; empty where none were written."""
        ...


class CoinGrades:
    """Keeps grades up to the universe's newest close.

    Where no model judges, the plain components speak alone.

    Parameters
    ----------
    bus : Bus
        Gives `UniverseClosed`, hears `CoinsGraded`.
    reader : CandleReader
        Stored candles.
    ledger : GradeLedger
        Where the grades of the day before are read.
    recorder : LedgerRecorder
        Where grades are written.
    models : Models
        Who is asked.
    tasks : TaskOwner
        Owns the grading.
    """

    def __init__(
        self,
        bus: Bus,
        reader: CandleReader,
        ledger: GradeLedger,
        recorder: LedgerRecorder,
        models: Models,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._reader = reader
        self._ledger = ledger
        self._recorder = recorder
        self._models = models
        self._tasks = tasks
        self._work: asyncio.Queue[UniverseClosed] = asyncio.Queue()
        bus.subscribe(UniverseClosed, self._work.put_nowait)

    def grade_at(self, venue: str) -> None:
        """Begin to grade; called once, when the arithmetic is compiled."""
        self._tasks.start("grade the universe", self._grade_for_ever(venue))

    async def _grade_for_ever(self, venue: str) -> None:
        while True:
            closed = await self._work.get()
            try:
                grades = await self._graded(venue, closed)
                if grades and await self._recorder.add_grades(grades) is not None:
                    self._bus.publish(CoinsGraded(closed.timeframe, grades[0].at_ms))
                self._bus.publish(NoticePosted("grades", ""))
            except StoreError as error:
                text = f"The grades of a close could not be written down, so they were not told: {error}"
                self._bus.publish(NoticePosted("grades", text))

    async def _graded(self, venue: str, closed: UniverseClosed) -> list[Grade]:
        at_ms = closed.open_time + timeframe_ms(closed.timeframe)
        symbols = sorted(closed.candles)
        if not symbols:
            return []
        keys = [SeriesKey(venue, symbol, closed.timeframe) for symbol in symbols]
        stood = await asyncio.to_thread(self._standing, keys, at_ms)
        before = await asyncio.to_thread(self._ledger.grade_values, venue, closed.timeframe, at_ms - DAY_MS)
        weights, opinions, model_hash = await self._opinions(closed.timeframe, at_ms, stood)
        close = GradedClose(
            venue,
            closed.timeframe,
            at_ms,
            {symbol: float(value) for symbol, value in before.items()},
            model_hash,
        )
        return grade_close(close, symbols, stood, opinions, weights)

    def _standing(self, keys: Sequence[SeriesKey], at_ms: int) -> Standing:
        timeframe = keys[0].timeframe
        begin_ms = at_ms - bars_needed(timeframe) * timeframe_ms(timeframe)
        coins = [self._reader.read(key, begin_ms, at_ms) for key in keys]  # the store may be ahead of us
        return Standing.of(measure_close(coins, timeframe, at_ms))

    async def _opinions(
        self, timeframe: str, at_ms: int, stood: Standing
    ) -> tuple[GradeWeights, FloatArray | None, str]:
        """Return weights, what the trees say, and whose they are."""
        name = grade_model(timeframe)
        model = self._models.champion(name)
        if model is None or at_ms < model.card.trained_on.until_ms:  # it knows what came of what taught it
            return GradeWeights.equal(), None, ""
        try:
            weights = GradeWeights.from_file(model.files[WEIGHTS_FILE])
        except (KeyError, TidemarkError):
            return GradeWeights.equal(), None, ""
        answers = await self._models.judge(name, stood.ranks.astype(np.float32))
        if answers is None:
            return weights, None, model.model_hash
        return weights, np.asarray(answers["opinions"], np.float64), model.model_hash
