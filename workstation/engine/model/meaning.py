"""What a model's opinions mean: probabilities, votes, and how far is far.

Settled on opinions about bars that the model had not learnt from, once what came of them was known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features.factor_family import SideArray
from workstation.engine.model.calibration import Calibration
from workstation.engine.model.decision import DecisionRules
from workstation.engine.model.family_vote import VoteLimits, count_votes


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """What the forests say of some bars.

    Parameters
    ----------
    up, down : ndarray of float64, shape (n,)
        Log-odds that the upper, the lower barrier comes first.
    families : ndarray of float64, shape (n, n_families)
        How the bar may end as each family sees it, -1..1.
    """

    up: FloatArray
    down: FloatArray
    families: FloatArray

    @property
    def score(self) -> FloatArray:
        """How much likelier the forests think up than down, before calibration, -1..1, shape (n,)."""
        return _chance(self.up) - _chance(self.down)


def _chance(log_odds: FloatArray) -> FloatArray:
    chance: FloatArray = 1.0 / (1.0 + np.exp(-log_odds))
    return chance


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What a model says of some bars.

    Parameters
    ----------
    up, down : ndarray of float64, shape (n,)
        Calibrated probabilities that the upper, the lower barrier comes first, 0..1.
    score : ndarray of float64, shape (n,)
        How much likelier the forests think up than down, before calibration, -1..1.
    sides : ndarray of int8, shape (n, n_families)
        The families' votes: 1 bullish, -1 bearish, 0 abstains.
    leans : ndarray of int8, shape (n,)
        1 where a bullish signal may stand, -1 a bearish one; see `decision`.
    """

    up: FloatArray
    down: FloatArray
    score: FloatArray
    sides: SideArray
    leans: SideArray


def sides_of(opinions: Opinions, limits: Sequence[VoteLimits]) -> SideArray:
    """Return the families' votes, shape (n, n_families); see `Judgement.sides`."""
    sides = np.zeros(opinions.families.shape, np.int8)
    for k, each in enumerate(limits):
        sides[:, k] = each.side(opinions.families[:, k])
    return sides


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """How opinions are read.

    Parameters
    ----------
    up, down : Calibration
        From log-odds to probabilities.
    base_up, base_down : float
        Share of the bars it was settled on whose upper (lower) barrier came first, 0..1.
    vote_limits : tuple of VoteLimits
        Beyond which each family votes, in the order of the recipe's families.
    rules : DecisionRules
        When a bar leans, and when a lean becomes a signal.
    """

    up: Calibration
    down: Calibration
    base_up: float
    base_down: float
    vote_limits: tuple[VoteLimits, ...]
    rules: DecisionRules

    def read(self, opinions: Opinions) -> Judgement:
        """Return what opinions mean; of each bar the same alone and among others."""
        sides = sides_of(opinions, self.vote_limits)
        up, down = self.up(opinions.up), self.down(opinions.down)
        lifts = (up - self.base_up, down - self.base_down)
        leans = self.rules.leans(opinions.score, lifts, count_votes(sides))
        return Judgement(up, down, opinions.score, sides, leans)
