"""The vote: factor families take sides, and a signal fires where they newly agree.

A bar agrees bullish when at least `ConfluenceRules.min_agree` families vote bullish and none votes bearish,
and the other way round. A signal is an agreement that was not there in the cool-down before: the first bar of
a consensus speaks, the rest of it is silent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation import __version__
from workstation.domain.candle import CandleColumns, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.engine.ballot import Ballots, ballots
from workstation.engine.features.factor_family import SideArray
from workstation.engine.segments import slots_of
from workstation.engine.sight import BLIND, Sight

SIDES = (Direction.BULLISH, Direction.BEARISH)
HORIZON_BARS = 24
"""Bars within which a signal by the families' votes alone is right or not."""

NEVER = -(2**62)
"""A slot before every other."""


@dataclass(frozen=True, slots=True)
class ConfluenceRules:
    """When families agree enough to say so.

    Parameters
    ----------
    min_agree : int
        Families that must vote the same way; 1 or more.
    cool_down : int
        Bars without agreement in that direction before it may speak again; 0 or more.

    Raises
    ------
    UsageError
        Either is out of range.
    """

    min_agree: int = 4
    cool_down: int = 24

    def __post_init__(self) -> None:
        if self.min_agree < 1:
            raise UsageError(f"min_agree must be 1 or more families, got {self.min_agree}.")
        if self.cool_down < 0:
            raise UsageError(f"cool_down must be 0 or more bars, got {self.cool_down}.")


DEFAULT_RULES = ConfluenceRules()


def agreement(cast: Ballots, rules: ConfluenceRules) -> SideArray:
    """Return 1 where families agree bullish, -1 bearish, 0 where they do not, shape (n,)."""
    sides = np.stack(tuple(cast.sides.values()))
    n_bullish, n_bearish = (sides > 0).sum(axis=0), (sides < 0).sum(axis=0)
    bullish = (n_bullish >= rules.min_agree) & (n_bearish == 0) & cast.ready
    bearish = (n_bearish >= rules.min_agree) & (n_bullish == 0) & cast.ready
    side: SideArray = bullish.astype(np.int8) - bearish.astype(np.int8)
    return side


def judge(
    key: SeriesKey, candles: CandleColumns, sight: Sight = BLIND, rules: ConfluenceRules = DEFAULT_RULES
) -> tuple[Signal, ...]:
    """Return every signal in a history, oldest first.

    Each depends only on bars up to its own, and on no more of them than `workstation.engine.segments` says;
    the same candles arriving one by one at a `ConfluenceBank` give the same signals. In the first
    ``segments.DEPTH + rules.cool_down`` bars a longer history could say otherwise: to be sure of a bar, give
    that much before it.

    Parameters
    ----------
    key : SeriesKey
        The series the candles are of.
    candles : CandleColumns
        Closed candles, oldest first; bars may be missing.
    sight : Sight
        What is seen beside them.
    rules : ConfluenceRules
        When families agree enough.
    """
    cast = ballots(key.symbol, candles, key.timeframe, sight)
    slots = slots_of(candles, key.timeframe)
    sides = agreement(cast, rules)
    fresh = np.zeros(len(candles), np.bool_)
    for side in SIDES:
        agreed = sides == side
        fresh |= agreed & (slots - _slot_of_previous(agreed, slots) > rules.cool_down)
    return tuple(_from_history(key, candles, row, cast, sides) for row in np.flatnonzero(fresh).tolist())


def _slot_of_previous(agreed: NDArray[np.bool_], slots: IntArray) -> IntArray:
    """Return the slot of the newest agreement before each bar, shape (n,)."""
    newest = np.maximum.accumulate(np.where(agreed, slots, NEVER))
    return np.concatenate((np.array([NEVER]), newest))[: len(slots)]


def _from_history(
    key: SeriesKey, candles: CandleColumns, row: int, cast: Ballots, sides: SideArray
) -> Signal:
    open_time = int(candles.open_time[row])
    return Signal(
        key=key,
        open_time=open_time,
        price=float(candles.close[row]),
        direction=Direction(int(sides[row])),
        votes=cast.votes(row, open_time + key.bar_ms),
        closed=True,
        origin=SignalOrigin.HISTORY,
        engine_version=__version__,
        horizon_bars=HORIZON_BARS,
    )
