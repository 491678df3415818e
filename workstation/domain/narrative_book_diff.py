"""What differs between two books of narratives, as lines that can be read and accepted one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

from workstation.domain.narrative import Membership, Narrative, NarrativeBook, Rename

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A coin enters or leaves a narrative, or something about it there changes.

    Parameters
    ----------
    narrative, coin : str
        Where, and which.
    before, after : tuple of Membership
        Its times there; empty for none.
    """

    narrative: str
    coin: str
    before: tuple[Membership, ...]
    after: tuple[Membership, ...]

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if not self.before:
            return f"{self.narrative}: add {self.coin}, {_said(self.after)}{_source(self.after)}"
        if not self.after:
            return f"{self.narrative}: remove {self.coin}, which was there {_said(self.before)}"
        was, becomes = _said(self.before), _said(self.after)
        if was == becomes:
            return f"{self.narrative}: {self.coin} has another source{_source(self.after)}"
        return f"{self.narrative}: {self.coin} belongs {becomes}; it was {was}{_source(self.after)}"


@dataclass(frozen=True, slots=True)
class NarrativeChange:
    """A narrative comes, goes, or is called otherwise.

    Parameters
    ----------
    narrative : str
        Its name.
    before, after : Narrative or None
        As it was and as it is to be, all coins included where it comes or goes; None for no narrative.
    """

    narrative: str
    before: Narrative | None
    after: Narrative | None

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if self.after is None:
            return f"{self.narrative}: drop the narrative"
        if self.before is None:
            coins = ", ".join(sorted({member.coin for member in self.after.members})) or "no coin yet"
            return f"{self.narrative}: new narrative “{self.after.title}” with {coins}"
        if self.before.title != self.after.title:
            return f"{self.narrative}: call it “{self.after.title}”, no longer “{self.before.title}”"
        return f"{self.narrative}: ask CoinGecko for “{self.after.category}”, not “{self.before.category}”"


@dataclass(frozen=True, slots=True)
class RenameChange:
    """The book learns or forgets that one coin became another.

    Parameters
    ----------
    old, new : str
        The two coins.
    before, after : Rename or None
        What the book says of it.
    """

    old: str
    new: str
    before: Rename | None
    after: Rename | None

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if self.after is None:
            return f"{self.old} did not become {self.new}"
        return f"{self.old} became {self.new} on {_date(self.after.at_ms)}, {self.after.ratio:g} for 1"


BookChange: TypeAlias = MemberChange | NarrativeChange | RenameChange
"""One line of a difference."""


@dataclass(frozen=True, slots=True)
class BookDiff:
    """What must change in one book so that it says what another one says.

    Parameters
    ----------
    changes : tuple of BookChange
        In the order of the narratives; every one has its `sentence`.
    dated : str
        When the other book was compiled, ``YYYY-MM-DD``.
    """

    changes: tuple[BookChange, ...]
    dated: str = ""

    @classmethod
    def between(cls, before: NarrativeBook, after: NarrativeBook) -> "BookDiff":
        """Return what changes from one book to another; the order of narratives and coins does not count."""
        old = {narrative.name: narrative for narrative in before.narratives}
        new = {narrative.name: narrative for narrative in after.narratives}
        changes: list[BookChange] = []
        for name in dict.fromkeys([*old, *new]):
            changes += _narrative_changes(name, old.get(name), new.get(name))
        return cls((*changes, *_rename_changes(before.renames, after.renames)), after.dated)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every change in plain words."""
        return tuple(change.sentence for change in self.changes)

    def only(self, is_wanted: Callable[[BookChange], bool]) -> "BookDiff":
        """Return the difference with the wanted changes alone."""
        return replace(self, changes=tuple(change for change in self.changes if is_wanted(change)))

    def applied(self, book: NarrativeBook) -> NarrativeBook:
        """Return a book with these changes made in it.

        A change of a coin in a narrative that the book does not have is left out.

        Raises
        ------
        UsageError
            With them, the stated shares of a coin would add up to more than 1.
        """
        narratives = self.narratives_of(book.narratives)
        return replace(book, narratives=narratives, renames=self.renames_of(book.renames))

    def narratives_of(self, narratives: Iterable[Narrative]) -> tuple[Narrative, ...]:
        """Return narratives with these changes made in them; nobody looks at the sums of shares."""
        there = {narrative.name: narrative for narrative in narratives}
        for change in self.changes:
            if isinstance(change, NarrativeChange):
                _put(there, change.narrative, _changed(there.get(change.narrative), change))
            elif isinstance(change, MemberChange) and change.narrative in there:
                there[change.narrative] = with_times(there[change.narrative], change.coin, change.after)
        return tuple(there.values())

    def renames_of(self, renames: Iterable[Rename]) -> tuple[Rename, ...]:
        """Return renames of coins with these changes made in them."""
        there = {(rename.old, rename.new): rename for rename in renames}
        for change in self.changes:
            if isinstance(change, RenameChange):
                _put(there, (change.old, change.new), change.after)
        return tuple(there.values())


def with_times(narrative: Narrative, coin: str, times: tuple[Membership, ...]) -> Narrative:
    """Return a narrative with a coin's new times, in the place of its old ones; none takes the coin out."""
    place = next((i for i, member in enumerate(narrative.members) if member.coin == coin), None)
    others = [member for member in narrative.members if member.coin != coin]
    at = len(others) if place is None else place
    return replace(narrative, members=(*others[:at], *times, *others[at:]))


