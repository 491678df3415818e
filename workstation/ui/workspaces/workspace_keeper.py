"""Keeps workspaces by name: saves the open one by itself, switches, and takes back what was undone."""

import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.errors import StoreError
from workstation.ui.steady_writing import SteadyWriting
from workstation.ui.words.foreign_text import one_line
from workstation.ui.workspaces.chart_pane import State
from workstation.ui.workspaces.workspace import Workspace
from workstation.ui.workspaces.workspace_file import MOST_WORKSPACES, WorkspaceBook, WorkspaceFile
from workstation.ui.workspaces.workspace_template import like

SAVE_AFTER_MS = 1000
"""Changes that come this close together are written together."""

LONGEST_NAME = 60
"""Letters a workspace's name may have."""

PLAIN_NAME = "Plain"
"""What a workspace is called that was begun after crashes."""

_PANELS = "panels"
_MOST_STEPS = 20  # steps that can be taken back
_LOG = logging.getLogger(__name__)


class Panels(Protocol):
    """The panels around the charts."""

    def places(self) -> str:
        """Return where they stand and which are shown."""
        ...

    def show_places(self, text: str) -> None:
        """Put them where `places` said."""
        ...


class WorkspaceKeeper(QObject):
    """Keeps the book of workspaces as the trader arranges them.

    Parameters
    ----------
    workspace : Workspace
        Where the open one is shown.
    file : WorkspaceFile
        Where all are written, by another thread: it may take longer than a frame.
    book : WorkspaceBook
        What was loaded from there.
    """

    changed = Signal()
    """Another workspace is open, has another name, or there are more or fewer."""

    said = Signal(str)
    """A sentence for the trader."""

    def __init__(
        self, workspace: Workspace, file: WorkspaceFile, book: WorkspaceBook, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._file, self.book = workspace, file, book
        self.panels: Panels | None = None
        self._undone: list[tuple[str, WorkspaceBook, bool]] = []
        self._written = ""
        self._is_held, self._is_over = False, False
        self._timer = QTimer(self, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.save_now)
        self.writing = SteadyWriting(file.path.parent, self)
        workspace.arranged.connect(self.save_soon)

    @property
    def names(self) -> tuple[str, ...]:
        """Every workspace, in the order they were made."""
        names = tuple(self.book.workspaces)
        return names if self.book.current in names else (*names, self.book.current)

    @property
    def undoable(self) -> str:
        """What `undo` would take back, such as "closing a chart"; empty where there is nothing."""
        return self._undone[-1][0] if self._undone else ""

    @property
    def is_held(self) -> bool:
        """Whether what is on screen is not what the trader arranged, and is not saved."""
        return self._is_held

    def hold(self) -> None:
        """Save nothing of the screen until `go_on`, or until the trader opens or names a workspace."""
        self._is_held = True
        with contextlib.suppress(StoreError):
            self._written = self.book.text()

    def go_on(self) -> None:
        """Write changes again."""
        self._is_held = False
        self.save_soon()

    def save_soon(self) -> None:
        """Save within `SAVE_AFTER_MS`; steady changes do not put it off."""
        if not self._is_over and not self._timer.isActive():
            self._timer.start()

    def save_now(self) -> None:
        """Save what is on screen; while that is held, only what became of the names."""
        try:
            text = self._now().text()
        except StoreError as error:
            _LOG.warning("%s", error)
            return
        if text != self._written:
            self._written = text
            self.writing.write(partial(self._file.save, text))

    def finish(self) -> None:
        """Save now, and never again."""
        self._is_over = True
        self._timer.stop()
        self.save_now()
        self.writing.finish()

    def open(self, name: str) -> None:
        """Show another workspace; the one on screen is saved as it is."""
        if name in self.book.workspaces and name != self.book.current:
            self._show(WorkspaceBook(name, self._now().workspaces))

    def save_as(self, name: str) -> str:
        """Keep what is on screen under a name and go on with that; return why not, or nothing."""
        name = one_line(name, LONGEST_NAME).strip()
        refusal = self._refusal(name)
        if not refusal:
            self.book = WorkspaceBook(name, {**self._now().workspaces, name: self._screen()})
            self._is_held = False
            self._tell()
        return refusal

    def rename(self, old: str, new: str) -> str:
        """Give a workspace another name; return why not, or nothing."""
        new = one_line(new, LONGEST_NAME).strip()
        refusal = "" if new == old else self._refusal(new)
        if not refusal:
            self._note(f"renaming {old}")
            self.book = self._now().renamed(old, new)
            self._tell()
        return refusal

    def delete(self, name: str) -> None:
        """Delete a workspace; `undo` brings it back."""
        if name not in self.names or len(self.names) == 1:
            return
        self._note(f"deleting {name}", of_panels=True)
        self._show(self._now().without(name), is_other=name == self.book.current)

    def arrange_like(self, name: str, watched: Sequence[str]) -> None:
        """Arrange what is open as another workspace is, with the markets that are open now."""
        pattern = self.book.workspaces.get(name)
        if pattern is None or name == self.book.current or self._is_held:
            return
        self._note(f"arranging like {name}", of_panels=True)
        active = self._workspace.active_dock
        docks = (active, *(dock for dock in self._workspace.docks if dock is not active))
        self._show(self._now().with_state(like(pattern, [dock.save() for dock in docks], watched)))

    def arrange(self, what: str, change: Callable[[], object]) -> None:
        """Change the arrangement on screen so that `undo` can take it back."""
        if not self._is_held:  # what is on screen then is nothing that anybody would go back to
            self._note(what)
        change()
        self._tell()

    def undo(self) -> None:
        """Take back the last closing, arranging, renaming or deleting; orders are never touched."""
        if self._undone:
            what, book, of_panels = self._undone.pop()
            self._show(book, of_panels=of_panels)
            self.said.emit(f"Taken back: {what}.")

    def restore(self, day: date) -> str:
        """Show the copy of a day in place of every workspace; return why not, or nothing."""
        try:
            book = self._file.backup(day)
        except StoreError as error:
            return str(error)
        self._note("restoring a copy", of_panels=True)
        self._show(book)
        return ""

    def backups(self) -> list[date]:
        """Return the days of which there is a copy, newest first."""
        return self._file.backups()

    def begin_anew(self) -> None:
        """Keep what is on screen as a workspace of its own, beside those that were saved."""
        names = (PLAIN_NAME, *(f"{PLAIN_NAME} {n}" for n in range(2, MOST_WORKSPACES + 2)))
        self.book = WorkspaceBook(
            next(name for name in names if name not in self.names), self.book.workspaces
        )
        self._tell()

    def show(self, *, of_panels: bool = True) -> None:
        """Show the open workspace as it was saved, its panels, too."""
        places = self.book.state.get(_PANELS)
        if of_panels and self.panels is not None and isinstance(places, str):
            self.panels.show_places(places)
        self._workspace.restore(self.book.state)
        self._workspace.start_again()

    def _now(self) -> WorkspaceBook:
        return self.book if self._is_held else self.book.with_state(self._screen())

    def _screen(self) -> State:
        panels = {} if self.panels is None else {_PANELS: self.panels.places()}
        return {**self._workspace.save(), **panels}

    def _show(self, book: WorkspaceBook, *, is_other: bool = True, of_panels: bool = True) -> None:
        self.book = book
        if is_other:
            self.show(of_panels=of_panels)
            self._is_held = False
        self._tell()

    def _note(self, what: str, *, of_panels: bool = False) -> None:
        self._undone = [*self._undone, (what, self._now(), of_panels)][-_MOST_STEPS:]

    def _refusal(self, name: str) -> str:
        if not name:
            return "Type a name for the workspace."
        if name in self.names:
            return f"There is a workspace {name} already. Choose another name."
        if len(self.names) >= MOST_WORKSPACES:
            return f"{MOST_WORKSPACES} workspaces are kept at most. Delete one first."
        return ""

    def _tell(self) -> None:
        self.save_soon()
        self.changed.emit()
