"""Whether a new model takes over: only where it was better on bars and days that neither had learnt from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import TidemarkError
from workstation.domain.model_card import StoredModel
from workstation.engine.evaluation.evidence import CoinEvidence, Trades
from workstation.engine.evaluation.ranking import rank_ic
from workstation.engine.evaluation.report import MODEL
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.model.bundle import read_model
from workstation.engine.model.champion import (
    LEAST_WEEKS,
    Difference,
    challenge,
    difference,
    earns_its_place,
    log_loss,
)
from workstation.engine.model.panel import NEVER_MS
from workstation.engine.model.walk_forward import EMBARGO_MS
from workstation.services.evaluations.coin_trial import PLAIN_VOTE
from workstation.services.evaluations.evaluation import WalkForward
from workstation.services.evaluations.frozen import frozen_predictions
from workstation.services.evaluations.grading import frozen_grades
from workstation.services.evaluations.signal_quarters import part_of
from workstation.services.work.workers import Alone, Workers


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a new model judges from now on.

    Parameters
    ----------
    takes_over : bool
    reason : str
        In sentences.
    """

    takes_over: bool
    reason: str


def challenge_signals(
    walked: WalkForward, evidence: Sequence[CoinEvidence], before: StoredModel | None, workers: Workers
) -> Decision:
    """Return whether a new signal model takes over.

    It must have been better than the plain vote of the families, and than the model before it where there is
    one: on bars after that one's lessons, each judged by a model of the new recipe that had not seen it.
    """
    earns = earns_its_place(_gains(evidence, MODEL), _gains(evidence, PLAIN_VOTE))
    if not earns.stands or before is None:
        return Decision(earns.stands, earns.reason)
    try:
        better, reason = against(walked, before, workers)
    except TidemarkError as error:
        return Decision(True, f"{earns.reason} The old one cannot be asked: {error}")
    return Decision(better, f"{earns.reason} {reason}")


def against(walked: WalkForward, before: StoredModel, workers: Workers) -> tuple[bool, str]:
    """Return whether models of the new recipe were better than an older model on what it has not seen."""
    old, panel, new = read_model(before.files), walked.studied.panel, walked.predictions
    if old.recipe.points != walked.recipe.points or old.recipe.horizon != walked.recipe.horizon:
        return (
            False,
            "The old model stays: it reads other data points, so the two cannot be compared on these.",
        )
    unseen = new.judged & (panel.known_ms < NEVER_MS) & (panel.open_time >= old.learnt_to_ms + EMBARGO_MS)
    rows = part_of(panel, unseen)
    said = frozen_predictions(rows, before.files, 0, workers, lambda _done, _total: None)
    up, down = rows.label > 0, rows.label < 0
    ours = log_loss(new.up[unseen], up) + log_loss(new.down[unseen], down)
    theirs = log_loss(said.up, up) + log_loss(said.down, down)
    verdict = challenge(ours, theirs, rows.open_time)
    return verdict.stands, verdict.reason


def _gains(evidence: Sequence[CoinEvidence], method: str) -> tuple[FloatArray, IntArray]:
    """Return hits less the base rate of their direction, and when each was decided."""
    trades = Trades.join([coin.trades[method] for coin in evidence])
    sums = {
        name: sum(float(coin.base.sums[name].sum()) for coin in evidence) for name in ("bars", "up", "down")
    }
    base = np.where(trades.side > 0, sums["up"], sums["down"]) / max(sums["bars"], 1.0)
    return trades.hit.astype(np.float64) - base, trades.time_ms


def challenge_grade(walked: WalkForward, report: Mapping[str, Any], before: StoredModel | None) -> Decision:
    """Return whether a new grade takes over: it must rank at all, and better than the one before it."""
    ic = report["grade"]["ic_7d"]
    if ic["low"] is None or ic["low"] <= 0:
        return Decision(False, "The new grade is not used: that it ranks coins at all was not proven.")
    ranks = (
        f"It ranks: rank correlation {ic['value']:.3f} ({ic['low']:.3f} to {ic['high']:.3f}) over seven days."
    )
    if before is None:
        return Decision(True, ranks)
    try:
        gained = _ranked_better(walked, before)
    except TidemarkError as error:
        return Decision(True, f"{ranks} The old one cannot be asked: {error}")
    if gained.weeks < LEAST_WEEKS:
        return Decision(
            False,
            f"{ranks} The new grade waits: {gained.weeks} weeks without the old one are too few, "
            f"{LEAST_WEEKS} are needed.",
        )
    if gained.is_sure:
        return Decision(True, f"{ranks} It takes over: better in {gained.weeks} weeks that neither had seen.")
    return Decision(
        False,
        f"{ranks} The old one stays: the new one was not better by more than chance in {gained.weeks} weeks.",
    )


def _ranked_better(walked: WalkForward, before: StoredModel) -> Difference:
    old, measured, new = GradeModel.from_files(before.files), walked.studied.measured, walked.grades
    rows = measured.close_ms >= old.learnt_until_ms
    if new is None or not rows.any():
        return Difference(np.nan, -np.inf, np.inf, 0)
    theirs = frozen_grades(measured.rows(np.flatnonzero(rows)), before.files, Alone())
    one = rank_ic(new.grade[rows], theirs.next_week)
    other = rank_ic(theirs.grade, theirs.next_week)
    both = np.isfinite(one) & np.isfinite(other)
    times = theirs.time_ms[both]
    return difference((one[both], times), (other[both], times))
