"""Everything that is recorded of a market, and what of it was known at a moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.domain.observation import ObservationColumns
from workstation.engine.ballot import Ballots, cast
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.analogues import analogues
from workstation.engine.features.history import Computed, compute
from workstation.engine.features.market_context import market_context
from workstation.engine.sight import Sight, observed

Observed: TypeAlias = Mapping[tuple[str, str], ObservationColumns]
"""Every version of every observation, by metric and subject."""


@dataclass(frozen=True, slots=True)
class Record:
    """A market as it was recorded: candles of all its symbols, and what was observed beside them.

    Parameters
    ----------
    name : str
        For the reader of the table.
    timeframe : str
        Of all candles.
    series : mapping of str to CandleColumns
        Closed candles by symbol, oldest first.
    watched : tuple of str
        Symbols that are examined; the others only make the market.
    observed : mapping
        By metric and subject.
    """

    name: str
    timeframe: str
    series: Mapping[str, CandleColumns]
    watched: tuple[str, ...]
    observed: Observed = field(default_factory=dict)

    @property
    def bar_ms(self) -> int:
        """Length of a bar, milliseconds."""
        return timeframe_ms(self.timeframe)

    def observations(self, metric: str, subject: str) -> ObservationColumns:
        """Return every version of what was observed of a subject; none where nothing was."""
        return self.observed.get((metric, subject), _NOTHING)

    def known_at(self, at_ms: int) -> "Record":
        """Return what was known at a moment: bars that had closed, observations that were available."""
        series = {
            symbol: candles[: int(np.searchsorted(candles.open_time, at_ms - self.bar_ms, side="right"))]
            for symbol, candles in self.series.items()
        }
        rows = {
            key: pick(one, slice(0, int(np.searchsorted(one.available_ms, at_ms, side="right"))))
            for key, one in self.observed.items()
        }
        return replace(self, series=series, observed=rows)

    def since(self, open_ms: int) -> "Record":
        """Return the market as if it had begun to be recorded with the bar that opens at a moment."""
        series = {
            symbol: candles[int(np.searchsorted(candles.open_time, open_ms)) :]
            for symbol, candles in self.series.items()
        }
        return replace(self, series=series)


_NOTHING = ObservationColumns.empty()


def pick(rows: ObservationColumns, which: slice | IntArray) -> ObservationColumns:
    """Return some rows of observations."""
    return ObservationColumns(rows.event_ms[which], rows.available_ms[which], rows.value[which])


Readings: TypeAlias = Mapping[str, FloatArray]
"""What was said at some bars, by name. What belongs to a data point begins with its name and a space."""

SymbolReader: TypeAlias = Callable[[str, IntArray], Readings]
"""From a symbol and rows of its candles to what was said there."""

Reader: TypeAlias = Callable[[Record], SymbolReader]
"""From a record to what the engine says on it."""


def sight_of(record: Record) -> Sight:
    """Return what is seen beside the candles of a record."""
    observations = record.observations if record.observed else None
    library = AnalogueLibrary.of(record.series, record.timeframe)
    return Sight(market_context(record.series, record.bar_ms), observations, library)


def read(record: Record) -> SymbolReader:
    """Return what the engine says on a record: every data point, score and side; a `Reader`.

    `workstation.engine.ballot.ballots` at chosen rows: observations are not read where nobody asks.
    """
    sight = sight_of(record)
    assert sight.library is not None  # noqa: S101  sight_of makes one
    library = sight.library

    def at(symbol: str, rows: IntArray) -> Readings:
        candles = record.series[symbol]
        past = analogues(candles, record.timeframe, library, symbol)
        computed = compute(candles, record.timeframe, sight.market, past=past)
        here = Computed(computed.values[:, rows], computed.rows[rows])
        closes = candles.open_time[rows] + record.bar_ms
        return said(cast(here, observed(symbol, closes, sight.observations)))

    return at


def said(cast: Ballots) -> Readings:
    """Return all that ballots say: data points, and of observed ones since when they are known; votes."""
    readings = {f"{name} ": values for name, values in cast.readings.items()}
    readings.update((f"{name} known since", v.astype(np.float64)) for name, v in cast.available_ms.items())
    readings.update((f"{family} score", values) for family, values in cast.scores.items())
    readings.update((f"{family} side", values.astype(np.float64)) for family, values in cast.sides.items())
    readings["judged "] = cast.ready.astype(np.float64)
    return readings


def subject_of(reading: str) -> str:
    """Return whose reading it is: a data point's name, or a family's."""
    return reading.partition(" ")[0]
