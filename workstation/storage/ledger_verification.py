"""Reads a whole ledger again and finds the first place where it is not what was written."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workstation.domain.errors import StoreError
from workstation.domain.ledger import ChainBreak, Correction, Flaw, LedgerHead, Verification
from workstation.storage.database import Database
from workstation.storage.ledger_body import UnknownKind, stored
from workstation.storage.ledger_diagnosis import diagnosis, name_of
from workstation.storage.ledger_head import HeadFile
from workstation.storage.ledger_row import FIRST, Row, columns, is_sound

CHUNK_ROWS = 500

_CHUNK = f"SELECT {columns('entry')} FROM entry WHERE number > ? AND number <= ? ORDER BY number LIMIT ?"  # noqa: S608  our own columns
_NO_HEAD_FILE = (
    "The file with the newest head is missing or damaged: only a head that was noted elsewhere tells whether "
    "rows were removed from the end."
)


def silent(_done: int, _total: int) -> None:
    """Say nothing."""


def no_file(error: StoreError) -> Verification:
    """Return what is to be said of a file that is too damaged to be opened."""
    return Verification(0, None, ChainBreak(0, Flaw.UNREADABLE, str(error), 0))


def verify_chain(
    database: Database, head_file: HeadFile, noted: LedgerHead | None, progress: Callable[[int, int], None]
) -> Verification:
    """Return how many rows of a ledger stand and where it breaks first; damage is never raised.

    Rows are read a few hundred at a time, so that a writer goes on meanwhile; what it adds after the
    beginning is left for the next time.

    Parameters
    ----------
    database : Database
        The ledger's.
    head_file : HeadFile
        The one beside it.
    noted : LedgerHead or None
        A head that was noted elsewhere.
    progress : callable
        Told how many of how many rows are read.
    """
    kept = head_file.read()  # before the rows: it is never newer than they are
    walk = _Walk(kept, noted)
    try:
        first_break = walk.go(database, progress)
    except StoreError as error:
        where = f"Row {walk.n_standing + 1} cannot be read: {error}"
        return walk.found(ChainBreak(walk.n_standing + 1, Flaw.UNREADABLE, where, walk.n_standing))
    if first_break is not None:
        return walk.found(first_break)
    ending = walk.ending() or _page_damage(database, walk.n_standing)
    found = walk.found(ending or walk.lost)
    if kept is None and walk.n_standing:
        return replace(found, notes=(*found.notes, _NO_HEAD_FILE))
    return found


class _Walk:
    """From row to row, each held against the one before it."""

    def __init__(self, kept: LedgerHead | None, noted: LedgerHead | None) -> None:
        self._kept, self._noted = kept, noted
        self._hash = FIRST
        self._has_met_noted = noted is None
        self.n_standing = 0
        self._n_newer = 0
        self.lost: ChainBreak | None = None

    def go(self, database: Database, progress: Callable[[int, int], None]) -> ChainBreak | None:
        """Read row after row; return where it breaks, None at the end."""
        last = _last_number(database)
        after = -(1 << 63)
        while after < last:
            rows = _rows_after(database, after, last)
            if not rows:
                break
            for i, row in enumerate(rows):
                if (found := self._step(row, rows, i)) is not None:
                    return found
            after = rows[-1].number
            progress(self.n_standing, last)
        return None

    def found(self, first_break: ChainBreak | None) -> Verification:
        """Return what was found; rows that were lost earlier are told beside a break that comes later."""
        n = self.n_standing if first_break is None else first_break.n_standing
        head = LedgerHead(self.n_standing, self._hash.hex()) if self.n_standing else None
        notes = () if self.lost in (None, first_break) else (self.lost.text,)
        if self._n_newer:
            rows = "1 row was" if self._n_newer == 1 else f"{self._n_newer:,} rows were"
            text = f"{rows} written by a newer Tidemark: sound, but not understood here."
            notes = (*notes, text)
        return Verification(n, head, first_break, notes)

    def ending(self) -> ChainBreak | None:
        """Return the break that only the end shows: rows are gone, or a noted head was never met."""
        for head in (self._kept, self._noted):
            if head is not None and (head.row or 0) > self.n_standing:
                return self._truncated(head)
        if not self._has_met_noted:
            text = f"No row has the hash {self._noted} that was noted: rows were replaced or removed since."
            return ChainBreak(0, Flaw.REPLACED, text, 0)
        return None

    def _truncated(self, head: LedgerHead) -> ChainBreak:
        n, gone = self.n_standing, (head.row or 0) - self.n_standing
        gone_rows = f"Row {n + 1} is" if gone == 1 else f"Rows {n + 1:,} to {head.row:,} are"
        text = f"{gone_rows} gone from the end; the newest was once row {head.row:,}."
        return ChainBreak(n + 1, Flaw.TRUNCATED, text, n)

    def _step(self, row: Row, rows: list[Row], i: int) -> ChainBreak | None:
        expected = self.n_standing + 1
        if row.number != expected:
            return _misnumbered(row.number, expected)
        if not is_sound(self._hash, row):
            flaw, text = diagnosis(row, self._hash, rows[i + 1 :])
            return ChainBreak(expected, flaw, text, expected - 1)
        found = self._against_heads(row) or self._against_its_kind(row)
        if found is None:
            self.n_standing, self._hash = expected, row.hash
        return found

    def _against_heads(self, row: Row) -> ChainBreak | None:
        hash_hex = row.hash.hex()
        for head in (self._kept, self._noted):
            if head is not None and head.row == row.number and head.hash_hex != hash_hex:
                text = (
                    f"Row {row.number:,} is not the one whose hash was noted: the chain was written anew, "
                    "and which of the rows before it are the old ones cannot be told."
                )
                return ChainBreak(row.number, Flaw.REPLACED, text, 0)
        if self._noted is not None and self._noted.hash_hex == hash_hex:
            self._has_met_noted = True
        return None

    def _against_its_kind(self, row: Row) -> ChainBreak | None:
        try:
            value = stored(row)
        except UnknownKind:
            self._n_newer += 1
            return None
        except ValueError as error:
            text = f"{name_of(row)} is as it was written, but is not understood: {error}."
            return ChainBreak(row.number, Flaw.UNDECODABLE, text, row.number - 1)
        if isinstance(value, Correction) and value.lost is not None and self.lost is None:
            text = f"Row {row.number:,} says: {value.reason}"
            self.lost = ChainBreak(row.number, Flaw.TRUNCATED, text, row.number - 1)
        return None


def _rows_after(database: Database, after: int, last: int) -> list[Row]:
    with database.reading() as connection:
        found: Any = () if connection is None else connection.execute(_CHUNK, (after, last, CHUNK_ROWS))
        return list(map(Row._make, found))


def _last_number(database: Database) -> int:
    with database.reading() as connection:
        found = None if connection is None else connection.execute("SELECT max(number) FROM entry").get
    return int(found) if isinstance(found, int) else -(1 << 63)


def _misnumbered(number: int, expected: int) -> ChainBreak:
    if number > expected:
        text = f"Row {expected:,} is missing; the next one is row {number:,}."
        return ChainBreak(expected, Flaw.MISSING, text, expected - 1)
    text = f"Where row {expected:,} should be stands one with the number {number:,}."
    return ChainBreak(expected, Flaw.REORDERED, text, expected - 1)


def _page_damage(database: Database, n_standing: int) -> ChainBreak | None:
    try:
        found = database.check()
    except StoreError as error:
        found = [str(error)]
    if not found:
        return None
    text = f"Every row stands, but the file is damaged beside them: {found[0]}"
    return ChainBreak(0, Flaw.UNREADABLE, text, n_standing)
