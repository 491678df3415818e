"""How a hand stretched a chart's scales, in words of JSON."""

import math
from dataclasses import dataclass
from typing import TypeGuard

from workstation.ui.chart.price_scale import Scaling
from workstation.ui.chart.time_scale import WIDEST_BAR

Edges = tuple[float, float]
"""Values at the lower and the upper edge of a pane."""

_NARROWEST_BAR = 1e-6  # logical pixels
_MOST_PANES = 64


@dataclass(frozen=True, slots=True)
class KeptScales:
    """What outlives a session of the scales of a chart.

    Parameters
    ----------
    bar : float
        Logical pixels from one bar to the next.
    scaling : Scaling
        What the edges of the prices are counted in.
    prices : (float, float) or None
        Edges of the prices, as `PriceMap` has them; None while they fit the bars in sight.
    panes : tuple of (float, float) or None
        Edges of each study's pane, in the order of the studies; None while it fits.
    """

    bar: float
    scaling: Scaling
    prices: Edges | None = None
    panes: tuple[Edges | None, ...] = ()

    def state(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "bar": self.bar,
            "scaling": self.scaling.value,
            "prices": _listed(self.prices),
            "panes": [_listed(pane) for pane in self.panes],
        }

    @classmethod
    def of(cls, saved: object) -> "KeptScales | None":
        """Return what `state` gave in an earlier session; None where it has another form."""
        if not isinstance(saved, dict) or saved.get("scaling") not in list(Scaling):
            return None
        bar, panes = saved.get("bar"), saved.get("panes")
        if not _is_number(bar) or not _NARROWEST_BAR <= bar <= WIDEST_BAR:
            return None
        found = panes if isinstance(panes, list) and len(panes) <= _MOST_PANES else []
        held = tuple(_edges(pane) for pane in found)
        return cls(float(bar), Scaling(saved["scaling"]), _edges(saved.get("prices")), held)


def _listed(edges: Edges | None) -> list[float] | None:
    return None if edges is None else list(edges)


def _edges(saved: object) -> Edges | None:
    if not isinstance(saved, list) or len(saved) != 2 or not all(_is_number(one) for one in saved):
        return None
    low, high = float(saved[0]), float(saved[1])
    return (low, high) if low < high else None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
