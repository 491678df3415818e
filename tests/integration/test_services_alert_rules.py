"""Rules of alerts over real files: told once, told late after a pause, and never twice over a crash."""

import shutil
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import HOUR, KEY, MemoryStore, ScriptedFeed, SetClock, bar, bars
from workstation.domain.alert_crossing import LineState, judge
from workstation.domain.alert_rule import AlertRule, Crossing, LineRule, RuleState, ScreenEvent, ScreenRule
from workstation.domain.alert_visits import PastClose, Visit
from workstation.domain.alert_words import meanwhile_sentence, visit_sentence
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.events import (
    AlertRaised,
    AlertRulesChanged,
    CoinsGraded,
    LevelDistancesFound,
    NoticePosted,
    TickersUpdated,
)
from workstation.domain.level import LevelDistances
from workstation.domain.screen import ALWAYS_KNOWN
from workstation.domain.screen_column import CoinColumns
from workstation.domain.ticker import Ticker
from workstation.services.alert_lines import LineAlerts
from workstation.services.alert_rules import AlertRules
from workstation.services.alert_screens import LEVEL_COLUMNS, CoinsKnown, ScreenAlerts
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData
from workstation.services.supervisor import Supervisor
from workstation.storage.alert_rule_file import AlertRuleFile
from workstation.storage.candle_store import CandleStore
from workstation.storage.coin_reading import COLUMNS_READ
from workstation.storage.journal import Journal
from workstation.storage.recorder import Recorder

SLOT = 4000
NOW = SLOT * HOUR + 5 * 60_000
FUTURE = bars(SLOT, SLOT + 40)
SYMBOLS = tuple(f"C{n}/USDT" for n in range(8))


@pytest.fixture(autouse=True)
def everything_is_quick(monkeypatch):
    monkeypatch.setattr("workstation.services.market_data.EARLIEST_MS", 0)
    monkeypatch.setattr("workstation.services.alert_screens.SETTLES_S", 0.005)
    monkeypatch.setattr("workstation.services.alert_screens.LOOKS_EVERY_S", 0.01)
    monkeypatch.setattr("workstation.services.alert_lines._LOOKS_EVERY_S", 0.01)
    monkeypatch.setattr("workstation.services.alert_rules.TELL_EVERY_S", 0.0)


class House:
    """The engine's part that watches; a second one in the same folder is a restart."""

    def __init__(self, folder, store, now=NOW):
        self.folder, self.clock, self.bus, self.tasks = folder, SetClock(now), Bus(), Supervisor()
        self.feed, self.store = ScriptedFeed(self.clock), store
        self.recorder = Recorder(CandleStore(folder / "c.db"), Journal(folder / "j.db"))
        self.data = MarketData(self.bus, store, store, self.tasks)
        alerts = Alerts(self.bus, self.recorder, self.tasks)
        alerts.listen_at(self.clock, 1.0, tuple, ())
        self.file = AlertRuleFile(folder / "rules.json")
        self.rules = AlertRules(self.bus, self.file, self.recorder, alerts, self.tasks)
        self.lines = LineAlerts(self.bus, self.data, self.rules, self.tasks)
        self.screens = ScreenAlerts(self.bus, self.rules, self.tasks)
        self.grades, self.prices, self.said, self.standings, self.notices = {}, {}, [], (), {}
        self.n_reads = 0
        self.past = []  # closes while nobody looked
        self.closed = {}  # when coins closed last, where that is not just now
        self.bus.subscribe(AlertRaised, lambda raised: self.said.append(raised.alert))
        self.bus.subscribe(AlertRulesChanged, lambda changed: setattr(self, "standings", changed.standings))
        self.bus.subscribe(NoticePosted, lambda posted: self.notices.update({posted.subject: posted.text}))

    def begin(self, venue="practice", has_universe=True, speed=1.0):
        self.data.listen_to(self.feed, self.clock)
        self.lines.begin(self.clock)
        if has_universe:
            self.screens.begin("1h", self.clock, self.read, speed, self.read_past)
        else:
            self.rules.why_no_screens = "Nothing is followed."
        known = COLUMNS_READ.union(LEVEL_COLUMNS, ALWAYS_KNOWN)
        self.rules.begin(venue, {"BTC/USDT"}, self.clock, self.lines.price_of, known)
        return self

    def read(self, at_ms, standings):
        def column(known):
            return np.array([known.get(symbol, np.nan) for symbol in SYMBOLS])

        numbers = {"grade": column(self.grades), "price": column(self.prices)}
        self.n_reads += 1
        never = np.full(len(SYMBOLS), np.nan)
        closed = np.array([self.closed.get(symbol, self.clock.now) for symbol in SYMBOLS], float)
        return CoinsKnown(CoinColumns(SYMBOLS, numbers), never, closed, closed)

    def read_past(self, symbols, since_ms, until_ms):
        rows = [SYMBOLS.index(symbol) for symbol in symbols]
        return [
            PastClose(
                at_ms, CoinColumns(symbols, {"price": np.array(prices)[rows]}), np.ones(len(rows), bool)
            )
            for at_ms, prices in self.past
            if since_ms < at_ms <= until_ms
        ]

    async def look(self, **grades):
        """Have every screen looked at with these grades."""
        self.grades = {f"{name}/USDT": grade for name, grade in grades.items()}
        self.clock.now += HOUR
        self.bus.publish(CoinsGraded("1h", self.clock.now))
        await until(lambda: all(r.screen.looked_ms == self.clock.now for r in self.rules.screens()))

    async def close_bar(self, slot):
        """Let a bar close on the stream."""
        self.clock.now = (slot + 1) * HOUR + 1_000
        self.data.on_candles(KEY, [bar(slot)])
        await until(lambda: all(r.line.judged_ms >= slot * HOUR for r, _ in self.rules.lines()))

    async def end(self, *, is_crash=False):
        if not is_crash:
            await self.rules.close()
        await self.tasks.close()
        await self.recorder.close()