def _narrative_changes(name: str, old: Narrative | None, new: Narrative | None) -> list[BookChange]:
    if old is None or new is None:
        return [NarrativeChange(name, old, new)]
    changes: list[BookChange] = []
    if (old.title, old.category) != (new.title, new.category):
        changes.append(NarrativeChange(name, old, new))
    was, becomes = _by_coin(old.members), _by_coin(new.members)
    for coin in dict.fromkeys([*was, *becomes]):
        before, after = was.get(coin, ()), becomes.get(coin, ())
        if before != after:
            changes.append(MemberChange(name, coin, before, after))
    return changes


def _by_coin(members: Iterable[Membership]) -> dict[str, tuple[Membership, ...]]:
    its: dict[str, tuple[Membership, ...]] = {}
    for member in sorted(members, key=lambda one: -1 if one.since_ms is None else one.since_ms):
        its[member.coin] = (*its.get(member.coin, ()), member)
    return its


def _rename_changes(before: Iterable[Rename], after: Iterable[Rename]) -> list[BookChange]:
    old = {(rename.old, rename.new): rename for rename in before}
    new = {(rename.old, rename.new): rename for rename in after}
    return [
        RenameChange(*key, old.get(key), new.get(key))
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]


def _put(there: dict[_Key, _Value], key: _Key, value: _Value | None) -> None:
    if value is None:
        there.pop(key, None)
    else:
        there[key] = value


def _changed(there: Narrative | None, change: NarrativeChange) -> Narrative | None:
    """Return a narrative as it is to be; one that is there keeps its coins, and gets those of a new one."""
    after = change.after
    if there is None or after is None:
        return after
    there = replace(there, title=after.title, category=after.category)
    if change.before is None:
        for coin, times in _by_coin(after.members).items():
            there = with_times(there, coin, times)
    return there


def _said(members: tuple[Membership, ...]) -> str:
    return " and ".join(map(_time_and_share, members))


def _time_and_share(member: Membership) -> str:
    since = f"since {_date(member.since_ms)}" if member.since_ms is not None else ""
    until = f"until {_date(member.until_ms)}" if member.until_ms is not None else ""
    share = f"with a share of {member.share:g}" if member.share is not None else ""
    return (
        " ".join(part for part in (since or (until and "from the start"), until, share) if part) or "always"
    )


def _source(members: tuple[Membership, ...]) -> str:
    said = members[-1].source
    return f" ({said})" if said else ""


def _date(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at:%Y-%m-%d}" if at_ms % 86_400_000 == 0 else f"{at:%Y-%m-%d %H:%M}"
