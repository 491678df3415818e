"""A newer shipped book and the trader's own edits, brought together: the edits survive."""

from dataclasses import replace

from workstation.domain.narrative import Membership, Narrative, NarrativeBook, overfull
from workstation.domain.narrative_book_diff import BookDiff, MemberChange, with_times


def merged(base: NarrativeBook, mine: NarrativeBook, theirs: NarrativeBook) -> NarrativeBook:
    """Return the newer book with the trader's edits made in it.

    What the trader edited is as the trader left it; everything else is as the newer book says. A narrative
    that the newer book dropped stays where the trader edited a coin in it. Where a coin's stated shares of
    both would add up to more than 1, everything about that coin is as the trader had it.

    Parameters
    ----------
    base : NarrativeBook
        What the trader's book began as.
    mine : NarrativeBook
        The trader's book.
    theirs : NarrativeBook
        The newer one.
    """
    edits = BookDiff.between(base, mine)
    edited = {change.narrative for change in edits.changes if isinstance(change, MemberChange)}
    known = {narrative.name for narrative in theirs.narratives}
    kept = tuple(one for one in mine.narratives if one.name in edited - known)
    narratives = edits.narratives_of((*theirs.narratives, *kept))
    for coin in overfull(narratives):
        narratives = tuple(with_times(one, coin, _times(mine, one.name, coin)) for one in narratives)
    return replace(theirs, narratives=narratives, renames=edits.renames_of(theirs.renames))


def _times(book: NarrativeBook, name: str, coin: str) -> tuple[Membership, ...]:
    its: Narrative | None = next((one for one in book.narratives if one.name == name), None)
    return tuple(member for member in its.members if member.coin == coin) if its else ()
