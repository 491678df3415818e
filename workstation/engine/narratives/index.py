"""The indices of all narratives, bar by bar: batch and live are the same steps.

The method, as resources/docs/narrative-indices.md tells it to the trader:

- Weights are decided at the close of the first bar at or after each rebalance's time, from what was known
  then, and traded at the open of the next bar that exists. Between two rebalances an index holds units, so
  its values chain by themselves: what is sold pays for what is bought.
- A coin without a bar keeps its last price. After more than seven days it leaves at that price as
  delisted; what a holder could really have had for it is not known, so the last close stands as the fact. A
  coin that trades again later is listed anew, and joins at a rebalance once it is old enough.
- A coin whose membership ends leaves at the next open that it has. What is sold between two rebalances
  waits as cash.
- At a rebalance, coins without a bar can be neither bought nor sold: they stay as they are, and the rest of
  the index is shared among those that trade.
- `gross` knows no cost. `net` pays `IndexRules.cost_pct` of whatever is bought or sold, as a part of the
  index, so that its weights are the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_index import BASE_VALUE, IndexRules
from workstation.engine.narratives.index_lineup import Lineup
from workstation.engine.narratives.index_log import IndexLog
from workstation.engine.narratives.panel import AWAY_MS, DAY_MS, MarketPanel
from workstation.engine.narratives.weights import Seen, Verdict, above_zero, target_weights

_MONDAY_MS = 4 * DAY_MS  # 1970-01-05, 00:00 UTC


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Weights that wait for the next open, and the narratives that they still wait for."""

    weights: FloatArray
    verdicts: NDArray[np.int8]
    is_due: NDArray[np.bool_]


