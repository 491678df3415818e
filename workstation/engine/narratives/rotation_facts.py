"""What rotation advice is decided from: the facts of a market at one of its daily closes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.rotation import StandingSignal
from workstation.engine.narratives.gate import GateFacts
from workstation.engine.narratives.panel import AWAY_MS, DAY_MS

LEAST_DAILY_USD = 2_000_000.0
"""US dollars that a coin must trade a day, mean of `LEAST_DAYS`, to be bought."""
LEAST_DAYS = 30
"""Days that a coin must have traded to be bought."""
SILENT_DAYS = AWAY_MS // DAY_MS
"""Days without a bar after which a coin is taken for delisted."""

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NarrativeFacts:
    """One narrative at a close.

    Parameters
    ----------
    name, title : str
    members : ndarray of int64
        Places of its coins in `MarketFacts.coins`, whether or not they can be bought.
    return_pct : float
        Mean return of its coins over `RotationRules.momentum_days`, percent, each by its share; NaN where
        none of them can be bought.
    breadth_pct : float
        Part of its coins above their mean of 20 days, percent; NaN as above.
    grade : float
        Mean grade of its coins, 0..100; NaN where none is graded.
    """

    name: str
    title: str
    members: IntArray
    return_pct: float
    breadth_pct: float
    grade: float


@dataclass(frozen=True, slots=True, eq=False)
class MarketFacts:
    """A market at a close, as advice reads it.

    Parameters
    ----------
    gate : GateFacts
    coins : tuple of str
    can_buy : ndarray of bool, shape (n_coins,)
        Traded in the last bar, for long enough and in sufficient size.
    silent_days : ndarray of int64, shape (n_coins,)
        Days since the newest bar of each coin; 0 where the last bar has one.
    grade : ndarray of float64, shape (n_coins,)
        0..100; NaN where a coin has none.
    returns : ndarray of float64, shape (30, n_coins)
        Daily returns up to the close, oldest first; 0 where a coin did not trade.
    narratives : tuple of NarrativeFacts
    place : mapping of str to int
        Where each coin stands in `coins`.
    signals : mapping of str to StandingSignal
        By coin.
    """

    gate: GateFacts
    coins: tuple[str, ...]
    can_buy: BoolArray
    silent_days: IntArray
    grade: FloatArray
    returns: FloatArray
    narratives: tuple[NarrativeFacts, ...]
    place: Mapping[str, int]
    signals: Mapping[str, StandingSignal] = field(default_factory=dict)

    @property
    def at_ms(self) -> int:
        """The close, UTC milliseconds."""
        return self.gate.at_ms
