"""The library of past windows: how the closes of 48 bars ran, in many coins, and what the next 24 bars did.

A window enters when its outcome is known. What a search at some bar may see depends only on that bar and on
the market, never on what was loaded when: outcomes that ended on every sixth bar counted from 1970, in the
2,160 bars before, of the 60 coins in whose windows most money was traded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features.compiled import compiled
from workstation.engine.segments import LARGEST_HOLE, slots_of

WINDOW = 48
"""Closes that are compared."""

AHEAD = 24
"""Bars after a window that are its outcome."""

SIGMA_BARS = 168
"""Bars before a window's end whose returns tell the usual size of an outcome."""

MOST_SIGMAS = 5.0
"""An outcome beyond this many usual ones counts as this many: one collapse does not outweigh all others."""

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LibraryRules:
    """Which past windows a search sees.

    Parameters
    ----------
    every : int
        Outcomes end on bars whose number, counted from 1970, this divides.
    coins : int
        Windows that end together are of at most so many coins: those with the most money in their window.
    reach : int
        Bars before the search in which the outcome ended.
    """

    every: int = 6
    coins: int = 60
    reach: int = 2160


class Entries(NamedTuple):
    """Past windows by the bar at which their outcome was known, then by their coin's name.

    The first `n` places of each column are used.
    """

    known: IntArray  # number of the bar, counted from 1970, whose close ended the outcome
    end: IntArray  # number of the window's last bar
    coin: IntArray
    outcome: FloatArray  # log return over the bars ahead, in usual ones of that coin then
    dollars: FloatArray  # traded in the window, quote currency
    shape: FloatArray  # (n, WINDOW): closes less their mean, of length one
    quick: Float32Array  # (WINDOW, n): the same in single precision, for the first look


class _Found(NamedTuple):
    """Windows of one coin that have not been put in their places yet."""

    coin: int
    close: FloatArray
    row: IntArray
    known: IntArray
    end: IntArray
    outcome: FloatArray
    dollars: FloatArray


