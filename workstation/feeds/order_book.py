"""The order book rebuilt from Binance's diffs, by the venue's own rules.

Diffs are kept until a snapshot arrives; those it already holds are dropped; the first one after it must
connect to it and each next one to the one before. Anything else is a gap: the book is thrown away and a
snapshot is asked for, at most one in five seconds. Prices and sizes are whole numbers, so no two texts of
one price are two levels. Spot diffs count ``U`` to ``u``; the futures' also name the id before them, ``pu``.

References
----------
binance-spot-api-docs, web-socket-streams.md, "How to manage a local order book correctly"; USDⓈ-M futures,
the same title.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Sequence

import numpy as np

from workstation.domain.book import Book
from workstation.domain.errors import VenueError
from workstation.feeds.depth_message import HIGHEST, UNIT, Diff, Level, Snapshot, diff_of

SNAPSHOT_GAP_S = 5.0
"""Seconds between two snapshots of one book, at least."""

LONGEST_CROSSED_S = 0.5
"""A book that stays crossed for longer is not the venue's."""

_MOST_WAITING = 10_000  # levels of diffs; half a minute of them, and a snapshot that counts is not older
_NARROW_SHARE = 0.5  # of the levels that a snapshot brought: fewer known ones, and another is due
_WIDEN_GAP_S = 60.0
_BEYOND = HIGHEST + 1


def _follows(diff: Diff, snapshot: Snapshot) -> bool:
    return diff.previous_id == snapshot.last_id


def _n_levels(diff: Diff) -> int:
    return len(diff.bids) + len(diff.asks) + 1


class Side:
    """One side of a book: sizes by price, and the prices in order, lowest first."""

    def __init__(self, levels: Sequence[Level]) -> None:
        self.sizes = dict(levels)
        self.prices = sorted(self.sizes)

    def set(self, price: int, size: int) -> None:
        """Put a level's new size; zero takes it away."""
        if size:
            if price not in self.sizes:
                insort(self.prices, price)
            self.sizes[price] = size
        elif self.sizes.pop(price, 0):
            del self.prices[bisect_left(self.prices, price)]


