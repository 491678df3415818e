"""The trader's own book of narratives: begins as the shipped one, keeps edits, and takes newer releases."""

import contextlib
import errno
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from workstation.domain.errors import SettingsError, StoreError, StoreReadOnly, UsageError
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_book_diff import BookDiff
from workstation.domain.narrative_book_merge import merged
from workstation.storage.durable_file import replace_durably
from workstation.storage.narrative_files import book_of, read_book, text_of
from workstation.storage.paths import resource
from workstation.storage.privacy import make_private_folder, private_opener
from workstation.storage.settings_text import read_text

MOST_UNDONE = 20
"""So many edits can be taken back."""

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)

Stamp: TypeAlias = tuple[int, int, int]
"""Says whether a file is another one than before."""


class NarrativeStore:
    """The book of narratives that is used, in a file of the trader's, who may write in it too.

    Until the first edit there is no such file and the shipped book is used. May be read and edited by
    several processes at once.

    Parameters
    ----------
    path : Path
        The trader's file; beside it lie ``.bak``, the last one that could be read; ``.base``, the shipped
        book that the edits were made to; ``.undo-N``, what it was before each edit; ``.lock``; and
        ``.broken-N`` if ever.
    shipped : Path, optional
        The book of this release.
    """

    def __init__(self, path: Path, shipped: Path | None = None) -> None:
        self._path = path
        self._shipped = shipped or resource("narratives.toml")
        self._backup = path.with_name(path.name + ".bak")
        self._base = path.with_name(path.name + ".base")
        self._lock = path.with_name(path.name + ".lock")

    def load(self) -> tuple[NarrativeBook, list[str]]:
        """Return the book, and a sentence for everything that the trader must be told.

        A file that cannot be used is renamed to ``*.broken-N`` and the last good one used. Where this release
        ships a newer book, it is taken over and the trader's edits are made in it; that can be undone. Reads
        the disk for some 50 ms.

        Raises
        ------
        SettingsError, StoreError
            The shipped book is damaged or missing: install Tidemark again.
        """
        try:
            text = read_text(self._path)
            if text == _text_or_none(self._backup) and not self._is_outdated():
                return book_of(text, self._path.name), []
        except FileNotFoundError:
            return read_book(self._shipped), []
        except (OSError, SettingsError):
            pass
        try:
            with self._locked():
                return self._settled()
        except StoreError:  # where it cannot be locked nobody else can write either
            return self._settled()

    def stamp(self) -> Stamp:
        """Return what changes whenever the book does; costs no more than looking at a file's date."""
        try:
            status = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (status.st_mtime_ns, status.st_size, status.st_ino)

    def change(self, edit: Callable[[NarrativeBook], NarrativeBook]) -> NarrativeBook:
        """Edit the book as it is now; return it as it is then.

        Parameters
        ----------
        edit : callable
            Takes the book and returns another, e.g. by `workstation.domain.narrative_book_edit`, or
            ``diff.applied``; raises what it likes, and then nothing is changed.

        Raises
        ------
        StoreError
            The place cannot be written (`StoreReadOnly`), or is full; the book is as it was.
        """
        with self._locked():
            before, _ = self._settled()
            after = edit(before)
            if after != before:
                self._keep_for_undo(before)
                if not self._path.exists():
                    self._write(self._base, self._shipped.read_text("utf-8"))
                self._write_book(text_of(after))
        return after

    def undo(self) -> BookDiff:
        """Take the last edit back; return what that changed.

        Raises
        ------
        UsageError
            Nothing was edited, or all of it was taken back.
        StoreError
            The place cannot be written; the book is as it was.
        """
        with self._locked():
            kept = self._undos()
            if not kept:
                raise UsageError("There is no edit of the narratives to take back.")
            before, _ = self._settled()
            after = read_book(kept[-1])
            self._write_book(text_of(after))
            with _told(kept[-1]):
                kept[-1].unlink()
        return BookDiff.between(before, after)

    def _settled(self) -> tuple[NarrativeBook, list[str]]:
        """Return the book after setting aside what is broken and taking over what is newer."""
        book, problems = self._read_or_recovered()
        if not self._path.exists() or not self._is_outdated():
            return book, problems
        base, shipped = self._base_book(), read_book(self._shipped)
        newer = merged(base, book, shipped)
        n_edits, n_news = (len(BookDiff.between(one, newer).changes) for one in (shipped, book))
        try:
            if newer != book:
                self._keep_for_undo(book)
                self._write_book(text_of(newer))
            self._write(self._base, self._shipped.read_text("utf-8"))
        except StoreError as error:
            problems.append(str(error))
        if n_news:
            problems.append(
                f"The narratives compiled on {shipped.dated} came with this release: {n_news} changes were "
                f"taken over, your {n_edits} edits were kept. They can be taken back."
            )
        return newer, problems

    def _base_book(self) -> NarrativeBook:
        """Return what the edits were made to; without it, everything in the file counts as as shipped."""
        try:
            return read_book(self._base)
        except (SettingsError, StoreError):
            return read_book(self._shipped)

    def _is_outdated(self) -> bool:
        """Return whether this release ships another book than the edits were made to, and no older one."""
        base, shipped = _text_or_none(self._base), self._shipped.read_text("utf-8")
        if base == shipped:
            return False
        if base is None:
            return True
        return _dated(base, self._base.name) <= _dated(shipped, self._shipped.name)

    def _read_or_recovered(self) -> tuple[NarrativeBook, list[str]]:
        try:
            text = read_text(self._path)
            book = book_of(text, self._path.name)
        except FileNotFoundError:
            return read_book(self._shipped), []
        except OSError as error:
            return self._last_good([f"{self._path} cannot be read ({error.strerror})."], is_kept=False)
        except SettingsError as error:
            return self._last_good([f"{self._path}: {error}", self._put_aside()], is_kept=True)
        if text != _text_or_none(self._backup):
            with contextlib.suppress(StoreError):
                self._write(self._backup, text)
        return book, []

    def _last_good(self, problems: list[str], *, is_kept: bool) -> tuple[NarrativeBook, list[str]]:
        try:
            text = read_text(self._backup)
            book = book_of(text, self._backup.name)
        except (OSError, SettingsError):
            return read_book(self._shipped), [*problems, "The shipped narratives are used."]
        if is_kept:
            try:
                self._write(self._path, text)
            except StoreError as error:
                problems.append(str(error))
        return book, [*problems, f"The last good narratives, from {self._backup.name}, are used."]

    def _put_aside(self) -> str:
        n = 1
        while (aside := self._path.with_name(f"{self._path.name}.broken-{n}")).exists():
            n += 1
        try:
            self._path.rename(aside)
        except OSError as error:
            return f"It could not be renamed to {aside.name} ({error.strerror})."
        return f"It was renamed to {aside.name}; nothing in it was changed."

    def _undos(self) -> list[Path]:
        """Return what the book was before each edit, oldest first."""
        found = self._path.parent.glob(f"{self._path.name}.undo-*")
        kept = [one for one in found if one.suffix.removeprefix(".undo-").isdecimal()]
        return sorted(kept, key=_number)

    def _keep_for_undo(self, book: NarrativeBook) -> None:
        kept = self._undos()
        n = _number(kept[-1]) + 1 if kept else 1
        self._write(self._path.with_name(f"{self._path.name}.undo-{n}"), text_of(book))
        for old in kept[: max(0, len(kept) + 1 - MOST_UNDONE)]:
            with _told(old):
                old.unlink()

    def _write_book(self, text: str) -> None:
        self._write(self._path, text)
        self._write(self._backup, text)

    def _write(self, path: Path, text: str) -> None:
        with _told(path):
            replace_durably(path, text.encode())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the book against every other process, and thread, that writes it."""
        with contextlib.ExitStack() as held:
            with _told(self._path):
                make_private_folder(self._path.parent)
                lock = held.enter_context(open(self._lock, "ab", opener=private_opener))
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in a sentence what the disk refuses."""
    try:
        yield
    except OSError as error:
        kind = StoreReadOnly if error.errno in _READ_ONLY else StoreError
        raise kind(f"{path} cannot be written ({error.strerror}); it is as it was.") from error


def _text_or_none(path: Path) -> str | None:
    try:
        return read_text(path)
    except (OSError, SettingsError):
        return None


def _dated(text: str, file: str) -> str:
    try:
        return book_of(text, file).dated
    except SettingsError:
        return ""


def _number(undo: Path) -> int:
    return int(undo.suffix.removeprefix(".undo-"))
