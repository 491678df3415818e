"""Questions to the ledger: what was judged, what became of it, and whether it still is what was written."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from workstation.domain.errors import StoreError
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.grade import Grade
from workstation.domain.grade_record import GradeRecord, GradesRow
from workstation.domain.ledger import (
    Entry,
    EntryKind,
    HitRecord,
    LedgerHead,
    RecordGroup,
    SignalEntry,
    SignalFilter,
    Verification,
)
from workstation.domain.signal import Signal
from workstation.storage.database import Database, foreign, from_foreign, is_damage
from workstation.storage.ledger_body import GradeColumns, GradeOutcomeColumns, UnknownKind, stored
from workstation.storage.ledger_grade_record import JoinedClose, first_of_each_day, grade_records, rows_needed
from workstation.storage.ledger_head import HeadFile
from workstation.storage.ledger_record import hit_records
from workstation.storage.ledger_row import SCHEMA, Row, columns, is_sound
from workstation.storage.ledger_verification import no_file, silent, verify_chain
from workstation.storage.store_file import StoreFile

DAY_MS = 86_400_000

_EVER = (1 << 63) - 1
_WIDTH = len(Row._fields)
_WITH_PREVIOUS = (
    f"SELECT {columns('e')}, p.hash FROM entry e "  # noqa: S608  our own columns
    "LEFT JOIN entry p ON p.number = e.number - 1 "
)
_WITH_OUTCOME = (
    f"SELECT {columns('e')}, p.hash, {columns('o')}, q.hash, {columns('c')}, r.hash FROM entry e "  # noqa: S608
    "LEFT JOIN entry p ON p.number = e.number - 1 "
    "LEFT JOIN entry o ON o.about = e.number AND o.kind = 'outcome' "
    "LEFT JOIN entry q ON q.number = o.number - 1 "
    "LEFT JOIN entry c ON c.number = "
    "(SELECT max(number) FROM entry WHERE about = o.number AND kind = 'correction') "
    "LEFT JOIN entry r ON r.number = c.number - 1 "
)


class LedgerReader(StoreFile):
    """The ledger as others may see it: nothing can be written through this.

    Every row that is read is held against its hash; one that is not what was written is left out of every
    answer and named by `damage`.

    Parameters
    ----------
    path : Path
        The file; a missing one is an empty ledger until it appears.

    Raises
    ------
    StoreError
        The file is damaged, foreign, or from a newer Tidemark.
    """

    def __init__(self, path: Path) -> None:
        self._open(Database(path, SCHEMA, read_only=True))

    def _open(self, database: Database) -> None:
        super().__init__(database)
        self._head_file = HeadFile.beside(database.path)

    def head(self) -> LedgerHead | None:
        """Return the newest row and its hash; None while the ledger is empty.

        Note it somewhere else: `verify` proves with it that nothing up to that row was replaced or removed.
        """
        with self._database.reading() as connection:
            sql = "SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1"
            found = None if connection is None else connection.execute(sql).fetchone()
        return None if found is None else LedgerHead(found[0], found[1].hex())

    def verify(
        self, progress: Callable[[int, int], None] = silent, noted: LedgerHead | None = None
    ) -> Verification:
        """Read every row again and return the first break; damage is never raised.

        Rows that were removed from the end leave a sound chain behind. They are noticed by the head in the
        file beside the ledger and, for certain, by a head that was noted elsewhere.

        Parameters
        ----------
        progress : callable
            Told how many of how many rows are read.
        noted : LedgerHead, optional
            What `head` once said.
        """
        return verify_chain(self._database, self._head_file, noted, progress)

    def signals(self, wanted: SignalFilter | None = None, limit: int | None = None) -> list[SignalEntry]:
        """Return the newest `limit` signals that are wanted with their outcomes, oldest first."""
        found: list[SignalEntry] = []
        for entry in self._newest_signals(wanted or SignalFilter()):
            if limit is not None and len(found) >= limit:
                break
            found.append(entry)
        return found[::-1]

    def signals_due(self, now_ms: int, since_ms: int = 0) -> list[SignalEntry]:
        """Return signals known since a time whose horizon has passed and whose outcome is not written yet."""
        return [entry for entry in self.signals(SignalFilter(since_ms=since_ms)) if _is_due(entry, now_ms)]

    def record(
        self, group_by: Sequence[RecordGroup] = (), wanted: SignalFilter | None = None
    ) -> list[HitRecord]:
        """Return how often signals raised at the time were right, the sort with the most outcomes first.

        A signal that was only worked out later from history is no proof and does not count.
        """
        return hit_records(self._newest_signals(wanted or SignalFilter()), group_by)

    def entries(self, symbol: str | None = None, since_ms: int | None = None, limit: int = 50) -> list[Entry]:
        """Return the newest `limit` rows of any kind, oldest first; with a symbol, those about that coin."""
        sql = (
            _WITH_PREVIOUS + "WHERE e.known_at_ms >= ? AND (? IS NULL OR e.symbol = ?) ORDER BY e.number DESC"
        )
        name = None if symbol is None else foreign(symbol)
        found: list[Entry] = []
        for row, value in self._sound(sql, (since_ms or 0, name, name)):
            if len(found) >= limit:
                break
            said = value.outcomes() if isinstance(value, GradeOutcomeColumns) else value
            said = said.grades(row) if isinstance(said, GradeColumns) else said
            times, kind = (row.written_ms, row.known_at_ms), EntryKind(row.kind.decode())
            found.append(Entry(row.number, kind, *times, row.about, said, row.hash.hex()))
        return found[::-1]

    def grades(self, venue: str, timeframe: str, at_ms: int) -> tuple[Grade, ...]:
        """Return the grades of all coins at a close, by symbol; empty where none were written."""
        found = self._close_at(venue, timeframe, at_ms)
        return () if found is None else found[1].grades(found[0])

    def grade_values(self, venue: str, timeframe: str, at_ms: int) -> dict[str, int]:
        """Return only the values of `grades`, by symbol; for 24 hours before, ask `DAY_MS` earlier."""
        found = self._close_at(venue, timeframe, at_ms)
        return {} if found is None else found[1].values()

    def graded_series(self) -> list[tuple[str, str, int]]:
        """Return each venue and timeframe of which grades were written, with their newest close."""
        sql = (
            "SELECT venue, timeframe, max(known_at_ms) FROM entry WHERE kind = 'grades' "
            "GROUP BY venue, timeframe ORDER BY 3"
        )
        with self._database.reading() as connection:
            found = () if connection is None else connection.execute(sql)
            return [(from_foreign(venue), timeframe, at_ms) for venue, timeframe, at_ms in found]

    def newest_grades(
        self, venue: str, timeframe: str | None = None, at_ms: int = _EVER
    ) -> tuple[Grade, ...]:
        """Return the grades of all coins at the newest close up to `at_ms`, by symbol; empty where none are.

        Without a timeframe it is the one whose close is the newest.
        """
        sql = _WITH_PREVIOUS + (
            "WHERE e.kind = 'grades' AND e.venue = ? AND e.timeframe = ? AND e.known_at_ms <= ? "
            "ORDER BY e.known_at_ms DESC"
        )
        series = [t for v, t, _ in self.graded_series() if v == venue and timeframe in (None, t)]
        newest = (next(self._sound(sql, (foreign(venue), t, at_ms)), None) for t in series)
        found = [each for each in newest if each is not None]
        if not found:
            return ()
        row, close = max(found, key=lambda each: each[0].known_at_ms)
        grades: tuple[Grade, ...] = close.grades(row)
        return grades

    def grade_history(
        self,
        venue: str,
        symbol: str,
        timeframe: str,
        since_ms: int = 0,
        until_ms: int = _EVER,
        limit: int | None = None,
    ) -> list[Grade]:
        """Return the newest `limit` grades of a coin with ``since_ms <= at_ms < until_ms``, oldest first."""
        sql = _WITH_PREVIOUS + (
            "WHERE e.kind = 'grades' AND e.venue = ? AND e.timeframe = ? AND e.known_at_ms >= ? "
            "AND e.known_at_ms < ? ORDER BY e.known_at_ms DESC"
        )
        rows = self._sound(sql, (foreign(venue), timeframe, since_ms, until_ms))
        found = (grade for row, close in rows for grade in close.grades(row, symbol))
        return list(islice(found, limit))[::-1]

    def grades_waiting(self, venue: str, since_ms: int = 0) -> list[GradesRow]:
        """Return the first graded close of each day since a time of which no outcome is written, by time."""
        begin_ms = (since_ms - 1) // DAY_MS * DAY_MS + 1  # of its day: the first close is asked for
        found = self._graded_closes("e.venue = ? AND e.known_at_ms >= ?", (foreign(venue), begin_ms))
        closes = [close for close, outcome in first_of_each_day(found) if outcome is None]
        return sorted(closes, key=lambda close: close.at_ms)

    def grade_records(self, venue: str, timeframe: str) -> tuple[GradeRecord, ...]:
        """Return what coins of each band of grades did in the 24 hours and in the seven days after.

        Closes count that are at least a horizon apart, from the oldest on. Empty where no outcome is known.
        """
        found = self._graded_closes("e.venue = ? AND e.timeframe = ?", (foreign(venue), timeframe))
        joined = {close.at_ms: (close.row, outcome) for close, outcome in found if outcome is not None}
        sql = _WITH_PREVIOUS + "WHERE e.number = ?"
        closes = []
        for at_ms in rows_needed(joined):
            graded, became = (next(self._sound(sql, (number,)), None) for number in joined[at_ms])
            if graded is not None and became is not None:
                closes.append(JoinedClose.of(at_ms, graded[1], became[1]))
        return grade_records(closes)

    def _graded_closes(self, where: str, values: Sequence[object]) -> list[tuple[GradesRow, int | None]]:
        """Return closes by series and time, each with the row of its outcome."""
        sql = (
            "SELECT e.number, e.venue, e.timeframe, e.known_at_ms, o.number FROM entry e "  # noqa: S608
            "LEFT JOIN entry o ON o.about = e.number AND o.kind = 'outcome' "
            f"WHERE e.kind = 'grades' AND {where} ORDER BY e.venue, e.timeframe, e.known_at_ms"
        )
        with self._database.reading() as connection:
            found = () if connection is None else connection.execute(sql, values)
            return [(GradesRow(n, from_foreign(v), t, at_ms), o) for n, v, t, at_ms, o in found]

    def advice(self, venue: str, limit: int = 1) -> list[AdviceEntry]:
        """Return the newest `limit` advice on a venue's closes with what became of it, oldest first."""
        sql = _WITH_PREVIOUS + "WHERE e.kind = 'advice' AND e.venue = ? ORDER BY e.number DESC"
        given = list(islice(self._sound(sql, (foreign(venue),)), limit))[::-1]
        first = given[0][0].number if given else 1 << 62
        sql = _WITH_PREVIOUS + "WHERE e.kind = 'advice_outcome' AND e.number > ?"
        became = {row.about: outcome for row, outcome in self._sound(sql, (first,))}
        return [AdviceEntry(row.number, row.written_ms, said, became.get(row.number)) for row, said in given]

    def _close_at(self, venue: str, timeframe: str, at_ms: int) -> tuple[Row, GradeColumns] | None:
        sql = _WITH_PREVIOUS + (
            "WHERE e.kind = 'grades' AND e.venue = ? AND e.timeframe = ? AND e.known_at_ms = ?"
        )
        return next(self._sound(sql, (foreign(venue), timeframe, at_ms)), None)

    def _newest_signals(self, wanted: SignalFilter) -> Iterator[SignalEntry]:
        where, values = _condition(wanted)
        sql = f"{_WITH_OUTCOME} WHERE {where} ORDER BY e.number DESC"
        with self._database.reading() as connection:
            for cells in () if connection is None else connection.execute(sql, values):
                found, became, corrected = (
                    self._checked(cells[begin : begin + _WIDTH + 1])
                    for begin in range(0, len(cells), _WIDTH + 1)
                )
                if found is None or not _is_wanted(found[1], wanted):
                    continue
                row, signal = found
                outcome = None if became is None else became[1]
                if corrected is None:
                    yield SignalEntry(row.number, row.written_ms, signal, outcome)
                else:
                    correction = corrected[1]
                    yield SignalEntry(
                        row.number, row.written_ms, signal, correction.outcome, correction.reason
                    )

    def _sound(self, sql: str, values: Sequence[object]) -> "Iterator[tuple[Row, Any]]":
        """Yield rows that are what was written, each with what is stored in it."""
        with self._database.reading() as connection:
            for cells in () if connection is None else connection.execute(sql, values):
                if (found := self._checked(cells)) is not None:
                    yield found

    def _checked(self, cells: Sequence[Any]) -> tuple[Row, Any] | None:
        """Return a row and what is stored in it; None where it is not there or not what was written."""
        if cells[0] is None:
            return None
        row = Row._make(cells[:-1])
        try:
            if is_sound(cells[-1], row):
                return row, stored(row)
        except UnknownKind:
            self._name_damage(f"Row {row.number} of the ledger is of a newer Tidemark and was left out.")
            return None
        except ValueError:
            pass
        text = f"Row {row.number} of the ledger, or the one before it, is damaged and was left out."
        self._name_damage(text)
        return None


