"""Coins are graded live as their history is graded afterwards, once, and by nobody who knows the outcome."""

import asyncio

import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_house import StoredHouse, walk
from workstation.domain.candle import Candle
from workstation.domain.events import CoinsGraded, UniverseClosed
from workstation.domain.market import SeriesKey
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.grade.grade_model import GradeModel
from workstation.engine.grade.grading import changes, grades
from workstation.engine.grade.measures import MEASURES
from workstation.engine.grade.panel import MIN_COINS, MeasuredPanel
from workstation.engine.grade.rank_model import RankPredictor
from workstation.engine.grade.weights import GradeWeights
from workstation.services.grades import CoinGrades, grade_model
from workstation.services.models import Models
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import resource

HOUR, DAY = 3_600_000, 86_400_000
BEGIN = 1_798_761_600_000  # 2027-01-01: after what taught the model that is shipped
N_BARS, N_LIVE = 34 * 24, 27
COINS = [f"C{i:02}/USDT" for i in range(MIN_COINS + 2)]
KEYS = {symbol: SeriesKey("practice", symbol, "1h") for symbol in COINS}
MARKET = {symbol: walk(i, KEYS[symbol], BEGIN, N_BARS) for i, symbol in enumerate(COINS)}
CLOSES = BEGIN + HOUR * np.arange(N_BARS - N_LIVE + 1, N_BARS + 1)


def closed(at_ms, symbols=COINS):
    """Return the fact that the bar which ends then has closed."""
    bar = Candle(at_ms - HOUR, 1.0, 1.0, 1.0, 1.0, 1.0, True)
    return UniverseClosed("1h", at_ms - HOUR, dict.fromkeys(symbols, bar), frozenset())


@pytest.fixture
async def house(tmp_path):
    house = StoredHouse(tmp_path)
    house.hear(CoinsGraded)
    yield house
    await house.close()


def begin(house, models):
    coins = CoinGrades(house.bus, house.candles, house.ledger, house.recorder, models, house.tasks)
    coins.grade_at("practice")


def no_models(house):
    return Models(house.bus, None, house.recorder, {})


async def store(house, until_ms):
    for symbol, candles in MARKET.items():
        await house.recorder.record(KEYS[symbol], candles.pick(candles.open_time < until_ms))


def history(opinions, weights):
    """Return the grades of all closes that are graded live, worked out from the whole history at once."""
    panel = MeasuredPanel.of(MARKET, "1h", CLOSES)
    found = grades(panel.measures, opinions, weights)
    return np.round(found.values), found.components, changes(found.values, CLOSES)


def assert_same(house, at, expected):
    values, components, change = expected
    told = {grade.symbol: grade for grade in house.ledger.grades("practice", "1h", int(CLOSES[at]))}
    assert sorted(told) == COINS
    for column, symbol in enumerate(COINS):
        grade = told[symbol]
        assert grade.value == values[at, column]
        assert [part.score for part in grade.components] == components[at, column].tolist()
        wanted = change[at, column]
        assert grade.change_24h == (None if np.isnan(wanted) else wanted)


async def test_a_close_graded_live_is_graded_as_in_its_history(house):
    """Whether the store ends with it or is a day ahead; the grade of the day before is in the ledger."""
    await store(house, int(CLOSES[24]))
    begin(house, no_models(house))
    expected = history(None, GradeWeights.equal())
    for at in (0, 1, 24, 25, 26):
        if at > 24:
            for symbol, candles in MARKET.items():
                new = candles.pick(candles.open_time == CLOSES[at] - HOUR)
                await house.recorder.record(KEYS[symbol], new)
        house.bus.publish(closed(int(CLOSES[at])))
        await until(lambda: CoinsGraded("1h", int(CLOSES[at])) in house.told)  # noqa: B023
    for at in (0, 1, 24, 25):
        assert_same(house, at, expected)
    values, components, change = expected
    change[26] = np.nan  # nobody graded the close a day before it
    assert_same(house, 26, (values, components, change))


async def test_the_model_that_is_shipped_grades_live_as_it_grades_a_history(house, tmp_path):
    await store(house, int(CLOSES[-1]))
    keeper = ModelStore(tmp_path / "models", resource("models"), None)
    known = {grade_model("1h"): frozenset({*MEASURES, *(p.name for p in CANDLE_POINTS)})}
    models = Models(house.bus, keeper, house.recorder, known)
    await models.begin()
    try:
        begin(house, models)
        stored = models.champion(grade_model("1h"))
        model = GradeModel.from_files(stored.files)
        house.bus.publish(closed(int(CLOSES[-1])))
        await until(lambda: house.told)
    finally:
        await models.close()
    expected = history(RankPredictor(model.trees).opinions, model.weights)
    values, components, _ = expected
    assert_same(house, N_LIVE - 1, (values, components, np.full(values.shape, np.nan)))
    graded = house.ledger.newest_grades("practice", "1h")
    assert {grade.model_hash for grade in graded} == {stored.model_hash}


async def test_a_model_is_not_asked_about_what_taught_it(house, tmp_path):
    """A replay of the past must not be graded by who knows how it went on."""
    keeper = ModelStore(tmp_path / "models", resource("models"), None)
    models = Models(house.bus, keeper, house.recorder, {grade_model("1h"): frozenset(MEASURES)})
    await models.begin()
    learnt_to_ms = models.champion(grade_model("1h")).card.trained_on.until_ms
    shift = learnt_to_ms // HOUR * HOUR - HOUR - int(CLOSES[-1])
    for key in KEYS.values():
        await house.recorder.record(key, walk(1, key, BEGIN + shift, N_BARS))
    begin(house, models)
    house.bus.publish(closed(int(CLOSES[-1]) + shift))
    await until(lambda: house.told)
    (grade, *_) = house.ledger.newest_grades("practice", "1h")
    assert (grade.model_hash, grade.components[-1].weight) == ("", 0.0)
    await models.close()


async def test_a_close_with_too_few_coins_is_not_graded_and_the_next_one_is(house):
    await store(house, int(CLOSES[-1]))
    begin(house, no_models(house))
    house.bus.publish(closed(int(CLOSES[0]), COINS[: MIN_COINS - 1]))
    house.bus.publish(closed(int(CLOSES[1]), ()))
    house.bus.publish(closed(int(CLOSES[2])))
    await until(lambda: house.told)
    assert house.told == [CoinsGraded("1h", int(CLOSES[2]))]


async def test_the_same_close_is_told_once(house):
    await store(house, int(CLOSES[-1]))
    begin(house, no_models(house))
    for at_ms in (CLOSES[0], CLOSES[0], CLOSES[1]):
        house.bus.publish(closed(int(at_ms)))
    await until(lambda: CoinsGraded("1h", int(CLOSES[1])) in house.told)
    await asyncio.sleep(0)
    assert [fact.at_ms for fact in house.told] == CLOSES[:2].tolist()
