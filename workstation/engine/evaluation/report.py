"""The whole judgement of an engine as one mapping, ready to be written as JSON.

Every estimate is ``{"value", "low", "high"}``, bounds of 95 %; where it cannot be said it is null, and
``note`` tells why. Counts are plain whole numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workstation.engine.evaluation.big_moves import foresight
from workstation.engine.evaluation.bootstrap import Interval, Resampling, intervals, paired_intervals
from workstation.engine.evaluation.calibration_quality import Predictions, calibration_quality
from workstation.engine.evaluation.evidence import CoinEvidence
from workstation.engine.evaluation.pool import Pool, pool
from workstation.engine.evaluation.ranking import GradePanel, rank_quality
from workstation.engine.evaluation.regime import REGIMES
from workstation.engine.evaluation.statistics import FIGURES, PAIRED
from workstation.engine.evaluation.volatility_thirds import THIRDS, ic_by_volatility

Json = dict[str, object]

MODEL = "model"
"""The method under judgement, among the trades of `CoinEvidence`; every other one is a baseline."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What an evaluation run found, all of it out of sample.

    Parameters
    ----------
    coins : sequence of CoinEvidence
        At least one; their methods are ``"model"`` and the baselines.
    predictions : mapping of str to Predictions
        Calibrated probabilities by what they are of, e.g. ``"up"`` and ``"down"``.
    grades : GradePanel or None
        None where no grades were judged.
    n_variants_tried : int
        How many recipes were tried before this one was chosen.
    model_hash : str
        Empty for a walk-forward, where each quarter has a model of its own.
    resampling : Resampling
        Of weeks; figures over seven days draw blocks of two.
    """

    coins: Sequence[CoinEvidence]
    predictions: Mapping[str, Predictions]
    grades: GradePanel | None
    n_variants_tried: int
    model_hash: str
    resampling: Resampling = field(default_factory=Resampling)


def report(findings: Findings) -> Json:
    """Return the judgement: signals, baselines, both compared, regimes, big moves, calibration and grade."""
    together, drawing = pool(findings.coins), findings.resampling
    weekly_blocks = replace(drawing, block_weeks=max(2, drawing.block_weeks))
    others = [name for name in together.trades if name != MODEL]
    return {
        "signals": _method(together, MODEL, drawing),
        "baselines": {name: _method(together, name, drawing) for name in others},
        "paired": {name: _compared(together, name, drawing) for name in others},
        "regimes": {str(r): _regime(together, code, drawing) for code, r in enumerate(REGIMES)},
        "big_moves": _big_moves(together, weekly_blocks),
        "calibration": _calibration(findings.predictions, drawing),
        "grade": _grade(findings.grades, weekly_blocks),
        "n_variants_tried": findings.n_variants_tried,
        "model_hash": findings.model_hash,
    }


def _method(together: Pool, method: str, drawing: Resampling) -> Json:
    n = len(together.trades[method])
    figures = intervals(together.sums(method), FIGURES, n, drawing)
    return {"n": n, "coins": together.n_coins, "weeks": len(together.weeks), **_told(figures)}


def _compared(together: Pool, method: str, drawing: Resampling) -> Json:
    fewer = min(len(together.trades[MODEL]), len(together.trades[method]))
    ours, theirs = together.sums(MODEL), together.sums(method)
    return _told(paired_intervals(ours, theirs, PAIRED, fewer, drawing))


def _regime(together: Pool, code: int, drawing: Resampling) -> Json:
    n = int((together.trades[MODEL].regime == code).sum())
    return {"n": n, **_told(intervals(together.sums(MODEL, code), PAIRED, n, drawing))}


def _big_moves(together: Pool, drawing: Resampling) -> Json:
    sums = together.sums(MODEL)
    n = int(sums["alerts"].sum())
    return {"n": n, **_told(foresight(sums, n, drawing))}


_CALIBRATION = ("auc", "brier_skill_pct", "ece")


def _calibration(predictions: Mapping[str, Predictions], drawing: Resampling) -> Json:
    told = {name: _calibrated(each, drawing) for name, each in predictions.items()}
    together = list(predictions.values())
    everything = _calibrated(Predictions.join(together), drawing) if together else _nothing(_CALIBRATION)
    return {**everything, "by_direction": told}


def _calibrated(predictions: Predictions, drawing: Resampling) -> Json:
    quality = calibration_quality(predictions, drawing)
    if not quality.n:
        return _nothing(_CALIBRATION)
    curve = [{"predicted": p.predicted, "happened": p.happened.as_json(), "n": p.n} for p in quality.curve]
    weekly = {"weekly_auc": quality.weekly_auc, "weekly_auc_t": quality.weekly_auc_t}
    return {"n": quality.n, **_told(quality.figures), **weekly, "curve": curve}


_GRADE = (
    "ic_24h",
    "ic_7d",
    "ic_7d_momentum",
    "days_positive_pct",
    "top_beats_median_pct",
    "bottom_beats_median_pct",
    "crash_ratio",
)


def _grade(grades: GradePanel | None, drawing: Resampling) -> Json:
    if grades is None or not len(grades.time_ms):
        thirds = {"ic_7d_by_volatility": _nothing(THIRDS)}
        return {"days": 0, "coins": 0, "t_7d": None, **_nothing(_GRADE), **thirds}
    quality = rank_quality(grades, drawing)
    deciles = [
        {"decile": d.number, "n": d.n, "median_pct": d.median_pct, **_told(d.figures)}
        for d in quality.deciles
    ]
    return {
        "days": quality.days,
        "coins": quality.coins,
        **_told(quality.figures),
        "t_24h": quality.t_24h,
        "t_7d": quality.t_7d,
        "deciles": deciles,
        "decile_order": dict(quality.order),
        "ic_7d_by_volatility": _told(ic_by_volatility(grades, drawing)),
    }


def _told(figures: Mapping[str, Interval]) -> Json:
    return {name: figure.as_json() for name, figure in figures.items()}


def _nothing(names: Sequence[str]) -> Json:
    return {name: Interval(None, None, None, "Nothing was judged.").as_json() for name in names}
