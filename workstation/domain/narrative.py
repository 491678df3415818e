"""Narratives: the stories that coins are bought for, and which coin belonged to which, and when."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from workstation.domain.errors import UsageError

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Membership:
    """One coin in one narrative, for a time.

    Parameters
    ----------
    coin : str
        Code of the coin as venues write it, e.g. ``"AGIX"``. Foreign text.
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
        if not self.coin:
            raise UsageError("A member of a narrative needs the code of its coin, e.g. FET; got none.")
        if self.share is not None and not (math.isfinite(self.share) and 0 < self.share <= 1):
            raise UsageError(f"The share of {self.coin} must be above 0 and at most 1; got {self.share}.")
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
    """

    name: str
    title: str
    members: tuple[Membership, ...]

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.name):
            raise UsageError(
                f"A narrative's name has lower-case letters, digits and hyphens; got {self.name!r}."
            )
        if not self.title:
            raise UsageError(f"The narrative {self.name} needs a title.")


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
        for at_ms in self._turning_points():
            self._check_shares(at_ms)

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

    def _turning_points(self) -> list[int]:
        """Return times that stand for every stretch in which nothing changes."""
        members = [member for narrative in self.narratives for member in narrative.members]
        return sorted({0} | {member.since_ms for member in members if member.since_ms is not None})

    def _check_shares(self, at_ms: int) -> None:
        sums: dict[str, float] = {}
        for members in self._holding_at(at_ms).values():
            for member in members.values():
                sums[member.coin] = sums.get(member.coin, 0.0) + (member.share or 0.0)
        for coin, total in sums.items():
            if total > 1 + _ROUNDING:
                raise UsageError(f"The shares of {coin} add up to {total:g}; they may be 1 together at most.")
