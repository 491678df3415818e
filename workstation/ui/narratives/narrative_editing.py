"""Edits of the trader's book of narratives, made in another thread than the window's.

The book is a file of the trader's, as the settings are; any process may write in it, one after the
other. The engine reads it again at its next close.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThreadPool, Signal

from workstation.domain import narrative_book_edit as edits
from workstation.domain.errors import TidemarkError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_book_diff import BookDiff

if TYPE_CHECKING:
    from workstation.storage.narrative_store import NarrativeStore

_Work = Callable[["NarrativeStore"], str]
_COUNTED = "It counts from the next close on."


class NarrativeEditing(QObject):
    """Edits the book; each call returns at once, and what became of it is told.

    Parameters
    ----------
    book_file : Path
        The trader's file; it comes into being with the first edit.
    """

    done = Signal(str)  # what was done, a sentence
    failed = Signal(str)  # why nothing was done, a sentence
    compared = Signal(object, object)  # Path of a file, tuple of sentences: what taking it over would change

    _ended = Signal(str, str)

    def __init__(self, book_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._book_file = book_file
        self._is_over = False
        self._pool = QThreadPool(self, maxThreadCount=1)
        self._ended.connect(self._on_end)

    def add(self, name: str, coin: str, since_ms: int) -> None:
        """Add a coin to a narrative from a time on, UTC milliseconds."""
        member = partial(Membership, coin, since_ms=since_ms, source="added in the window")
        self._change(f"{coin} belongs to {name} now.", lambda book: edits.member_added(book, name, member()))

    def end(self, name: str, coin: str, at_ms: int) -> None:
        """Take a coin out of a narrative from a time on, UTC milliseconds; its past there stays."""
        sentence = f"{coin} belongs to {name} no longer; its past there stays."
        self._change(sentence, lambda book: edits.member_ended(book, name, coin, at_ms))

    def set_share(self, name: str, coin: str, share: float) -> None:
        """Let another part of a coin count in a narrative, above 0 and at most 1."""
        sentence = f"{coin} counts with a share of {share:g} in {name}."
        self._change(sentence, lambda book: edits.member_changed(book, name, coin, share=share))

    def create(self, name: str, title: str) -> None:
        """Add a narrative without coins."""
        sentence = f"There is a new narrative {name}; add coins to it."
        self._change(sentence, lambda book: edits.narrative_added(book, Narrative(name, title, ())))

    def undo(self) -> None:
        """Take the last edit back."""

        def work(store: "NarrativeStore") -> str:
            n_changes = len(store.undo().changes)
            return f"The last edit was taken back, {n_changes} {_changes(n_changes)}. {_COUNTED}"

        self._start(work)

    def compare(self, path: Path) -> None:
        """Say what taking a file's narratives over would change; `compared` tells it."""

        def work(store: "NarrativeStore") -> str:
            from workstation.storage.narrative_files import read_book

            diff = BookDiff.between(store.load()[0], read_book(path))
            self.compared.emit(path, diff.sentences)
            return ""

        self._start(work)

    def import_file(self, path: Path) -> None:
        """Use the narratives of a file instead of these."""

        def work(store: "NarrativeStore") -> str:
            from workstation.storage.narrative_files import read_book

            theirs = read_book(path)
            store.change(lambda _book: theirs)
            return f"The narratives of {path.name} are used. {_COUNTED}"

        self._start(work)

    def export_file(self, path: Path) -> None:
        """Write the narratives into a file."""

        def work(store: "NarrativeStore") -> str:
            from workstation.storage.narrative_files import write_book

            write_book(path, store.load()[0])
            return f"The narratives were written to {path.name}."

        self._start(work)

    def stop(self) -> None:
        """Begin nothing more; an edit that has begun is finished."""
        self._is_over = True
        self._pool.waitForDone()

    def _change(self, sentence: str, edit: Callable[[NarrativeBook], NarrativeBook]) -> None:
        def work(store: "NarrativeStore") -> str:
            store.change(edit)
            return f"{sentence} {_COUNTED}"

        self._start(work)

    def _start(self, work: _Work) -> None:
        if not self._is_over:
            self._pool.start(partial(self._do, work))

    def _do(self, work: _Work) -> None:
        from workstation.storage.narrative_store import NarrativeStore

        try:
            said, problem = work(NarrativeStore(self._book_file)), ""
        except TidemarkError as error:
            said, problem = "", str(error)
        self._ended.emit(said, problem)

    def _on_end(self, said: str, problem: str) -> None:
        if self._is_over:
            return
        if problem:
            self.failed.emit(problem)
        elif said:
            self.done.emit(said)


def _changes(n: int) -> str:
    return "change" if n == 1 else "changes"