class AnalogueLibrary:
    """Past windows of many coins, on one timeframe.

    Parameters
    ----------
    timeframe : str
        Of all candles that are added.
    rules : LibraryRules
        Which windows a search sees.
    """

    def __init__(self, timeframe: str, rules: LibraryRules = LibraryRules()) -> None:
        self.timeframe = timeframe
        self.rules = rules
        self._coins: dict[str, int] = {}
        self._waiting: list[_Found] = []
        self._n = 0
        self._entries = _room(0)

    @classmethod
    def of(
        cls,
        series: Mapping[str, CandleColumns],
        timeframe: str,
        rules: LibraryRules = LibraryRules(),
    ) -> "AnalogueLibrary":
        """Return the library of a set of series, by symbol."""
        library = cls(timeframe, rules)
        for symbol, candles in series.items():
            library.add(symbol, candles)
        return library

    def __len__(self) -> int:
        self._settle()
        return self._n

    @property
    def n_bytes(self) -> int:
        """Memory that it holds."""
        return sum(column.nbytes for column in self._entries)

    @property
    def entries(self) -> Entries:
        """Every window, the first ``len(library)`` places of each column."""
        self._settle()
        return self._entries

    def coin(self, symbol: str) -> int:
        """Return the number by which a symbol's windows are marked; a new one for a new symbol."""
        return self._coins.setdefault(symbol, len(self._coins))

    def usable(self, slot: int) -> slice:
        """Return which entries a search at the close of a bar may see.

        Those whose outcome ended before that bar: of the bar itself, other coins' closes may not all be in.

        Parameters
        ----------
        slot : int
            Number of the bar counted from 1970, see `segments.slots_of`.
        """
        self._settle()
        first, stop = np.searchsorted(self._entries.known[: self._n], (slot - self.rules.reach, slot))
        return slice(int(first), int(stop))

    def add(self, symbol: str, candles: CandleColumns, since: int = 0) -> None:
        """Take the windows of a series whose outcomes ended in the rows from `since` on.

        Parameters
        ----------
        candles : CandleColumns
            Closed, oldest first. At least ``SIGMA_BARS + AHEAD`` rows must stand before `since`, where there
            are so many. A window that is there already stays as it is.
        """
        slots = slots_of(candles, self.timeframe)
        row = np.empty(max(len(candles) - since, 0), np.int64)
        outcome, dollars = np.empty(len(row)), np.empty(len(row))
        begun = market_starts(slots)
        n = _find(
            slots, begun, (candles.close, candles.volume), (since, self.rules.every), (row, outcome, dollars)
        )
        if n:
            row = row[:n].copy()
            found = slots[row], slots[row - AHEAD], outcome[:n].copy(), dollars[:n].copy()
            self._waiting.append(_Found(self.coin(symbol), candles.close, row, *found))

    def forget(self, slot: int) -> None:
        """Let go of every window whose outcome was known before a bar: no search will reach it again."""
        self._settle()
        gone = int(np.searchsorted(self._entries.known[: self._n], slot))
        kept = _room(self._n - gone)
        _copy(self._entries, slice(gone, self._n), kept, 0)
        self._entries, self._n = kept, self._n - gone

    def _settle(self) -> None:
        """Put what waits in its place: of each bar the coins with the most money, in order of their names."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        first = min(int(found.known[0]) for found in waiting)
        kept = int(np.searchsorted(self._entries.known[: self._n], first))
        old = np.arange(kept, self._n)
        known = np.concatenate([self._entries.known[old], *(f.known for f in waiting)])
        dollars = np.concatenate([self._entries.dollars[old], *(f.dollars for f in waiting)])
        coin = np.concatenate([self._entries.coin[old], *(np.full(len(f.row), f.coin) for f in waiting)])
        chosen = _richest(known, dollars, self._ranks()[coin], self.rules.coins)
        before, self._n = self._entries, kept + len(chosen)
        if self._n > len(before.known):
            self._entries = _room(max(self._n, 5 * len(before.known) // 4))
            _copy(before, slice(0, kept), self._entries, 0)
        tail = _room(len(old))
        _copy(before, slice(kept, kept + len(old)), tail, 0)
        place = np.full(len(known), -1)
        place[chosen] = np.arange(kept, self._n)
        _scatter(self._entries, tail, place[: len(old)])
        self._write(waiting, place[len(old) :])

    def _write(self, waiting: list[_Found], place: IntArray) -> None:
        start = 0
        for found in waiting:
            here = place[start : start + len(found.row)]
            start += len(found.row)
            is_in = here >= 0
            if not is_in.any():
                continue
            to, row = here[is_in], found.row[is_in]
            shape = np.empty((len(row), WINDOW))
            for k, last in enumerate((row - AHEAD).tolist()):
                shape_of(found.close, last, shape[k])
            single = Entries(
                found.known[is_in],
                found.end[is_in],
                np.full(len(row), found.coin),
                found.outcome[is_in],
                found.dollars[is_in],
                shape,
                shape.T.astype(np.float32),
            )
            _scatter(self._entries, single, to)

    def _ranks(self) -> IntArray:
        """Return each coin's place in the order of names."""
        order = sorted(self._coins)
        ranks = np.empty(len(order), np.int64)
        ranks[[self._coins[symbol] for symbol in order]] = np.arange(len(order))
        return ranks


def _room(n: int) -> Entries:
    return Entries(
        known=np.zeros(n, np.int64),
        end=np.zeros(n, np.int64),
        coin=np.zeros(n, np.int64),
        outcome=np.zeros(n),
        dollars=np.zeros(n),
        shape=np.zeros((n, WINDOW)),
        quick=np.zeros((WINDOW, n), np.float32),
    )


def _copy(source: Entries, rows: slice, to: Entries, start: int) -> None:
    """Copy some entries to places from `start` on."""
    there = slice(start, start + rows.stop - rows.start)
    for name in Entries._fields[:-1]:
        getattr(to, name)[there] = getattr(source, name)[rows]
    to.quick[:, there] = source.quick[:, rows]


