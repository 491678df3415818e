"""The household's book against a venue that drops, delays and stops."""

import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import HOUR, KEY, MemoryStore, ScriptedFeed, SetClock, bar, bars
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import VenueError
from workstation.domain.events import (
    CandlesRejected,
    CandleUpdated,
    FeedState,
    HistoryFilled,
    NoticePosted,
)
from workstation.domain.market import SeriesKey, open_of
from workstation.services.bus import Bus
from workstation.services.market_data import FIRST_LOAD_BARS, MarketData
from workstation.services.supervisor import Supervisor

NOW = 4000 * HOUR + 5 * 60_000


@pytest.fixture(autouse=True)
def the_scripted_market_began_in_1970(monkeypatch):
    monkeypatch.setattr("workstation.services.market_data.EARLIEST_MS", 0)


class House:
    def __init__(self, holes=(), store=None):
        self.clock = SetClock(NOW)
        self.feed = ScriptedFeed(self.clock, holes)
        self.store = store or MemoryStore()
        self.bus, self.tasks = Bus(), Supervisor()
        self.data = MarketData(self.bus, self.store, self.store, self.tasks)
        self.updates, self.filled, self.rejected = [], [], []
        self.bus.subscribe(CandleUpdated, lambda u: self.updates.append(u.candle))
        self.bus.subscribe(HistoryFilled, self.filled.append)
        self.bus.subscribe(CandlesRejected, self.rejected.append)

    async def filled_up(self):
        self.data.follow([KEY], "chart")
        self.data.listen_to(self.feed, self.clock)
        await until(lambda: self.data.is_filled(KEY))


@pytest.fixture
async def house():
    made = []

    def make(**kwargs):
        made.append(House(**kwargs))
        return made[-1]

    yield make
    for h in made:
        await h.tasks.close()


async def test_a_new_series_is_loaded_and_stored_before_live_bars_join_it(house):
    h = house()
    await h.filled_up()
    assert len(h.data.series(KEY)) == FIRST_LOAD_BARS
    assert h.store.candles[KEY].equals(bars(4000 - FIRST_LOAD_BARS, 3999))
    assert h.filled == [HistoryFilled(KEY, FIRST_LOAD_BARS, None)]
    assert h.feed.followed == {KEY}
    h.data.on_candles(KEY, [bar(4000, closed=False)])
    assert h.updates == [bar(4000, closed=False)]


async def test_a_closed_bar_is_stored_and_told_once(house):
    h = house()
    await h.filled_up()
    h.data.on_candles(KEY, [bar(4000)])
    h.data.on_candles(KEY, [bar(4000)])
    await until(lambda: len(h.store.candles[KEY]) == FIRST_LOAD_BARS + 1)
    assert h.updates == [bar(4000)]


async def test_a_sister_lost_on_the_wire_is_fetched_before_the_younger_is_believed(house):
    h = house()
    await h.filled_up()
    h.clock.now = 4004 * HOUR + 60_000
    h.data.on_candles(KEY, [bar(4003), bar(4004, closed=False)])
    assert h.updates == []  # believed only when the hole is filled
    await until(lambda: h.updates)
    series = h.data.series(KEY)
    assert series.closed().equals(bars(4000 - FIRST_LOAD_BARS, 4003))
    assert h.store.candles[KEY].equals(series.closed())
    assert series.last == bar(4004, closed=False)


async def test_a_hole_that_the_venue_has_too_stays_a_hole(house):
    h = house(holes=[4000, 4001])
    await h.filled_up()
    h.clock.now = 4004 * HOUR
    h.data.on_candles(KEY, [bar(4002), bar(4003)])
    await until(lambda: h.data.series(KEY).newest_closed == 4003 * HOUR)
    assert not set(h.data.series(KEY).closed().open_time) & {4000 * HOUR, 4001 * HOUR}


async def test_a_venue_that_answers_from_a_moment_ago_makes_no_hole(house):
    h = house()
    answer, h.clock.now = h.feed.history, NOW + 4 * HOUR

    async def late_once(key, since_ms, limit):
        """Answer what was true four bars ago, while a younger bar is already heard on the stream."""
        h.feed.history = answer
        h.data.on_candles(KEY, [bar(4003), bar(4004, closed=False)])
        return (await answer(key, since_ms, limit))[:-4]

    h.feed.history = late_once
    await h.filled_up()
    await until(lambda: h.data.series(KEY).last == bar(4004, closed=False))
    assert h.data.series(KEY).closed().equals(bars(4004 - FIRST_LOAD_BARS, 4003))


