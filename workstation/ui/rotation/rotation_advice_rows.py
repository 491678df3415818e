"""What the tables of the advice panel hold."""

from collections.abc import Sequence

from workstation.domain.given_advice import AdviceEntry
from workstation.domain.paper_account import Side
from workstation.domain.paper_order import PaperPlan
from workstation.domain.rotation import CASH, AdviceChange, TargetWeight
from workstation.ui.rotation.rotation_view import CoinNow, RotationView
from workstation.ui.rotation.rotation_words import (
    KIND_MARKS,
    money_words,
    outcome_words,
    percent_words,
    units_words,
    weight_words,
)
from workstation.ui.widgets.fact_table import Cell
from workstation.ui.words import number_format
from workstation.ui.words.date_words import day_words

CASH_WORD = "Cash"

_LEANS = {1: ("▲ bullish", "bullish"), -1: ("▼ bearish", "bearish"), 0: (number_format.NOTHING, "muted")}
_SIDES = {Side.BUY: ("▲ buy", "rise"), Side.SELL: ("▼ sell", "fall")}


def target_rows(view: RotationView) -> list[list[Cell]]:
    """Return the targets, and below them the coins that are left."""
    assert view.entry is not None  # noqa: S101  there is advice
    advice = view.entry.given.advice
    changes = {change.coin: change for change in advice.changes}
    held = {target.coin for target in advice.targets}
    left = [TargetWeight(coin, 0.0) for coin in changes if coin not in held]
    return [_target(view, target, changes.get(target.coin)) for target in (*advice.targets, *left)]


def _target(view: RotationView, target: TargetWeight, change: AdviceChange | None) -> list[Cell]:
    is_cash, now = target.coin == CASH, _weight_now(view, target, change)
    coin = view.coins.get(target.coin, CoinNow())
    grade = number_format.NOTHING if coin.grade is None else str(coin.grade)
    lean, lean_colour = _LEANS[coin.lean]
    mark, colour = ("", "") if change is None else (f"{KIND_MARKS[change.kind]} ", _colour(change))
    told = f"{weight_words(now)} of the account now, {weight_words(target.weight)} by the advice"
    title = "" if is_cash else view.title(target.narrative)
    return [
        Cell(CASH_WORD if is_cash else target.coin),
        Cell(title, "muted", title),
        Cell(f"{mark}{_plain(now)} → {weight_words(target.weight)}", colour, told),
        Cell("" if is_cash else grade),
        Cell("" if is_cash else lean, lean_colour),
    ]


def _plain(weight: float | None) -> str:
    return weight_words(weight).removesuffix(" %")


def _weight_now(view: RotationView, target: TargetWeight, change: AdviceChange | None) -> float | None:
    """Return what the account has in a coin; without one, what advice had in it before."""
    account = view.account
    if account is not None:
        if account.total is None or not account.total:
            return None
        if target.coin == CASH:
            return float(account.cash / account.total)
        weights = {held.coin: held.weight for held in account.held}
        weight = weights.get(target.coin)
        return float(weight) if weight is not None else 0.0 if target.coin not in weights else None
    if target.coin == CASH:
        return None
    return target.weight if change is None else change.from_weight


def _colour(change: AdviceChange) -> str:
    return "rise" if change.to_weight > change.from_weight else "fall"


def trade_rows(plan: PaperPlan | None) -> list[list[Cell]]:
    """Return the trades of a plan, in the order in which they are made."""
    rows = []
    for order in () if plan is None else plan.orders:
        side, colour = _SIDES[order.side]
        rows.append(
            [
                Cell(order.coin),
                Cell(side, colour),
                Cell(units_words(order.units), "", f"at {number_format.price(float(order.price))}"),
                Cell(money_words(order.units * order.price)),
                Cell(money_words(order.cost), "muted"),
            ]
        )
    return rows


def rank_rows(view: RotationView) -> list[list[Cell]]:
    """Return the narratives as they ranked when it was decided."""
    assert view.entry is not None  # noqa: S101  there is advice
    advice = view.entry.given.advice
    held: dict[str, float] = {}
    for target in advice.targets:
        held[target.narrative] = held.get(target.narrative, 0.0) + target.weight
    return [
        [
            Cell(view.title(name), "", view.title(name)),
            Cell(str(rank)),
            Cell(percent_words(roi_pct, 1), "rise" if roi_pct >= 0 else "fall"),
            Cell(f"● held {weight_words(held[name])}" if held.get(name) else "", "accent"),
        ]
        for name, rank, roi_pct in advice.ranks
    ]


def past_rows(entries: Sequence[AdviceEntry]) -> list[list[Cell]]:
    """Return past advice with what became of it, in the order in which it is given."""
    return [_past(entry) for entry in entries]


def _past(entry: AdviceEntry) -> list[Cell]:
    advice, outcome = entry.given.advice, entry.outcome
    n, what = len(advice.changes), "open" if advice.is_open else "closed"
    tip = f"{n} change{'' if n == 1 else 's'}. {outcome_words(outcome)}"
    close = Cell(day_words(advice.at_ms), "", tip)
    if outcome is None:
        return [close, Cell(what, "muted"), Cell("not yet", "muted", tip), Cell(""), Cell("")]
    results = (outcome.targets_pct, outcome.btc_pct, outcome.equal_weight_pct)
    return [close, Cell(what, "muted"), *(Cell(percent_words(each), _sign(each), tip) for each in results)]


def _sign(value: float | None) -> str:
    if value is None:
        return "muted"
    return "rise" if value >= 0 else "fall"
