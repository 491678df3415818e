"""Paper accounts in a file: what was traded is only ever added to, and never half of it."""

import zlib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import apsw
import msgspec

from workstation.domain.errors import StoreError, UsageError
from workstation.domain.paper_account import PaperAccount
from workstation.domain.paper_record import KeptAccount, PaperTrading, PaperWorth
from workstation.storage.database import Database, Schema
from workstation.storage.store_file import TransactionalFile

_APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
    "BEGIN SELECT raise(ABORT, 'the past of a paper account is only ever added to'); END;"
    for table in ("trading", "worth")
    for verb in ("UPDATE", "DELETE")
)

_SCHEMA = Schema(
    what="file of paper accounts",
    application_id=0x54444D50,  # "TDMP"
    steps=(
        """
        CREATE TABLE account (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, ended_ms INTEGER, body BLOB NOT NULL,
            crc INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX one_name ON account (name) WHERE ended_ms IS NULL;
        CREATE TABLE trading (
            account INTEGER NOT NULL, number INTEGER NOT NULL, cause TEXT NOT NULL, body BLOB NOT NULL,
            crc INTEGER NOT NULL, PRIMARY KEY (account, number), UNIQUE (account, cause)
        ) STRICT;
        CREATE TABLE worth (
            account INTEGER NOT NULL, at_ms INTEGER NOT NULL, total TEXT NOT NULL, crc INTEGER NOT NULL,
            PRIMARY KEY (account, at_ms)
        ) STRICT, WITHOUT ROWID;
        """
        + _APPEND_ONLY,
    ),
    synchronous="FULL",  # what was said to be traded must survive a power cut
)

_encode = msgspec.msgpack.Encoder().encode
_decode_account = msgspec.msgpack.Decoder(PaperAccount).decode
_decode_trading = msgspec.msgpack.Decoder(PaperTrading).decode


