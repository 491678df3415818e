"""The tape of one coin across bars: its trades by time, by id, and the newest."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from workstation.sandbox.bars import Bar
from workstation.sandbox.gapless_bars import AnyBars
from workstation.sandbox.tape import Tape, TapeMaker

TAPES_KEPT = 48
"""Bars of a coin whose trades are kept at hand."""


class Print(NamedTuple):
    """One trade: UTC milliseconds, ticks, lots, and whether the buyer crossed the spread."""

    id: int
    time: int
    price: int
    size: int
    taker_buys: bool


class Tapes:
    """Every trade of one coin; made when asked for, the newest bars kept at hand.

    Parameters
    ----------
    bars : Bars
        The coin's candles.
    maker : TapeMaker
        Makes up the trades inside them.
    n_kept : int
        Bars whose trades are kept at hand.
    """

    def __init__(self, bars: AnyBars, maker: TapeMaker, n_kept: int = TAPES_KEPT) -> None:
        self._bars = bars
        self._maker = maker
        self._n_kept = n_kept
        self._kept: OrderedDict[int, Tape] = OrderedDict()

    def of(self, bar: Bar) -> Tape:
        """Return the trades of a bar."""
        tape = self._kept.get(bar.open_time)
        if tape is None:
            tape = self._kept[bar.open_time] = self._maker.make(bar)
            if len(self._kept) > self._n_kept:
                self._kept.popitem(last=False)
        return tape

    def _row(self, row: int) -> Tape:
        return self.of(self._bars.bar(row))

    def prints(self, since_ms: int, until_ms: int) -> list[Print]:
        """Return the trades with ``since_ms <= time < until_ms``, oldest first."""
        found: list[Print] = []
        for tape in self._between(since_ms, until_ms):
            found += _prints(tape, tape.before(since_ms), tape.before(until_ms))
        return found

    def prints_since(self, since_ms: int, until_ms: int, limit: int) -> list[Print]:
        """Return the oldest `limit` trades with ``since_ms <= time < until_ms``, oldest first."""
        found: list[Print] = []
        for tape in self._between(since_ms, until_ms):
            start = tape.before(since_ms)
            found += _prints(tape, start, min(tape.before(until_ms), start + limit - len(found)))
            if len(found) == limit:
                break
        return found

    def _between(self, since_ms: int, until_ms: int) -> Iterator[Tape]:
        first = self._bars.row_from(since_ms - self._maker.bar_ms + 1)
        return (self._row(row) for row in range(first, self._bars.row_from(until_ms)))

    def prints_before(self, now_ms: int, limit: int) -> list[Print]:
        """Return the newest `limit` trades up to a moment, oldest first."""
        row = self._bars.row_from(now_ms + 1)
        found: list[Print] = []
        while row > 0 and len(found) < limit:
            row -= 1
            tape = self._row(row)
            end = tape.before(now_ms + 1)
            found = _prints(tape, max(0, end - (limit - len(found))), end) + found
        return found

    def prints_from_id(self, first_id: int, limit: int, now_ms: int) -> list[Print]:
        """Return the oldest `limit` trades with an id of at least `first_id` up to a moment, oldest first."""
        found: list[Print] = []
        for tape in self._between(self._maker.open_time_of(first_id), now_ms + 1):
            start = max(0, first_id - tape.first_id)
            found += _prints(tape, start, min(tape.before(now_ms + 1), start + limit - len(found)))
            if len(found) == limit:
                break
        return found

    def last_print(self, now_ms: int) -> Print | None:
        """Return the newest trade up to a moment; None before the first."""
        newest = self.prints_before(now_ms, 1)
        return newest[0] if newest else None


def _prints(tape: Tape, start: int, end: int) -> list[Print]:
    rows = slice(start, end)
    columns = (tape.time[rows], tape.price[rows], tape.size[rows], tape.taker_buys[rows])
    ids = range(tape.first_id + start, tape.first_id + max(start, end))
    return list(map(Print._make, zip(ids, *(column.tolist() for column in columns), strict=True)))
