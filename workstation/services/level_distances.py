"""How far coins are from their nearest levels: read where they were judged, else from stored candles."""

import math
from collections.abc import Iterable
from typing import Protocol

from workstation.domain.level import LevelDistances
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.engine.ballot import Ballots
from workstation.engine.price_levels import swing_distances

_SUPPORT, _RESISTANCE = "levels.support_distance", "levels.resistance_distance"


class JudgedSeries(Protocol):
    """What holds the data points of series at their newest judged closes."""

    def newest_ballot(self, key: SeriesKey) -> tuple[Ballots, int] | None:
        """Return the ballots of a series' newest closed bar, and its row in them; or None."""
        ...

    def true_range(self, key: SeriesKey) -> float:
        """Return the average true range on that bar, a fraction of its close; NaN where not known."""
        ...


def level_distances(judged: JudgedSeries, keys: Iterable[SeriesKey]) -> tuple[LevelDistances, ...]:
    """Return how far series are from their nearest levels; those of which no bar was judged are left out."""
    return tuple(found for key in keys if (found := _of(judged, key)) is not None)


def _of(judged: JudgedSeries, key: SeriesKey) -> LevelDistances | None:
    cast = judged.newest_ballot(key)
    if cast is None:
        return None
    ballots, row = cast
    support, resistance = (float(ballots.readings[name][row]) for name in (_SUPPORT, _RESISTANCE))
    return _apart(key, support, resistance, judged.true_range(key))


def stored_distances(
    reader: CandleReader, keys: Iterable[SeriesKey], n_bars: int
) -> tuple[LevelDistances, ...]:
    """Return the same of series that were not judged yet, from their newest `n_bars` stored candles."""
    return tuple(_apart(key, *swing_distances(reader.read_last(key, n_bars), key.timeframe)) for key in keys)


def _apart(key: SeriesKey, support: float, resistance: float, true_range: float) -> LevelDistances:
    one_range_pct = 100 * true_range
    return LevelDistances(
        key.symbol,
        _known(support * one_range_pct),
        _known(support),
        _known(resistance * one_range_pct),
        _known(resistance),
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
