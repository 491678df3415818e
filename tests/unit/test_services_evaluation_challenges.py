"""A new model takes over only where it was better on bars and days that neither had learnt from."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.fakes.evaluation_market import DAY_MS, START_MS, evidence
from workstation.engine.evaluation.ranking import GradePanel
from workstation.services.evaluations import challenges
from workstation.services.evaluations.challenges import challenge_grade, challenge_signals

DAYS, COINS = 140, 20


def a_report(low):
    return {"grade": {"ic_7d": {"value": 0.1, "low": low, "high": 0.2}}}


def panel(skill):
    """Return grades that know so much of what follows."""
    rng = np.random.default_rng(3)
    week = rng.normal(size=(DAYS, COINS))
    grade = skill * week + rng.normal(size=week.shape)
    times = START_MS + DAY_MS * np.arange(DAYS, dtype=np.int64)
    return GradePanel(times, grade, week * 0.0, week, week, week)


def walked(skill):
    times = START_MS + DAY_MS * np.arange(DAYS, dtype=np.int64)
    measured = SimpleNamespace(close_ms=times, rows=lambda rows: rows)
    return SimpleNamespace(grades=panel(skill), studied=SimpleNamespace(measured=measured))


@pytest.fixture
def old(monkeypatch):
    """Have an old grade that knows little, and that learnt until some day."""

    def arrange(learnt_until_day):
        until_ms = START_MS + learnt_until_day * DAY_MS
        monkeypatch.setattr(
            challenges,
            "GradeModel",
            SimpleNamespace(from_files=lambda _: SimpleNamespace(learnt_until_ms=until_ms)),
        )

        def graded(rows, _files, _workers):
            whole = panel(0.05)
            return GradePanel(*(getattr(whole, name)[rows] for name in whole.__slots__))

        monkeypatch.setattr(challenges, "frozen_grades", graded)
        return SimpleNamespace(files={})

    return arrange


def test_a_grade_that_is_not_proven_to_rank_is_not_used():
    decision = challenge_grade(walked(1.0), a_report(low=-0.01), None)
    assert not decision.takes_over
    assert "not proven" in decision.reason


def test_the_first_grade_that_ranks_takes_over():
    assert challenge_grade(walked(1.0), a_report(low=0.05), None).takes_over


def test_a_grade_that_ranks_better_than_the_old_one_takes_over(old):
    decision = challenge_grade(walked(0.5), a_report(low=0.05), old(learnt_until_day=10))
    assert decision.takes_over
    assert "better in 20 weeks that neither had seen" in decision.reason


def test_a_grade_that_ranks_no_better_than_the_old_one_waits(old):
    decision = challenge_grade(walked(0.05), a_report(low=0.05), old(learnt_until_day=10))
    assert not decision.takes_over
    assert "not better by more than chance" in decision.reason


def test_few_weeks_after_the_old_grades_lessons_decide_nothing(old):
    decision = challenge_grade(walked(0.5), a_report(low=0.05), old(learnt_until_day=DAYS - 21))
    assert not decision.takes_over
    assert "weeks without the old one are too few" in decision.reason


def test_signals_that_are_no_better_than_the_plain_vote_do_not_judge():
    decision = challenge_signals(None, evidence(0.4, 0.4), None, None)
    assert not decision.takes_over
    assert "The model does not judge" in decision.reason


def test_the_first_signals_that_are_better_than_the_plain_vote_judge():
    decision = challenge_signals(None, evidence(0.6, 0.4), None, None)
    assert decision.takes_over
    assert "The model judges" in decision.reason


def test_signals_must_also_be_better_than_those_of_the_model_before(monkeypatch):
    monkeypatch.setattr(challenges, "against", lambda *_: (False, "The old model stays."))
    decision = challenge_signals(None, evidence(0.6, 0.4), SimpleNamespace(), None)
    assert not decision.takes_over
    assert decision.reason.endswith("The old model stays.")
