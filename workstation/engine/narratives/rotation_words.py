"""A plain sentence for every change that advice asks for, out of the facts that decided it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import RotationRules
from workstation.engine.narratives.rotation_facts import LEAST_DAILY_USD, LEAST_DAYS, SILENT_DAYS, MarketFacts
from workstation.engine.narratives.rotation_ranks import Ranked


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Says why each change is asked for.

    Parameters
    ----------
    facts : MarketFacts
    rules : RotationRules
    ranked : mapping of str to Ranked
        Narratives that can be held, by name.
    ranks_before : mapping of str to int
        At the last look.
    closed : str
        Why everything must go; empty while coins may be held.
    scale : float
        What the volatility target left of all weights, 0..1.
    """

    facts: MarketFacts
    rules: RotationRules
    ranked: Mapping[str, Ranked]
    ranks_before: Mapping[str, int]
    closed: str
    scale: float

    def sentence(
        self,
        coin: str,
        narrative: str,
        kind: ChangeKind,
        weights: tuple[float, float],
        forced: str | None,
    ) -> str:
        """Return the sentence of one change.

        Parameters
        ----------
        coin : str
        narrative : str
            That it is or was held for, by name.
        kind : ChangeKind
        weights : tuple of (float, float)
            Before and after, 0..1.
        forced : str or None
            Of `rotation_ranks.forced_exit`.
        """
        told = f"{100 * weights[0]:.1f} % to {100 * weights[1]:.1f} %"
        if kind is ChangeKind.ENTER:
            why = f"{self._standing(narrative)}; {self._grade(coin)}"
            return f"enter {coin} with {100 * weights[1]:.1f} %: {why}"
        if kind is ChangeKind.EXIT:
            return f"exit {coin}: {self._exit(coin, narrative, forced)}"
        return f"{kind.value} {coin} from {told}: {self._resized(kind, weights[0])}"

    def _exit(self, coin: str, narrative: str, forced: str | None) -> str:
        if forced == "silent":
            return f"it has not traded for {SILENT_DAYS} days and is counted at its last price"
        if forced == "bearish":
            return "; ".join(part for part in (self._signal(coin), self._movement(narrative)) if part)
        if self.closed:
            return self.closed
        row, ranked = self.facts.place[coin], self.ranked.get(narrative)
        if ranked is None:
            return f"fewer than {self.rules.n_coins} coins of {self._title(narrative)} can be bought"
        if row not in ranked.facts.members:
            return f"it belongs to {ranked.facts.title} no more"
        if not self.facts.can_buy[row]:
            return (
                f"it traded less than {LEAST_DAILY_USD / 1e6:g} million US dollars a day, mean of "
                f"{LEAST_DAYS} days, or not at all in the last one"
            )
        if not self.facts.grade[row] >= self.rules.least_grade:
            return f"{self._grade(coin)}, below {self.rules.least_grade}"
        n_better = self._n_better(row, ranked)
        if n_better >= self.rules.keep_coins and ranked.rank <= self.rules.keep_rank:
            return f"{n_better} coins of {ranked.facts.title} are graded better; {self._grade(coin)}"
        if ranked.rank <= self.rules.n_narratives:
            return f"no more than {self.rules.n_coins} coins of {ranked.facts.title} are held"
        return self._movement(narrative)

    def _n_better(self, row: int, ranked: Ranked) -> int:
        rivals = [i for i in ranked.facts.members.tolist() if self.facts.can_buy[i]]
        return sum(bool(self.facts.grade[i] > self.facts.grade[row]) for i in rivals)

    def _signal(self, coin: str) -> str:
        signal = self.facts.signals[coin]
        if signal.probability is None or signal.base is None:
            return "a bearish signal stands"
        return f"bearish signal at {signal.probability:.2f} against a base of {signal.base:.2f}"

    def _movement(self, narrative: str) -> str:
        """Return how a narrative moved since the last look, e.g. ``"Memes fell from 1st to 5th of 12"``."""
        ranked, before = self.ranked.get(narrative), self.ranks_before.get(narrative)
        if ranked is None:
            return ""
        if before is None or before == ranked.rank:
            return self._standing(narrative)
        verb = "fell" if ranked.rank > before else "rose"
        return (
            f"{ranked.facts.title} {verb} from {ordinal(before)} to {ordinal(ranked.rank)} of "
            f"{ranked.n_ranked} by {self._measure(ranked)}"
        )

    def _standing(self, narrative: str) -> str:
        ranked = self.ranked[narrative]
        return (
            f"{ranked.facts.title} is {ordinal(ranked.rank)} of {ranked.n_ranked} by {self._measure(ranked)}"
        )

    def _measure(self, ranked: Ranked) -> str:
        days, return_pct = self.rules.momentum_days, ranked.facts.return_pct
        return f"{days}-day return ({return_pct:+.1f} %), breadth and grade"

    def _title(self, narrative: str) -> str:
        titles = {each.name: each.title for each in self.facts.narratives}
        return titles.get(narrative, narrative)

    def _grade(self, coin: str) -> str:
        grade = float(self.facts.grade[self.facts.place[coin]])
        return f"its grade is {grade:.0f}" if math.isfinite(grade) else "it has no grade"

    def _resized(self, kind: ChangeKind, before: float) -> str:
        if kind is ChangeKind.REDUCE and before > self.rules.most_coin:
            return f"it grew beyond the {100 * self.rules.most_coin:g} % that a coin may be"
        if self.scale < 1.0:
            return (
                f"{100 * self.scale:.0f} % of every part keeps the basket's volatility at "
                f"{self.rules.target_volatility_pct:g} % a year"
            )
        return "it is brought back to its part"


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th and so on."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