def _scatter(to: Entries, source: Entries, place: IntArray) -> None:
    """Put each entry of `source` where `place` says; -1 is nowhere."""
    is_in = place >= 0
    for name in Entries._fields[:-1]:
        getattr(to, name)[place[is_in]] = getattr(source, name)[is_in]
    to.quick[:, place[is_in]] = source.quick[:, is_in]


def _richest(known: IntArray, dollars: FloatArray, rank: IntArray, most: int) -> IntArray:
    """Return which windows of each bar are kept, by bar and name; the first of two of one coin and bar."""
    order = np.lexsort((np.arange(len(known)), rank, known))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (np.diff(known[order]) != 0) | (np.diff(rank[order]) != 0)
    order = order[is_first]
    by_money = order[np.lexsort((rank[order], -dollars[order], known[order]))]
    place = np.arange(len(by_money))
    begins = np.maximum.accumulate(np.where(np.diff(known[by_money], prepend=-1) != 0, place, 0))
    kept = by_money[place - begins < most]
    return kept[np.lexsort((rank[kept], known[kept]))]


def market_starts(slots: IntArray) -> IntArray:
    """Return the row at which each row's market begins, shape (n,); nothing reads across its hole before."""
    begins = np.diff(slots, prepend=slots[:1]) > LARGEST_HOLE + 1
    rows: IntArray = np.maximum.accumulate(np.where(begins, np.arange(len(slots)), 0))
    return rows


@compiled
def shape_of(close: FloatArray, last: int, out: FloatArray) -> bool:
    """Write the shape of the window that ends at row `last`: closes less their mean, of length one.

    Returns
    -------
    bool
        False where it has none: no close differs from another, or the numbers are beyond bounds.
    """
    first = last - WINDOW + 1
    total = 0.0
    for k in range(WINDOW):
        out[k] = close[first + k] / close[last]
        total += out[k]
    mean, square = total / WINDOW, 0.0
    for k in range(WINDOW):
        out[k] -= mean
        square += out[k] * out[k]
    length = np.sqrt(square)
    if not (1e-12 < length < 1e100):
        return False
    for k in range(WINDOW):
        out[k] /= length
    return True


@compiled
def _find(
    slots: IntArray,
    begun: IntArray,
    traded: tuple[FloatArray, FloatArray],
    which: tuple[int, int],
    answer: tuple[IntArray, FloatArray, FloatArray],
) -> int:
    """Write the rows at which outcomes end, the outcomes and the windows' dollars; return how many."""
    close, volume = traded
    since, every = which
    row, outcome, dollars = answer
    shape = np.empty(WINDOW)
    n = 0
    for i in range(since, len(slots)):
        end = i - AHEAD
        if slots[i] % every != 0 or end - begun[i] < SIGMA_BARS:
            continue
        day = _sigma(close, end) * np.sqrt(1.0 * AHEAD)
        paid = 0.0
        for k in range(end - WINDOW + 1, end + 1):
            paid += close[k] * volume[k]
        moved = np.log(close[i]) - np.log(close[end])
        if day > 0.0 and paid < np.inf and shape_of(close, end, shape):
            row[n], dollars[n] = i, paid
            outcome[n] = max(-MOST_SIGMAS, min(moved / day, MOST_SIGMAS))
            n += 1
    return n


@compiled
def _sigma(close: FloatArray, last: int) -> float:
    """Return the standard deviation of the one-bar log returns up to row `last`."""
    step = np.empty(SIGMA_BARS)
    total, square = 0.0, 0.0
    for k in range(SIGMA_BARS):
        row = last - SIGMA_BARS + 1 + k
        step[k] = np.log(close[row] / close[row - 1])
        total += step[k]
    mean = total / SIGMA_BARS
    for k in range(SIGMA_BARS):
        square += (step[k] - mean) * (step[k] - mean)
    return float(np.sqrt(square / SIGMA_BARS))
