"""Closes are judged, written down, told once, and told late when they were missed."""

import asyncio
import dataclasses

import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import HOUR, KEY, MemoryStore, ScriptedFeed, SetClock, bar, bars
from tests.fakes.services_verdicts import no_verdicts
from workstation.domain.errors import StoreError
from workstation.domain.events import (
    AlertRaised,
    FormingSignalChanged,
    NoticePosted,
    SignalRaised,
    SignalsRecomputed,
)
from workstation.domain.signal import SignalOrigin
from workstation.engine.ballot import ballots
from workstation.engine.confluence import judge
from workstation.services.alerts import Alerts, sentence
from workstation.services.bus import Bus
from workstation.services.market_data import FIRST_LOAD_BARS, MarketData
from workstation.services.sights import Sights
from workstation.services.signals import MOST_CATCH_UP_BARS, TOGETHER_S, Signals
from workstation.services.supervisor import Supervisor

N = 4400
JUDGED = judge(KEY, bars(0, N - 1))
"""Every signal of the scripted market, for the tests to stand a clock before and after."""


def slot(signal):
    return signal.open_time // HOUR


STORED = 3_500
"""Bars that were stored before a signal, where a test stores any; it is judged on all of them."""

FIRST = next(s for s in JUDGED if slot(s) > max(FIRST_LOAD_BARS, STORED) + 100)


def rounded(signal):
    """Return a signal to nine digits: an engine that has loaded less of the past differs in the last."""
    votes = (
        dataclasses.replace(
            vote,
            score=round(vote.score, 9),
            readings=tuple(dataclasses.replace(r, value=round(r.value, 9)) for r in vote.readings),
        )
        for vote in signal.votes
    )
    return dataclasses.replace(signal, votes=tuple(votes))


@pytest.fixture(autouse=True)
def the_scripted_market_began_in_1970_and_previews_hurry(monkeypatch):
    monkeypatch.setattr("workstation.services.signals.PREVIEW_EVERY_S", 0.02)
    monkeypatch.setattr("workstation.services.market_data.EARLIEST_MS", 0)


class House:
    def __init__(self, now_slot, store=None, watched=("BTC/USDT",)):
        self.clock = SetClock(now_slot * HOUR + 60_000)
        self.feed = ScriptedFeed(self.clock)
        self.store = store or MemoryStore()
        self.bus, self.tasks = Bus(), Supervisor()
        self.data = MarketData(self.bus, self.store, self.store, self.tasks)
        self.sights = Sights(self.bus, self.store)
        self.signals = Signals(
            self.bus, self.data, self.store, self.sights, self.store, no_verdicts(self.bus), self.tasks
        )
        self.alerts = Alerts(self.bus, self.store, self.tasks)
        self.heard = {}
        for kind in (SignalRaised, AlertRaised, SignalsRecomputed, FormingSignalChanged, NoticePosted):
            self.bus.subscribe(kind, lambda fact: self.heard.setdefault(type(fact), []).append(fact))
        self.alerts.listen_at(self.clock, 1.0, lambda: watched, ("1h",))
        self.signals.listen_at(self.clock, 1.0)

    def of(self, kind):
        return self.heard.get(kind, [])

    async def start(self, owner="watchlist"):
        self.data.follow([KEY], owner)
        self.data.listen_to(self.feed, self.clock)
        await until(lambda: KEY in self.signals._bank(KEY.timeframe))

    def is_judged(self, n):
        """Return whether a bar is judged and what it said is told."""
        return self.signals._bank(KEY.timeframe).newest(KEY) == n * HOUR and not self.sights.is_free.locked()

    async def close_bars(self, first, last):
        for n in range(first, last + 1):
            self.clock.now = (n + 1) * HOUR + 1000
            self.data.on_candles(KEY, [bar(n)])
            await until(lambda: self.is_judged(n))  # noqa: B023


@pytest.fixture
async def house():
    made = []

    def make(*args, **kwargs):
        made.append(House(*args, **kwargs))
        return made[-1]

    yield make
    for h in made:
        await h.tasks.close()


