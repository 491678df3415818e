"""All that is needed to grade: the rank model's trees and the components' weights, learnt together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from workstation.domain.errors import TidemarkError
from workstation.engine.grade.rank_model import RankModel
from workstation.engine.grade.weights import WEIGHTS_FILE, GradeWeights

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
        told = {"learnt_until_ms": self.learnt_until_ms, "n_examples": self.n_examples}
        own = {WEIGHTS_FILE: self.weights.to_file(), _FILE: json.dumps(told).encode()}
        return self.trees.to_files() | own

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
            weights, told = GradeWeights.from_file(files[WEIGHTS_FILE]), json.loads(files[_FILE])
            return cls(trees, weights, int(told["learnt_until_ms"]), int(told["n_examples"]))
        except (KeyError, TypeError, ValueError) as error:
            raise TidemarkError(f"The grade's files are incomplete or damaged: {error}.") from error
