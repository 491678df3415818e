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
    dwells = state.turned_ms is not None and facts.at_ms < state.turned_ms + rules.gate_dwell_days * _DAY_MS
    return _turned(state, facts.at_ms) if _wants_turn(state, facts, rules) and not dwells else state


def _wants_turn(state: GateState, facts: GateFacts, rules: RotationRules) -> bool:
    known = [above for above in _conditions(facts, rules) if above is not None]
    if not known:
        return not state.is_open
    return min(known) < -rules.gate_band_pct if state.is_open else min(known) > rules.gate_band_pct


def _conditions(facts: GateFacts, rules: RotationRules) -> list[float | None]:
    wanted = ((rules.gate_btc_days, facts.btc_above_pct), (rules.gate_alt_days, facts.market_above_pct))
    return [above for days, above in wanted if days]


def _turned(state: GateState, at_ms: int) -> GateState:
    return replace(state, is_open=not state.is_open, turned_ms=at_ms)


def gate_sentence(state: GateState, facts: GateFacts, rules: RotationRules) -> str:
    """Return why the gate is as it is, in words, e.g. ``"closed: BTC is 3.2 % below its 50-day mean"``."""
    told = []
    for subject, days, above in (
        (("BTC is", "its", "BTC has"), rules.gate_btc_days, facts.btc_above_pct),
        (
            ("all coins together are", "their", "the index of all coins has"),
            rules.gate_alt_days,
            facts.market_above_pct,
        ),
    ):
        stands, whose, has = subject
        if days and above is None:
            told.append(f"{has} fewer than {days} days of closes")
        elif days and above is not None:
            where = "above" if above >= 0 else "below"
            told.append(f"{stands} {abs(above):.1f} % {where} {whose} {days}-day mean")
    word = "open" if state.is_open else "closed"
    return (
        f"{word}: {' and '.join(told)}{_hesitation(state, facts, rules)}"
        if told
        else f"{word}: no condition is asked for"
    )


def _hesitation(state: GateState, facts: GateFacts, rules: RotationRules) -> str:
    """Return why it is not as the closes alone would have it; empty where it is."""
    known = [above for above in _conditions(facts, rules) if above is not None]
    wants_open = min(known, default=0.0) > 0
    if wants_open == state.is_open or None in _conditions(facts, rules):
        return ""
    if _wants_turn(state, facts, rules):
        return f"; it stays for {rules.gate_dwell_days} days after it turned"
    return f"; it turns {rules.gate_band_pct:g} % beyond"
