"""The whole judgement of the engine on some candles: walk-forward, or of models that are there already."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from workstation import __version__
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.market import timeframe_ms
from workstation.engine.evaluation.calibration_quality import Predictions as Said
from workstation.engine.evaluation.calibration_quality import causal_base_rate
from workstation.engine.evaluation.evidence import CoinEvidence
from workstation.engine.evaluation.ranking import GradePanel
from workstation.engine.evaluation.report import Findings, Json, report
from workstation.engine.grade.panel import MIN_COINS
from workstation.engine.model.bundle import read_model
from workstation.engine.model.examination import FoldOpinions, Predictions, predictions_of
from workstation.engine.model.panel import NEVER_MS, Panel
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.walk_forward import BoolArray
from workstation.services.evaluations.blocks import Blocks
from workstation.services.evaluations.coin_trial import COSTS, RANDOM_A_MONTH
from workstation.services.evaluations.frozen import frozen_predictions
from workstation.services.evaluations.grading import (
    between,
    can_be_graded,
    frozen_grades,
    walk_forward_grades,
)
from workstation.services.evaluations.ground import BTC, Ground
from workstation.services.evaluations.market_study import (
    MarketStudy,
    OnProgress,
    judged_rows,
    study_market,
    try_methods,
)
from workstation.services.evaluations.shuffling import TRUTH, Shuffling
from workstation.services.evaluations.signal_quarters import all_opinions
from workstation.services.evaluations.verdict import verdict
from workstation.services.work.engine_mark import engine_mark
from workstation.services.work.kept import KeptResults
from workstation.services.work.workers import Workers

N_VARIANTS_TRIED = 105
"""Recipes that were tried on recorded candles before this one; every figure is to be read with it."""

_YEAR_MS = 366 * 86_400_000
_SIX_HOURS_MS = 6 * 3_600_000


@dataclass(frozen=True, slots=True, eq=False)
class FrozenModels:
    """Models that judge as they are.

    Parameters
    ----------
    signals_hash, grade_hash : str
        Of their cards; empty where there is none.
    signals : mapping of str to bytes
        Files of the signal model, held against its hashes.
    grade : mapping of str to bytes or None
        Files of the grade's model; None where there is none.
    n_variants_tried : int
        As their cards say.
    coins : tuple of str
        Symbols that the signal model has learnt from.
    """

    signals_hash: str
    grade_hash: str
    signals: Mapping[str, bytes]
    grade: Mapping[str, bytes] | None
    n_variants_tried: int
    coins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """Who works, and where.

    Parameters
    ----------
    workers : Workers
    folder : Path
        For finished quarters and for data points while they are needed; made on demand.
    on_progress : OnProgress
    """

    workers: Workers
    folder: Path
    on_progress: OnProgress


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What was found.

    Parameters
    ----------
    report : mapping
        The judgement as JSON has it, with ``about``, ``notes`` and ``verdict``.
    evidence : list of CoinEvidence
        What every method did.
    """

    report: Json
    evidence: list[CoinEvidence]


@dataclass(frozen=True, slots=True, eq=False)
class WalkForward:
    """All that a walk-forward leaves behind, while its data points stand on the disk.

    Parameters
    ----------
    studied : MarketStudy
    recipe : Recipe
    opinions : list of FoldOpinions
        Of every quarter.
    predictions : Predictions
        What they meant.
    grades : GradePanel or None
        None where too few coins stand side by side.
    kept : KeptResults
        Its finished quarters.
    shuffling : Shuffling
        Whether its models were taught the truth.
    """

    studied: MarketStudy
    recipe: Recipe
    opinions: list[FoldOpinions]
    predictions: Predictions
    grades: GradePanel | None
    kept: KeptResults
    shuffling: Shuffling


