"""What each coin weighs in an index when it is put together anew."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.narrative_index import IndexRules, Weighting
from workstation.engine.narratives.index_lineup import Lineup
from workstation.engine.narratives.panel import DAY_MS, MarketPanel

VOLUME_DAYS = 30
"""Over which the mean daily dollar volume is taken."""

_ROUNDING = 1e-12


class Verdict(IntEnum):
    """Why a coin may be held in an index, or may not."""

    FITS = 0
    HALTED = 1
    YOUNG = 2
    THIN = 3
    NO_CAP = 4
    NO_MEMBER = 5
    DELISTED = 6

    @property
    def reason(self) -> str:
        """What the log of changes says."""
        return _REASONS[self]


_REASONS = {
    Verdict.FITS: "rebalance",
    Verdict.HALTED: "did not trade for a day",
    Verdict.YOUNG: "listed too recently",
    Verdict.THIN: "traded too little",
    Verdict.NO_CAP: "market capitalisation not known",
    Verdict.NO_MEMBER: "no longer in the narrative",
    Verdict.DELISTED: "delisted",
}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """When each coin of a panel traded, as far as it is known at a close.

    Parameters
    ----------
    since_ms, last_ms : ndarray of int64, shape (n_coins,)
        Open of its first bar since it was listed (anew, after seven days without a bar) and close of its
        newest one, UTC milliseconds; -1 where it never traded.
    """

    since_ms: IntArray
    last_ms: IntArray


def mean_daily_usd(panel: MarketPanel, row: int, seen: Seen) -> FloatArray:
    """Return what each coin traded a day on the mean of the last thirty days, or since it was listed.

    Parameters
    ----------
    panel : MarketPanel
        With at least the thirty days up to `row`, where there are so many.
    row : int
        The bar whose close it is asked at; later ones change nothing.
    seen : Seen
        As of that close.

    Returns
    -------
    ndarray, shape (n_coins,)
        US dollars; 0 for a coin that never traded.
    """
    first = max(0, row + 1 - VOLUME_DAYS * panel.bars_a_day)
    times = panel.close_ms[first : row + 1, None]
    dollars = panel.dollar_volume[first : row + 1]
    counts = (times > seen.since_ms) & ~np.isnan(dollars)
    days = np.clip((panel.close_ms[row] - seen.since_ms) / DAY_MS, None, VOLUME_DAYS)
    traded: FloatArray = np.where(counts, dollars, 0.0).sum(axis=0)
    return np.where(seen.last_ms >= 0, traded / days, 0.0)


def target_weights(
    panel: MarketPanel, row: int, lineup: Lineup, seen: Seen, rules: IndexRules
) -> tuple[FloatArray, NDArray[np.int8]]:
    """Return the weights that an index takes at the next open, from what is known at a close.

    Parameters
    ----------
    panel : MarketPanel
    row : int
        The bar whose close it is.
    lineup : Lineup
    seen : Seen
        As of that close.
    rules : IndexRules

    Returns
    -------
    weights : ndarray, shape (n_pairs,)
        Of each narrative they add up to 1, or are 0 throughout where no coin fits.
    verdicts : ndarray of int8, shape (n_pairs,)
        `Verdict` of each pair.
    """
    at_ms = int(panel.close_ms[row])
    daily = mean_daily_usd(panel, row, seen)
    cap = panel.cap[row]
    figures = {Weighting.EQUAL: np.ones(len(daily)), Weighting.VOLUME: daily, Weighting.CAP: cap}
    figure = figures[rules.weighting]
    verdict = np.full(len(daily), Verdict.FITS, np.int8)
    verdict[~(figure > 0)] = Verdict.NO_CAP if rules.weighting is Weighting.CAP else Verdict.THIN
    verdict[daily < rules.least_daily_usd] = Verdict.THIN
    verdict[at_ms - seen.since_ms < rules.least_days * DAY_MS] = Verdict.YOUNG
    verdict[(at_ms - seen.last_ms >= DAY_MS) | (seen.last_ms < 0)] = Verdict.HALTED
    shares = lineup.shares_at(at_ms)
    verdicts = np.where(shares > 0, verdict[lineup.coin], np.int8(Verdict.NO_MEMBER))
    raw = np.where(verdicts == Verdict.FITS, shares * figure[lineup.coin], 0.0)
    return capped(raw, lineup, rules.most_weight), verdicts


def capped(raw: FloatArray, lineup: Lineup, most: float) -> FloatArray:
    """Return figures as weights of which none is above a bound.

    What is cut off goes to the others of the narrative in proportion, again and again until none is above.
    Where a narrative has too few coins for the bound, all of them weigh the same.

    Parameters
    ----------
    raw : ndarray, shape (n_pairs,)
        Zero or more; zero stays zero.
    lineup : Lineup
    most : float
        The bound, above 0 and at most 1.
    """
    n_held = lineup.sums((raw > 0).astype(np.float64))
    few = (n_held * most <= 1 + _ROUNDING)[lineup.narrative]
    raw = np.where(few & (raw > 0), 1.0, raw)
    is_cut = np.zeros(len(raw), np.bool_)
    while True:
        left = 1.0 - most * lineup.sums(is_cut.astype(np.float64))
        free = np.where(is_cut, 0.0, raw)
        scale = left / above_zero(lineup.sums(free))
        weights = np.where(is_cut, most, free * scale[lineup.narrative])
        over = (weights > most * (1 + _ROUNDING)) & ~is_cut & ~few
        if not over.any():
            return weights
        is_cut |= over


def above_zero(sums: FloatArray) -> FloatArray:
    """Return sums that can be divided by: 1 where there is nothing to divide."""
    return np.where(sums > 0, sums, 1.0)
