"""Rotation advice: what to hold now, the rules it follows, and a sentence for every change."""

import math
from dataclasses import dataclass

from workstation.domain.errors import UsageError
from workstation.domain.narrative_index import ChangeKind

CASH = "CASH"
"""What is not in coins."""


@dataclass(frozen=True, slots=True)
class RotationRules:
    """The rules that advice follows; the trader reads and changes them.

    Parameters
    ----------
    gate_btc_days, gate_alt_days : int
        The market is open while BTC is above its mean of so many days, and the equal-weight index of all
        coins above its own; 0 leaves a condition out.
    gate_band_pct : float
        How far beyond a mean a close must be to turn the gate, percent.
    gate_dwell_days : int
        Days for which the gate stays as it is after it turned.
    momentum_days : int
        Over which narratives are ranked.
    n_narratives : int
        How many narratives are held at most.
    keep_rank : int
        A held narrative stays while its rank is this or better; at least `n_narratives`.
    n_coins : int
        How many of its best-graded coins are held in each; of a narrative that is held so many at least can
        be bought.
    keep_coins : int
        A held coin stays while it is among so many best-graded ones of its narrative; at least `n_coins`.
    least_grade : int
        Coins below it are not bought, 0..100.
    most_coin, most_narrative : float
        Parts of the account that a coin and a narrative may be at most, above 0 and at most 1.
    target_volatility_pct : float
        Annualised volatility that exposure is reduced to, percent; 0 for none.
    turnover_band : float
        A coin's weight is left alone while it is nearer to its target than this part of the account.
    rebalance_days : int
        Days between two looks at ranks, grades and weights, counted from a Monday, 00:00 UTC; there is one
        more when the gate opens. The gate and bearish signals are looked at daily.
    """

    gate_btc_days: int = 50
    gate_alt_days: int = 20
    gate_band_pct: float = 1.0
    gate_dwell_days: int = 3
    momentum_days: int = 14
    n_narratives: int = 3
    keep_rank: int = 5
    n_coins: int = 3
    keep_coins: int = 6
    least_grade: int = 40
    most_coin: float = 0.15
    most_narrative: float = 0.40
    target_volatility_pct: float = 50.0
    turnover_band: float = 0.02
    rebalance_days: int = 7

    def __post_init__(self) -> None:
        for name in ("gate_btc_days", "gate_alt_days", "gate_dwell_days", "least_grade"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} must be 0 or more; got {getattr(self, name)}.")
        for name in ("momentum_days", "n_narratives", "n_coins", "rebalance_days"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} must be 1 or more; got {getattr(self, name)}.")
        if self.keep_rank < self.n_narratives:
            raise UsageError(f"keep_rank must be {self.n_narratives} or more; got {self.keep_rank}.")
        if self.keep_coins < self.n_coins:
            raise UsageError(f"keep_coins must be {self.n_coins} or more; got {self.keep_coins}.")
        if self.least_grade > 100:
            raise UsageError(f"least_grade must be 100 or less; got {self.least_grade}.")
        for name in ("most_coin", "most_narrative"):
            if not 0 < getattr(self, name) <= 1:
                raise UsageError(f"{name} must be above 0 and at most 1; got {getattr(self, name)}.")
        for name in ("gate_band_pct", "target_volatility_pct", "turnover_band"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise UsageError(f"{name} must be 0 or more; got {value}.")


@dataclass(frozen=True, slots=True)
class StandingSignal:
    """The newest signal of a coin while it still stands.

    Parameters
    ----------
    lean : int
        +1 bullish, -1 bearish.
    probability, base : float or None
        Probability of a move its way and how often any bar has one, 0..1; None where no model speaks.
    """

    lean: int
    probability: float | None = None
    base: float | None = None

    def __post_init__(self) -> None:
        if self.lean not in (-1, 1):
            raise UsageError(f"A signal leans +1 or -1; got {self.lean}.")


@dataclass(frozen=True, slots=True)
class TargetWeight:
    """How much of an account advice puts into one coin.

    Parameters
    ----------
    coin : str
        Or `CASH`.
    weight : float
        Part of the account, 0..1.
    narrative : str
        The narrative that it is held for; empty for cash.
    """

    coin: str
    weight: float
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class AdviceChange:
    """One change that advice asks for, with its reason.

    Parameters
    ----------
    coin : str
    kind : ChangeKind
    from_weight, to_weight : float
        Parts of the account before and after, 0..1.
    sentence : str
        Plain words, e.g. ``"exit PEPE: bearish signal at 0.41 against a base of 0.31; memecoins fell from
        1st to 5th of 12 by 14-day return"``.
    """

    coin: str
    kind: ChangeKind
    from_weight: float
    to_weight: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to hold from the next open on.

    Parameters
    ----------
    at_ms : int
        The close that it was decided at, UTC milliseconds.
    is_open : bool
        Whether the gate lets the account hold coins at all.
    gate_sentence : str
        Why it does or not.
    targets : tuple of TargetWeight
        Cash included; they add up to 1; largest first.
    changes : tuple of AdviceChange
        Against what was held before; empty where nothing changes.
    ranks : tuple of tuple of (str, int, float)
        Narratives with their rank and their return over `RotationRules.momentum_days`, percent; best first.
    """

    at_ms: int
    is_open: bool
    gate_sentence: str
    targets: tuple[TargetWeight, ...]
    changes: tuple[AdviceChange, ...]
    ranks: tuple[tuple[str, int, float], ...]
