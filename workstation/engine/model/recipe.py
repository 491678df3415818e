"""How a model is made: what it reads, what it learns, and when its opinion counts as a signal."""

import math
from dataclasses import dataclass, field
from typing import Any

from workstation.domain.errors import UsageError
from workstation.domain.market import timeframe_ms
from workstation.domain.signal import Family
from workstation.engine.evaluation.outcome import BarrierRule
from workstation.engine.features.registry import CANDLE_POINTS

BARRIER_RANGES = 0.6
"""Average ranges that a barrier lies away from the entry, times the root of the bars of the horizon."""

LEVELS = frozenset(
    {
        "volume.dollar_volume",
        "liquidity.amihud_24",
        "liquidity.amihud_168",
        "liquidity.lambda_168",
        "liquidity.range_per_dollar_24",
    }
)
"""Data points that tell coins and years apart rather than states of a coin: no model learns from them."""


def learnable_points() -> tuple[str, ...]:
    """Return the names of the data points that a model reads, in the order of the registry.

    Those that come from the coin's own candles, without levels. What the whole market did is left out: with
    it a model learns when, from some two hundred independent weeks, and not which coin.
    """
    return tuple(p.name for p in CANDLE_POINTS if "market" not in p.inputs and p.name not in LEVELS)


@dataclass(frozen=True, slots=True)
class Boosting:
    """The size and the restraint of a forest of boosted trees.

    Parameters
    ----------
    trees, leaves, least_rows : int
        How many, how finely each may cut, and how many bars must stand in each leaf.
    rate, point_share, row_share, l2 : float
        Learning rate; shares of data points and of bars that each tree sees; pull of the leaves to zero.
    bins : int
        Values of a data point that are told apart.
    seed : int
        Of every random choice.
    """

    trees: int = 150
    leaves: int = 31
    least_rows: int = 500
    rate: float = 0.05
    point_share: float = 0.4
    row_share: float = 0.5
    l2: float = 20.0
    bins: int = 63
    seed: int = 7

    def parameters(self, objective: str) -> dict[str, Any]:
        """Return what LightGBM is told: one thread, and the same trees on every run."""
        return {
            "objective": objective,
            "learning_rate": self.rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.least_rows,
            "feature_fraction": self.point_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1,
            "lambda_l2": self.l2,
            "max_bin": self.bins,
            "seed": self.seed,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }


VOTERS = Boosting(trees=60, leaves=15, point_share=0.6)
"""Of the small forests by which families vote."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what a model becomes, besides the candles.

    Parameters
    ----------
    timeframe : str
        Of the candles.
    horizon : int
        Bars within which a barrier must be touched.
    points : tuple of str
        Names of the data points it reads, each of a family.
    every : int
        Learns from each bar whose number, counted from 1970, this divides.
    judges, voters : Boosting
        Of the two classifiers and of each family's regressor.
    tail, rest, vote_tail : float
        Shares of earlier opinions on either side, beyond which a score leans, and a family votes; a side that
        has spoken rests once its score is not among the share `rest` any more.
    min_agree : int
        Families that must vote with a signal; none may vote against it.
    margin : float
        By how much its calibrated probability must exceed the base rate, 0..1.

    Raises
    ------
    UsageError
        It reads nothing, or a number is out of range.
    """

    timeframe: str = "1h"
    horizon: int = 24
    points: tuple[str, ...] = field(default_factory=learnable_points)
    every: int = 6
    judges: Boosting = Boosting()
    voters: Boosting = VOTERS
    tail: float = 0.02
    rest: float = 0.10
    vote_tail: float = 0.20
    min_agree: int = 4
    margin: float = 0.02

    def __post_init__(self) -> None:
        if not self.points:
            raise UsageError("A model must read at least one data point.")
        if not (0 < self.tail <= self.rest < 0.5 and 0 < self.vote_tail < 0.5):
            raise UsageError(f"Tails must lie between 0 and 0.5, `rest` not within `tail`, got {self}.")
        if not 0 <= self.min_agree <= len(self.families):
            raise UsageError(f"min_agree must be 0 to {len(self.families)} families, got {self.min_agree}.")
        if self.horizon < 1 or self.every < 1:
            raise UsageError("The horizon and the distance of learnt bars must be one bar or more.")

    @property
    def families(self) -> dict[Family, tuple[int, ...]]:
        """Columns of the data points of each family that it reads, in the order of their first point."""
        found: dict[Family, list[int]] = {}
        for column, name in enumerate(self.points):
            found.setdefault(Family(name.partition(".")[0]), []).append(column)
        return {family: tuple(columns) for family, columns in found.items()}

    @property
    def bar_ms(self) -> int:
        """Length of a bar, milliseconds."""
        return timeframe_ms(self.timeframe)

    @property
    def barrier_rule(self) -> BarrierRule:
        """When a position that it judges ends at the latest."""
        return BarrierRule(self.bar_ms, self.horizon)

    @property
    def barrier_ranges(self) -> float:
        """Average ranges that its barriers lie away from the entry."""
        return BARRIER_RANGES * math.sqrt(self.horizon)
