"""Everybody who keeps the record of what was judged: models, grades, outcomes, ledger."""

from collections.abc import Callable, Sequence

from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey, Venue
from workstation.domain.ports import CandleReader, Clock, TaskOwner
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.grade.measures import MEASURES
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.drift_watch import DriftWatch
from workstation.services.grade_outcomes import GradeOutcomes
from workstation.services.grades import CoinGrades, grade_model
from workstation.services.models import Models
from workstation.services.outcomes import Outcomes
from workstation.services.regimes import Regimes
from workstation.services.verdicts import Verdicts, signal_model
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import Paths, resource
from workstation.storage.recorder import Recorder


class Judgement:
    """Introduces those who judge to the ledger, in which it is all written down.

    Parameters
    ----------
    bus : Bus
        On which they hear each other.
    paths : Paths
        Where models lie.
    recorder : Recorder
        Writes the ledger.
    candles : CandleReader
        What is stored.
    tasks : TaskOwner
        Owns what they do.
    timeframes : sequence of str
        Of the bars that are judged.
    """

    def __init__(
        self,
        bus: Bus,
        paths: Paths,
        recorder: Recorder,
        candles: CandleReader,
        tasks: TaskOwner,
        timeframes: Sequence[str],
    ) -> None:
        store = ModelStore(paths.models, resource("models"), SystemClock())
        points = frozenset(point.name for point in CANDLE_POINTS)
        known = {signal_model(timeframe): points for timeframe in timeframes}
        known |= {grade_model(timeframe): frozenset(MEASURES) for timeframe in timeframes}
        self._ledger, self._tasks = recorder.ledger.reader(), tasks
        self.models = Models(bus, store, recorder, known)
        self._watch = DriftWatch(bus, self.models, self._ledger, candles, tasks)
        self.verdicts = Verdicts(self.models, _past_of(candles), Regimes(candles).at, self._watch.take)
        self._outcomes = Outcomes(bus, candles, self._ledger, recorder, tasks)
        self._grade_outcomes = GradeOutcomes(bus, candles, self._ledger, recorder, tasks)
        self._grades = CoinGrades(bus, candles, self._ledger, recorder, self.models, tasks)

    async def begin(self, venue: Venue, clock: Clock) -> None:
        """Begin to judge at a venue; the arithmetic is compiled."""
        await self.models.begin()
        self.models.watch(self._tasks)
        self._watch.watch()
        self._outcomes.listen_at(clock)
        self._grade_outcomes.listen_at(venue.name, clock)
        self._grades.grade_at(venue.name)

    async def close(self) -> None:
        """End the models' processes and let go of the ledger."""
        await self.models.close()
        self._ledger.close()


def _past_of(candles: CandleReader) -> Callable[[SeriesKey, int, int], CandleColumns]:
    def past(key: SeriesKey, until_ms: int, n_bars: int) -> CandleColumns:
        return candles.read(key, until_ms - n_bars * key.bar_ms, until_ms)

    return past
