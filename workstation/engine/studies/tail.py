"""Computes a study over everything, or only over the bars that changed, with the same result."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.studies import averages, oscillators, trends
from workstation.engine.studies.calculation import TOLERANCE, Bars, Calculation, Memory, Values

_CALCULATIONS = {**averages.CALCULATIONS, **trends.CALCULATIONS, **oscillators.CALCULATIONS}
_TURNING_BARS = 1500
"""Bars in which a trend has usually turned often enough to know that two runs are one."""
_TURNS = 3
_SOON = 256
"""Bars in which a lively trend has turned often enough: they are looked at first."""

Outputs = tuple[FloatArray, ...]


def whole(study_id: str, bars: Bars, values: Values) -> Outputs:
    """Return every output of a study, each of shape (n,); NaN where there is no value."""
    return _run(_CALCULATIONS[study_id], bars, values)


def rows_needed(study_id: str, values: Values) -> int:
    """Return how many bars before the first changed one `changed` wants to see."""
    calculation = _CALCULATIONS[study_id]
    more = _TURNING_BARS if calculation.memory is Memory.TURNS else 0
    return calculation.reach(values) + more


def recalls(study_id: str) -> bool:
    """Return whether `changed` reads what is known of a study."""
    return _CALCULATIONS[study_id].memory is not Memory.FADES


def changed(study_id: str, bars: Bars, values: Values, known: Outputs, first: int) -> Outputs | None:
    """Return the outputs of the rows ``first ..``, as if computed from the beginning of time.

    Parameters
    ----------
    bars : Bars
        The newest bars; at least `rows_needed` of them before `first`, or all there are.
    known : tuple of ndarray, shape (n,)
        The outputs as they were; rows before `first` are right, others are not read. None where the study
        does not recall them.
    first : int
        Row of the first bar that changed or is new.

    Returns
    -------
    tuple of ndarray, shape (n - first,), or None
        None where these bars do not prove what the values are: give more of them.
    """
    calculation = _CALCULATIONS[study_id]
    again = _run(calculation, bars, values)
    if calculation.memory is Memory.SUMS:
        return tuple(
            new[first:] + (_step_between(old, new, first) if first else 0.0)
            for old, new in zip(known, again, strict=True)
        )
    if calculation.memory is Memory.TURNS and not _are_one(bars, known, again, first):
        return None
    return tuple(new[first:] for new in again)


def _run(calculation: Calculation, bars: Bars, values: Values) -> Outputs:
    if not len(bars.close):
        n = len(calculation.run(_ONE_BAR, values))
        return tuple(np.empty(0) for _ in range(n))
    return calculation.run(bars, values)


_ONE_BAR = Bars(np.zeros(1, np.int64), *(np.ones(1) for _ in range(5)))


def _step_between(known: FloatArray, again: FloatArray, first: int) -> float:
    return float(known[first - 1] - again[first - 1])


def _are_one(bars: Bars, known: Outputs, again: Outputs, first: int) -> bool:
    """Return whether both runs made the same turns lately, so that they hold the same state at `first`."""
    begin = first - _SOON
    return (begin > 0 and _turn_alike(bars, known, again, slice(begin, first))) or _turn_alike(
        bars, known, again, slice(0, first)
    )


def _turn_alike(bars: Bars, known: Outputs, again: Outputs, rows: slice) -> bool:
    """Return whether both runs made the same turns at the end of these rows."""
    old, new = np.array([column[rows] for column in known]), np.array([column[rows] for column in again])
    scale = float(np.abs(bars.close[rows]).max(initial=0.0))
    is_equal = (np.isnan(old) & np.isnan(new)) | (np.abs(old - new) <= TOLERANCE * scale)
    apart = np.flatnonzero(~is_equal.all(axis=0))
    begin = int(apart[-1]) + 1 if len(apart) else 0
    side = _side(bars.low[rows], new)[begin:]
    return int(np.count_nonzero(side[1:] != side[:-1])) >= _TURNS


def _side(low: FloatArray, outputs: FloatArray) -> FloatArray:
    """Return 1 where the line lies below the market, -1 where above, 0 where there is none."""
    line = outputs[0] if len(outputs) == 1 else np.where(np.isnan(outputs[0]), outputs[1], outputs[0])
    below = ~np.isnan(outputs[0]) if len(outputs) == 2 else line <= low
    return np.where(np.isnan(line), 0.0, np.where(below, 1.0, -1.0))
