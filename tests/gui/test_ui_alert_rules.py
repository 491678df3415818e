"""Alerts on drawings and screens: set, seen, edited, paused, deleted and brought back in the window."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from tests.fakes.window_world import LIVE, NOW_MS, Desk
from workstation.domain.alert import Alert, RuleMark
from workstation.domain.alert_record import RuleRecord
from workstation.domain.alert_rule import (
    AlertRule,
    Crossing,
    LineRule,
    RuleStanding,
    RuleState,
    ScreenEvent,
    ScreenRule,
)
from workstation.domain.drawing import Anchor, Drawing, DrawingKind, Style
from workstation.domain.market import SeriesKey
from workstation.domain.watch_book import SavedScreen, WatchList
from workstation.link.alert_messages import AlertRulesSaid, DeleteAlertRule
from workstation.ui.alerts.alert_model import AlertModel, agreement, spoken, title_of
from workstation.ui.alerts.alert_rule_dialog import LineAlertDialog, ScreenAlertDialog
from workstation.ui.alerts.announcer import headline
from workstation.ui.chart.drawing_bell import bell_at
from workstation.ui.chart.drawing_book import Drawn
from workstation.ui.chart.drawing_place import Place

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

HOUR = 3_600_000
BAR_MS = NOW_MS - NOW_MS % HOUR - HOUR


def told(number, symbol="BTC/USDT", timeframe="1h", text="", coins=(), open_time=BAR_MS):
    mark = RuleMark(
        "r", 1, "Trend line", LIVE.name, symbol, timeframe, BAR_MS + HOUR, open_time, 1, 64_000.0, coins
    )
    sentence = text or f"{symbol} {timeframe} closed above the trend line at 63900: close 64000."
    return Alert(number, None, sentence, NOW_MS, rule=mark)


def test_an_alert_on_a_line_is_listed_and_announced_by_its_market():
    alert = told(1)
    assert title_of(alert) == "BTC/USDT"
    assert agreement(alert) == "Closed above the trend line at 63900: close 64000."
    assert headline(alert) == "BTC/USDT 1h · Trend line"
    model = AlertModel()
    model.add(alert)
    assert spoken(alert) == model.data(model.index(0)) == alert.text
    assert "Families" not in model.data(model.index(0), 3)


def test_many_coins_at_once_are_one_line():
    alert = told(1, "", "", "7 coins entered “Strong”: A, B, C and 4 more.", tuple("ABCDEFG"), None)
    assert title_of(alert) == "7 coins"
    assert headline(alert) == "7 coins · Trend line"
    assert (alert.symbol, alert.timeframe) == ("", "")


KEY = SeriesKey(LIVE.name, "BTC/USDT", "1h")
MARKET = Drawn(KEY.venue, KEY.symbol)
RAY = Drawing("ray", DrawingKind.RAY, (Anchor(BAR_MS - 60 * HOUR, 60_000.0), Anchor(BAR_MS, 63_000.0)))
CHANNEL = Drawing(
    "channel",
    DrawingKind.CHANNEL,
    (Anchor(BAR_MS - 40 * HOUR, 62_000.0), Anchor(BAR_MS + 40 * HOUR, 63_000.0), Anchor(BAR_MS, 62_000.0)),
)
MOMENT = Drawing("moment", DrawingKind.VERTICAL, (Anchor(BAR_MS + 4 * HOUR, 1.0),))
LEVEL = Drawing("level", DrawingKind.HORIZONTAL, (Anchor(BAR_MS, 64_412.5),))
TEXT = Drawing("text", DrawingKind.TEXT, (Anchor(BAR_MS, 64_000.0),), text="here")
SCREEN = AlertRule("s", LIVE.name, screen=ScreenRule("Strong", "grade > 80 and age < 24h"))


@pytest.fixture(scope="module")
def desk(qapp, tmp_path_factory):
    made = Desk(tmp_path_factory.mktemp("rules"))
    made.fill_store()
    made.open()
    made.welcome()
    made.prices()
    for drawing in (RAY, CHANNEL, MOMENT, TEXT, LEVEL):
        made.window.drawings.book.add(MARKET, drawing)
    yield made
    made.window.finish()
    made.window.deleteLater()


@pytest.fixture
def asked(desk, qtbot):
    """Give what is asked of the engine in this test; rules of earlier ones are gone."""
    qtbot.waitUntil(lambda: desk.window.chart.drawings.market == MARKET, timeout=20_000)
    rules = desk.window.alert_desk.rules
    rules.followed.stop()
    desk.tell(AlertRulesSaid(()))
    rules.followed.stop()
    rules._deleted.clear()
    desk.requests.asked.clear()

    class Asked(list):
        @property
        def commands(self):
            return [what for name, what in desk.requests.asked if name == "alert rule"]

        def said(self, *standings):
            desk.tell(AlertRulesSaid(standings))

    return Asked()


def on(drawing, part="line", rule_id="r", **choices):
    return AlertRule(rule_id, LIVE.name, line=LineRule(KEY, drawing, part, **choices))


def standing(rule, state=RuleState.WATCHING, **facts):
    return RuleStanding(rule, state, **facts)


@contextmanager
def heard_of(desk):
    """Give what is said of alerts on lists and screens."""
    said = []

    def hear(subject, sentence):
        if subject == "alerts on lists":
            said.append(sentence)

    desk.bridge.notice_posted.connect(hear)
    yield said
    desk.bridge.notice_posted.disconnect(hear)


def dialog_of(desk, kind, qtbot):
    found = []

    def is_open():
        found[:] = [one for one in desk.window.findChildren(kind) if one.isVisible()]
        return bool(found)

    qtbot.waitUntil(is_open, timeout=20_000)
    return found[0]


def test_an_alert_is_set_on_the_chosen_line_by_the_keyboard(desk, asked, qtbot):
    hand, actions = desk.window.chart.drawings, desk.window.actions_by_id
    hand.select("")
    actions["drawing.alert"].trigger()
    hand.select("text")
    actions["drawing.alert"].trigger()
    assert asked.commands == []
    hand.select("channel")
    actions["drawing.alert"].trigger()
    dialog = dialog_of(desk, LineAlertDialog, qtbot)
    assert [dialog.part.itemText(row) for row in range(2)] == [
        "Upper border of the channel",
        "Lower border of the channel",
    ]
    assert dialog.on_close.isChecked(), "closes are what counts, unless told otherwise"
    assert not dialog.delete_button.isVisible()
    dialog.part.setCurrentIndex(1)
    dialog.crossing.setCurrentIndex(dialog.crossing.findData(Crossing.DOWN.value))
    dialog.often.setCurrentIndex(dialog.often.findData(False))  # Qt's signature
    dialog.set_button.click()
    (command,) = asked.commands
    assert command.rule.line == LineRule(KEY, CHANNEL, "lower", Crossing.DOWN, is_once=False)
    assert command.rule.venue == LIVE.name


def test_an_alert_is_said_to_be_set_once_it_is_and_never_when_it_was_refused(desk, asked, qtbot, monkeypatch):
    words = []
    monkeypatch.setattr(desk.window.drawings, "say", words.append)
    rules = desk.window.alert_desk.rules
    rules._set_and_say(on(RAY))
    assert words == []
    asked.said(standing(on(RAY)))
    assert [one[:20] for one in words] == ["The alert is set and"]
    rules._set_and_say(on(CHANNEL, "upper", rule_id="c"))
    rules._complain("Its line ends in the past.")
    asked.said(standing(on(RAY)), standing(on(CHANNEL, "upper", rule_id="c")))
    assert len(words) == 1
    rules._complain("")


def test_a_line_with_an_alert_is_changed_and_not_given_a_second_one(desk, asked, qtbot):
    known = on(CHANNEL, "upper", crossing=Crossing.UP, on_close=False)
    asked.said(standing(known))
    desk.window.chart.drawings.select("channel")
    desk.window.actions_by_id["drawing.alert"].trigger()
    dialog = dialog_of(desk, LineAlertDialog, qtbot)
    assert (dialog.part.currentData(), dialog.crossing.currentData()) == ("upper", "up")
    assert not dialog.on_close.isChecked()
    dialog.set_button.click()
    assert [command.rule for command in asked.commands] == [known]
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=20_000)
    desk.window.alert_desk.rules.edit(known)
    dialog_of(desk, LineAlertDialog, qtbot).delete_button.click()
    assert isinstance(asked.commands[-1], DeleteAlertRule)


def test_an_upright_line_is_asked_for_its_time_only(desk, asked, qtbot):
    desk.window.chart.drawings.select("moment")
    desk.window.actions_by_id["drawing.alert"].trigger()
    dialog = dialog_of(desk, LineAlertDialog, qtbot)
    assert not dialog.crossing.isVisible()
    dialog.set_button.click()
    assert asked.commands[0].rule.line == LineRule(KEY, MOMENT, "moment")


def test_an_alert_goes_where_its_drawing_goes_and_comes_back_with_it(desk, asked, qtbot):
    book, rule = desk.window.drawings.book, on(RAY)
    asked.said(standing(rule))
    moved = replace(RAY, anchors=(RAY.anchors[0], Anchor(BAR_MS, 62_500.0)))
    book.replace(MARKET, replace(RAY, style=Style("fall")), "given another look")
    book.replace(MARKET, moved, "moved")
    qtbot.waitUntil(lambda: bool(asked.commands), timeout=20_000)
    assert [command.rule.line.drawing.anchors for command in asked.commands] == [moved.anchors]
    after = on(moved)
    asked.said(standing(after))
    book.remove(MARKET, moved)
    assert [command.rule_id for command in asked.commands[1:]] == ["r"]
    asked.said()
    book.undo(MARKET)
    assert [command.rule for command in asked.commands[2:]] == [after]
    for _ in range(2):
        book.undo(MARKET)


def test_a_drawing_deleted_while_the_engine_is_away_takes_its_alert_when_it_is_back(desk, asked, qtbot):
    asked.said(standing(on(RAY)))
    desk.bridge.on_engine_lost()
    book = desk.window.drawings.book
    book.remove(MARKET, book.find(MARKET, "ray"))
    assert asked.commands == []
    desk.welcome()
    asked.said(standing(on(RAY)))
    qtbot.waitUntil(lambda: bool(asked.commands), timeout=20_000)
    assert asked.commands[0].rule_id == "r"
    asked.said()
    desk.bridge.on_engine_lost()
    book.undo(MARKET)
    assert len(asked.commands) == 1
    desk.welcome()
    qtbot.waitUntil(lambda: len(asked.commands) > 1, timeout=20_000)
    assert asked.commands[1].rule == on(RAY), "what came back meanwhile is watched again"


def test_a_bell_stands_at_each_line_that_is_watched_and_is_painted(desk, asked, qtbot):
    chart = desk.window.chart
    before = chart.grab().toImage()
    asked.said(
        standing(on(LEVEL)),
        standing(on(CHANNEL, "lower", "p", is_once=False), RuleState.PAUSED),
        standing(replace(on(MOMENT, "moment", "m"), is_done=True), RuleState.DONE),
    )
    bells = desk.window.drawings.book.bells[MARKET]
    assert [(bell.drawing_id, bell.part, bell.is_on) for bell in bells] == [
        ("level", "line", True),
        ("channel", "lower", False),
    ]
    qtbot.waitUntil(lambda: chart.grab().toImage() != before, timeout=20_000)
    place = Place(chart.frame)
    at = bell_at(LEVEL, "line", place)
    assert place.box.contains(at)
    assert at.x() > place.box.width() - 20
    assert bell_at(MOMENT, "moment", place).y() < 20
    gone = replace(RAY, anchors=(RAY.anchors[1], RAY.anchors[0]))
    assert bell_at(replace(gone, anchors=(Anchor(1, 1.0), Anchor(0, 1.0))), "line", place) is None


def test_what_is_watched_is_listed_with_its_state_and_how_far_it_is(desk, asked, qtbot):
    page = desk.window.alerts.rules
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    asked.said(
        standing(on(RAY)),
        standing(SCREEN, n_told=2, told_ms=NOW_MS),
        standing(replace(SCREEN, id="k", venue="kraken"), RuleState.WAITING, detail="It watches kraken."),
    )
    desk.window.actions_by_id["alerts.rules"].trigger()
    qtbot.waitUntil(page.isVisible, timeout=20_000)
    assert desk.window.alerts.tabs.tabText(1) == "Watched (3)"
    lines = [page.model.data(page.model.index(row)) for row in range(3)]
    assert lines == [
        "Strong · A coin enters it, the same coin again after 1 h · Waiting · It watches kraken.",
        "Strong · A coin enters it, the same coin again after 1 h · Watching"
        " · Told 2 times, last 1 Aug 12:00",
        "BTC/USDT 1h · Closes above or below the ray, once · Watching · Nothing told yet",
    ]
    desk.bridge.flush()
    desk.prices()
    assert "%" in page.model.places["r"]
    assert not page.grab().isNull()
    assert "grade &gt; 80" in page.model.data(page.model.index(0), 3)
    asked.said()
    assert page.nothing.isVisible()
    tester.deleteLater()


def test_a_rule_is_paused_shown_deleted_and_brought_back_by_keys(desk, asked, qtbot):
    page, rule = desk.window.alerts.rules, on(RAY)
    asked.said(standing(rule))
    page.focus_list()
    qtbot.waitUntil(lambda: page.chosen is not None, timeout=20_000)
    qtbot.keyClick(page.list, Qt.Key.Key_Space)
    assert asked.commands[-1].rule == replace(rule, is_paused=True)
    asked.said(standing(replace(rule, is_paused=True), RuleState.PAUSED))
    assert page.pause_button.text() == "Resume"
    page.pause_button.click()
    assert asked.commands[-1].rule == rule
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert asked.commands[-1].rule_id == "r"
    asked.said()
    page.undo_button.click()
    assert asked.commands[-1].rule == replace(rule, is_paused=True)
    assert not page.undo_button.isEnabled()
    asked.said(standing(rule))
    with qtbot.waitSignal(desk.window.alert_desk.series_opened, timeout=20_000) as shown:
        page.focus_list()
        qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert shown.args == ["BTC/USDT", "1h"]


def test_a_refusal_is_said_and_nothing_is_asked_while_the_engine_is_away(desk, asked, qtbot):
    said_so = []
    desk.bridge.notice_posted.connect(lambda subject, text: said_so.append((subject, text)))
    rules = desk.window.alert_desk.rules
    rules.pause(on(RAY))
    desk.requests.refusals[-1]("There are too many.")
    assert said_so[-1] == ("alert rule", "There are too many.")
    desk.bridge.on_engine_lost()
    rules.delete(on(RAY))
    assert "The engine is away" in said_so[-1][1]
    assert len(asked.commands) == 1
    desk.welcome()


def test_an_alert_on_a_saved_screen_watches_what_it_says_now(desk, asked):
    keeper = desk.window.lists.keeper
    saved = SavedScreen("Strong", SCREEN.screen.text)
    keeper.change(keeper.book.with_screen(saved), "save")
    other = replace(SCREEN, id="o", screen=replace(SCREEN.screen, text="grade > 70"))
    asked.said(standing(SCREEN), standing(other))
    keeper.change(keeper.book.with_screen(replace(saved, text="grade > 90"), "Strong"), "save")
    assert [(command.rule.id, command.rule.screen.text) for command in asked.commands] == [
        ("s", "grade > 90")
    ]


def test_an_alert_follows_its_screen_to_another_name_and_back(desk, asked):
    keeper = desk.window.lists.keeper
    keeper.change(keeper.book.with_screen(SavedScreen("Strong", SCREEN.screen.text), "Strong"), "save")
    asked.said(standing(SCREEN))
    renamed = SavedScreen("Best of all", SCREEN.screen.text)
    keeper.change(keeper.book.with_screen(renamed, "Strong"), "rename")
    assert asked.commands[-1].rule == replace(SCREEN, screen=replace(SCREEN.screen, name="Best of all"))
    asked.said(standing(asked.commands[-1].rule))
    keeper.undo()
    assert asked.commands[-1].rule == SCREEN
    asked.said(standing(SCREEN))
    with heard_of(desk) as said:
        keeper.change(keeper.book.without_screen("Strong"), "delete")
        assert len(asked.commands) == 2
        assert said == [
            "The screen “Strong” is deleted, but an alert goes on as it was. Ctrl+Alt+E lists all alerts."
        ]
        keeper.undo()
        assert said[-1] == ""


def test_an_alert_by_lists_is_told_what_they_hold_also_after_the_engine_was_away(desk, asked, qtbot):
    keeper, screener = desk.window.lists.keeper, desk.window.lists.screener
    keeper.change(keeper.book.with_list(WatchList("Core", ("BTC/USDT",)), "Core"), "list")
    desk.window.actions_by_id["screener.focus"].trigger()
    screener.panel.text.setText("grade > 80 and list is core")
    desk.window.actions_by_id["screener.alert"].trigger()
    dialog = dialog_of(desk, ScreenAlertDialog, qtbot)
    dialog.set_button.click()
    rule = asked.commands[-1].rule
    assert rule.screen.lists == (("Core", ("BTC/USDT",)),)
    asked.said(standing(rule))
    keeper.change(keeper.book.with_list(WatchList("Core", ("BTC/USDT", "ETH/USDT")), "Core"), "add")
    assert asked.commands[-1].rule.screen.lists == (("Core", ("BTC/USDT", "ETH/USDT")),)
    asked.said(standing(asked.commands[-1].rule))
    n_asked = len(asked.commands)
    desk.bridge.on_engine_lost()
    keeper.change(keeper.book.with_list(WatchList("Core", ("SOL/USDT",)), "Core"), "other")
    assert len(asked.commands) == n_asked
    desk.welcome()
    asked.said(standing(rule))
    assert asked.commands[-1].rule.screen.lists == (("Core", ("SOL/USDT",)),)
    screener.panel.text.clear()


def test_an_alert_by_lists_follows_the_lists_name(desk, asked):
    keeper, editing = desk.window.lists.keeper, desk.window.lists.editing
    keeper.change(keeper.book.with_list(WatchList("Old name", ("BTC/USDT",))), "list")
    keeper.change(keeper.book.with_screen(SavedScreen("By list", 'list is "old name"')), "screen")
    screen = ScreenRule("Own", 'grade > 80 and list is not "old name"', lists=(("Old name", ("BTC/USDT",)),))
    asked.said(standing(replace(SCREEN, screen=screen)))
    editing.show("Old name")
    editing.rename("New")
    assert keeper.book.screen_named("By list").text == "list is New"
    now = asked.commands[-1].rule.screen
    assert (now.text, now.lists) == ("grade > 80 and list is not New", (("New", ("BTC/USDT",)),))
    editing.show("")


def test_an_alert_whose_list_is_deleted_says_so_until_the_list_is_back(desk, asked, qtbot):
    keeper = desk.window.lists.keeper
    keeper.change(keeper.book.with_list(WatchList("Own", ("BTC/USDT",)), "Own"), "list")
    by_list = ScreenRule("Alone", "grade > 80 and list is own", lists=(("Own", ("BTC/USDT",)),))
    asked.said(standing(replace(SCREEN, screen=by_list)))
    with heard_of(desk) as said:
        keeper.change(keeper.book.without_list("Own"), "delete the list Own")
        assert said[-1].startswith("The list “Own” is deleted, but an alert asks for it and finds no coin")
        deaf = asked.commands[-1].rule
        assert deaf.screen.lists == ()
        told = RuleRecord(deaf).standing()
        assert (told.state, told.detail) == (
            RuleState.WATCHING,
            "The list “own” is gone and no coin is in it: change this alert.",
        )
        asked.said(told)
        model = desk.window.alert_desk.panel.rules.model
        assert told.detail in model.data(model.index(0))
        keeper.undo()
        assert said[-1] == ""
        assert asked.commands[-1].rule.screen == by_list
    assert RuleRecord(asked.commands[-1].rule).standing().detail == ""


def test_a_screen_is_watched_from_the_screener(desk, asked, qtbot):
    actions, screener = desk.window.actions_by_id, desk.window.lists.screener
    actions["screener.alert"].trigger()
    assert "Every coin is in a screen without conditions" in screener.panel.problem.text()
    screener.panel.text.setText("grade > 80 and list is Mine")
    actions["screener.alert"].trigger()
    dialog = dialog_of(desk, ScreenAlertDialog, qtbot)
    assert "You have no list Mine; make one, or name another." in dialog.note.text()
    assert not dialog.set_button.isEnabled()
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=20_000)
    screener.panel.text.setText("grade > 80 and support < 2")
    actions["screener.alert"].trigger()
    dialog = dialog_of(desk, ScreenAlertDialog, qtbot)
    dialog.name.setText("  ")
    dialog.set_button.click()
    assert "Give the screen a name" in dialog.note.text()
    dialog.name.setText("Near support")
    dialog.happening.setCurrentIndex(1)
    dialog.is_live.setChecked(True)
    dialog.set_button.click()
    asked_for = asked.commands[-1].rule.screen
    assert (asked_for.name, asked_for.event, asked_for.is_live) == ("Near support", ScreenEvent.LEAVES, True)
    desk.window.alert_desk.rules.show(SCREEN)
    assert screener.panel.text.text() == SCREEN.screen.text
    desk.window.alert_desk.rules.edit(SCREEN)
    dialog = dialog_of(desk, ScreenAlertDialog, qtbot)
    assert dialog.set_button.text() == "Change the alert"
    dialog.delete_button.click()
    assert asked.commands[-1].rule_id == "s"
