"""What an order book says about liquidity: spread, depth, slope, cost of size, imbalance, resilience.

Distances are in basis points of the mid price, amounts in quote currency. What the book does not reach is
NaN: a depth within 2 % cannot be told from a book that is known to 1 %, and 100,000 cannot be bought from
one that holds less.
"""

import math
from collections import deque
from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from workstation.domain.book import Book
from workstation.domain.candle import FloatArray

TRADE_SIZE = 100_000.0
"""Quote currency bought or sold at once to know what it costs."""

_BP = 1e-4
_SLOPE_BP = 50.0
_FEWEST_LEVELS = 2
_MEDIAN_SAMPLES = 120
_FEWEST_SAMPLES = 20
_LONGEST_RECOVERY_MS = 300_000


def spread_bp(book: Book) -> float:
    """Return best ask above best bid, basis points of the mid price; NaN where a side is empty."""
    mid = book.mid
    return (float(book.ask_price[0]) - float(book.bid_price[0])) / mid / _BP if mid == mid else math.nan


def bid_depth(book: Book, within_bp: float) -> float:
    """Return bids within a distance of the mid price, quote currency; NaN where not known so far."""
    return _depth(*_bids(book), within_bp)


def ask_depth(book: Book, within_bp: float) -> float:
    """Return asks within a distance of the mid price, quote currency; NaN where not known so far."""
    return _depth(*_asks(book), within_bp)


def imbalance(bids: float, asks: float) -> float:
    """Return which side is deeper: -1 only asks, 0 even, +1 only bids; NaN where both are empty."""
    return (bids - asks) / (bids + asks) if bids + asks > 0 else math.nan


def bid_slope(book: Book) -> float:
    """Return how fast bids fill with distance, quote currency per basis point, as `ask_slope` does."""
    return _slope(*_bids(book))


def ask_slope(book: Book) -> float:
    """Return how fast asks fill with distance, quote currency per basis point.

    The least-squares line through the origin of depth so far against distance, over the levels within 50
    basis points of the mid price; NaN with fewer than two, or where the book is not known so far.
    """
    return _slope(*_asks(book))


def buy_cost_bp(book: Book, amount: float = TRADE_SIZE) -> float:
    """Return what buying at once costs above the mid price, basis points; fees are not in it.

    Bought is what `amount` of quote currency is worth at the mid price. NaN where the known asks hold less.
    """
    known = book.ask_price <= book.ask_reach
    return _cost(book.mid, book.ask_price[known], book.ask_size[known], amount)


def sell_cost_bp(book: Book, amount: float = TRADE_SIZE) -> float:
    """Return what selling at once costs below the mid price, basis points; the mirror of `buy_cost_bp`."""
    known = book.bid_price >= book.bid_reach
    return _cost(book.mid, book.bid_price[known], book.bid_size[known], amount)


def touch_value(book: Book) -> tuple[float, float]:
    """Return what rests at best bid and at best ask, quote currency; NaN where a side is empty."""
    (_, bids, _), (_, asks, _) = _bids(book), _asks(book)
    return (float(bids[0]) if len(bids) else math.nan, float(asks[0]) if len(asks) else math.nan)


_MEASURES: MappingProxyType[str, Callable[[Book], float]] = MappingProxyType(
    {
        "liquidity.spread_bp": spread_bp,
        "liquidity.bid_depth_10bp_usd": lambda book: bid_depth(book, 10.0),
        "liquidity.ask_depth_10bp_usd": lambda book: ask_depth(book, 10.0),
        "liquidity.bid_depth_50bp_usd": lambda book: bid_depth(book, 50.0),
        "liquidity.ask_depth_50bp_usd": lambda book: ask_depth(book, 50.0),
        "liquidity.bid_depth_200bp_usd": lambda book: bid_depth(book, 200.0),
        "liquidity.ask_depth_200bp_usd": lambda book: ask_depth(book, 200.0),
        "liquidity.bid_slope": bid_slope,
        "liquidity.ask_slope": ask_slope,
        "liquidity.buy_cost_bp": buy_cost_bp,
        "liquidity.sell_cost_bp": sell_cost_bp,
    }
)
"""Every measure of one book, by the metric that it gives."""


def measures(book: Book) -> dict[str, float]:
    """Return every measure of one book by its metric; NaN where the book cannot tell."""
    return {metric: measure(book) for metric, measure in _MEASURES.items()}


def _bids(book: Book) -> tuple[FloatArray, FloatArray, float]:
    """Return distance from mid, bp; value, quote currency; and the distance known, of each bid."""
    mid = book.mid
    known = book.bid_price >= book.bid_reach
    price, size = book.bid_price[known], book.bid_size[known]
    return (mid - price) / mid / _BP, price * size, (mid - book.bid_reach) / mid / _BP


def _asks(book: Book) -> tuple[FloatArray, FloatArray, float]:
    """Return distance from mid, bp; value, quote currency; and the distance known, of each ask."""
    mid = book.mid
    known = book.ask_price <= book.ask_reach
    price, size = book.ask_price[known], book.ask_size[known]
    return (price - mid) / mid / _BP, price * size, (book.ask_reach - mid) / mid / _BP


def _depth(distance: FloatArray, value: FloatArray, reach_bp: float, within_bp: float) -> float:
    return float(value[distance <= within_bp].sum()) if reach_bp >= within_bp else math.nan


def _slope(distance: FloatArray, value: FloatArray, reach_bp: float) -> float:
    n = int(np.searchsorted(distance, _SLOPE_BP, side="right"))
    if n < _FEWEST_LEVELS or not reach_bp >= _SLOPE_BP:
        return math.nan
    depth = np.cumsum(value[:n])
    return float((distance[:n] * depth).sum() / (distance[:n] ** 2).sum())


def _cost(mid: float, price: FloatArray, size: FloatArray, amount: float) -> float:
    wanted = amount / mid
    before = np.concatenate(([0.0], np.cumsum(size)))
    if not before[-1] >= wanted:
        return math.nan
    taken = np.clip(wanted - before[:-1], 0.0, size)
    return float(np.abs(taken * (price - mid)).sum() / amount / _BP)


class Resilience:
    """Measures how long a side of the book takes to come back after a large trade.

    Fed with what rests at the touch, it calls a fall below half of the recent median a hit (the book cannot
    tell a trade from a withdrawal), and the first return to that median its end. A touch that is not back
    within five minutes has found a new level and says nothing.
    """

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=_MEDIAN_SAMPLES)
        self._hit_ms: int | None = None
        self._target = math.nan

    def add(self, time_ms: int, depth: float) -> float | None:
        """Take the depth at the touch at a moment; return the seconds of a recovery that just ended.

        Parameters
        ----------
        time_ms : int
            UTC milliseconds; never falls.
        depth : float
            Quote currency; a NaN is passed over.
        """
        if depth != depth:
            return None
        recovered = self._judge(time_ms, depth)
        self._recent.append(depth)
        return recovered

    def _judge(self, time_ms: int, depth: float) -> float | None:
        if self._hit_ms is not None:
            if time_ms - self._hit_ms > _LONGEST_RECOVERY_MS:
                self._hit_ms = None
            elif depth >= self._target:
                seconds = (time_ms - self._hit_ms) / 1000
                self._hit_ms = None
                return seconds
        elif len(self._recent) >= _FEWEST_SAMPLES:
            median = float(np.median(self._recent))
            if depth < median / 2:
                self._hit_ms, self._target = time_ms, median
        return None

    def forget(self) -> None:
        """Start anew: the book was not heard for a while."""
        self._recent.clear()
        self._hit_ms = None
