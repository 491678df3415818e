"""Watches which coins a screen lets through: who came in, who went out, and who is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from workstation.domain.alert_rule import ScreenEvent, ScreenRule
from workstation.domain.screen import ALWAYS_KNOWN, Mask, Screen, conditions_of, matches
from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind
from workstation.domain.screen_text import parse
from workstation.domain.signal import Family

_OF_SIGNALS = frozenset(
    {"signal", "signal_age", "probability", "base_rate", "families", *(f"vote_{one.value}" for one in Family)}
)
_OF_NARRATIVES = frozenset({"narrative", "narrative_rank", "narrative_7d"})

MOST_ALONE = 5
"""More coins than these at one look are told as one."""


@dataclass(frozen=True, slots=True)
class ScreenState:
    """What is known of a screen's rule.

    Parameters
    ----------
    inside, outside : frozenset of str
        Coins that it let through at the last look, and those that it did not. A coin in neither was never
        known well enough to say.
    told_ms : mapping of str to int
        When a coin was told last, UTC milliseconds.
    looked_ms : int
        The last look, UTC milliseconds; 0 before the first.
    away : frozenset of str
        Coins that were not seen since the last look before a time without any.
    away_since_ms : int
        That look, UTC milliseconds; of no meaning where none is away.
    """

    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    told_ms: Mapping[str, int] = field(default_factory=dict)
    looked_ms: int = 0
    away: frozenset[str] = frozenset()
    away_since_ms: int = 0

    def back_after(self, most_ms: int, now_ms: int) -> "ScreenState":
        """Return the state at a look; one later than `most_ms` after the last finds every coin away."""
        if not self.looked_ms or now_ms - self.looked_ms <= most_ms:
            return self
        since_ms = self.away_since_ms if self.away else self.looked_ms
        return replace(self, away=self.inside | self.outside, away_since_ms=since_ms)

    def without(self, coins: frozenset[str]) -> "ScreenState":
        """Return the state as if these coins had never been looked at."""
        return replace(self, inside=self.inside - coins, outside=self.outside - coins, away=self.away - coins)

    def after_visits(self, coins: Sequence[str], at_ms: int) -> "ScreenState":
        """Return the state after coins were told to have moved and moved back."""
        return replace(self, told_ms={**self.told_ms, **dict.fromkeys(coins, at_ms)})

    def moved(self, coins: Sequence[str], is_in: bool, at_ms: int) -> "ScreenState":
        """Return the state after coins were told to have come in, or gone out."""
        changed, told = frozenset(coins), {**self.told_ms, **dict.fromkeys(coins, at_ms)}
        inside = self.inside | changed if is_in else self.inside - changed
        outside = self.outside - changed if is_in else self.outside | changed
        return replace(self, inside=inside, outside=outside, told_ms=told, away=self.away - changed)


def look(
    rule: ScreenRule, state: ScreenState, coins: CoinColumns, now_ms: int, fresh: Mask | None = None
) -> tuple[ScreenState, tuple[str, ...]]:
    """Return the state after a look at the coins, and which of them are to be told, in the venue's order.

    A coin must have been seen on the other side before: what is not known neither enters nor leaves, and
    nothing is told at the first look. One that was told within the cool-down is not told again.

    Parameters
    ----------
    fresh : ndarray of bool, shape (n,), optional
        Of which coins the newest close is known. One that is away is seen only when it is among them: until
        then it is known as it was before, which says nothing of now.
    """
    screen = parse(rule.text)
    hits, known = matches(screen, coins), known_of(screen, coins)
    if fresh is not None and state.away:
        is_seen = fresh | np.array([symbol not in state.away for symbol in coins.symbols], bool)
        hits, known = hits & is_seen, known & is_seen
    inside = frozenset(s for s, is_hit in zip(coins.symbols, hits, strict=True) if is_hit)
    outside = frozenset(s for s, is_out in zip(coins.symbols, known & ~hits, strict=True) if is_out)
    seen = inside | outside
    moved = inside & state.outside if rule.event is ScreenEvent.ENTERS else outside & state.inside
    told = tuple(s for s in coins.symbols if s in moved and is_due(rule, state, s, now_ms))
    kept = {s: at for s, at in state.told_ms.items() if now_ms - at < rule.cool_down_ms}
    return (
        ScreenState(
            inside | (state.inside - seen),
            outside | (state.outside - seen),
            {**kept, **dict.fromkeys(told, now_ms)},
            now_ms,
            state.away - seen,
            state.away_since_ms,
        ),
        told,
    )


def known_of(screen: Screen | None, coins: CoinColumns) -> Mask:
    """Return of which coins everything is known that a screen asks for, shape (n,).

    A coin without a signal is known to have none, and one outside every narrative, too, once narratives are
    known at all. A price, a change or a grade that is not there is only missing.
    """
    known = np.ones(len(coins.symbols), bool)
    asked = {condition.column for condition in conditions_of(screen)}
    for column in asked - _OF_SIGNALS - ALWAYS_KNOWN - {"market"}:
        if COLUMNS[column].kind is ColumnKind.NAME:
            has_value = np.array([bool(cell) for cell in coins.cells(column)], bool)
        else:
            has_value = ~np.isnan(coins.number(column))
        known &= bool(has_value.any()) if column in _OF_NARRATIVES else has_value
    return known


def is_due(rule: ScreenRule, state: ScreenState, symbol: str, now_ms: int) -> bool:
    """Return whether a coin's cool-down is over."""
    told_ms = state.told_ms.get(symbol)
    return told_ms is None or now_ms - told_ms >= rule.cool_down_ms
