"""Signals and graded closes are joined with what followed: once, when it is known, and after a restart."""

import asyncio
import math
import threading

import numpy as np
import pytest

from tests.fakes.patience import PATIENCE_S, until
from tests.fakes.services_house import StoredHouse, walk
from tests.fakes.services_market import SetClock
from tests.fakes.storage_ledger_world import full_signal
from workstation.domain.errors import StoreError
from workstation.domain.events import NoticePosted, OutcomesKnown, SignalRaised, UniverseProgressed
from workstation.domain.grade import Grade, GradeComponent
from workstation.domain.grade_record import DAY_MS, WEEK_MS
from workstation.domain.ledger import EntryKind
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction
from workstation.engine.evaluation.outcome import BarrierRule, Costs, outcomes
from workstation.engine.grade.panel import outcomes_of
from workstation.engine.model.recipe import BARRIER_RANGES
from workstation.services import grade_outcomes
from workstation.services import outcomes as signal_outcomes
from workstation.services.grade_outcomes import GIVEN_UP_AFTER_MS, SETTLED_AFTER_MS, GradeOutcomes
from workstation.services.outcomes import Outcomes

HOUR = 3_600_000
BEGIN = 1_704_067_200_000  # 2024-01-01
KEY = SeriesKey("practice", "BTC/USDT", "1h")
HORIZON = 24
N_BARS = 400
CANDLES = walk(3, KEY, BEGIN, N_BARS)
WHOLE = UniverseProgressed(14, 14, False, "1h")
COINS = [f"C{i:02}/USDT" for i in range(14)]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for module in (signal_outcomes, grade_outcomes):
        monkeypatch.setattr(module, "LOOK_EVERY_S", 0.002)
    monkeypatch.setattr(signal_outcomes, "AGAIN_AFTER_MS", 0)
    monkeypatch.setattr(grade_outcomes, "LOOK_EVERY_MS", 0)


@pytest.fixture
async def house(tmp_path):
    house = StoredHouse(tmp_path)
    house.hear(OutcomesKnown)
    yield house
    await house.close()


def looks_of(house, monkeypatch, reader_name):
    """Return what counts how often the ledger was looked into."""
    looks = []
    ask = getattr(house.ledger, reader_name)

    def counted(*words):
        looks.append(words)
        return ask(*words)

    monkeypatch.setattr(house.ledger, reader_name, counted)
    return looks


# signals


