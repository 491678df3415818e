"""The gate of the market: whether an account may hold coins at all, slow to turn and never in doubt."""

from dataclasses import dataclass, replace

from workstation.domain.rotation import RotationRules

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class GateState:
    """How the gate stands.

    Parameters
    ----------
    is_open : bool
    turned_ms : int or None
        The close at which it last turned, UTC milliseconds; None while it has not.
    """

    is_open: bool = False
    turned_ms: int | None = None


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the gate looks at, at one close.

    Parameters
    ----------
    at_ms : int
        The close, UTC milliseconds.
    btc_above_pct, market_above_pct : float or None
        How far BTC and the equal-weight index of all coins stand above their means, percent; None where
        there are too few closes for one.
    """

    at_ms: int
    btc_above_pct: float | None
    market_above_pct: float | None


def gate_step(state: GateState, facts: GateFacts, rules: RotationRules) -> GateState:
    """Return how the gate stands after one more close.

    It opens when every condition is beyond its band, closes when one is below its own, and stays for
    `RotationRules.gate_dwell_days` after it turned. What cannot be known closes it at once.
    """
    conditions = _conditions(facts, rules)
    if None in conditions:
        return _turned(state, facts.at_ms) if state.is_open else state
    known = [above for above in conditions if above is not None]
    band = rules.gate_band_pct if known else 0.0
    lowest = min(known, default=0.0)
    wants_turn = lowest < -band if state.is_open else lowest > band or not known
    dwells = state.turned_ms is not None and facts.at_ms < state.turned_ms + rules.gate_dwell_days * _DAY_MS
    return _turned(state, facts.at_ms) if wants_turn and not dwells else state


def _conditions(facts: GateFacts, rules: RotationRules) -> list[float | None]:
    wanted = ((rules.gate_btc_days, facts.btc_above_pct), (rules.gate_alt_days, facts.market_above_pct))
    return [above for days, above in wanted if days]


def _turned(state: GateState, at_ms: int) -> GateState:
    return replace(state, is_open=not state.is_open, turned_ms=at_ms)


def gate_sentence(state: GateState, facts: GateFacts, rules: RotationRules) -> str:
    """Return why the gate is as it is, in words, e.g. ``"closed: BTC is 3.2 % below its 50-day mean"``."""
    told = []
    for name, days, above in (
        ("BTC is", rules.gate_btc_days, facts.btc_above_pct),
        ("all coins together are", rules.gate_alt_days, facts.market_above_pct),
    ):
        if days and above is None:
            told.append(f"{name} without {days} days of closes")
        elif days and above is not None:
            told.append(f"{name} {abs(above):.1f} % {'above' if above >= 0 else 'below'} {days}-day mean")
    word = "open" if state.is_open else "closed"
    return f"{word}: {' and '.join(told)}" if told else f"{word}: no condition is asked for"
