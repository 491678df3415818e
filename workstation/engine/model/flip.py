"""What would undo a signal: the smallest change of one data point, all else as it is."""

from collections.abc import Iterator, Sequence

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.signal import Direction, Flip
from workstation.engine.model.judge import Judge
from workstation.engine.model.panel import Float32Array


def flips(
    judge: Judge, values: FloatArray | Float32Array, direction: Direction, points: Sequence[str]
) -> tuple[Flip, ...]:
    """Return what would undo the signal of one bar, the least change first.

    Parameters
    ----------
    judge : Judge
        Of the model that judged it.
    values : ndarray, shape (n_points,)
        The bar's data points, in the order of the recipe.
    direction : Direction
        Of the signal.
    points : sequence of str
        The data points asked about, e.g. those that contributed most.

    Returns
    -------
    tuple of Flip
        One of each data point that alone can undo it; an unknown data point cannot. A change is measured in
        the data point's own spread over what the model learnt from.
    """
    found: list[tuple[float, Flip]] = []
    for name in points:
        column = judge.model.recipe.points.index(name)
        here = float(values[column])
        needed = _nearest(judge, values, direction, column)
        if needed is not None:
            found.append((abs(needed - here) / _spread(judge, column), Flip(name, here, needed)))
    return tuple(flip for _, flip in sorted(found, key=lambda one: one[0]))


def _nearest(
    judge: Judge, values: FloatArray | Float32Array, direction: Direction, column: int
) -> float | None:
    """Return the value nearest to a data point's own at which the bar does not lean that way any more."""
    here = np.float32(values[column])
    tried = np.array(list(_beyond(judge.cuts(column), here)), np.float32)
    if np.isnan(here) or not len(tried):
        return None
    bars = np.repeat(np.asarray(values, np.float32)[None, :], len(tried), axis=0)
    bars[:, column] = tried
    undone = tried[judge.judge(bars).leans != int(direction)]
    return float(undone[np.argmin(np.abs(undone - here))]) if len(undone) else None


def _beyond(cuts: FloatArray, here: np.float32) -> Iterator[np.float32]:
    """Yield, for each value at which trees cut, the nearest value on the other side of it.

    Trees send what is at most the cut to the left.
    """
    for cut in cuts:
        at = np.float32(cut)
        below = at if at <= cut else np.nextafter(at, np.float32(-np.inf))
        yield np.nextafter(below, np.float32(np.inf)) if here <= cut else below


def _spread(judge: Judge, column: int) -> float:
    edges = judge.model.quantiles[column]
    spread = float(edges[-1] - edges[0])
    return spread if spread > 0 else 1.0
