"""What the engine sees beside a series' candles: the market around it, and what was observed of its coin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.metric import METRICS, SubjectKind
from workstation.domain.observation import MARKET, ObservationColumns
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.data_point import Seen
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
    nothing = Seen(np.full(len(at_ms), np.nan), np.full(len(at_ms), -1, np.int64))
    return {**dict.fromkeys(_METRICS_OF, nothing), **_seen(symbol, at_ms, observations)}


def observed_together(
    symbols: Sequence[str], at_ms: int, observations: Observations | None
) -> Mapping[str, Seen]:
    """Return every observed data point of many symbols at one moment, by name; each of shape (n_symbols,)."""
    here, shape = np.array([at_ms], np.int64), (len(OBSERVED_POINTS), len(symbols))
    values, available = np.full(shape, np.nan), np.full(shape, -1, np.int64)
    together = {name: Seen(values[k], available[k]) for k, name in enumerate(_METRICS_OF)}
    for k, symbol in enumerate(symbols if observations is not None else ()):
        for name, seen in _seen(symbol, here, observations).items():
            together[name].values[k], together[name].available_ms[k] = seen.values[0], seen.available_ms[0]
    return together


def subject_of(metric: str, symbol: str) -> str:
    """Return whose observations of a metric a symbol reads: its coin's, its own, or the market's."""
    kind = METRICS[metric].subject
    if kind is SubjectKind.MARKET:
        return MARKET
    return symbol if kind is SubjectKind.SYMBOL else base_of(symbol)


def _seen(symbol: str, at_ms: IntArray, observations: Observations | None) -> Mapping[str, Seen]:
    """Return the observed data points of which anything was ever observed, by name."""
    if observations is None:
        return {}
    every = {name: observations(name, subject_of(name, symbol)) for name in _METRICS}
    known = {name for name, rows in every.items() if len(rows)}
    found = {}
    for point in OBSERVED_POINTS:
        if known.isdisjoint(point.inputs):
            continue
        assert point.observed is not None  # noqa: S101  OBSERVED_POINTS holds no other
        seen = point.observed.formula({name: every[name] for name in _METRICS_OF[point.name]}, at_ms)
        is_stale = at_ms - seen.available_ms > point.observed.stale_after_ms
        values: FloatArray = np.where(is_stale | np.isinf(seen.values), np.nan, seen.values)
        found[point.name] = Seen(values, seen.available_ms)
    return found


_METRICS_OF = {p.name: tuple(name for name in p.inputs if name in METRICS) for p in OBSERVED_POINTS}
_METRICS = tuple(dict.fromkeys(name for names in _METRICS_OF.values() for name in names))
