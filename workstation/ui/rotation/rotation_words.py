"""Rotation advice, its rules and what became of it, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.given_advice import AdviceEntry, AdviceOutcome
from workstation.domain.ledger import LEAST_N
from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import RotationRules
from workstation.ui.words import number_format
from workstation.ui.words.date_words import day_words

KIND_MARKS = {
    ChangeKind.ENTER: "▲",
    ChangeKind.INCREASE: "△",
    ChangeKind.REDUCE: "▽",
    ChangeKind.EXIT: "▼",
}
"""Shape for each kind of change; colour is never alone."""

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class RuleWords:
    """How the trader reads and changes one rule.

    Parameters
    ----------
    name : str
        Of the field of `RotationRules`.
    title, unit, meaning : str
        What a form says; `unit` stands behind the number.
    most : float
        Largest number that a form offers, as shown.
    decimals : int
        Shown; 0 for a whole number.
    scale : float
        What is shown is the rule's value times this.
    """

    name: str
    title: str
    unit: str
    meaning: str
    most: float
    decimals: int = 0
    scale: float = 1.0

    def shown(self, rules: RotationRules) -> float:
        """Return a rule's value as a form shows it."""
        return round(float(getattr(rules, self.name)) * self.scale, 6)

    def kept(self, shown: float) -> int | float:
        """Return what is kept for a number of a form."""
        return round(shown / self.scale, 9) if self.decimals else round(shown)


RULES: tuple[tuple[str, tuple[RuleWords, ...]], ...] = (
    (
        "Gate",
        (
            RuleWords("gate_btc_days", "BTC above its mean of", "days", "0 leaves it out", 400),
            RuleWords("gate_alt_days", "All coins above their mean of", "days", "0 leaves it out", 400),
            RuleWords("gate_band_pct", "Beyond the mean by", "%", "Nearer to it the gate stays", 20, 1),
            RuleWords("gate_dwell_days", "Once turned it stays for", "days", "Against turning daily", 90),
        ),
    ),
    (
        "Narratives",
        (
            RuleWords("momentum_days", "Ranked by the return over", "days", "With breadth and grade", 180),
            RuleWords("n_narratives", "Held at most", "narratives", "The best ones", 20),
            RuleWords("keep_rank", "A held one stays to rank", "", "At least as many as are held", 40),
        ),
    ),
    (
        "Coins",
        (
            RuleWords("n_coins", "Held in each", "coins", "The best graded, no bearish signal", 20),
            RuleWords("keep_coins", "A held one stays to place", "", "At least as many as are held", 40),
            RuleWords("least_grade", "Bought from grade", "", "0 to 100", 100),
        ),
    ),
    (
        "Weights",
        (
            RuleWords("most_coin", "One coin at most", "%", "Of the account", 100, 1, 100.0),
            RuleWords("most_narrative", "One narrative at most", "%", "Of the account", 100, 1, 100.0),
            RuleWords("target_volatility_pct", "Volatility at most", "% a year", "0 for any", 500, 1),
            RuleWords("turnover_band", "Left alone when nearer than", "%", "Of the account", 100, 1, 100.0),
            RuleWords("rebalance_days", "Looked at every", "days", "Gate and signals: daily", 90),
        ),
    ),
)
"""Every rule, in groups as a form shows them."""


def rules_sentences(rules: RotationRules) -> tuple[str, ...]:
    """Return rules as plain sentences, in the order in which they decide."""
    return (
        _gate_rule(rules),
        f"Rank narratives by {rules.momentum_days}-day return, breadth and grade; hold the best "
        f"{rules.n_narratives}, and keep a held one down to rank {rules.keep_rank}.",
        f"In each hold the {rules.n_coins} best-graded coins from grade {rules.least_grade} with no bearish "
        f"signal; keep a held one down to place {rules.keep_coins}.",
        f"At most {_part(rules.most_coin)} in a coin and {_part(rules.most_narrative)} in a narrative"
        + (
            f"; less where the basket would move more than {rules.target_volatility_pct:g} % a year."
            if rules.target_volatility_pct
            else "."
        ),
        f"Look at ranks and weights every {_days(rules.rebalance_days)}, at gate and signals daily; leave a "
        f"weight alone within {_part(rules.turnover_band)}. What is not in coins is cash.",
    )


