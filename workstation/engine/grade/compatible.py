"""The compatible grade: technical and quantitative sub-grades, 0 to 100, as other services publish them.

Both look at one coin alone, at its last thirty days, and follow its price; they are here to be compared with.
Their blend is ``0.8 technical + 0.2 quantitative`` (`Grade.compatible_value`).

Technical: the mean of six classic indicators, each read as 0 (bearish) to 100 (bullish):

1. relative strength index of 14 days, as it is;
2. place in the range of 14 days (stochastic), percent;
3. MACD 12/26 in average true ranges, ``50 + 50 tanh(x)``;
4. close over its 30-day exponential average, in average true ranges, ``50 + 50 tanh(x / 2)``;
5. directional movement of 14 days, ``50 + 50 x``;
6. z-score of the close over 20 days (Bollinger), ``50 + 25 x`` within 0..100.

Quantitative: the mean of five measures of thirty days:

1. Sharpe ratio, annualised over 365 days, ``50 + 50 tanh(x / 4)``;
2. Sortino ratio, the same with ``x / 6``;
3. deepest fall from a high, 100 for none, 0 for a fall to ``1 / e``;
4. volatility of a day, ``100 exp(-10 x)``;
5. share of the squared returns of 14 days that were losses, ``100 (1 - x)``.
"""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.grade.measures import COLUMN, MeasureArray

_YEAR = 365.0
_MONTH = 30.0


def technical(measures: MeasureArray) -> FloatArray:
    """Return the technical sub-grade of coins, 0..100.

    Parameters
    ----------
    measures : ndarray, shape (..., N_MEASURES)
        Of `measures.measure`.

    Returns
    -------
    ndarray of float64, shape (...)
        NaN where a coin is not measured, or did not move.
    """
    of_ema = _ratio(_of(measures, "ema30_distance"), _of(measures, "atr_14"))
    parts = (
        _of(measures, "rsi_14"),
        100.0 * _of(measures, "place_in_range_14"),
        _squeezed(_of(measures, "macd_in_atr")),
        _squeezed(of_ema / 2.0),
        50.0 + 50.0 * _of(measures, "directional_14"),
        50.0 + 25.0 * _of(measures, "z_score_20"),
    )
    return _mean(parts)


def quantitative(measures: MeasureArray) -> FloatArray:
    """Return the quantitative sub-grade of coins, 0..100; shapes as `technical`."""
    drift = _of(measures, "return_30d") / _MONTH * np.sqrt(_YEAR)
    parts = (
        _squeezed(_ratio(drift, _of(measures, "sigma_30")) / 4.0),
        _squeezed(_ratio(drift, _of(measures, "downside_sigma_30")) / 6.0),
        100.0 * (1.0 - _of(measures, "drawdown_30")),
        100.0 * np.exp(-10.0 * _of(measures, "sigma_30")),
        100.0 * (1.0 - _of(measures, "downside_share_14")),
    )
    return _mean(parts)


def _of(measures: MeasureArray, name: str) -> FloatArray:
    column: FloatArray = measures[..., COLUMN[name]].astype(np.float64)
    return column


def _ratio(amount: FloatArray, unit: FloatArray) -> FloatArray:
    """Return ``amount / unit``; by nothing, far out with the sign: a month without a loss is the best."""
    known = np.where(unit > 0.0, unit, 1.0)
    return np.where(unit > 0.0, amount / known, np.where(np.isnan(unit), np.nan, np.sign(amount) * 1e6))


def _squeezed(x: FloatArray) -> FloatArray:
    return 50.0 + 50.0 * np.tanh(x)


def _mean(parts: tuple[FloatArray, ...]) -> FloatArray:
    mean: FloatArray = np.mean([np.clip(part, 0.0, 100.0) for part in parts], axis=0)
    return mean
