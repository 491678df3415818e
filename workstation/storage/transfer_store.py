"""How far a chain was read, and the large transfers found on the way: kept together or not at all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from workstation.domain.metric import BUCKET_MS
from workstation.domain.transfer import Block, Flow, Reading, Transfer
from workstation.storage.database import Database, Schema
from workstation.storage.paths import Paths, private_folder
from workstation.storage.store_file import StoreFile

KEPT_BLOCKS = 1024
"""Blocks whose hashes are remembered: a chain that changes further back is read anew."""

KEPT_FLOWS_MS = 7 * 86_400_000
"""How long sums wait here to be told; whoever is told them keeps them for good."""

_SCHEMA = Schema(
    what="file of transfers",
    application_id=0x54444D57,  # "TDMW"
    steps=(
        """
        CREATE TABLE chain (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL,
            known_ms INTEGER NOT NULL) STRICT;
        CREATE TABLE block (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, parent TEXT NOT NULL,
            time_ms INTEGER NOT NULL) STRICT;
        CREATE TABLE watched (token TEXT PRIMARY KEY, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE transfer (block INTEGER NOT NULL, tx TEXT NOT NULL, position INTEGER NOT NULL,
            time_ms INTEGER NOT NULL, coin TEXT NOT NULL, sender TEXT, receiver TEXT, usd REAL,
            PRIMARY KEY (block, tx, position)) STRICT, WITHOUT ROWID;
        CREATE INDEX transfer_time ON transfer (time_ms);
        CREATE TABLE flow (coin TEXT NOT NULL, end_ms INTEGER NOT NULL, known_ms INTEGER NOT NULL,
            to_usd REAL NOT NULL, from_usd REAL NOT NULL, to_count INTEGER NOT NULL,
            from_count INTEGER NOT NULL, PRIMARY KEY (end_ms, coin)) STRICT, WITHOUT ROWID;
        CREATE INDEX flow_known ON flow (known_ms);
        """,
    ),
    synchronous="NORMAL",  # what a power cut takes is read from the chain again
)


class TransferStore(StoreFile):
    """`workstation.domain.transfer.TransferRecorder` in one file.

    Parameters
    ----------
    path : Path
        The file; made where it was missing.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is damaged, foreign, or from a newer Tidemark.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(Database(path, _SCHEMA))

    @classmethod
    def of(cls, paths: Paths) -> "TransferStore":
        """Return the store in the user's data folder."""
        return cls(private_folder(paths.data) / "transfers.db")

    def chain_id(self) -> int | None:
        """Return the chain that is read; None before the first."""
        rows = self._rows("SELECT id FROM chain")
        return int(rows[0][0]) if rows else None

    def known_ms(self) -> int:
        """Return when the newest reading was made, UTC milliseconds; 0 before the first."""
        rows = self._rows("SELECT known_ms FROM chain")
        return int(rows[0][0]) if rows else 0

    def blocks(self) -> Sequence[Block]:
        """Return the newest blocks that were read, in the order of the chain."""
        return [
            Block(*row) for row in self._rows("SELECT number, hash, parent, time_ms FROM block ORDER BY 1")
        ]

    def watched(self) -> Mapping[str, int]:
        """Return since when each token is read without a gap, UTC milliseconds of block time."""
        return dict(self._rows("SELECT token, since_ms FROM watched"))

    def transfers(self, since_ms: int) -> Sequence[Transfer]:
        """Return large transfers in blocks from a time on, as far as they are still kept."""
        sql = (
            "SELECT block, tx, position, time_ms, coin, sender, receiver, usd FROM transfer "
            "WHERE time_ms >= ? ORDER BY block, position"
        )
        return [Transfer(*row) for row in self._rows(sql, since_ms)]

    def flows(self, since_ms: int) -> Sequence[Flow]:
        """Return every sum that became known at `since_ms` or later, as far as they are still kept."""
        sql = (
            "SELECT coin, end_ms, known_ms, to_usd, from_usd, to_count, from_count FROM flow "
            "WHERE known_ms >= ? ORDER BY known_ms, end_ms, coin"
        )
        return [Flow(*row) for row in self._rows(sql, since_ms)]

    def append(self, reading: Reading) -> bool:
        """Keep a reading that goes on where the last one ended; one that does not is not kept: False."""
        with self._database.writing() as connection:
            newest = connection.execute("SELECT number, hash FROM block ORDER BY number DESC").fetchone()
            first = reading.blocks[0]
            if newest is not None and newest != (first.number - 1, first.parent):
                return False
            self._insert(connection, reading)
            _prune(connection, reading.known_ms)
        return True

    def _insert(self, connection: apsw.Connection, reading: Reading) -> None:
        connection.execute("UPDATE chain SET known_ms = max(known_ms, ?)", (reading.known_ms,))
        connection.executemany(
            "INSERT INTO block VALUES (?, ?, ?, ?)",
            [(b.number, b.hash, b.parent, b.time_ms) for b in reading.blocks],
        )
        connection.executemany(
            "INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (t.block, t.transaction, t.index, t.time_ms, t.coin, t.sender, t.receiver, t.usd)
                for t in reading.transfers
            ],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO flow VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (f.coin, f.end_ms, f.known_ms, f.to_usd, f.from_usd, f.to_count, f.from_count)
                for f in reading.flows
            ],
        )
        connection.execute("DELETE FROM watched")
        connection.executemany("INSERT INTO watched VALUES (?, ?)", list(reading.watched.items()))

    def roll_back(self, number: int) -> None:
        """Take back all blocks above a height with their transfers, and the sums of quarters they end.

        Where no block is left, every sum that is kept here is taken back.
        """
        with self._database.writing() as connection:
            connection.execute("DELETE FROM transfer WHERE block > ?", (number,))
            connection.execute("DELETE FROM block WHERE number > ?", (number,))
            connection.execute(
                "DELETE FROM flow WHERE end_ms > (SELECT coalesce(max(time_ms), -1) FROM block)"
            )

    def begin(self, chain_id: int) -> None:
        """Forget how far this chain was read; the next reading may begin anywhere. Known sums stay."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO chain VALUES (1, ?, 0) ON CONFLICT (one) DO UPDATE SET id = excluded.id",
                (chain_id,),
            )
            for table in ("block", "transfer", "watched"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  one of three names above

    def _rows(self, sql: str, *values: int) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return [] if connection is None else list(connection.execute(sql, values))


def _prune(connection: apsw.Connection, known_ms: int) -> None:
    """Forget what no change of the chain can touch any more, and sums that were told long ago."""
    connection.execute(
        "DELETE FROM block WHERE number <= (SELECT max(number) FROM block) - ?", (KEPT_BLOCKS,)
    )
    oldest_ms = connection.execute("SELECT min(time_ms) FROM block").get
    connection.execute("DELETE FROM transfer WHERE time_ms < ?", (oldest_ms // BUCKET_MS * BUCKET_MS,))
    connection.execute("DELETE FROM flow WHERE known_ms < ?", (known_ms - KEPT_FLOWS_MS,))
