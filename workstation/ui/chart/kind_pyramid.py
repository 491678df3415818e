"""What a kind of chart draws in place of the true bars: their averages, or their closes only.

Each is a `Pyramid` of its own, made when such a chart is first painted and kept up with every candle, so
that a summary never hides an extreme of what is drawn: a line's summaries hold the extremes of its closes.
"""

from itertools import islice

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.pyramid import CLOSE, HIGH, LOW, OPEN, VOLUME, Pyramid

MEMORY_BARS = 64
"""So many bars later a bar no longer moves an averaged open: its weight is 2 ** -64, less than rounding."""

Bar = tuple[float, float, float, float, float]


class DrawnPyramids:
    """What the kinds draw of one series.

    Parameters
    ----------
    true : Pyramid
        The bars as they traded.
    """

    def __init__(self, true: Pyramid) -> None:
        self._true = true
        self._averaged: Pyramid | None = None
        self._closes: Pyramid | None = None

    def of(self, kind: ChartKind) -> Pyramid:
        """Return what a kind draws."""
        if kind is ChartKind.HEIKIN_ASHI:
            if self._averaged is None:
                self._averaged = _averaged(self._true)
            return self._averaged
        if kind.is_of_closes:
            if self._closes is None:
                self._closes = _closes(self._true)
            return self._closes
        return self._true

    def forget(self) -> None:
        """Take that every bar may be another."""
        self._averaged = self._closes = None

    def put(self, slot: int, bar: Bar) -> None:
        """Take a bar that the true pyramid has just taken."""
        if self._closes is not None:
            self._closes.put(slot, _close_bar(bar))
        if self._averaged is not None:
            self._put_averaged(self._averaged, slot)

    def _put_averaged(self, averaged: Pyramid, slot: int) -> None:
        """Average a bar again, and those after it that it moves."""
        later = (at for at in range(slot, self._true.last_slot + 1) if self._true.bar(at) is not None)
        for at in islice(later, MEMORY_BARS):
            bar = self._true.bar(at)
            before = averaged.nearest(at - 1)
            previous = averaged.bar(before) if before is not None and before < at else None
            if bar is not None:
                averaged.put(at, averaged_bar(bar, previous))


def averaged_bar(bar: Bar, previous: Bar | None) -> Bar:
    """Return the Heikin-Ashi bar of a bar.

    Parameters
    ----------
    bar : tuple of float
        Open, high, low, close, volume as traded.
    previous : tuple of float or None
        The Heikin-Ashi bar before; None for the first, which opens halfway between its open and its close.

    References
    ----------
    Valcu (2004), Using the Heikin-Ashi Technique, Stocks & Commodities 22:2.
    """
    first, high, low, last, volume = bar
    close = (first + high + low + last) / 4
    open_ = (first + last) / 2 if previous is None else (previous[OPEN] + previous[CLOSE]) / 2
    return open_, max(high, open_, close), min(low, open_, close), close, volume


def average(rows: FloatArray) -> FloatArray:
    """Return the Heikin-Ashi bars of bars, oldest first.

    Parameters
    ----------
    rows : ndarray, shape (5, n)
        Open, high, low, close, volume; ``n >= 1``; no NaN.

    Returns
    -------
    ndarray, shape (5, n)
        ``out[:, i]`` uses bars ``i - MEMORY_BARS .. i`` only, and differs from the recursion over all of them
        by no more than rounding does.
    """
    out = np.empty_like(rows)
    close = out[CLOSE]
    close[:] = (rows[OPEN] + rows[HIGH] + rows[LOW] + rows[CLOSE]) / 4
    open_ = out[OPEN]
    open_[0] = (rows[OPEN, 0] + rows[CLOSE, 0]) / 2
    open_[1:] = close[:-1] / 2
    reach = 1  # the sum over one bar's past becomes that over two, four, ... 64 bars
    while reach < min(MEMORY_BARS, len(open_)):
        open_[reach:] += open_[:-reach] * 0.5**reach
        reach *= 2
    out[HIGH] = np.maximum(rows[HIGH], np.maximum(open_, close))
    out[LOW] = np.minimum(rows[LOW], np.minimum(open_, close))
    out[VOLUME] = rows[VOLUME]
    return out


def _averaged(true: Pyramid) -> Pyramid:
    slots, rows = _bars(true)
    made = Pyramid()
    if len(slots):
        made.load(slots, list(average(rows)))
    return made


def _closes(true: Pyramid) -> Pyramid:
    slots, rows = _bars(true)
    made = Pyramid()
    close = rows[CLOSE]
    made.load(slots, [close, close, close, close, rows[VOLUME]])
    return made


def _close_bar(bar: Bar) -> Bar:
    return (bar[CLOSE],) * 4 + (bar[VOLUME],)


def _bars(pyramid: Pyramid) -> tuple[IntArray, FloatArray]:
    """Return every bar and its slot, holes left out."""
    if not pyramid.levels:
        return np.empty(0, np.int64), np.empty((5, 0))
    level = pyramid.levels[0]
    values = level.values[:, : level.size]
    there = np.flatnonzero(~np.isnan(values[OPEN]))
    chosen = slice(level.size - len(there), None) if len(there) == len(pyramid) else there
    return there + level.start, values[:, chosen]