class IndexState:
    """The indices after some bars; `advance` takes the next one.

    Parameters
    ----------
    lineup : Lineup
        Who may be in which index.
    rules : IndexRules
        How they are made.

    Attributes
    ----------
    gross, net : ndarray, shape (n_narratives,)
        Values at the newest close, from `BASE_VALUE`, without and with cost; NaN before the first holding.
    volume : ndarray, shape (n_narratives,)
        US dollars that the held coins traded in the newest bar.
    log : IndexLog
        Every change so far.
    """

    def __init__(self, lineup: Lineup, rules: IndexRules) -> None:
        n_narratives, n_coins = len(lineup.names), len(lineup.coins)
        self.lineup, self.rules, self.log = lineup, rules, IndexLog(lineup)
        self.gross: FloatArray = np.full(n_narratives, np.nan)
        self.net: FloatArray = np.full(n_narratives, np.nan)
        self.volume: FloatArray = np.zeros(n_narratives)
        self._kept: FloatArray = np.ones(n_narratives)  # part of the gross value that cost has left
        self._cash: FloatArray = np.zeros(n_narratives)
        self._units: FloatArray = np.zeros(lineup.n_pairs)
        self._price: FloatArray = np.full(n_coins, np.nan)
        self._seen = Seen(np.full(n_coins, -1, np.int64), np.full(n_coins, -1, np.int64))
        self._leaving: NDArray[np.bool_] = np.zeros(lineup.n_pairs, np.bool_)
        self._plan: _Plan | None = None
        self._turn: int | None = None

    @property
    def weights(self) -> FloatArray:
        """Part of its index that each pair is at the newest close, shape (n_pairs,); the rest is cash."""
        total = np.where(np.isnan(self.gross), 1.0, self.gross)
        return self._worth(self._price) / total[self.lineup.narrative]

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said about each index; empty where nothing."""
        held = self._has(self._units > 0)
        return tuple(
            "No coin of it could be held yet."
            if np.isnan(value)
            else ("" if n else "No coin of it can be held: the index stands in cash.")
            for value, n in zip(self.gross.tolist(), held.tolist(), strict=True)
        )

    def advance(self, panel: MarketPanel, row: int) -> None:
        """Take one more bar.

        Parameters
        ----------
        panel : MarketPanel
            Holds the bar and, where they exist, the thirty days before it; rows after it are not looked at.
        row : int
            The bar that follows the one taken last, even where no coin has it.
        """
        at_ms, open_ms = int(panel.close_ms[row]), int(panel.close_ms[row]) - panel.bar_ms
        open_, close = panel.open[row], panel.close[row]
        traded = (open_ > 0) & (close > 0)
        if self._plan is not None or self._leaving.any():
            self._trade(np.where(traded, open_, self._price), traded, open_ms)
        self._see(close, traded, at_ms, open_ms)
        self._delist(at_ms)
        self.gross = np.where(np.isnan(self.gross), np.nan, self._total(self._price))
        self.net = self.gross * self._kept
        dollars = np.nan_to_num(panel.dollar_volume[row])[self.lineup.coin]
        self.volume = self.lineup.sums(np.where(self._units > 0, dollars, 0.0))
        self._leaving = (self._units > 0) & (self.lineup.shares_at(at_ms) == 0)
        self._decide(panel, row, traded.any())

    def _worth(self, price: FloatArray) -> FloatArray:
        return np.where(self._units > 0, self._units * price[self.lineup.coin], 0.0)

    def _has(self, pairs: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which narratives have such a pair."""
        has: NDArray[np.bool_] = self.lineup.sums(pairs.astype(np.float64)) > 0
        return has

    def _total(self, price: FloatArray) -> FloatArray:
        return self.lineup.sums(self._worth(price)) + self._cash

    def _see(self, close: FloatArray, traded: NDArray[np.bool_], at_ms: int, open_ms: int) -> None:
        is_new = traded & ((self._seen.last_ms < 0) | (open_ms - self._seen.last_ms > AWAY_MS))
        self._seen.since_ms[is_new] = open_ms
        self._seen.last_ms[traded] = at_ms
        self._price = np.where(traded, close, self._price)

    def _delist(self, at_ms: int) -> None:
        """Turn what has not traded for seven days into cash, at its last price."""
        gone = (self._units > 0) & (at_ms - self._seen.last_ms > AWAY_MS)[self.lineup.coin]
        if gone.any():
            worth = self._worth(self._price)
            left = np.where(gone, 0.0, worth)
            verdicts = np.full(len(gone), Verdict.DELISTED, np.int8)
            self._settle(left, worth, self._total(self._price), at_ms, verdicts)
            self._units[gone] = 0.0

    def _trade(self, price: FloatArray, traded: NDArray[np.bool_], open_ms: int) -> None:
        """Sell what leaves and carry out the plan, as far as coins have a bar now."""
        narrative, can = self.lineup.narrative, traded[self.lineup.coin]
        worth = self._worth(price)
        verdicts = np.full(len(worth), Verdict.NO_MEMBER, np.int8)
        after = np.where(self._leaving & can, 0.0, worth)
        if self._plan is not None:
            wanted = np.where(can & (self.lineup.shares_at(open_ms) > 0), self._plan.weights, 0.0)
            due = self._begin(self._plan, wanted > 0, can)
            free = self._total(price) - self.lineup.sums(np.where(can, 0.0, worth))
            scale = free / above_zero(self.lineup.sums(wanted))
            after = np.where(due[narrative] & can, wanted * scale[narrative], after)
            verdicts = np.where(due[narrative], self._plan.verdicts, verdicts)
            still = self._plan.is_due & ~due
            self._plan = _Plan(self._plan.weights, self._plan.verdicts, still) if still.any() else None
        self._settle(after, worth, self._total(price), open_ms, verdicts)
        changed = after != worth
        self._units[changed] = after[changed] / price[self.lineup.coin[changed]]

    def _begin(self, plan: _Plan, wanted: NDArray[np.bool_], can: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whose rebalance can happen now, and endow those that never held anything."""
        buys = self._has(wanted)
        ends = ~self._has(plan.weights > 0) & (
            self._has((self._units > 0) & can) | ~self._has(self._units > 0)
        )
        first = plan.is_due & buys & np.isnan(self.gross)
        self.gross = np.where(first, BASE_VALUE, self.gross)
        self._cash = np.where(first, BASE_VALUE, self._cash)
        happens: NDArray[np.bool_] = plan.is_due & (buys | ends)
        return happens

    def _settle(
        self,
        after: FloatArray,
        worth: FloatArray,
        total: FloatArray,
        at_ms: int,
        verdicts: NDArray[np.int8],
    ) -> None:
        """Pay for a change of holdings, keep what is over as cash, and write the log."""
        moved = self.lineup.sums(np.abs(after - worth))
        is_moved = moved > 0
        whole = np.where(is_moved, total, 1.0)
        self._kept *= 1.0 - self.rules.cost_pct / 100 * np.where(is_moved, moved / whole, 0.0)
        over = total - self.lineup.sums(after)
        over[over < whole * 1e-12] = 0.0  # rounding
        self._cash = np.where(is_moved, over, self._cash)
        parts = whole[self.lineup.narrative]
        self.log.add(at_ms, worth / parts, after / parts, verdicts)

    def _decide(self, panel: MarketPanel, row: int, is_trading: bool) -> None:
        """Plan a rebalance where one is due; one that falls where nothing trades waits for the next bar."""
        period = self.rules.rebalance_days * DAY_MS
        at_ms = int(panel.close_ms[row])
        if self._turn is None:
            self._turn = (at_ms - panel.bar_ms - _MONDAY_MS) // period
        turn = (at_ms - _MONDAY_MS) // period
        if turn > self._turn and is_trading:
            self._turn = turn
            weights, verdicts = target_weights(panel, row, self.lineup, self._seen, self.rules)
            self._plan = _Plan(weights, verdicts, np.ones(len(self.lineup.names), np.bool_))


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """The indices of all narratives over a panel.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_bars,)
        UTC milliseconds.
    gross, net : ndarray of float64, shape (n_bars, n_narratives)
        From `BASE_VALUE`, without and with cost; NaN before the first holding.
    volume : ndarray of float64, shape (n_bars, n_narratives)
        US dollars that the held coins traded in each bar.
    state : IndexState
        After the last bar: weights, log and notes, and where live bars go on.
    """

    close_ms: IntArray
    gross: FloatArray
    net: FloatArray
    volume: FloatArray
    state: IndexState


def indices(panel: MarketPanel, book: NarrativeBook, rules: IndexRules) -> Indices:
    """Return the index of every narrative of a book.

    Parameters
    ----------
    panel : MarketPanel
        Of all coins; those of the book that are not in it are named by ``state.lineup.absent``.
    book : NarrativeBook
    rules : IndexRules

    Returns
    -------
    Indices
        Row ``i`` depends on bars ``0..i`` only.
    """
    state = IndexState(Lineup(book, panel.coins), rules)
    shape = len(panel.close_ms), len(book.narratives)
    gross, net, volume = np.empty(shape), np.empty(shape), np.empty(shape)
    for row in range(shape[0]):
        state.advance(panel, row)
        gross[row], net[row], volume[row] = state.gross, state.net, state.volume
    return Indices(panel.close_ms, gross, net, volume, state)
