"""A book and a tape for the panels of the market in sight."""

import numpy as np

from tests.fakes.window_world import NOW_MS
from workstation.domain.book import Book
from workstation.domain.live_market import MarketHeard, Trade
from workstation.engine.book_ladder import sight_of


def book(mid=64_412.5, n=400, seed=7):
    """Return a book whose levels lie 0.01 to some units apart, thicker away from the touch."""
    random = np.random.default_rng(seed)
    gaps = np.round(random.exponential(2.5, (2, n)), 2) + 0.01
    bid, ask = (
        np.round(mid + way * (0.01 + np.cumsum(gap)), 2) for way, gap in zip((-1, 1), gaps, strict=True)
    )
    sizes = random.lognormal(-1.2, 1.0, (2, n)) * (1 + np.arange(n) / 40)
    return Book(bid, sizes[0], ask, sizes[1], float(bid[-1]), float(ask[-1]))


def trades(n=60, price=64_412.5, seed=3):
    """Return trades of the last seconds, oldest first; one of them is large."""
    random = np.random.default_rng(seed)
    sizes = random.lognormal(-3.0, 0.6, n)
    sizes[n // 2] = 9.5
    return tuple(
        Trade(NOW_MS - 400 * (n - i), round(price + random.normal(0, 3), 2), float(sizes[i]), bool(i % 3))
        for i in range(n)
    )


def news(symbol="BTC/USDT", step=0.0, *, age_ms=80, prints=(), n_left_out=0, known=True, trouble=""):
    """Return what is heard of a market."""
    sight = sight_of(book(), step) if known else None
    return MarketHeard(symbol, step, sight, age_ms, trouble, tuple(prints), n_left_out)
