"""Keeps the trader's lists and screens: one book, every change on disk and able to be taken back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workstation.domain.watch_book import WatchBook
from workstation.storage.watch_book_file import load_watch_book, save_watch_book
from workstation.ui.steady_writing import SteadyWriting

MOST_UNDONE = 50
"""So many changes can be taken back."""


class WatchlistKeeper(QObject):
    """Holds the book of this window. The disk is written by another thread until it takes it.

    Parameters
    ----------
    file : Path
        Where the book lies; read when it is first asked for.
    """

    changed = Signal()
    complained = Signal(str)  # what could not be written, a sentence; empty when it was after all

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._book: WatchBook | None = None
        self._before: list[tuple[Callable[[], None], str]] = []
        self._writing = SteadyWriting(file.parent, self)
        self._writing.said.connect(self.complained)
        self.problem = ""

    @property
    def book(self) -> WatchBook:
        """Every list and screen."""
        if self._book is None:
            self._book, self.problem = load_watch_book(self._file)
        return self._book

    @property
    def undo_words(self) -> str:
        """What `undo` would take back; empty where there is nothing."""
        return self._before[-1][1] if self._before else ""

    def change(self, book: WatchBook, what: str) -> None:
        """Take another book and save it; `what` says for the menu what was done, e.g. ``"delete AI"``."""
        if book != self.book:
            self.remember(partial(self._become, self.book), what)
            self._become(book)

    def replace(self, book: WatchBook) -> Callable[[], None]:
        """Take another book and save it; return what brings the one before back."""
        before = self.book
        if book != before:
            self._become(book)
        return partial(self._become, before)

    def remember(self, undo: Callable[[], None], what: str) -> None:
        """Let `undo` take back something that was done elsewhere."""
        self._before = [*self._before[1 - MOST_UNDONE :], (undo, what)]

    def undo(self) -> None:
        """Take the last change of this session back; nothing where there is none."""
        if self._before:
            self._before.pop()[0]()

    def stop(self) -> None:
        """Return when everything is on disk, or was tried a last time."""
        self._writing.finish()

    def _become(self, book: WatchBook) -> None:
        self._book = book
        self._writing.write(partial(save_watch_book, self._file, book))
        self.changed.emit()
