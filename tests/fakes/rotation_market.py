"""Small daily markets whose every price is written down, for rotation."""

import numpy as np

from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.engine.narratives.panel import DAY_MS, MarketPanel

MONDAY_MS = 1_672_617_600_000  # 2023-01-02, 00:00 UTC


def panel_of(closes, volumes=None, first_close_ms=MONDAY_MS + DAY_MS):
    """Return a panel of closes by coin; each day opens where the one before closed, NaN is no bar."""
    coins = tuple(sorted(closes))
    close = np.column_stack([np.asarray(closes[coin], np.float64) for coin in coins])
    open_ = np.vstack((close[:1], close[:-1]))
    open_ = np.where(np.isnan(close), np.nan, np.where(np.isnan(open_), close, open_))
    dollars = np.where(np.isnan(close), np.nan, 5e6)
    for coin, value in (volumes or {}).items():
        dollars[:, coins.index(coin)] = value
    times = first_close_ms + DAY_MS * np.arange(len(close), dtype=np.int64)
    return MarketPanel(times, coins, open_, close, dollars, np.full(close.shape, np.nan), DAY_MS)


def book_of(**narratives):
    """Return a book of narratives by name, each a string of coins."""
    return NarrativeBook(
        tuple(
            Narrative(name, name.title(), tuple(Membership(coin) for coin in coins.split()))
            for name, coins in narratives.items()
        )
    )


def growing(daily, days, first=100.0):
    """Return closes that grow by the same part every day."""
    return first * (1.0 + daily) ** np.arange(days)


def walks(n_coins, days, seed=3):
    """Return a panel of BTC and random walks, and a book of four narratives over them; one coin in two."""
    rng = np.random.default_rng(seed)
    names = ["BTC", *(f"C{k:02d}" for k in range(1, n_coins))]
    closes = {
        name: 50.0 * np.exp(np.cumsum(rng.normal(0.001, 0.03, days) + 0.01 * np.sin(np.arange(days) / 25)))
        for name in names
    }
    groups = np.array_split(names[1:], 4)
    named = {f"n{k}": " ".join(group) for k, group in enumerate(groups)}
    named["n0"] += f" {groups[1][0]}"
    grade = rng.uniform(0, 100, (days, n_coins))
    return panel_of(closes), book_of(**named), grade