def verify_ledger(
    path: Path, progress: Callable[[int, int], None] = silent, noted: LedgerHead | None = None
) -> Verification:
    """Return what `LedgerReader.verify` says, also of a file that is too damaged to be opened.

    Raises
    ------
    StoreError
        The file cannot be read for another reason: it is busy, or belongs to another user.
    """
    try:
        with LedgerReader(path) as ledger:
            return ledger.verify(progress, noted)
    except StoreError as error:
        if not is_damage(error):
            raise
        return no_file(error)


def _condition(wanted: SignalFilter) -> tuple[str, list[object]]:
    conditions: list[tuple[str, object]] = [
        ("e.venue = ?", None if wanted.venue is None else foreign(wanted.venue)),
        ("e.symbol = ?", None if wanted.symbol is None else foreign(wanted.symbol)),
        ("e.timeframe = ?", wanted.timeframe),
        ("e.known_at_ms >= ?", wanted.since_ms),
        ("e.known_at_ms < ?", wanted.until_ms),
        ("e.direction = ?", None if wanted.direction is None else int(wanted.direction)),
    ]
    asked = [(text, value) for text, value in conditions if value is not None]
    return " AND ".join(["e.kind = 'signal'", *(text for text, _ in asked)]), [value for _, value in asked]


def _is_wanted(signal: Signal, wanted: SignalFilter) -> bool:
    is_of_regime = wanted.regime is None or signal.regime is wanted.regime
    judge = wanted.model_hash
    is_of_model = judge in (None, signal.model_hash) or bool(judge and signal.model_hash.startswith(judge))
    return is_of_regime and is_of_model


def _is_due(entry: SignalEntry, now_ms: int) -> bool:
    signal = entry.signal
    if entry.outcome is not None or signal.horizon_bars is None:
        return False
    return signal.known_at_ms + signal.horizon_bars * signal.key.bar_ms <= now_ms
