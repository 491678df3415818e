"""A market begun later gives the same values, once the stated warm-up is over."""

from collections.abc import Mapping, Sequence

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.features.analogue_library import AHEAD, SIGMA_BARS, LibraryRules
from workstation.engine.features.analogues import LEAD
from workstation.engine.features.data_point import EVERY_CLOSE
from workstation.engine.features.registry import CANDLE_POINTS, FAMILIES, JUDGED_AFTER
from workstation.engine.segments import LARGEST_HOLE, slots_of
from workstation.engine.verification.lookahead import Told
from workstation.engine.verification.tally import Tally

WARM_UP = "T7"

TOLERANCE = 1e-9
"""Of a data point's own spread: as much may where a market began still show after the warm-up."""

FULL_LIBRARY = LibraryRules().reach + SIGMA_BARS + AHEAD + LEAD
"""Bars until a library of past windows holds what one of a market begun earlier holds."""

_WARMUPS: Mapping[str, int] = {
    **{
        f"{point.name} ": point.warmup if point.refreshed == EVERY_CLOSE else FULL_LIBRARY
        for point in CANDLE_POINTS
    },
    **{f"{family.family} score": JUDGED_AFTER for family in FAMILIES},
}


def warm_ups_are_long_enough(told: Told, open_ms: int) -> Tally:
    """Return how a market that begins with the bar at a moment differs from the whole one."""
    tally = Tally()
    late = told.record.since(open_ms)
    at = told.reader(late)
    for symbol in told.record.watched:
        gone = len(told.record.series[symbol]) - len(late.series[symbol])
        bars = _bars_of_market(slots_of(late.series[symbol], told.record.timeframe))
        found = at(symbol, np.arange(len(bars)))
        for name in _WARMUPS.keys() & found.keys():
            rows = np.flatnonzero(bars >= _WARMUPS[name])
            if len(rows):
                place = told.place(symbol, rows + gone, f"begun at {open_ms}")
                whole = {name: told.readings[symbol][name][rows + gone]}
                allowed = {name: tolerance([one[name] for one in told.readings.values()])}
                tally.compare_within(WARM_UP, place, whole, {name: found[name][rows]}, allowed)
    return tally


def tolerance(columns: Sequence[FloatArray]) -> float:
    """Return how far two values of a data point may lie apart, given its values in some markets.

    `TOLERANCE` of their standard deviation, but no less than the last digits of the greatest.
    """
    values = np.concatenate(columns)
    known = values[~np.isnan(values)]
    return float(max(TOLERANCE * known.std(), 1e-14 * np.abs(known).max())) if len(known) else 0.0


def _bars_of_market(slots: IntArray) -> IntArray:
    """Return how many bars of the same market stand before each, shape (n,)."""
    rows = np.arange(len(slots))
    begins = np.diff(slots, prepend=slots[:1]) > LARGEST_HOLE + 1
    return rows - np.maximum.accumulate(np.where(begins, rows, 0))
