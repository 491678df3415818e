"""How every family voted on every bar of a series."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.signal import Direction, Family, FamilyVote, Reading
from workstation.engine.features.factor_family import FactorFamily, SideArray
from workstation.engine.features.registry import DATA_POINTS, FAMILIES, LONGEST_WARMUP
from workstation.engine.segments import segments, slots_of

STRONGEST = 3
"""Readings that a vote carries at most."""

_READ = tuple(dict.fromkeys(name for family in FAMILIES for name in family.reads))


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """How every family voted on every bar.

    Parameters
    ----------
    readings : mapping of str to ndarray of float64, shape (n,)
        The data points that the rules read, by name.
    scores : mapping of Family to ndarray of float64, shape (n,)
        -1..1.
    sides : mapping of Family to ndarray of int8, shape (n,)
        1 bullish, -1 bearish, 0 abstains.
    ready : ndarray of bool, shape (n,)
        False while fewer bars than the longest warm-up stand before the bar: nothing is judged there.
    """

    readings: Mapping[str, FloatArray]
    scores: Mapping[Family, FloatArray]
    sides: Mapping[Family, SideArray]
    ready: NDArray[np.bool_]

    def votes(self, row: int, as_of_ms: int) -> tuple[FamilyVote, ...]:
        """Return the votes on one bar, of every family that knew a data point; none before it is ready."""
        if not self.ready[row]:
            return ()
        votes = (self._vote(family, row, as_of_ms) for family in FAMILIES)
        return tuple(vote for vote in votes if vote.readings)

    def _vote(self, family: FactorFamily, row: int, as_of_ms: int) -> FamilyVote:
        return FamilyVote(
            family=family.family,
            direction=Direction(int(self.sides[family.family][row])),
            score=float(self.scores[family.family][row]),
            readings=tuple(self._strongest(family, row))[:STRONGEST],
            as_of_ms=as_of_ms,
        )

    def _strongest(self, family: FactorFamily, row: int) -> Iterator[Reading]:
        """Yield what the family's rules read, known values only, the one that leant furthest first."""
        here = {lean: self.readings[lean.point][row : row + 1] for lean in family.leans}
        weight = {lean: abs(float(lean.say(values)[0])) for lean, values in here.items()}
        for lean in sorted(here, key=lambda one: -weight[one]):
            value = float(here[lean][0])
            if not np.isnan(value):
                yield Reading(lean.point, value)


def ballots(candles: CandleColumns, timeframe: str, since: int = 0) -> Ballots:
    """Return how every family voted on the bars from row `since` on.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles of one series, oldest first; bars may be missing.
    timeframe : str
        Of the candles.
    since : int
        First row asked for; row 0 of the ballots is this one.
    """
    n = len(candles) - since
    readings = {name: np.full(n, np.nan) for name in _READ}
    ready = np.zeros(n, np.bool_)
    for segment in segments(slots_of(candles, timeframe), since):
        kept = slice(segment.first - since, segment.stop - since)
        read = candles[segment.start : segment.stop]
        for name, values in readings.items():
            values[kept] = DATA_POINTS[name].compute(read)[segment.first - segment.start :]
        ready[kept] = np.arange(segment.first, segment.stop) - segment.start >= LONGEST_WARMUP
    scores = {f.family: f.score(readings) for f in FAMILIES}
    sides = {f.family: f.side(readings, scores[f.family]) for f in FAMILIES}
    return Ballots(readings, scores, sides, ready)
