"""What each method would have done with one coin, all held to the same rule, and what any bar of it did."""

import zlib
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, IntArray
from workstation.engine.baselines import BASELINES, SideArray, random_entries
from workstation.engine.evaluation.big_moves import big_rises
from workstation.engine.evaluation.evidence import CoinBars, CoinEvidence, coin_evidence
from workstation.engine.evaluation.outcome import BarrierRule, Costs, outcomes
from workstation.engine.evaluation.regime import market_regimes, regimes_at
from workstation.engine.evaluation.report import MODEL
from workstation.engine.model.recipe import Recipe

PLAIN_VOTE = "family_vote"
"""The families' agreement by their written rules: what raises signals where no model judges."""

RANDOM = "random"
RANDOM_A_MONTH = 10.0
"""Random entries a coin and month, about as many as the classic indicators raise."""

COSTS = Costs()

_MONTH_MS = 30.4375 * 86_400_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class MarketRegimes:
    """The state of the market at every close of BTC.

    Parameters
    ----------
    known_ms : ndarray of int64, shape (n,)
        Closes, UTC milliseconds; empty where there is no BTC.
    regimes : ndarray of int8, shape (n,)
        As of `engine.evaluation.regime`.
    """

    known_ms: IntArray
    regimes: SideArray

    @classmethod
    def of(cls, btc: CandleColumns, bar_ms: int) -> "MarketRegimes":
        """Return the regimes that BTC's closes tell."""
        return cls(btc.open_time + bar_ms, market_regimes(btc.close, max(1, _DAY_MS // bar_ms)))


@dataclass(frozen=True, slots=True, eq=False)
class TrialTask:
    """One piece of one coin.

    Parameters
    ----------
    symbol : str
    candles : CandleColumns
    open_time : ndarray of int64, shape (n,)
        The bars under judgement, UTC milliseconds.
    said, votes : ndarray of int8, shape (n,)
        What the model and what the plain vote said at them.
    recipe : Recipe
    market : MarketRegimes
    """

    symbol: str
    candles: CandleColumns
    open_time: IntArray
    said: SideArray
    votes: SideArray
    recipe: Recipe
    market: MarketRegimes


def trial(task: TrialTask) -> CoinEvidence:
    """Return what one piece of a coin has to say about every method."""
    recipe, candles, bar_ms = task.recipe, task.candles, task.recipe.bar_ms
    rows = np.searchsorted(candles.open_time, task.open_time)
    eligible = np.zeros(len(candles), np.bool_)
    eligible[rows] = True
    later = BarrierRule(bar_ms, recipe.horizon, delay=1)
    bars = CoinBars(
        symbol=task.symbol,
        timeframe=recipe.timeframe,
        open_time=candles.open_time,
        eligible=eligible,
        outcomes=outcomes(candles, recipe.timeframe, recipe.barrier_rule, recipe.barrier_ranges),
        delayed=outcomes(candles, recipe.timeframe, later, recipe.barrier_ranges),
        regime=regimes_at(candles.open_time + bar_ms, task.market.known_ms, task.market.regimes),
        rise=big_rises(candles, bar_ms),
    )
    events = {MODEL: _placed(task.said, rows, len(candles))}
    events |= {name: method(candles, recipe.timeframe) for name, method in BASELINES.items()}
    chance = RANDOM_A_MONTH * bar_ms / _MONTH_MS
    events[RANDOM] = random_entries(candles.open_time, chance, zlib.crc32(task.symbol.encode()))
    events[PLAIN_VOTE] = _placed(task.votes, rows, len(candles))
    return coin_evidence(bars, events, recipe.horizon, COSTS)


def _placed(side: SideArray, rows: IntArray, n: int) -> SideArray:
    out = np.zeros(n, np.int8)
    out[rows] = side
    return out
