"""Do grades that rank look so, and grades that do not?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from tests.fakes.candle_kernels import DAY
from workstation.engine.evaluation.bootstrap import Resampling
from workstation.engine.evaluation.ranking import GradePanel, newey_west_t, rank_ic, rank_quality
from workstation.engine.evaluation.volatility_thirds import ic_by_volatility

DRAWS = Resampling(draws=1000, block_weeks=2)
DAYS, COINS = 300, 60


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(3)
    skill = rng.normal(0, 1, (DAYS, COINS))
    later = 0.02 * skill + rng.normal(0, 0.15, (DAYS, COINS)) * np.exp(-0.3 * skill)
    grade = np.round(50 + 15 * skill)
    grade[:, :5] = np.nan
    later[10:12, 20:] = np.nan  # 15 coins left
    later[20, 15:] = np.nan  # 10 left
    next_day = later + rng.normal(0, 0.05, later.shape)
    return GradePanel(np.arange(DAYS) * DAY, grade, -skill, next_day, later, rng.random(later.shape))


@pytest.fixture(scope="module")
def quality(panel):
    return rank_quality(panel, DRAWS)


def test_the_correlation_is_spearmans(panel):
    ic = rank_ic(panel.grade, panel.next_week)
    for day in (0, 10, 150):
        both = np.isfinite(panel.grade[day] + panel.next_week[day])
        told = spearmanr(panel.grade[day, both], panel.next_week[day, both]).statistic
        assert ic[day] == pytest.approx(told)
    assert np.isnan(ic[20])


def test_a_day_graded_all_alike_says_nothing():
    assert np.isnan(rank_ic(np.full((1, 20), 50.0), np.arange(20.0)[None]))[0]


def test_a_grade_that_ranks_is_seen(quality):
    figures = quality.figures
    assert (quality.days, quality.coins) == (DAYS - 1, COINS - 5)
    assert figures["ic_7d"].low > 0.05
    assert figures["ic_7d"].value > figures["ic_24h"].value > 0
    assert figures["ic_7d_momentum"].high < 0
    gap = figures["ic_7d"].value - figures["ic_7d_momentum"].value
    assert figures["ic_7d_above_momentum"].value == pytest.approx(gap, abs=0.01)
    assert figures["days_positive_pct"].low > 60
    assert figures["top_beats_median_pct"].low > 52
    assert figures["bottom_beats_median_pct"].high < 48
    assert figures["crash_ratio"].low > 2.5
    assert figures["top_minus_bottom_pct"].value > 0
    assert quality.t_7d > 4


def test_deciles_hold_every_coin_and_rise(quality, panel):
    judged = np.isfinite(panel.grade + panel.next_week)
    judged[20] = False
    assert sum(d.n for d in quality.deciles) == judged.sum()
    assert [d.number for d in quality.deciles] == list(range(1, 11))
    assert quality.order["median_pct"] > 0.9
    assert quality.order["beats_median_pct"] > 0.9
    shares = [d.figures["beats_median_pct"].value * d.n for d in quality.deciles]
    assert sum(shares) / judged.sum() == pytest.approx(50.0)


def test_dice_rank_nothing(panel):
    dice = np.random.default_rng(4).random(panel.grade.shape)
    thrown = rank_quality(replace(panel, grade=dice, momentum=dice), DRAWS)
    assert thrown.figures["ic_7d"].low < 0 < thrown.figures["ic_7d"].high
    assert abs(thrown.t_7d) < 3


def test_few_days_give_no_figure(panel):
    few = GradePanel(*(getattr(panel, name)[21:50] for name in GradePanel.__slots__))
    told = rank_quality(few, DRAWS)
    assert told.figures["ic_7d"].value is None
    assert told.t_7d is None


def test_no_day_with_enough_coins_gives_nothing(panel):
    alone = GradePanel(panel.time_ms, *(getattr(panel, name)[:, :14] for name in GradePanel.__slots__[1:]))
    told = rank_quality(alone, DRAWS)
    assert (told.days, told.coins) == (0, 0)
    assert told.deciles[0].median_pct is None
    assert not told.order


def test_a_grade_that_ranks_coins_of_every_volatility_is_told_from_one_that_only_tells_calm_from_wild(panel):
    ranks = ic_by_volatility(panel, DRAWS)
    assert list(ranks) == ["low", "middle", "high"]
    assert min(each.low for each in ranks.values()) > 0.05
    rng = np.random.default_rng(8)
    wild = rng.permuted(np.tile(np.arange(COINS) // (COINS // 3), (DAYS, 1)), axis=1)
    grade, week = rng.random(wild.shape) / 10 - wild, rng.normal(0, 0.1, wild.shape) - 0.2 * wild
    calm = replace(panel, grade=grade, next_week=week, volatility=wild.astype(float))
    assert np.nanmean(rank_ic(calm.grade, calm.next_week)) > 0.5
    assert max(abs(each.value) for each in ic_by_volatility(calm, DRAWS).values()) < 0.05


def test_thirds_of_fewer_than_twelve_coins_say_nothing(panel):
    few = GradePanel(panel.time_ms, *(getattr(panel, name)[:, :38] for name in GradePanel.__slots__[1:]))
    assert {each.value for each in ic_by_volatility(few, DRAWS).values()} == {None}


def test_memory_lowers_the_certainty():
    rng = np.random.default_rng(6)
    independent = rng.normal(0.2, 1, 2000)
    smooth = np.convolve(rng.normal(0.2, 1, 2006), np.ones(7) / 7, "valid")
    plain = independent.mean() / (independent.std() / np.sqrt(2000))
    assert newey_west_t(independent, 7) == pytest.approx(plain, rel=0.2)
    assert newey_west_t(smooth, 7) < 0.5 * smooth.mean() / (smooth.std() / np.sqrt(2000))
    assert newey_west_t(np.ones(50), 7) is None
    assert newey_west_t(np.r_[np.full(40, np.nan), independent[:29]], 1) is None
