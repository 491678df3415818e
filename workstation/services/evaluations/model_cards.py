"""The cards of trained models: what they learnt from, how good they were, how to know that they are whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workstation import __version__
from workstation.domain.model_card import Figure, ModelCard, SmokeVector, TrainingData, telling_rows
from workstation.engine.evaluation.report import Json
from workstation.engine.grade.components import COMPONENTS
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.measures import MEASURES
from workstation.engine.grade.panel import HORIZONS_MS, MeasuredPanel
from workstation.engine.grade.rank_model import RankPredictor, read_by_trees
from workstation.engine.grade.record import record
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.judge import Judge
from workstation.services.evaluations.evaluation import N_VARIANTS_TRIED, WalkForward

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


def signal_card(
    name: str, model: SignalModel, walked: WalkForward, report: Json, origin: Provenance
) -> ModelCard:
    """Return the card of a signal model, with the figures of its walk-forward."""
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


def grade_card(
    name: str, model: GradeModel, walked: WalkForward, report: Json, origin: Provenance
) -> ModelCard:
    """Return the card of a grade, with the figures of its walk-forward and the record of each band of ten."""
    lessons = walked.studied.lessons()
    ranks = np.concatenate([each.ranks[each.learnable()] for each in lessons])
    few = read_by_trees(ranks[_spread(len(ranks), _SMOKE_ROWS)].astype(np.float64)).astype(np.float32)
    opinions = RankPredictor(model.trees).opinions(few.astype(np.float64))
    days = np.concatenate([each.close_ms[each.learnable().any(axis=1)] for each in lessons])
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
            int(days.min()),
            int(days.max()) + HORIZONS_MS[-1],
            walked.studied.graded_symbols,
            model.n_examples,
        ),
        features=MEASURES,
        figures=(
            *_grade_figures(report),
            *_weight_figures(model),
            *_band_figures(walked, walked.studied.measured),
        ),
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
