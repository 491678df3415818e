"""The process of one model: brings together what loads models and what asks for them. Never imports Qt.

LightGBM is loaded here and where models are trained, and nowhere else: it is large, and damaged files kill.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import BadModel
from workstation.services.model_answering import Arrays, Loader, answer_all, own_standard_output

_NOT_FOR_JUDGING = ("sklearn", "pandas", "pyarrow", "matplotlib", "graphviz", "dask")


@contextlib.contextmanager
def withheld(names: tuple[str, ...]) -> Iterator[None]:
    """Have LightGBM not find what it loads where it can; no judge needs these 130 MB, nor the second."""
    held = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(held))  # type: ignore[arg-type]  # None is how Python says "not there"
    try:
        yield
    finally:
        for name in held:
            del sys.modules[name]


with withheld(_NOT_FOR_JUDGING):
    import lightgbm


class Boosters:
    """Plain LightGBM boosters, each answering under the name of its file.

    Parameters
    ----------
    boosters : mapping of str to lightgbm.Booster
        By the name of the answer.
    """

    def __init__(self, boosters: Mapping[str, lightgbm.Booster]) -> None:
        self._boosters = boosters

    @classmethod
    def load(cls, files: Mapping[str, bytes]) -> "Boosters":
        """Return the boosters of files such as ``up.txt``.

        Raises
        ------
        BadModel
            One is no LightGBM text; LightGBM may also end the process, or never return.
        """
        try:
            return cls(
                {
                    name.removesuffix(".txt"): lightgbm.Booster(model_str=content.decode())
                    for name, content in files.items()
                    if name.endswith(".txt")
                }
            )
        except (lightgbm.basic.LightGBMError, ValueError) as error:
            raise BadModel(f"LightGBM says: {error}") from error

    def judge(self, matrix: NDArray[np.float32], *, with_contributions: bool) -> Arrays:
        """Return each booster's prediction, and on demand its contributions as ``NAME_contributions``.

        Raises
        ------
        BadModel
            A booster has another number of data points.
        """
        said = {}
        try:
            for name, booster in self._boosters.items():
                said[name] = np.asarray(booster.predict(matrix, num_threads=1))
                if with_contributions:
                    shares = booster.predict(matrix, num_threads=1, pred_contrib=True)
                    said[f"{name}_contributions"] = np.asarray(shares)
        except lightgbm.basic.LightGBMError as error:
            raise BadModel(f"LightGBM says: {error}") from error
        return said


def signals_loader() -> Loader:
    """Return what loads the models that signals come from; the engine's part of it is imported here.

    Their judges answer ``up`` and ``down`` (calibrated probabilities), ``score`` (log-odds), ``sides`` (one
    column a family) and ``leans``. On demand ``contributions`` (one column a data point, towards up), and
    what would undo a bar's lean, the least change first: ``flip_columns`` (data points, -1 for none more)
    and ``flip_values``.
    """
    from workstation.domain.signal import Direction
    from workstation.engine.model.bundle import read_model
    from workstation.engine.model.contribution import LOUDEST, loudest
    from workstation.engine.model.flip import flips
    from workstation.engine.model.judge import Judge

    class Signals:
        def __init__(self, judge: Judge) -> None:
            self._judge = judge

        def judge(self, matrix: NDArray[np.float32], *, with_contributions: bool) -> Arrays:
            said = self._judge.judge(matrix)
            answers = {name: getattr(said, name) for name in ("up", "down", "score", "sides", "leans")}
            if with_contributions:
                shares = self._judge.forest.contributions(matrix)
                answers["contributions"] = shares
                answers["flip_columns"], answers["flip_values"] = self._flips(matrix, shares, said.leans)
            return answers

        def _flips(
            self, matrix: NDArray[np.float32], shares: NDArray[np.float64], leans: NDArray[np.int8]
        ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
            columns, values = np.full((len(matrix), LOUDEST), -1), np.full((len(matrix), LOUDEST), np.nan)
            points = self._judge.model.recipe.points
            for row in np.flatnonzero(leans).tolist():
                direction = Direction(int(leans[row]))
                loud = [one.name for one in loudest(points, matrix[row], shares[row], direction)]
                for k, flip in enumerate(flips(self._judge, matrix[row], direction, loud)):
                    columns[row, k], values[row, k] = points.index(flip.name), flip.needed
            return columns, values

    return lambda files: Signals(Judge(read_model(files)))


def grade_loader() -> Loader:
    """Return what loads the models that grades rest on; their judges answer ``opinions``, one a horizon."""
    from workstation.engine.grade.grade_model import GradeModel
    from workstation.engine.grade.rank_model import RankPredictor

    class Ranks:
        def __init__(self, predictor: RankPredictor) -> None:
            self._predictor = predictor

        def judge(self, matrix: NDArray[np.float32], *, with_contributions: bool) -> Arrays:
            if with_contributions:
                raise BadModel("It orders coins and tells no reasons.")
            return {"opinions": self._predictor.opinions(matrix.astype(np.float64))}

    return lambda files: Ranks(RankPredictor(GradeModel.from_files(files).trees))


_LOADERS: Mapping[str, Callable[[], Loader]] = {
    "boosters": lambda: Boosters.load,
    "signals": signals_loader,
    "grade": grade_loader,
}


def main(kind: str) -> None:
    """Answer on standard output what is asked on standard input of one model of this kind."""
    loaders = {kind: _LOADERS[kind]()} if kind in _LOADERS else {}
    answer_all(loaders, sys.stdin.buffer, own_standard_output())


if __name__ == "__main__":
    main(*sys.argv[1:])
