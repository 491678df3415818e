"""Indices live: at every close what the whole history gives, chained over restarts, never taken for coins."""

import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import MemoryStore, bars
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import StoreError
from workstation.domain.events import (
    CoinsGraded,
    NarrativesChanged,
    NoticePosted,
    SignalRaised,
    UniverseClosed,
    UniverseFilled,
    UniverseProgressed,
)
from workstation.domain.grade import Grade
from workstation.domain.market import SeriesKey
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import IndexRules, index_symbol, is_index
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.engine.narratives.index import indices
from workstation.engine.narratives.panel import join_panel
from workstation.services.bus import Bus
from workstation.services.narrative_history import newest_common_close
from workstation.services.narratives import Narratives
from workstation.services.supervisor import Supervisor

HOUR = 3_600_000
BEGIN, N = 24 * 50, 24 * 58
COINS = ("BTC", "FET", "TAO", "1000PEPE", "SOMETHING")
BOOK = NarrativeBook(
    (
        Narrative("ai", "AI", (Membership("FET"), Membership("TAO"))),
        Narrative("memecoins", "Memecoins", (Membership("PEPE"),)),
    )
)
AI = SeriesKey("venue", index_symbol("ai"), "1h")


def key_of(coin):
    return SeriesKey("venue", f"{coin}/USDT", "1h")


def market_of(coin):
    made = bars(0, N - 1, seed=COINS.index(coin))
    return CandleColumns.of(made.open_time, made.open, made.high, made.low, made.close, made.volume * 1e4)


MARKET = {key_of(coin): market_of(coin) for coin in COINS}
WHOLE = indices(join_panel([{k.symbol: c for k, c in MARKET.items()}], "1h").panel, BOOK, IndexRules())


class NoLedger:
    """A ledger with grades, and without signals."""

    def __init__(self):
        self.grades = []

    def newest_grades(self, venue, timeframe=None, at_ms=0):
        return [grade for grade in self.grades if grade.at_ms <= at_ms]

    def signals(self, wanted=None, limit=None):
        return []


class House:
    """The indices, with a store that has the market up to a bar."""

    def __init__(self, store=None, n=BEGIN, book=BOOK):
        self.store, self.bus, self.tasks, self.ledger = (
            store or MemoryStore(),
            Bus(),
            Supervisor(),
            NoLedger(),
        )
        self.book, self.told, self.notices = book, [], []
        self.bus.subscribe(NarrativesChanged, lambda fact: self.told.append(fact.standings))
        self.bus.subscribe(NoticePosted, lambda fact: self.notices.append(fact.text))
        self.fill(n)
        self.narratives = Narratives(
            self.bus, self.store, self.store, self.ledger, lambda: (self.book, []), self.tasks
        )
        self.narratives.index_at("venue")

    def fill(self, n, coins=COINS):
        for coin in coins:
            self.store.candles[key_of(coin)] = MARKET[key_of(coin)][:n]

    def whole(self, done=5, total=5):
        self.bus.publish(UniverseProgressed(done, total, paused=False, timeframe="1h"))

    async def close(self, row, without=()):
        """Close a bar, and wait until narratives were told."""
        n_told = len(self.told)
        candles = {
            key.symbol: next(iter(all_[row : row + 1]))
            for key, all_ in MARKET.items()
            if key.symbol.split("/")[0] not in without
        }
        self.bus.publish(UniverseClosed("1h", row * HOUR, candles, frozenset()))
        await until(lambda: len(self.told) > n_told)
        return self.told[-1]

    async def settle(self):
        """Say that the past is whole, and wait until narratives were told."""
        n_told = len(self.told)
        self.whole()
        await until(lambda: len(self.told) > n_told)
        return self.told[-1]


@pytest.fixture
async def house():
    made = House()
    yield made
    await made.tasks.close()


async def test_every_close_says_what_the_whole_history_gives(house):
    for row in range(BEGIN, BEGIN + 30):
        ai, memes = await house.close(row)
    assert ai.at_ms == (BEGIN + 30) * HOUR
    np.testing.assert_allclose([ai.value, memes.value], WHOLE.net[BEGIN + 29], rtol=1e-12)
    assert [one.coin for one in memes.holdings] == ["PEPE"]
    assert ai.roi_7d_pct == pytest.approx(
        100 * (WHOLE.net[BEGIN + 29, 0] / WHOLE.net[BEGIN + 29 - 168, 0] - 1)
    )


