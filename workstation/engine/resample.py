"""Coarser candles from finer ones, exactly."""

import math

import numpy as np

from workstation.domain.candle import CandleColumns, FlagArray, FloatArray, IntArray, Quality
from workstation.domain.errors import UsageError
from workstation.domain.market import open_of, open_of_slot, slot_of, timeframe_ms
from workstation.engine.segments import slots_of


def resample(
    candles: CandleColumns, timeframe: str, coarser: str, *, incomplete: bool = False
) -> CandleColumns:
    """Return coarser candles: first open, highest high, lowest low, last close, volume added up.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles of `timeframe`, oldest first; bars may be missing.
    timeframe : str
        Of the candles.
    coarser : str
        Wanted; a whole number of finer bars, opening where one of them opens. The same one changes nothing.
    incomplete : bool
        Also return bars of which finer ones are missing: holes, and the bar that is still forming.

    Returns
    -------
    CandleColumns
        Volume is rounded once, whatever the order of the sum. A coarse bar had no trades when none of its
        bars had; every other quality flag of a finer bar is kept.

    Raises
    ------
    UsageError
        The wanted timeframe cannot be made of whole bars of this one.
    """
    per_bar = _bars_per_bar(timeframe, coarser)
    if not len(candles):
        return CandleColumns.empty()
    origin = slot_of(open_of(int(candles.open_time[0]), coarser), timeframe)
    first_slot = slot_of(int(candles.open_time[0]), coarser)
    slots = first_slot + (slots_of(candles, timeframe) - origin) // per_bar
    starts = np.flatnonzero(np.diff(slots, prepend=slots[0] - 1))
    coarse = _merged(candles, starts, _open_times(slots[starts], coarser))
    if incomplete:
        return coarse
    return coarse.pick(np.diff(starts, append=len(candles)) == per_bar)


def _bars_per_bar(timeframe: str, coarser: str) -> int:
    """Return how many bars of `timeframe` make one of `coarser`."""
    fine, coarse = timeframe_ms(timeframe), timeframe_ms(coarser)
    if coarse % fine:
        raise UsageError(f"{coarser} candles cannot be made of whole {timeframe} candles.")
    return coarse // fine


def _open_times(slots: IntArray, timeframe: str) -> IntArray:
    return open_of_slot(0, timeframe) + slots * timeframe_ms(timeframe)


def _merged(candles: CandleColumns, starts: IntArray, open_time: IntArray) -> CandleColumns:
    """Return one candle for each run of rows that begins at `starts`."""
    stops = [*starts[1:].tolist(), len(candles)]
    volume = candles.volume.tolist()
    sums = [math.fsum(volume[a:b]) for a, b in zip(starts.tolist(), stops, strict=True)]
    return CandleColumns.of(
        open_time,
        candles.open[starts],
        np.maximum.reduceat(candles.high, starts),
        np.minimum.reduceat(candles.low, starts),
        candles.close[np.array(stops) - 1],
        _as_column(sums),
        _merged_quality(candles.quality, starts),
    )


def _as_column(values: list[float]) -> FloatArray:
    return np.array(values, np.float64)


def _merged_quality(quality: FlagArray, starts: IntArray) -> FlagArray:
    no_trades = np.uint8(Quality.NO_TRADES)
    seen = np.bitwise_or.reduceat(quality, starts)
    always = np.bitwise_and.reduceat(quality, starts)
    merged: FlagArray = (seen & ~no_trades) | (always & no_trades)
    return merged
