"""Many coins at many closes: what was measured of each, and what each did next."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.engine.grade.measures import COLUMN, N_MEASURES, MeasureArray, measure
from workstation.engine.grade.ranks import Mask
from workstation.engine.grade.rolling_days import DAY_MS

HORIZONS_MS = (DAY_MS, 7 * DAY_MS)
"""What a grade is held against: the next 24 hours and the next seven days."""

MIN_DAY_DOLLARS = 2e6
"""Quote currency traded a day, mean of thirty, from which a coin belongs to the crowd of others' ranks."""

MIN_COINS = 12
"""Coins below which nobody is graded: a rank among fewer says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPanel:
    """Coins at closes, oldest first.

    Parameters
    ----------
    symbols : tuple of str
    close_ms : ndarray of int64, shape (n_closes,)
        UTC milliseconds, strictly rising.
    measures : ndarray of float32, shape (n_closes, n_coins, N_MEASURES)
        NaN where a coin is not measured.
    outcomes : ndarray of float64, shape (n_closes, n_coins, 2)
        Return from the next bar's open to the close 24 hours and seven days after it; NaN while not known.
    """

    symbols: tuple[str, ...]
    close_ms: IntArray
    measures: MeasureArray
    outcomes: FloatArray

    @classmethod
    def of(cls, series: Mapping[str, CandleColumns], timeframe: str, close_ms: IntArray) -> "MeasuredPanel":
        """Return the panel of some coins at some closes; it takes some 280 bytes a coin and close."""
        measures = np.empty((len(close_ms), len(series), N_MEASURES), np.float32)
        outcomes = np.empty((len(close_ms), len(series), len(HORIZONS_MS)))
        for i, candles in enumerate(series.values()):
            measures[:, i] = measure(candles, timeframe, close_ms)
            outcomes[:, i] = outcomes_of(candles, timeframe, close_ms)
        return cls(tuple(series), close_ms, measures, outcomes)

    def rows(self, kept: slice | IntArray | Mask) -> "MeasuredPanel":
        """Return the panel at some of its closes."""
        return MeasuredPanel(self.symbols, self.close_ms[kept], self.measures[kept], self.outcomes[kept])

    def daily(self) -> "MeasuredPanel":
        """Return the panel at the first close of each day."""
        days = (self.close_ms - 1) // DAY_MS  # midnight ends a day
        return self.rows(np.flatnonzero(np.diff(days, prepend=-1) > 0))


def crowd_of(measures: MeasureArray) -> Mask:
    """Return whom coins are ranked among at each close.

    Parameters
    ----------
    measures : ndarray, shape (..., n_coins, N_MEASURES)

    Returns
    -------
    ndarray of bool, shape (..., n_coins)
        The coins in which at least `MIN_DAY_DOLLARS` trade; all that are measured where fewer than
        `MIN_COINS` are such; nobody where fewer are measured.
    """
    known = ~np.isnan(measures[..., 0])
    liquid = known & (measures[..., COLUMN["dollars_30"]] >= MIN_DAY_DOLLARS)
    enough = liquid.sum(axis=-1, keepdims=True) >= MIN_COINS
    crowd: Mask = np.where(enough, liquid, known)
    crowd &= crowd.sum(axis=-1, keepdims=True) >= MIN_COINS
    return crowd


def outcomes_of(candles: CandleColumns, timeframe: str, close_ms: IntArray) -> FloatArray:
    """Return what a coin did after each close, shape (n_closes, 2); see `MeasuredPanel.outcomes`."""
    bar_ms = timeframe_ms(timeframe)
    entry = _rows_of(candles, close_ms)
    out = np.full((len(close_ms), len(HORIZONS_MS)), np.nan)
    for k, horizon in enumerate(HORIZONS_MS):
        exit_ = _rows_of(candles, close_ms + horizon - bar_ms)
        known = (entry >= 0) & (exit_ >= 0)
        out[known, k] = candles.close[exit_[known]] / candles.open[entry[known]] - 1.0
    return out


def _rows_of(candles: CandleColumns, open_time: IntArray) -> IntArray:
    """Return the row of the bar that opens at each instant; -1 where there is none."""
    if not len(candles):
        return np.full(len(open_time), -1, np.int64)
    rows = np.minimum(np.searchsorted(candles.open_time, open_time), len(candles) - 1)
    return np.where(candles.open_time[rows] == open_time, rows, -1).astype(np.int64)
