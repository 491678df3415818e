"""A plausible order book around the last trade.

The book is a function of market time: every price cell holds one level whose exact price and size are drawn
from the seed, the coin, the cell and the cell's own age. Cells below the best bid are bids, cells above the
best ask are asks, so the book cannot be crossed. Levels live as long in real time at any speed of the market,
so that the wire stays as busy as a venue's, no busier.
"""

import hashlib
from typing import NamedTuple

import numpy as np

from workstation.domain.candle import IntArray
from workstation.sandbox.coin_market import CoinMarket

N_LEVELS = 400
"""Levels a side."""

_CELLS_PER_PRICE = 20_000  # a level about every half basis point, so 400 of them reach two percent
_SHORTEST_LIFE_MS, _LIVES = 1_000, 60  # a level lives 1..60 s
_TOUCH_SHARE = 1 / 120_000  # of a day's volume, typically on a level; a percent of the price holds about 1 %

Side = dict[int, int]
"""Lots by price in ticks."""


class Touch(NamedTuple):
    """Best bid and best ask, in ticks and lots."""

    bid: int
    bid_size: int
    ask: int
    ask_size: int


class _Moment(NamedTuple):
    """When, how wide a price cell is in ticks, and how many lots rest on a typical level."""

    now_ms: int
    cell: int
    lots: float


class BookChange:
    """Levels that changed since this was last emptied, with their newest size; zero where they are gone.

    Attributes
    ----------
    first_id, last_id : int
        The update ids it covers, both included.
    bids, asks : dict
        Lots by price in ticks.
    """

    def __init__(self, after_id: int) -> None:
        self.first_id = after_id + 1
        self.last_id = after_id
        self.bids: Side = {}
        self.asks: Side = {}

    def empty(self) -> None:
        """Start anew behind the last update."""
        self.first_id = self.last_id + 1
        self.bids = {}
        self.asks = {}


class Book:
    """The order book of one coin, and who listens to its changes.

    Parameters
    ----------
    coin : CoinMarket
        Whose book.
    seed : int
        Of the market.
    speed : float
        Market seconds per second; levels live that much longer in market time.
    """

    def __init__(self, coin: CoinMarket, seed: int, speed: float) -> None:
        self._coin = coin
        self._bid_key = _number(f"{seed}|{coin.listing.symbol}|bids")
        self._ask_key = _number(f"{seed}|{coin.listing.symbol}|asks")
        self._life_ms = int(_SHORTEST_LIFE_MS * speed)
        self._listeners: list[BookChange] = []
        self.bids: Side = {}
        self.asks: Side = {}
        self.last_update_id = 0

    def listen(self) -> BookChange:
        """Return a change that collects everything from now on."""
        change = BookChange(self.last_update_id)
        self._listeners.append(change)
        return change

    def leave(self, change: BookChange) -> None:
        """Stop collecting into a change."""
        self._listeners.remove(change)

    def advance(self, now_ms: int) -> None:
        """Bring the book to a moment; update ids are milliseconds since the market's first candle."""
        update_id = now_ms - self._coin.first_ms
        if update_id <= self.last_update_id:
            return
        bids, asks = self._sides(now_ms)
        bid_changes, ask_changes = _changes(self.bids, bids), _changes(self.asks, asks)
        if not bid_changes and not ask_changes:
            return
        self.bids, self.asks, self.last_update_id = bids, asks, update_id
        for listener in self._listeners:
            listener.last_id = update_id
            listener.bids.update(bid_changes)
            listener.asks.update(ask_changes)

    def touch(self, now_ms: int) -> Touch | None:
        """Return best bid and ask at a moment, without the rest of the book; None before the first trade."""
        last = self._coin.tapes.last_print(now_ms)
        if last is None:
            return None
        ask = max(last.price if last.taker_buys else last.price + 1, 2)
        cell = _cell(ask)
        moment = _Moment(now_ms, cell, self._coin.day_volume(now_ms) * _TOUCH_SHARE)
        ((_, bid_size),) = self._levels(np.array([(ask - 1) // cell]), moment, self._bid_key)
        ((_, ask_size),) = self._levels(np.array([ask // cell]), moment, self._ask_key)
        return Touch(ask - 1, bid_size, ask, ask_size)

    def _sides(self, now_ms: int) -> tuple[Side, Side]:
        """Return bids and asks at a moment, best first."""
        touch = self.touch(now_ms)
        if touch is None:
            return {}, {}
        cell, steps = _cell(touch.ask), np.arange(1, N_LEVELS)
        moment = _Moment(now_ms, cell, self._coin.day_volume(now_ms) * _TOUCH_SHARE)
        below = self._levels(touch.bid // cell - steps, moment, self._bid_key)
        above = self._levels(touch.ask // cell + steps, moment, self._ask_key)
        bids = {touch.bid: touch.bid_size, **{price: size for price, size in below if price > 0}}
        asks = {touch.ask: touch.ask_size, **dict(above)}
        return bids, asks

    def _levels(self, cells: IntArray, moment: _Moment, key: int) -> list[tuple[int, int]]:
        """Return price and size of the level in each cell."""
        life = self._life_ms * (1 + _mixed(cells, key) % _LIVES)
        age = (moment.now_ms + life) // life
        dice = _mixed(cells + age * 1_000_003, key)
        price = cells * moment.cell + dice % moment.cell
        distance = 1 + np.abs(cells - cells[0]) / 40
        size = 1 + (moment.lots * distance * ((dice >> 20) % 1000 + 20) / 300).astype(np.int64)
        return list(zip(price.tolist(), size.tolist(), strict=True))


def _cell(price: int) -> int:
    """Return the width of a cell in ticks: a power of two, so that a moving price seldom changes it."""
    return 1 << max(0, (price // _CELLS_PER_PRICE).bit_length() - 1)


def _changes(old: Side, new: Side) -> Side:
    changed = {price: size for price, size in new.items() if old.get(price) != size}
    changed.update(dict.fromkeys(old.keys() - new.keys(), 0))
    return changed


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=7).digest(), "little")


def _mixed(cells: IntArray, key: int) -> IntArray:
    """Return a number of 62 random-looking bits for each cell (splitmix64's finaliser)."""
    x = cells.astype(np.uint64) + np.uint64(key)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)