def _gate_rule(rules: RotationRules) -> str:
    conditions = []
    if rules.gate_btc_days:
        conditions.append(f"BTC is above its {rules.gate_btc_days}-day mean")
    if rules.gate_alt_days:
        conditions.append(f"the equal weight of all coins is above its {rules.gate_alt_days}-day mean")
    if not conditions:
        return "Hold coins always: there is no gate."
    return (
        f"Hold coins only while {' and '.join(conditions)}, by {rules.gate_band_pct:g} % to turn; once "
        f"turned, stay for {_days(rules.gate_dwell_days)}."
    )


def weight_words(weight: float | Decimal | None) -> str:
    """Return a part of an account: "12.5 %"; a dash where it is not known."""
    return number_format.NOTHING if weight is None else f"{float(weight) * 100:.1f} %"


def percent_words(value: float | Decimal | None, decimals: int = 2) -> str:
    """Return a change in percent with its sign; a dash where it is not known."""
    return number_format.NOTHING if value is None else number_format.percent(float(value), decimals)


def money_words(value: Decimal | None, currency: str = "") -> str:
    """Return an amount of money in full; a dash where it is not known."""
    if value is None:
        return number_format.NOTHING
    return f"{float(value):,.2f} {currency}".replace("-", number_format.MINUS).strip()


def units_words(units: Decimal) -> str:
    """Return a number of coins, six digits of it."""
    size = abs(float(units))
    return f"{float(units):,.0f}" if size >= 1e6 else f"{float(units):,.6g}"


def age_words(at_ms: int, now_ms: int) -> str:
    """Return of which close advice is, and how long ago that was; `now_ms` 0 where no clock is known."""
    close = f"Close of {day_words(at_ms)}, 00:00 UTC"
    if not now_ms or now_ms < at_ms:
        return close
    return f"{close}, {number_format.duration(now_ms - at_ms)} ago"


def is_stale(at_ms: int, now_ms: int) -> bool:
    """Return whether there should be newer advice: it is given after every day's close."""
    return now_ms - at_ms > 2 * _DAY_MS


def outcome_words(outcome: AdviceOutcome | None) -> str:
    """Return what advice brought, against what else could have been held."""
    if outcome is None:
        return "Not known yet: it is joined when the next advice replaced this one, after 7 days at most."
    told = (
        f"Until {day_words(outcome.until_ms)} the targets brought {percent_words(outcome.targets_pct)} after "
        f"{outcome.cost_pct:.2f} % costs; BTC {percent_words(outcome.btc_pct)}, equal weight of "
        f"{outcome.n_equal_weight} coins {percent_words(outcome.equal_weight_pct)}, cash 0 %."
    )
    return f"{told} {outcome.note}".strip()


def record_words(entries: Sequence[AdviceEntry]) -> str:
    """Return how past advice did on the mean, and whether that says anything."""
    known = [
        outcome
        for entry in entries
        if (outcome := entry.outcome) is not None and outcome.targets_pct is not None
    ]
    if not known:
        return "No advice has a result yet."
    ours = [each.targets_pct for each in known if each.targets_pct is not None]
    btc = [each.btc_pct for each in known if each.btc_pct is not None]
    equal = [each.equal_weight_pct for each in known if each.equal_weight_pct is not None]
    few = f" Fewer than {LEAST_N} prove nothing." if len(known) < LEAST_N else ""
    return (
        f"{len(known)} with a result: mean {percent_words(_mean(ours))} after costs; BTC "
        f"{percent_words(_mean(btc))}, equal weight {percent_words(_mean(equal))}.{few}"
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _part(part: float) -> str:
    return f"{part * 100:g} %"


def _days(n: int) -> str:
    return "day" if n == 1 else f"{n} days"
