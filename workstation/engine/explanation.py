"""Why a bar was judged as it was."""

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.explanation import Availability, Explanation, PointReading
from workstation.domain.market import SeriesKey
from workstation.engine.ballot import Ballots, cast, past_of
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.history import compute
from workstation.engine.features.registry import DATA_POINTS, FAMILIES
from workstation.engine.sight import BLIND, Sight, observed

_LEANS = {lean.point: lean for family in FAMILIES for lean in family.leans}


def explain(key: SeriesKey, candles: CandleColumns, sight: Sight = BLIND) -> Explanation:
    """Return every data point and vote at the newest of some bars; see `weighed`."""
    return weighed(key, candles, sight)[0]


def weighed(key: SeriesKey, candles: CandleColumns, sight: Sight = BLIND) -> tuple[Explanation, Ballots]:
    """Return every data point and vote at the newest of some bars, and the ballots they come from: one row.

    Parameters
    ----------
    key : SeriesKey
        The series.
    candles : CandleColumns
        Closed candles up to the bar in question, oldest first; at least one. The newest ``segments.DEPTH``
        must be among them, where they exist, to say what was said at the time.
    sight : Sight
        What was seen beside them.
    """
    open_time = int(candles.open_time[-1])
    closed_ms = open_time + key.bar_ms
    since = len(candles) - 1
    past = past_of(key.symbol, candles, key.timeframe, sight, since)
    computed = compute(candles, key.timeframe, sight.market, since, past)
    seen = observed(key.symbol, np.array([closed_ms], np.int64), sight.observations)
    ballot = cast(computed, seen)
    n_before = int(computed.rows[0])
    readings = tuple(_reading(point, ballot, n_before, closed_ms) for point in DATA_POINTS.values())
    return Explanation(key, open_time, readings, ballot.votes(0, closed_ms)), ballot


def _reading(point: DataPoint, ballot: Ballots, n_before: int, closed_ms: int) -> PointReading:
    values = ballot.readings[point.name]
    is_known = not np.isnan(values[0])
    lean = _LEANS.get(point.name)
    return PointReading(
        name=point.name,
        family=point.family,
        unit=point.unit,
        sentence=point.sentence,
        meaning=point.vote,
        availability=Availability.KNOWN if is_known else _why_missing(point, ballot, n_before, closed_ms),
        value=float(values[0]) if is_known else None,
        age_ms=_age(point, ballot, closed_ms),
        lean=float(lean.say(values)[0]) if lean is not None and is_known else None,
    )


def _age(point: DataPoint, ballot: Ballots, closed_ms: int) -> int | None:
    if point.observed is None:
        return 0
    available = int(ballot.available_ms[point.name][0])
    return closed_ms - available if available >= 0 else None


def _why_missing(point: DataPoint, ballot: Ballots, n_before: int, closed_ms: int) -> Availability:
    if point.observed is None:
        return Availability.WARMING_UP if n_before < point.warmup else Availability.SILENT
    age = _age(point, ballot, closed_ms)
    if age is None:
        return Availability.NOT_OBSERVED
    return Availability.STALE if age > point.observed.stale_after_ms else Availability.SILENT
