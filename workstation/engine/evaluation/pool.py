"""All coins together: what each method did by week, beside what any bar of the same coins did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.engine.evaluation.big_moves import rise_sums
from workstation.engine.evaluation.bootstrap import ratio, week_of, weekly
from workstation.engine.evaluation.evidence import CoinEvidence, Trades
from workstation.engine.evaluation.regime import REGIMES
from workstation.engine.evaluation.statistics import MONTH_MS, trade_sums


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What all coins have to say together.

    Parameters
    ----------
    n_coins : int
        Coins with bars under judgement.
    weeks : ndarray of int64, shape (w,)
        Calendar weeks with such bars, rising.
    base : mapping of str to ndarray, shape (regimes + 1, w)
        Sums of `evidence.BaseSums` over the coins, and ``coin_months`` of those bars.
    trades : mapping of method to Trades
    alpha : mapping of method to ndarray, shape (n,)
        What each trade earned before costs above the mean of all coins at the same close, same side.
    """

    n_coins: int
    weeks: IntArray
    base: Mapping[str, FloatArray]
    trades: Mapping[str, Trades]
    alpha: Mapping[str, FloatArray]

    def sums(self, method: str, regime: int | None = None) -> dict[str, FloatArray]:
        """Return everything that figures of a method are made of, by week, shape (w,) each.

        Parameters
        ----------
        regime : int or None
            Place in `REGIMES`: only what was decided in that regime; None means all of it.
        """
        trades, alpha = self.trades[method], self.alpha[method]
        base = {name: table.sum(axis=0) for name, table in self.base.items()}
        if regime is not None:
            rows = trades.regime == regime
            trades, alpha = trades.pick(rows), alpha[rows]
            base = {name: table[regime] for name, table in self.base.items()}
        rises = weekly(week_of(trades.time_ms), rise_sums(trades.side, trades.rise), self.weeks)
        return {**trade_sums(trades, alpha, self.weeks), **rises, **base}


def pool(coins: Sequence[CoinEvidence]) -> Pool:
    """Return what all coins have to say together.

    Parameters
    ----------
    coins : sequence of CoinEvidence
        Of one timeframe, at least one of them, each with the same methods. A coin recorded in several
        pieces may come as several of one symbol; no bar may come twice.

    Raises
    ------
    ValueError
        There is no coin, or they differ in timeframe.
    """
    if len({coin.timeframe for coin in coins}) != 1:
        raise ValueError("An evaluation pools coins of one timeframe; got none, or several timeframes.")
    n_coins = len({coin.symbol for coin in coins if len(coin.slot)})
    weeks = np.unique(np.concatenate([coin.base.weeks for coin in coins]))
    bar_ms = timeframe_ms(coins[0].timeframe)
    trades = {name: Trades.join([coin.trades[name] for coin in coins]) for name in coins[0].trades}
    market = _market(coins)
    alpha = {name: _alpha(each, bar_ms, market) for name, each in trades.items()}
    base = _base(coins, weeks)
    base["coin_months"] = base["bars"] * (bar_ms / MONTH_MS)
    return Pool(n_coins, weeks, base, trades, alpha)


def _base(coins: Sequence[CoinEvidence], weeks: IntArray) -> dict[str, FloatArray]:
    names = coins[0].base.sums
    total = {name: np.zeros((len(REGIMES) + 1, len(weeks))) for name in names}
    for coin in coins:
        place = np.searchsorted(weeks, coin.base.weeks)
        for name in names:
            total[name][:, place] += coin.base.sums[name]
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Market:
    """Mean return before costs of a long and a short position in every coin, by slot from the first on."""

    first: int
    long: FloatArray
    short: FloatArray


def _market(coins: Sequence[CoinEvidence]) -> _Market:
    first = min((int(coin.slot[0]) for coin in coins if len(coin.slot)), default=0)
    last = max((int(coin.slot[-1]) for coin in coins if len(coin.slot)), default=-1)
    count, long, short = np.zeros((3, last - first + 1))
    for coin in coins:  # whose slots all differ
        count[coin.slot - first] += 1.0
        long[coin.slot - first] += coin.long_gross
        short[coin.slot - first] += coin.short_gross
    return _Market(first, ratio(long, count), ratio(short, count))


def _alpha(trades: Trades, bar_ms: int, market: _Market) -> FloatArray:
    place = trades.time_ms // bar_ms - market.first
    return trades.gross - np.where(trades.side > 0, market.long[place], market.short[place])
