"""Edits of a book of narratives: each takes a book and returns another, or says why it cannot."""

from dataclasses import replace
from typing import Any

from workstation.domain.errors import UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook


def member_added(book: NarrativeBook, name: str, member: Membership) -> NarrativeBook:
    """Return the book with a coin more in one narrative.

    Raises
    ------
    UsageError
        There is no such narrative, the coin belongs to it at that time already, or its stated shares would
        add up to more than 1.
    """
    narrative = book.narrative(name)
    return _with(book, replace(narrative, members=(*narrative.members, member)))


def member_changed(book: NarrativeBook, name: str, coin: str, **changes: Any) -> NarrativeBook:
    """Return the book with other facts about a coin in one narrative.

    Where it belonged there several times, the last time is changed.

    Parameters
    ----------
    book : NarrativeBook
    name, coin : str
        Which narrative and which of its coins.
    **changes
        Fields of `Membership` but the coin: ``share``, ``since_ms``, ``until_ms``, ``source``.

    Raises
    ------
    UsageError
        There is no such narrative or coin, or the new facts cannot be.
    """
    narrative = book.narrative(name)
    its = _members_of(narrative, coin)
    last = max(its, key=lambda member: -1 if member.since_ms is None else member.since_ms)
    members = tuple(replace(last, **changes) if member is last else member for member in narrative.members)
    return _with(book, replace(narrative, members=members))


def member_ended(book: NarrativeBook, name: str, coin: str, at_ms: int) -> NarrativeBook:
    """Return the book with a coin that belongs to a narrative no longer; its past there stays.

    Parameters
    ----------
    book : NarrativeBook
    name, coin : str
        Which narrative and which of its coins.
    at_ms : int
        From when on it does not belong there, UTC milliseconds.

    Raises
    ------
    UsageError
        There is no such narrative, or the coin does not belong to it at that time or later.
    """
    narrative = book.narrative(name)
    its = _members_of(narrative, coin)
    if all(member.until_ms is not None and member.until_ms <= at_ms for member in its):
        raise UsageError(f"{coin} belongs to {name} no longer by then.")
    kept = [_until(member, at_ms) if member.coin == coin else member for member in narrative.members]
    return _with(book, replace(narrative, members=tuple(member for member in kept if member is not None)))


def member_erased(book: NarrativeBook, name: str, coin: str) -> NarrativeBook:
    """Return the book with a narrative that a coin never belonged to: its past there is gone, too.

    Raises
    ------
    UsageError
        There is no such narrative or coin.
    """
    narrative = book.narrative(name)
    gone = _members_of(narrative, coin)
    return _with(book, replace(narrative, members=tuple(m for m in narrative.members if m not in gone)))


def narrative_added(book: NarrativeBook, narrative: Narrative) -> NarrativeBook:
    """Return the book with one narrative more, shown last.

    Raises
    ------
    UsageError
        There is one of that name already.
    """
    return replace(book, narratives=(*book.narratives, narrative))


def narrative_dropped(book: NarrativeBook, name: str) -> NarrativeBook:
    """Return the book without a narrative, its past included.

    Raises
    ------
    UsageError
        There is no such narrative.
    """
    gone = book.narrative(name)
    return replace(book, narratives=tuple(one for one in book.narratives if one is not gone))


def narrative_changed(book: NarrativeBook, name: str, **changes: str) -> NarrativeBook:
    """Return the book with another ``title`` or ``category`` of a narrative; its name stays.

    Raises
    ------
    UsageError
        There is no such narrative, or the text cannot be used.
    """
    return _with(book, replace(book.narrative(name), **changes))  # type: ignore[arg-type]  # texts only


def _with(book: NarrativeBook, narrative: Narrative) -> NarrativeBook:
    its = tuple(narrative if one.name == narrative.name else one for one in book.narratives)
    return replace(book, narratives=its)


def _members_of(narrative: Narrative, coin: str) -> list[Membership]:
    its = [member for member in narrative.members if member.coin == coin]
    if not its:
        raise UsageError(f"{coin[:30]} is not in the narrative {narrative.name}.")
    return its


def _until(member: Membership, at_ms: int) -> Membership | None:
    if member.since_ms is not None and member.since_ms >= at_ms:
        return None
    if member.until_ms is not None and member.until_ms <= at_ms:
        return member
    return replace(member, until_ms=at_ms)
