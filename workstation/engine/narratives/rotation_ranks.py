"""Which narratives and coins advice holds: places by return, breadth and grade, and the best-graded coins."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.rotation import RotationRules, TargetWeight
from workstation.engine.narratives.rotation_facts import SILENT_DAYS, MarketFacts, NarrativeFacts


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A narrative with its place among those that can be held.

    Parameters
    ----------
    facts : NarrativeFacts
    rank : int
        1 is best.
    n_ranked : int
        Among how many.
    """

    facts: NarrativeFacts
    rank: int
    n_ranked: int


def rank_narratives(facts: MarketFacts, rules: RotationRules) -> tuple[Ranked, ...]:
    """Return narratives with their ranks, best first; a story of fewer coins than are wanted is none.

    Those of which fewer than `RotationRules.n_coins` can be bought are left out: the mean of one or two coins
    is their own luck.
    """
    known = [
        each
        for each in facts.narratives
        if math.isfinite(each.return_pct) and facts.can_buy[each.members].sum() >= rules.n_coins
    ]
    places = np.zeros(len(known))
    for values in (
        [each.return_pct for each in known],
        [each.breadth_pct for each in known],
        [each.grade for each in known],
    ):
        places += _places(np.array(values))
    order = sorted(range(len(known)), key=lambda i: (places[i], -known[i].return_pct, known[i].name))
    return tuple(Ranked(known[i], rank, len(known)) for rank, i in enumerate(order, 1))


def _places(values: FloatArray) -> FloatArray:
    """Return how many are better, those that are equal count half; what is not known is worst."""
    filled = np.where(np.isnan(values), -np.inf, values)
    better = (filled[None, :] > filled[:, None]).sum(axis=1)
    equal = (filled[None, :] == filled[:, None]).sum(axis=1)
    return np.asarray(better + equal / 2.0, np.float64)


def forced_exit(coin: str, facts: MarketFacts) -> str | None:
    """Return why a held coin must go today, whatever day it is: ``"bearish"``, ``"silent"``; None if not."""
    signal = facts.signals.get(coin)
    if signal is not None and signal.lean < 0:
        return "bearish"
    row = facts.place.get(coin)
    return "silent" if row is None or facts.silent_days[row] >= SILENT_DAYS else None


def choose_narratives(
    held: Sequence[TargetWeight], ranked: Sequence[Ranked], rules: RotationRules
) -> tuple[Ranked, ...]:
    """Return the narratives to hold, best first: held ones that did not fade, then the best of the others."""
    names = {each.narrative for each in held}
    kept = [r for r in ranked if r.facts.name in names and r.rank <= rules.keep_rank]
    others = [r for r in ranked if r not in kept]
    return tuple(sorted((*kept, *others)[: rules.n_narratives], key=lambda r: r.rank))


def pick_coins(
    held: Sequence[TargetWeight], chosen: Sequence[Ranked], facts: MarketFacts, rules: RotationRules
) -> dict[str, tuple[str, ...]]:
    """Return the coins to hold of each narrative: held ones that are graded well enough, then the best."""
    taken: set[str] = set()
    stays = {each.coin for each in held}
    picked = {}
    for ranked in chosen:
        rows = [row for row in ranked.facts.members.tolist() if _is_wanted(row, facts, rules)]
        rows.sort(key=lambda row: (-facts.grade[row], facts.coins[row]))
        best = [facts.coins[row] for row in rows if facts.coins[row] not in taken][: rules.keep_coins]
        best.sort(key=lambda coin: coin not in stays)
        picked[ranked.facts.name] = tuple(best[: rules.n_coins])
        taken.update(picked[ranked.facts.name])
    return picked


def _is_wanted(row: int, facts: MarketFacts, rules: RotationRules) -> bool:
    graded = bool(facts.grade[row] >= rules.least_grade)  # not where it has none
    return bool(facts.can_buy[row]) and graded and forced_exit(facts.coins[row], facts) is None
