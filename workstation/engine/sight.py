"""What the engine sees beside a series' candles: the market around it, and what was observed of its coin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.metric import METRICS, SubjectKind
from workstation.domain.observation import MARKET, ObservationColumns
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.data_point import DataPoint, Seen
from workstation.engine.features.market_context import MarketContext, base_of
from workstation.engine.features.registry import OBSERVED_POINTS

Observations = Callable[[str, str], ObservationColumns]
"""From a metric and a subject to every version that was ever observed."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen beside the candles; nothing where it is left out.

    Parameters
    ----------
    market : MarketContext or None
        What all coins did.
    observations : callable or None
        What was observed.
    library : AnalogueLibrary or None
        Past windows of all coins, of the series' timeframe.
    """

    market: MarketContext | None = None
    observations: Observations | None = None
    library: AnalogueLibrary | None = None


BLIND = Sight()
"""Candles of one series and nothing else."""


def observed(symbol: str, at_ms: IntArray, observations: Observations | None) -> Mapping[str, Seen]:
    """Return every observed data point of a symbol at some moments, by name.

    Parameters
    ----------
    at_ms : ndarray of int64, shape (n,)
        Moments of decision, rising, UTC milliseconds.

    Returns
    -------
    mapping of str to Seen
        NaN where nothing was observed, or nothing fresh enough. Nothing is read that was not available then.
    """
    if observations is None:
        return {point.name: _nothing(at_ms) for point in OBSERVED_POINTS}
    found = {point.name: _seen(point, symbol, at_ms, observations) for point in OBSERVED_POINTS}
    return {name: seen or _nothing(at_ms) for name, seen in found.items()}


def observed_together(
    symbols: Sequence[str], at_ms: int, observations: Observations | None
) -> Mapping[str, Seen]:
    """Return every observed data point of many symbols at one moment, by name; each of shape (n_symbols,)."""
    here = np.array([at_ms], np.int64)
    together = {}
    for point in OBSERVED_POINTS:
        values, available = np.full(len(symbols), np.nan), np.full(len(symbols), -1, np.int64)
        if observations is not None:
            for k, symbol in enumerate(symbols):
                seen = _seen(point, symbol, here, observations)
                if seen is not None:
                    values[k], available[k] = seen.values[0], seen.available_ms[0]
        together[point.name] = Seen(values, available)
    return together


def subject_of(metric: str, symbol: str) -> str:
    """Return whose observations of a metric a symbol reads: its coin's, its own, or the market's."""
    kind = METRICS[metric].subject
    if kind is SubjectKind.MARKET:
        return MARKET
    return symbol if kind is SubjectKind.SYMBOL else base_of(symbol)


def _seen(point: DataPoint, symbol: str, at_ms: IntArray, observations: Observations) -> Seen | None:
    """Return an observed data point; None where nothing was ever observed for it."""
    assert point.observed is not None  # noqa: S101  OBSERVED_POINTS holds no other
    series = {name: observations(name, subject_of(name, symbol)) for name in point.inputs if name in METRICS}
    if not any(len(rows) for rows in series.values()):
        return None
    seen = point.observed.formula(series, at_ms)
    is_stale = at_ms - seen.available_ms > point.observed.stale_after_ms
    values: FloatArray = np.where(is_stale | np.isinf(seen.values), np.nan, seen.values)
    return Seen(values, seen.available_ms)


def _nothing(at_ms: IntArray) -> Seen:
    return Seen(np.full(len(at_ms), np.nan), np.full(len(at_ms), -1, np.int64))
