"""The universe is judged live as its history is judged afterwards, and any bar of it can be explained."""

import asyncio

import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_verdicts import no_verdicts
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.events import (
    LevelDistancesFound,
    LevelsFound,
    ObservationsAdded,
    UniverseClosed,
    UniverseFilled,
)
from workstation.domain.explanation import Availability
from workstation.domain.level import LevelKind
from workstation.domain.market import SeriesKey
from workstation.domain.observation import ObservationColumns
from workstation.domain.signal import Family
from workstation.engine.confluence import judge
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.analogues import N_FACTS, analogues
from workstation.engine.features.history import compute
from workstation.engine.features.market_context import market_context
from workstation.engine.features.registry import CANDLE_POINTS, DATA_POINTS
from workstation.engine.price_levels import levels_at
from workstation.services.bus import Bus
from workstation.services.explanations import Explanations
from workstation.services.levels import Levels
from workstation.services.market_data import MarketData
from workstation.services.sights import Sights
from workstation.services.supervisor import Supervisor
from workstation.services.universe_judge import UniverseJudge

HOUR = 3_600_000
N, BEGIN = 1_320, 1_200
COINS = ("BTC", "ETH", "SOL", "ADA", "XRP", "DOT", "LTC", "UNI", "APE", "ARB", "OP", "INJ")
KEYS = {f"{coin}/USDT": SeriesKey("practice", f"{coin}/USDT", "1h") for coin in COINS}
BTC = KEYS["BTC/USDT"]


def walk(seed):
    steps = np.random.default_rng(seed).standard_t(4, N + 1) * 0.006
    closes = 100 * np.exp(np.cumsum(steps + 0.004 * np.sin(np.arange(N + 1) / 60)))
    opens, closes = closes[:-1], closes[1:]
    volume = 1e5 * (1 + np.abs(steps[1:]) * 200)
    high, low = np.maximum(opens, closes) * 1.002, np.minimum(opens, closes) * 0.998
    return CandleColumns.of(np.arange(N) * HOUR, opens, high, low, closes, volume)


MARKET = {symbol: walk(seed) for seed, symbol in enumerate(KEYS)}


class Archive:
    """Stored candles up to a bar, and what was observed."""

    def __init__(self, n=N):
        self.n = n
        self.observed = {}

    def series(self):
        return sorted(KEYS.values())

    def read(self, key, since_ms=None, until_ms=None):
        candles = MARKET[key.symbol][: self.n]
        rows = (candles.open_time >= (since_ms or 0)) & (candles.open_time < (until_ms or N * HOUR))
        return candles.pick(rows)

    def read_last(self, key, n):
        return MARKET[key.symbol][: self.n][-n:]

    def subjects(self, metric):
        return [subject for name, subject in self.observed if name == metric]

    def observations(self, metric, subject, until_ms=None, since_ms=None):
        return self.observed.get((metric, subject), ObservationColumns.empty())


@pytest.fixture
async def house():
    class House:
        def __init__(self):
            self.archive, self.bus, self.tasks = Archive(BEGIN), Bus(), Supervisor()
            self.data = MarketData(self.bus, self.archive, self.archive, self.tasks)
            self.sights = Sights(self.bus, self.archive)
            self.judge = UniverseJudge(
                self.bus, self.data, self.archive, self.sights, no_verdicts(self.bus), self.tasks
            )
            self.explanations = Explanations(self.data, self.archive, self.sights, no_verdicts(self.bus))
            self.raised = []

        async def hear(self, signal):
            self.raised.append(signal)

    house = House()
    yield house
    await house.tasks.close()


async def test_every_close_of_the_universe_is_judged_as_its_history_is(house):
    apart = []
    house.bus.subscribe(LevelDistancesFound, apart.append)
    house.judge.judge_at("practice", "1h", len(KEYS), house.hear)
    for key in KEYS.values():
        house.bus.publish(UniverseFilled(key, BEGIN))
    house.bus.publish(UniverseClosed("1h", (BEGIN - 1) * HOUR, {}, frozenset()))
    for row in range(BEGIN, N):
        house.archive.n = row + 1
        bar = {symbol: next(iter(candles[row : row + 1])) for symbol, candles in MARKET.items()}
        house.bus.publish(UniverseClosed("1h", row * HOUR, bar, frozenset()))
        await until(lambda: len(apart) == row - BEGIN + 2)  # noqa: B023  nothing of it is read any more
        assert house.judge.newest(BTC) == row * HOUR
    house.bus.publish(UniverseFilled(BTC, N))  # heard once the signals of every close before are raised
    await until(lambda: len(apart) == N - BEGIN + 2)
    expected = {
        (s.key, s.open_time, s.direction)
        for key in KEYS.values()
        for s in judge(key, MARKET[key.symbol])
        if s.open_time >= BEGIN * HOUR
    }
    assert expected
    assert {(s.key, s.open_time, s.direction) for s in house.raised} == expected
    assert {len(found.distances) for found in apart[:-1]} == {len(KEYS)}
    for found in apart[-2].distances:
        assert_distances_are_those_of_the_chart(found)


