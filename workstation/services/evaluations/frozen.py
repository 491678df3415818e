"""Judging with models that are there already and stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workstation.engine.model.bundle import SignalModel, read_model
from workstation.engine.model.decision import decide
from workstation.engine.model.examination import Predictions
from workstation.engine.model.judge import Judge
from workstation.engine.model.meaning import Opinions
from workstation.engine.model.panel import Float32Array, Panel
from workstation.services.evaluations.signal_quarters import Told
from workstation.services.work.kept import Arrays
from workstation.services.work.workers import Workers

_MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class JudgeTask:
    """Some bars to be judged.

    Parameters
    ----------
    files : tuple of (str, bytes)
        The model's files, held against its hashes before.
    values : ndarray of float32, shape (n, n_points)
    """

    files: tuple[tuple[str, bytes], ...]
    values: Float32Array


@lru_cache(maxsize=1)
def _judge(files: tuple[tuple[str, bytes], ...]) -> Judge:
    return Judge(read_model(dict(files)))


def frozen_opinions(task: JudgeTask) -> Arrays:
    """Return what the model thinks of the bars."""
    opinions = _judge(task.files).forest.opinions(task.values)
    return {"up": opinions.up, "down": opinions.down, "families": opinions.families}


def frozen_predictions(
    panel: Panel, files: Mapping[str, bytes], first_ms: int, workers: Workers, on_progress: Told
) -> Predictions:
    """Return what one model says of every bar from a moment on.

    Parameters
    ----------
    panel : Panel
        Its data points are those that the model reads.
    files : mapping of str to bytes
        Of the model.
    first_ms : int
        Bars that open before it are not judged, UTC milliseconds.
    """
    model = read_model(files)
    pieces = _pieces(panel)
    sealed = tuple(sorted(files.items()))
    tasks = (JudgeTask(sealed, np.array(panel.coins[coin].values[a:b])) for coin, a, b in pieces)
    parts = []
    for found in workers.map(frozen_opinions, tasks):
        parts.append(found)
        on_progress(len(parts), len(pieces))
    told = Opinions(*(_joined(parts, name, model) for name in ("up", "down", "families")))
    return _read(panel, model, told, panel.open_time >= first_ms)


def _pieces(panel: Panel) -> list[tuple[int, int, int]]:
    return [
        (coin, first, min(first + _MOST_ROWS, len(rows.open_time)))
        for coin, rows in enumerate(panel.coins)
        for first in range(0, len(rows.open_time), _MOST_ROWS)
    ]


def _joined(
    parts: list[Arrays], name: str, model: SignalModel
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    shape = (0, len(model.recipe.families)) if name == "families" else (0,)
    return np.concatenate([np.empty(shape), *(np.asarray(part[name], np.float64) for part in parts)])


def _read(
    panel: Panel,
    model: SignalModel,
    opinions: Opinions,
    judged: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> Predictions:
    meaning, n = model.meaning, len(panel)
    judgement = meaning.read(opinions)
    leans = np.where(judged, judgement.leans, 0).astype(np.int8)
    said, start = np.zeros(n, np.int8), 0
    for coin in panel.coins:
        own = slice(start, start + len(coin.open_time))
        slots = coin.open_time // panel.bar_ms
        said[own], _ = decide(slots, leans[own], judgement.score[own], meaning.rules)
        start = own.stop
    return Predictions(
        judged=judged,
        up=judgement.up,
        down=judgement.down,
        base_up=np.full(n, meaning.base_up),
        base_down=np.full(n, meaning.base_down),
        score=judgement.score,
        sides=judgement.sides,
        leans=leans,
        said=said,
    )
