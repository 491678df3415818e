"""A screen: conditions on what is known of coins, joined with AND and OR, e.g. ``grade > 80 and 7d > 0``."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import UsageError
from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind

Mask: TypeAlias = NDArray[np.bool_]

ALWAYS_KNOWN = frozenset({"list"})
"""Columns whose empty cell says something where there is the column: a coin in no list is in none."""

SIDES = {"bullish": 1.0, "bearish": -1.0, "neutral": 0.0}
"""What a direction may be, and its number."""


class Comparison(StrEnum):
    """How a coin's value is held against the one of a condition."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "="
    OTHER = "!="
    IS = "is"
    IS_NOT = "is not"
    CONTAINS = "contains"


OF_NUMBERS = tuple(Comparison)[:6]
OF_SIDES = (Comparison.IS, Comparison.IS_NOT)
OF_NAMES = (Comparison.IS, Comparison.IS_NOT, Comparison.CONTAINS)


def comparisons_of(kind: ColumnKind) -> tuple[Comparison, ...]:
    """Return how columns of a kind can be compared; a line cannot."""
    if kind is ColumnKind.LINE:
        return ()
    return {ColumnKind.SIDE: OF_SIDES, ColumnKind.NAME: OF_NAMES}.get(kind, OF_NUMBERS)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison.

    Parameters
    ----------
    column : str
        Id of a column.
    comparison : Comparison
        One that fits the column.
    value : float or str
        A number in the unit of the column; a name; or one of `SIDES`.

    Raises
    ------
    UsageError
        The parts do not fit.
    """

    column: str
    comparison: Comparison
    value: float | str

    def __post_init__(self) -> None:
        if self.column not in COLUMNS:
            raise UsageError(f"“{self.column}” is not a column.")
        kind = COLUMNS[self.column].kind
        allowed = comparisons_of(kind)
        if self.comparison not in allowed:
            raise UsageError(f"{self.column} cannot be compared with “{self.comparison.value}”.")
        if allowed is OF_NUMBERS:
            if isinstance(self.value, str) or not np.isfinite(self.value):
                raise UsageError(f"{self.column} is compared with a number; got {self.value!r}.")
        elif not isinstance(self.value, str) or not self.value.strip() or '"' in self.value:
            raise UsageError(f"{self.column} is compared with a name without quotes; got {self.value!r}.")
        elif kind is ColumnKind.SIDE and self.value not in SIDES:
            raise UsageError(f"{self.column} is bullish, bearish or neutral; got “{self.value}”.")


class Joint(StrEnum):
    """How conditions are joined."""

    ALL = "and"
    ANY = "or"


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more screens joined; one of the same joint is not put into another.

    Raises
    ------
    ValueError
        There are fewer than two parts, or one is joined the same way.
    """

    joint: Joint
    parts: tuple["Screen", ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ValueError("A group joins two or more conditions.")
        if any(isinstance(part, Group) and part.joint is self.joint for part in self.parts):
            raise ValueError(f"A group joined by “{self.joint}” cannot hold another one.")


Screen: TypeAlias = Condition | Group


def joined(joint: Joint, *parts: Screen | None) -> Screen | None:
    """Return screens as one; None is the screen that lets every coin through."""
    flat: list[Screen] = []
    for part in parts:
        if isinstance(part, Group) and part.joint is joint:
            flat += part.parts
        elif part is not None:
            flat.append(part)
    if len(flat) < 2:
        return flat[0] if flat else None
    return Group(joint, tuple(flat))


def conditions_of(screen: Screen | None) -> tuple[Condition, ...]:
    """Return every condition, as they are read."""
    if screen is None:
        return ()
    if isinstance(screen, Condition):
        return (screen,)
    return tuple(condition for part in screen.parts for condition in conditions_of(part))


def without(screen: Screen | None, number: int) -> Screen | None:
    """Return a screen without one of its conditions, counted from 0 as they are read."""
    if not isinstance(screen, Group):
        return None if number == 0 else screen
    kept: list[Screen | None] = []
    for part in screen.parts:
        n_within = len(conditions_of(part))
        kept.append(without(part, number) if 0 <= number < n_within else part)
        number -= n_within
    return joined(screen.joint, *kept)


def asking_for(screen: Screen | None, column: str, name: str, instead_of: str) -> Screen | None:
    """Return a screen that asks for another name in a column; case does not matter, nor parts of a name."""
    if screen is None:
        return None
    if isinstance(screen, Group):
        return joined(screen.joint, *(asking_for(part, column, name, instead_of) for part in screen.parts))
    is_meant = screen.column == column and screen.comparison is not Comparison.CONTAINS
    is_meant = is_meant and str(screen.value).casefold() == instead_of.casefold()
    return replace(screen, value=name) if is_meant else screen


def matches(screen: Screen | None, coins: CoinColumns) -> Mask:
    """Return which coins a screen lets through, shape (n,); what is not known never matches."""
    if screen is None:
        return np.ones(len(coins.symbols), bool)
    if isinstance(screen, Group):
        parts = [matches(part, coins) for part in screen.parts]
        join = np.logical_and if screen.joint is Joint.ALL else np.logical_or
        found: Mask = join.reduce(parts)
        return found
    if COLUMNS[screen.column].kind is ColumnKind.NAME:
        return _names_match(screen, coins)
    return _numbers_match(screen, coins.number(screen.column))


def _names_match(condition: Condition, coins: CoinColumns) -> Mask:
    wanted = str(condition.value).casefold()
    cells = coins.cells(condition.column)
    if condition.comparison is Comparison.CONTAINS:
        hits = [any(wanted in name.casefold() for name in cell) for cell in cells]
    else:
        is_wanted = condition.comparison is Comparison.IS
        is_known = condition.column in ALWAYS_KNOWN and condition.column in coins.names
        hits = [
            (is_known or bool(cell)) and any(name.casefold() == wanted for name in cell) is is_wanted
            for cell in cells
        ]
    return np.array(hits, bool)


def _numbers_match(condition: Condition, values: NDArray[np.float64]) -> Mask:
    value = condition.value
    number = SIDES[value] if isinstance(value, str) else value
    with np.errstate(invalid="ignore"):
        found: Mask = _HOLD[condition.comparison](values, number)
    return found & ~np.isnan(values)


_HOLD = {
    Comparison.ABOVE: np.greater,
    Comparison.AT_LEAST: np.greater_equal,
    Comparison.BELOW: np.less,
    Comparison.AT_MOST: np.less_equal,
    Comparison.EQUAL: np.equal,
    Comparison.OTHER: np.not_equal,
    Comparison.IS: np.equal,
    Comparison.IS_NOT: np.not_equal,
}
