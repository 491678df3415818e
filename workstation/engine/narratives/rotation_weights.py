"""How much of an account each chosen coin gets: equal parts, caps, volatility target, turnover band."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workstation.domain.rotation import RotationRules, TargetWeight
from workstation.engine.narratives.rotation_facts import MarketFacts

_YEAR_DAYS = 365.0
_ROUNDING = 1e-9


def equal_weights(picked: Mapping[str, tuple[str, ...]], rules: RotationRules) -> dict[str, TargetWeight]:
    """Return equal parts of equal parts, cut to the caps."""
    filled = {name: coins for name, coins in picked.items() if coins}
    part = min(1.0 / max(len(filled), 1), rules.most_narrative)
    return {
        coin: TargetWeight(coin, min(part / len(coins), rules.most_coin), name)
        for name, coins in filled.items()
        for coin in coins
    }


def volatility_scale(wanted: Mapping[str, TargetWeight], facts: MarketFacts, target_pct: float) -> float:
    """Return the part of the weights that keeps the basket's realised volatility at its target, at most 1.

    Realised is what these very weights would have had in the last 30 days, annualised over 365.
    """
    if not target_pct or not wanted:
        return 1.0
    rows = [facts.place[coin] for coin in wanted]
    basket = facts.returns[:, rows] @ np.array([each.weight for each in wanted.values()])
    realised_pct = 100.0 * float(basket.std(ddof=1)) * math.sqrt(_YEAR_DAYS)
    return min(1.0, target_pct / realised_pct) if realised_pct > 0 else 1.0


def within_band(
    held: Sequence[TargetWeight], wanted: Mapping[str, TargetWeight], rules: RotationRules
) -> tuple[TargetWeight, ...]:
    """Return the targets, what is near enough left as it is; the targets alone where that breaks a cap."""
    now = {each.coin: each for each in held}
    left = {}
    for coin, target in wanted.items():
        weight = now[coin].weight if coin in now else 0.0
        is_near = abs(weight - target.weight) < rules.turnover_band and weight <= rules.most_coin
        left[coin] = replace(target, weight=weight) if is_near else target
    by_narrative: dict[str, float] = {}
    for each in left.values():
        by_narrative[each.narrative] = by_narrative.get(each.narrative, 0.0) + each.weight
    sound = max(by_narrative.values(), default=0.0) <= rules.most_narrative + _ROUNDING
    kept = left if sound and sum(by_narrative.values()) <= 1.0 else wanted
    return tuple(each for each in kept.values() if each.weight > 0)
