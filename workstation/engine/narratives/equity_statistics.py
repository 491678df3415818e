"""What an account's curve was worth: growth, falls, and how sure a difference of Sharpe ratios is."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.evaluation.bootstrap import Interval
from workstation.engine.narratives.equity import Curve

YEAR_DAYS = 365.0
BLOCK_DAYS = 30
FEWEST_DAYS = 200
"""Days below which no bounds are given: a month drawn again and again out of six says nothing."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of one account.

    Parameters
    ----------
    cagr : float
        Growth a year, a fraction; of 365 days.
    max_drawdown : float
        Deepest fall from a high, 0..1, positive.
    sharpe : float or None
        Mean daily return over its deviation, annualised over 365 days; None where nothing moved.
    sortino : float or None
        The same over the deviation of losses alone.
    turnover_per_year : float
        Bought and sold a year, as a multiple of the account.
    exposure : float
        Mean part that was in coins, 0..1.
    """

    cagr: float
    max_drawdown: float
    sharpe: float | None
    sortino: float | None
    turnover_per_year: float
    exposure: float

    @classmethod
    def of(cls, curve: Curve) -> "Statistics":
        """Return the figures of a curve of one account, one day or longer."""
        returns, value = curve.returns[:, 0], curve.value[:, 0]
        years = len(value) / YEAR_DAYS
        losses = math.sqrt(float(np.mean(np.minimum(returns, 0.0) ** 2)))
        mean = float(returns.mean())
        sharpe = float(sharpe_ratios(returns[None, :])[0])
        return cls(
            cagr=float(value[-1]) ** (1.0 / years) - 1.0,
            max_drawdown=float(drawdowns(curve)[:, 0].max()),
            sharpe=sharpe if math.isfinite(sharpe) else None,
            sortino=mean / losses * math.sqrt(YEAR_DAYS) if losses > 0 else None,
            turnover_per_year=float(curve.traded.sum()) / years,
            exposure=float(curve.exposure.mean()),
        )

    def as_json(self) -> dict[str, float | None]:
        """Return it as reports have it."""
        return {name: getattr(self, name) for name in self.__slots__}


def drawdowns(curve: Curve) -> FloatArray:
    """Return how far each account stood below its high at each close, 0..1, shape (n_days, n_accounts)."""
    highest = np.maximum(np.maximum.accumulate(curve.value, axis=0), 1.0)
    return 1.0 - curve.value / highest


def sharpe_ratios(returns: FloatArray) -> FloatArray:
    """Return annualised Sharpe ratios, shape (n,), of daily returns, shape (n, n_days).

    NaN where nothing moved.
    """
    deviation = returns.std(axis=1, ddof=1) if returns.shape[1] > 1 else np.zeros(len(returns))
    still = deviation <= 0.0
    ratio = returns.mean(axis=1) / np.where(still, 1.0, deviation) * math.sqrt(YEAR_DAYS)
    return np.where(still, np.nan, ratio)


@dataclass(frozen=True, slots=True)
class DayBlocks:
    """Days drawn again and again in blocks, the same days for every account.

    Parameters
    ----------
    draws : int
        1,000 or more where a bound is to be trusted.
    block_days : int
        Days in a row that are drawn together; the end goes on at the beginning.
    seed : int
        The same seed draws the same days.

    References
    ----------
    Politis and Romano (1992), A circular block-resampling procedure for stationary data.
    """

    draws: int = 2_000
    block_days: int = BLOCK_DAYS
    seed: int = 7

    def sharpes(self, returns: FloatArray) -> FloatArray:
        """Return the Sharpe ratio of each draw, shape (draws,), of daily returns, shape (n_days,)."""
        n_days = len(returns)
        n_blocks = math.ceil(n_days / self.block_days)
        starts = np.random.default_rng(self.seed).integers(0, n_days, (self.draws, n_blocks, 1))
        days = (starts + np.arange(self.block_days)).reshape(self.draws, -1)[:, :n_days] % n_days
        return sharpe_ratios(returns[days])


def sharpe_difference(ours: FloatArray, theirs: FloatArray, blocks: DayBlocks) -> Interval:
    """Return how far one Sharpe ratio is above another, with its 95 % interval over the same days.

    Parameters
    ----------
    ours, theirs : ndarray of float64, shape (n_days,)
        Daily returns of the same days.
    """
    both = sharpe_ratios(np.stack((ours, theirs)))
    value = float(both[0] - both[1])
    if not math.isfinite(value):
        return Interval(None, None, None, "Not defined: one of the two never moved.")
    if len(ours) < FEWEST_DAYS:
        note = f"Only {len(ours)} days; bounds are given from {FEWEST_DAYS} on."
        return Interval(value, None, None, note)
    drawn = blocks.sharpes(ours) - blocks.sharpes(theirs)
    low, high = np.quantile(drawn[np.isfinite(drawn)], (0.025, 0.975))
    return Interval(value, float(low), float(high))
