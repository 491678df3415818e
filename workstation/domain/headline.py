"""A headline that was heard, how it sounds, and which coins it is about."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workstation.domain.errors import UsageError

LONGEST_TITLE = 300
"""Characters of a title that are kept."""

SAME_STORY_MS = 48 * 3_600_000
"""The same words from another place within this time are the same story, told again."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline, as plain text.

    Parameters
    ----------
    title : str
        Plain text on one line, at most `LONGEST_TITLE` characters. Foreign text.
    link : str
        https, or empty. Never opened by us.
    source : str
        Host of the feed that had it first.
    published_ms : int or None
        When its author says it was published, UTC milliseconds, never after `seen_ms`; None where he does not
        say. Nothing is decided on it.
    seen_ms : int
        When it was first heard here, UTC milliseconds.
    tone : float
        How it sounds, −1..1.
    coins : tuple of str
        Symbols of the coins that it is about, sorted; empty where it names none.

    Raises
    ------
    UsageError
        It cannot be a headline.
    """

    title: str
    link: str
    source: str
    published_ms: int | None
    seen_ms: int
    tone: float
    coins: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= LONGEST_TITLE:
            raise UsageError(f"A headline has 1 to {LONGEST_TITLE} characters; this one {len(self.title)}.")
        if not (math.isfinite(self.tone) and -1 <= self.tone <= 1):
            raise UsageError(f"A headline's tone lies in −1..1; this one is {self.tone}.")
        if self.published_ms is not None and self.published_ms > self.seen_ms:
            raise UsageError("A headline cannot be published after it was heard.")

    @property
    def story(self) -> str:
        """What its words are, for telling whether two headlines say the same; case and marks do not count."""
        words = "".join(c if c.isalnum() else " " for c in self.title.casefold()).split()
        return " ".join(words) or self.title


class HeadlineKeeper(Protocol):
    """Keeps the headlines that were heard. A call that returned is on disk; may be called from any thread."""

    def add(self, headlines: Sequence[Headline]) -> list[Headline]:
        """Keep those that were not heard before, each story once; return them.

        A headline is known where its link is, however its title was changed since, and for as long as a feed
        goes on showing it; or where another with the same `Headline.story` was heard within `SAME_STORY_MS`.

        Raises
        ------
        StoreError
            Nothing of this call was stored.
        """
        ...

    def headlines(self, since_ms: int, until_ms: int) -> list[Headline]:
        """Return those with ``since_ms <= seen_ms < until_ms``, in the order in which they were heard."""
        ...

    def first_heard(self) -> Mapping[str, int]:
        """Return every coin that ever had a headline, with when it had its first, UTC milliseconds."""
        ...
