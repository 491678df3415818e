"""Rotation without an opinion: the same days, weights and turnover, other coins."""

from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.rotation import CASH, Advice
from workstation.engine.narratives.equity import Accounts, Decide
from workstation.engine.narratives.rotation_history import MarketHistory


def random_rotation(
    history: MarketHistory, advice: Sequence[tuple[int, Advice]], n_accounts: int, seed: int = 7
) -> Decide:
    """Return who buys and sells when the advice does, and as much, but coins drawn by lot.

    Each coin that the advice enters is replaced, until it exits, by one drawn from all coins of narratives
    that can be bought that day and that the account neither holds nor sells.

    Parameters
    ----------
    advice : sequence of (int, Advice)
        The days of a history with what was advised at their closes.
    n_accounts : int
        So many lots are drawn, side by side.
    """
    generator = np.random.default_rng(seed)
    by_day = dict(advice)
    stands_for: list[dict[str, int]] = [{} for _ in range(n_accounts)]

    def decide(day: int, _: Accounts) -> FloatArray | None:
        told = by_day.get(day)
        if told is None or not told.changes:
            return None
        orders = np.full((n_accounts, len(history.coins)), np.nan)
        rows = np.flatnonzero(history.universe(day))
        weights = {each.coin: each.weight for each in told.targets if each.coin != CASH}
        for account, places in enumerate(stands_for):
            sold = {places.pop(coin) for coin in list(places) if coin not in weights}
            orders[account, list(sold)] = 0.0
            for coin in (change.coin for change in told.changes if change.coin in weights):
                taken = sold | set(places.values())
                if coin not in places and len(rows) > len(taken):
                    places[coin] = _drawn(generator, rows, taken)
                if coin in places:
                    orders[account, places[coin]] = weights[coin]
        return orders

    return decide


def _drawn(generator: np.random.Generator, rows: IntArray, taken: set[int]) -> int:
    """Return one of some coins that the account neither holds nor has just sold."""
    while True:
        row = int(rows[generator.integers(len(rows))])
        if row not in taken:
            return row
