"""New models from recorded candles, each with its card, and whether they take over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from workstation import __version__
from workstation.domain.errors import BadModel, UsageError
from workstation.domain.model_card import (
    ModelCard,
    StoredModel,
)
from workstation.domain.model_standing import Standing
from workstation.engine.evaluation.report import Json
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.grade.measures import MEASURES
from workstation.engine.grade.rank_training import TooLittlePast, train_grade
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.drift import quantiles_of
from workstation.engine.model.examination import LEAST_DAYS, MEMORY, settled_before
from workstation.engine.model.panel import learnt_rows
from workstation.engine.model.training import LEAST_ROWS, train
from workstation.engine.model.walk_forward import Fold
from workstation.services.evaluations.blocks import Blocks
from workstation.services.evaluations.challenges import Decision, challenge_grade, challenge_signals
from workstation.services.evaluations.evaluation import (
    Evaluation,
    WalkForward,
    Workshop,
    judge_walk,
    recipe_for,
    scratch,
    walk_forward,
)
from workstation.services.evaluations.ground import Ground
from workstation.services.evaluations.model_cards import Provenance, grade_card, signal_card


class ModelKeeper(Protocol):
    """Where models lie."""

    def standing(self, name: str) -> Standing:
        """Return the champion, the previous one and the challengers of a name."""
        ...

    def read(self, model_hash: str, known_features: Collection[str]) -> StoredModel:
        """Return a model, every byte checked against its hashes."""
        ...

    def add(self, card: ModelCard, files: Mapping[str, bytes], reason: str) -> str:
        """Store a model as a challenger and return its hash."""
        ...

    def promote(self, model_hash: str, reason: str) -> Standing:
        """Have a model judge from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Trained:
    """One new model.

    Parameters
    ----------
    name, model_hash : str
    decision : Decision
        Whether it judges now, and why.
    card : ModelCard
    """

    name: str
    model_hash: str
    decision: Decision
    card: ModelCard


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What came of a training.

    Parameters
    ----------
    models : tuple of Trained
    report : mapping
        Of the walk-forward that they were examined by.
    """

    models: tuple[Trained, ...]
    report: Json


def train_models(ground: Ground, keeper: ModelKeeper, origin: Provenance, shop: Workshop) -> Training:
    """Return new models of the signals and, with coins enough, of the grade; stored and decided on.

    Raises
    ------
    TidemarkError
        There is too little to learn from, or the models cannot be stored.
    """
    with scratch(shop.folder) as folder:
        blocks = Blocks(Path(folder))
        walked = walk_forward(ground, recipe_for(ground.timeframe), blocks, shop)
        examined = judge_walk(ground, walked, shop)
        models = [_train_signals(walked, examined, keeper, origin, shop)]
        if walked.grades is not None:
            models += _train_grade(ground, walked, examined, keeper, origin)
        walked.kept.clear()
        return Training(tuple(models), examined.report)


def _train_signals(
    walked: WalkForward, examined: Evaluation, keeper: ModelKeeper, origin: Provenance, shop: Workshop
) -> Trained:
    shop.on_progress("models made", 0, 1)
    model = signal_model(walked)
    shop.on_progress("models made", 1, 1)
    name = f"signals-{walked.recipe.timeframe}"
    before = _champion(keeper, name, {point.name for point in CANDLE_POINTS})
    decision = challenge_signals(walked, examined.evidence, before, shop.workers)
    card = signal_card(name, model, walked, examined.report, origin)
    return _kept(keeper, card, model.files(), decision)


def _train_grade(
    ground: Ground, walked: WalkForward, examined: Evaluation, keeper: ModelKeeper, origin: Provenance
) -> list[Trained]:
    lessons = walked.studied.lessons()
    try:
        model = train_grade(lessons, 1 + max(int(each.close_ms[-1]) for each in lessons))
    except TooLittlePast as error:
        ground.notes.append(str(error))
        return []
    name = f"grade-{walked.recipe.timeframe}"
    decision = challenge_grade(walked, examined.report, _champion(keeper, name, MEASURES))
    card = grade_card(name, model, walked, examined.report, origin)
    return [_kept(keeper, card, model.to_files(), decision)]


def _champion(keeper: ModelKeeper, name: str, known: Collection[str]) -> StoredModel | None:
    """Return the model that judges, or would if it was not switched off; None where none can be trusted."""
    place = keeper.standing(name).champion
    if place is None:
        return None
    try:
        return keeper.read(place.model_hash, known)
    except BadModel:
        return None


def _kept(keeper: ModelKeeper, card: ModelCard, files: Mapping[str, bytes], decision: Decision) -> Trained:
    model_hash = keeper.add(card, files, decision.reason)
    if decision.takes_over:
        keeper.promote(model_hash, decision.reason)
    return Trained(card.name, model_hash, decision, card)


def signal_model(walked: WalkForward) -> SignalModel:
    """Return the signal model of the newest bar: learnt from all that is known, settled on the last year.

    Raises
    ------
    UsageError
        Too few bars were judged by models that had not seen them.
    """
    panel, recipe = walked.studied.panel, walked.recipe
    now = int(panel.open_time.max()) + recipe.bar_ms
    meaning = settled_before(panel, Fold(now, now + 1), walked.opinions[-MEMORY - 1 :], recipe)
    if meaning is None:
        raise UsageError(
            f"There is too little history to train on: {LEAST_ROWS} bars must have been judged by a model "
            f"grown from the {LEAST_DAYS} days or more before them. Import more candles."
        )
    rows = np.flatnonzero(learnt_rows(panel, recipe.every) & (panel.known_ms <= now))
    return SignalModel(
        recipe=recipe,
        forests=train(panel, rows, recipe),
        meaning=meaning,
        quantiles=quantiles_of(panel.gather(rows)),
        learnt_from_ms=int(panel.open_time[rows].min()),
        learnt_to_ms=int(panel.known_ms[rows].max()),
        n_learnt=len(rows),
        n_coins=len(np.unique(panel.coin[rows])),
        engine_version=__version__,
    )
