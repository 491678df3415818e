"""The trades inside a candle: made up, but adding up to it exactly.

The first trade is at the open, the last at the close; high and low are touched and never passed; every price
lies on the tick grid; sizes are whole lots whose sum is the volume; times rise strictly inside the bar. The
same seed, coin and open time always give the same trades.
"""

import hashlib
import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import BadCandle
from workstation.sandbox.bars import Bar
from workstation.sandbox.source import MOST_TRADES

_MARKET_MS_PER_TRADE = 4_000
_FEWEST_TRADES = 20
_SPREAD_OF_RANGE = 0.62  # a Brownian path's standard deviation over a bar, of the range it covers


def trades_per_bar(bar_ms: int) -> int:
    """Return how many trades a liquid bar holds: about one every four seconds, 20 to 900."""
    return min(max(bar_ms // _MARKET_MS_PER_TRADE, _FEWEST_TRADES), MOST_TRADES)


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """The trades of one candle, oldest first.

    Parameters
    ----------
    first_id : int
        Id of the first trade; the others count on from it.
    time : ndarray of int64, shape (k,)
        UTC milliseconds, strictly rising.
    price : ndarray of int64, shape (k,)
        Ticks.
    size : ndarray of int64, shape (k,)
        Lots, one or more.
    taker_buys : ndarray of bool, shape (k,)
        True where the buyer crossed the spread.
    """

    first_id: int
    time: IntArray
    price: IntArray
    size: IntArray
    taker_buys: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def before(self, time_ms: int) -> int:
        """Return how many trades happened before an instant."""
        return int(np.searchsorted(self.time, time_ms))


@dataclass(frozen=True, slots=True)
class TapeMaker:
    """Makes up the trades of one coin.

    Parameters
    ----------
    seed : int
        Of the market.
    symbol : str
        The coin; two coins of one market have different trades.
    bar_ms : int
        Length of a candle, milliseconds.
    first_ms : int
        Open of the market's oldest candle; trade ids are counted from there.
    most_trades : int
        In one bar, four or more: how busy the coin is.
    """

    seed: int
    symbol: str
    bar_ms: int
    first_ms: int
    most_trades: int = MOST_TRADES

    @property
    def per_bar(self) -> int:
        """Trades that a bar of much volume holds; ids leave room for so many."""
        return min(trades_per_bar(self.bar_ms), self.most_trades)

    def first_id(self, open_time: int) -> int:
        """Return the id of a bar's first trade; ids rise with time, whatever was asked before."""
        return 1 + (open_time - self.first_ms) // self.bar_ms * self.per_bar

    def open_time_of(self, trade_id: int) -> int:
        """Return the open of the bar that holds a trade id, UTC milliseconds; the inverse of `first_id`."""
        return self.first_ms + max(0, trade_id - 1) // self.per_bar * self.bar_ms

    def n_trades(self, volume: int) -> int:
        """Return how many trades a bar of so many lots holds; none where nothing traded."""
        return min(self.per_bar, volume)

    def make(self, bar: Bar) -> Tape:
        """Return the trades of a candle.

        Raises
        ------
        BadCandle
            Its volume has too few lots to visit its open, high, low and close.
        """
        n = self.n_trades(bar.volume)
        stops = _stops(bar)
        if n and n < len(stops):
            raise BadCandle(f"Candle at {bar.open_time}: {bar.volume} lots cannot visit {len(stops)} prices.")
        rng = self._generator(bar.open_time)
        price = _path(bar, stops, n, rng)
        return Tape(
            first_id=self.first_id(bar.open_time),
            time=bar.open_time + _moments(n, self.bar_ms, rng),
            price=price,
            size=_sizes(bar.volume, n, rng),
            taker_buys=_takers(price, rng),
        )

    def _generator(self, open_time: int) -> np.random.Generator:
        name = f"{self.seed}|{self.symbol}|{open_time}".encode()
        key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
        return np.random.Generator(np.random.Philox(key=key))


def _stops(bar: Bar) -> list[int]:
    """Return the prices a path must visit, in order: open, what open and close do not reach, close."""
    extremes = (
        (bar.low, bar.high) if bar.close >= bar.open else (bar.high, bar.low)
    )  # a rising bar dips first
    between = [p for p in extremes if p not in (bar.open, bar.close)]
    if not between and bar.open == bar.close:
        return [bar.open]
    return [bar.open, *between, bar.close]


def _path(bar: Bar, stops: list[int], n: int, rng: np.random.Generator) -> IntArray:
    """Walk from stop to stop by Brownian bridges, turned back at high and low, set on ticks."""
    if n == 0:
        return np.empty(0, np.int64)
    wander = rng.standard_normal(n)
    inner: list[int] = []
    if len(stops) > 2:
        inner = sorted((rng.choice(n - 2, len(stops) - 2, replace=False) + 1).tolist())
    rows = [0, *inner, n - 1] if len(stops) > 1 else [0]
    walk = np.cumsum(wander) * (_SPREAD_OF_RANGE * (bar.high - bar.low) / np.sqrt(n))
    path = np.full(n, float(stops[-1]))
    for (a, b), (start, end) in zip(itertools.pairwise(rows), itertools.pairwise(stops), strict=True):
        leg = walk[a : b + 1] - walk[a]
        path[a : b + 1] = start + leg + (end - start - leg[-1]) * np.linspace(0.0, 1.0, b - a + 1)
    top = bar.high - bar.low
    height = np.floor(_folded(path - bar.low, top) + rng.random(n))  # bounces between the two nearest ticks
    ticks: IntArray = bar.low + np.minimum(height, top).astype(np.int64)
    ticks[rows] = stops
    return ticks


def _folded(height: FloatArray, top: int) -> FloatArray:
    """Turn a path back wherever it would pass 0 or `top`; cut off instead, it would lie flat there."""
    if top == 0:
        return np.zeros_like(height)
    return np.asarray(top - np.abs(np.mod(height, 2 * top) - top))


def _moments(n: int, bar_ms: int, rng: np.random.Generator) -> IntArray:
    """Return strictly rising offsets into the bar; the first trade is one millisecond after the open."""
    if n == 0:
        return np.empty(0, np.int64)
    waits = np.sort(rng.integers(0, bar_ms - n - 1, n))
    waits[0] = 0
    return np.asarray(waits + np.arange(1, n + 1), np.int64)


def _sizes(volume: int, n: int, rng: np.random.Generator) -> IntArray:
    """Split the volume into whole lots: many small trades, few large ones."""
    if n == 0:
        return np.empty(0, np.int64)
    weight: FloatArray = np.exp(1.2 * rng.standard_normal(n))
    spare = volume - n
    extra = np.floor(weight * (spare * (1 - 1e-12) / weight.sum())).astype(np.int64)
    extra[int(weight.argmax())] += spare - int(extra.sum())
    return np.asarray(extra + 1, np.int64)


def _takers(price: IntArray, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return who crossed the spread: buyers when the price rose, sellers when it fell, else chance."""
    step = np.diff(price, prepend=price[:1])
    coin = rng.random(len(price)) < 0.5
    return np.asarray((step > 0) | ((step == 0) & coin), np.bool_)
