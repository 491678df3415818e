"""All that is needed to grade: the rank model's trees and the components' weights, learnt together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from workstation.domain.errors import TidemarkError
from workstation.engine.grade.components import COMPONENTS
from workstation.engine.grade.rank_model import RankModel
from workstation.engine.grade.weights import GradeWeights

_FILE = "grade.json"


@dataclass(frozen=True, slots=True)
class GradeModel:
    """A grade that was taught.

    Parameters
    ----------
    trees : RankModel
    weights : GradeWeights
    learnt_until_ms : int
        Nothing that was known later has taught it; UTC milliseconds.
    n_examples : int
        Coins at closes that taught the trees.
    """

    trees: RankModel
    weights: GradeWeights
    learnt_until_ms: int
    n_examples: int

    def to_files(self) -> dict[str, bytes]:
        """Return the model as plain files by name."""
        told = {
            "components": COMPONENTS,
            "weights": self.weights.values,
            "learnt_until_ms": self.learnt_until_ms,
            "n_examples": self.n_examples,
        }
        return self.trees.to_files() | {_FILE: json.dumps(told).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "GradeModel":
        """Return the model of `to_files`.

        Raises
        ------
        TidemarkError
            A file is missing or damaged, or made for other measures or components than this version's.
        """
        trees = RankModel.from_files(files)
        try:
            told = json.loads(files[_FILE])
            names, weights = tuple(told["components"]), GradeWeights(tuple(told["weights"]))
            model = cls(trees, weights, int(told["learnt_until_ms"]), int(told["n_examples"]))
        except (KeyError, TypeError, ValueError) as error:
            raise TidemarkError(f"The grade's weights are missing or damaged: {error}.") from error
        if names != COMPONENTS:
            raise TidemarkError(
                "The grade was taught with other components than this version's; train a new one."
            )
        return model
