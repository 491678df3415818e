"""New models from recorded candles, each with its card, and whether they take over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from workstation import __version__
from workstation.domain.errors import BadModel, UsageError
from workstation.domain.model_card import (
    Figure,
    ModelCard,
    SmokeVector,
    StoredModel,
    TrainingData,
    telling_rows,
)
from workstation.domain.model_standing import Standing
from workstation.engine.evaluation.report import Json
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.grade.components import COMPONENTS
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.measures import MEASURES
from workstation.engine.grade.panel import HORIZONS_MS, MeasuredPanel
from workstation.engine.grade.rank_model import RankPredictor, read_by_trees
from workstation.engine.grade.rank_training import Examples, TooLittlePast, train_grade
from workstation.engine.grade.record import record
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.drift import quantiles_of
from workstation.engine.model.examination import LEAST_DAYS, MEMORY, settled_before
from workstation.engine.model.judge import Judge
from workstation.engine.model.panel import learnt_rows
from workstation.engine.model.training import LEAST_ROWS, train
from workstation.engine.model.walk_forward import Fold
from workstation.services.evaluations.blocks import Blocks
from workstation.services.evaluations.challenges import Decision, challenge_grade, challenge_signals
from workstation.services.evaluations.evaluation import (
    N_VARIANTS_TRIED,
    Evaluation,
    WalkForward,
    Workshop,
    judge_walk,
    recipe_for,
    scratch,
    walk_forward,
)
from workstation.services.evaluations.ground import Ground

_SMOKE_ROWS = 40
_SMOKE_SAMPLE = 2_000
_SIGNAL_FIGURES = (
    "hit_rate", "base_rate", "hit_lift_pp", "net_mean_pct", "profit_factor", "delay_cost_pct",
    "per_coin_month",
)  # fmt: skip
_PAIRED_FIGURES = ("hit_lift_pp", "net_mean_pct", "profit_factor")
_GRADE_FIGURES = (
    "ic_24h", "ic_7d", "ic_7d_momentum", "days_positive_pct", "top_beats_median_pct",
    "bottom_beats_median_pct", "crash_ratio",
)  # fmt: skip
_DAY_MS = 86_400_000


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
class Provenance:
    """Where training data come from.

    Parameters
    ----------
    source, licence : str
        Whose candles, and under which terms they may be used, in words.
    now_ms : int
        When the models are made, UTC milliseconds.
    """

    source: str
    licence: str
    now_ms: int


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
    card = _signal_card(name, model, walked, examined.report, origin)
    return _kept(keeper, card, model.files(), decision)


def _train_grade(
    ground: Ground, walked: WalkForward, examined: Evaluation, keeper: ModelKeeper, origin: Provenance
) -> list[Trained]:
    measured = walked.studied.measured
    try:
        model = train_grade([Examples.of(measured)], int(measured.close_ms[-1]) + 1)
    except TooLittlePast as error:
        ground.notes.append(str(error))
        return []
    name = f"grade-{walked.recipe.timeframe}"
    decision = challenge_grade(walked, examined.report, _champion(keeper, name, MEASURES))
    card = _grade_card(name, model, walked, examined.report, origin)
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


def _signal_card(
    name: str, model: SignalModel, walked: WalkForward, report: Json, origin: Provenance
) -> ModelCard:
    judge, panel = Judge(model), walked.studied.panel
    rows = panel.gather(_spread(len(panel), _SMOKE_SAMPLE))
    trees = (judge.forest.up, judge.forest.down)
    leaves = np.hstack(
        [np.asarray(each.predict(rows, pred_leaf=True, num_threads=1), np.int64) for each in trees]
    )
    few = rows[telling_rows(leaves, _SMOKE_ROWS)]
    said = judge.judge(few)
    answers = {key: getattr(said, key) for key in ("up", "down", "score", "sides", "leans")}
    return ModelCard(
        name=name,
        kind="signals",
        timeframe=walked.recipe.timeframe,
        horizon_bars=walked.recipe.horizon,
        created_ms=origin.now_ms,
        engine_version=__version__,
        trained_on=TrainingData(
            origin.source,
            origin.licence,
            model.learnt_from_ms + walked.recipe.bar_ms,
            model.learnt_to_ms,
            walked.studied.symbols,
            model.n_learnt,
        ),
        features=walked.recipe.points,
        figures=_signal_figures(report),
        n_variants_tried=N_VARIANTS_TRIED,
        smoke=SmokeVector.of(few, answers),
    )


def _grade_card(
    name: str, model: GradeModel, walked: WalkForward, report: Json, origin: Provenance
) -> ModelCard:
    measured = walked.studied.measured
    examples = Examples.of(measured)
    ranks = examples.ranks[examples.learnable()]
    few = read_by_trees(ranks[_spread(len(ranks), _SMOKE_ROWS)].astype(np.float64)).astype(np.float32)
    opinions = RankPredictor(model.trees).opinions(few.astype(np.float64))
    days = examples.close_ms[examples.learnable().any(axis=1)]
    return ModelCard(
        name=name,
        kind="grade",
        timeframe=walked.recipe.timeframe,
        horizon_bars=HORIZONS_MS[-1] // walked.recipe.bar_ms,
        created_ms=origin.now_ms,
        engine_version=__version__,
        trained_on=TrainingData(
            origin.source,
            origin.licence,
            int(days[0]),
            int(days[-1]) + HORIZONS_MS[-1],
            measured.symbols,
            model.n_examples,
        ),
        features=MEASURES,
        figures=(*_grade_figures(report), *_weight_figures(model), *_band_figures(walked, measured)),
        n_variants_tried=N_VARIANTS_TRIED,
        smoke=SmokeVector.of(few, {"opinions": opinions}),
    )


def _spread(n: int, most: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return places spread evenly over a history, rising, none twice."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))


def _signal_figures(report: Mapping[str, Any]) -> tuple[Figure, ...]:
    signals, big, said = report["signals"], report["big_moves"], report["calibration"]
    told = [(name, signals[name], signals["n"]) for name in _SIGNAL_FIGURES]
    for rival in ("rsi", "macd", "random", "family_vote"):
        told += [
            (f"{name}_above_{rival}", report["paired"][rival][name], signals["n"]) for name in _PAIRED_FIGURES
        ]
    for regime, each in report["regimes"].items():
        told.append((f"hit_lift_pp_{regime}", each["hit_lift_pp"], each["n"]))
    told += [(f"big_rise_{name}", big[name], big["n"]) for name in ("precision", "base_rate", "lift")]
    told += [(name, said[name], said.get("n", 0)) for name in ("auc", "brier_skill_pct", "ece")]
    return _known(told)


def _grade_figures(report: Mapping[str, Any]) -> tuple[Figure, ...]:
    grade = report["grade"]
    return _known([(name, grade[name], grade["days"]) for name in _GRADE_FIGURES])


def _weight_figures(model: GradeModel) -> tuple[Figure, ...]:
    weights = zip(COMPONENTS, model.weights.values, strict=True)
    return tuple(Figure(f"weight_{name}", value, value, value, model.n_examples) for name, value in weights)


def _band_figures(walked: WalkForward, measured: MeasuredPanel) -> tuple[Figure, ...]:
    """Return each band's record: what coins with such a grade did in the seven days after."""
    if walked.grades is None:
        return ()
    told: list[Figure] = []
    for band in record(walked.grades.grade, measured.outcomes, measured.close_ms):
        if not band.note:
            beat = (band.beats_median, band.beats_median_low, band.beats_median_high)
            crash = (band.crash_rate, band.crash_low, band.crash_high)
            told.append(Figure(f"grade_band_{band.low}_beats_median", *_ordered(*beat), band.n))
            told.append(Figure(f"grade_band_{band.low}_crash_rate", *_ordered(*crash), band.n))
    return tuple(told)


def _known(told: Sequence[tuple[str, Mapping[str, Any], int]]) -> tuple[Figure, ...]:
    return tuple(
        Figure(name, *_ordered(each["value"], each["low"], each["high"]), n)
        for name, each, n in told
        if each["low"] is not None
    )


def _ordered(value: float, low: float, high: float) -> tuple[float, float, float]:
    """Return a figure inside its interval: that of something bounded may leave its value just outside."""
    return value, min(low, value), max(high, value)