@pytest.fixture
async def house(tmp_path):
    made, store = [], MemoryStore()

    def make(**facts):
        made.append(House(tmp_path, store, **facts))
        return made[-1]

    yield make
    for one in made:
        await one.end(is_crash=True)


def level(price, **choices):
    drawing = Drawing("d", DrawingKind.HORIZONTAL, (Anchor(0, float(price)),))
    return AlertRule("line", "practice", line=LineRule(KEY, drawing, "line", **choices))


def middle(first, last):
    """Return a price that lies between two closes, so that it is crossed on the way."""
    a, b = (float(bar(slot).close) for slot in (first, last))
    return (a + b) / 2


def expected(rule, price, until_slot):
    """Return what the bars of the future say all at once: open times of crossings."""
    side = 1 if price > rule.line.drawing.anchors[0].price else -1
    state = LineState((SLOT - 1) * HOUR, SLOT * HOUR, side)
    known = FUTURE.pick(FUTURE.open_time <= until_slot * HOUR)
    return [one.open_time for one in judge(rule.line, state, known)[1]]


async def test_a_line_is_watched_without_a_chart_and_told_once(house):
    h = house().begin()
    rule = level(middle(SLOT - 1, SLOT + 3), is_once=True)
    await h.rules.change(rule)
    await until(lambda: h.data.is_filled(KEY))
    assert h.feed.followed == {KEY}
    for slot in range(SLOT, SLOT + 20):
        await h.close_bar(slot)
    (said,) = h.said
    assert said.rule.open_time == expected(rule, bar(SLOT - 1).close, SLOT + 20)[0]
    assert (said.late_ms, said.bar_ms, said.known_at_ms) == (1_000, HOUR, said.rule.open_time + HOUR)
    assert "the horizontal line" in said.text
    await until(lambda: h.feed.followed == set())  # nothing is left to watch
    (standing,) = h.standings
    assert (standing.state, standing.n_told, standing.told_ms) == (RuleState.DONE, 1, said.known_at_ms)


async def test_what_was_missed_is_told_late_and_the_same_as_live(house):
    rule = level(middle(SLOT + 2, SLOT + 12), is_once=False)
    first = house().begin()
    await first.rules.change(rule)
    await until(lambda: first.data.is_filled(KEY))
    await first.close_bar(SLOT)
    await first.end()
    second = house(now=(SLOT + 41) * HOUR + 60_000).begin()
    wanted = expected(rule, bar(SLOT - 1).close, SLOT + 40)
    await until(lambda: len(second.said) + len(first.said) == len(wanted))
    assert wanted
    assert [alert.rule.open_time for alert in first.said + second.said] == wanted
    assert [alert.late_ms for alert in second.said] == [
        second.clock.now - alert.rule.open_time - HOUR for alert in second.said
    ]


