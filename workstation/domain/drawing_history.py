"""The drawings of one market, and every change of them that can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workstation.domain.drawing import Drawing

MOST_STEPS = 200
"""Changes that can be taken back."""

Drawings = tuple[Drawing, ...]
"""In the order in which they are painted."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step: what it is called, and what differs before it and after it.

    Parameters
    ----------
    at : int
        How many drawings below those that differ are the same.
    taken, put : tuple of Drawing
        What stood there before, and what stands there after; whatever lies above is the same.
    """

    name: str
    at: int
    taken: Drawings
    put: Drawings

    @classmethod
    def between(cls, name: str, before: Drawings, after: Drawings) -> "Change":
        """Return the step from some drawings to others."""
        shorter = min(len(before), len(after))
        at = _n_same(before, after, shorter)
        n_above = _n_same(before[::-1], after[::-1], shorter - at)
        return cls(name, at, before[at : len(before) - n_above], after[at : len(after) - n_above])

    def made(self, drawings: Drawings) -> Drawings:
        """Return the drawings after it, of those before it."""
        return drawings[: self.at] + self.put + drawings[self.at + len(self.taken) :]

    def taken_back(self, drawings: Drawings) -> Drawings:
        """Return the drawings before it, of those after it."""
        return drawings[: self.at] + self.taken + drawings[self.at + len(self.put) :]


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
        self._done = [replace(each, at=each.at + len(found)) for each in self._done]
        self._undone = [replace(each, at=each.at + len(found)) for each in self._undone]

    def change(self, name: str, drawings: Drawings) -> bool:
        """Make a change; return whether anything is different. What was taken back is forgotten."""
        if drawings == self.drawings:
            return False
        change = Change.between(name, self.drawings, drawings)
        self._done = [*self._done[1 - MOST_STEPS :], change]
        self._undone = []
        self.drawings = drawings
        return True

    def undo(self) -> str:
        """Take the last change back; return what it is called, nothing where there is none."""
        if not self._done:
            return ""
        change = self._done.pop()
        self._undone.append(change)
        self.drawings = change.taken_back(self.drawings)
        return change.name

    def redo(self) -> str:
        """Make the change again that was taken back last; return what it is called."""
        if not self._undone:
            return ""
        change = self._undone.pop()
        self._done.append(change)
        self.drawings = change.made(self.drawings)
        return change.name

    @property
    def n_steps(self) -> int:
        """Changes that can be taken back or made again."""
        return len(self._done) + len(self._undone)

    @property
    def can_undo(self) -> bool:
        """True while there is a change to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """True while there is a change to make again."""
        return bool(self._undone)


def _n_same(some: Drawings, others: Drawings, most: int) -> int:
    """Return how many drawings, at most so many, are the same from the beginning."""
    pairs = zip(some[:most], others[:most], strict=True)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), most)
