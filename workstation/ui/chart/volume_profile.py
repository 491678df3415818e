"""At which prices the bars in sight traded how much: a histogram of volume over price."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.ui.chart.pyramid import CLOSE, HIGH, LOW, OPEN, VOLUME

VALUE_SHARE = 0.7
"""Part of the volume that lies within the value area."""

_CHUNK = 1 << 15  # bars at once: what is worked with stays in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class VolumeProfile:
    """Volume by rows of price.

    Parameters
    ----------
    edges : ndarray of float64, shape (n + 1,)
        Prices between the rows, rising; equal steps, or equal ratios on a logarithmic scale.
    up, down : ndarray of float64, shape (n,)
        Volume of bars that closed no lower than they opened, and of the others; base units.
    """

    edges: FloatArray
    up: FloatArray
    down: FloatArray

    @property
    def total(self) -> FloatArray:
        """All volume, shape (n,)."""
        return self.up + self.down

    @property
    def control_row(self) -> int:
        """The row in which most was traded: the point of control."""
        return int(np.argmax(self.total))

    @property
    def control_price(self) -> float:
        """The middle of that row."""
        return float(self.edges[self.control_row] + self.edges[self.control_row + 1]) / 2

    @property
    def value_rows(self) -> tuple[int, int]:
        """First row of the value area and the one after its last.

        From the point of control on it takes whichever neighbour traded more until it holds `VALUE_SHARE` of
        all volume.
        """
        total = self.total.tolist()
        low = high = self.control_row
        held, wanted = total[low], sum(total) * VALUE_SHARE
        while held < wanted and (low > 0 or high < len(total) - 1):
            below = total[low - 1] if low > 0 else -1.0
            above = total[high + 1] if high < len(total) - 1 else -1.0
            if above >= below:
                high, held = high + 1, held + above
            else:
                low, held = low - 1, held + below
        return low, high + 1

    def row_of(self, price: float) -> int | None:
        """Return the row that holds a price; None outside."""
        row = int(np.searchsorted(self.edges, price, side="right")) - 1
        return row if 0 <= row < len(self.up) else None


def volume_profile(bars: FloatArray, n_rows: int, is_log: bool) -> VolumeProfile | None:
    """Return the profile of some bars; None where nothing was traded.

    A bar's volume is spread evenly over its range, from low to high, on the scale of the chart.

    Parameters
    ----------
    bars : ndarray of float64, shape (5, n)
        As a pyramid holds them: open, high, low, close, volume; not a number where a bar is missing.
    n_rows : int
        Rows of the profile; at least 1.
    is_log : bool
        Whether rows are equal ratios of price.
    """
    if not bars.shape[1] or np.isnan(bars[HIGH]).all():
        return None
    lowest, highest = float(np.nanmin(bars[LOW])), float(np.nanmax(bars[HIGH]))
    if highest <= lowest:
        highest = np.nextafter(lowest, np.inf) + lowest * 1e-9
    ends = np.log([lowest, highest]) if is_log else np.array([lowest, highest])
    scale = n_rows / (ends[1] - ends[0])
    sums = np.zeros((2, 2 * (n_rows + 2)))  # by direction: what ends in a row, and where full rows begin
    for begin in range(0, bars.shape[1], _CHUNK):
        _add(sums, bars[:, begin : begin + _CHUNK], (float(ends[0]), float(scale), n_rows), is_log)
    parts = sums[0].reshape(2, -1) + np.cumsum(sums[1].reshape(2, -1), axis=1)
    up, down = np.maximum(parts[:, :n_rows], 0.0)
    if not (up.sum() + down.sum()) > 0:
        return None
    edges = np.linspace(ends[0], ends[1], n_rows + 1)
    return VolumeProfile(np.exp(edges) if is_log else edges, up, down)


def _add(sums: FloatArray, bars: FloatArray, rows: tuple[float, float, int], is_log: bool) -> None:
    """Add bars: the parts of rows in which each begins and ends, and the density of the full ones between."""
    bottom, scale, n_rows = rows
    there = bars[VOLUME] > 0  # a missing bar is not
    if not there.all():
        bars = bars[:, there]
    low, high = (np.log(bars[LOW]), np.log(bars[HIGH])) if is_log else (bars[LOW], bars[HIGH])
    begin, end = (low - bottom) * scale, (high - bottom) * scale
    first = np.minimum(begin.astype(np.int64), n_rows - 1)
    last = np.minimum(end.astype(np.int64), n_rows - 1)
    side = (bars[CLOSE] < bars[OPEN]) * (n_rows + 2)
    share, n = bars[VOLUME].copy(), sums.shape[1]
    wide = np.flatnonzero(last > first)  # the others lie within one row
    if len(wide):
        first_wide, last_wide, begin, end = first[wide], last[wide], begin[wide], end[wide]
        density = share[wide] / (end - begin)
        share[wide] = density * (first_wide + 1 - begin)
        first_full, foot = first_wide + side[wide] + 1, last_wide + side[wide]
        sums[0] += np.bincount(foot, density * (end - last_wide), n)
        sums[1] += np.bincount(first_full, density, n) - np.bincount(foot, density, n)
    sums[0] += np.bincount(first + side, share, n)
