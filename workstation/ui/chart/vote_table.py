"""Votes of the families on the bars of a chart, as far as they were told."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import IntArray
from workstation.domain.market import open_of_slot, slot_of
from workstation.domain.vote_span import FAMILY_ROWS, MOST_BARS, VoteSpan

N_FAMILIES = len(FAMILY_ROWS)
NOT_TOLD, TOLD, NO_BAR = 0, 1, 2
"""What is known of a bar's votes."""

_MOST_BLOCKS = 64


class Votes(NamedTuple):
    """Votes on some bars that follow one another.

    Parameters
    ----------
    scores : ndarray of float32, shape (8, n)
        -1..1; NaN where a family could not vote, or nothing was told.
    sides : ndarray of int8, shape (8, n)
        1 bullish, -1 bearish, 0 abstains.
    states : ndarray of uint8, shape (n,)
        `NOT_TOLD`, `TOLD` or `NO_BAR`.
    """

    scores: NDArray[np.float32]
    sides: NDArray[np.int8]
    states: NDArray[np.uint8]

    @classmethod
    def none(cls, n: int) -> "Votes":
        """Return that nothing was told of `n` bars."""
        scores = np.full((N_FAMILIES, n), np.nan, np.float32)
        return cls(scores, np.zeros((N_FAMILIES, n), np.int8), np.zeros(n, np.uint8))


class VoteTable:
    """What was told of the votes on the bars of one series, in blocks of `MOST_BARS` slots."""

    def __init__(self) -> None:
        self._blocks: dict[int, Votes] = {}
        self._in_vain: set[int] = set()
        self._doubted: set[int] = set()
        self._stale: set[int] = set()
        self.note = ""
        """Why there is nothing more, in words; empty while there is no reason."""

    def clear(self) -> None:
        """Forget everything."""
        self._blocks.clear()
        self._stale.clear()
        self.hope()

    def expire(self) -> None:
        """Take that everything may be otherwise now: it is shown until it is told anew."""
        self._stale = set(self._blocks)
        self.hope()

    def hope(self) -> None:
        """Take that what was asked for in vain may be known by now."""
        self._in_vain.clear()
        self._doubted.clear()
        self.note = ""

    def doubt(self, slots: IntArray) -> bool:
        """Take that these bars are there; return whether any was told to be missing and is to be asked anew.

        One that is told so again is believed before `hope`.
        """
        found = [slot for slot in slots.tolist() if self._is_missing(slot) and slot not in self._doubted]
        for slot in found:
            self._blocks[slot // MOST_BARS].states[slot % MOST_BARS] = NOT_TOLD
        self._doubted.update(found)
        return bool(found)

    def refuse(self, slot: int, reason: str) -> None:
        """Take that the bars from a slot on are not told, and why; before `hope` nobody asks again."""
        self._in_vain.add(slot)
        self.note = reason

    def put(self, span: VoteSpan) -> None:
        """Take what was told; bars before its last one that it does not list are not there."""
        self.note = ""
        first = slot_of(span.since, span.key.timeframe)
        slots = (span.open_times - open_of_slot(0, span.key.timeframe)) // span.key.bar_ms
        n = int(slots[-1]) + 1 - first if len(slots) else 0
        states = np.full(n, NO_BAR, np.uint8)
        told = Votes.none(n)
        states[slots - first] = TOLD
        told.scores[:, slots - first] = span.score_rows
        told.sides[:, slots - first] = span.side_rows
        self._store(first, told._replace(states=states))
        if first + n < slot_of(span.until, span.key.timeframe):
            self._in_vain.add(first + n)

    def between(self, first: int, end: int) -> Votes:
        """Return what was told of the slots ``first .. end - 1``."""
        found = Votes.none(max(end - first, 0))
        for number in range(first // MOST_BARS, -(-end // MOST_BARS)):
            block = self._blocks.get(number)
            if block is None:
                continue
            start = number * MOST_BARS
            low, high = max(first, start), min(end, start + MOST_BARS)
            _copy(block, slice(low - start, high - start), found, slice(low - first, high - first))
        return found

    def missing(self, seen: tuple[int, int], there: tuple[int, int]) -> tuple[int, int] | None:
        """Return the slots, first and the one after the last, that should be asked for next; None for none.

        The newest bars in sight come first; what is asked for is a whole block, or the rest of it.

        Parameters
        ----------
        seen, there : (int, int)
            The slots in sight, and those that hold closed bars.
        """
        first, end = max(seen[0], there[0]), min(seen[1], there[1])
        for number in reversed(range(first // MOST_BARS, -(-end // MOST_BARS)) if first < end else ()):
            start = number * MOST_BARS
            low, high = max(start, there[0]), min(start + MOST_BARS, there[1])
            states = self.between(low, high).states
            if number in self._stale:
                states[:] = NOT_TOLD
            in_sight = states[max(first - low, 0) : end - low]
            if (in_sight == NOT_TOLD).any():
                gaps = np.flatnonzero(states == NOT_TOLD)
                since = low + int(gaps[0])
                if since not in self._in_vain:
                    return since, low + int(gaps[-1]) + 1
        return None

    def _is_missing(self, slot: int) -> bool:
        block = self._blocks.get(slot // MOST_BARS)
        return block is not None and bool(block.states[slot % MOST_BARS] == NO_BAR)

    def _store(self, first: int, told: Votes) -> None:
        end = first + len(told.states)
        for number in range(first // MOST_BARS, -(-end // MOST_BARS)):
            block = self._blocks.pop(number, None) or Votes.none(MOST_BARS)
            self._blocks[number] = block  # the newest at the end
            self._stale.discard(number)
            start = number * MOST_BARS
            low, high = max(first, start), min(end, start + MOST_BARS)
            _copy(told, slice(low - first, high - first), block, slice(low - start, high - start))
        while len(self._blocks) > _MOST_BLOCKS:
            del self._blocks[next(iter(self._blocks))]


def _copy(source: Votes, taken: slice, target: Votes, place: slice) -> None:
    target.scores[:, place] = source.scores[:, taken]
    target.sides[:, place] = source.sides[:, taken]
    target.states[place] = source.states[taken]
