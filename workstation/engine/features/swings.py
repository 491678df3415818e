"""Swing highs and lows, each known only once enough bars have passed to confirm it."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features.compiled import compiled

CONFIRM_BARS = 6
"""Bars on either side that a swing stands out from; it is known when the last of them has closed."""

REMEMBERED = 6
"""Newest highs, and newest lows, that are remembered at each bar."""

REACH = 336
"""Bars after which a swing is forgotten: what a bar remembers does not depend on where the market began."""

WARMUP = REACH + CONFIRM_BARS


@compiled
def mark_swings(price: FloatArray, last: FloatArray, sign: float, first_row: int, lo: int, hi: int) -> None:
    """Fill the row at which the newest swing was confirmed, as it was known at each bar.

    A swing high is a high that none of the 6 bars before exceeds and all 6 after fall short of. It is known
    at the close of the sixth bar after it, never at the pivot itself.

    Parameters
    ----------
    price : ndarray, shape (n,)
        Highs, or lows.
    last : ndarray, shape (n,)
        Filled with row numbers; NaN where there was none yet. One of them leads to the one before it: see
        `newest_swings`.
    sign : float
        1 for swing highs, -1 for swing lows.
    """
    for i in range(lo, hi):
        if _is_confirmed(price, sign, i):
            last[i] = first_row + i
        else:
            last[i] = last[i - 1] if i > 0 else np.nan


@compiled
def _is_confirmed(price: FloatArray, sign: float, i: int) -> bool:
    if i < 2 * CONFIRM_BARS:
        return False
    pivot = sign * price[i - CONFIRM_BARS]
    for k in range(CONFIRM_BARS):
        if sign * price[i - k] >= pivot or sign * price[i - CONFIRM_BARS - 1 - k] > pivot:
            return False
    return True


@compiled
def newest_swings(
    price: FloatArray, last: FloatArray, turns: FloatArray, levels: FloatArray, first_row: int, row: int
) -> None:
    """Fill `levels` with the swings known at a row, newest first, and `turns` with their bars' positions.

    Both have shape (REMEMBERED,); NaN where there were not so many in the last `REACH` bars.
    """
    levels[:] = np.nan
    turns[:] = np.nan
    at = last[row]
    for k in range(REMEMBERED):
        if np.isnan(at):
            break
        known = int(at) - first_row
        if row - (known - CONFIRM_BARS) > REACH:
            break
        turns[k] = known - CONFIRM_BARS
        levels[k] = price[known - CONFIRM_BARS]
        at = last[known - 1]


@compiled
def forget_swings(turns: FloatArray, levels: FloatArray, row: int) -> None:
    """Let go of swings that turned more than `REACH` bars before a row: where none is new, that is all."""
    k = REMEMBERED - 1
    while k >= 0 and not row - turns[k] <= REACH:
        turns[k] = levels[k] = np.nan
        k -= 1
