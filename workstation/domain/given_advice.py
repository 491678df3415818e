"""Rotation advice as it was given and written down, and what became of it."""

import hashlib
from dataclasses import dataclass, fields
from typing import Protocol

from workstation.domain.rotation import CASH, Advice, RotationRules

OUTCOME_WITHIN_MS = 7 * 86_400_000
"""Advice that no newer one replaced is judged after so long."""


@dataclass(frozen=True, slots=True)
class AdviceMemory:
    """What the next advice must know of this one, beside its targets.

    Parameters
    ----------
    gate_turned_ms : int or None
        The close at which the gate last turned, UTC milliseconds; None while it has not.
    look : int or None
        Number of the period in which ranks were last looked at; None while there was none.
    look_ranks : tuple of (str, int)
        Narratives with their ranks then.
    """

    gate_turned_ms: int | None = None
    look: int | None = None
    look_ranks: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class GivenAdvice:
    """Advice, and everything that must be known to check later how it came about.

    Parameters
    ----------
    venue : str
        Short name of the venue whose closes it was decided on.
    advice : Advice
        As it was given.
    rules : tuple of (str, float)
        The rules that it followed, by name.
    rules_hash : str
        SHA-256 of them, hexadecimal.
    engine_version : str
        Of the engine that gave it.
    memory : AdviceMemory
        What the next one builds on.
    """

    venue: str
    advice: Advice
    rules: tuple[tuple[str, float], ...]
    rules_hash: str
    engine_version: str
    memory: AdviceMemory = AdviceMemory()

    @property
    def turnover(self) -> float:
        """Part of the account that was bought and sold for it, 0..2."""
        return sum(abs(change.to_weight - change.from_weight) for change in self.advice.changes)

    @property
    def weights(self) -> dict[str, float]:
        """Target weights by coin, cash left out."""
        return {each.coin: each.weight for each in self.advice.targets if each.coin != CASH}


@dataclass(frozen=True, slots=True)
class AdviceOutcome:
    """What the targets of advice brought until the next one, seven days at most.

    All returns begin at the next open after the decision and end at the close of the span. What cannot be
    known is None, never zero.

    Parameters
    ----------
    until_ms : int
        End of the span, UTC milliseconds.
    targets_pct : float or None
        Return of the targets after the costs of getting there, percent, cash at nothing; None where a coin
        has no price at one of the ends.
    cost_pct : float
        Fee and slippage that were taken off, percent of the account.
    btc_pct : float or None
        Return of BTC held all the while, percent.
    equal_weight_pct : float or None
        Mean return of all coins of the narratives that have both prices, held all the while, percent.
    n_equal_weight : int
        How many those are.
    note : str
        What must be said beside it; empty where nothing.
    """

    until_ms: int
    targets_pct: float | None
    cost_pct: float
    btc_pct: float | None
    equal_weight_pct: float | None
    n_equal_weight: int = 0
    note: str = ""

    @property
    def cash_pct(self) -> float:
        """Return of cash, percent: none."""
        return 0.0


@dataclass(frozen=True, slots=True)
class AdviceEntry:
    """Advice of the ledger, and what became of it.

    Parameters
    ----------
    row : int
        Its number.
    written_ms : int
        When it was written, UTC milliseconds of this machine.
    given : GivenAdvice
        As it was given.
    outcome : AdviceOutcome or None
        None while its span has not passed.
    """

    row: int
    written_ms: int
    given: GivenAdvice
    outcome: AdviceOutcome | None = None


class AdviceRecorder(Protocol):
    """Keeps advice for good. A call that returned survives a power cut."""

    async def add_advice(self, given: GivenAdvice) -> int | None:
        """Write advice; return the row's number, None where there is some of that venue and close already."""
        ...

    async def add_advice_outcome(self, advice_row: int, outcome: AdviceOutcome) -> int | None:
        """Write what became of advice; None where that is already there."""
        ...


def rules_in_words(rules: RotationRules) -> tuple[tuple[str, float], ...]:
    """Return rules as names and values, in their order."""
    return tuple((each.name, getattr(rules, each.name)) for each in fields(rules))


def hash_of_rules(rules: RotationRules) -> str:
    """Return the SHA-256 of rules, hexadecimal: a line ``name=value`` for each, sorted by name."""
    lines = sorted(f"{name}={float(value)!r}\n" for name, value in rules_in_words(rules))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
