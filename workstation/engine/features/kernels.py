"""The few operations that every candle data point is made of, on rows ``lo..hi-1`` of a column.

A column holds one number per bar. Each operation fills rows ``lo`` to ``hi - 1`` of `out` and reads `x` no
further than the row it fills, and `out` only in rows before. So a whole history in one call and the same
history bar by bar run the same additions in the same order, and agree to the last bit. What a window has to
remember stands in `parts` of its own: one more bar costs the same whatever the window.

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
def window_sum(
    x: FloatArray, parts: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int
) -> None:
    """Fill `out` with the sum of the last `window` bars; NaN while there are fewer, or where one is unknown.

    A window is the end of one block of `window` rows and the beginning of the next: two sums that only ever
    grow. Nothing is subtracted, so a burst that has left the window leaves no rounding dust behind.

    Parameters
    ----------
    parts : ndarray, shape (at least window,)
        Kept from call to call. Up to the newest row's place in its block the sums from the block's beginning;
        behind it the sums up to the end of the block before.

    References
    ----------
    van Herk (1992), A fast algorithm for local minimum and maximum filters; Gil and Werman (1993).
    """
    at = (first_row + lo) % window  # place of a row in its block
    head = parts[at - 1] if at > 0 and lo > 0 else 0.0
    i = lo
    while i < hi:
        if at == 0:
            _sum_to_the_end(x, parts, window, i)
            head = 0.0
        stop = min(i + window - 1 - at, hi)
        for k in range(i, stop):
            head += x[k]
            out[k] = parts[at + 1] + head
            parts[at] = head
            at += 1
        if stop < hi:  # the last row of its block has all in one part
            out[stop] = head + x[stop]
            at = 0
        i = stop + 1
    for k in range(lo, min(hi, window - 1)):
        out[k] = np.nan


@compiled
def _sum_to_the_end(x: FloatArray, parts: FloatArray, window: int, stop: int) -> None:
    """Fill `parts` with the sums from each row of the block before row `stop` to its end."""
    total, first = 0.0, stop - window
    for k in range(stop - 1, max(first, 0) - 1, -1):
        total += x[k]
        parts[k - first] = total


@compiled
def window_mean(
    x: FloatArray, parts: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int
) -> None:
    """Fill `out` with the mean of the last `window` bars; else as `window_sum`."""
    window_sum(x, parts, out, window, first_row, lo, hi)
    for i in range(lo, hi):
        out[i] /= window


@compiled
def window_max(
    x: FloatArray, parts: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int
) -> None:
    """Fill `out` with the greatest of the last `window` bars; NaN while there are fewer.

    Unknown values must not be among them. `parts` is kept as in `window_sum`.
    """
    _window_peak(x, parts, out, (1.0, window), first_row, lo, hi)


@compiled
def window_min(
    x: FloatArray, parts: FloatArray, out: FloatArray, window: int, first_row: int, lo: int, hi: int
) -> None:
    """Fill `out` with the least of the last `window` bars; else as `window_max`."""
    _window_peak(x, parts, out, (-1.0, window), first_row, lo, hi)


@compiled
def _window_peak(
    x: FloatArray,
    parts: FloatArray,
    out: FloatArray,
    what: tuple[float, int],
    first_row: int,
    lo: int,
    hi: int,
) -> None:
    """Fill `out` with the greatest of the last bars, or with the least where the sign is -1."""
    sign, window = what
    at = (first_row + lo) % window
    head = parts[at - 1] if at > 0 and lo > 0 else -np.inf
    i = lo
    while i < hi:
        if at == 0:
            _peak_to_the_end(x, parts, what, i)
            head = -np.inf
        stop = min(i + window - 1 - at, hi)
        for k in range(i, stop):
            head = max(head, sign * x[k])
            out[k] = sign * max(parts[at + 1], head)
            parts[at] = head
            at += 1
        if stop < hi:
            out[stop] = sign * max(head, sign * x[stop])
            at = 0
        i = stop + 1
    for k in range(lo, min(hi, window - 1)):
        out[k] = np.nan


@compiled
def _peak_to_the_end(x: FloatArray, parts: FloatArray, what: tuple[float, int], stop: int) -> None:
    sign, window = what
    best, first = -np.inf, stop - window
    for k in range(stop - 1, max(first, 0) - 1, -1):
        best = max(best, sign * x[k])
        parts[k - first] = best


@compiled
def window_deviation(
    x: FloatArray,
    square: FloatArray,
    parts: FloatArray,
    out: FloatArray,
    window: int,
    first_row: int,
    lo: int,
    hi: int,
) -> None:
    """Fill ``out[0]`` with the standard deviation of the last `window` bars, dividing by `window`.

    Parameters
    ----------
    square : ndarray, shape (n,)
        The squares of `x`, kept as a column of their own.
    parts : ndarray, shape (at least 2 * window,)
        As in `window_sum`.
    out : ndarray, shape (2, n)
        The second column is filled with the sum of the squares.

    Exactly zero, never a rounding error, where the variance is lost in the digits of the mean square.
    """
    spread, squares = out[0], out[1]
    window_sum(x, parts, spread, window, first_row, lo, hi)
    window_sum(square, parts[window:], squares, window, first_row, lo, hi)
    for i in range(lo, hi):
        spread[i] = deviation(spread[i], squares[i], window)


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
        a = b = c = d = 0.0  # four sums side by side: no addition waits for the one before it
        far = -middle
        for k in range(first, i - 2, 4):
            a += far * (x[k] - anchor)
            b += (far + 1.0) * (x[k + 1] - anchor)
            c += (far + 2.0) * (x[k + 2] - anchor)
            d += (far + 3.0) * (x[k + 3] - anchor)
            far += 4.0
        for k in range(i + 1 - window % 4, i + 1):
            a += far * (x[k] - anchor)
            far += 1.0
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
