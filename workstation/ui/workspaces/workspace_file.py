"""Workspaces on disk: one file for all of them, a copy for every day, and a count of starts that failed."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from workstation.domain.errors import StoreError
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import NewerFileError, check_version, set_aside

FIRST_NAME = "Main"
"""What the workspace is called that nobody named."""

BACKUP_DAYS = 14
"""Daily copies that are kept."""

MOST_WORKSPACES = 100
"""Workspaces in one file; a file with more is damaged, or meant badly."""

_VERSION = 1
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class WorkspaceBook:
    """Every workspace by its name, and which one is open.

    Parameters
    ----------
    current : str
        Name of the one that is open.
    workspaces : mapping
        What each shows, as JSON values (see `workstation.ui.workspaces.workspace.Workspace.save`).
    """

    current: str = FIRST_NAME
    workspaces: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def state(self) -> Mapping[str, object]:
        """What the open workspace shows; empty where it was never saved."""
        return self.workspaces.get(self.current, {})

    def with_state(self, state: Mapping[str, object]) -> "WorkspaceBook":
        """Return a book whose open workspace shows this."""
        return WorkspaceBook(self.current, {**self.workspaces, self.current: state})

    def without(self, name: str) -> "WorkspaceBook":
        """Return a book without a workspace; where it was open, the first of the others is."""
        left = {other: state for other, state in self.workspaces.items() if other != name}
        current = self.current if self.current != name else next(iter(left), FIRST_NAME)
        return WorkspaceBook(current, left)

    def renamed(self, old: str, new: str) -> "WorkspaceBook":
        """Return a book in which a workspace has another name, in its old place."""
        named = {new if name == old else name: state for name, state in self.workspaces.items()}
        return WorkspaceBook(new if self.current == old else self.current, named)

    def text(self) -> str:
        """Return the book as it is written.

        Raises
        ------
        StoreError
            A part of a chart gave something that cannot be written.
        """
        try:
            return json.dumps(
                {"version": _VERSION, "current": self.current, "workspaces": self.workspaces}, allow_nan=False
            )
        except (TypeError, ValueError) as error:
            raise StoreError(f"The workspace could not be saved: {error}. The saved one stays.") from error

    @classmethod
    def read(cls, file: Path) -> "WorkspaceBook":
        """Return what a file holds.

        Raises
        ------
        StoreError
            It cannot be read, is no book of workspaces, or is a newer Tidemark's (`NewerFileError`).
        OSError
            There is no such file, or no right to read it.
        """
        if file.stat().st_size > _MOST_BYTES:
            raise StoreError(f"{file.name} is far larger than a file of workspaces can be.")
        try:
            saved = json.loads(file.read_bytes())
        except (ValueError, RecursionError) as error:
            raise StoreError(f"{file.name} is damaged: {error}") from error
        if not isinstance(saved, dict):
            raise StoreError(f"{file.name} is not a file of workspaces.")
        try:
            check_version(saved.get("version"), _VERSION)
        except ValueError as error:
            raise StoreError(f"{file.name} is not a file of workspaces: {error}.") from error
        except NewerFileError as error:
            raise NewerFileError(f"{file.name} was written by a newer Tidemark.") from error
        current, workspaces = saved.get("current"), saved.get("workspaces")
        if not isinstance(current, str) or not isinstance(workspaces, dict):
            raise StoreError(f"{file.name} names no workspaces.")
        if len(workspaces) > MOST_WORKSPACES or not all(isinstance(one, dict) for one in workspaces.values()):
            raise StoreError(f"{file.name} holds workspaces of a form that is not known.")
        return cls(current, workspaces)


class WorkspaceFile:
    """Where workspaces are kept.

    Parameters
    ----------
    folder : Path
        Of the window's layout.
    today : callable
        Returns the day; copies are named after it.
    """

    def __init__(self, folder: Path, today: Callable[[], date]) -> None:
        self.path, self._today = folder / "workspaces.json", today
        self._backup_folder = folder / "workspace-backups"
        self._starts = folder / "window-starts"

    def load(self) -> tuple[WorkspaceBook, str]:
        """Return what was saved and an empty sentence; a fresh book and what happened where it is damaged."""
        try:
            return WorkspaceBook.read(self.path), ""
        except FileNotFoundError:
            return WorkspaceBook(), ""
        except (OSError, StoreError) as error:
            return WorkspaceBook(), set_aside(self.path, error)

    def save(self, text: str) -> None:
        """Write a book so that a crash leaves the old one or the new one; the first of a day is copied.

        Raises
        ------
        OSError
            The book or its copy cannot be written.
        """
        make_private_folder(self.path.parent)
        try:
            self._back_up(text)
        finally:  # a folder of copies that takes nothing is no reason to lose the book
            replace_durably(self.path, text.encode())

    def backups(self) -> list[date]:
        """Return the days of which there is a copy, newest first."""
        if not self._backup_folder.is_dir():
            return []
        return sorted((day for file in self._backup_folder.iterdir() if (day := _day_of(file))), reverse=True)

    def backup(self, day: date) -> WorkspaceBook:
        """Return the copy of a day.

        Raises
        ------
        StoreError
            It cannot be read.
        """
        try:
            return WorkspaceBook.read(self._backup_folder / f"{day.isoformat()}.json")
        except OSError as error:
            raise StoreError(
                f"The copy of {day.isoformat()} cannot be read: {error}. Choose another day."
            ) from error

    def newest_backup(self) -> date | None:
        """Return the day of the newest copy that can be read; None where there is none."""
        for day in self.backups():
            with contextlib.suppress(StoreError):
                self.backup(day)
                return day
        return None

    def count_start(self) -> int:
        """Note that a window starts; return how many before it ended within their first minute, unasked."""
        try:
            n_failed = int(self._starts.read_text("ascii"))
        except (OSError, ValueError):
            n_failed = 0
        self._note_starts(n_failed + 1)
        return n_failed

    def forget_starts(self) -> None:
        """Note that the window stood for a minute, or was closed by the trader."""
        self._note_starts(0)

    def _note_starts(self, n: int) -> None:
        with contextlib.suppress(OSError):  # a read-only home: the window starts as it is
            make_private_folder(self._starts.parent)
            replace_durably(self._starts, str(n).encode())

    def _back_up(self, text: str) -> None:
        """Keep what was saved before the first change of this day, and no more days than are wished."""
        copy = self._backup_folder / f"{self._today().isoformat()}.json"
        if copy.exists():
            return
        make_private_folder(self._backup_folder)
        try:
            before = WorkspaceBook.read(self.path).text()
        except (OSError, StoreError):
            before = text
        replace_durably(copy, before.encode())
        for day in self.backups()[BACKUP_DAYS:]:
            (self._backup_folder / f"{day.isoformat()}.json").unlink(missing_ok=True)


def _day_of(file: Path) -> date | None:
    try:
        return date.fromisoformat(file.stem) if file.suffix == ".json" else None
    except ValueError:
        return None