@pytest.mark.parametrize("is_once", [True, False])
async def test_a_crash_between_telling_and_keeping_tells_nothing_twice(house, tmp_path, is_once):
    rule = level(middle(SLOT - 1, SLOT + 3), is_once=is_once)
    first = house().begin()
    await first.rules.change(rule)
    await until(lambda: first.data.is_filled(KEY))
    shutil.copy(tmp_path / "rules.json", tmp_path / "before.json")
    for slot in range(SLOT, SLOT + 10):
        await first.close_bar(slot)
    assert first.said
    await first.end(is_crash=True)
    shutil.copy(tmp_path / "before.json", tmp_path / "rules.json")  # the disk never heard of it
    second = house(now=(SLOT + 10) * HOUR + 60_000).begin()
    await until(lambda: all(r.line.judged_ms == (SLOT + 9) * HOUR for r, _ in second.rules.lines()))
    assert second.said == []
    assert second.standings[0].n_told == len(first.said)
    assert (second.standings[0].state is RuleState.DONE) is is_once
    assert len(second.recorder.alerts()) == len(first.said)


async def test_an_alert_that_was_not_written_is_tried_again(house, monkeypatch):
    h = house().begin()
    rule = level(middle(SLOT - 1, SLOT + 3))
    await h.rules.change(rule)
    await until(lambda: h.data.is_filled(KEY))
    write = h.recorder.add_rule_alert

    async def refuse(*_args):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(h.recorder, "add_rule_alert", refuse)
    for slot in range(SLOT, SLOT + 10):
        h.clock.now = (slot + 1) * HOUR
        h.data.on_candles(KEY, [bar(slot)])
    await until(lambda: "The disk is full" in h.notices.get("alerts on lines", ""))
    assert h.said == []
    monkeypatch.setattr(h.recorder, "add_rule_alert", write)
    h.clock.now += HOUR
    h.data.on_candles(KEY, [bar(SLOT + 10)])
    await until(lambda: h.said)
    assert h.said[0].rule.open_time == expected(rule, bar(SLOT - 1).close, SLOT + 10)[0]
    await until(lambda: h.notices["alerts on lines"] == "")


async def test_a_price_beyond_the_line_is_told_before_the_close_and_only_once_a_bar(house):
    h = house().begin()
    await until(lambda: h.data._fillers)
    price = float(bar(SLOT - 1).close) * 1.5
    await h.rules.change(level(price, is_once=False, on_close=False))
    await until(lambda: h.data.is_filled(KEY))
    await h.close_bar(SLOT)
    h.clock.now += 60_000
    quiet = bar(SLOT + 1, closed=False)
    beyond = replace(quiet, high=price * 1.01)
    for candle in (quiet, beyond, beyond, replace(beyond, close=beyond.high)):
        h.data.on_candles(KEY, [candle])
    await until(lambda: h.said)
    assert (h.said[0].known_at_ms, h.said[0].late_ms) == (h.clock.now, 0)
    h.clock.now = (SLOT + 2) * HOUR
    h.data.on_candles(KEY, [replace(beyond, closed=True)])
    await until(lambda: h.rules.lines()[0][0].line.judged_ms == (SLOT + 1) * HOUR)
    assert [alert.rule.direction for alert in h.said] == [1]


async def test_a_rule_that_is_changed_paused_or_deleted_says_nothing_of_before(house):
    h = house().begin()
    rule = level(middle(SLOT + 2, SLOT + 12), is_once=False)
    await h.rules.change(replace(rule, is_paused=True))
    assert (h.standings[0].state, h.feed.followed) == (RuleState.PAUSED, set())
    await h.rules.change(rule)
    await until(lambda: h.data.is_filled(KEY))
    await h.rules.change(level(1e9))
    for slot in range(SLOT, SLOT + 20):
        await h.close_bar(slot)
    assert h.said == []
    await h.rules.delete(rule.id)
    await h.rules.delete(rule.id)
    assert (h.standings, h.file.load()[0]) == ((), ())


