"""Small models, real and pretended, with their cards."""

from dataclasses import replace
from functools import cache

import numpy as np

from workstation.domain.model_card import (
    Figure,
    ModelCard,
    SmokeVector,
    StoredModel,
    TrainingData,
    telling_rows,
)
from workstation.storage.model_manifest import encode_card, hash_of, seal

FEATURES = tuple(f"momentum.point_{i}" for i in range(6))
PRETENDED = {"up.txt": b"tree\nversion=v4\n", "calibration.json": b'{"knots": [0.1, 0.9]}'}


def card(name="signals-1h", features=FEATURES, created_ms=1_700_000_000_000, **changes):
    """Return a card of a model that is not stored yet."""
    plain = ModelCard(
        name=name,
        kind="boosters",
        timeframe="1h",
        horizon_bars=24,
        created_ms=created_ms,
        engine_version="0.1.0",
        trained_on=TrainingData(
            "Candles of 12 coins", "as recorded", 0, 1_000, ("BTC/USDT", "ETH/USDT"), 500
        ),
        features=tuple(features),
        figures=(Figure("hit_lift_pp", 5.5, 4.1, 6.9, 900),),
        n_variants_tried=12,
        smoke=SmokeVector((tuple(0.5 for _ in features),), {"up": (0.25,)}),
    )
    return replace(plain, **changes)


def stored(card, files):
    """Return a model as the store would give it, its hashes true to whatever the files are."""
    sealed = replace(card, files=seal(files))
    return StoredModel(hash_of(encode_card(sealed)), sealed, files)


@cache
def rows(n=400):
    """Return data points, some of them not known, and what came of them."""
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(n, len(FEATURES))).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.02] = np.nan
    right = np.nan_to_num(matrix[:, 0] + matrix[:, 1] * matrix[:, 2]) + rng.normal(size=n) > 0
    return matrix, right


@cache
def trained(n_trees=8):
    """Return a real model of two boosters, whole, and its matrix's own predictions."""
    import lightgbm

    matrix, right = rows()
    options = {"objective": "binary", "num_leaves": 7, "verbose": -1, "num_threads": 1, "seed": 7}
    boosters = {
        name: lightgbm.train(options, lightgbm.Dataset(matrix, label.astype(float)), n_trees)
        for name, label in {"up": right, "down": ~right}.items()
    }
    leaves = np.hstack([each.predict(matrix, pred_leaf=True) for each in boosters.values()])
    few = matrix[telling_rows(leaves, 40)]
    smoke = SmokeVector.of(few, {name: each.predict(few) for name, each in boosters.items()})
    files = {f"{name}.txt": each.model_to_string().encode() for name, each in boosters.items()}
    predictions = {name: each.predict(matrix) for name, each in boosters.items()}
    return stored(card(smoke=smoke), files), predictions
