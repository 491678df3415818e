"""The advice of one day, as somebody who had followed the rules for some months would have had it."""

from dataclasses import dataclass

from workstation.domain.rotation import Advice
from workstation.engine.narratives.equity import Span
from workstation.engine.narratives.rotation_backtest import walk
from workstation.services.evaluations.evaluation import Workshop
from workstation.services.rotation_backtests.market import RotationGround, RotationMarket

REPLAYED_DAYS = 120
"""Days before, through which the rules are followed: what is held and how the gate stands come from them."""


@dataclass(frozen=True, slots=True, eq=False)
class DayAdvice:
    """What to hold after a day's close.

    Parameters
    ----------
    advice : Advice
    prices : dict of str to float
        The newest known closes by coin, US dollars.
    """

    advice: Advice
    prices: dict[str, float]


def day_advice(ground: RotationGround, market: RotationMarket, shop: Workshop) -> DayAdvice:
    """Return the advice at the newest close of a ground."""
    history = market.history
    stop = len(history)
    span = Span(max(stop - REPLAYED_DAYS, 1), stop)
    days = len(range(span.first, span.stop))
    ours = walk(history, ground.rules, span, lambda done: shop.on_progress("days followed", done, days))
    last = history.last[-1]
    prices = {coin: float(last[row]) for coin, row in history.place.items() if last[row] > 0}
    return DayAdvice(ours.advice[-1][1], prices)