async def test_a_market_that_begins_again_is_watched_again(house):
    first = house(now=NOW + 900 * HOUR).begin()
    await first.rules.change(level(middle(SLOT - 1, SLOT + 3)))
    await first.rules.change(screen())
    await first.look(C0=90)
    await first.end()
    second = house().begin()
    states = [record.screen.looked_ms for record in second.rules.screens()]
    assert states == [0]
    assert [record.line.judged_ms <= NOW for record, _ in second.rules.lines()] == [True]
    assert {record.revision for record, _ in second.rules.lines()} == {2}


async def test_a_vertical_line_is_told_at_its_time(house):
    h = house().begin()
    drawing = Drawing("v", DrawingKind.VERTICAL, (Anchor(NOW + 60_000, 1.0),))
    rule = AlertRule("v", "practice", line=LineRule(KEY, drawing, "moment"))
    await h.rules.change(rule)
    h.clock.now += 90_000
    await until(lambda: h.standings[0].state is RuleState.DONE)
    assert [(alert.known_at_ms, alert.late_ms) for alert in h.said] == [(NOW + 60_000, 30_000)]
    back = replace(drawing, anchors=(Anchor(NOW + 1, 1.0),))
    await h.rules.change(replace(rule, line=LineRule(KEY, back, "moment")))
    assert h.standings[0].state is RuleState.ENDED, "a line that is moved into the past says nothing"


async def test_what_cannot_be_watched_is_said_when_it_is_set(house):
    h = house().begin(has_universe=False)
    old = Drawing("o", DrawingKind.TREND, (Anchor(0, 1.0), Anchor(HOUR, 2.0)))
    elsewhere = replace(KEY, symbol="OLD/USDT")
    line = level(1).line
    for rule, why in (
        (AlertRule("a", "kraken", screen=ScreenRule("S", "grade > 1")), "It watches kraken"),
        (AlertRule("a", "practice", screen=ScreenRule("S", "grade > 1")), "Nothing is followed"),
        (AlertRule("a", "practice", line=LineRule(KEY, old, "line")), "ends in the past"),
        (AlertRule("a", "practice", line=replace(line, key=elsewhere)), "does not trade at this venue"),
    ):
        with pytest.raises(UsageError, match=why):
            await h.rules.change(rule)
    h.rules.why_no_screens = ""
    h.rules._known_columns = frozenset({"price"})
    with pytest.raises(UsageError, match="cannot be watched by grade: only the window"):
        await h.rules.change(AlertRule("a", "practice", screen=ScreenRule("S", "grade > 1")))
    assert h.standings == ()


async def test_rules_of_another_venue_wait_and_a_damaged_file_is_set_aside(house, tmp_path):
    first = house().begin()
    await first.rules.change(level(1.0))
    await first.end()
    second = house().begin(venue="kraken")
    assert [(one.state, one.detail) for one in second.standings] == [
        (RuleState.WAITING, "It watches practice; this is kraken.")
    ]
    await second.end(is_crash=True)
    whole = (tmp_path / "rules.json").read_text()
    for n, raw in enumerate(('{"version": 1, "records": [{"rule": 7}]}', "", whole[:-40], "\xff"), 1):
        (tmp_path / "rules.json").write_text(raw)
        third = house().begin()
        assert third.standings == ()
        aside = "rules.damaged" if n == 1 else f"rules.damaged-{n}"
        assert f"is kept as {aside}. It held your own alerts" in third.notices["damaged alert rules"]
        assert (tmp_path / aside).read_text() == raw
        await third.end(is_crash=True)


