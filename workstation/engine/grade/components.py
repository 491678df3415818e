"""What a grade is made of: five plain components and the rank model's opinion, each a rank among all coins.

High is always good: "volatility" is high in a calm coin. A component is the mean of how a coin stands in some
measures, ranked once more, so that all components have the same scale.
"""

from collections.abc import Mapping

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.grade.measures import COLUMN
from workstation.engine.grade.ranks import Mask, standing, standings

PARTS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "momentum": (
        ("return_7d", 1.0),
        ("return_30d", 1.0),
        ("ema30_distance", 1.0),
        ("macd_in_atr", 1.0),
    ),
    "reversal": (("return_1d", -1.0), ("return_3d", -1.0), ("return_7d", -1.0)),
    "volatility": (("garman_klass_5", -1.0), ("atr_14", -1.0), ("spread_5", -1.0)),
    "liquidity": (("dollars_30", 1.0), ("amihud_30", -1.0)),
    "pressure": (
        ("return_volume_correlation_14", -1.0),
        ("volume_spike_signed", -1.0),
        ("directional_14", -1.0),
        ("wick_balance_5", -1.0),
    ),
}
"""The measures of each plain component, with the sign that makes high good."""

MODEL = "model"
COMPONENTS: tuple[str, ...] = (*PARTS, MODEL)
"""Every component by name, in the order of the columns."""

N_COMPONENTS = len(COMPONENTS)


def component_standings(ranks: FloatArray, opinions: FloatArray | None, crowd: Mask) -> FloatArray:
    """Return how each coin stands in each component.

    Parameters
    ----------
    ranks : ndarray of float64, shape (..., n_coins, N_MEASURES)
        How each stands in each measure, of `ranks.standings`.
    opinions : ndarray of float64, shape (..., n_coins, n_models), or None
        What the rank model's trees say, any scale; without them all coins are level in the last component.
    crowd : ndarray of bool, shape (..., n_coins)

    Returns
    -------
    ndarray of float64, shape (..., n_coins, N_COMPONENTS)
        -0.5..0.5; 0 where none of a component's measures is known, NaN where the coin is not measured.
    """
    raw = [_mean_known(ranks, parts) for parts in PARTS.values()]
    raw.append(np.zeros(crowd.shape) if opinions is None else standings(opinions, crowd).mean(axis=-1))
    placed = [standing(column, crowd) for column in raw]
    out: FloatArray = np.stack(placed, axis=-1)
    return np.where(np.isnan(ranks[..., :1]), np.nan, np.nan_to_num(out))


def _mean_known(ranks: FloatArray, parts: tuple[tuple[str, float], ...]) -> FloatArray:
    """Return the mean of signed ranks; one that is not known counts as the middle."""
    signed = [sign * np.nan_to_num(ranks[..., COLUMN[name]]) for name, sign in parts]
    mean: FloatArray = np.mean(signed, axis=0)
    return np.where(np.isnan(ranks[..., 0]), np.nan, mean)
