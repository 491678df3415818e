"""The universe against a venue that refuses, is busy, falls silent and is late."""

import asyncio

import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import HOUR, MemoryStore, bar, bars
from tests.fakes.services_universe import UniverseHouse, key_of, refusal, stored
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import StoreError, VenueBusy, VenueUnreachable
from workstation.domain.events import CandleUpdated, UniverseFilled, UniverseProgressed
from workstation.services import patience, universe, universe_past
from workstation.services.universe_members import Member


@pytest.fixture(autouse=True)
def nobody_waits_long(monkeypatch):
    monkeypatch.setattr(universe, "LOOK_S", 0.01)
    monkeypatch.setattr(universe, "CHOOSE_S", 0.02)
    monkeypatch.setattr(universe, "ASK_AGAIN_S", 0.03)
    monkeypatch.setattr(universe, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(universe, "LONGEST_WAIT_S", 0.04)
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(universe_past, "EARLIEST_MS", 0)


@pytest.fixture
async def house():
    made = []

    def make(*args, **kwargs):
        made.append(UniverseHouse(*args, **kwargs))
        return made[-1]

    yield make
    for h in made:
        await h.tasks.close()


async def filled_up(h):
    h.start()
    await until(h.is_whole)
    return h


async def test_the_past_of_everything_liquid_is_stored_most_liquid_first(house, monkeypatch):
    monkeypatch.setattr(universe, "N_WORKERS", 1)
    h = house("ABCD")
    h.symbols.append("E/USDT")  # 1e9 / 10**4 is below the floor
    h.start()
    h.symbols.pop()
    await until(h.is_whole)
    assert h.venue.asked == [(symbol, 3900, 100) for symbol in h.symbols]
    assert [fact.key.symbol for fact in h.filled] == h.symbols
    assert all(stored(h, symbol).equals(bars(3900, 3999)) for symbol in h.symbols)
    assert h.progress == [UniverseProgressed(n, 4, paused=False, timeframe="1h") for n in range(5)]
    assert h.closed == []  # what closed before we came is history


async def test_nothing_is_asked_before_prices_were_heard(house):
    h = house()
    h.universe.start([], h.options)
    await until(lambda: h.progress)
    assert h.progress == [UniverseProgressed(0, 0, paused=False, timeframe="1h")]
    assert h.venue.asked == []


async def test_the_back_fill_rests_while_it_is_paused_and_closes_go_on(house, monkeypatch):
    monkeypatch.setattr(universe, "N_WORKERS", 1)
    h = house("ABC")
    h.bus.subscribe(UniverseFilled, lambda fact: fact.key.symbol == "A/USDT" and h.universe.pause())
    h.start()
    await until(lambda: h.universe.progress.paused)
    h.clock.now += HOUR
    await until(lambda: h.closed)
    assert h.closed[0].candles == {"A/USDT": bar(4000)}
    assert {symbol for symbol, _, _ in h.venue.asked} == {"A/USDT"}
    assert h.progress[-1] == UniverseProgressed(1, 3, paused=True, timeframe="1h")
    h.universe.resume()
    await until(h.is_whole)
    assert stored(h, "C/USDT").equals(bars(3901, 4000))


async def test_a_second_start_asks_only_for_what_is_missing(house):
    store = MemoryStore()
    await store.record(key_of("A/USDT"), bars(3900, 3999))
    await store.record(key_of("B/USDT"), bars(3800, 3989))
    await store.record(key_of("C/USDT"), bars(3950, 3999))
    await store.record(key_of("D/USDT"), bars(3700, 3710))
    h = house("ABCD", store=store)
    h.venue.listed_at["C/USDT"] = 3950
    await filled_up(h)
    assert h.venue.asked_of("A/USDT") == []
    assert h.venue.asked_of("B/USDT") == [(3990, 10)]
    assert h.venue.asked_of("C/USDT") == [(3900, 1)]  # is it younger than what is wanted? it is
    assert h.venue.asked_of("D/USDT") == [(3711, 289)]  # no hole behind what is stored
    assert {fact.key.symbol: fact.n_new for fact in h.filled} == {
        "A/USDT": 0,
        "B/USDT": 10,
        "C/USDT": 0,
        "D/USDT": 289,
    }


async def test_a_past_stored_less_deep_than_is_wanted_is_deepened(house):
    store = MemoryStore()
    await store.record(key_of("A/USDT"), bars(3950, 3990))
    h = await filled_up(house("A", store=store))
    assert stored(h, "A/USDT").equals(bars(3900, 3999))
    assert h.venue.asked_of("A/USDT") == [(3900, 1), (3900, 50), (3991, 9)]


async def test_a_symbol_that_is_refused_stops_nobody_and_is_let_go_in_the_end(house):
    h = house("ABC")
    h.venue.errors["B/USDT"] = refusal("The venue answered something that is not data.")
    h.start()
    await until(lambda: h.universe.progress.done == 2)
    await until(lambda: h.universe.progress == UniverseProgressed(2, 2, paused=False, timeframe="1h"))
    assert len(h.venue.asked_of("B/USDT")) == universe.MOST_REFUSALS
    assert h.universe.whole == (key_of("A/USDT"), key_of("C/USDT"))


async def test_a_venue_that_refuses_everything_loses_no_symbol(house):
    h = house("AB")
    h.venue.errors[""] = refusal("A login page is between us.")
    h.start()
    await until(lambda: len(h.venue.asked) > 2 * universe.MOST_REFUSALS)
    assert h.universe.progress.total == 2
    h.venue.errors.clear()
    await until(h.is_whole)


async def test_a_symbol_delisted_later_is_absent_and_then_gone(house):
    h = await filled_up(house("ABC"))
    h.venue.errors["B/USDT"] = refusal()
    h.clock.now += HOUR
    await until(lambda: h.closed)
    assert (set(h.closed[0].candles), h.closed[0].absent) == ({"A/USDT", "C/USDT"}, {"B/USDT"})
    await until(lambda: h.universe.progress.total == 2)
    h.clock.now += HOUR
    await until(lambda: len(h.closed) == 2)
    assert (set(h.closed[1].candles), h.closed[1].absent) == ({"A/USDT", "C/USDT"}, frozenset())


@pytest.mark.parametrize(
    "error",
    [VenueBusy("Wait.", 0.15), VenueUnreachable("Nobody there."), StoreError("The disk is full.")],
    ids=["busy", "unreachable", "full disk"],
)
async def test_a_venue_that_cannot_answer_is_left_alone_by_all(house, error):
    h = house("ABCD")
    h.venue.errors[""] = error
    h.start()
    await until(lambda: h.venue.asked)
    began_s = asyncio.get_running_loop().time()
    assert len(h.venue.asked) <= 4  # those that were under way
    h.venue.errors.clear()
    await until(h.is_whole)
    assert asyncio.get_running_loop().time() - began_s > (0.14 if isinstance(error, VenueBusy) else 0.01)
    assert h.universe.progress.total == 4


async def test_at_a_close_every_symbol_is_asked_for_its_one_candle(house):
    h = await filled_up(house("ABC"))
    h.venue.asked.clear()
    h.clock.now = 4001 * HOUR + 1_000
    await until(lambda: h.universe._slot.open_time == 4000 * HOUR)
    assert h.venue.asked == []  # the venue has three seconds to close its books
    h.clock.now += 2_500
    await until(lambda: h.closed)
    assert h.venue.asked == [(symbol, 4000, 1) for symbol in h.symbols]
    (fact,) = h.closed
    assert (fact.timeframe, fact.open_time, fact.absent) == ("1h", 4000 * HOUR, frozenset())
    assert fact.candles == dict.fromkeys(h.symbols, bar(4000))
    assert all(stored(h, symbol).equals(bars(3900, 4000)) for symbol in h.symbols)
    assert len(h.filled) == 3  # one candle that joins a bar is no news of its own


async def test_a_past_takes_its_turn_where_there_is_always_a_close_to_ask_for(house):
    h = house("AB")
    old, young = (Member(key_of(symbol), volume) for symbol, volume in (("A/USDT", 1e9), ("B/USDT", 1e6)))
    ask = universe._Job
    for job, member, at_s in (
        (ask.PAST, young, 0.0),
        *((ask.CLOSE, old, at_s) for at_s in (1.0, 15.0, 25.0)),
    ):
        h.universe._queue(job, member, at_s)
    order = [h.universe._jobs.get_nowait()[-2] for _ in range(4)]
    assert order == [ask.CLOSE, ask.CLOSE, ask.PAST, ask.CLOSE]


async def test_a_silent_symbol_is_absent_and_holds_nobody_up(house):
    h = await filled_up(house("ABC"))
    h.venue.silent["B/USDT"] = 2
    h.clock.now += HOUR
    await until(lambda: h.closed)
    assert (set(h.closed[0].candles), h.closed[0].absent) == ({"A/USDT", "C/USDT"}, {"B/USDT"})
    assert h.clock.now < h.universe._slot.deadline_ms
    await asyncio.sleep(3 * universe.ASK_AGAIN_S)
    assert [n for slot, n in h.venue.asked_of("B/USDT") if slot == 4000] == [1, 1]  # and no third time
    h.clock.now += HOUR  # its candle was late: it comes with the next one, as history
    await until(lambda: len(h.closed) == 2)
    assert h.filled[-1] == UniverseFilled(key_of("B/USDT"), 2)
    assert set(h.closed[1].candles) == set(h.symbols)
    assert stored(h, "B/USDT").equals(bars(3900, 4001))


async def test_a_candle_that_is_told_at_the_second_asking_is_there_in_time(house):
    h = await filled_up(house("AB"))
    h.venue.silent["B/USDT"] = 1
    h.clock.now += HOUR
    await until(lambda: h.closed)
    assert h.closed[0].candles.keys() == {"A/USDT", "B/USDT"}
    assert [n for slot, n in h.venue.asked_of("B/USDT") if slot == 4000] == [1, 1]


async def test_a_past_that_becomes_whole_in_the_middle_of_a_close_takes_part_in_it(house):
    h = house("AB")
    h.venue.hold, h.venue.held = asyncio.Event(), "B/USDT"
    h.start()
    await until(lambda: h.universe.progress.done == 1 and h.venue.asked_of("B/USDT"))
    h.clock.now = 4001 * HOUR + 1_000
    await until(lambda: h.universe._slot.open_time == 4000 * HOUR)
    h.venue.hold.set()
    await until(h.is_whole)
    assert stored(h, "B/USDT").equals(bars(3900, 3999))
    h.clock.now += 2_500
    await until(lambda: h.closed)
    assert h.closed[0].candles == dict.fromkeys(h.symbols, bar(4000))


async def test_a_sweep_that_takes_too_long_is_told_at_its_deadline_and_the_rest_is_late(house):
    h = await filled_up(house("AB"))
    h.venue.hold = asyncio.Event()
    h.clock.now += HOUR
    await until(lambda: len(h.venue.asked_of("A/USDT")) == 2)
    assert h.closed == []
    h.clock.now += HOUR // 4
    await until(lambda: h.closed)
    assert (h.closed[0].candles, h.closed[0].absent) == ({}, {"A/USDT", "B/USDT"})
    h.venue.hold.set()
    await until(lambda: len(h.filled) == 4)
    assert set(h.filled[2:]) == {UniverseFilled(key_of(symbol), 1) for symbol in h.symbols}
    assert len(h.closed) == 1


async def test_after_hours_without_a_network_all_that_closed_is_caught_up_with(house):
    h = await filled_up(house("AB"))
    h.venue.errors[""] = VenueUnreachable("Nobody there.")
    h.clock.now += 5 * HOUR
    await until(lambda: len(h.venue.asked) > 2)
    h.venue.errors.clear()
    await until(lambda: h.closed)
    assert h.closed[0].open_time == 4004 * HOUR
    assert h.closed[0].candles == dict.fromkeys(h.symbols, bar(4004))
    assert set(h.filled[2:]) == {UniverseFilled(key_of(symbol), 5) for symbol in h.symbols}
    assert stored(h, "A/USDT").equals(bars(3900, 4004))


async def test_what_the_trader_watches_is_heard_and_never_asked_for(house, monkeypatch):
    monkeypatch.setattr("workstation.services.market_data.EARLIEST_MS", 0)
    h, watched = house("ABC"), key_of("B/USDT")
    h.stream()
    h.data.follow([watched], "watchlist")
    await until(lambda: h.data.is_filled(watched))
    await filled_up(h)
    assert UniverseFilled(watched, 0) in h.filled
    h.clock.now += HOUR
    h.data.on_candles(watched, [bar(4000)])
    await until(lambda: h.closed)
    assert h.closed[0].candles == dict.fromkeys(h.symbols, bar(4000))
    assert h.venue.asked_of("B/USDT") == []
    h.data.follow([], "watchlist")  # from now on it is ours
    h.clock.now += HOUR
    await until(lambda: len(h.closed) == 2)
    assert h.venue.asked_of("B/USDT") == [(4001, 1)]
    assert h.closed[1].candles["B/USDT"] == bar(4001)


async def test_a_chart_opened_in_the_middle_of_the_back_fill_takes_its_series_over(house, monkeypatch):
    monkeypatch.setattr("workstation.services.market_data.EARLIEST_MS", 0)
    monkeypatch.setattr(universe, "N_WORKERS", 1)
    h, chart = house("AB"), key_of("B/USDT")
    h.stream()
    h.bus.subscribe(UniverseFilled, lambda f: f.key.symbol == "A/USDT" and h.data.follow([chart], "chart"))
    await filled_up(h)
    assert h.venue.asked_of("B/USDT") == []
    assert len(stored(h, "B/USDT")) == 3_000


async def test_duplicates_and_late_candles_change_nothing(house):
    h = await filled_up(house("AB"))
    h.clock.now += HOUR
    for candle in (bar(4000), bar(4000), bar(3990)):
        h.bus.publish(CandleUpdated(key_of("A/USDT"), candle))
    await until(lambda: h.closed)
    assert h.closed[0].candles == dict.fromkeys(h.symbols, bar(4000))
    assert [slot for slot, _ in h.venue.asked_of("A/USDT")] == [3900]
    h.bus.publish(CandleUpdated(key_of("A/USDT"), bar(4000)))
    assert h.universe._members["A/USDT"].newest_ms == 4000 * HOUR
    assert len(h.closed) == 1


async def test_a_coin_without_a_past_begins_with_its_first_close(house):
    h = house("A")
    h.venue.listed_at["A/USDT"] = 4000
    await filled_up(h)
    assert stored(h, "A/USDT").equals(CandleColumns.empty())
    h.clock.now += HOUR
    await until(lambda: h.closed)
    assert h.closed[0].candles == {"A/USDT": bar(4000)}
    assert h.venue.asked_of("A/USDT") == [(3900, 100), (4000, 1)]


async def test_who_becomes_liquid_enters_and_who_dries_up_leaves(house):
    h = await filled_up(house("AB"))
    h.tell_volumes({"A/USDT": 300_000.0, "B/USDT": 200_000.0})
    await until(lambda: h.universe.progress.total == 1)
    assert h.universe.whole == (key_of("A/USDT"),)
    h.tell_volumes({"B/USDT": 400_000.0})
    h.tell_volumes({"B/USDT": 600_000.0})
    await until(lambda: h.universe.progress.done == 2)


@pytest.mark.parametrize("is_filled", [False, True], ids=["its past", "its close"])
async def test_who_leaves_while_the_venue_answers_is_no_news_any_more(house, is_filled):
    h = house("AB")
    if is_filled:
        await filled_up(h)
    h.venue.hold = asyncio.Event()
    h.clock.now += HOUR * is_filled
    n_asked, n_told = len(h.venue.asked), len(h.filled)
    if not is_filled:
        h.start()
    await until(lambda: len(h.venue.asked) == n_asked + 2)
    h.tell_volumes({"B/USDT": 1.0})
    await until(lambda: h.universe.progress.total == 1)
    h.venue.hold.set()
    await until(lambda: len(stored(h, "B/USDT")) == 100 + is_filled)
    await until(lambda: len(stored(h, "A/USDT")) == 100 + is_filled)
    await until(lambda: h.universe.progress.done == 1)
    await until(lambda: h.closed or not is_filled)  # nobody waits for who has left
    assert key_of("B/USDT") not in [fact.key for fact in h.filled[n_told:]]
    assert all("B/USDT" not in {*fact.candles, *fact.absent} for fact in h.closed)


async def test_after_its_end_nothing_is_asked(house):
    h = await filled_up(house("AB"))
    h.universe.stop()
    h.clock.now += HOUR
    await until(lambda: not any(task.get_name().startswith("fill the universe") for task in h.tasks._tasks))
    assert len(h.venue.asked) == 2
