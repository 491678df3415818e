"""What one coin has to say about each method: its counted trades, and what any bar of it would have done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.engine.evaluation.bootstrap import week_of, weekly
from workstation.engine.evaluation.holding import first_events
from workstation.engine.evaluation.outcome import BoolArray, Costs, Outcomes, SideArray
from workstation.engine.evaluation.regime import REGIMES

SmallFloats = NDArray[np.float32]

UNKNOWN = len(REGIMES)
"""Where sums by regime keep the bars whose regime was not known."""


@dataclass(frozen=True, slots=True, eq=False)
class CoinBars:
    """The bars of one coin under judgement, columns of shape (n,).

    Parameters
    ----------
    symbol, timeframe : str
    open_time : ndarray of int64
        UTC milliseconds, rising.
    eligible : ndarray of bool
        Bars at which a signal counts: liquid, old enough, and inside the period under judgement.
    outcomes, delayed : Outcomes
        Of acting at the next open, and one bar later.
    regime : ndarray of int8
        Of the market as known at each close, see `engine.evaluation.regime`; -1 where not known.
    rise : ndarray of int8
        1 where a big rise follows, 0 where none, -1 where not known; see `big_moves.big_rises`.
    """

    symbol: str
    timeframe: str
    open_time: IntArray
    eligible: BoolArray
    outcomes: Outcomes
    delayed: Outcomes
    regime: SideArray
    rise: SideArray


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """The counted signals of one method, columns of shape (n,).

    Parameters
    ----------
    time_ms : ndarray of int64
        Open of the bar that decided, UTC milliseconds.
    side : ndarray of int8
        +1 bullish, -1 bearish.
    hit : ndarray of bool
        Whether the barrier in its direction came first.
    gross, net, delayed_net : ndarray of float64
        Fractions of the entry: before costs, after costs, and after costs when acting one bar later (NaN
        where that is not known yet).
    regime, rise : ndarray of int8
        As in `CoinBars`.
    """

    time_ms: IntArray
    side: SideArray
    hit: BoolArray
    gross: FloatArray
    net: FloatArray
    delayed_net: FloatArray
    regime: SideArray
    rise: SideArray

    def __len__(self) -> int:
        return len(self.side)

    def pick(self, rows: BoolArray) -> "Trades":
        """Return the chosen trades."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__})

    @classmethod
    def join(cls, parts: "list[Trades]") -> "Trades":
        """Return the parts end to end."""
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__})


@dataclass(frozen=True, slots=True, eq=False)
class BaseSums:
    """What every judged bar of one coin did, those eligible whose outcome is known, by week and regime.

    Parameters
    ----------
    weeks : ndarray of int64, shape (w,)
        Numbers of the calendar weeks with judged bars, rising.
    sums : mapping of str to ndarray, shape (regimes + 1, w)
        ``bars``, those that went ``up`` and ``down`` first, those whose big rise is known
        (``rises_known``) and those that had one (``rises``); last regime: not known.
    """

    weeks: IntArray
    sums: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class CoinEvidence:
    """All that an evaluation keeps of one coin; small enough to be sent between processes.

    Parameters
    ----------
    symbol, timeframe : str
    base : BaseSums
    trades : mapping of method to Trades
    slot : ndarray of int64, shape (m,)
        Number of each judged bar, counted from 1970.
    long_gross, short_gross : ndarray of float32, shape (m,)
        What a long and a short position decided there earned before costs.
    """

    symbol: str
    timeframe: str
    base: BaseSums
    trades: Mapping[str, Trades]
    slot: IntArray
    long_gross: SmallFloats
    short_gross: SmallFloats


def coin_evidence(
    bars: CoinBars, events: Mapping[str, SideArray], horizon: int, costs: Costs
) -> CoinEvidence:
    """Return what one coin has to say about every method, all held to the same rule.

    Parameters
    ----------
    bars : CoinBars
    events : mapping of method to ndarray of int8, shape (n,)
        Raw events, +1 bullish or -1 bearish; only those at eligible bars count, one position at a time.
    horizon : int
        Bars that a position may last.
    costs : Costs
    """
    bar_ms = timeframe_ms(bars.timeframe)
    judged = bars.eligible & bars.outcomes.known
    trades = {name: _trades(bars, side, horizon * bar_ms, costs) for name, side in events.items()}
    return CoinEvidence(
        bars.symbol,
        bars.timeframe,
        _base_sums(bars, judged),
        trades,
        bars.open_time[judged] // bar_ms,
        bars.outcomes.gross(1)[judged].astype(np.float32),
        bars.outcomes.gross(-1)[judged].astype(np.float32),
    )


def _trades(bars: CoinBars, side: SideArray, horizon_ms: int, costs: Costs) -> Trades:
    side = np.where(bars.eligible, side, 0).astype(np.int8)
    rows = first_events(side, bars.open_time, horizon_ms) & bars.outcomes.known
    everything = Trades(
        bars.open_time,
        side,
        bars.outcomes.hits(side),
        bars.outcomes.gross(side),
        bars.outcomes.net(side, costs),
        bars.delayed.net(side, costs),
        bars.regime,
        bars.rise,
    )
    return everything.pick(rows)


def _base_sums(bars: CoinBars, judged: BoolArray) -> BaseSums:
    week = week_of(bars.open_time)
    weeks = np.unique(week[judged])
    columns = {
        "bars": np.ones(len(judged), np.bool_),
        "up": bars.outcomes.hits(1),
        "down": bars.outcomes.hits(-1),
        "rises_known": bars.rise >= 0,
        "rises": bars.rise == 1,
    }
    by_regime = []
    for code in [*range(len(REGIMES)), -1]:
        rows = judged & (bars.regime == code)
        by_regime.append(weekly(week[rows], {k: v[rows].astype(float) for k, v in columns.items()}, weeks))
    return BaseSums(weeks, {name: np.stack([sums[name] for sums in by_regime]) for name in columns})
