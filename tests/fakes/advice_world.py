"""Advice as it is written down, small enough to read."""

from workstation.domain.given_advice import (
    AdviceMemory,
    AdviceOutcome,
    GivenAdvice,
    hash_of_rules,
    rules_in_words,
)
from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import CASH, Advice, AdviceChange, RotationRules, TargetWeight

DAY = 86_400_000
RULES = RotationRules()


def advice(day=1, weights=None, changes=None, is_open=True):
    """Return advice of a day on BTC and PEPE, entered from cash."""
    weights = {"PEPE": 0.25, "BTC": 0.15} if weights is None else weights
    targets = [TargetWeight(coin, weight, "memecoins") for coin, weight in weights.items()]
    targets.append(TargetWeight(CASH, 1.0 - sum(weights.values())))
    if changes is None:
        changes = tuple(
            AdviceChange(coin, ChangeKind.ENTER, 0.0, weight, f"enter {coin}: memecoins rank 1st of 12")
            for coin, weight in weights.items()
        )
    ranks = (("memecoins", 1, 12.5), ("ai", 2, -3.0))
    return Advice(
        day * DAY, is_open, "open: BTC is 3.0 % above its 50-day mean", tuple(targets), changes, ranks
    )


def given(day=1, venue="binance", **changes):
    """Return `advice` with everything that is written beside it."""
    memory = AdviceMemory(DAY, 2, (("memecoins", 1), ("ai", 2)))
    said = advice(day, **changes)
    return GivenAdvice(venue, said, rules_in_words(RULES), hash_of_rules(RULES), "1", memory)


def became(day=2, **changes):
    """Return what became of the advice of the day before."""
    values = {"targets_pct": 1.25, "cost_pct": 0.06, "btc_pct": -0.5, "equal_weight_pct": 0.75} | changes
    return AdviceOutcome(day * DAY, n_equal_weight=40, **values)
