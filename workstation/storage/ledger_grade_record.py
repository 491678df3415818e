"""What graded coins did next, counted from the rows of the ledger."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.grade_record import (
    BAND_WIDTH,
    CRASH,
    DAY_MS,
    LEAST_COINS,
    WEEK_MS,
    GradeRecord,
    GradesRow,
    RecordSource,
    Share,
)
from workstation.storage.ledger_body import GradeColumns, GradeOutcomeColumns

_Floats = NDArray[np.float64]
_N_BANDS = 100 // BAND_WIDTH


@dataclass(frozen=True, slots=True, eq=False)
class JoinedClose:
    """The coins of a graded close, and what they did next.

    Parameters
    ----------
    at_ms : int
        The close, UTC milliseconds.
    values : ndarray of float64, shape (n_coins,)
        Grades, 0..100.
    next_24h, next_7d : ndarray of float64, shape (n_coins,)
        Returns, fractions; NaN where they are not known.
    """

    at_ms: int
    values: _Floats
    next_24h: _Floats
    next_7d: _Floats

    @classmethod
    def of(cls, at_ms: int, graded: GradeColumns, became: GradeOutcomeColumns) -> "JoinedClose":
        """Return the close that two rows tell of."""
        values = np.frombuffer(graded.value, np.uint8).astype(np.float64)
        day, week = (np.frombuffer(c, "<f4").astype(np.float64) for c in (became.next_24h, became.next_7d))
        if graded.symbols == became.symbols:
            return cls(at_ms, values, day, week)
        place = {symbol: i for i, symbol in enumerate(became.symbols)}
        where = np.array([place.get(symbol, len(place)) for symbol in graded.symbols], np.int64)
        return cls(at_ms, values, np.append(day, np.nan)[where], np.append(week, np.nan)[where])


def first_of_each_day(
    closes: Iterable[tuple[GradesRow, int | None]],
) -> Iterator[tuple[GradesRow, int | None]]:
    """Yield the first close of each day, midnight ending it, of closes by series and time."""
    before = None
    for close, outcome in closes:
        day = close.venue, close.timeframe, (close.at_ms - 1) // DAY_MS
        if day != before:
            before = day
            yield close, outcome


def rows_needed(at_ms: Collection[int]) -> list[int]:
    """Return which closes a record reads, rising: those that count for either horizon."""
    times = sorted(at_ms)
    return sorted({*_apart(times, DAY_MS), *_apart(times, WEEK_MS)})


def grade_records(closes: Sequence[JoinedClose]) -> tuple[GradeRecord, ...]:
    """Return the record of every band for 24 hours, then for seven days; empty where there is no close."""
    if not closes:
        return ()
    times = [close.at_ms for close in closes]
    days, weeks = set(_apart(times, DAY_MS)), set(_apart(times, WEEK_MS))
    by_day = [(close.values, close.next_24h) for close in closes if close.at_ms in days]
    by_week = [(close.values, close.next_7d) for close in closes if close.at_ms in weeks]
    return (*_bands(by_day, DAY_MS), *_bands(by_week, WEEK_MS))


def _apart(times: Sequence[int], horizon_ms: int) -> list[int]:
    """Return times at least a horizon apart, from the first on: no move counts twice."""
    kept: list[int] = []
    for at_ms in times:
        if not kept or at_ms >= kept[-1] + horizon_ms:
            kept.append(at_ms)
    return kept


def _bands(closes: Sequence[tuple[_Floats, _Floats]], horizon_ms: int) -> list[GradeRecord]:
    told = [(np.empty(0), np.empty(0), np.empty(0, bool))]
    for values, after in closes:
        known = np.isfinite(after)
        if known.sum() >= LEAST_COINS:
            beats = after > np.median(after[known])
            told.append((np.minimum(values // BAND_WIDTH, _N_BANDS - 1), after, beats))
    bands, returns, beat = (np.concatenate(column) for column in zip(*told, strict=True))
    return [_band(k, horizon_ms, returns[bands == k], beat[bands == k]) for k in range(_N_BANDS)]


def _band(k: int, horizon_ms: int, after: _Floats, beat: NDArray[np.bool_]) -> GradeRecord:
    known = np.isfinite(after)
    n, low = int(known.sum()), k * BAND_WIDTH
    n_unknown = len(after) - n
    if n == 0:
        return GradeRecord(low, horizon_ms, RecordSource.LEDGER, 0, None, n_unknown=n_unknown)
    return GradeRecord(
        low,
        horizon_ms,
        RecordSource.LEDGER,
        n,
        Share.of(int(beat[known].sum()), n),
        Share.of(int((after[known] <= CRASH).sum()), n),
        float(np.median(after[known])),
        n_unknown,
    )
