"""How far drawings reach in time and price: which of many may be in sight, asked of all at once."""

import math
from collections.abc import Sequence

import numpy as np

from workstation.domain.drawing import Drawing, DrawingKind
from workstation.ui.chart.drawing_place import Place

_MARGIN = 64.0  # logical pixels beyond the pane: words, handles and thick lines reach further than anchors
_ENDLESS_PRICE = {DrawingKind.RAY, DrawingKind.VERTICAL, DrawingKind.CHANNEL, DrawingKind.EXTENSION}


class Reach:
    """The outer edges of drawings.

    Parameters
    ----------
    drawings : sequence of Drawing
        In the order in which they are painted.
    """

    def __init__(self, drawings: Sequence[Drawing]) -> None:
        self.drawings = drawings
        edges = np.array([_edges(each) for each in drawings], np.float64).reshape(-1, 4).T
        self._begins, self._ends, self._lows, self._highs = np.ascontiguousarray(edges)

    def of(self, drawings: Sequence[Drawing]) -> "Reach":
        """Return the edges of these drawings, at once where they are the same ones."""
        return self if drawings is self.drawings else Reach(drawings)

    def in_sight(self, place: Place) -> list[Drawing]:
        """Return the drawings that may be in sight, in their order; none that is, is missing."""
        first, last = place.time(-_MARGIN), place.time(place.box.width() + _MARGIN)
        prices = place.price(-_MARGIN), place.price(place.box.height() + _MARGIN)
        seen = self._ends >= first
        seen &= self._begins <= last
        seen &= self._highs >= min(prices)
        seen &= self._lows <= max(prices)
        return [self.drawings[row] for row in np.flatnonzero(seen).tolist()]


def _edges(drawing: Drawing) -> tuple[float, float, float, float]:
    """Return when a drawing begins and ends, UTC milliseconds, and its lowest and highest price."""
    kind, times = drawing.kind, [anchor.time_ms for anchor in drawing.anchors]
    prices = [anchor.price for anchor in drawing.anchors]
    begin, end, low, high = float(min(times)), float(max(times)), min(prices), max(prices)
    if kind in _ENDLESS_PRICE:
        low, high = 0.0, math.inf
    if kind is DrawingKind.HORIZONTAL:
        begin, end = -math.inf, math.inf
    elif kind is DrawingKind.TEXT:
        end = math.inf  # its words reach further than its point
    elif kind is DrawingKind.EXTENSION:
        end += abs(times[1] - times[0])
    elif kind is DrawingKind.RAY:
        begin, end = (begin, math.inf) if times[1] >= times[0] else (-math.inf, end)
    return begin, end, low, high
