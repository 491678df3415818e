"""The rank model: what trees, taught by what followed, make of how a coin stands in every measure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import TidemarkError
from workstation.engine.grade.measures import MEASURES

_NAMES_FILE = "rank_measures.json"
_HORIZONS = ("24h", "7d")


@dataclass(frozen=True, slots=True)
class RankModel:
    """Trees for the next 24 hours and for the next seven days, as plain text.

    Parameters
    ----------
    boosters : tuple of str
        LightGBM's own text, one a horizon: 24 hours, seven days.
    measures : tuple of str
        The columns they read, in order.
    """

    boosters: tuple[str, ...]
    measures: tuple[str, ...] = MEASURES

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files by name."""
        files = {f"rank_{h}.txt": text.encode() for h, text in zip(_HORIZONS, self.boosters, strict=True)}
        return files | {_NAMES_FILE: json.dumps(self.measures).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "RankModel":
        """Return the model of `to_files`.

        Raises
        ------
        TidemarkError
            A file is missing or is no text, or the model reads other measures than this program makes.
        """
        try:
            texts = tuple(files[f"rank_{h}.txt"].decode() for h in _HORIZONS)
            names = json.loads(files[_NAMES_FILE])
        except (KeyError, ValueError) as error:
            raise TidemarkError(f"The rank model's files are incomplete or damaged: {error}.") from error
        if names != list(MEASURES):
            raise TidemarkError(
                "The rank model was made for other measures than this version's; train a new one."
            )
        return cls(texts)


class RankPredictor:
    """A rank model, loaded. A damaged model can stop the process that loads it: check its hash before.

    Parameters
    ----------
    model : RankModel

    Raises
    ------
    TidemarkError
        LightGBM refuses the model.
    """

    def __init__(self, model: RankModel) -> None:
        try:
            self._boosters = [_loaded(text) for text in model.boosters]
        except lightgbm.basic.LightGBMError as error:
            raise TidemarkError(f"The rank model cannot be read: {error}.") from error

    def opinions(self, ranks: FloatArray) -> FloatArray:
        """Return what each horizon's trees say of each coin.

        Parameters
        ----------
        ranks : ndarray of float64, shape (..., N_MEASURES)
            Of `ranks.standings`; NaN where a coin is not measured.

        Returns
        -------
        ndarray of float64, shape (..., 2)
            Expected rank, 24 hours and seven days; only their order means anything. NaN where not measured.
        """
        flat = ranks.reshape(-1, ranks.shape[-1])
        known = ~np.isnan(flat[:, 0])
        out = np.full((len(flat), len(self._boosters)), np.nan)
        if known.any():
            given = read_by_trees(flat[known])
            for k, booster in enumerate(self._boosters):
                out[known, k] = booster.predict(given, num_threads=1)
        return out.reshape(*ranks.shape[:-1], len(self._boosters))


def read_by_trees(ranks: FloatArray) -> FloatArray:
    """Return ranks as the trees read them: a measure that is not known counts as the middle."""
    return np.nan_to_num(ranks)


def _loaded(text: str) -> Any:
    return lightgbm.Booster(model_str=text)