class OrderBook:
    """The book of one market, as far as diffs and snapshots tell it.

    It asks nothing itself: whoever feeds it fetches a snapshot when `wants_snapshot` says so.

    Attributes
    ----------
    last_id : int or None
        Id of the last update in it; None while the book is not known.
    n_gaps, n_refused : int
        Books thrown away because of a gap, a cross or a lost reach; messages that were no depth events.
    """

    def __init__(self) -> None:
        self.last_id: int | None = None
        self.n_gaps = 0
        self.n_refused = 0
        self._waiting: deque[Diff] = deque()
        self._n_waiting = 0  # levels
        self._asked_s = -math.inf
        self._heard_s = -math.inf
        self._crossed_s: float | None = None
        self._is_anchored = False
        self._is_widening = False
        self._clear()

    def _clear(self) -> None:
        self.bids, self.asks = Side(()), Side(())
        self._bid_reach, self._ask_reach = 0, _BEYOND
        self._n_shown = 0
        self._crossed_s = None
        self._is_anchored = self._is_widening = False

    # What arrives

    def on_diff(self, message: object, now_s: float) -> None:
        """Take a depth event; what is none costs the book, for an update was lost with it.

        Parameters
        ----------
        now_s : float
            Seconds that only rise.
        """
        try:
            diff = diff_of(message)
        except VenueError:
            self.n_refused += 1
            self.lose()
            return
        self._heard_s = now_s
        if self._is_widening:
            self._keep(diff)
        self._take(diff)
        self._look_for_trouble(now_s)

    def _keep(self, diff: Diff) -> None:
        """Let a diff wait for a snapshot; where too much waits, the oldest is let go of."""
        self._waiting.append(diff)
        self._n_waiting += _n_levels(diff)
        while self._n_waiting > _MOST_WAITING and len(self._waiting) > 1:
            self._n_waiting -= _n_levels(self._waiting.popleft())

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self._n_waiting = 0

    def on_snapshot(self, snapshot: Snapshot, now_s: float) -> None:
        """Take the answer to a request for the book; one older than the diffs at hand is of no use."""
        waiting = self._waiting
        if waiting and snapshot.last_id < waiting[0].first_id - 1 and not _follows(waiting[0], snapshot):
            return
        self._waiting, self._n_waiting = deque(), 0
        self._clear()
        self.bids, self.asks = Side(snapshot.bids), Side(snapshot.asks)
        if not snapshot.is_whole:
            self._bid_reach = self.bids.prices[0] if snapshot.bids else 0
            self._ask_reach = self.asks.prices[-1] if snapshot.asks else _BEYOND
            self._n_shown = min(len(snapshot.bids), len(snapshot.asks))
        self.last_id = snapshot.last_id
        for diff in waiting:
            self._take(diff)
        self._look_for_trouble(now_s)

    def _take(self, diff: Diff) -> None:
        """Apply a diff that connects; pass over an old one; lose the book at a gap, and wait for another."""
        last = self.last_id
        if last is None:
            self._keep(diff)
            return
        if diff.last_id < last or (diff.last_id == last and diff.previous_id is None):
            return
        if self._connects(diff, last):
            self._is_anchored = True
            self.last_id = diff.last_id
            for price, size in diff.bids:
                self.bids.set(price, size)
            for price, size in diff.asks:
                self.asks.set(price, size)
        elif diff.last_id > last:
            self.lose()
            self._keep(diff)

    def _connects(self, diff: Diff, last: int) -> bool:
        if diff.previous_id is None:
            return diff.first_id <= last + 1
        return diff.previous_id == last or (not self._is_anchored and diff.first_id <= last)

    def _look_for_trouble(self, now_s: float) -> None:
        """Lose a book that stays crossed; learn from one that is not how far the other side is known.

        Where the best ask rests no unknown bid can lie at its price or above: from then on bids there are
        all known, although the snapshot did not reach so far.
        """
        bids, asks = self.bids.prices, self.asks.prices
        if self.last_id is None or not bids or not asks:
            return
        if bids[-1] < asks[0]:
            self._crossed_s = None
            if asks[0] <= self._ask_reach:
                self._bid_reach = min(self._bid_reach, asks[0])
            if bids[-1] >= self._bid_reach:
                self._ask_reach = max(self._ask_reach, bids[-1])
        elif self._crossed_s is None:
            self._crossed_s = now_s
        elif now_s - self._crossed_s > LONGEST_CROSSED_S:
            self.lose()

    def lose(self) -> None:
        """Forget the book; whatever comes next begins with a snapshot."""
        self.n_gaps += self.last_id is not None
        self.last_id = None
        self._forget_waiting()
        self._clear()

    # What is asked

    def wants_snapshot(self, now_s: float) -> bool:
        """Return whether a snapshot is due; True counts as asked, and starts the wait for the next.

        One is due while the book is not known, and when less than half as much is known as was shown at
        first: what is known stays in use until the wider one is there.
        """
        wait_s = SNAPSHOT_GAP_S if self.touch() is None else _WIDEN_GAP_S
        is_due = bool(self._waiting) if self.last_id is None else self._is_narrow
        if not is_due or now_s < self._asked_s + wait_s:
            return False
        if self.last_id is not None:
            self._forget_waiting()
            self._is_widening = True
        self._asked_s = now_s
        return True

    @property
    def _is_narrow(self) -> bool:
        known_bids = len(self.bids.prices) - bisect_left(self.bids.prices, self._bid_reach)
        known_asks = bisect_right(self.asks.prices, self._ask_reach)
        return min(known_bids, known_asks) < self._n_shown * _NARROW_SHARE

    def age_s(self, now_s: float) -> float:
        """Return seconds since the last depth event; infinite before the first."""
        return now_s - self._heard_s

    def touch(self) -> tuple[Level, Level] | None:
        """Return best bid and best ask in units; None while they are not known, crossed or one-sided."""
        if self.last_id is None or not self.bids.prices or not self.asks.prices:
            return None
        bid, ask = self.bids.prices[-1], self.asks.prices[0]
        if bid >= ask or bid < self._bid_reach or ask > self._ask_reach:
            return None
        return (bid, self.bids.sizes[bid]), (ask, self.asks.sizes[ask])

    def book(self, within: float = 1.0) -> Book | None:
        """Return what is known of the book; None while it is not known, crossed or one-sided.

        Parameters
        ----------
        within : float
            How far from the touch at most, as a fraction of its price.
        """
        touch = self.touch()
        if touch is None:
            return None
        lowest = max(self._bid_reach, int(touch[0][0] * (1 - within)))
        highest = min(self._ask_reach, int(touch[1][0] * (1 + within)))
        bids = self.bids.prices[bisect_left(self.bids.prices, lowest) :][::-1]
        asks = self.asks.prices[: bisect_right(self.asks.prices, highest)]
        return Book(
            np.array([price / UNIT for price in bids]),
            np.array([self.bids.sizes[price] / UNIT for price in bids]),
            np.array([price / UNIT for price in asks]),
            np.array([self.asks.sizes[price] / UNIT for price in asks]),
            lowest / UNIT,
            highest / UNIT if highest < _BEYOND else math.inf,
        )
