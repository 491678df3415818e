"""At which prices the volume of the last bars traded."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray
from workstation.engine.features.columns import ATR, TYPICAL, VOLUME
from workstation.engine.features.compiled import compiled

BARS = 168
MOST_BINS = 32
_LANES = 4  # histograms side by side: no addition waits for the one before it
_MASK = 64 * _LANES - 1  # keeps writes inside: there is a bin too many, the top's own
BIN_ATR = 0.5
"""Height of a bin, average true ranges; more where the bars would not fit into `MOST_BINS`."""

VALUE_SHARE = 0.7
"""Share of the volume that traded inside the value area."""

_Bins: TypeAlias = tuple[FloatArray, FloatArray, NDArray[np.int32]]


@compiled
def fill_profile(
    base: FloatArray, bottom: FloatArray, top: FloatArray, found: FloatArray, lo: int, hi: int
) -> None:
    """Fill the point of control and the edges of the value area of the 168 bars up to each row.

    The volume of a bar counts at its typical price. The point of control is the middle of the bin in which
    most traded, the lowest of equals; the value area grows from it by the fuller neighbour, the upper of
    equals, until 70 % of the volume is inside.

    Parameters
    ----------
    bottom, top : ndarray, shape (n,)
        Low and high of the 168 bars up to each row, quote currency.
    found : ndarray, shape (3, n)
        Filled with point of control, low and high of the value area, quote currency; NaN where there are
        fewer bars, nothing traded, or the market does not move.

    References
    ----------
    Steidlmayer and Koy (1986), Markets and Market Logic.
    """
    traded = np.empty(MOST_BINS + 1)
    bins = (traded, np.empty(_MASK + 1), np.empty(BARS, np.int32))
    for i in range(lo, hi):
        found[0, i] = found[1, i] = found[2, i] = np.nan
        height = max(BIN_ATR * base[ATR, i], (top[i] - bottom[i]) / MOST_BINS)
        if i < BARS - 1 or not 0.0 < height < np.inf:
            continue
        scale = 1.0 / height
        n = min(int((top[i] - bottom[i]) * scale), MOST_BINS) + 1
        prices, volumes = base[TYPICAL, i - BARS + 1 : i + 1], base[VOLUME, i - BARS + 1 : i + 1]
        total = _fill_bins(prices, volumes, bottom[i], scale, bins, n)
        if not 0.0 < total < np.inf:
            continue
        best = _fullest(traded, n)
        first, last = _value_area(traded, n, best, VALUE_SHARE * total)
        found[0, i] = bottom[i] + (best + 0.5) * height
        found[1, i] = bottom[i] + first * height
        found[2, i] = bottom[i] + (last + 1) * height


@compiled
def _fill_bins(
    price: FloatArray, volume: FloatArray, bottom: float, scale: float, bins: _Bins, n: int
) -> float:
    """Fill the volume of each bin and return that of all.

    Bars go to four histograms by turns; which bin each goes to is worked out for all of them first, several
    at a time.
    """
    traded, lanes, places = bins
    for k in range(_LANES * (n + 1)):
        lanes[k] = 0.0
    for k in range(BARS):
        places[k] = np.int32((price[k] - bottom) * scale) * _LANES
    for k in range(0, BARS, _LANES):
        for lane in range(_LANES):
            lanes[(places[k + lane] & _MASK) + lane] += volume[k + lane]
    total = 0.0
    for k in range(n):
        a, b, c, d = lanes[4 * k], lanes[4 * k + 1], lanes[4 * k + 2], lanes[4 * k + 3]
        traded[k] = (a + b) + (c + d)
        total += traded[k]
    return total


@compiled
def _fullest(volume: FloatArray, n: int) -> int:
    best, most = 0, volume[0]
    for k in range(1, n):
        if volume[k] > most:
            best, most = k, volume[k]
    return best


@compiled
def _value_area(volume: FloatArray, n: int, best: int, wanted: float) -> tuple[int, int]:
    """Return the first and the last bin of the value area, neither beyond the last that traded."""
    start, stop = 0, n - 1
    while volume[start] == 0.0:
        start += 1
    while volume[stop] == 0.0:
        stop -= 1
    first = last = best
    inside = volume[best]
    while inside < wanted and (first > start or last < stop):
        below = volume[first - 1] if first > start else -1.0
        above = volume[last + 1] if last < stop else -1.0
        if above >= below:
            last += 1
            inside += above
        else:
            first -= 1
            inside += below
    return first, last