async def test_the_share_of_volume_counts_coins_outside_of_the_book(house):
    row = BEGIN + 2
    for each in range(BEGIN, row + 1):
        ai, _ = await house.close(each)
    day = slice(row - 23, row + 1)
    usd = {k.symbol: (c.close[day] * c.volume[day]).sum() for k, c in MARKET.items()}
    share = 100 * (usd["FET/USDT"] + usd["TAO/USDT"]) / sum(usd.values())
    assert ai.volume_share_pct == pytest.approx(share)


async def test_indices_are_stored_as_candles_once_everything_is_there(house):
    await house.close(BEGIN)
    assert not any(is_index(key.symbol) for key in house.store.series())
    house.whole(4, 5)
    await house.close(BEGIN + 1)
    assert AI not in house.store.candles
    house.whole()
    await house.close(BEGIN + 2)
    stored = house.store.candles[AI]
    values = WHOLE.net[: BEGIN + 3, 0]
    np.testing.assert_allclose(stored.close, values[~np.isnan(values)], rtol=1e-12)
    np.testing.assert_array_equal(stored.open[1:], stored.close[:-1])
    assert stored.open[0] == 1000
    assert stored.open_time[-1] == (BEGIN + 2) * HOUR
    assert not stored.impossible().any()


async def test_narratives_are_told_as_soon_as_the_past_is_whole_without_a_close(house):
    house.whole(4, 5)
    ai, memes = await house.settle()
    assert ai.at_ms == BEGIN * HOUR
    np.testing.assert_allclose([ai.value, memes.value], WHOLE.net[BEGIN - 1], rtol=1e-12)
    assert house.store.candles[AI].open_time[-1] == (BEGIN - 1) * HOUR
    house.whole(5, 6)  # a coin more is loaded: nothing is told again before a close
    house.whole(6, 6)
    ai, memes = await house.close(BEGIN)
    assert len(house.told) == 2
    np.testing.assert_allclose([ai.value, memes.value], WHOLE.net[BEGIN], rtol=1e-12)
    np.testing.assert_allclose(house.store.candles[AI].close[-2:], WHOLE.net[BEGIN - 1 : BEGIN + 1, 0])


async def test_what_closed_while_the_past_was_loading_waits_for_the_coins_that_lack_it(house):
    house.fill(BEGIN + 1, ("BTC", "SOMETHING"))
    house.fill(BEGIN - 40, ("1000PEPE",))  # no longer trades
    ai, _ = await house.settle()
    assert (ai.at_ms, ai.value) == (BEGIN * HOUR, pytest.approx(WHOLE.net[BEGIN - 1, 0], rel=1e-12))
    told = await house.close(BEGIN)
    assert told[0].value == pytest.approx(WHOLE.net[BEGIN, 0], rel=1e-12)


def test_there_is_no_common_close_where_nothing_is_stored_of_a_coin_of_the_book():
    store = MemoryStore()
    assert newest_common_close(store, "venue", "1h", {"FET"}) is None
    store.candles = {key_of("BTC"): MARKET[key_of("BTC")][:5], key_of("FET"): MARKET[key_of("FET")][:0]}
    assert newest_common_close(store, "venue", "1h", {"FET"}) is None
    assert newest_common_close(store, "elsewhere", "1h", {"BTC"}) is None
    assert newest_common_close(store, "venue", "1h", {"BTC"}) == 5 * HOUR


async def test_what_is_stored_first_is_of_the_whole_past_however_soon_it_became_whole(house):
    house.store.candles[key_of("FET")] = MARKET[key_of("FET")][BEGIN - 24 * 40 : BEGIN]
    await house.close(BEGIN)
    house.fill(BEGIN + 1)
    house.bus.publish(UniverseFilled(key_of("FET"), 24 * 10))
    house.whole()
    await house.close(BEGIN + 1)
    stored, values = house.store.candles[AI], WHOLE.net[: BEGIN + 2, 0]
    np.testing.assert_allclose(stored.close, values[~np.isnan(values)], rtol=1e-12)


