"""What rotation is held against: coins held, equal weight, and BTC above its mean, under the same costs."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.rotation import RotationRules
from workstation.engine.narratives.equity import Accounts, Decide
from workstation.engine.narratives.gate import GateState, gate_step
from workstation.engine.narratives.rotation import look_of
from workstation.engine.narratives.rotation_history import BTC, MarketHistory, above_mean_pct

GATED_DAYS = 50
"""Days of BTC's mean in the benchmark that holds BTC above it: the best simple thing measured."""


def hold(history: MarketHistory, coin: str) -> Decide:
    """Return who buys one coin and never sells it."""

    def decide(day: int, accounts: Accounts) -> FloatArray | None:
        if accounts.weights()[0, history.place[coin]] > 0 or not np.isfinite(
            history.last[day, history.place[coin]]
        ):
            return None
        return _one(history, coin, 1.0)

    return decide


def btc_gated(history: MarketHistory) -> Decide:
    """Return who holds BTC while it closes above its mean of 50 days, and cash else; without any band."""
    above = above_mean_pct(history.last[:, history.place[BTC]], GATED_DAYS)

    def decide(day: int, accounts: Accounts) -> FloatArray | None:
        holds = bool(accounts.weights()[0, history.place[BTC]] > 0)
        wants = bool(above[day] > 0)
        return _one(history, BTC, float(wants)) if holds != wants else None

    return decide


def equal_weight(history: MarketHistory, rules: RotationRules, *, is_gated: bool) -> Decide:
    """Return who holds equal parts of every coin of any narrative that can be bought, set anew at each look.

    Parameters
    ----------
    is_gated : bool
        Only while the gate of the rules is open.
    """
    last_look: int | None = None
    gate = GateState(is_open=not is_gated)

    def decide(day: int, accounts: Accounts) -> FloatArray | None:
        nonlocal gate, last_look
        was_open = gate.is_open
        if is_gated:
            gate = gate_step(gate, history.gate_facts(day), rules)
        if not gate.is_open:
            last_look = None
            return np.zeros((1, len(history.coins))) if was_open else None
        look = look_of(int(history.close_ms[day]), rules)
        if look == last_look:
            return None
        last_look = look
        universe = history.universe(day).astype(np.float64)
        parts: FloatArray = universe / max(universe.sum(), 1.0)
        return parts[None, :]

    return decide


def _one(history: MarketHistory, coin: str, weight: float) -> FloatArray:
    orders = np.full((1, len(history.coins)), np.nan)
    orders[0, history.place[coin]] = weight
    return orders
