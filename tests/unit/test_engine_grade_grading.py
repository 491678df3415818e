"""Ranks, components, weights and the grades that they make, at one close and over a history."""

import numpy as np
import pytest

from workstation.domain.grade import Zone
from workstation.engine.grade.compatible import quantitative, technical
from workstation.engine.grade.components import COMPONENTS, MODEL, component_standings
from workstation.engine.grade.grading import GradedClose, Standing, changes, grade_close, grades, score
from workstation.engine.grade.measures import COLUMN, N_MEASURES
from workstation.engine.grade.panel import crowd_of
from workstation.engine.grade.ranks import standing, standings
from workstation.engine.grade.rolling_days import DAY_MS
from workstation.engine.grade.weights import GradeWeights, learn_weights

CLOSE = GradedClose("venue", "1h", 40 * DAY_MS, {"C00/USDT": 40.0}, "ab" * 32)
SYMBOLS = [f"C{i:02}/USDT" for i in range(20)]


def measured(seed=1, n_closes=3, n_coins=20):
    rng = np.random.default_rng(seed)
    measures = rng.normal(size=(n_closes, n_coins, N_MEASURES)).astype(np.float32)
    for name in ("sigma_30", "downside_sigma_30", "drawdown_30", "downside_share_14", "atr_14"):
        measures[..., COLUMN[name]] = rng.uniform(0.01, 0.2, (n_closes, n_coins))
    measures[..., COLUMN["dollars_30"]] = rng.uniform(3e6, 1e9, (n_closes, n_coins))
    return measures


def weights(**given):
    return GradeWeights(tuple(given.get(name, 0.0) for name in COMPONENTS))


def test_ties_share_a_rank_and_unknown_values_have_none():
    everyone = np.ones(5, bool)
    told = standing(np.array([1.0, 2.0, 2.0, np.nan, 9.0]), everyone)
    np.testing.assert_allclose(told, [-0.375, 0.0, 0.0, np.nan, 0.375])


def test_a_coin_outside_the_crowd_is_placed_without_moving_anybody():
    crowd = np.array([True, True, True, True, False])
    values = np.array([1.0, 2.0, 3.0, 4.0, 2.5])
    np.testing.assert_allclose(standing(values, crowd), [-0.375, -0.125, 0.125, 0.375, 0.0])


def test_nobody_stands_anywhere_without_a_crowd():
    assert np.isnan(standings(np.ones((3, 2)), np.zeros(3, bool))).all()


@pytest.mark.parametrize(
    ("n_liquid", "n_measured", "n_crowd"),
    [(15, 20, 15), (11, 20, 20), (0, 12, 12), (0, 11, 0)],
    ids=["enough liquid", "too few liquid", "twelve in all", "too few at all"],
)
def test_the_crowd_is_the_liquid_coins_or_all_or_nobody(n_liquid, n_measured, n_crowd):
    measures = measured(n_closes=1)[0]
    measures[n_liquid:, COLUMN["dollars_30"]] = 1e5
    measures[n_measured:] = np.nan
    assert crowd_of(measures).sum() == n_crowd


def test_a_calm_coin_scores_high_in_volatility_and_a_fallen_one_in_reversal():
    measures = measured(n_closes=1)[0]
    for name in ("garman_klass_5", "atr_14", "spread_5"):
        measures[:, COLUMN[name]] = np.arange(20)
    for name in ("return_1d", "return_3d", "return_7d"):
        measures[:, COLUMN[name]] = np.arange(20)
    stood = Standing.of(measures)
    placed = component_standings(stood.ranks, None, stood.crowd)
    assert np.argmax(placed[:, COMPONENTS.index("volatility")]) == 0
    assert np.argmax(placed[:, COMPONENTS.index("reversal")]) == 0
    assert (placed[:, COMPONENTS.index(MODEL)] == 0.0).all()


def test_a_component_of_which_nothing_is_known_is_the_middle():
    measures = measured(n_closes=1)[0]
    measures[:, COLUMN["dollars_30"]] = np.nan
    measures[4, COLUMN["amihud_30"]] = np.nan
    stood = Standing.of(measures)
    placed = component_standings(stood.ranks, None, stood.crowd)
    assert placed[4, COMPONENTS.index("liquidity")] == 0.0


def test_grades_are_the_percentiles_of_the_weighted_components():
    stood = Standing.of(measured(n_closes=1)[0])
    opinions = np.arange(40.0).reshape(20, 2)
    told = score(stood, opinions, weights(model=1.0))
    np.testing.assert_allclose(told.values, np.arange(20) * 5 + 2.5)
    np.testing.assert_allclose(told.components[:, COMPONENTS.index(MODEL)], told.values, rtol=1e-6)


def test_without_trees_the_plain_components_speak_with_their_own_weights():
    stood = Standing.of(measured(n_closes=1)[0])
    alone = score(stood, None, weights(volatility=0.1, pressure=0.1, model=0.8)).values
    np.testing.assert_array_equal(alone, score(stood, None, weights(volatility=0.5, pressure=0.5)).values)
    assert weights(model=1.0).without_model().values[0] == pytest.approx(0.2)


