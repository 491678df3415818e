"""Which of two models judges, and whether any of them does.

A challenger takes over only when it was better on the same bars, none of which either had learnt from, and
by more than chance. A model whose signals are not better than the plain vote of the families is switched off.
"""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.model.walk_forward import DAY_MS, BoolArray

LEAST_WEEKS = 8
"""Fewer weeks decide nothing."""

LEAST_EDGE = 0.05
"""An edge in hits, 0..1, that must be told from none before a model that judges can be told to have none."""

N_DRAWS = 2000
SEED = 11

_WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one was better than the other, with its 95 % interval over weeks.

    Parameters
    ----------
    value, low, high : float
        Positive: the first was better.
    weeks : int
        Weeks compared.
    """

    value: float
    low: float
    high: float
    weeks: int

    @property
    def is_sure(self) -> bool:
        """Whether the first was better by more than chance."""
        return self.weeks >= LEAST_WEEKS and self.low > 0

    def tells(self, edge: float) -> bool:
        """Return whether there was enough to tell a difference of `edge` from none."""
        return self.weeks >= LEAST_WEEKS and (self.high - self.low) / 2 <= edge


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may judge, and why.

    Parameters
    ----------
    stands : bool
        It may.
    reason : str
        One sentence for the trader.
    difference : Difference
        The figure behind it.
    """

    stands: bool
    reason: str
    difference: Difference


def difference(
    better: tuple[FloatArray, IntArray], than: tuple[FloatArray, IntArray], *, seed: int = SEED
) -> Difference:
    """Return by how much the mean gain of one exceeds that of another, drawn anew by calendar weeks.

    Parameters
    ----------
    better, than : two ndarray, shape (n,) and (m,)
        Gains, and when each was decided, UTC milliseconds. All of a week are drawn together, and the same
        weeks for both.
    seed : int
        Of the draws.
    """
    weeks = np.unique(np.concatenate((better[1], than[1])) // _WEEK_MS)
    if not len(better[0]) or not len(than[0]):
        return Difference(np.nan, -np.inf, np.inf, len(weeks))
    drawn = np.random.default_rng(seed).multinomial(len(weeks), np.full(len(weeks), 1 / len(weeks)), N_DRAWS)
    one, other = _means(*better, weeks, drawn), _means(*than, weeks, drawn)
    low, high = np.nanquantile(one - other, [0.025, 0.975]).tolist()
    return Difference(float(better[0].mean() - than[0].mean()), low, high, len(weeks))


def _means(gain: FloatArray, time_ms: IntArray, weeks: IntArray, drawn: IntArray) -> FloatArray:
    """Return the mean gain in each draw, shape (n_draws,); NaN where it drew none."""
    place = np.searchsorted(weeks, time_ms // _WEEK_MS)
    total = drawn @ np.bincount(place, gain, len(weeks))
    n = drawn @ np.bincount(place, minlength=len(weeks)).astype(np.float64)
    mean: FloatArray = np.divide(total, n, out=np.full(len(total), np.nan), where=n > 0)
    return mean


def log_loss(probabilities: FloatArray, happened: BoolArray) -> FloatArray:
    """Return what each probability cost, natural units of information, shape (n,); less is better."""
    said = np.clip(probabilities, 1e-6, 1 - 1e-6)
    cost: FloatArray = -np.log(np.where(happened, said, 1 - said))
    return cost


def challenge(challenger: FloatArray, champion: FloatArray, time_ms: IntArray) -> Verdict:
    """Return whether a challenger takes over.

    Parameters
    ----------
    challenger, champion : ndarray of float64, shape (n,)
        What each cost on the same bars, see `log_loss`; none of the bars was learnt from.
    time_ms : ndarray of int64, shape (n,)
        When each bar was decided, UTC milliseconds.
    """
    if not len(challenger) == len(champion) == len(time_ms):
        raise UsageError("Challenger and champion must be compared on the same bars.")
    gained = difference((champion - challenger, time_ms), (np.zeros(len(time_ms)), time_ms))
    if gained.weeks < LEAST_WEEKS:
        reason = (
            f"The new model waits: {gained.weeks} weeks without it are too few, {LEAST_WEEKS} are needed."
        )
    elif gained.is_sure:
        reason = f"The new model takes over: better in {gained.weeks} weeks that neither had seen."
    else:
        reason = (
            f"The old model stays: the new one was not better by more than chance in {gained.weeks} weeks."
        )
    return Verdict(gained.is_sure, reason, gained)


def earns_its_place(model: tuple[FloatArray, IntArray], vote: tuple[FloatArray, IntArray]) -> Verdict:
    """Return whether a model's signals were better than the plain vote of the families.

    Parameters
    ----------
    model, vote : two ndarray, shape (n,) and (m,)
        What became of each one's signals over the same time: 1 for a hit and 0 for a miss, less the base rate
        of its direction; and when each was decided, UTC milliseconds.
    """
    gained = difference(model, vote)
    if gained.weeks < LEAST_WEEKS or not np.isfinite(gained.value):
        reason = (
            f"The model does not judge: {gained.weeks} weeks of signals are too few to tell it from the "
            "plain vote."
        )
    elif gained.is_sure:
        reason = f"The model judges: {100 * gained.value:+.1f} points more hits than the plain vote."
    else:
        reason = (
            f"The model does not judge: {100 * gained.value:+.1f} points against the plain vote, "
            f"{100 * gained.low:+.1f} to {100 * gained.high:+.1f}, is not better by more than chance."
        )
    return Verdict(gained.is_sure and bool(np.isfinite(gained.value)), reason, gained)
