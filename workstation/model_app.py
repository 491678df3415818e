"""The process of one model: brings together what loads models and what asks for them. Never imports Qt.

LightGBM is loaded here and where models are trained, and nowhere else: it is large, and damaged files kill.
"""

import contextlib
import sys
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import BadModel
from workstation.services.model_answering import answer_all, own_standard_output

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

    def judge(
        self, matrix: NDArray[np.float32], *, with_contributions: bool
    ) -> Mapping[str, NDArray[np.generic]]:
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


def main() -> None:
    """Answer on standard output what is asked on standard input."""
    answer_all({"boosters": Boosters.load}, sys.stdin.buffer, own_standard_output())


if __name__ == "__main__":
    main()