def test_one_close_is_graded_as_in_the_history_to_the_last_bit():
    measures = measured(n_closes=300)

    def opinions(ranks):
        return ranks[..., :2] * 3.0

    learned = weights(volatility=0.3, pressure=0.2, model=0.5)
    history = grades(measures, opinions, learned)
    for row in (0, 255, 256, 299):
        stood = Standing.of(measures[row])
        close = score(stood, opinions(stood.ranks), learned)
        assert close.values.tobytes() == history.values[row].tobytes()
        assert close.components.tobytes() == history.components[row].tobytes()


def test_a_grade_tells_what_it_is_made_of_and_how_it_changed():
    measures = measured(n_closes=1)[0]
    measures[7] = np.nan
    stood = Standing.of(measures)
    told = grade_close(CLOSE, SYMBOLS, stood, stood.ranks[:, :1], weights(reversal=0.25, model=0.75))
    assert [grade.value for grade in told] == sorted((grade.value for grade in told), reverse=True)
    assert {grade.symbol for grade in told} == set(SYMBOLS) - {"C07/USDT"}
    assert told[0].zone is Zone.SURGING
    first = next(grade for grade in told if grade.symbol == "C00/USDT")
    assert first.change_24h == first.value - 40.0
    assert next(grade for grade in told if grade.symbol == "C01/USDT").change_24h is None
    assert (first.n_coins, first.at_ms, first.model_hash) == (19, CLOSE.at_ms, CLOSE.model_hash)
    assert [part.name for part in first.components] == list(COMPONENTS)
    assert sum(part.weight for part in first.components) == pytest.approx(1.0)
    assert first.compatible_value == pytest.approx(0.8 * first.ta_value + 0.2 * first.quant_value)


def test_nobody_is_graded_among_fewer_than_twelve():
    stood = Standing.of(measured(n_closes=1, n_coins=11)[0])
    assert grade_close(CLOSE, SYMBOLS, stood, None, GradeWeights.equal()) == []


def test_the_change_of_a_day_looks_exactly_24_hours_back():
    values = np.array([[10.0, np.nan], [20.0, 50.0], [35.0, 60.0]])
    told = changes(values, np.array([1, 2, 26], np.int64) * 3_600_000)
    np.testing.assert_array_equal(told, [[np.nan, np.nan], [np.nan, np.nan], [15.0, 10.0]])
    assert changes(np.empty((0, 2)), np.empty(0, np.int64)).shape == (0, 2)


def test_sub_grades_are_high_in_a_climb_and_low_in_a_fall():
    month = measured(n_closes=1, n_coins=2)[0]
    for row, side in ((0, 1.0), (1, -1.0)):
        told = {
            "rsi_14": 50 + 40 * side, "place_in_range_14": 0.5 + 0.4 * side, "macd_in_atr": side,
            "ema30_distance": 0.1 * side, "atr_14": 0.05, "directional_14": 0.5 * side, "z_score_20": side,
            "return_30d": 0.3 * side, "sigma_30": 0.03, "downside_sigma_30": 0.02 - 0.02 * side,
            "drawdown_30": 0.2 - 0.2 * side, "downside_share_14": 0.5 - 0.4 * side,
        }  # fmt: skip
        for name, value in told.items():
            month[row, COLUMN[name]] = value
    ta, quant = technical(month), quantitative(month)
    assert ta[0] > 80 > 20 > ta[1]
    assert quant[0] > 80
    assert quant[1] < 45


def test_weights_find_what_went_along_with_the_outcome_and_leave_out_what_went_against_it():
    rng = np.random.default_rng(3)
    scores = rng.uniform(-0.5, 0.5, (4_000, len(COMPONENTS)))
    target = 0.2 * scores[:, 2] + 0.1 * scores[:, 4] - 0.3 * scores[:, 0] + rng.normal(0, 0.05, 4_000)
    learned = learn_weights(scores, target)
    assert learned.values[2] == pytest.approx(2 / 3, abs=0.03)
    assert learned.values[4] == pytest.approx(1 / 3, abs=0.03)
    assert learned.values[0] == 0.0
    assert sum(learned.values) == pytest.approx(1.0)
    assert learned.sentences()[0].startswith("momentum does not count: its learned weight is 0")
    assert learned.sentences()[2].startswith("volatility counts 6")


@pytest.mark.parametrize("n", [0, 500], ids=["nothing known", "everything against it"])
def test_weights_are_alike_where_nothing_helps(n):
    scores = np.random.default_rng(4).uniform(-0.5, 0.5, (n, len(COMPONENTS)))
    assert learn_weights(scores, -scores.sum(axis=1)) == GradeWeights.equal()
    assert learn_weights(0.0 * scores, np.ones(n)) == GradeWeights.equal()


@pytest.mark.parametrize("values", [(1.0,), (1.5, -0.5, 0, 0, 0, 0), (0.1,) * 6])
def test_weights_that_are_no_shares_of_one_are_refused(values):
    with pytest.raises(ValueError, match="shares of 1"):
        GradeWeights(values)
