"""Rotation advice: one step from what is held and what is known at a close to what should be held.

1. The gate says whether coins may be held at all (`gate`); closed, the advice is cash.
2. At a look (see `RotationRules.rebalance_days`) narratives are ranked of which `n_coins` coins or more can
   be bought: each by its return, its breadth and its grade; the mean of the three places counts, the return
   where two are equal. Held ones stay while they are ranked `keep_rank` or better; the best others fill up.
3. In each, the best-graded coins that can be bought and on which no bearish signal stands share its part;
   held ones stay while they are among the `keep_coins` best.
4. Parts are cut to the caps, then all of them alike to the volatility target; what is left over is cash.
5. A weight that is nearer to its target than the turnover band is left alone.
6. On every day a coin leaves on which a bearish signal stands, or that trades no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import CASH, Advice, AdviceChange, RotationRules, TargetWeight
from workstation.engine.narratives.gate import GateState, gate_sentence, gate_step
from workstation.engine.narratives.panel import DAY_MS
from workstation.engine.narratives.rotation_facts import MarketFacts
from workstation.engine.narratives.rotation_ranks import (
    Ranked,
    choose_narratives,
    forced_exit,
    pick_coins,
    rank_narratives,
)
from workstation.engine.narratives.rotation_weights import equal_weights, volatility_scale, within_band
from workstation.engine.narratives.rotation_words import Words

_MONDAY = 4  # 1970-01-05, in days


@dataclass(frozen=True, slots=True)
class RotationState:
    """What advice remembers from one close to the next.

    Parameters
    ----------
    gate : GateState
    look : int or None
        Number of the period of the last look; None while there was none.
    ranks : tuple of (str, int)
        Narratives with their ranks at the last look.
    held : tuple of TargetWeight
        Coins that the account holds at this close, with their weights now, cash left out.
    """

    gate: GateState = field(default_factory=GateState)
    look: int | None = None
    ranks: tuple[tuple[str, int], ...] = ()
    held: tuple[TargetWeight, ...] = ()

    def holding(self, weights: Mapping[str, float]) -> "RotationState":
        """Return the state of an account whose coins weigh so much now; a coin that is not named is gone."""
        kept = (replace(each, weight=weights[each.coin]) for each in self.held if weights.get(each.coin))
        return replace(self, held=tuple(kept))

    def drifted(self, growth: Mapping[str, float]) -> "RotationState":
        """Return the state after prices moved and nothing was traded.

        Parameters
        ----------
        growth : mapping of str to float
            New price over old by coin; 1 where it is not named.
        """
        worth = {each.coin: each.weight * growth.get(each.coin, 1.0) for each in self.held}
        total = 1.0 - sum(each.weight for each in self.held) + sum(worth.values())
        return self.holding({coin: value / total for coin, value in worth.items()})


def advise(state: RotationState, facts: MarketFacts, rules: RotationRules) -> tuple[Advice, RotationState]:
    """Return what to hold from the next open on, and what to remember.

    Parameters
    ----------
    state : RotationState
        With the weights that the account really has at this close; `RotationState` alone is a new account.
    facts : MarketFacts
        Of a daily close.
    rules : RotationRules

    Returns
    -------
    advice : Advice
    state : RotationState
        As if the advice had been carried out at this close.
    """
    gate = gate_step(state.gate, facts.gate, rules)
    ranked = rank_narratives(facts, rules)
    look = look_of(facts.at_ms, rules)
    opened = gate.is_open and not state.gate.is_open
    gate_words = gate_sentence(gate, facts.gate, rules)
    scale = 1.0
    looked = gate.is_open and (opened or look != state.look)
    if not gate.is_open:
        targets: tuple[TargetWeight, ...] = ()
    elif looked:
        targets, scale = _looked(state, facts, rules, ranked)
    else:
        targets = tuple(each for each in state.held if forced_exit(each.coin, facts) is None)
    known = RotationState(
        gate,
        look if looked else state.look,
        tuple((r.facts.name, r.rank) for r in ranked) if looked else state.ranks,
        targets,
    )
    words = Words(
        facts, rules, {r.facts.name: r for r in ranked}, dict(state.ranks), _why(gate, gate_words), scale
    )
    advice = Advice(
        facts.at_ms,
        gate.is_open,
        gate_words,
        _with_cash(targets),
        _changes(state.held, targets, words),
        tuple((r.facts.name, r.rank, r.facts.return_pct) for r in ranked),
    )
    return advice, known


def _why(gate: GateState, gate_words: str) -> str:
    """Return why everything must go; empty while coins may be held."""
    return "" if gate.is_open else f"the gate is {gate_words}"


def look_of(at_ms: int, rules: RotationRules) -> int:
    """Return the number of the period between two looks that a time lies in."""
    return (at_ms // DAY_MS - _MONDAY) // rules.rebalance_days


def _looked(
    state: RotationState, facts: MarketFacts, rules: RotationRules, ranked: Sequence[Ranked]
) -> tuple[tuple[TargetWeight, ...], float]:
    """Return what a look at ranks, grades and weights wants, and the part that volatility leaves."""
    chosen = choose_narratives(state.held, ranked, rules)
    picked = pick_coins(state.held, chosen, facts, rules)
    wanted = equal_weights(picked, rules)
    scale = volatility_scale(wanted, facts, rules.target_volatility_pct)
    wanted = {coin: replace(each, weight=scale * each.weight) for coin, each in wanted.items()}
    return within_band(state.held, wanted, rules), scale


def _with_cash(targets: Sequence[TargetWeight]) -> tuple[TargetWeight, ...]:
    cash = TargetWeight(CASH, max(0.0, 1.0 - sum(each.weight for each in targets)))
    return tuple(sorted((*targets, cash), key=lambda each: (-each.weight, each.coin)))


def _changes(
    held: Sequence[TargetWeight], targets: Sequence[TargetWeight], words: Words
) -> tuple[AdviceChange, ...]:
    """Return what is to be done, exits first, each with its sentence."""
    before = {each.coin: each for each in held}
    after = {each.coin: each for each in targets}
    told = []
    for coin in (*before, *(coin for coin in after if coin not in before)):
        old = before[coin].weight if coin in before else 0.0
        new = after[coin].weight if coin in after else 0.0
        if old != new:
            kind = _kind(old, new)
            narrative = (after if coin in after else before)[coin].narrative
            sentence = words.sentence(coin, narrative, kind, (old, new), forced_exit(coin, words.facts))
            told.append(AdviceChange(coin, kind, old, new, sentence))
    order = (ChangeKind.EXIT, ChangeKind.REDUCE, ChangeKind.INCREASE, ChangeKind.ENTER)
    return tuple(sorted(told, key=lambda change: order.index(change.kind)))


def _kind(old: float, new: float) -> ChangeKind:
    if new == 0.0:
        return ChangeKind.EXIT
    if old == 0.0:
        return ChangeKind.ENTER
    return ChangeKind.INCREASE if new > old else ChangeKind.REDUCE
