"""The few operations that every candle data point is made of, on rows ``lo..hi-1`` of a column.

A column holds one number per bar. Each operation fills rows ``lo`` to ``hi - 1`` of `out` and reads `x` no
further than the row it fills, and `out` only in rows before. So a whole history in one call and the same
history bar by bar run the same additions in the same order, and agree to the last bit.

Position ``p`` of an array is row ``first_row + p`` of the market, counted from where it was begun to be
computed; windows of sums are cut at multiples of their own length, counted in those rows.
"""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features.compiled import compiled


@compiled
def shifted(x: FloatArray, out: FloatArray, bars: int, lo: int, hi: int) -> None:
    """Fill `out` with the value of `bars` bars ago; NaN where there is no such bar."""
    for i in range(lo, hi):
        out[i] = x[i - bars] if i >= bars else np.nan


@compiled
def ema(x: FloatArray, out: FloatArray, window: int, lo: int, hi: int) -> None:
    """Fill `out` with the exponential average of weight ``2 / (window + 1)``, begun at the first known value.

    An unknown value leaves the average as it was.
    """
    new = 2.0 / (window + 1.0)
    _average(x, out, new, lo, hi)


@compiled
def wilder(x: FloatArray, out: FloatArray, window: int, lo: int, hi: int) -> None:
    """Fill `out` with Wilder's average, of weight ``1 / window``; else as `ema`."""
    _average(x, out, 1.0 / window, lo, hi)


@compiled
def _average(x: FloatArray, out: FloatArray, new: float, lo: int, hi: int) -> None:
    old = 1.0 - new
    last = out[lo - 1] if lo > 0 else np.nan
    for i in range(lo, hi):
        value = x[i]
        if last == last and value == value:
            last = old * last + new * value
        elif value == value:
            last = value
        out[i] = last


@compiled
def window_sum(x: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int) -> None:
    """Fill `out` with the sum of the last `window` bars; NaN while there are fewer, or where one is unknown.

    A window is the end of one block of `window` rows and the beginning of the next: two sums that only ever
    grow. Nothing is subtracted, so a burst that has left the window leaves no rounding dust behind.

    References
    ----------
    van Herk (1992), A fast algorithm for local minimum and maximum filters; Gil and Werman (1993).
    """
    start = lo - (first_row + lo) % window  # position at which the block of row lo begins
    if hi - lo == 1:
        out[lo] = _one_sum(x, window, start, lo)
        return
    tail = np.empty(window)
    _sums_to_the_end(x, tail, start - window, window)
    while start < hi:
        stop = min(start + window, hi)
        head = 0.0
        for i in range(max(start, 0), stop):
            head += x[i]
            if i >= lo:
                first = i - window + 1
                if first < 0:
                    out[i] = np.nan
                elif first == start:
                    out[i] = head
                else:
                    out[i] = tail[first - (start - window)] + head
        if stop == start + window:
            _sums_to_the_end(x, tail, start, window)
        start += window


@compiled
def _one_sum(x: FloatArray, window: int, start: int, row: int) -> float:
    first = row - window + 1
    if first < 0:
        return np.nan
    head = 0.0
    for i in range(start, row + 1):
        head += x[i]
    if first == start:
        return head
    tail = 0.0
    for i in range(start - 1, first - 1, -1):
        tail += x[i]
    return tail + head


@compiled
def _sums_to_the_end(x: FloatArray, tail: FloatArray, start: int, window: int) -> None:
    """Fill ``tail[k]`` with the sum of a block's rows from its `k`-th to its last."""
    total = 0.0
    for k in range(window - 1, -1, -1):
        if start + k < 0:
            tail[k] = np.nan
        else:
            total += x[start + k]
            tail[k] = total


@compiled
def window_mean(x: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int) -> None:
    """Fill `out` with the mean of the last `window` bars; NaN as in `window_sum`."""
    window_sum(x, out, window, first_row, lo, hi)
    for i in range(lo, hi):
        out[i] /= window


@compiled
def window_max(x: FloatArray, out: FloatArray, window: int, lo: int, hi: int) -> None:
    """Fill `out` with the greatest of the last `window` bars; NaN while there are fewer.

    Unknown values must not be among them.
    """
    block = np.empty(window)
    start = lo - lo % window
    for i in range(lo, min(hi, window - 1)):
        out[i] = np.nan
    if hi - lo == 1:
        if lo >= window - 1:
            best = x[lo]
            for i in range(lo - window + 1, lo):
                best = max(best, x[i])
            out[lo] = best
        return
    _greatest_to_the_end(x, block, start - window, window)
    while start < hi:
        stop = min(start + window, hi)
        head = -np.inf
        for i in range(start, stop):
            head = max(head, x[i])
            first = i - window + 1
            if i >= lo and first >= 0:
                out[i] = head if first == start else max(block[first - (start - window)], head)
        if stop == start + window:
            _greatest_to_the_end(x, block, start, window)
        start += window


