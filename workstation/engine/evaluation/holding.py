"""One position at a time: the rule that every method of raising signals is held to."""

import numpy as np

from workstation.domain.candle import IntArray
from workstation.engine.evaluation.outcome import BoolArray, SideArray
from workstation.engine.features.compiled import compiled


def first_events(side: SideArray, open_time: IntArray, horizon_ms: int) -> BoolArray:
    """Return which events of one coin count: the first, and after it none until its horizon is over.

    Parameters
    ----------
    side : ndarray of int8, shape (n,)
        +1 bullish, -1 bearish, 0 no event.
    open_time : ndarray of int64, shape (n,)
        UTC milliseconds, rising.
    horizon_ms : int
        The horizon, milliseconds. An event exactly so long after a counted one counts again, whether or
        not the position met its barrier before.
    """
    counts = np.zeros(len(side), np.bool_)
    _take_turns(side, open_time, horizon_ms, counts)
    return counts


@compiled
def _take_turns(side: SideArray, time: IntArray, horizon_ms: int, counts: BoolArray) -> None:
    free = time[0] if len(time) else 0
    for i in range(len(side)):
        if side[i] != 0 and time[i] >= free:
            counts[i] = True
            free = time[i] + horizon_ms
