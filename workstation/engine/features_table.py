"""The registry of data points, and their values on a series, as tables."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.market import SeriesKey
from workstation.engine.ballot import ballots
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.registry import DATA_POINTS
from workstation.engine.sight import BLIND, Sight

About: TypeAlias = dict[str, str | int | float | list[str]]
"""What is said of a data point, by key."""


def about(point: DataPoint) -> About:
    """Return everything that is said of a data point."""
    return {
        "name": point.name,
        "family": point.family.value,
        "unit": point.unit,
        "inputs": list(point.inputs),
        "warmup": point.warmup,
        "cadence": point.cadence,
        "low": point.low,
        "high": point.high,
        "vote": point.vote,
        "sentence": point.sentence,
        "source": point.source or ("observed" if point.observed is not None else "computed from candles"),
    }


def registry_table() -> list[About]:
    """Return what is said of every data point, in the order of the registry."""
    return [about(point) for point in DATA_POINTS.values()]


HEADINGS = ("name", "family", "unit", "inputs", "warm-up", "cadence", "range", "high means", "what it says")


def registry_cells(points: Sequence[About]) -> list[tuple[str, ...]]:
    """Return the same as cells of a printed table, under `HEADINGS`."""
    return [
        (
            str(one["name"]),
            str(one["family"]),
            str(one["unit"]),
            " ".join(str(name) for name in _list(one["inputs"])),
            str(one["warmup"]),
            str(one["cadence"]),
            f"{one['low']:g} to {one['high']:g}",
            str(one["vote"]),
            str(one["sentence"]),
        )
        for one in points
    ]


def _list(inputs: str | int | float | list[str]) -> list[str]:
    assert isinstance(inputs, list)  # noqa: S101  of `about`
    return inputs


def values_table(
    key: SeriesKey, candles: CandleColumns, sight: Sight = BLIND
) -> tuple[IntArray, Mapping[str, FloatArray]]:
    """Return every data point at every candle of a series.

    Returns
    -------
    ndarray of int64, shape (n,)
        Opens of the candles, UTC milliseconds. A value is known at its candle's close.
    mapping of str to ndarray of float64, shape (n,)
        By name, in the order of the registry; NaN where unknown.
    """
    if not len(candles):
        return candles.open_time, {name: np.empty(0) for name in DATA_POINTS}
    readings = ballots(key.symbol, candles, key.timeframe, sight).readings
    return candles.open_time, {name: readings[name] for name in DATA_POINTS}
