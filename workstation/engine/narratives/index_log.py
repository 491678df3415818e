"""The log of an index: which coin came, went, grew or shrank, when and why."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.narrative_index import ChangeKind, IndexChange
from workstation.engine.narratives.index_lineup import Lineup
from workstation.engine.narratives.weights import Verdict

_NOTHING = 1e-12  # of an index: a change that only rounding made


@dataclass(frozen=True, slots=True, eq=False)
class _Trades:
    """What changed at one time, pair by pair."""

    at_ms: int
    pairs: IntArray
    before: FloatArray
    after: FloatArray
    verdicts: NDArray[np.int8]


@dataclass(slots=True, eq=False)
class IndexLog:
    """Every change of every index, kept as columns; sentences are made when somebody reads them.

    Parameters
    ----------
    lineup : Lineup
        Whose pairs they are.
    """

    lineup: Lineup
    _trades: list[_Trades] = field(default_factory=list)

    def add(self, at_ms: int, before: FloatArray, after: FloatArray, verdicts: NDArray[np.int8]) -> None:
        """Note what weights became of what; pairs that stay as they are leave no line.

        Parameters
        ----------
        at_ms : int
            UTC milliseconds.
        before, after : ndarray, shape (n_pairs,)
            Parts of the index.
        verdicts : ndarray of int8, shape (n_pairs,)
            `Verdict` of each pair.
        """
        pairs = np.flatnonzero(np.abs(after - before) > _NOTHING)
        if len(pairs):
            self._trades.append(_Trades(at_ms, pairs, before[pairs], after[pairs], verdicts[pairs]))

    def changes(self, name: str) -> tuple[IndexChange, ...]:
        """Return the log of one narrative's index, oldest first."""
        wanted = self.lineup.names.index(name)
        return tuple(
            self._line(trades, position)
            for trades in self._trades
            for position in np.flatnonzero(self.lineup.narrative[trades.pairs] == wanted).tolist()
        )

    def _line(self, trades: _Trades, position: int) -> IndexChange:
        before, after = float(trades.before[position]), float(trades.after[position])
        coin = self.lineup.coins[self.lineup.coin[trades.pairs[position]]]
        reason = Verdict(trades.verdicts[position]).reason
        if trades.verdicts[position] == Verdict.NO_MEMBER:
            successor = self.lineup.successor(coin, trades.at_ms)
            reason = reason if successor is None else f"became {successor}"
        return IndexChange(trades.at_ms, coin, _kind(before, after), before, after, reason)


def _kind(before: float, after: float) -> ChangeKind:
    if before == 0:
        return ChangeKind.ENTER
    if after == 0:
        return ChangeKind.EXIT
    return ChangeKind.INCREASE if after > before else ChangeKind.REDUCE
