"""Narratives: the stories that coins are bought for, and which coin belonged to which, and when."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from workstation.domain.errors import UsageError

LAST_MS = 7_258_118_400_000
"""No date of a book lies later: 1 January 2200, UTC milliseconds."""

CAP_METRIC = "market.cap_usd"
"""Observed of a coin: what all of it in circulation is worth, US dollars."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = {"code of a coin": 30, "name": 60, "title": 80, "category": 100, "source": 300}
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Membership:
    """One coin in one narrative, for a time.

    Parameters
    ----------
    coin : str
        Code of the coin as venues write it, e.g. ``"AGIX"``: at most 30 printable characters, no space.
    share : float or None
        Part of the coin that counts here, above 0 and at most 1; None takes an equal part of what its stated
        shares elsewhere leave.
    since_ms, until_ms : int or None
        When it belonged here, from and before, UTC milliseconds; None is open.
    source : str
        Where this is said, for the trader.
    """

    coin: str
    share: float | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        _check_code(self.coin)
        _check_line(f"of {self.coin}", "source", self.source)
        if self.share is not None and not (math.isfinite(self.share) and 0 < self.share <= 1):
            raise UsageError(f"The share of {self.coin} must be above 0 and at most 1; got {self.share}.")
        for at_ms in (self.since_ms, self.until_ms):
            _check_date(self.coin, at_ms)
        if self.since_ms is not None and self.until_ms is not None and self.since_ms >= self.until_ms:
            raise UsageError(f"{self.coin} must begin to belong to a narrative before it ends to.")

    def holds_at(self, at_ms: int) -> bool:
        """Whether the coin belongs there at a time, UTC milliseconds."""
        return (self.since_ms is None or self.since_ms <= at_ms) and (
            self.until_ms is None or at_ms < self.until_ms
        )


@dataclass(frozen=True, slots=True)
class Narrative:
    """A story that several coins are bought for.

    Parameters
    ----------
    name : str
        Lower-case letters, digits and single hyphens, e.g. ``"real-world-assets"``; never changes.
    title : str
        For the trader, e.g. ``"Real-world assets"``.
    members : tuple of Membership
        A coin may be there several times, at different times.
    category : str
        What CoinGecko calls it in its addresses, e.g. ``"real-world-assets-rwa"``; empty where it is not
        asked.
    """

    name: str
    title: str
    members: tuple[Membership, ...]
    category: str = ""

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.name):
            raise UsageError(
                f"A narrative's name has lower-case letters, digits and hyphens; got {self.name[:60]!r}."
            )
        if not self.title:
            raise UsageError(f"The narrative {self.name} needs a title.")
        for what in ("name", "title", "category"):
            _check_line(f"of the narrative {self.name[:60]}", what, getattr(self, what))
        if self.category and not re.fullmatch(r"[a-z0-9_-]+", self.category):
            raise UsageError(
                f"The category of the narrative {self.name} has letters, digits and hyphens; "
                f"got {self.category!r}."
            )
        _check_once_at_a_time(self)


@dataclass(frozen=True, slots=True)
class Rename:
    """One coin that became another.

    Parameters
    ----------
    old, new : str
        Codes, e.g. ``"AGIX"`` and ``"FET"``.
    at_ms : int
        When the old one ended, UTC milliseconds.
    ratio : float
        New coins for one old coin.
    source : str
        Where this is said, for the trader.
    """

    old: str
    new: str
    at_ms: int
    ratio: float
    source: str = ""

    def __post_init__(self) -> None:
        _check_code(self.old)
        _check_code(self.new)
        _check_line(f"of {self.old}", "source", self.source)
        _check_date(self.old, self.at_ms)
        if not (math.isfinite(self.ratio) and self.ratio > 0):
            raise UsageError(
                f"{self.old} became {self.new} at a ratio that must be above 0; got {self.ratio}."
            )


