"""The grades of one coin over time, read from the ledger for a chart. Called in another thread."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.ui.chart.grade_steps import GradeSteps
from workstation.ui.engine_port import JudgementFiles

MOST_AT_ONCE = 2_000
"""Graded closes that are read at once, the newest first."""


@dataclass(frozen=True, slots=True)
class StepsWanted:
    """Which grades are asked for.

    Parameters
    ----------
    key : SeriesKey
        Of the chart.
    since_ms, until_ms : int
        ``since_ms <= close < until_ms``, UTC milliseconds.
    """

    key: SeriesKey
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class StepsRead:
    """Grades as they were written down at the time.

    Parameters
    ----------
    wanted : StepsWanted
        What was asked.
    since_ms : int
        From here on all of them are here: later than asked for where there were too many.
    """

    wanted: StepsWanted
    since_ms: int
    steps: GradeSteps


def read_steps(files: JudgementFiles, wanted: StepsWanted) -> StepsRead:
    """Return the grades that are wanted, of the closes that suit the chart best.

    Raises
    ------
    StoreError
        The ledger cannot be read.
    """
    from workstation.storage.ledger_reader import LedgerReader

    key = wanted.key
    with LedgerReader(files.ledger) as ledger:
        graded = [timeframe for venue, timeframe, _ in ledger.graded_series() if venue == key.venue]
        timeframe = best_timeframe(graded, key.timeframe)
        if not timeframe:
            return StepsRead(wanted, wanted.since_ms, GradeSteps())
        span = wanted.since_ms, wanted.until_ms
        found = ledger.grade_history(key.venue, key.symbol, timeframe, *span, MOST_AT_ONCE)
    times = np.array([grade.at_ms for grade in found], np.int64)
    values = np.array([grade.value for grade in found], np.float64)
    since_ms = int(times[0]) if len(found) >= MOST_AT_ONCE else wanted.since_ms
    return StepsRead(wanted, since_ms, GradeSteps(times, values, timeframe_ms(timeframe), timeframe))


def best_timeframe(graded: list[str], shown: str) -> str:
    """Return the graded closes that a chart shows: its own, else the nearest shorter, else the shortest."""
    shorter = [one for one in graded if timeframe_ms(one) <= timeframe_ms(shown)]
    if shorter:
        return max(shorter, key=timeframe_ms)
    return min(graded, key=timeframe_ms, default="")
