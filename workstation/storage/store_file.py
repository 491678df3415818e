"""What every store on a file shares: it is closed with it, and names what the disk has damaged in it."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import apsw

from workstation.domain.errors import StoreError, StoreReadOnly
from workstation.storage.database import Database, ForeignFile, Schema, is_damage
from workstation.storage.set_aside import NewerFileError

_Store = TypeVar("_Store", bound="StoreFile")


class StoreFile:
    """A store on one file; a block that it is the context of closes it.

    Parameters
    ----------
    database : Database
        The open file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._damage: dict[Hashable, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def damage(self) -> list[str]:
        """Return what was found damaged so far, one sentence each."""
        return list(self._damage.values())

    def _name_damage(self, sentence: str, of: Hashable = None) -> None:
        """Remember what is damaged, once: of one thing, or in these words."""
        self._damage[sentence if of is None else of] = sentence


class TransactionalFile(StoreFile):
    """A store of which several calls can be made one."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make every call inside part of one transaction: all of them are stored, or none."""
        with self._writing():
            yield

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with self._database.writing() as connection:
            yield connection


class RefillableFile(TransactionalFile):
    """A store whose content can be had again, so that a damaged file is set aside for a new one.

    A file that refuses every write could not be lived with, and what is lost here is not lost for good.

    Parameters
    ----------
    path : Path
        The file. Its folder is made where it may be written.
    schema : Schema
        What it must look like.
    refill : str
        How the new one is filled again; ends the sentence about the damage.
    read_only : bool
        Another process writes; a damaged file is then left where it is.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is foreign, from a newer Tidemark, or damaged and only to be read.
    """

    def __init__(self, path: Path, schema: Schema, refill: str, *, read_only: bool = False) -> None:
        self._schema, self._refill = schema, refill
        aside = ""
        try:
            database = Database(path, schema, read_only=read_only)
        except StoreError as error:
            if read_only or not is_damage(error):
                raise
            aside = self._set_aside(path)
            database = Database(path, schema)
        super().__init__(database)
        if aside:
            self._name_damage(aside)

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        try:
            with super()._writing() as connection:
                yield connection
        except StoreError as error:
            if is_damage(error) and not self._database.in_transaction:
                self._database.close()
                self._name_damage(self._set_aside(self._database.path))
                self._database = Database(self._database.path, self._schema)
            raise

    def _set_aside(self, path: Path) -> str:
        return f"{path} was damaged; it is kept as {set_aside(path).name}, {self._refill}."


def opened_or_new(open_store: Callable[[Path], _Store], path: Path, since: str) -> tuple[_Store, str]:
    """Open a store for writing; a file that cannot be used is kept aside, and a new one is begun.

    Parameters
    ----------
    open_store : callable
        Opens the store on a path, or makes it there.
    path : Path
        Its file.
    since : str
        What the trader must know where a new one is begun; ends the sentence.

    Returns
    -------
    store, str
        The store, and what happened to its file, a sentence; empty where nothing did.

    Raises
    ------
    StoreError
        The place cannot be written, or the disk fails.
    """
    try:
        store = open_store(path)
    except StoreError as error:
        why, word = _why_unusable(error)
        if not why:
            raise
        aside = set_aside(path, word)
        return open_store(path), f"{path.name} {why} and is kept as {aside.name}; {since}."
    return store, " ".join(store.damage())


def _why_unusable(error: StoreError) -> tuple[str, str]:
    """Return what is wrong with a file, and what it is called aside; nothing where it is not the file."""
    if is_damage(error):
        return "is damaged", "damaged"
    if isinstance(error, NewerFileError):
        return "was written by a newer Tidemark", "newer"
    if isinstance(error, ForeignFile):
        return "belongs to another program", "foreign"
    return "", ""


def set_aside(path: Path, word: str = "damaged") -> Path:
    """Rename a file, with its log, to the first free ``*.damaged-N`` and return that name.

    Raises
    ------
    StoreReadOnly
        It cannot be renamed.
    """
    n = 1
    while (aside := path.with_name(f"{path.name}.{word}-{n}")).exists():
        n += 1
    try:
        path.rename(aside)
        for suffix in ("-wal", "-shm"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise StoreReadOnly(f"{path} cannot be kept aside ({error.strerror}).") from error
    return aside