async def test_rules_that_cannot_be_kept_are_watched_and_that_is_said(house, monkeypatch):
    h = house().begin()

    def refuse(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workstation.storage.alert_rule_file.replace_durably", refuse)
    with pytest.raises(StoreError, match="cannot be kept"):
        await h.rules.change(level(middle(SLOT - 1, SLOT + 3)))
    await until(lambda: h.data.is_filled(KEY))
    for slot in range(SLOT, SLOT + 10):
        await h.close_bar(slot)
    assert len(h.said) == 1
    await h.rules.close()
    assert "cannot be kept" in h.notices["alert rules"]
    monkeypatch.undo()
    await h.rules.close()
    assert h.notices["alert rules"] == ""


def screen(**choices):
    return AlertRule("s", "practice", screen=ScreenRule("Strong", "grade > 80", **choices))


async def test_a_coin_that_enters_a_screen_is_told_once_with_the_reason(house):
    h = house().begin()
    h.grades = {"C0/USDT": 90.0, "C1/USDT": 10.0}
    await h.rules.change(screen(cool_down_ms=0))
    await until(lambda: h.rules.screens()[0].screen.looked_ms)
    await h.look(C0=90, C1=84)
    await h.look(C0=90, C1=85)
    assert [alert.text for alert in h.said] == ["C1/USDT entered “Strong”: grade 84."]
    assert h.said[0].rule.coins == ("C1/USDT",)
    await h.look(C0=90, C1=10)
    await h.look(C0=90, C1=99)
    assert [alert.rule.symbol for alert in h.said] == ["C1/USDT", "C1/USDT"]
    await until(lambda: h.standings[0].n_told == 2)


async def test_a_screen_by_lists_is_told_and_what_the_trader_puts_into_them_is_not(house):
    h = house().begin()
    listed = partial(ScreenRule, "Mine", "grade > 80 and list is Mine", cool_down_ms=0)
    rule = AlertRule("s", "practice", screen=listed(lists=(("Mine", ("C0/USDT", "C1/USDT")),)))
    await h.rules.change(rule)
    await h.look(C0=10, C1=10, C2=10)
    await h.look(C0=90, C1=10, C2=90)
    assert [alert.text for alert in h.said] == ["C0/USDT entered “Mine”: grade 90."]
    grown = listed(lists=(("Mine", ("C0/USDT", "C1/USDT", "C2/USDT", "C3/USDT")),))
    await h.rules.change(replace(rule, screen=replace(grown, name="Ours")))
    await h.look(C0=90, C1=90, C2=90, C3=10)
    assert [alert.rule.symbol for alert in h.said] == ["C0/USDT", "C1/USDT"]
    await h.look(C0=90, C1=90, C2=90, C3=90)
    assert h.said[-1].text.startswith("C3/USDT entered “Ours”")


async def test_many_coins_at_once_are_one_alert_and_a_restart_tells_none_again(house, tmp_path):
    first = house().begin()
    await first.rules.change(screen())
    await first.look(**{f"C{n}": 1 for n in range(8)})
    await first.rules.close()
    shutil.copy(tmp_path / "rules.json", tmp_path / "before.json")
    await first.look(**{f"C{n}": 99 for n in range(7)}, C7=1)
    assert [alert.text for alert in first.said] == [
        "7 coins entered “Strong”: C0/USDT, C1/USDT, C2/USDT and 4 more."
    ]
    await first.end(is_crash=True)
    shutil.copy(tmp_path / "before.json", tmp_path / "rules.json")
    second = house(now=first.clock.now + 9 * HOUR).begin()
    await second.look(**{f"C{n}": 99 for n in range(8)})
    (said,) = second.said
    assert said.text == (
        "C7/USDT entered “Strong”: grade 99. "
        + meanwhile_sentence(screen().screen, 1, first.clock.now - HOUR, second.clock.now)
    )
    assert said.late_ms == second.clock.now - first.clock.now + HOUR
    await until(lambda: second.standings[0].n_told == 2)


async def test_after_a_start_a_coin_is_judged_only_once_its_newest_close_is_known(house):
    first = house().begin()
    await first.rules.change(screen(cool_down_ms=0))
    await first.look(C0=10, C1=10, C2=90)
    slept_ms = first.clock.now
    await first.end()
    second = house(now=slept_ms + 5 * HOUR).begin()
    second.closed = dict.fromkeys(SYMBOLS, slept_ms)
    second.grades = {"C0/USDT": 10.0, "C1/USDT": 10.0, "C2/USDT": 90.0}
    second.bus.publish(CoinsGraded("1h", slept_ms))  # histories are not fetched yet
    await until(lambda: second.n_reads)
    second.closed = {"C1/USDT": slept_ms}
    await second.look(C0=95, C1=10, C2=90)
    second.closed = {}
    await second.look(C0=95, C1=95, C2=10)
    await second.look(C0=95, C1=95, C2=95)
    meanwhile = partial(meanwhile_sentence, screen().screen, 1, slept_ms)
    assert [alert.text for alert in second.said] == [
        f"C0/USDT entered “Strong”: grade 95. {meanwhile(second.clock.now - 2 * HOUR)}",
        f"C1/USDT entered “Strong”: grade 95. {meanwhile(second.clock.now - HOUR)}",
        "C2/USDT entered “Strong”: grade 95.",
    ]
    assert [alert.late_ms // HOUR for alert in second.said] == [6, 7, 0]


async def test_a_coin_that_came_and_went_while_nobody_looked_is_told_with_both_times(house):
    cheap, dear = [1.0] * 8, [9.0] + [1.0] * 7
    rule = AlertRule("s", "practice", screen=ScreenRule("Dear", "price > 5", cool_down_ms=0))
    first = house().begin()
    await first.rules.change(rule)
    first.prices = dict(zip(SYMBOLS, cheap, strict=True))
    await first.look()
    slept_ms = first.clock.now
    await first.end()
    second = house(now=slept_ms + 8 * HOUR).begin()
    second.prices = first.prices
    second.past = [
        (slept_ms + n * HOUR, prices)
        for n, prices in ((-1, dear), (2, cheap), (3, dear), (5, cheap), (7, cheap))
    ]
    await second.look()
    await second.look()
    (said,) = second.said
    assert said.text == visit_sentence(
        rule.screen, [Visit("C0/USDT", slept_ms + 3 * HOUR, slept_ms + 5 * HOUR)]
    )
    assert (said.late_ms // HOUR, said.rule.coins) == (6, ("C0/USDT",))
    second.prices = dict(zip(SYMBOLS, dear, strict=True))
    await second.look()
    assert [alert.text for alert in second.said[1:]] == ["C0/USDT entered “Dear”: price 9."]
    await second.end()
    third = house(now=second.clock.now + 9 * HOUR).begin()
    third.prices, third.past = second.prices, second.past
    await third.look()
    assert third.said == []


async def test_what_grades_were_while_nobody_looked_is_not_known_and_not_asked(house):
    first = house().begin()
    await first.rules.change(screen())
    await first.look(C0=10)
    await first.end()
    asked, second = [], house(now=first.clock.now + 9 * HOUR)
    second.read_past = lambda *words: asked.append(words) or []
    second.begin()
    await second.look(C0=10)
    assert (asked, second.said) == ([], [])


async def test_hours_of_a_quick_market_are_no_time_without_looks(house):
    h = house().begin(speed=600.0)
    await h.rules.change(screen())
    await h.look(C0=10)
    h.clock.now += 9 * HOUR
    await h.look(C0=95)
    assert [alert.text for alert in h.said] == ["C0/USDT entered “Strong”: grade 95."]


async def test_live_prices_count_where_that_is_wanted(house):
    h = house().begin()
    text = "price > 100 and support < 5"
    for name, is_live in (("live", True), ("closed", False)):
        rule = ScreenRule(name, text, ScreenEvent.ENTERS, 0, is_live=is_live)
        await h.rules.change(AlertRule(name, "practice", screen=rule))
    h.prices = {"C0/USDT": 99.0}
    h.bus.publish(LevelDistancesFound("1h", (LevelDistances("C0/USDT", 2.0, 1.0, None, None),)))
    await h.look()
    h.bus.publish(TickersUpdated((Ticker("C0/USDT", 101.0, 1.0, None, h.clock.now),)))
    await until(lambda: h.said)
    assert [alert.rule.title for alert in h.said] == ["live"]
    assert h.said[0].text == "C0/USDT entered “live”: price 101, support 2."


async def test_coins_that_cannot_be_read_are_said_and_read_again(house, monkeypatch):
    h, read = house(), House.read

    def refuse(*_args):
        raise StoreError("The disk failed.")

    monkeypatch.setattr(House, "read", refuse)
    h.begin()
    await h.rules.change(screen(event=ScreenEvent.LEAVES))
    await until(lambda: "The disk failed" in h.notices.get("alerts on screens", ""))
    monkeypatch.setattr(House, "read", read)
    h.screens.begin("1h", h.clock, h.read)
    await h.look(C0=90)
    await h.look(C0=10)
    assert [(alert.text, alert.rule.direction) for alert in h.said] == [
        ("C0/USDT left “Strong”: grade 10.", -1)
    ]
    assert not h.notices["alerts on screens"]


def test_only_wanted_directions_are_expected():
    assert [Crossing.UP.takes(way) for way in (1, -1)] == [True, False]
    assert [Crossing.DOWN.takes(way) for way in (1, -1)] == [False, True]
