"""Rotation through the past: the very step that advises today, day by day, at what the next open gave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.rotation import Advice, RotationRules
from workstation.engine.narratives.equity import COST_PCT, Accounts, Curve, Decide, Span, live_through
from workstation.engine.narratives.rotation import RotationState, advise
from workstation.engine.narratives.rotation_history import MarketHistory

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What following the advice would have brought.

    Parameters
    ----------
    curve : Curve
    advice : tuple of (int, Advice)
        Rows of the history with what was advised at their closes.
    """

    curve: Curve
    advice: tuple[tuple[int, Advice], ...]


def walk(
    history: MarketHistory, rules: RotationRules, span: Span, told: Told, cost_pct: float = COST_PCT
) -> Walk:
    """Return what following the advice through some days would have brought.

    Parameters
    ----------
    told : callable
        Told how many days are done; what it raises ends the work.
    cost_pct : float
        Of everything bought or sold, percent.
    """
    state = RotationState()
    given: list[tuple[int, Advice]] = []

    def decide(day: int, accounts: Accounts) -> FloatArray:
        nonlocal state
        weights = accounts.weights()[0]
        held = {each.coin: float(weights[history.place[each.coin]]) for each in state.held}
        advice, state = advise(state.holding(held), history.at(day), rules)
        given.append((day, advice))
        return orders_of(advice, history)

    curve = live_through(history, span, decide, Accounts(1, len(history.coins), cost_pct), told)
    return Walk(curve, tuple(given))


def follow(history: MarketHistory, advice: Sequence[tuple[int, Advice]]) -> Decide:
    """Return who does what was advised on each day, whatever became of it: for what a delay costs."""
    by_day = dict(advice)
    return lambda day, _: orders_of(by_day[day], history) if day in by_day else None


def orders_of(advice: Advice, history: MarketHistory) -> FloatArray:
    """Return what advice asks to change, shape (1, n_coins); NaN where nothing."""
    orders = np.full((1, len(history.coins)), np.nan)
    for change in advice.changes:
        orders[0, history.place[change.coin]] = change.to_weight
    return orders


def ungated(rules: RotationRules) -> RotationRules:
    """Return the same rules without a gate."""
    return replace(rules, gate_btc_days=0, gate_alt_days=0)
