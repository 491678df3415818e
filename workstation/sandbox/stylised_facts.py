"""What every crypto market has in common, in seven figures: fat tails, clustered volatility, herding."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray


@dataclass(frozen=True, slots=True)
class StylisedFacts:
    """The character of a market of hourly candles.

    Parameters
    ----------
    volatility_pct : float
        Standard deviation of hourly log returns, percent; median over the coins.
    kurtosis : float
        Fourth standardised moment of hourly log returns (a normal market has 3); median over the coins.
    memory_1h, memory_24h, memory_168h : float
        Autocorrelation of absolute returns after one hour, a day and a week; median over the coins.
    pair_correlation : float
        Mean correlation of the returns of two coins.
    volume_correlation : float
        Correlation of volume with the absolute return of the same hour; median over the coins.
    """

    volatility_pct: float
    kurtosis: float
    memory_1h: float
    memory_24h: float
    memory_168h: float
    pair_correlation: float
    volume_correlation: float


def stylised_facts(close: FloatArray, volume: FloatArray) -> StylisedFacts:
    """Return the character of a market.

    Parameters
    ----------
    close, volume : ndarray, shape (n, m)
        Hourly closes and volumes of m coins that trade over the same n hours; ``n > 169``, ``m > 1``, no NaN.

    Raises
    ------
    ValueError
        Too few hours or coins.
    """
    n, m = close.shape
    if n <= 169 or m <= 1:
        raise ValueError(f"Stylised facts need more than 169 hours and more than one coin, got {n} and {m}.")
    returns = np.diff(np.log(close), axis=0)
    centred = returns - returns.mean(axis=0)
    spread = centred.std(axis=0)
    size = np.abs(returns)
    pairs = np.corrcoef(returns.T)[np.triu_indices(m, 1)]
    return StylisedFacts(
        volatility_pct=float(100 * np.median(spread)),
        kurtosis=float(np.median((centred**4).mean(axis=0) / spread**4)),
        memory_1h=_memory(size, 1),
        memory_24h=_memory(size, 24),
        memory_168h=_memory(size, 168),
        pair_correlation=float(pairs.mean()),
        volume_correlation=float(np.median(_correlation(volume[1:], size))),
    )


def _memory(size: FloatArray, lag: int) -> float:
    return float(np.median(_correlation(size[lag:], size[:-lag])))


def _correlation(a: FloatArray, b: FloatArray) -> FloatArray:
    """Correlate column with column."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    return np.asarray((a * b).mean(axis=0) / (a.std(axis=0) * b.std(axis=0)))
