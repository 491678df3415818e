"""One row of the ledger: its columns, its hash, and the file they lie in."""

import hashlib
import struct
from typing import Any, NamedTuple

from workstation.storage.database import Schema

FIRST = bytes(32)
"""What stands for the hash before the first row."""

_NUMBERS = struct.Struct(">5q")
_LENGTHS = struct.Struct(">4I")


class Row(NamedTuple):
    """What is stored of one row. Text is kept as bytes: a damaged row may hold any.

    Parameters
    ----------
    number : int
        1 for the first; no holes.
    kind : bytes
        Of `workstation.domain.ledger.EntryKind`.
    written_ms, known_at_ms : int
        UTC milliseconds.
    venue, symbol, timeframe : bytes
        Of the series it is about; empty where it is about none.
    direction : int
        Of a signal and its outcome; 0 elsewhere.
    about : int
        The row that an outcome or a correction belongs to; 0 elsewhere.
    body : bytes
        MessagePack of what it says.
    hash : bytes
        SHA-256 of the hash before, the fields above and the body.
    """

    number: int
    kind: bytes
    written_ms: int
    known_at_ms: int
    venue: bytes
    symbol: bytes
    timeframe: bytes
    direction: int
    about: int
    body: bytes
    hash: bytes = b""


INSERT = f"INSERT INTO entry VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608  nothing foreign


def columns(table: str) -> str:
    """Return the columns of a `Row` for a query, in its order."""
    text = ("kind", "timeframe")  # cast: a damaged text need not be text
    return ", ".join(
        f"CAST({table}.{name} AS BLOB)" if name in text else f"{table}.{name}" for name in Row._fields
    )


def content(row: Row) -> bytes:
    """Return what is hashed of a row after the hash before it.

    Five signed 64-bit numbers (number, written, known, about, direction) and the lengths of four texts
    (kind, venue, symbol, timeframe) as unsigned 32-bit numbers, all big-endian; the four texts; the body.

    Raises
    ------
    ValueError
        A field is not of its type.
    """
    texts = (row.kind, row.venue, row.symbol, row.timeframe)
    try:
        numbers = _NUMBERS.pack(row.number, row.written_ms, row.known_at_ms, row.about, row.direction)
        return b"".join((numbers, _LENGTHS.pack(*map(len, texts)), *texts, row.body))
    except (struct.error, TypeError) as error:
        raise ValueError(str(error)) from error


TEXTS_BEGIN = _NUMBERS.size + _LENGTHS.size
"""Where the texts begin in `content`."""


def digest(previous: bytes, row: Row) -> bytes:
    """Return the hash that a row must have after the hash before it.

    Raises
    ------
    ValueError
        A field is not of its type.
    """
    return hashlib.sha256(previous + content(row)).digest()


def is_sound(previous: Any, row: Row) -> bool:
    """Return whether a row is what its hash and the stored hash before it say."""
    before = FIRST if row.number == 1 else previous
    try:
        return digest(before, row) == row.hash
    except (ValueError, TypeError):
        return False


SCHEMA = Schema(
    what="ledger",
    application_id=0x54444D4C,  # "TDML"
    steps=(
        """
        CREATE TABLE entry (
            number INTEGER PRIMARY KEY, kind TEXT NOT NULL, written_ms INTEGER NOT NULL,
            known_at_ms INTEGER NOT NULL, venue BLOB NOT NULL, symbol BLOB NOT NULL, timeframe TEXT NOT NULL,
            direction INTEGER NOT NULL, about INTEGER NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX one_signal ON entry (venue, symbol, timeframe, known_at_ms, direction)
            WHERE kind = 'signal';
        CREATE INDEX signal_time ON entry (known_at_ms) WHERE kind = 'signal';
        CREATE UNIQUE INDEX one_close ON entry (venue, timeframe, known_at_ms) WHERE kind = 'grades';
        CREATE UNIQUE INDEX one_outcome ON entry (about) WHERE kind = 'outcome';
        CREATE INDEX corrected ON entry (about, number) WHERE kind = 'correction';
        CREATE TRIGGER entry_UPDATE BEFORE UPDATE ON entry
            BEGIN SELECT raise(ABORT, 'the ledger is only ever added to'); END;
        CREATE TRIGGER entry_DELETE BEFORE DELETE ON entry
            BEGIN SELECT raise(ABORT, 'the ledger is only ever added to'); END;
        CREATE TRIGGER entry_INSERT BEFORE INSERT ON entry
            WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entry)
            BEGIN SELECT raise(ABORT, 'the ledger is only ever added to at its end'); END;
        """,
    ),
    synchronous="FULL",  # what the trader was told must survive a power cut
)
