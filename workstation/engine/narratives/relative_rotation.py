"""The relative rotation graph: how narratives move against a benchmark, at every time at once.

Relative Rotation Graphs and JdK RS-Ratio are Julius de Kempenaer's, and his formula is not published. This is
the approximation that its field uses instead, standard scores around 100, with P an index and B a benchmark:

    RS       = 100 P / B
    ratio    = 100 + (RS  - mean(RS,  n)) / std(RS,  n)
    ROC      = 100 (ratio / ratio of the step before - 1)
    momentum = 100 + (ROC - mean(ROC, n)) / std(ROC, n)

Above 100 in both a narrative leads, with only the ratio it weakens, with neither it lags, with only the
momentum it improves.

References
----------
StockCharts ChartSchool, "Relative Rotation Graphs (RRG Charts)", for reading it; An0n1mity, RRGPy, and
B. Thadikaran, RRG-Lite, "RS ratio and Momentum calculations" (2024), for the standard scores.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import IndexRules, Weighting
from workstation.engine.narratives.index import indices
from workstation.engine.narratives.panel import DAY_MS, MarketPanel

STEPS = 14
"""Steps over which mean and standard deviation are taken."""

_FLAT = 1e-9  # a spread below it is rounding: what does not move is 100


class Quadrant(StrEnum):
    """Where a narrative stands on the graph."""

    LEADING = "leading"
    WEAKENING = "weakening"
    LAGGING = "lagging"
    IMPROVING = "improving"


class Benchmark(StrEnum):
    """What narratives are held against."""

    BTC = "BTC"
    ETH = "ETH"
    SOL = "SOL"
    EQUAL_WEIGHT = "equal-weight"


@dataclass(frozen=True, slots=True, eq=False)
class RelativeRotation:
    """The graph at every time.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_steps,)
        UTC milliseconds, rising.
    names : tuple of str
        Of the narratives.
    ratio, momentum : ndarray, shape (n_steps, n_narratives)
        Around 100; NaN while too little is known.
    """

    close_ms: IntArray
    names: tuple[str, ...]
    ratio: FloatArray
    momentum: FloatArray

    def tails(self, step: int, n: int) -> tuple[FloatArray, FloatArray]:
        """Return ratio and momentum of the last `n` steps up to one, as views; fewer at the beginning."""
        rows = slice(max(0, step + 1 - n), step + 1)
        return self.ratio[rows], self.momentum[rows]

    def quadrants(self, step: int) -> tuple[Quadrant | None, ...]:
        """Return where each narrative stands at a step; None where it is not known."""
        pairs = zip(self.ratio[step].tolist(), self.momentum[step].tolist(), strict=True)
        return tuple(quadrant(ratio, momentum) for ratio, momentum in pairs)


def quadrant(ratio: float, momentum: float) -> Quadrant | None:
    """Return where a point stands; None where it is not known."""
    if np.isnan(ratio) or np.isnan(momentum):
        return None
    if ratio >= 100:
        return Quadrant.LEADING if momentum >= 100 else Quadrant.WEAKENING
    return Quadrant.IMPROVING if momentum >= 100 else Quadrant.LAGGING


def relative_rotation(
    close_ms: IntArray, names: tuple[str, ...], values: FloatArray, benchmark: FloatArray, n: int = STEPS
) -> RelativeRotation:
    """Return the graph of some indices against a benchmark.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_steps,)
        UTC milliseconds; days or weeks are usual steps, see `each_day`.
    names : tuple of str
        Of the indices.
    values : ndarray, shape (n_steps, n_narratives)
        NaN where there is none.
    benchmark : ndarray, shape (n_steps,)
        NaN where there is none.
    n : int
        Steps for mean and standard deviation; 2 or more.

    Returns
    -------
    RelativeRotation
        A row depends on itself and the ``2 n - 1`` rows before; what does not move is 100.

    Raises
    ------
    UsageError
        `n` is below 2.
    """
    if n < 2:
        raise UsageError(f"A relative rotation graph needs 2 steps or more; got {n}.")
    ratio = _scores(100 * values / benchmark[:, None], n)
    roc = np.full(ratio.shape, np.nan)
    roc[1:] = 100 * (ratio[1:] / ratio[:-1] - 1)
    return RelativeRotation(close_ms, names, ratio, _scores(roc, n))


def _scores(figures: FloatArray, n: int) -> FloatArray:
    """Return standard scores within the last `n` rows, around 100; NaN where one of them is missing."""
    scores = np.full(figures.shape, np.nan)
    if len(figures) >= n:
        windows = sliding_window_view(figures, n, axis=0)
        mean, spread = windows.mean(axis=-1), windows.std(axis=-1)
        is_flat = spread <= _FLAT * np.maximum(1.0, np.abs(mean))
        moved = (figures[n - 1 :] - mean) / np.where(is_flat, 1.0, spread)
        scores[n - 1 :] = 100 + np.where(is_flat, 0.0 * mean, moved)
    return scores


def each_day(close_ms: IntArray, days: int = 1) -> IntArray:
    """Return the rows that close at 00:00 UTC, every day or every so many days counted from a Monday."""
    found: IntArray = np.flatnonzero((close_ms - 4 * DAY_MS) % (days * DAY_MS) == 0)
    return found


def benchmark_values(panel: MarketPanel, benchmark: Benchmark, rules: IndexRules) -> FloatArray:
    """Return what a benchmark was at each close of a panel, shape (n_bars,).

    Parameters
    ----------
    panel : MarketPanel
    benchmark : Benchmark
        A coin's close, its last one where it has no bar; or the equal-weight index of all coins of the panel,
        with cost.
    rules : IndexRules
        For the equal-weight index, whatever their weighting.

    Raises
    ------
    UsageError
        The coin is not in the panel.
    """
    if benchmark is Benchmark.EQUAL_WEIGHT:
        members = tuple(Membership(coin, share=1.0) for coin in panel.coins)
        book = NarrativeBook((Narrative(benchmark.value, "All coins", members),))
        return indices(panel, book, replace(rules, weighting=Weighting.EQUAL)).net[:, 0]
    if benchmark.value not in panel.coins:
        raise UsageError(f"{benchmark.value} is not among the coins; choose another benchmark.")
    close = panel.close[:, panel.coins.index(benchmark.value)]
    last = np.maximum.accumulate(np.where(close > 0, np.arange(len(close)), -1))
    return np.where(last >= 0, close[last], np.nan)
