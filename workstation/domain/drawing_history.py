"""The drawings of one market, and every change of them that can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass

from workstation.domain.drawing import Drawing

MOST_STEPS = 200
"""Changes that can be taken back."""

Drawings = tuple[Drawing, ...]
"""In the order in which they are painted."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step: what it is called, and the drawings before it and after it."""

    name: str
    before: Drawings
    after: Drawings


class DrawingHistory:
    """Drawings with undo and redo.

    Nothing else is ever in this history, so taking a change back can touch no order, list or alert.

    Attributes
    ----------
    drawings : tuple of Drawing
        As they are now.
    """

    def __init__(self) -> None:
        self.drawings: Drawings = ()
        self._done: list[Change] = []
        self._undone: list[Change] = []

    def put_below(self, stored: Iterable[Drawing]) -> None:
        """Take what was stored, below what was drawn meanwhile; this is no change."""
        known = {each.id for each in self.drawings}
        found = tuple(each for each in stored if each.id not in known)
        self.drawings = found + self.drawings
        self._done = [Change(each.name, found + each.before, found + each.after) for each in self._done]
        self._undone = [Change(each.name, found + each.before, found + each.after) for each in self._undone]

    def change(self, name: str, drawings: Drawings) -> bool:
        """Make a change; return whether anything is different. What was taken back is forgotten."""
        if drawings == self.drawings:
            return False
        self._done = [*self._done[1 - MOST_STEPS :], Change(name, self.drawings, drawings)]
        self._undone = []
        self.drawings = drawings
        return True

    def undo(self) -> str:
        """Take the last change back; return what it is called, nothing where there is none."""
        if not self._done:
            return ""
        change = self._done.pop()
        self._undone.append(change)
        self.drawings = change.before
        return change.name

    def redo(self) -> str:
        """Make the change again that was taken back last; return what it is called."""
        if not self._undone:
            return ""
        change = self._undone.pop()
        self._done.append(change)
        self.drawings = change.after
        return change.name

    @property
    def can_undo(self) -> bool:
        """True while there is a change to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """True while there is a change to make again."""
        return bool(self._undone)
