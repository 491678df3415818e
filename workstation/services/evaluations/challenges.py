"""Whether a new model takes over, and whether the one that judges may go on.

A new one must have been better on bars and days that neither had learnt from. One that judges is switched off
where there was enough to tell that neither its recipe nor, on bars that it had not learnt from, the model
itself was better than the plain vote of the families.
"""

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
    LEAST_EDGE,
    LEAST_WEEKS,
    Difference,
    Verdict,
    challenge,
    difference,
    earns_its_place,
    log_loss,
)
from workstation.engine.model.panel import NEVER_MS
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.walk_forward import EMBARGO_MS
from workstation.services.evaluations.coin_trial import PLAIN_VOTE
from workstation.services.evaluations.evaluation import WalkForward, Workshop
from workstation.services.evaluations.frozen import frozen_predictions
from workstation.services.evaluations.grading import frozen_grades
from workstation.services.evaluations.ground import Ground
from workstation.services.evaluations.market_study import try_methods
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
    dismissal : str
        Why the model that judged until now is switched off, one sentence; empty where it is not.
    """

    takes_over: bool
    reason: str
    dismissal: str = ""


def challenge_signals(
    walked: WalkForward, evidence: Sequence[CoinEvidence], before: StoredModel | None, workers: Workers
) -> Decision:
    """Return whether a new signal model takes over.

    It must have been better than the plain vote of the families, and than the model before it where there is
    one: on bars after that one's lessons, each judged by a model of the new recipe that had not seen it.
    """
    earns = _earns(evidence)
    if not earns.stands or before is None:
        return Decision(earns.stands, earns.reason)
    try:
        better, reason = against(walked, before, workers)
    except TidemarkError as error:
        return Decision(True, f"{earns.reason} The old one cannot be asked: {error}")
    return Decision(better, f"{earns.reason} {reason}")


def dismissal(
    ground: Ground,
    walked: WalkForward,
    evidence: Sequence[CoinEvidence],
    judging: StoredModel,
    shop: Workshop,
) -> str:
    """Return why the signal model that judges is to be switched off, one sentence; empty where it stays.

    Parameters
    ----------
    evidence : sequence of CoinEvidence
        Of the walk-forward: what models of the new recipe did.
    judging : StoredModel
        The one that judges. It is held against the plain vote on bars after its own lessons; where these are
        too few to tell an edge from none, or it cannot be asked about them, nothing speaks against it.
    """
    if not _has_no_edge(_earns(evidence)):
        return ""
    try:
        own = _since_its_lessons(ground, walked, judging, shop)
    except TidemarkError:
        return ""
    if own is None or not _has_no_edge(own):
        return ""
    gained = own.difference
    return (
        f"Switched off by a training: in {gained.weeks} weeks that it had not learnt from, it was "
        f"{100 * gained.value:+.1f} points more often right than the plain vote of the families "
        f"({100 * gained.low:+.1f} to {100 * gained.high:+.1f}), not better by more than chance."
    )


def _has_no_edge(verdict: Verdict) -> bool:
    """Return whether there was enough to tell an edge from none, and none was there."""
    return not verdict.stands and verdict.difference.tells(LEAST_EDGE)


def _since_its_lessons(
    ground: Ground, walked: WalkForward, judging: StoredModel, shop: Workshop
) -> Verdict | None:
    """Return whether a model earned its place on what came after its lessons; None where nothing did."""
    model, studied = read_model(judging.files), walked.studied
    if not _compares(model.recipe, walked.recipe):
        return None
    unseen = studied.panel.open_time >= model.learnt_to_ms + EMBARGO_MS
    if not unseen.any():
        return None
    later = studied.part(unseen)
    said = frozen_predictions(later.panel, judging.files, 0, shop.workers, lambda _done, _total: None)
    tried, _ = try_methods(ground, later, walked.recipe, said, shop.workers, shop.on_progress)
    return _earns(tried)


def _compares(old: Recipe, new: Recipe) -> bool:
    """Return whether models of two recipes can be asked about the same bars."""
    return (old.points, old.horizon) == (new.points, new.horizon)


def against(walked: WalkForward, before: StoredModel, workers: Workers) -> tuple[bool, str]:
    """Return whether models of the new recipe were better than an older model on what it has not seen."""
    old, panel, new = read_model(before.files), walked.studied.panel, walked.predictions
    if not _compares(old.recipe, walked.recipe):
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


def _earns(evidence: Sequence[CoinEvidence]) -> Verdict:
    return earns_its_place(_gains(evidence, MODEL), _gains(evidence, PLAIN_VOTE))


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