def signal(slot, direction=Direction.BULLISH):
    return full_signal(BEGIN // HOUR + slot, key=KEY, direction=direction, horizon_bars=HORIZON)


def listen(house, now_ms):
    clock = SetClock(now_ms)
    Outcomes(house.bus, house.candles, house.ledger, house.recorder, house.tasks).listen_at(clock)
    return clock


def became(house):
    return {entry.signal.open_time: entry.outcome for entry in house.ledger.signals()}


async def test_a_signal_is_joined_when_its_horizon_has_passed_with_what_an_evaluation_says(house):
    await house.recorder.record(KEY, CANDLES)
    signals = [signal(slot, way) for slot in (60, 61) for way in (Direction.BULLISH, Direction.BEARISH)]
    for each in signals:
        await house.recorder.add_signal(each)
    listen(house, BEGIN + N_BARS * HOUR)
    await until(lambda: len(house.told) == 1)
    assert house.told == [OutcomesKnown(4)]
    far = BARRIER_RANGES * math.sqrt(HORIZON)
    history = outcomes(CANDLES, "1h", BarrierRule(HOUR, HORIZON), far)
    for entry in house.ledger.signals():
        row = entry.signal.open_time // HOUR - BEGIN // HOUR
        assert entry.outcome == history.one(row, entry.signal.direction, Costs())


async def test_a_signal_that_is_told_after_a_look_waits_for_its_own_horizon(house, monkeypatch):
    await house.recorder.record(KEY, CANDLES)
    looks = looks_of(house, monkeypatch, "signals")
    clock = listen(house, BEGIN + 84 * HOUR)
    await until(lambda: looks)
    await house.recorder.add_signal(signal(60))  # its bar closed long before that look
    clock.now = signal(60).known_at_ms + HORIZON * HOUR - 1
    house.bus.publish(SignalRaised(signal(60)))
    assert became(house) == {signal(60).open_time: None}
    clock.now += 1
    await until(lambda: house.told)
    assert became(house)[signal(60).open_time] is not None


async def test_a_signal_that_is_told_during_a_look_is_not_forgotten(house, monkeypatch):
    await house.recorder.record(KEY, CANDLES)
    ask = house.ledger.signals

    def slow(wanted):
        found = ask(wanted)
        if not house.said:
            house.loop.call_soon_threadsafe(house.say)
            assert house.said_it.wait(PATIENCE_S)
        return found

    house.loop, house.said, house.said_it = asyncio.get_running_loop(), [], threading.Event()

    def say():
        house.said.append(signal(60))
        house.bus.publish(SignalRaised(signal(60)))
        house.said_it.set()

    house.say = say
    monkeypatch.setattr(house.ledger, "signals", slow)
    clock = listen(house, BEGIN + 62 * HOUR)
    await until(lambda: house.said)
    await house.recorder.add_signal(signal(60))
    clock.now = BEGIN + 100 * HOUR
    await until(lambda: house.told)


async def test_a_ledger_that_cannot_be_read_is_a_notice_and_is_tried_again(house, monkeypatch):
    await house.recorder.record(KEY, CANDLES)
    await house.recorder.add_signal(signal(60))
    house.hear(NoticePosted)
    ask = house.ledger.signals

    def busy(_wanted):
        raise StoreError("The ledger is busy.")

    monkeypatch.setattr(house.ledger, "signals", busy)
    listen(house, BEGIN + 100 * HOUR)
    await until(lambda: any("The ledger is busy. It is tried again." in fact.text for fact in house.told))
    monkeypatch.setattr(house.ledger, "signals", ask)
    await until(lambda: OutcomesKnown(1) in house.told)
    assert NoticePosted("outcomes", "") in house.told


async def test_a_signal_waits_for_candles_and_is_joined_once(house, monkeypatch):
    await house.recorder.record(KEY, CANDLES[:70])
    await house.recorder.add_signal(signal(60))
    looks = looks_of(house, monkeypatch, "signals")
    listen(house, BEGIN + 90 * HOUR)
    await until(lambda: len(looks) > 3)
    assert became(house) == {signal(60).open_time: None}
    await house.recorder.record(KEY, CANDLES[70:])
    await until(lambda: house.told)
    n_rows = house.ledger.head().row
    await house.tasks.close()
    assert house.ledger.head().row == n_rows


async def test_after_a_restart_only_the_missing_outcomes_are_joined(tmp_path, house):
    await house.recorder.record(KEY, CANDLES)
    for slot in (60, 200):
        await house.recorder.add_signal(signal(slot))
    listen(house, BEGIN + 100 * HOUR)
    await until(lambda: house.told)
    await house.close()
    again = StoredHouse(tmp_path)
    again.hear(OutcomesKnown)
    try:
        before = became(again)
        assert [outcome is None for outcome in before.values()] == [False, True]
        listen(again, BEGIN + 300 * HOUR)
        await until(lambda: again.told)
        assert again.told == [OutcomesKnown(1)]
        after = became(again)
        assert after[signal(60).open_time] == before[signal(60).open_time]
        assert None not in after.values()
        assert again.ledger.verify().is_sound
    finally:
        await again.close()


# graded closes


def coin_key(symbol):
    return SeriesKey("practice", symbol, "1h")


MARKET = {symbol: walk(i, coin_key(symbol), BEGIN, N_BARS) for i, symbol in enumerate(COINS)}


async def store(house, n_bars=N_BARS, symbols=COINS):
    for symbol in symbols:
        await house.recorder.record(coin_key(symbol), MARKET[symbol][:n_bars])


async def grade_close(house, at_ms, venue="practice"):
    part = (GradeComponent("momentum", 50.0, 1.0),)
    grades = [Grade(venue, s, "1h", at_ms, 7 * i, part, len(COINS)) for i, s in enumerate(COINS)]
    return await house.recorder.add_grades(grades)


def listen_to_grades(house, now_ms):
    clock = SetClock(now_ms)
    joiner = GradeOutcomes(house.bus, house.candles, house.ledger, house.recorder, house.tasks)
    joiner.listen_at("practice", clock)
    return clock


def joined(house):
    """Return what followed, by the row of the grades."""
    rows = house.ledger.entries(limit=100)
    return {row.about: row.value for row in rows if row.kind is EntryKind.OUTCOME}


async def test_one_close_a_day_is_joined_with_what_the_grades_training_would_say(house):
    await store(house)
    first = BEGIN + DAY_MS
    rows = [await grade_close(house, first + hours * HOUR) for hours in (1, 2, 25)]
    listen_to_grades(house, first + 25 * HOUR + WEEK_MS)
    await until(lambda: house.told)
    assert house.told == [OutcomesKnown(2)]
    found = joined(house)
    assert sorted(found) == [rows[0], rows[2]]
    for row, at_ms in ((rows[0], first + HOUR), (rows[2], first + 25 * HOUR)):
        for one in found[row]:
            wanted = outcomes_of(MARKET[one.symbol], "1h", np.array([at_ms]))[0].astype(np.float32)
            assert (one.next_24h, one.next_7d) == tuple(wanted.tolist())


async def test_a_close_is_joined_no_earlier_than_seven_days_after_it_and_only_once(house, monkeypatch):
    await store(house)
    row = await grade_close(house, BEGIN + DAY_MS)
    looks = looks_of(house, monkeypatch, "grades_waiting")
    clock = listen_to_grades(house, BEGIN + DAY_MS + WEEK_MS - 1)
    await until(lambda: len(looks) > 2)
    assert joined(house) == {}
    clock.now += 1
    await until(lambda: house.told)
    seen = len(looks)
    await until(lambda: len(looks) > seen + 2)
    assert sorted(joined(house)) == [row]
    assert house.told == [OutcomesKnown(1)]


async def test_a_coin_without_candles_is_not_known_only_once_nobody_can_have_them(house, monkeypatch):
    at_ms = BEGIN + DAY_MS
    await store(house, symbols=COINS[1:])
    await house.recorder.record(coin_key(COINS[0]), MARKET[COINS[0]][:60])
    await grade_close(house, at_ms)
    looks = looks_of(house, monkeypatch, "grades_waiting")
    clock = listen_to_grades(house, at_ms + WEEK_MS + 2 * HOUR)
    house.bus.publish(WHOLE)
    await until(lambda: len(looks) > 2)
    assert joined(house) == {}, "the past of the universe may still be filled"
    house.bus.publish(UniverseProgressed(3, 14, False, "1h"))
    clock.now += SETTLED_AFTER_MS
    seen = len(looks)
    await until(lambda: len(looks) > seen + 2)
    assert joined(house) == {}, "it is being filled"
    house.bus.publish(WHOLE)
    await until(lambda: house.told)
    ((gone, *others),) = joined(house).values()
    assert gone.symbol == COINS[0]
    assert gone.next_24h is not None
    assert gone.next_7d is None
    assert None not in {one.next_7d for one in others}
    records = house.ledger.grade_records("practice", "1h")
    assert sum(each.n for each in records if each.horizon_ms == WEEK_MS) == len(COINS) - 1
    assert sum(each.n_unknown for each in records if each.horizon_ms == WEEK_MS) == 1


async def test_closes_of_another_venue_or_long_past_are_left_alone(house, monkeypatch):
    await store(house)
    await grade_close(house, BEGIN + DAY_MS, venue="okx")
    await grade_close(house, BEGIN + DAY_MS)
    looks = looks_of(house, monkeypatch, "grades_waiting")
    listen_to_grades(house, BEGIN + DAY_MS + WEEK_MS + GIVEN_UP_AFTER_MS)
    await until(lambda: len(looks) > 2)
    assert joined(house) == {}


async def test_after_a_restart_only_the_missing_closes_are_joined(tmp_path, house):
    await store(house)
    rows = [await grade_close(house, BEGIN + day * DAY_MS) for day in (1, 2)]
    listen_to_grades(house, BEGIN + DAY_MS + WEEK_MS)
    await until(lambda: house.told)
    before = joined(house)
    assert sorted(before) == rows[:1]
    await house.close()
    again = StoredHouse(tmp_path)
    again.hear(OutcomesKnown)
    try:
        listen_to_grades(again, BEGIN + 2 * DAY_MS + WEEK_MS)
        await until(lambda: again.told)
        assert again.told == [OutcomesKnown(1)]
        after = joined(again)
        assert sorted(after) == rows
        assert after[rows[0]] == before[rows[0]]
    finally:
        await again.close()