async def test_after_an_interruption_everything_is_checked_for_holes(house):
    h = house()
    await h.filled_up()
    h.data.on_state(FeedState.LIVE, "")
    h.data.on_state(FeedState.OFFLINE, "gone")
    h.clock.now = 4010 * HOUR
    h.data.on_state(FeedState.LIVE, "back")
    await until(lambda: h.data.series(KEY).newest_closed == 4009 * HOUR)
    assert h.filled[-1] == HistoryFilled(KEY, 10, 3999 * HOUR)


async def test_a_second_start_asks_the_venue_only_for_what_is_missing(house):
    store = MemoryStore()
    await store.record(KEY, bars(3000, 3989))
    h = house(store=store)
    await h.filled_up()
    assert [(since // HOUR, n) for _, since, n in h.feed.asked] == [(3990, 12)]
    assert h.filled == [HistoryFilled(KEY, 10, 3989 * HOUR)]


async def test_a_bar_whose_close_passes_in_silence_is_closed_by_the_clock(house):
    h = house()
    await h.filled_up()
    h.data.on_candles(KEY, [bar(4000, closed=False)])
    h.clock.now = 4001 * HOUR + 10_000
    await until(lambda: h.data.series(KEY).newest_closed == 4000 * HOUR)
    assert h.data.series(KEY).closed().equals(bars(4000 - FIRST_LOAD_BARS, 4000))


async def test_a_venue_that_does_not_answer_is_asked_again(house, monkeypatch):
    monkeypatch.setattr(MarketData, "_ask_again", _at_once(MarketData._ask_again))
    h = house()
    h.feed.failures = 2
    await h.filled_up()
    assert len(h.feed.asked) == 3
    assert len(h.data.series(KEY)) == FIRST_LOAD_BARS


def _at_once(ask_again):
    async def immediately(self, key, after_s):
        assert after_s in (5.0, 10.0)
        await ask_again(self, key, 0.0)

    return immediately


async def test_weeks_are_asked_for_from_the_first_market_on_not_from_before_1970(house, monkeypatch):
    monkeypatch.setattr("workstation.services.market_data.EARLIEST_MS", 1_230_768_000_000)
    h = house()
    weekly = SeriesKey(KEY.venue, KEY.symbol, "1w")
    h.clock.now = 1_763_650_000_000

    async def nothing(_key, since_ms, limit):
        h.feed.asked.append((since_ms, limit))
        return CandleColumns.empty()

    h.feed.history = nothing
    h.data.follow([weekly], "chart")
    h.data.listen_to(h.feed, h.clock)
    await until(lambda: h.data.is_filled(weekly))
    ((since, limit),) = h.feed.asked
    assert since == open_of(1_230_768_000_000, "1w")
    assert 800 < limit < 1000


async def test_a_refusal_is_told_and_taken_back_when_it_is_over(house, monkeypatch):
    monkeypatch.setattr(MarketData, "_ask_again", _at_once(MarketData._ask_again))
    h = house()
    notices, answer = [], h.feed.history
    h.bus.subscribe(NoticePosted, notices.append)

    async def refuse_once(*_):
        h.feed.history = answer
        raise VenueError("Too long ago.")

    h.feed.history = refuse_once
    await h.filled_up()
    assert [n.text for n in notices] == [f"No history of {KEY}: Too long ago.", ""]


async def test_a_chart_that_joins_is_told_what_is_not_stored_yet(house):
    h = house()
    await h.filled_up()
    h.data.on_candles(KEY, [bar(4000), bar(4001, closed=False)])
    assert h.data.newest(KEY)[-3:] == [bar(3999), bar(4000), bar(4001, closed=False)]


async def test_an_impossible_row_is_quarantined_and_counted_but_never_in_the_series(house):
    h = house()
    await h.filled_up()
    h.data.on_rejected(KEY, b"[0, null]", "open is null")
    await until(lambda: h.store.quarantined)
    assert h.store.quarantined == [(KEY, b"[0, null]", "open is null")]
    assert h.rejected == [CandlesRejected(KEY, 1, "open is null")]
    assert len(h.data.series(KEY)) == FIRST_LOAD_BARS


async def test_a_series_nobody_follows_any_more_is_let_go(house):
    h = house()
    await h.filled_up()
    h.data.follow([KEY], "watchlist")
    h.data.follow([], "chart")
    assert h.data.series(KEY) is not None
    h.data.follow([], "watchlist")
    assert h.data.series(KEY) is None
    assert h.feed.followed == set()
