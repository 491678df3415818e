"""Teaching the grade, grading quarters out of sample, and the record of each band."""

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import TidemarkError
from workstation.engine.grade.components import COMPONENTS
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.measures import COLUMN, N_MEASURES
from workstation.engine.grade.panel import MeasuredPanel, outcomes_of
from workstation.engine.grade.rank_model import RankModel, RankPredictor
from workstation.engine.grade.rank_training import Examples, TooLittlePast, TreeOptions, train_grade
from workstation.engine.grade.ranks import standings
from workstation.engine.grade.record import N_BANDS, band_of, record
from workstation.engine.grade.rolling_days import DAY_MS
from workstation.engine.grade.walk_forward import walk_forward

START = 1_640_995_200_000  # 2022-01-01
HOUR = 3_600_000
SMALL = TreeOptions(n_trees=12, n_leaves=4, least_leaf=50)


def planted(seed=1, n_closes=300, n_coins=24, edge=0.5):
    """Return a panel in which calm coins do better, and the rest is chance."""
    rng = np.random.default_rng(seed)
    measures = rng.normal(size=(n_closes, n_coins, N_MEASURES)).astype(np.float32)
    measures[..., COLUMN["dollars_30"]] = 1e7
    calm = -measures[..., COLUMN["atr_14"]]
    outcomes = 0.05 * (edge * calm[..., None] + rng.normal(size=(n_closes, n_coins, 2)))
    symbols = tuple(f"C{i:02}/USDT" for i in range(n_coins))
    return MeasuredPanel(symbols, START + np.arange(n_closes, dtype=np.int64) * DAY_MS, measures, outcomes)


@pytest.fixture(scope="module")
def taught():
    return train_grade([Examples.of(planted())], START + 300 * DAY_MS, SMALL)


def quiet(done, total):
    assert 0 < done <= total


def test_what_was_planted_is_found_and_what_was_not_does_not_count(taught):
    counted = dict(zip(COMPONENTS, taught.weights.values, strict=True))
    assert counted["model"] + counted["volatility"] > 0.8
    trees = RankPredictor(taught.trees)
    ranks = np.zeros((2, N_MEASURES))
    ranks[:, COLUMN["atr_14"]] = (-0.5, 0.5)
    opinions = trees.opinions(ranks)
    assert (opinions[0] > opinions[1]).all()
    assert np.isnan(trees.opinions(np.full((1, 2, N_MEASURES), np.nan))).all()


def test_the_same_past_teaches_the_same_bytes_and_they_come_back(taught):
    again = train_grade([Examples.of(planted())], START + 300 * DAY_MS, SMALL)
    files = taught.to_files()
    assert again.to_files() == files
    assert GradeModel.from_files(files) == taught


def test_nothing_after_the_last_known_outcome_teaches(taught):
    panel = planted()
    panel.outcomes[-8:] = 99.0
    panel.measures[-8:] = np.nan
    again = train_grade([Examples.of(panel)], START + 300 * DAY_MS, SMALL)
    assert again == taught
    assert again.n_examples < 300 * 24


@pytest.mark.parametrize(
    "damage",
    [
        lambda files: files.pop("grade.json"),
        lambda files: files.pop("grade_weights.json"),
        lambda files: files.pop("rank_7d.txt"),
        lambda files: files.update({"grade.json": b"{"}),
        lambda files: files.update({"grade_weights.json": b"[]"}),
        lambda files: files.update({"grade_weights.json": b'{"moonphase": 1.0}'}),
        lambda files: files.update(
            {"grade_weights.json": files["grade_weights.json"].replace(b"momentum", b"moonphase")}
        ),
        lambda files: files.update({"rank_24h.txt": b"\xff\xfe"}),
        lambda files: files.update({"rank_measures.json": b'["rsi"]'}),
    ],
    ids=[
        "no end",
        "no weights",
        "no trees",
        "no json",
        "no mapping",
        "too few components",
        "other components",
        "no text",
        "other measures",
    ],
)
def test_a_damaged_model_is_refused_with_a_sentence(taught, damage):
    files = taught.to_files()
    damage(files)
    with pytest.raises(TidemarkError, match=r"damaged|train a new one"):
        GradeModel.from_files(files)


def test_trees_that_are_none_are_refused_with_a_sentence():
    with pytest.raises(TidemarkError, match="cannot be read"):
        RankPredictor(RankModel(("no trees", "no trees")))


def test_too_short_a_past_teaches_nothing_and_says_what_is_missing():
    with pytest.raises(TooLittlePast, match="longer history"):
        train_grade([Examples.of(planted(n_closes=40))], START + 40 * DAY_MS, SMALL)


def test_a_past_too_short_to_weigh_components_counts_all_alike():
    model = train_grade([Examples.of(planted(n_closes=110))], START + 110 * DAY_MS, SMALL)
    assert len(set(model.weights.values)) == 1


