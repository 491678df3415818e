"""Every account of a backtest: the strategy, what it is held against, and two hundred drawn by lot."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from workstation.domain.errors import TidemarkError
from workstation.domain.rotation import RotationRules
from workstation.engine.narratives.benchmarks import btc_gated, equal_weight, hold
from workstation.engine.narratives.equity import Accounts, Curve, Decide, Span, live_through
from workstation.engine.narratives.random_rotation import random_rotation
from workstation.engine.narratives.rotation_backtest import Walk, follow, ungated, walk
from workstation.engine.narratives.rotation_history import MarketHistory

N_LOTS = 200
"""Random rotations that the strategy is held against."""

HELD = {"btc": "BTC", "eth": "ETH", "sol": "SOL"}

TITLES = {
    "strategy": "rotation",
    "btc": "BTC held",
    "eth": "ETH held",
    "sol": "SOL held",
    "equal_weight": "equal weight of all, weekly",
    "btc_gated": "BTC above its 50-day mean",
    "equal_weight_gated": "equal weight, same gate",
    "ungated": "rotation without its gate",
    "delayed": "rotation, one day later",
}
"""What each account is called, in the order in which they are shown."""

OnDay = Callable[[str, int, int], None]
"""Told which account is being walked, days done and days in all; what it raises ends the work."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """What became of all accounts.

    Parameters
    ----------
    walk : Walk
        Of the strategy.
    curves : dict of str to Curve
        By the names of `TITLES`; coins without candles are left out.
    lots : Curve
        Random rotations side by side.
    """

    walk: Walk
    curves: dict[str, Curve]
    lots: Curve


def span_of(history: MarketHistory, from_ms: int | None, until_ms: int | None) -> Span:
    """Return the days of a period; without a beginning, from the first day that has a graded coin.

    Raises
    ------
    TidemarkError
        There is no day in it.
    """
    first = 0
    if from_ms is not None:
        first = int(np.searchsorted(history.close_ms, from_ms, side="right"))
    else:
        graded = np.flatnonzero(np.isfinite(history.grade).any(axis=1))
        first = int(graded[0]) + 1 if len(graded) else len(history)
    stop = len(history)
    if until_ms is not None:
        stop = int(np.searchsorted(history.close_ms, until_ms, side="right"))
    if first >= stop:
        raise TidemarkError(
            "There is no day to trade: a coin must have been graded before, and the candles must reach into "
            "the period that was asked for."
        )
    return Span(first, stop)


def all_runs(history: MarketHistory, rules: RotationRules, span: Span, on_day: OnDay) -> Runs:
    """Return what becomes of the strategy and of everything that it is held against."""
    n_days = span.stop - span.first
    stage = _Stages(on_day, n_days)
    ours = walk(history, rules, span, stage("rotation"))
    curves = {"strategy": ours.curve}

    def run(name: str, decide: Decide, days: Span = span) -> None:
        accounts = Accounts(1, len(history.coins))
        curves[name] = live_through(history, days, decide, accounts, stage(name))

    for name, coin in HELD.items():
        if coin in history.place:
            run(name, hold(history, coin))
    run("equal_weight", equal_weight(history, rules, is_gated=False))
    run("btc_gated", btc_gated(history))
    run("equal_weight_gated", equal_weight(history, rules, is_gated=True))
    curves["ungated"] = walk(history, ungated(rules), span, stage("ungated")).curve
    run("delayed", follow(history, ours.advice), replace(span, delay=1))
    lots = live_through(
        history,
        span,
        random_rotation(history, ours.advice, N_LOTS),
        Accounts(N_LOTS, len(history.coins)),
        stage("lots"),
    )
    return Runs(ours, {name: curves[name] for name in TITLES if name in curves}, lots)


@dataclass(frozen=True, slots=True)
class _Stages:
    on_day: OnDay
    n_days: int

    def __call__(self, name: str) -> Callable[[int], None]:
        what = f"days of {TITLES.get(name, 'random rotation' if name == 'lots' else name)}"
        return lambda done: self.on_day(what, done, self.n_days)