class PaperAccountStore(TransactionalFile):
    """`workstation.domain.paper_record.PaperReader` on a file, and the hand that writes it.

    A row that the disk has damaged is named by `damage`. A damaged account is left out; of one with damaged
    trades nobody knows what it holds, so reading them raises.

    Parameters
    ----------
    path : Path
        The file. Its folder is made where it may be written.
    read_only : bool
        Another process writes; a missing file is an empty one until it appears.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is damaged, foreign, or from a newer Tidemark.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        super().__init__(Database(path, _SCHEMA, read_only=read_only))

    def reader(self) -> "PaperAccountStore":
        """Return a reading store on the same file, for another thread."""
        return PaperAccountStore(self._database.path, read_only=True)

    def accounts(self) -> list[KeptAccount]:
        """Return all accounts that have not ended, in the order in which they were made."""
        sql = "SELECT id, name, body, crc FROM account WHERE ended_ms IS NULL ORDER BY id"
        found = []
        with self._database.reading() as connection:
            for number, name, body, crc in () if connection is None else connection.execute(sql):
                if crc == _checksum((number, name), body):
                    found.append(KeptAccount(number, _decode_account(body)))
                else:
                    self._name_damage(f"Paper account {number} is damaged and was left out.")
        return found

    def tradings(self, account_id: int) -> list[PaperTrading]:
        """Return everything that was traded in an account, oldest first.

        Raises
        ------
        StoreError
            A part is damaged, so that nobody knows what the account holds.
        """
        sql = "SELECT number, cause, body, crc FROM trading WHERE account = ? ORDER BY number"
        found: list[PaperTrading] = []
        with self._database.reading() as connection:
            for number, cause, body, crc in (
                () if connection is None else connection.execute(sql, (account_id,))
            ):
                if number != len(found) + 1 or crc != _checksum((account_id, number, cause), body):
                    text = (
                        f"Trade {len(found) + 1} of paper account {account_id} is damaged or gone, so what "
                        "it holds is not known; reset the account."
                    )
                    self._name_damage(text)
                    raise StoreError(text)
                found.append(_decode_trading(body))
        return found

    def worths(self, account_id: int, since_ms: int = 0) -> list[PaperWorth]:
        """Return what an account was worth over time, oldest first."""
        sql = "SELECT at_ms, total, crc FROM worth WHERE account = ? AND at_ms >= ? ORDER BY at_ms"
        found = []
        with self._database.reading() as connection:
            for at_ms, total, crc in (
                () if connection is None else connection.execute(sql, (account_id, since_ms))
            ):
                worth = _worth(account_id, at_ms, total, crc)
                if worth is None:
                    text = (
                        f"What paper account {account_id} was worth at {at_ms} is damaged and was left out."
                    )
                    self._name_damage(text)
                else:
                    found.append(worth)
        return found

    def create(self, account: PaperAccount) -> KeptAccount:
        """Begin an account.

        Raises
        ------
        UsageError
            There is one of that name.
        StoreError
            It was not written.
        """
        with self._database.writing() as connection:
            self._refuse_taken(connection, account.name, 0)
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'account'").get or 0
            kept = KeptAccount(last + 1, account)
            insert = "INSERT INTO account (id, name, body, crc) VALUES (?, ?, ?, ?)"
            connection.execute(insert, (kept.id, *_cells(kept)))
        return kept

    def change(self, kept: KeptAccount) -> None:
        """Keep an account's name, costs and following as they are now; its past stays.

        Raises
        ------
        UsageError
            There is another one of that name, or none with this number.
        StoreError
            It was not written.
        """
        update = "UPDATE account SET name = ?, body = ?, crc = ? WHERE id = ? AND ended_ms IS NULL"
        with self._database.writing() as connection:
            self._refuse_taken(connection, kept.account.name, kept.id)
            connection.execute(update, (*_cells(kept), kept.id))
            if not connection.changes():
                raise _no_account(kept.id)

    def end(self, account_id: int, at_ms: int) -> None:
        """End an account; its past stays, its name is free.

        Raises
        ------
        UsageError
            There is none with this number.
        StoreError
            It was not written.
        """
        update = "UPDATE account SET ended_ms = ? WHERE id = ? AND ended_ms IS NULL"
        with self._database.writing() as connection:
            connection.execute(update, (at_ms, account_id))
            if not connection.changes():
                raise _no_account(account_id)

    def begin_again(self, account_id: int, account: PaperAccount) -> KeptAccount:
        """End an account and begin another one, both or neither.

        Raises
        ------
        UsageError
            There is none with this number, or another one of the new name.
        StoreError
            It was not written.
        """
        with self.transaction():
            self.end(account_id, account.created_ms)
            return self.create(account)

    def add_trading(self, account_id: int, trading: PaperTrading) -> bool:
        """Write trades; False where the same cause traded in this account before.

        Raises
        ------
        UsageError
            There is no such account.
        StoreError
            They were not written.
        """
        body = _encode(trading)
        with self._database.writing() as connection:
            taken = "SELECT 1 FROM trading WHERE account = ? AND cause = ?"
            if connection.execute(taken, (account_id, trading.cause)).get is not None:
                return False
            living = "SELECT 1 FROM account WHERE id = ? AND ended_ms IS NULL"
            if connection.execute(living, (account_id,)).get is None:
                raise _no_account(account_id)
            last = (
                connection.execute("SELECT max(number) FROM trading WHERE account = ?", (account_id,)).get
                or 0
            )
            identity = (account_id, last + 1, trading.cause)
            insert = "INSERT INTO trading (account, number, cause, body, crc) VALUES (?, ?, ?, ?, ?)"
            connection.execute(insert, (*identity, body, _checksum(identity, body)))
        return True

    def add_worth(self, account_id: int, worth: PaperWorth) -> bool:
        """Write what an account is worth; False where that time is already there.

        Raises
        ------
        StoreError
            It was not written.
        """
        total = str(worth.total)
        cells = (account_id, worth.at_ms, total, _checksum((account_id, worth.at_ms), total.encode()))
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO worth VALUES (?, ?, ?, ?)", cells)
            return bool(connection.changes())

    @staticmethod
    def _refuse_taken(connection: apsw.Connection, name: str, account_id: int) -> None:
        sql = "SELECT 1 FROM account WHERE name = ? AND ended_ms IS NULL AND id <> ?"
        if connection.execute(sql, (name, account_id)).get is not None:
            raise UsageError(f"There is a paper account of the name {name} already; choose another name.")


def _cells(kept: KeptAccount) -> tuple[str, bytes, int]:
    body = _encode(kept.account)
    return kept.account.name, body, _checksum((kept.id, kept.account.name), body)


def _checksum(identity: tuple[object, ...], body: Any) -> int:
    return zlib.crc32(body, zlib.crc32(_encode(identity)))


def _worth(account_id: int, at_ms: int, total: str, crc: int) -> PaperWorth | None:
    if crc != _checksum((account_id, at_ms), total.encode()):
        return None
    try:
        return PaperWorth(at_ms, Decimal(total))
    except InvalidOperation:
        return None


def _no_account(account_id: int) -> UsageError:
    return UsageError(f"There is no paper account with the number {account_id}; it may have been deleted.")
