"""Which of several recordings of one coin is replayed: the finest that says what the coarser ones say."""

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.errors import BadCandleFile
from workstation.domain.market import timeframe_ms
from workstation.sandbox.exact import decimals_of, units_of

Recordings = dict[str, CandleColumns]
"""Candles of one coin by timeframe, none of them empty."""

_NEARLY_ALL = 0.95


def finest(recordings: Recordings, name: str, refused: list[str]) -> str:
    """Return the timeframe to replay: the finest from which every coarser recording follows bit for bit.

    It must span at least 95 % of what each coarser one spans; what it does not reach is not replayed.

    Parameters
    ----------
    recordings : Recordings
        At least one.
    name : str
        Whose, for the sentences.
    refused : list of str
        Takes a sentence for each finer recording that is passed over.
    """
    ordered = sorted(recordings, key=timeframe_ms)
    for row, fine in enumerate(ordered):
        for coarse in ordered[row + 1 :]:
            reason = _objection(recordings, fine, coarse)
            if reason:
                refused.append(f"{name} {fine} is not replayed: {reason}.")
                break
        else:
            return fine
    raise AssertionError("the coarsest recording has no coarser one to differ from")


def _objection(recordings: Recordings, fine: str, coarse: str) -> str:
    """Return why a recording cannot stand for a coarser one; nothing where it can."""
    fine_ms, coarse_ms = timeframe_ms(fine), timeframe_ms(coarse)
    parts, whole = recordings[fine], recordings[coarse]
    if coarse_ms % fine_ms:
        return f"no whole number of its bars makes one of {coarse}"
    if _span(parts, fine_ms) < _NEARLY_ALL * _span(whole, coarse_ms):
        return f"it covers less than {_NEARLY_ALL:.0%} of what {coarse} covers"
    reached_until = int(parts.open_time[-1]) + fine_ms - coarse_ms
    inside = (whole.open_time >= parts.open_time[0]) & (whole.open_time <= reached_until)
    if not _adds_up(parts, whole.pick(inside), coarse_ms):
        return f"it does not add up to {coarse} in every bar"
    return ""


def _span(candles: CandleColumns, bar_ms: int) -> int:
    return int(candles.open_time[-1]) - int(candles.open_time[0]) + bar_ms


def _adds_up(parts: CandleColumns, whole: CandleColumns, whole_ms: int) -> bool:
    """Return whether every whole bar is exactly its parts."""
    starts = np.searchsorted(parts.open_time, whole.open_time)
    ends = np.searchsorted(parts.open_time, whole.open_time + whole_ms)
    if (starts == ends).any():
        return False
    try:
        decimals = decimals_of(np.concatenate((parts.volume, whole.volume)))
    except BadCandleFile:
        return False
    lots: IntArray = np.concatenate(([0], np.cumsum(units_of(parts.volume, decimals))))
    return (
        np.array_equal(parts.open[starts], whole.open)
        and np.array_equal(parts.close[ends - 1], whole.close)
        and np.array_equal(_of_each(np.maximum, parts.high, starts, ends), whole.high)
        and np.array_equal(_of_each(np.minimum, parts.low, starts, ends), whole.low)
        and np.array_equal(lots[ends] - lots[starts], units_of(whole.volume, decimals))
    )


def _of_each(join: np.ufunc, column: FloatArray, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return what a column comes to over each stretch of rows, none of them empty."""
    padded = np.append(column, column[-1:])  # so that the last stretch may end behind the last row
    joined: FloatArray = join.reduceat(padded, np.stack((starts, ends), 1).ravel())[::2]
    return joined
