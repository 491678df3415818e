"""Who may be in which index: the narratives of a book laid out over the coins of a panel."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.narrative import NarrativeBook


class Lineup:
    """Every pair of a narrative and a coin that ever belonged to it and is in the panel.

    Indices are worked out pair by pair: a few hundred figures instead of narratives times coins.

    Parameters
    ----------
    book : NarrativeBook
        Who belonged to what, and when.
    coins : sequence of str
        Of the panel. Coins of the book that are not among them are `absent`.

    Attributes
    ----------
    names, titles : tuple of str
        Of the narratives, in the book's order.
    coins : tuple of str
    narrative, coin : ndarray of int64, shape (n_pairs,)
        Positions among `names` and among `coins`; narratives rising.
    """

    def __init__(self, book: NarrativeBook, coins: Sequence[str]) -> None:
        self._book = book
        self.names = tuple(narrative.name for narrative in book.narratives)
        self.titles = tuple(narrative.title for narrative in book.narratives)
        self.coins = tuple(coins)
        column = {coin: position for position, coin in enumerate(coins)}
        self.absent = tuple(sorted(book.coins() - column.keys()))
        pairs = [
            (position, column[coin])
            for position, narrative in enumerate(book.narratives)
            for coin in sorted({member.coin for member in narrative.members})
            if coin in column
        ]
        laid_out = np.array(pairs, np.int64).reshape(-1, 2)
        self.narrative: IntArray = np.ascontiguousarray(laid_out[:, 0])
        self.coin: IntArray = np.ascontiguousarray(laid_out[:, 1])
        members = [member for narrative in book.narratives for member in narrative.members]
        turns = [turn for member in members for turn in (member.since_ms, member.until_ms)]
        self._turns = sorted({turn for turn in turns if turn is not None})
        self._known: dict[int, FloatArray] = {}

    @property
    def n_pairs(self) -> int:
        """How many pairs there are."""
        return len(self.coin)

    def shares_at(self, at_ms: int) -> FloatArray:
        """Return the part of its coin that counts in each pair at a time, 0 where it does not belong.

        Returns
        -------
        ndarray, shape (n_pairs,)
            The same array for every time between two changes of the book; not to be written to.
        """
        stretch = bisect_right(self._turns, at_ms)
        if stretch not in self._known:
            shares = self._book.shares_at(at_ms)
            pairs = zip(self.narrative.tolist(), self.coin.tolist(), strict=True)
            found = [shares[self.names[n]].get(self.coins[c], 0.0) for n, c in pairs]
            self._known[stretch] = np.array(found, np.float64)
        return self._known[stretch]

    def sums(self, figures: FloatArray) -> FloatArray:
        """Return what the pairs of each narrative add up to, shape (n_narratives,)."""
        added: FloatArray = np.bincount(self.narrative, figures, len(self.names)).astype(
            np.float64, copy=False
        )
        return added

    def successor(self, coin: str, at_ms: int) -> str | None:
        """Return what a coin had become by a time; None where it was not renamed."""
        became = [each for each in self._book.renames if each.old == coin and each.at_ms <= at_ms]
        return max(became, key=lambda each: each.at_ms).new if became else None