@compiled
def _greatest_to_the_end(x: FloatArray, block: FloatArray, start: int, window: int) -> None:
    best = -np.inf
    for k in range(window - 1, -1, -1):
        if start + k >= 0:
            best = max(best, x[start + k])
        block[k] = best


@compiled
def window_min(x: FloatArray, out: FloatArray, window: int, lo: int, hi: int) -> None:
    """Fill `out` with the least of the last `window` bars; NaN while there are fewer."""
    block = np.empty(window)
    start = lo - lo % window
    for i in range(lo, min(hi, window - 1)):
        out[i] = np.nan
    if hi - lo == 1:
        if lo >= window - 1:
            best = x[lo]
            for i in range(lo - window + 1, lo):
                best = min(best, x[i])
            out[lo] = best
        return
    _least_to_the_end(x, block, start - window, window)
    while start < hi:
        stop = min(start + window, hi)
        head = np.inf
        for i in range(start, stop):
            head = min(head, x[i])
            first = i - window + 1
            if i >= lo and first >= 0:
                out[i] = head if first == start else min(block[first - (start - window)], head)
        if stop == start + window:
            _least_to_the_end(x, block, start, window)
        start += window


@compiled
def _least_to_the_end(x: FloatArray, block: FloatArray, start: int, window: int) -> None:
    best = np.inf
    for k in range(window - 1, -1, -1):
        if start + k >= 0:
            best = min(best, x[start + k])
        block[k] = best


@compiled
def window_deviation(
    x: FloatArray, square: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int
) -> None:
    """Fill `out` with the standard deviation of the last `window` bars, dividing by `window`.

    Parameters
    ----------
    square : ndarray, shape (n,)
        The squares of `x`, kept as a column of their own.

    Exactly zero, never a rounding error, where the variance is lost in the digits of the mean square.
    """
    window_sum(x, out, window, first_row, lo, hi)
    if hi - lo == 1:
        start = lo - (first_row + lo) % window
        out[lo] = deviation(out[lo], _one_sum(square, window, start, lo), window)
        return
    squares = np.empty(hi)
    window_sum(square, squares, window, first_row, lo, hi)
    for i in range(lo, hi):
        out[i] = deviation(out[i], squares[i], window)


@compiled
def deviation(total: float, squares: float, window: int) -> float:
    """Return the standard deviation of `window` bars from their sum and that of their squares.

    Exactly zero, never a rounding error, where the variance is lost in the digits of the mean square.
    """
    mean, mean_square = total / window, squares / window
    variance = mean_square - mean * mean
    return np.sqrt(variance) if variance >= 1e-12 * mean_square else 0.0 * variance


@compiled
def slope(x: FloatArray, out: FloatArray, window: int, lo: int, hi: int) -> None:
    """Fill `out` with the least-squares slope per bar over the last `window` bars; NaN as in `shifted`."""
    middle = (window - 1) / 2.0
    spread = window * (window * window - 1.0) / 12.0
    for i in range(lo, hi):
        if i < window - 1:
            out[i] = np.nan
            continue
        first = i - window + 1
        anchor = x[first]
        a = b = c = d = (
            0.0  # four sums side by side: the processor need not wait for one addition to begin the next
        )
        for k in range(0, window - 3, 4):
            a += (k - middle) * (x[first + k] - anchor)
            b += (k + 1 - middle) * (x[first + k + 1] - anchor)
            c += (k + 2 - middle) * (x[first + k + 2] - anchor)
            d += (k + 3 - middle) * (x[first + k + 3] - anchor)
        for k in range(window - window % 4, window):
            a += (k - middle) * (x[first + k] - anchor)
        out[i] = ((a + b) + (c + d)) / spread


@compiled
def ratio(amount: float, unit: float) -> float:
    """Return ``amount / unit``; NaN where the unit is not above zero."""
    return amount / unit if unit > 0.0 else np.nan


@compiled
def bounded(value: float, limit: float) -> float:
    """Return `value`, or the limit of its sign where it lies beyond; NaN stays NaN."""
    if value > limit:
        return limit
    return -limit if value < -limit else value