async def test_a_signal_on_a_watched_symbol_is_journaled_told_and_alerts_once(house):
    h = house(slot(FIRST) - 2)
    await h.start()
    await h.close_bars(slot(FIRST) - 2, slot(FIRST))
    await until(lambda: h.of(AlertRaised))
    await h.close_bars(slot(FIRST) + 1, slot(FIRST) + 2)
    expected = dataclasses.replace(rounded(FIRST), origin=SignalOrigin.LIVE)
    assert [rounded(s.signal) for s in h.of(SignalRaised)] == [expected]
    assert h.store.said == [s.signal for s in h.of(SignalRaised)]
    (alert,) = (a.alert for a in h.of(AlertRaised))
    assert alert.signal == h.store.said[0]
    assert alert.text == sentence(FIRST)
    assert alert.late_ms < 5_000


async def test_history_loaded_for_the_first_time_raises_nothing(house):
    h = house(slot(FIRST) + 1)
    await h.start()
    await until(lambda: h.signals._work.empty())
    assert h.of(SignalRaised) == []
    assert h.store.told == []


async def test_a_signal_missed_while_the_engine_was_away_is_told_late(house):
    store = MemoryStore()
    await store.record(KEY, bars(slot(FIRST) - STORED, slot(FIRST) - 1))
    h = house(slot(FIRST) + 10, store=store)
    await h.start()
    await until(lambda: h.of(AlertRaised))
    (alert,) = (a.alert for a in h.of(AlertRaised))
    assert rounded(alert.signal) == rounded(FIRST)  # origin says that it was worked out afterwards
    assert alert.late_ms == pytest.approx(9 * HOUR, abs=120_000)


async def test_an_alert_told_before_a_restart_is_not_told_again(house):
    store = MemoryStore()
    await store.record(KEY, bars(slot(FIRST) - STORED, slot(FIRST)))
    await store.add_signal(FIRST)
    await store.add_alert(FIRST, "told", 0, 0)
    h = house(slot(FIRST) + 5, store=store)
    await h.start()
    await until(lambda: h.of(SignalRaised))
    await until(lambda: h.signals._work.empty())
    assert h.of(AlertRaised) == []
    assert len(store.told) == 1


async def test_what_was_missed_too_long_ago_is_drawn_but_not_told(house):
    store = MemoryStore()
    await store.record(KEY, bars(slot(FIRST) - STORED, slot(FIRST) - 1))
    h = house(slot(FIRST) + MOST_CATCH_UP_BARS + 5, store=store)
    await h.start(owner="chart")
    h.signals.show([KEY])
    await until(lambda: h.of(SignalsRecomputed))
    assert rounded(FIRST) in [rounded(s) for s in h.of(SignalsRecomputed)[-1].signals]
    assert FIRST.open_time not in [r.signal.open_time for r in h.of(SignalRaised)]


async def test_a_signal_on_a_symbol_nobody_watches_is_journaled_but_not_alerted(house):
    h = house(slot(FIRST) - 2, watched=())
    await h.start(owner="chart")
    await h.close_bars(slot(FIRST) - 2, slot(FIRST) + 1)
    await until(lambda: h.of(SignalRaised))
    assert len(h.store.said) == 1
    assert h.of(AlertRaised) == []


async def test_a_signal_that_cannot_be_written_is_not_raised_and_the_trader_is_told(house, monkeypatch):
    h = house(slot(FIRST) - 2)

    async def full(_signal):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(h.store, "add_signal", full)
    await h.start()
    await h.close_bars(slot(FIRST) - 2, slot(FIRST) + 1)
    await until(lambda: h.of(NoticePosted))
    assert "The disk is full." in h.of(NoticePosted)[0].text
    assert h.of(SignalRaised) == []


