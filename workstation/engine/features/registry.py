"""Every data point there is, by family. A new family is one file and one line here."""

from collections.abc import Mapping

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.engine.features import levels, momentum, volume
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily

FAMILIES: tuple[FactorFamily, ...] = (
    momentum.FAMILY,
    volume.FAMILY,
    levels.FAMILY,
)
"""The families that can vote, in the order they are shown."""

DATA_POINTS: Mapping[str, DataPoint] = {p.name: p for family in FAMILIES for p in family.points}
"""Every data point by its name."""

LONGEST_WARMUP = max(point.warmup for point in DATA_POINTS.values())
"""Bars that must stand before every data point may speak; nothing is judged on fewer."""


def compute_all(candles: CandleColumns) -> Mapping[str, FloatArray]:
    """Return every data point at every bar, by name; each of shape (n,), see `DataPoint.compute`."""
    return {name: point.compute(candles) for name, point in DATA_POINTS.items()}