async def test_after_a_restart_an_index_goes_on_from_what_was_told(house):
    await house.settle()
    for row in range(BEGIN, BEGIN + 3):
        await house.close(row)
    before = house.store.candles[AI]
    shorter = MemoryStore()  # the older half of the coins' candles is gone: the index would begin anew
    for key, candles in house.store.candles.items():
        shorter.candles[key] = candles if is_index(key.symbol) else candles[BEGIN // 4 :]
    again = House(shorter, 0)
    again.fill(BEGIN + 3)
    await again.settle()
    for row in range(BEGIN + 3, BEGIN + 6):
        ai, _ = await again.close(row)
    await again.tasks.close()
    after = shorter.candles[AI]
    assert after[: len(before)].equals(before)
    np.testing.assert_allclose(
        after.close[-1] / before.close[-1], WHOLE.net[BEGIN + 5, 0] / WHOLE.net[BEGIN + 2, 0]
    )
    assert ai.value == pytest.approx(after.close[-1])
    assert ai.roi_all_pct == pytest.approx(after.close[-1] / 10 - 100)
    assert len(after) == len(before) + 3


async def test_candles_that_come_late_are_taken_together_with_the_past(house, monkeypatch):
    monkeypatch.setattr("workstation.services.narratives.REBUILD_EVERY_S", 0.0)
    await house.close(BEGIN)
    late, _ = await house.close(BEGIN + 1, without=("FET",))
    house.fill(BEGIN + 2)
    house.bus.publish(UniverseFilled(key_of("FET"), 1))
    ai, _ = await house.close(BEGIN + 2)
    assert late.value != pytest.approx(WHOLE.net[BEGIN + 1, 0], rel=1e-9)
    assert ai.value == pytest.approx(WHOLE.net[BEGIN + 2, 0], rel=1e-12)


async def test_a_book_that_was_edited_counts_from_the_next_close_on(house):
    await house.close(BEGIN)
    house.book = NarrativeBook((*BOOK.narratives, Narrative("new", "New", (Membership("SOMETHING"),))))
    house.fill(BEGIN + 1)
    told = await house.close(BEGIN + 1)
    assert [one.name for one in told] == ["ai", "memecoins", "new"]
    assert told[2].value is not None


async def test_signals_and_grades_are_told_with_the_close_they_belong_to(house):
    bullish = Signal(
        key_of("FET"), BEGIN * HOUR, 1.0, Direction.BULLISH, (), True, SignalOrigin.LIVE, "1", horizon_bars=2
    )
    house.bus.publish(SignalRaised(bullish))
    ai, memes = await house.close(BEGIN)
    assert (ai.n_bullish, ai.n_bearish, ai.grade, memes.n_bullish) == (1, 0, None, 0)
    house.ledger.grades = [Grade("venue", "1000PEPE/USDT", "1h", (BEGIN + 1) * HOUR, 77, (), 5)]
    house.bus.publish(CoinsGraded("1h", (BEGIN + 1) * HOUR))
    await until(lambda: len(house.told) == 2)
    assert [one.grade for one in house.told[-1]] == [None, 77]
    await house.close(BEGIN + 1)
    ai, _ = await house.close(BEGIN + 2)  # two bars later it no longer stands
    assert ai.n_bullish == 0


async def test_a_disk_that_takes_nothing_is_said_and_tried_again(house):
    house.whole()
    record, fails = house.store.record, [True]

    async def failing(key, candles):
        if fails:
            raise StoreError("The disk is full.")
        return await record(key, candles)

    house.store.record = failing
    told = await house.close(BEGIN)
    assert told[0].value is not None  # what was worked out is told all the same
    await until(lambda: any("The disk is full." in text for text in house.notices))
    fails.clear()
    await house.close(BEGIN + 1)
    await until(lambda: house.notices[-1] == "")
    assert house.store.candles[AI].open_time[-1] == (BEGIN + 1) * HOUR


async def test_an_empty_store_is_waited_for():
    made = House(n=0)
    made.bus.publish(UniverseClosed("1h", 0, {}, frozenset()))
    made.fill(BEGIN)
    made.bus.publish(UniverseFilled(key_of("FET"), BEGIN))
    told = await made.close(BEGIN)
    await made.tasks.close()
    assert told[0].value == pytest.approx(WHOLE.net[BEGIN, 0], rel=1e-12)
