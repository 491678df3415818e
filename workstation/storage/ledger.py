"""The ledger that cannot be edited: judgements, written before anybody is told, each chained to the last."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workstation import __version__
from workstation.domain.errors import UsageError
from workstation.domain.given_advice import AdviceOutcome, GivenAdvice
from workstation.domain.grade import Grade
from workstation.domain.grade_record import WEEK_MS
from workstation.domain.ledger import (
    Correction,
    EntryKind,
    Genesis,
    LedgerHead,
    ModelEvent,
)
from workstation.domain.outcome import GradeOutcome, Outcome
from workstation.domain.ports import Clock
from workstation.domain.signal import Signal
from workstation.storage.database import Database, foreign
from workstation.storage.ledger_body import GradeColumns, GradeOutcomeColumns, encoded
from workstation.storage.ledger_reader import LedgerReader
from workstation.storage.ledger_row import FIRST, INSERT, SCHEMA, Row, digest

_HAS_OUTCOME = "SELECT 1 FROM entry WHERE kind = 'outcome' AND about = ?"


@dataclass(frozen=True, slots=True)
class _Header:
    """What a row says of itself, beside its number and when it was written."""

    kind: EntryKind
    known_at_ms: int
    venue: bytes = b""
    symbol: bytes = b""
    timeframe: str = ""
    direction: int = 0
    about: int = 0


class Ledger(LedgerReader):
    """Signals, grades, advice, outcomes, corrections and model events, only ever added to, in one chain.

    A call that returned survives a power cut. After each commit the newest head is written into a small file
    beside the ledger. Where that head says that rows have been removed from the end since, the first row
    that is written afterwards says so, for good.

    Parameters
    ----------
    path : Path
        The file. Its folder is made where it may be written.
    clock : Clock
        Tells when a row is written.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is damaged, foreign, or from a newer Tidemark.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._has_checked_end = False
        self._newest: LedgerHead | None = None
        self._open(Database(path, SCHEMA))

    def reader(self) -> LedgerReader:
        """Return a reader of the same file, for another thread."""
        return LedgerReader(self._database.path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make every call inside part of one transaction: all of them are stored, or none."""
        is_outermost = not self._database.in_transaction
        had_checked_end = self._has_checked_end
        try:
            with self._database.writing():
                yield
        except BaseException:
            if is_outermost:
                self._newest, self._has_checked_end = None, had_checked_end
            raise
        if is_outermost:
            self._keep_head()

    def add_signal(self, signal: Signal) -> int | None:
        """Write a signal; return its row, None where the same (series, bar, direction) is already there.

        Raises
        ------
        UsageError
            Its bar is still forming: it may yet vanish.
        StoreError
            It was not written.
        """
        if not signal.closed:
            raise UsageError(f"A signal on the forming bar of {signal.key} may still vanish; it is not kept.")
        key = signal.key
        series = foreign(key.venue), foreign(key.symbol), key.timeframe
        header = _Header(EntryKind.SIGNAL, signal.known_at_ms, *series, int(signal.direction))
        taken = (
            "SELECT 1 FROM entry WHERE kind = 'signal' AND venue = ? AND symbol = ? AND timeframe = ? "
            "AND known_at_ms = ? AND direction = ?"
        )
        body = encoded(signal)
        with self.transaction():
            if self._first(taken, *series, header.known_at_ms, header.direction) is not None:
                return None
            return self._append(header, body)

    def add_grades(self, grades: Sequence[Grade]) -> int | None:
        """Write all grades of one close in one row; return it, None where that close is already there.

        Scores, changes and sub-grades are kept as float32.

        Raises
        ------
        UsageError
            There are none, they are not of one close, or a coin is there twice.
        StoreError
            They were not written.
        """
        grades = sorted(grades, key=lambda grade: foreign(grade.symbol))
        closes = {(grade.venue, grade.timeframe, grade.at_ms) for grade in grades}
        if len(closes) != 1 or len({grade.symbol for grade in grades}) != len(grades):
            raise UsageError("A row of grades holds one close of one venue, and each coin once.")
        ((venue, timeframe, at_ms),) = closes
        header = _Header(EntryKind.GRADES, at_ms, venue=foreign(venue), timeframe=timeframe)
        taken = (
            "SELECT 1 FROM entry WHERE kind = 'grades' AND venue = ? AND timeframe = ? AND known_at_ms = ?"
        )
        body = encoded(GradeColumns.of(grades))
        with self.transaction():
            if self._first(taken, header.venue, timeframe, at_ms) is not None:
                return None
            return self._append(header, body)

    def add_outcome(self, signal_row: int, outcome: Outcome) -> int | None:
        """Write what became of a signal; return the row, None where its outcome is already there.

        An outcome that was wrong is not written again: see `add_correction`.

        Raises
        ------
        UsageError
            There is no signal in that row.
        StoreError
            It was not written.
        """
        body = encoded(outcome)
        with self.transaction():
            header = self._about(signal_row, EntryKind.OUTCOME, outcome.ended_ms, (EntryKind.SIGNAL,))
            if self._first(_HAS_OUTCOME, signal_row) is not None:
                return None
            return self._append(header, body)

    def add_grade_outcomes(self, grades_row: int, outcomes: Sequence[GradeOutcome]) -> int | None:
        """Write what the coins of a graded close did next; return the row, None where that is already there.

        Returns are kept as float32. The row is known seven days after the close.

        Raises
        ------
        UsageError
            There are no grades in that row, no outcomes, or a coin is there twice.
        StoreError
            It was not written.
        """
        outcomes = sorted(outcomes, key=lambda one: foreign(one.symbol))
        if not outcomes or len({one.symbol for one in outcomes}) != len(outcomes):
            raise UsageError("A row of outcomes holds at least one coin, and each once.")
        body = encoded(GradeOutcomeColumns.of(outcomes))
        with self.transaction():
            known_at_ms = self._known_at(grades_row) + WEEK_MS
            header = self._about(grades_row, EntryKind.OUTCOME, known_at_ms, (EntryKind.GRADES,))
            if self._first(_HAS_OUTCOME, grades_row) is not None:
                return None
            return self._append(header, body)

    def add_correction(self, correction: Correction) -> int:
        """Write why an earlier row is not right; that row stays as it is.

        Raises
        ------
        UsageError
            There is no such row, it cannot be corrected, no reason is given, or an outcome is given where
            the row is none or missing where it is one.
        StoreError
            It was not written.
        """
        if not correction.reason.strip() or correction.lost is not None:
            raise UsageError("A correction needs a reason; what was lost only the ledger itself can say.")
        body = encoded(correction)
        kinds = (
            (EntryKind.OUTCOME,)
            if correction.outcome
            else (EntryKind.SIGNAL, EntryKind.GRADES, EntryKind.MODEL, EntryKind.ADVICE)
        )
        with self.transaction():
            header = self._about(correction.corrects, EntryKind.CORRECTION, self._clock.now_ms(), kinds)
            if correction.outcome is not None and header.direction == 0:
                raise UsageError(
                    f"Row {correction.corrects} of the ledger tells what graded coins did, which no outcome "
                    "of a signal can replace."
                )
            return self._append(header, body)

    def add_model_event(self, event: ModelEvent) -> int:
        """Write what happened to a model.

        Raises
        ------
        StoreError
            It was not written.
        """
        body = encoded(event)
        with self.transaction():
            return self._append(_Header(EntryKind.MODEL, self._clock.now_ms()), body)

    def add_advice(self, given: GivenAdvice) -> int | None:
        """Write advice; return its row, None where there is some of that venue and close already.

        Raises
        ------
        StoreError
            It was not written.
        """
        body, at_ms, venue = encoded(given), given.advice.at_ms, foreign(given.venue)
        taken = "SELECT 1 FROM entry WHERE kind = 'advice' AND venue = ? AND known_at_ms = ?"
        with self.transaction():
            if self._first(taken, venue, at_ms) is not None:
                return None
            return self._append(_Header(EntryKind.ADVICE, at_ms, venue, timeframe="1d"), body)

    def add_advice_outcome(self, advice_row: int, outcome: AdviceOutcome) -> int | None:
        """Write what became of advice; return the row, None where that is already there.

        Raises
        ------
        UsageError
            There is no advice in that row.
        StoreError
            It was not written.
        """
        body = encoded(outcome)
        taken = "SELECT 1 FROM entry WHERE kind = 'advice_outcome' AND number > ? AND about = ?"
        with self.transaction():
            header = self._about(advice_row, EntryKind.ADVICE_OUTCOME, outcome.until_ms, (EntryKind.ADVICE,))
            if self._first(taken, advice_row, advice_row) is not None:
                return None
            return self._append(header, body)

    def _about(self, number: int, kind: EntryKind, known_at_ms: int, about: tuple[EntryKind, ...]) -> _Header:
        """Return the header of a row that belongs to an earlier one, whose series it takes over."""
        sql = "SELECT kind, venue, symbol, timeframe, direction FROM entry WHERE number = ?"
        found = self._first(sql, number)
        if found is None or found[0] not in about:
            stands = "is none" if found is None else f"says {found[0]}"
            wanted = " or ".join(about)
            raise UsageError(f"Row {number} of the ledger {stands}; a row that says {wanted} was expected.")
        venue, symbol, timeframe, direction = found[1:]
        return _Header(kind, known_at_ms, venue, symbol, timeframe, direction, number)

    def _known_at(self, number: int) -> int:
        found = self._first("SELECT known_at_ms FROM entry WHERE number = ?", number)
        return 0 if found is None else int(found[0])

    def _first(self, sql: str, *values: object) -> Any:
        with self._database.writing() as connection:
            return connection.execute(sql, values).fetchone()

    def _append(self, header: _Header, body: bytes) -> int:
        """Add a row at the end, inside a transaction; before the first one the ledger says when it began."""
        number, previous = self._end()
        if number == 0:
            created_ms = self._clock.now_ms()
            genesis = encoded(Genesis(__version__, created_ms))
            number, previous = self._chain(number, previous, _Header(EntryKind.GENESIS, created_ms), genesis)
        if not self._has_checked_end:
            self._has_checked_end = True
            number, previous = self._say_what_is_lost(number, previous)
        return self._chain(number, previous, header, body)[0]

    def _end(self) -> tuple[int, bytes]:
        found = self._first("SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1")
        return (0, FIRST) if found is None else found

    def _say_what_is_lost(self, number: int, previous: bytes) -> tuple[int, bytes]:
        """Write that rows were removed, where the head that was kept beside the ledger stands no more."""
        kept = self._head_file.read()
        if kept is None or kept.row is None:
            return number, previous
        found = self._first("SELECT hash FROM entry WHERE number = ?", kept.row)
        if found is not None and found[0].hex() == kept.hash_hex:
            return number, previous
        reason = (
            f"The ledger once reached row {kept}; before this row was written, that one was gone or another."
        )
        correction = Correction(min(number + 1, kept.row), reason, lost=kept)
        header = _Header(EntryKind.CORRECTION, self._clock.now_ms())
        return self._chain(number, previous, header, encoded(correction))

    def _chain(self, number: int, previous: bytes, header: _Header, body: bytes) -> tuple[int, bytes]:
        row = Row(
            number + 1,
            header.kind.value.encode(),
            self._clock.now_ms(),
            header.known_at_ms,
            header.venue,
            header.symbol,
            header.timeframe.encode(),
            header.direction,
            header.about,
            body,
        )
        found = digest(previous, row)
        cells = row._asdict() | {"kind": header.kind.value, "timeframe": header.timeframe, "hash": found}
        with self._database.writing() as connection:
            connection.execute(INSERT, tuple(cells.values()))
        self._newest = LedgerHead(row.number, found.hex())
        return row.number, found

    def _keep_head(self) -> None:
        """Write the newest head beside the ledger; where the disk refuses, the next commit tries again."""
        if self._newest is None:
            return
        try:
            self._head_file.keep(self._newest)
        except OSError as error:
            reason = error.strerror
            text = f"The newest head could not be kept beside the ledger ({reason}); the rows are written."
            self._name_damage(text)
        self._newest = None
