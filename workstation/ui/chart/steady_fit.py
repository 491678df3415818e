"""A fitted scale stays where it is while what it shows is about the same: a tick does not move a chart."""

_GROWN = 0.02  # of the range, on either side: less than the air that every scale leaves there
_SHRUNK = 0.04


class SteadyFit:
    """The range that a scale was fitted to last."""

    def __init__(self) -> None:
        self._place: object = None
        self._range = (0.0, 0.0)

    def of(self, low: float, high: float, place: object) -> tuple[float, float]:
        """Return the range to fit a scale to: that of before, where this one fills it well.

        Parameters
        ----------
        low, high : float
            Of what is in sight.
        place : object
            What is in sight, and where: in another place the scale is always fitted anew.
        """
        first, last = self._range
        room, slack = (last - first) * _GROWN, (last - first) * _SHRUNK
        is_like = first - room <= low <= first + slack and last - slack <= high <= last + room
        if place != self._place or not is_like:
            self._place, self._range = place, (low, high)
        return self._range

    def forget(self) -> None:
        """Fit anew what comes next."""
        self._place = None
