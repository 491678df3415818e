"""What one coin of money became over time: a line of a picture."""

from dataclasses import dataclass, field

import numpy as np

from workstation.domain.candle import FloatArray, IntArray

_MOST_POINTS = 1200


@dataclass(frozen=True, slots=True, eq=False)
class ReturnLine:
    """One line.

    Parameters
    ----------
    title : str
        What it is called.
    at_ms : ndarray of int64, shape (n,)
        UTC milliseconds, ascending.
    part : ndarray, shape (n,)
        What there was, as a part of what it began with; NaN where that is not known.
    """

    title: str
    at_ms: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    part: FloatArray = field(default_factory=lambda: np.empty(0))

    def known(self) -> "ReturnLine":
        """Return it without what is not known, thinned to what a screen can show."""
        is_known = np.isfinite(self.part)
        at_ms, part = self.at_ms[is_known], self.part[is_known]
        step = max(1, len(at_ms) // _MOST_POINTS)
        keep = np.arange(len(at_ms) - 1, -1, -step)[::-1]  # the newest one stays
        return ReturnLine(self.title, at_ms[keep], part[keep])
