"""How every family voted on some bars."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.domain.signal import Direction, Family, FamilyVote, Reading
from workstation.engine.features.analogues import N_FACTS, analogues
from workstation.engine.features.data_point import Seen
from workstation.engine.features.factor_family import FactorFamily, SideArray
from workstation.engine.features.history import Computed, compute
from workstation.engine.features.registry import CANDLE_POINTS, FAMILIES, JUDGED_AFTER
from workstation.engine.sight import BLIND, Sight, observed

STRONGEST = 3
"""Readings that a vote carries at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """How every family voted on some bars: of one series, or of many at one close.

    Parameters
    ----------
    readings : mapping of str to ndarray of float64, shape (n,)
        Every data point, by name.
    available_ms : mapping of str to ndarray of int64, shape (n,)
        When the newest observation behind each observed data point became known, UTC milliseconds.
    scores : mapping of Family to ndarray of float64, shape (n,)
        -1..1; NaN where a family cannot vote.
    sides : mapping of Family to ndarray of int8, shape (n,)
        1 bullish, -1 bearish, 0 abstains.
    ready : ndarray of bool, shape (n,)
        False while too few bars stand before the bar: nothing is judged there.
    """

    readings: Mapping[str, FloatArray]
    available_ms: Mapping[str, IntArray]
    scores: Mapping[Family, FloatArray]
    sides: Mapping[Family, SideArray]
    ready: NDArray[np.bool_]

    def votes(self, row: int, closed_ms: int) -> tuple[FamilyVote, ...]:
        """Return the votes on one bar, of every family that could vote; none before it is ready."""
        if not self.ready[row]:
            return ()
        able = (family for family in FAMILIES if not np.isnan(self.scores[family.family][row]))
        return tuple(self._vote(family, row, closed_ms) for family in able)

    def _vote(self, family: FactorFamily, row: int, closed_ms: int) -> FamilyVote:
        known = list(self._strongest(family, row))
        seen = [self.available_ms[r.name][row] for r in known if r.name in self.available_ms]
        return FamilyVote(
            family=family.family,
            direction=Direction(int(self.sides[family.family][row])),
            score=float(self.scores[family.family][row]),
            readings=tuple(known[:STRONGEST]),
            as_of_ms=int(max(seen)) if len(seen) == len(known) else closed_ms,
        )

    def _strongest(self, family: FactorFamily, row: int) -> Iterator[Reading]:
        """Yield what the family's rules read, known values only, the one that leant furthest first."""
        here = {lean: self.readings[lean.point][row : row + 1] for lean in family.leans}
        known = {lean: float(values[0]) for lean, values in here.items() if not np.isnan(values[0])}
        weight = {lean: abs(float(lean.say(here[lean])[0])) for lean in known}
        for lean in sorted(known, key=lambda one: -weight[one]):
            yield Reading(lean.point, known[lean])


def cast(computed: Computed, seen: Mapping[str, Seen]) -> Ballots:
    """Return the votes on bars whose data points are known.

    Parameters
    ----------
    computed : Computed
        Candle data points of ``n`` bars.
    seen : mapping of str to Seen
        Observed data points at the same bars' closes.
    """
    readings = {point.name: values for point, values in zip(CANDLE_POINTS, computed.values, strict=True)}
    readings.update((name, one.values) for name, one in seen.items())
    scores = {f.family: f.score(readings) for f in FAMILIES}
    sides = {f.family: f.side(readings, scores[f.family]) for f in FAMILIES}
    available = {name: one.available_ms for name, one in seen.items()}
    return Ballots(readings, available, scores, sides, computed.rows >= JUDGED_AFTER)


def ballots(
    symbol: str, candles: CandleColumns, timeframe: str, sight: Sight = BLIND, since: int = 0
) -> Ballots:
    """Return how every family voted on the bars of a series from row `since` on.

    Parameters
    ----------
    symbol : str
        Of the series; decides what is observed of it.
    candles : CandleColumns
        Closed candles, oldest first; bars may be missing.
    timeframe : str
        Of the candles.
    sight : Sight
        What is seen beside them.
    since : int
        First row asked for; row 0 of the ballots is this one.
    """
    closes = candles.open_time[since:] + timeframe_ms(timeframe)
    computed = compute(
        candles, timeframe, sight.market, since, past_of(symbol, candles, timeframe, sight, since)
    )
    return cast(computed, observed(symbol, closes, sight.observations))


def past_of(
    symbol: str, candles: CandleColumns, timeframe: str, sight: Sight, since: int
) -> FloatArray | None:
    """Return what followed similar windows, a column a candle; not worked out before row `since`."""
    if sight.library is None:
        return None
    past = np.full((N_FACTS, len(candles)), np.nan)
    past[:, since:] = analogues(candles, timeframe, sight.library, symbol, since)
    return past
