"""A trained model as one value, and as files that anybody can read and check.

The files are LightGBM's text for each forest and one manifest in JSON, which names the SHA-256 of each of
them. The SHA-256 of the manifest is the model's name: who knows it knows every number in the model.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.errors import BadModel, UsageError
from workstation.domain.signal import Family
from workstation.engine.model.calibration import Calibration
from workstation.engine.model.decision import DecisionRules
from workstation.engine.model.family_vote import VoteLimits
from workstation.engine.model.meaning import Meaning
from workstation.engine.model.recipe import Boosting, Recipe

MANIFEST = "manifest.json"
FORMAT = 1
"""Of the manifest; another one is refused."""


@dataclass(frozen=True, slots=True)
class Forests:
    """What was learnt, as LightGBM's own text.

    Parameters
    ----------
    up, down : str
        Log-odds that the upper barrier comes first, and that the lower one does.
    families : mapping of Family to str
        How a bar may end, -1..1, from the data points of one family alone.
    """

    up: str
    down: str
    families: Mapping[Family, str]


@dataclass(frozen=True, eq=False)
class SignalModel:
    """Everything that is needed to judge a bar.

    Parameters
    ----------
    recipe : Recipe
        How it was made; its points are the data points it reads, by column.
    forests : Forests
        What it learnt.
    meaning : Meaning
        What its opinions mean: probabilities, votes, signals.
    quantiles : ndarray of float64, shape (n_points, n_quantiles)
        Of each data point over the bars learnt from; see `drift`.
    learnt_from_ms, learnt_to_ms : int
        First open and last close of what it learnt from, UTC milliseconds.
    n_learnt, n_coins : int
        Bars and coins it learnt from.
    engine_version : str
        Of the engine whose data points it reads.
    """

    recipe: Recipe
    forests: Forests
    meaning: Meaning
    quantiles: FloatArray
    learnt_from_ms: int
    learnt_to_ms: int
    n_learnt: int
    n_coins: int
    engine_version: str

    @cached_property
    def model_hash(self) -> str:
        """SHA-256 of the manifest, hexadecimal."""
        return _sha256(self.files()[MANIFEST])

    def files(self) -> dict[str, bytes]:
        """Return the model's files by name; `read_model` gives the model back."""
        forests = _forest_files(self.forests)
        manifest = {
            "format": FORMAT,
            "engine_version": self.engine_version,
            "recipe": asdict(self.recipe),
            "files": {name: _sha256(content) for name, content in forests.items()},
            "meaning": _said_of(self.meaning, self.recipe),
            "quantiles": _no_nan(self.quantiles),
            "learnt": {
                "from_ms": self.learnt_from_ms,
                "to_ms": self.learnt_to_ms,
                "bars": self.n_learnt,
                "coins": self.n_coins,
            },
        }
        text = json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False)
        return {MANIFEST: text.encode(), **forests}


def read_model(files: Mapping[str, bytes]) -> SignalModel:
    """Return the model that files hold; their trees are not looked into yet.

    Parameters
    ----------
    files : mapping of str to bytes
        As `SignalModel.files` gives them.

    Raises
    ------
    BadModel
        A file is missing, does not have the hash that the manifest names, or the manifest is not one.
    """
    if MANIFEST not in files:
        raise BadModel(f"This model has no {MANIFEST}. Install the model again.")
    try:
        said = json.loads(files[MANIFEST])
        if said["format"] != FORMAT:
            raise BadModel(
                f"This model has format {said['format']}, this version reads {FORMAT}. Train a new model."
            )
        _check(files, said["files"])
        return _model(said, files)
    except (AttributeError, KeyError, TypeError, ValueError, UsageError) as error:
        raise BadModel(
            f"{MANIFEST} of this model is not as expected: {error!r}. Install the model again."
        ) from error


def _check(files: Mapping[str, bytes], named: Mapping[str, str]) -> None:
    for name, digest in named.items():
        if name not in files:
            raise BadModel(f"{name} of this model is missing. Install the model again.")
        if _sha256(files[name]) != digest:
            raise BadModel(
                f"{name} of this model was changed: its hash is not {digest[:12]}…. Install the model again."
            )


def _model(said: dict[str, Any], files: Mapping[str, bytes]) -> SignalModel:
    recipe = _recipe(said["recipe"])
    text = {name: files[name].decode() for name in said["files"]}
    families = {family: text[f"family_{family.value}.txt"] for family in recipe.families}
    quantiles = np.array([[np.nan if q is None else q for q in row] for row in said["quantiles"]])
    if quantiles.ndim != 2 or len(quantiles) != len(recipe.points):
        raise ValueError("quantiles of each data point")
    return SignalModel(
        recipe=recipe,
        forests=Forests(text["up.txt"], text["down.txt"], families),
        meaning=_meaning(said["meaning"], recipe),
        quantiles=quantiles,
        learnt_from_ms=int(said["learnt"]["from_ms"]),
        learnt_to_ms=int(said["learnt"]["to_ms"]),
        n_learnt=int(said["learnt"]["bars"]),
        n_coins=int(said["learnt"]["coins"]),
        engine_version=str(said["engine_version"]),
    )


def _recipe(said: dict[str, Any]) -> Recipe:
    parts = {"judges": Boosting(**said["judges"]), "voters": Boosting(**said["voters"])}
    return Recipe(**{**said, **parts, "points": tuple(said["points"])})


def _forest_files(forests: Forests) -> dict[str, bytes]:
    families = {f"family_{family.value}.txt": text.encode() for family, text in forests.families.items()}
    return {"up.txt": forests.up.encode(), "down.txt": forests.down.encode(), **families}


def _meaning(said: dict[str, Any], recipe: Recipe) -> Meaning:
    return Meaning(
        up=Calibration(*(np.array(column, np.float64) for column in said["up"])),
        down=Calibration(*(np.array(column, np.float64) for column in said["down"])),
        base_up=float(said["base_up"]),
        base_down=float(said["base_down"]),
        vote_limits=tuple(VoteLimits(**said["vote_limits"][family.value]) for family in recipe.families),
        rules=DecisionRules(**said["rules"]),
    )


def _said_of(meaning: Meaning, recipe: Recipe) -> dict[str, Any]:
    families = zip(recipe.families, meaning.vote_limits, strict=True)
    return {
        "up": _knots(meaning.up),
        "down": _knots(meaning.down),
        "base_up": meaning.base_up,
        "base_down": meaning.base_down,
        "vote_limits": {family.value: asdict(limits) for family, limits in families},
        "rules": {name: value for name, value in asdict(meaning.rules).items() if value is not None},
    }


def _knots(calibration: Calibration) -> tuple[list[float], list[float]]:
    return calibration.opinions.tolist(), calibration.probabilities.tolist()


def _no_nan(table: FloatArray) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in row] for row in table.tolist()]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
