"""A data point: one named number per bar, known at that bar's close."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.signal import Family

Formula: TypeAlias = Callable[[CandleColumns], FloatArray]


@dataclass(frozen=True, slots=True)
class DataPoint:
    """One named number per bar.

    Parameters
    ----------
    name : str
        Family and own name, e.g. ``"momentum.rsi_14"``; never changes its meaning once shipped.
    unit : str
        What one of it is, e.g. ``"average true ranges"``.
    sentence : str
        What it says, for a reader who trades.
    warmup : int
        Bars that must stand before the first value: no value is given while ``i < warmup``.
    formula : callable
        Columns of ``n`` closed candles to an array of shape (n,), whose row ``i`` uses bars ``0..i`` only and
        comes out bit for bit the same whatever follows.
    """

    name: str
    unit: str
    sentence: str
    warmup: int
    formula: Formula

    @property
    def family(self) -> Family:
        """The family it belongs to."""
        return Family(self.name.partition(".")[0])

    def compute(self, candles: CandleColumns) -> FloatArray:
        """Return its value at every bar.

        Parameters
        ----------
        candles : CandleColumns
            Closed candles of one series without a hole that matters, oldest first.

        Returns
        -------
        ndarray of float64, shape (n,)
            In `unit`. ``out[i]`` uses bars ``0..i`` only; NaN while ``i < warmup`` and where the market says
            nothing (no range, no volume, no swing yet). Never infinite.
        """
        with np.errstate(all="ignore"):  # a price of 1e300 overflows into "unknown" below, without a word
            values = np.array(self.formula(candles), np.float64)
        values[: self.warmup] = np.nan
        values[np.isinf(values)] = np.nan
        return values