async def test_before_the_first_close_levels_are_told_from_what_is_stored(house):
    apart = {}
    house.archive.n = N
    house.bus.subscribe(
        LevelDistancesFound, lambda found: apart.update((one.symbol, one) for one in found.distances)
    )
    house.judge.judge_at("practice", "1h", len(KEYS), house.hear)
    for key in KEYS.values():
        house.bus.publish(UniverseFilled(key, N))
    await until(lambda: len(apart) == len(KEYS))
    for found in apart.values():
        assert_distances_are_those_of_the_chart(found)
    before = dict(apart)
    apart.clear()
    house.bus.publish(UniverseClosed("1h", (N - 1) * HOUR, {}, frozenset()))
    await until(lambda: len(apart) == len(KEYS))
    assert apart == before, "the judge says the very same"


def assert_distances_are_those_of_the_chart(found):
    candles = MARKET[found.symbol]
    drawn, close = levels_at(candles, "1h"), float(candles.close[-1])
    above = [level.price for level in drawn if level.kind is LevelKind.RESISTANCE]
    below = [level.price for level in drawn if level.kind is LevelKind.SUPPORT]
    assert found.resistance_pct == (pytest.approx(100 * (min(above) / close - 1)) if above else None)
    assert found.support_pct == (pytest.approx(100 * (1 - max(below) / close)) if below else None)
    if found.support_atr and found.resistance_atr:
        share = found.support_pct / found.resistance_pct
        assert found.support_atr / found.resistance_atr == pytest.approx(share)


async def test_a_bar_is_explained_with_the_numbers_it_was_judged_on(house):
    house.archive.n = N
    row = N - 30
    told = await house.explanations.explain(BTC, row * HOUR)
    market = market_context(MARKET, HOUR)
    candles, library = MARKET[BTC.symbol][: row + 1], AnalogueLibrary.of(MARKET, "1h")
    past = np.full((N_FACTS, row + 1), np.nan)
    past[:, row:] = analogues(candles, "1h", library, BTC.symbol, row)
    computed = compute(candles, "1h", market, row, past)
    values = {p.name: v[0] for p, v in zip(CANDLE_POINTS, computed.values, strict=True)}
    shown = {reading.name: reading for reading in told.readings}
    assert list(shown) == list(DATA_POINTS)
    assert {name: shown[name].value for name, value in values.items() if not np.isnan(value)} == {
        name: value for name, value in values.items() if not np.isnan(value)
    }
    assert all(shown[name].value is None for name, value in values.items() if np.isnan(value))
    assert shown["patterns.analogue_outcome"].value is not None
    assert shown["momentum.rsi_14"].age_ms == 0
    assert shown["onchain.mvrv_365"].availability is Availability.NOT_OBSERVED
    assert shown["onchain.mvrv_365"].value is None
    assert {vote.family for vote in told.votes} >= {Family.MOMENTUM, Family.VOLUME, Family.LEVELS}


async def test_a_young_market_and_an_old_observation_say_why_they_are_silent(house):
    day = 24 * HOUR
    house.archive.observed["sentiment.fear_greed", ""] = ObservationColumns.of([(0, 0, 50.0)])
    house.bus.publish(ObservationsAdded(frozenset({("sentiment.fear_greed", "")})))
    young = {r.name: r for r in (await house.explanations.explain(BTC, 100 * HOUR)).readings}
    assert young["momentum.return_720"].availability is Availability.WARMING_UP
    fresh = {r.name: r for r in (await house.explanations.explain(BTC, day)).readings}
    assert (fresh["sentiment.fear_greed"].value, fresh["sentiment.fear_greed"].age_ms) == (50.0, 25 * HOUR)
    late = {r.name: r for r in (await house.explanations.explain(BTC, 20 * day)).readings}
    assert late["sentiment.fear_greed"].availability in (Availability.STALE, Availability.NOT_OBSERVED)
    assert late["sentiment.fear_greed"].value is None


async def test_a_bar_that_is_not_there_is_refused_with_a_sentence(house):
    with pytest.raises(UsageError, match="no closed candle"):
        await house.explanations.explain(BTC, (BEGIN + 10) * HOUR)


async def test_a_chart_is_told_the_levels_of_its_newest_close(house):
    heard = []
    house.bus.subscribe(LevelsFound, heard.append)
    levels = Levels(house.bus, house.data, house.archive, house.tasks)
    house.data.follow([BTC], "chart")
    levels.show([BTC])
    assert heard == []  # nothing is known of a series whose history has not joined its live end
    house.data._books[BTC].is_filled = True
    levels.show([])
    levels.show([BTC])
    await asyncio.sleep(0)
    assert not levels._finding  # nor before the arithmetic is compiled
    levels.begin()
    await until(lambda: heard)
    assert heard[0].key == BTC
    assert heard[0].levels == levels_at(MARKET[BTC.symbol][:BEGIN], "1h")
    assert heard[0].levels
    await asyncio.sleep(0)
