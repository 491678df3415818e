"""The past never moves: cut the future off, put another in its place, delay and revise what was observed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import IntArray
from workstation.engine.features.registry import DATA_POINTS
from workstation.engine.verification.cuts import cuts
from workstation.engine.verification.futures import (
    later_known,
    other_futures,
    other_futures_of_others,
    revised,
)
from workstation.engine.verification.record import Reader, Readings, Record
from workstation.engine.verification.tally import Place, Tally

TRUNCATE, PERTURB, AVAILABILITY, OTHERS, RANGE = "T1", "T2", "T3", "T4", "range"

LIMITS: Mapping[str, tuple[float, float]] = {
    **{f"{name} ": (point.low, point.high) for name, point in DATA_POINTS.items()},
}
"""Range of each data point, by the name of its reading."""

_NEAR, _FAR = 4, 4  # of the moments before a cut at which observed points are read: the last, and some before


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a reader says of a record as it is.

    Parameters
    ----------
    record : Record
        The market.
    reader : callable
        Who is examined.
    readings : dict of str to Readings
        What it says at every bar of each watched symbol.
    """

    record: Record
    reader: Reader
    readings: dict[str, Readings]

    @classmethod
    def by(cls, reader: Reader, record: Record) -> "Told":
        """Let a reader read every bar of the watched symbols."""
        at = reader(record)
        return cls(record, reader, {s: at(s, np.arange(len(record.series[s]))) for s in record.watched})

    def place(self, symbol: str, rows: IntArray, how: str) -> Place:
        """Return which bars are looked at, for a tally."""
        return Place(self.record.name, symbol, how, self.record.series[symbol].open_time[rows])

    def rows_before(self, symbol: str, at_ms: int, rng: np.random.Generator) -> IntArray:
        """Return the rows to compare: all that open before a moment; some where observations are read."""
        n = int(np.searchsorted(self.record.series[symbol].open_time, at_ms))
        if not self.record.observed or n <= _NEAR + _FAR:
            return np.arange(n)
        far = np.sort(rng.choice(n - _NEAR, _FAR, replace=False))
        return np.concatenate((far, np.arange(n - _NEAR, n)))

    def said(self, symbol: str, rows: IntArray) -> Readings:
        """Return what was said at some rows."""
        return {name: values[rows] for name, values in self.readings[symbol].items()}

    def cuts(self, n: int, rng: np.random.Generator) -> list[int]:
        """Return where to cut, see `cuts.cuts`."""
        return cuts(self.record, self.readings, n, rng)


def past_never_moves(told: Told, at_ms: int, rng: np.random.Generator) -> Tally:
    """Return what truncating and perturbing the future of every symbol at a moment does to the past."""
    tally = Tally()
    _compare(told, told.record.known_at(at_ms), at_ms, (TRUNCATE, "cut off"), tally, rng)
    for how, other in other_futures(told.record, at_ms, rng):
        _compare(told, other, at_ms, (PERTURB, how), tally, rng)
    return tally


def _compare(
    told: Told, other: Record, at_ms: int, test: tuple[str, str], tally: Tally, rng: np.random.Generator
) -> None:
    at = told.reader(other)
    for symbol in told.record.watched:
        rows = told.rows_before(symbol, at_ms, rng)
        if len(rows):
            tally.compare(
                test[0], told.place(symbol, rows, test[1]), told.said(symbol, rows), at(symbol, rows)
            )


def others_do_not_matter_early(told: Told, symbol: str, at_ms: int, rng: np.random.Generator) -> Tally:
    """Return what other symbols' futures do to a symbol, up to the bar in which they part, that one included.

    Its own candles stay. What the market did in a bar may be read one bar later, never in that bar.
    """
    tally = Tally()
    rows = np.arange(int(np.searchsorted(told.record.series[symbol].open_time, at_ms, side="right")))
    if told.record.observed:
        rows = rows[-_NEAR:]
    for how, other in other_futures_of_others(told.record, symbol, at_ms, rng):
        place = told.place(symbol, rows, how)
        tally.compare(OTHERS, place, told.said(symbol, rows), told.reader(other)(symbol, rows))
    return tally


def nothing_is_read_before_it_is_available(told: Told, at_ms: int, rng: np.random.Generator) -> Tally:
    """Return what observations that are not available at a moment do to what is said until then.

    Some of the newest are delayed beyond the moment: then whatever they say, and whether they come at all,
    may change nothing until it. Others are revised after it.
    """
    tally = Tally()
    late = later_known(told.record, at_ms, rng)
    on_late = told.reader(late)
    others = [("delayed, and then another value", one) for _, one in other_futures(late, at_ms, rng)]
    others.append(("delayed for ever", late.known_at(at_ms)))
    rows = {symbol: told.rows_before(symbol, at_ms, rng)[-_NEAR:] for symbol in told.record.watched}
    expected = {symbol: on_late(symbol, rows[symbol]) for symbol in rows}
    for how, other in others:
        at = told.reader(other)
        for symbol in rows:
            place = told.place(symbol, rows[symbol], how)
            tally.compare(AVAILABILITY, place, expected[symbol], at(symbol, rows[symbol]))
    at = told.reader(revised(told.record, at_ms, rng))
    for symbol in rows:
        place, before = told.place(symbol, rows[symbol], "revised"), told.said(symbol, rows[symbol])
        tally.compare(AVAILABILITY, place, before, at(symbol, rows[symbol]))
    return tally


def values_keep_to_their_range(told: Told) -> Tally:
    """Return which known values of the record lie outside their data point's range, or are infinite."""
    tally = Tally()
    for symbol, readings in told.readings.items():
        limits = {name: one for name, one in LIMITS.items() if name in readings}
        rows = np.arange(len(told.record.series[symbol]))
        tally.check_range(RANGE, told.place(symbol, rows, "as recorded"), readings, limits)
    return tally
