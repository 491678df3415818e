"""One SQLite file: opened with care, written in transactions, its failures told as sentences."""

import os
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from workstation.domain.errors import StoreError, StoreReadOnly
from workstation.storage.paths import require_writable
from workstation.storage.privacy import close_to_others, make_private_file
from workstation.storage.set_aside import NewerFileError

OLDEST_SQLITE = (3, 51, 3)
"""3.7.0 to 3.51.2 may corrupt a WAL file with two connections (sqlite.org/wal.html#walresetbug)."""

_WRITER_WAITS_MS = 5_000
_READER_WAITS_MS = 50
_WAL_KEPT_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file must look like.

    Parameters
    ----------
    what : str
        For the trader, e.g. ``"candle file"``.
    application_id : int
        Written into the file's header, so that a foreign file is recognised.
    steps : tuple of str
        SQL that leads from one version to the next; the version is their number.
    synchronous : str
        ``"FULL"`` where a commit must survive a power cut, ``"NORMAL"`` where it can be fetched again.
    """

    what: str
    application_id: int
    steps: tuple[str, ...]
    synchronous: str


class ForeignFile(StoreError):
    """The file belongs to another program."""


class Database:
    """A connection that opens itself when it is first needed, and again after the disk failed.

    May be called from several threads; they wait for each other.

    Parameters
    ----------
    path : Path
        The file.
    schema : Schema
        What it must look like; made, or brought up to date, where it may be written.
    read_only : bool
        Another process writes. A missing file is then an empty one, until it appears; one that cannot be
        used is told at the first reading, and read once another stands in its place.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is damaged, foreign, or written by a newer Tidemark.
    """

    def __init__(self, path: Path, schema: Schema, *, read_only: bool = False) -> None:
        version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
        if version < OLDEST_SQLITE:
            needed = ".".join(map(str, OLDEST_SQLITE))
            raise StoreError(
                f"SQLite {apsw.sqlite_lib_version()} can damage files; install {needed} or later."
            )
        self.path = path
        self.read_only = read_only
        self._schema = schema
        self._lock = threading.RLock()
        self._connection: apsw.Connection | None = None
        self._closed = False
        self._inode: tuple[int, int] | None = None
        if not read_only:  # a reader opens it at the first reading: by then its writer has mended it
            with self._told("be opened"):
                self._connect()

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """Run the block as one transaction: all of it is on disk afterwards, or none.

        A block inside another joins it.

        Raises
        ------
        StoreError
            Nothing of it was stored.
        """
        with self._lock, self._told("be written"):
            if self.read_only:
                raise StoreReadOnly(f"{self.path} was opened for reading only.")
            connection = self._connect()
            if connection is None:
                raise StoreError(f"{self.path} could not be made.")
            if not connection.getautocommit():
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if not connection.getautocommit():
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection | None]:
        """Run the block on one unmoving state of the file; None while there is no file yet.

        Raises
        ------
        StoreError
            The file cannot be read, or its pages are damaged.
        """
        with self._lock, self._told("be read"):
            connection = self._connect()
            if connection is None or not connection.getautocommit():
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @property
    def in_transaction(self) -> bool:
        """True inside a `writing` block."""
        return self._connection is not None and not self._connection.getautocommit()

    def check(self) -> list[str]:
        """Return what SQLite's own full check finds, one sentence each; reads the whole file."""
        with self.reading() as connection:
            if connection is None:
                return []
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        return [f"{self.path}: {text}" for text in found if text != "ok"]

    def close(self) -> None:
        """Close the file; it cannot be used afterwards."""
        with self._lock:
            self._closed = True
            self._drop()

    def _connect(self) -> apsw.Connection | None:
        if self._closed:
            raise StoreError(f"{self.path} is closed.")
        if self.read_only and self._connection is not None and self._file_id() != self._inode:
            self._drop()  # another file stands there now: the writer set a damaged one aside
        if self._connection is None:
            connection = self._open_reader() if self.read_only else self._open_writer()
            if connection is not None and not self._prepare(connection):
                connection.close()
                return None
            self._connection = connection
        return self._connection

    def _file_id(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _open_writer(self) -> apsw.Connection:
        require_writable(self.path.parent)
        make_private_file(self.path)  # SQLite gives its log and index the rights of the file
        for suffix in ("-wal", "-shm"):  # but leaves those of an earlier session as they are
            close_to_others(self.path.with_name(self.path.name + suffix))
        connection = apsw.Connection(str(self.path))
        if connection.readonly("main"):
            connection.close()
            raise StoreReadOnly(f"{self.path} cannot be written; check who owns it and its permissions.")
        return connection

    def _open_reader(self) -> apsw.Connection | None:
        self._inode = self._file_id()
        if self._inode is None:
            return None
        connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(_READER_WAITS_MS)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema")
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            connection.close()
            if os.access(self.path.parent, os.W_OK):
                raise
            # A WAL file cannot be opened where its index cannot be made, unless nobody may change it.
            uri = f"file:{urllib.parse.quote(str(self.path))}?immutable=1"
            return apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        return connection

    def _prepare(self, connection: apsw.Connection) -> bool:
        """Return whether the file can be used; False where its maker has not finished making it."""
        connection.set_busy_timeout(_READER_WAITS_MS if self.read_only else _WRITER_WAITS_MS)
        version = connection.pragma("user_version")
        mark = connection.pragma("application_id")
        newest = len(self._schema.steps)
        if mark not in (0, self._schema.application_id):
            raise ForeignFile(f"{self.path} is not a {self._schema.what} of Tidemark; move it away.")
        if version > newest:
            raise NewerFileError(
                f"{self.path} was written by a newer Tidemark (format {version}, this one knows {newest}); "
                "install that version, or set TIDEMARK_HOME elsewhere."
            )
        if self.read_only:
            return bool(version == newest)
        self._tune(connection)
        self._migrate(connection, version)
        return True

    def _tune(self, connection: apsw.Connection) -> None:
        connection.pragma("trusted_schema", False)
        connection.pragma("cell_size_check", True)
        connection.pragma("synchronous", self._schema.synchronous)
        if connection.pragma("journal_mode", "wal") != "wal":
            raise StoreError(f"{self.path.parent} takes no write-ahead log; keep data on a local disk.")
        connection.pragma("journal_size_limit", _WAL_KEPT_BYTES)

    def _migrate(self, connection: apsw.Connection, version: int) -> None:
        if version == len(self._schema.steps):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = connection.pragma("user_version")  # another process may have been quicker
            for step in self._schema.steps[version:]:
                connection.execute(step)
            connection.pragma("application_id", self._schema.application_id)
            connection.pragma("user_version", len(self._schema.steps))
            connection.execute("COMMIT")
        except BaseException:
            if not connection.getautocommit():
                connection.execute("ROLLBACK")
            raise

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turn SQLite's errors into sentences for the trader."""
        try:
            yield
        except apsw.FullError as error:
            raise StoreError(f"The disk is full: {self.path} cannot {what}; free some space.") from error
        except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError, apsw.AuthError) as error:
            raise StoreReadOnly(f"{self.path} cannot {what}: {error}.") from error
        except (apsw.BusyError, apsw.LockedError) as error:
            raise StoreError(f"{self.path} is busy and cannot {what} just now; try again.") from error
        except (apsw.CorruptError, apsw.NotADBError) as error:
            raise StoreError(
                f"{self.path} is damaged and cannot {what} ({error}); move it away, a new one is made."
            ) from error
        except apsw.IOError as error:
            # After a failed fsync nothing is known about what reached the disk: start from the file again.
            self._drop()
            raise StoreError(f"The disk failed: {self.path} cannot {what} ({error}).") from error
        except apsw.Error as error:
            raise StoreError(f"{self.path} cannot {what}: {error}.") from error


def is_damage(error: StoreError) -> bool:
    """Return whether the file itself is broken, not the disk or its permissions."""
    return isinstance(error.__cause__, apsw.CorruptError | apsw.NotADBError)


def is_full_disk(error: StoreError) -> bool:
    """Return whether there was no room left."""
    return isinstance(error.__cause__, apsw.FullError)


def foreign(text: str) -> bytes:
    """Return foreign text as bytes that any file takes, half a character included."""
    return text.encode("utf-8", "surrogatepass")


def from_foreign(data: bytes) -> str:
    """Return the text that `foreign` was given."""
    return data.decode("utf-8", "surrogatepass")