def recipe_for(timeframe: str) -> Recipe:
    """Return how a model of a timeframe is made: it learns from a bar every six hours."""
    return Recipe(timeframe=timeframe, every=max(1, _SIX_HOURS_MS // timeframe_ms(timeframe)))


def evaluate(
    ground: Ground, frozen: FrozenModels | None, shop: Workshop, shuffling: Shuffling = TRUTH
) -> Evaluation:
    """Return how good the engine would have been.

    Parameters
    ----------
    ground : Ground
        What it is judged on.
    frozen : FrozenModels or None
        None refits every quarter, walking forward.
    shop : Workshop
    shuffling : Shuffling
        Whether models are taught the truth; finished ones have learnt already.

    Raises
    ------
    TidemarkError
        There is too little to judge.
    UsageError
        Finished models cannot be taught shuffled labels.
    """
    if frozen is not None and shuffling.is_on:
        raise UsageError("Labels are shuffled before a model learns: a finished model has learnt already.")
    with scratch(shop.folder) as folder:
        blocks = Blocks(Path(folder))
        if frozen is not None:
            return _evaluate_frozen(ground, frozen, blocks, shop)
        walked = walk_forward(ground, recipe_for(ground.timeframe), blocks, shop, shuffling)
        found = judge_walk(ground, walked, shop)
        walked.kept.clear()
        return found


def scratch(folder: Path) -> "tempfile.TemporaryDirectory[str]":
    """Return a folder that is gone afterwards."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="points-", dir=folder)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written ({error.strerror}).") from error


def walk_forward(
    ground: Ground, recipe: Recipe, blocks: Blocks, shop: Workshop, shuffling: Shuffling = TRUTH
) -> WalkForward:
    """Return what models that could have been there said of every bar, and graded every day."""
    studied = study_market(ground, recipe, shop.workers, blocks, shop.on_progress)
    first_ms = 0 if ground.from_ms is None else ground.from_ms - _YEAR_MS
    kept = KeptResults(shop.folder / f"quarters-{_name(studied, recipe, first_ms, shuffling)}")
    stage, lessons = _stage(shop, "quarters of signals learnt"), shuffling.lessons
    opinions = all_opinions(studied.panel, recipe, first_ms, shop.workers, kept, stage, lessons)
    predictions = predictions_of(studied.panel, opinions, recipe, lessons)
    judged_rows(ground, studied, predictions)  # before grades are learnt in vain
    graded = None
    if can_be_graded(studied.measured):
        stage = _stage(shop, "quarters of grades learnt")
        taught = [shuffling.taught(each) for each in studied.lessons()]
        graded = walk_forward_grades(
            studied.measured, taught, first_ms, shop.workers, kept, stage, learnt_only=shuffling.is_on
        )
    return WalkForward(studied, recipe, opinions, predictions, graded, kept, shuffling)


def judge_walk(ground: Ground, walked: WalkForward, shop: Workshop) -> Evaluation:
    """Return the judgement of a walk-forward."""
    findings = _findings(ground, walked.studied, walked.recipe, walked.predictions, walked.grades, shop)
    about = {
        "mode": "walk-forward",
        "quarters": len(walked.opinions),
        "learnt_from_pct": 0.0,
        "shuffled_seed": walked.shuffling.seed,
    }
    return _told(ground, walked.studied, walked.recipe, findings, about)


def _evaluate_frozen(ground: Ground, frozen: FrozenModels, blocks: Blocks, shop: Workshop) -> Evaluation:
    model = read_model(frozen.signals)
    recipe = model.recipe
    studied = study_market(ground, recipe, shop.workers, blocks, shop.on_progress)
    said = frozen_predictions(
        studied.panel, frozen.signals, ground.from_ms or 0, shop.workers, _stage(shop, "markets judged")
    )
    graded = None
    if frozen.grade is not None and can_be_graded(studied.measured):
        graded = frozen_grades(studied.measured, frozen.grade, shop.workers)
    earlier = (model.n_learnt, model.meaning.base_up, model.meaning.base_down)
    findings = _findings(ground, studied, recipe, said, graded, shop, frozen, earlier)
    seen_pct = _seen_pct(ground, frozen, studied, said, model.learnt_to_ms)
    if frozen.grade is None:
        ground.notes.append("There is no model of the grade: grades are left out.")
    about = {
        "mode": "frozen",
        "quarters": 0,
        "grade_model_hash": frozen.grade_hash,
        "learnt_from_pct": seen_pct,
        "shuffled_seed": None,
    }
    return _told(ground, studied, recipe, findings, about)


def _seen_pct(
    ground: Ground, frozen: FrozenModels, studied: MarketStudy, said: Predictions, learnt_to_ms: int
) -> float:
    """Return the share of judged bars that may have taught the model, percent, and note it."""
    taught = np.array([coin.symbol in frozen.coins for coin in studied.panel.coins], np.bool_)
    early = said.judged & (studied.panel.open_time < learnt_to_ms)
    own_pct, any_pct = (
        100.0 * float(rows.sum()) / max(int(said.judged.sum()), 1)
        for rows in (early & taught[studied.panel.coin], early)
    )
    until = _day(learnt_to_ms)
    if own_pct:
        ground.notes.append(
            f"The model has learnt from {own_pct:.0f} % of the judged bars: there its figures are too good. "
            f"Judge with --from {until} or later, or other coins."
        )
    elif any_pct:
        ground.notes.append(
            f"The model has learnt from none of these coins, but {any_pct:.0f} % of the judged bars lie "
            f"before {until}, a time that it knows from other coins."
        )
    return own_pct


def _findings(
    ground: Ground,
    studied: MarketStudy,
    recipe: Recipe,
    said: Predictions,
    graded: GradePanel | None,
    shop: Workshop,
    frozen: FrozenModels | None = None,
    earlier: tuple[int, float, float] = (0, 0.0, 0.0),
) -> Findings:
    evidence, knows_market = try_methods(ground, studied, recipe, said, shop.workers, shop.on_progress)
    if not knows_market:
        ground.notes.append(
            f"There are no closes of {BTC} of 200 days and more: bull, bear and sideways are not told apart."
        )
    if not can_be_graded(studied.measured):
        n = len(studied.measured.symbols)
        ground.notes.append(
            f"Fewer than {MIN_COINS} coins stand side by side ({n} in all): grades are left out, for a rank "
            "among fewer says nothing."
        )
    return Findings(
        coins=evidence,
        predictions=_calibrated(studied.panel, said, judged_rows(ground, studied, said), recipe, earlier),
        grades=None if graded is None else between(graded, ground.from_ms),
        n_variants_tried=N_VARIANTS_TRIED if frozen is None else frozen.n_variants_tried,
        model_hash="" if frozen is None else frozen.signals_hash,
    )


def _calibrated(
    panel: Panel, said: Predictions, judged: BoolArray, recipe: Recipe, earlier: tuple[int, float, float]
) -> dict[str, Said]:
    """Return probabilities with what happened, beside what the frequency of the past would have said."""
    known = panel.known_ms < NEVER_MS
    rows, lag_ms = judged & known, (recipe.horizon + 1) * recipe.bar_ms
    times, n_before = panel.open_time[known], earlier[0]
    told = {}
    for name, side, base in (("up", 1, earlier[1]), ("down", -1, earlier[2])):
        happened = panel.label[known] == side
        rate = causal_base_rate(times, happened, lag_ms, (n_before, round(base * n_before)))
        of_row = np.full(len(panel), np.nan)
        of_row[known] = rate
        probability = said.up if side > 0 else said.down
        told[name] = Said(panel.open_time[rows], probability[rows], panel.label[rows] == side, of_row[rows])
    return told


def _told(
    ground: Ground, studied: MarketStudy, recipe: Recipe, findings: Findings, about: Json
) -> Evaluation:
    judged = [coin for coin in findings.coins if len(coin.slot)]
    slots = [int(slot) for coin in judged for slot in (coin.slot[0], coin.slot[-1])] or [0]
    told = report(findings)
    told["about"] = {
        **about,
        "tidemark": __version__,
        "engine": engine_mark(),
        "timeframe": recipe.timeframe,
        "horizon_bars": recipe.horizon,
        "barrier_ranges": recipe.barrier_ranges,
        "fee_pct": COSTS.fee_pct,
        "slippage_pct": COSTS.slippage_pct,
        "random_per_coin_month": RANDOM_A_MONTH,
        "from": _day(min(slots) * recipe.bar_ms),
        "until": _day(max(slots) * recipe.bar_ms),
        "coins": sorted({coin.symbol for coin in judged}),
        "n_bars": sum(len(coin.slot) for coin in judged),
        "data_mark": studied.mark,
    }
    told["notes"] = list(ground.notes)
    told["verdict"] = verdict(told)
    return Evaluation(told, list(findings.coins))


def _stage(shop: Workshop, what: str) -> "_Stage":
    return _Stage(shop.on_progress, what)


@dataclass(frozen=True, slots=True)
class _Stage:
    on_progress: OnProgress
    what: str

    def __call__(self, done: int, total: int) -> None:
        self.on_progress(self.what, done, total)


def _name(studied: MarketStudy, recipe: Recipe, first_ms: int, shuffling: Shuffling) -> str:
    told = f"{engine_mark()} {studied.mark} {recipe!r} {first_ms} {shuffling!r}"
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _day(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat()