@dataclass(frozen=True, slots=True)
class NarrativeBook:
    """All narratives at one version.

    Parameters
    ----------
    narratives : tuple of Narrative
        In the order in which they are shown; no two of one name.
    renames : tuple of Rename
        Coins that became others.
    dated : str
        When it was compiled, ``YYYY-MM-DD``.

    Raises
    ------
    UsageError
        Two narratives have one name, or the stated shares of a coin add up to more than 1 at some time.
    """

    narratives: tuple[Narrative, ...]
    renames: tuple[Rename, ...] = ()
    dated: str = ""

    def __post_init__(self) -> None:
        names = [narrative.name for narrative in self.narratives]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"There are two narratives of the name {twice[0]}; each needs its own.")
        for coin, total in overfull(self.narratives).items():
            raise UsageError(f"The shares of {coin} add up to {total:g}; they may be 1 together at most.")

    def narrative(self, name: str) -> Narrative:
        """Return the narrative of a name.

        Raises
        ------
        UsageError
            There is none.
        """
        found = next((narrative for narrative in self.narratives if narrative.name == name), None)
        if found is None:
            names = ", ".join(narrative.name for narrative in self.narratives) or "none at all"
            raise UsageError(f"There is no narrative {name[:60]!r}; there are {names}.")
        return found

    def shares_at(self, at_ms: int) -> Mapping[str, Mapping[str, float]]:
        """Return each narrative's coins at a time with the part of each that counts there.

        Parameters
        ----------
        at_ms : int
            UTC milliseconds.

        Returns
        -------
        mapping of str to mapping of str to float
            Narrative's name, then coin; above 0 and at most 1. A narrative without coins is there, empty.
        """
        holding = self._holding_at(at_ms)
        stated: dict[str, float] = {}
        unstated: dict[str, int] = {}
        for members in holding.values():
            for member in members.values():
                stated[member.coin] = stated.get(member.coin, 0.0) + (member.share or 0.0)
                unstated[member.coin] = unstated.get(member.coin, 0) + (member.share is None)
        return {
            name: {
                coin: member.share
                if member.share is not None
                else max(0.0, 1.0 - stated[coin]) / unstated[coin]
                for coin, member in members.items()
                if member.share is not None or stated[coin] < 1.0 - _ROUNDING
            }
            for name, members in holding.items()
        }

    def coins(self) -> frozenset[str]:
        """Return every coin that ever belonged to a narrative."""
        return frozenset(member.coin for narrative in self.narratives for member in narrative.members)

    def _holding_at(self, at_ms: int) -> dict[str, dict[str, Membership]]:
        return {
            narrative.name: {member.coin: member for member in narrative.members if member.holds_at(at_ms)}
            for narrative in self.narratives
        }


def overfull(narratives: Iterable[Narrative]) -> dict[str, float]:
    """Return coins whose stated shares add up to more than 1 at some time, with the largest sum of each."""
    stated: dict[str, list[Membership]] = {}
    for narrative in narratives:
        for member in narrative.members:
            if member.share is not None:
                stated.setdefault(member.coin, []).append(member)
    sums = {coin: _largest_sum(members) for coin, members in stated.items()}
    return {coin: total for coin, total in sums.items() if total > 1 + _ROUNDING}


def _largest_sum(members: list[Membership]) -> float:
    """Return the largest sum of shares at any time; it can only grow where a membership begins."""
    begins = {member.since_ms if member.since_ms is not None else -1 for member in members}
    return max(sum(member.share or 0.0 for member in members if member.holds_at(ms)) for ms in begins)


def _check_once_at_a_time(narrative: Narrative) -> None:
    times: dict[str, list[tuple[float, float]]] = {}
    for member in narrative.members:
        since = -math.inf if member.since_ms is None else member.since_ms
        until = math.inf if member.until_ms is None else member.until_ms
        times.setdefault(member.coin, []).append((since, until))
    for coin, spans in times.items():
        if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(spans))):
            raise UsageError(
                f"{coin} is in the narrative {narrative.name} twice at one time; once is enough."
            )


def _check_code(coin: str) -> None:
    if not coin:
        raise UsageError("A member of a narrative needs the code of its coin, e.g. FET; got none.")
    _check_line("in a narrative", "code of a coin", coin)
    if " " in coin:
        raise UsageError(f"The code of a coin has no space; got {coin!r}.")


def _check_line(whose: str, what: str, text: str) -> None:
    """Refuse text that is too long, or that could not be shown on one line as it is."""
    if len(text) > _LONGEST[what]:
        raise UsageError(f"The {what} {whose[:100]} may have {_LONGEST[what]} characters; got {len(text)}.")
    if not text.isprintable():
        raise UsageError(f"The {what} {whose!a} must be plain text on one line; got {text!a}.")


def _check_date(coin: str, at_ms: int | None) -> None:
    if at_ms is not None and not 0 <= at_ms <= LAST_MS:
        raise UsageError(f"A date of {coin} must lie between 1970 and 2200; got {at_ms} ms.")
