"""What the chart benchmarks draw: candles, and as many studies, signals and drawings as were asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import Candle, CandleColumns, FloatArray
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Family, FamilyVote, Signal, SignalOrigin
from workstation.ui.chart.kind_choice import ChartKind

MINUTE = 60_000
KEY = SeriesKey("bench", "BTC/USDT", "1m")
START = 1_600_000_020_000 // MINUTE * MINUTE
SOME_STUDIES = ("ema", "bollinger", "supertrend", "rsi", "macd")
_LIVELY = 1_200
"""Bars around which half of the signals and drawings stand: those that are panned over, and the newest."""


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on a chart beside its candles.

    Parameters
    ----------
    studies : tuple of str
        Of `SOME_STUDIES`.
    n_markers, n_drawings : int
        Signals and drawings.
    """

    studies: tuple[str, ...] = ()
    n_markers: int = 0
    n_drawings: int = 0
    kind: ChartKind = ChartKind.CANDLES


def market(n: int) -> CandleColumns:
    """Return `n` minutes of a market that wanders."""
    rng = np.random.default_rng(20240201)
    close = 40_000 * np.exp(np.cumsum(rng.standard_t(4, n) * 0.0004))
    open_ = np.concatenate([[40_000.0], close[:-1]])
    high = np.maximum(open_, close) * (1 + rng.random(n) * 0.0006)
    low = np.minimum(open_, close) * (1 - rng.random(n) * 0.0006)
    return CandleColumns.of(START + np.arange(n) * MINUTE, open_, high, low, close, rng.gamma(2.0, 20.0, n))


def as_forming(candle: Candle, factor: float) -> Candle:
    """Return a candle that has not closed yet, its close moved."""
    close = candle.close * factor
    high, low = max(candle.high, close), min(candle.low, close)
    return Candle(candle.open_time, candle.open, high, low, close, candle.volume, closed=False)


def marked_rows(n: int, n_markers: int) -> list[tuple[int, Direction]]:
    """Return where signals stand: half anywhere, a quarter where the chart is panned, a quarter newest."""
    rng = np.random.default_rng(3)
    middle, newest = n // 2 + rng.integers(0, _LIVELY, n_markers), n - 1 - rng.integers(0, _LIVELY, n_markers)
    parts = (rng.integers(0, n, n_markers)[: n_markers // 2], middle[: n_markers // 4])
    rows = np.concatenate([*parts, newest])[:n_markers]
    ways = rng.choice([Direction.BULLISH, Direction.BEARISH], len(rows))
    return [(min(max(int(row), 0), n - 1), Direction(int(way))) for row, way in zip(rows, ways, strict=True)]


def signals(candles: CandleColumns, n_markers: int, key: SeriesKey = KEY) -> list[Signal]:
    """Return signals on these candles."""
    said = []
    for row, way in marked_rows(len(candles), n_markers):
        at, price = int(candles.open_time[row]), float(candles.close[row])
        votes = (FamilyVote(Family.MOMENTUM, way, 0.6 * way, (), at),)
        said.append(Signal(key, at, price, way, votes, True, SignalOrigin.LIVE, "0.1.0"))
    return said


def drawings(candles: CandleColumns, n_drawings: int, bar_ms: int = MINUTE) -> Iterator[Drawing]:
    """Yield every kind in turn, half where the chart pans and half at its end, some over very many bars."""
    rng, n, kinds = np.random.default_rng(7), len(candles), list(DrawingKind)
    for i in range(n_drawings):
        kind = kinds[i % len(kinds)]
        begin = n // 2 + int(rng.integers(_LIVELY)) if i % 2 else n - 1 - int(rng.integers(250))
        reach = n // 3 if i % 9 == 0 else 60
        rows = [begin, min(begin + reach, n - 1), begin + reach // 2][: kind.n_anchors]
        prices = [float(candles.close[min(row, n - 1)] * (1 + rng.normal(0, 0.004))) for row in rows]
        first = int(candles.open_time[0])
        points = zip(rows, prices, strict=True)
        anchors = tuple(Anchor(first + row * bar_ms + bar_ms // 2, price) for row, price in points)
        yield Drawing(str(i), kind, anchors, text="Range high" if kind is DrawingKind.TEXT else "")


def study_lines(candles: CandleColumns, study_id: str) -> list[FloatArray]:
    """Return the values of a study as a peer draws them, one line for each output."""
    from workstation.engine.studies.calculation import Bars
    from workstation.engine.studies.registry import STUDIES
    from workstation.engine.studies.tail import whole

    rows = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    return list(whole(study_id, Bars(candles.open_time, *rows), STUDIES[study_id].defaults))
