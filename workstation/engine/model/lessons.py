"""What models are taught came of past bars: the truth, or, as a test, outcomes dealt anew.

A model that was taught by dealt outcomes and is then judged on the true ones must be no better than chance;
if it is, what it was judged by leaks into what it reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from workstation.engine.model.panel import Panel
from workstation.engine.model.walk_forward import Fold

Lessons: TypeAlias = Callable[[Panel, Fold], Panel]
"""From a panel and the fold that is about to be judged to the panel with the outcomes that are taught."""


def truth(panel: Panel, _fold: Fold) -> Panel:
    """Return the panel as it is."""
    return panel


@dataclass(frozen=True, slots=True)
class DealtOutcomes:
    """Outcomes dealt anew among the bars of each coin.

    Single bars are dealt, and only among those whose outcome was known before the fold. So each coin keeps
    its base rates, and nothing later is told. Whole weeks would leave a tie: data points look up to thirty
    days back, so a week's outcomes can still be read from the data points of the weeks after it.

    Parameters
    ----------
    seed : int
        Of the dealing, zero or more.
    """

    seed: int

    def __call__(self, panel: Panel, fold: Fold) -> Panel:
        """Return the panel with its known outcomes dealt anew."""
        label = panel.label.copy()
        known = np.flatnonzero(fold.known_before(panel.known_ms))
        edges = np.searchsorted(panel.coin[known], np.arange(len(panel.coins) + 1))
        for place, (first, stop) in enumerate(pairwise(edges.tolist())):
            rows = known[first:stop]
            dealt = np.random.default_rng((self.seed, fold.start_ms, place)).permutation(rows)
            label[rows] = panel.label[dealt]
        return panel.relabelled(label)