async def test_the_forming_bar_of_a_chart_is_previewed_and_taken_back_at_its_close(house):
    h = house(slot(FIRST))
    await h.start(owner="chart")
    h.signals.show([KEY])
    h.data.on_candles(KEY, [bar(slot(FIRST), closed=False)])
    await until(lambda: h.of(FormingSignalChanged))
    preview = h.of(FormingSignalChanged)[0].signal
    assert (preview.direction, preview.closed) == (FIRST.direction, False)
    await h.close_bars(slot(FIRST), slot(FIRST))
    await until(lambda: len(h.of(FormingSignalChanged)) == 2)
    assert h.of(FormingSignalChanged)[1].signal is None


async def test_closes_of_one_moment_are_asked_about_in_one_question(house, monkeypatch):
    h = house(N - 10)
    keys = [dataclasses.replace(KEY, symbol=f"{coin}/USDT") for coin in ("BTC", "ETH", "SOL")]
    h.data.follow(keys, "watchlist")
    h.data.listen_to(h.feed, h.clock)
    await until(lambda: all(key in h.signals._bank("1h") for key in keys))
    asked = []

    async def speak(bars):
        asked.append(([bar.key for bar in bars], {bar.open_time for bar in bars}))

    monkeypatch.setattr(h.signals._verdicts, "speak", speak)
    h.clock.now = (N - 8) * HOUR + 1000
    for n in (N - 10, N - 9):
        for key in keys:
            h.data.on_candles(key, [bar(n)])
    await until(lambda: len(asked) == 2)
    assert asked == [(keys, {n * HOUR}) for n in (N - 10, N - 9)]
    assert TOGETHER_S <= 0.1, "seconds that a signal may wait for the others of its close"


async def test_the_forming_bar_is_previewed_by_the_model_where_it_judges(house, monkeypatch):
    h = house(slot(FIRST))
    await h.start(owner="chart")
    asked, says, is_held = [], [], asyncio.Event()

    async def is_judging(*_):
        return True

    async def preview(bars):
        asked.append(bars[0])
        await is_held.wait()
        return {KEY: says[0]} if says else {}

    monkeypatch.setattr(h.signals._verdicts, "is_judging", is_judging)
    monkeypatch.setattr(h.signals._verdicts, "preview", preview)
    h.signals.show([KEY])
    forming = bar(slot(FIRST), closed=False)
    says.append(dataclasses.replace(FIRST, closed=False, probability=0.5, model_hash="ab"))
    h.data.on_candles(KEY, [forming])
    await until(lambda: asked)
    is_held.set()
    await until(lambda: h.of(FormingSignalChanged))
    assert h.of(FormingSignalChanged)[0].signal == says[0]
    assert h.store.said == []

    is_held.clear()
    says[0] = dataclasses.replace(says[0], probability=0.4)
    h.data.on_candles(KEY, [dataclasses.replace(forming, volume=forming.volume * 1.01)])
    await until(lambda: len(asked) == 2)
    await h.close_bars(slot(FIRST), slot(FIRST))
    is_held.set()
    await until(lambda: h.of(FormingSignalChanged)[-1].signal is None)
    h.data.on_candles(KEY, [bar(slot(FIRST) + 1, closed=False)])
    says.clear()
    await until(lambda: len(asked) == 3)
    assert len(h.of(FormingSignalChanged)) == 2, "an answer about a bar that closed meanwhile is not told"
    closed = ballots(KEY.symbol, bars(0, slot(FIRST)), "1h", since=slot(FIRST))
    for name, values in closed.readings.items():
        if not np.isnan(values[0]):
            assert asked[0].ballots.readings[name][0] == pytest.approx(values[0], rel=1e-6, abs=1e-9), name


async def test_what_was_raised_at_the_time_stands_over_what_history_says_now(house):
    store = MemoryStore()
    said = dataclasses.replace(FIRST, origin=SignalOrigin.LIVE, price=FIRST.price * 1.01)
    await store.add_signal(said)
    h = house(slot(FIRST) + 200, store=store)
    await h.start(owner="chart")
    h.signals.show([KEY])
    await until(lambda: h.of(SignalsRecomputed))
    shown = [s for s in h.of(SignalsRecomputed)[-1].signals if s.open_time == FIRST.open_time]
    assert shown == [said]
