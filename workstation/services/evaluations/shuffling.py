"""Labels shuffled on purpose: models that are taught noise, and judged on what really happened."""

from dataclasses import dataclass, replace

import numpy as np

from workstation.engine.grade.rank_training import Examples
from workstation.engine.model.lessons import DealtOutcomes, Lessons, truth


@dataclass(frozen=True, slots=True)
class Shuffling:
    """Whether models are taught the truth.

    Parameters
    ----------
    seed : int or None
        None teaches the truth; a number shuffles the labels, each number otherwise.
    """

    seed: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether labels are shuffled."""
        return self.seed is not None

    @property
    def lessons(self) -> Lessons:
        """What signals are taught."""
        return truth if self.seed is None else DealtOutcomes(self.seed)

    def taught(self, examples: Examples) -> Examples:
        """Return what grades are taught: how coins stood later, shuffled among the coins of each close.

        A close keeps all its ranks, and nothing of another day is told.
        """
        if self.seed is None:
            return examples
        targets = examples.targets.copy()
        for row, close_ms in enumerate(examples.close_ms.tolist()):
            coins = np.flatnonzero(examples.crowd[row])
            dealt = np.random.default_rng((self.seed, close_ms)).permutation(coins)
            targets[row, coins] = examples.targets[row, dealt]
        return replace(examples, targets=targets)


TRUTH = Shuffling()
"""Labels as they were."""
