"""Which buckets of bars fall into one device pixel: found once for all that lies on the same grid."""

from functools import lru_cache

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.ui.chart.time_scale import SlotMap

_MOST_TAKEN = 8
"""Buckets in one pixel; a group this small is looked at bucket by bucket, for all groups at once."""


class PixelGroups:
    """Neighbours that share a device pixel.

    Parameters
    ----------
    pixels : ndarray of float64, shape (n,)
        Device pixel of each bucket; rising; ``n >= 1``.

    Attributes
    ----------
    pixels : ndarray of float64, shape (m,)
        Each pixel once.
    first, last : ndarray of int64, shape (m,)
        Which buckets begin and end each group.
    """

    def __init__(self, pixels: FloatArray) -> None:
        changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
        self.first = np.concatenate(([0], changes))
        self.last = np.append(changes, len(pixels)) - 1
        self.pixels = pixels[self.first]
        widest = int((self.last - self.first).max()) + 1
        taken = range(1, widest) if widest <= _MOST_TAKEN else ()
        self._others = [np.minimum(self.first + i, self.last) for i in taken]
        self._is_wide = widest > _MOST_TAKEN

    def highest(self, values: FloatArray) -> FloatArray:
        """Return the highest value of each group, shape (m,); not a number where all are."""
        return self._extreme(np.fmax, values)

    def lowest(self, values: FloatArray) -> FloatArray:
        """Return the lowest value of each group, shape (m,); not a number where all are."""
        return self._extreme(np.fmin, values)

    def _extreme(self, pick: np.ufunc, values: FloatArray) -> FloatArray:
        if self._is_wide:
            found: FloatArray = pick.reduceat(values, self.first)
            return found
        found = values[self.first]
        for other in self._others:
            pick(found, values[other], out=found)
        return found


class BucketGrid:
    """Where the buckets ``begin .. end - 1`` of ``2 ** bits`` slots each stand; shared, never to be changed.

    Attributes
    ----------
    x : ndarray of float64, shape (n,)
        Device x of the middle of each.
    groups : PixelGroups
        Those that share a pixel.
    """

    def __init__(self, scale: SlotMap, begin: int, end: int, bits: int) -> None:
        self.x = scale.centre(np.arange(begin, end).astype(np.float64) * (1 << bits) + ((1 << bits) - 1) / 2)
        self.x.flags.writeable = False
        self.groups = PixelGroups(np.floor(self.x))


@lru_cache(maxsize=8)
def bucket_grid(scale: SlotMap, begin: int, end: int, bits: int) -> BucketGrid:
    """Return where buckets stand; ``begin < end``. Every line of a picture asks for the same few grids."""
    return BucketGrid(scale, begin, end, bits)
