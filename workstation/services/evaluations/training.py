"""New models from recorded candles, each with its card, and whether they take over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from workstation import __version__
from workstation.domain.errors import BadModel, StoreError, UsageError
from workstation.domain.ledger import ModelChange, ModelEvent
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
from workstation.services.evaluations.challenges import (
    Decision,
    challenge_grade,
    challenge_signals,
    dismissal,
)
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

_NOW = {
    ModelChange.CHALLENGER: "is kept as a challenger",
    ModelChange.CHAMPION: "judges",
    ModelChange.SWITCHED_OFF: "is switched off",
}

_SILENT = "It is silent for now: in the year before, bars like those it favours were not right beyond chance."


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

    def switch_off(self, name: str, reason: str) -> Standing:
        """Have no model of this name judge."""
        ...


class ModelLedger(Protocol):
    """Where it is written, for good, which model judged when."""

    def add_model_event(self, event: ModelEvent) -> int:
        """Write what happened to a model; return the row's number."""
        ...


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """Where trained models go.

    Parameters
    ----------
    keeper : ModelKeeper
    ledger : ModelLedger or None
        None writes nothing down: the models are not those of an engine.
    origin : Provenance
        For their cards.
    """

    keeper: ModelKeeper
    ledger: ModelLedger | None
    origin: Provenance


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


def train_models(ground: Ground, desk: ModelDesk, shop: Workshop) -> Training:
    """Return new models of the signals and, with coins enough, of the grade; stored and decided on.

    A signal model that judges is switched off where it has no edge; see `challenges.dismissal`.

    Raises
    ------
    TidemarkError
        There is too little to learn from, or the models cannot be stored, or not be written down.
    """
    with scratch(shop.folder) as folder:
        blocks = Blocks(Path(folder))
        walked = walk_forward(ground, recipe_for(ground.timeframe), blocks, shop)
        examined = judge_walk(ground, walked, shop)
        models = [_train_signals(ground, walked, examined, desk, shop)]
        if walked.grades is not None:
            models += _train_grade(ground, walked, examined, desk)
        walked.kept.clear()
        return Training(tuple(models), examined.report)


def _train_signals(
    ground: Ground, walked: WalkForward, examined: Evaluation, desk: ModelDesk, shop: Workshop
) -> Trained:
    shop.on_progress("models made", 0, 1)
    model = signal_model(walked)
    shop.on_progress("models made", 1, 1)
    name = f"signals-{walked.recipe.timeframe}"
    before = _judging(desk.keeper, name, {point.name for point in CANDLE_POINTS})
    decision = challenge_signals(walked, examined.evidence, before, shop.workers)
    if before is not None and not decision.takes_over:
        no_edge = dismissal(ground, walked, examined.evidence, before, shop)
        decision = replace(decision, dismissal=no_edge)
    if not model.meaning.rules.may_speak:
        decision = replace(decision, reason=f"{decision.reason} {_SILENT}")
    card = signal_card(name, model, walked, examined.report, desk.origin)
    return keep_trained(desk, card, model.files(), decision, before)


def _train_grade(ground: Ground, walked: WalkForward, examined: Evaluation, desk: ModelDesk) -> list[Trained]:
    lessons = walked.studied.lessons()
    try:
        model = train_grade(lessons, 1 + max(int(each.close_ms[-1]) for each in lessons))
    except TooLittlePast as error:
        ground.notes.append(str(error))
        return []
    name = f"grade-{walked.recipe.timeframe}"
    before = _judging(desk.keeper, name, MEASURES)
    decision = challenge_grade(walked, examined.report, before)
    card = grade_card(name, model, walked, examined.report, desk.origin)
    return [keep_trained(desk, card, model.to_files(), decision, before)]


def _judging(keeper: ModelKeeper, name: str, known: Collection[str]) -> StoredModel | None:
    """Return the model that judges; None where none does, or it cannot be trusted."""
    standing = keeper.standing(name)
    if standing.champion is None or standing.off is not None:
        return None
    try:
        return keeper.read(standing.champion.model_hash, known)
    except BadModel:
        return None


def keep_trained(
    desk: ModelDesk,
    card: ModelCard,
    files: Mapping[str, bytes],
    decision: Decision,
    before: StoredModel | None,
) -> Trained:
    """Store a model, let it take its place, and write down what happened to it and to the one before."""
    keeper, change = desk.keeper, ModelChange.CHALLENGER
    model_hash = keeper.add(card, files, decision.reason)
    if decision.takes_over:
        keeper.promote(model_hash, decision.reason)
        change = ModelChange.CHAMPION
    _write(desk, ModelEvent(change, model_hash, decision.reason))
    if decision.dismissal and before is not None and _still_judges(keeper, card.name, before):
        keeper.switch_off(card.name, decision.dismissal)
        _write(desk, ModelEvent(ModelChange.SWITCHED_OFF, before.model_hash, decision.dismissal))
    return Trained(card.name, model_hash, decision, card)


def _still_judges(keeper: ModelKeeper, name: str, model: StoredModel) -> bool:
    """Return whether a model judges now: the trader may have chosen another one meanwhile."""
    standing = keeper.standing(name)
    return (
        standing.off is None
        and standing.champion is not None
        and standing.champion.model_hash == model.model_hash
    )


def _write(desk: ModelDesk, event: ModelEvent) -> None:
    if desk.ledger is None:
        return
    try:
        desk.ledger.add_model_event(event)
    except StoreError as error:
        raise StoreError(
            f"The model {event.model_hash[:12]} {_NOW[event.change]} now, but the ledger does not say so: "
            f"{error}"
        ) from error


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