def test_quarters_are_graded_by_what_was_known_before_them():
    panel, told = planted(n_closes=290), []
    out = walk_forward(panel, START, lambda done, total: told.append((done, total)), options=SMALL)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [fold.start_ms for fold, _ in out.models] == [START + day * DAY_MS for day in (181, 273)]
    graded = np.isfinite(out.graded.values[:, 0])
    assert not graded[:181].any()
    assert graded[181:].all()
    changed = planted(n_closes=290)
    changed.outcomes[181:] = np.random.default_rng(9).normal(size=changed.outcomes[181:].shape)
    again = walk_forward(changed, START, quiet, options=SMALL)
    np.testing.assert_array_equal(out.graded.values[:273], again.graded.values[:273])
    assert out.momentum.shape == out.graded.values.shape


def test_another_panel_teaches_too_and_an_exception_ends_the_work():
    panel = planted(n_closes=200)
    out = walk_forward(panel, START + 150 * DAY_MS, quiet, also=[planted(2, n_closes=170)], options=SMALL)
    assert out.models[0][1].n_examples == (173 + 170) * 24

    class Cancelled(Exception):
        pass

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        walk_forward(panel, START, cancel, options=SMALL)


@pytest.mark.parametrize(
    ("edge", "low", "high"), [(0.5, 0.2, 0.9), (0.0, -0.08, 0.08)], ids=["edge", "chance"]
)
def test_grades_rank_what_follows_where_there_is_something_to_find_and_nothing_by_chance(edge, low, high):
    panel = planted(5, n_closes=230, edge=edge)
    out = walk_forward(panel, START + 150 * DAY_MS, quiet, options=SMALL)
    after = standings(panel.outcomes, np.ones(panel.outcomes.shape[:2], bool))[181:, :, 1]
    graded = out.graded.values[181:] / 100 - 0.5
    assert low < (graded * after).sum() / (after * after).sum() < high


def test_an_empty_panel_has_no_quarters():
    empty = planted().rows(slice(0, 0))
    assert walk_forward(empty, START, quiet).models == ()


def test_outcomes_run_from_the_next_open_to_the_close_a_day_and_a_week_later():
    n = 24 * 9
    times = START + np.arange(n, dtype=np.int64) * HOUR
    opened, close = np.arange(1.0, n + 1), np.arange(1.5, n + 1.5)
    candles = CandleColumns.of(times, opened, close, opened, close, np.ones(n))
    at = START + np.array([24, 24 * 3, 24 * 9], np.int64) * HOUR
    told = outcomes_of(candles, "1h", at)
    assert told[0].tolist() == [close[47] / opened[24] - 1, close[24 * 8 - 1] / opened[24] - 1]
    assert told[1, 0] == close[24 * 4 - 1] / opened[24 * 3] - 1
    assert np.isnan([told[1, 1], *told[2]]).all()
    assert np.isnan(outcomes_of(CandleColumns.empty(), "1h", at)).all()


def test_one_close_a_day_is_the_first_after_midnight_or_midnight_itself():
    panel = planted(n_closes=50)
    hours = START + np.arange(1, 51, dtype=np.int64) * HOUR
    hourly = MeasuredPanel(panel.symbols, hours, panel.measures, panel.outcomes)
    assert hourly.daily().close_ms.tolist() == [START + HOUR, START + 25 * HOUR, START + 49 * HOUR]


def test_the_record_of_each_band_says_what_followed():
    n_closes, n_coins = 400, 20
    grade = np.tile(np.arange(n_coins) * 5 + 2.5, (n_closes, 1))
    outcomes = np.zeros((n_closes, n_coins, 2))
    outcomes[..., 1] = np.arange(n_coins) * 0.02 - 0.3
    told = record(grade, outcomes, START + np.arange(n_closes, dtype=np.int64) * DAY_MS)
    n_weeks = -(-n_closes // 7)
    assert [band.n for band in told] == [2 * n_weeks] * N_BANDS
    assert [band.beats_median for band in told] == [0.0] * 5 + [1.0] * 5
    assert told[0].crash_rate == 1.0
    assert told[9].crash_rate == 0.0
    assert told[9].beats_median_low > 0.95
    assert told[9].median_return == pytest.approx(0.07)
    assert told[9].note == ""
    assert (band_of(9.9), band_of(10.0), band_of(100.0)) == (0, 1, 9)


def test_a_record_of_few_says_so():
    panel = planted(n_closes=1)
    grade = np.linspace(0, 100, 24)[None]
    told = record(grade, panel.outcomes, panel.close_ms)
    assert told[0].note.startswith("Only 3 coins")
    nobody = record(grade[:, :11], panel.outcomes[:, :11], panel.close_ms)
    assert {band.n for band in nobody} == {0}
    assert np.isnan(nobody[0].median_return)
    assert (nobody[0].beats_median_low, nobody[0].beats_median_high) == (0.0, 1.0)
