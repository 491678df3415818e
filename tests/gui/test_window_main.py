"""The window as a whole: what it says of venue, engine and alerts, and how it opens and ends."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from tests.fakes.window_world import (
    LIVE,
    NOW_MS,
    PRACTICE,
    PRICES,
    Desk,
    alert,
    columns,
    signal,
    ticker,
)
from workstation.domain.errors import StoreError
from workstation.domain.events import FeedState
from workstation.domain.market import Market, SeriesKey, Venue, VenueKind, slot_of
from workstation.domain.signal import Direction
from workstation.link import messages as said
from workstation.ui.keyboard.shortcuts_dialog import ShortcutsDialog
from workstation.ui.settings.settings_dialog import SettingsDialog
from workstation.ui.surroundings import Choices
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.window_memory import WindowMemory

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager

BTC = SeriesKey("binance", "BTC/USDT", "1h")


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    qtbot.addWidget(made.open())
    yield made
    made.window.finish()


@pytest.fixture
def window(desk):
    desk.welcome()
    desk.prices()
    return desk.window


def badge_colour(window) -> str:
    image = window.strip.badge.grab().toImage()
    return image.pixelColor(4, image.height() // 2).name()


# what is it?


def test_a_session_that_is_gone_when_it_closes_says_so_in_the_band_and_in_the_settings(tmp_path, qtbot):
    for is_kept in (True, False):
        desk = Desk(tmp_path / str(is_kept))
        desk.surroundings = replace(desk.surroundings, is_kept=is_kept)
        window = desk.open()
        qtbot.addWidget(window, before_close_func=lambda one: one.finish())
        desk.welcome(PRACTICE)
        assert window.band.text.endswith("live price" if is_kept else "nothing of it is kept")
        window.actions_by_id["settings.open"].trigger()
        page = window.findChild(SettingsDialog)
        assert page.line.text().startswith("Changes are kept at once" if is_kept else "Changes hold until")
        page.reject()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_practice_market_says_so_in_band_badge_status_and_title(desk, theme):
    window = desk.window
    window.set_theme(theme)
    desk.welcome(PRACTICE)
    assert window.band.isVisible()
    assert "PRACTICE MARKET · simulated · 60× speed" in window.band.text
    assert "nothing on screen is a live price" in window.band.text
    assert window.strip.badge.text().startswith("PRACTICE")
    assert badge_colour(window) == theme.practice != theme.live
    assert window.status.venue.text() == "PRACTICE · Practice market, seed 7 · 60×"
    assert "PRACTICE" in window.windowTitle()
    image = window.band.grab().toImage()
    assert image.pixelColor(3, 3).name() == theme.practice


def test_a_live_venue_has_no_band_and_another_colour(desk):
    window = desk.window
    desk.welcome(PRACTICE)
    desk.welcome(LIVE)
    assert not window.band.isVisible()
    assert window.strip.badge.text() == "LIVE  Binance"
    assert badge_colour(window) == DARK.live
    assert window.windowTitle() == "BTC/USDT 1h · LIVE — Tidemark"


def test_prices_of_a_practice_market_do_not_stay_when_a_live_venue_is_chosen(desk):
    desk.welcome(PRACTICE)
    desk.prices()
    assert desk.window.strip.price_label.text() == "64,412.50"
    desk.welcome(LIVE)
    assert desk.window.strip.price_label.text() == ""
    assert 64_412.5 not in desk.window.watchlist.model.coins.number("price")
    assert desk.window.desk.key.venue == "binance"


def test_before_a_venue_is_known_nothing_claims_to_be_live(desk):
    assert desk.window.strip.badge.text() == "NO VENUE"
    assert "LIVE" not in desk.window.windowTitle()
    assert desk.window.status.venue.text() == "No venue yet"


def test_a_venue_with_a_hostile_name_stays_plain(desk):
    desk.welcome(Venue("evil", VenueKind.PRACTICE_RECORDED, "<b>x</b>\u202elive", 2.0))
    window = desk.window
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label.text()
        assert "\u202e" not in label.text()
    assert "<b>x</b>" in window.band.text
    assert "\u202e" not in window.windowTitle()


def test_where_nothing_is_watched_yet_bitcoin_is_shown_not_the_first_of_the_alphabet(desk):
    listed = tuple(Market(f"{base}/USDT", base, "USDT") for base in ("AAVE", "ADA", "BTC"))
    desk.tell(said.MarketsListed(listed, is_last=True))
    desk.welcome(watchlist=())
    assert desk.window.desk.key.symbol == "BTC/USDT"


# how is it?


def test_the_status_line_names_feed_age_rate_and_both_processes(window):
    window.status.refresh()
    assert window.status.feed.text() == "feed streaming"
    assert window.status.age.text() == "data 0.2 s old"
    assert window.status.rate.text() == "1,284 msg/s"
    assert window.status.engine.text() == "engine 6 % 148 MB"
    assert window.status.window_cost.text().startswith("window ")


def test_old_data_grow_older_on_screen_and_are_marked(desk, window):
    desk.seconds += 75
    window.status.refresh()
    assert window.status.age.text() == "data 1 min old"
    assert DARK.warning in window.status.age.styleSheet()


def test_a_silent_stream_is_marked_with_its_reason(desk, window):
    desk.tell(said.FeedStateSaid(FeedState.STALE, "no candle for <40 s>"))
    assert window.status.feed.text() == "feed stream silent"
    assert "&lt;40 s&gt;" in window.status.feed.toolTip()


def test_the_first_load_shows_how_far_it_is_and_then_goes_away(desk, window):
    desk.tell(said.Progress(12, 136))
    assert window.status.progress.text() == "loading history 12 of 136"
    desk.tell(said.Progress(136, 136))
    assert not window.status.progress.isVisible()


def test_a_lost_engine_is_said_until_it_is_back_and_the_chart_is_followed_again(desk, window):
    desk.bridge.on_engine_lost()
    desk.seconds += 4
    window.status.refresh()
    assert "being started again" in window.notices.texts["engine"]
    assert window.status.feed.text() == "engine away for 4 s"
    assert window.strip.price_label.text() == "64,412.50", "what was on screen stays"
    desk.requests.asked.clear()
    desk.welcome()
    assert "engine" not in window.notices.texts
    assert not window.notices.isVisible()
    assert desk.requests.asked == [("follow", BTC)]


def test_requests_while_the_engine_is_away_are_refused_and_say_so(desk, window):
    desk.tell(said.AlertSaid(alert(1)))
    desk.bridge.on_engine_lost()
    desk.requests.asked.clear()
    window.alerts.dismiss_all()
    window.watchlist.remove("BTC/USDT")
    assert desk.requests.asked == []
    assert "was not done" in window.notices.texts["request"]


def test_notices_are_plain_replaced_by_subject_and_can_be_closed(desk, window):
    desk.tell(
        said.Notice("store", "<b>The disk is full.</b>"), said.Notice("venue", "Binance does not answer.")
    )
    desk.tell(said.Notice("store", "The disk is full; nothing new is kept."))
    assert window.notices.texts == {
        "store": "The disk is full; nothing new is kept.",
        "venue": "Binance does not answer.",
    }
    banner = window.notices._banners["store"]
    banner.close_button.click()
    desk.tell(said.Notice("store", "The disk is full; nothing new is kept."))
    assert list(window.notices.texts) == ["venue"], "a closed notice does not come back by itself"
    desk.tell(said.Notice("store", ""), said.Notice("store", "The disk is full; nothing new is kept."))
    assert len(window.notices.texts) == 2
    desk.tell(said.Notice("store", ""), said.Notice("venue", ""))
    assert not window.notices.isVisible()


# the chart


def test_the_chart_is_there_before_the_engine(tmp_path, qtbot):
    memory = WindowMemory(symbol="SOL/USDT", venue=LIVE)
    desk = Desk(tmp_path, memory=memory)
    desk.fill_store()
    qtbot.addWidget(desk.open())
    assert desk.window.desk.key == SeriesKey("binance", "SOL/USDT", "1h")
    assert desk.window.chart.key == desk.window.desk.key
    assert len(desk.window.desk._stored) == 600
    assert desk.requests.asked == [], "there is nobody to ask yet"
    desk.welcome()
    assert desk.requests.asked == [("follow", SeriesKey("binance", "SOL/USDT", "1h"))]
    desk.window.finish()


def test_another_market_unfollows_the_first(desk, window, qtbot):
    desk.requests.asked.clear()
    window.open_symbol("ETH/USDT")
    window.open_symbol("ETH/USDT")
    eth = SeriesKey("binance", "ETH/USDT", "1h")
    assert desk.requests.asked == [("unfollow", BTC), ("follow", eth)]
    assert window.strip.symbol_button.text() == "ETH/USDT"
    assert window.watchlist.current_symbol == "ETH/USDT"


def test_live_candles_reach_the_chart_and_those_of_other_series_do_not(desk, window):
    desk.tell(said.Frame(NOW_MS, 5, candles=(said.CandleState(BTC, (desk.candle(BTC, 65_000.0),)),)))
    other = SeriesKey("binance", "ETH/USDT", "1h")
    desk.tell(said.Frame(NOW_MS, 5, candles=(said.CandleState(other, (desk.candle(other, 3.0),)),)))
    window.chart.grab()
    assert window.chart.last_painted_candle.close == 65_000.0


def test_history_that_grew_is_read_again_and_live_candles_stay(desk, window, qtbot):
    desk.tell(said.Frame(NOW_MS, 5, candles=(said.CandleState(BTC, (desk.candle(BTC, 65_000.0),)),)))
    longer = columns(BTC, 900)
    desk.past.candles.by_key[BTC] = longer
    desk.tell(said.HistoryGrew(BTC, 300))
    qtbot.waitUntil(lambda: len(window.desk._stored) == 900)
    window.chart.grab()
    assert window.chart.last_painted_candle.close == 65_000.0


def test_signals_come_from_the_journal_then_from_the_engine(desk, tmp_path):
    stored = desk.past.candles.by_key[BTC]
    rows = [
        signal(BTC, int(stored.open_time[i]), float(stored.close[i]), Direction.BULLISH) for i in (-9, -5)
    ]
    desk.past.journal.said = rows[:1]
    desk.welcome()
    assert list(desk.window.desk._signals.values()) == rows[:1]
    desk.tell(said.SignalSaid(rows[1]), said.SignalSaid(rows[1]))
    assert list(desk.window.desk._signals.values()) == rows
    desk.tell(said.SignalsOf(BTC, tuple(rows[1:])))
    assert list(desk.window.desk._signals.values()) == rows[1:]
    assert desk.window.chart._series.signal_at(slot_of(rows[1].open_time, "1h")) == rows[1]


def test_a_store_that_cannot_be_read_is_a_notice_and_the_market_still_opens(desk, monkeypatch):
    def fail(*_args):
        raise StoreError("The candles of 2024 cannot be read; they are fetched again.")

    monkeypatch.setattr(desk.past.candles, "read_last", fail)
    monkeypatch.setattr(desk.past.journal, "signals", fail)
    desk.welcome()
    assert desk.window.desk.key == BTC
    assert "fetched again" in desk.window.notices.texts["store"]


# keys and buttons


@pytest.mark.parametrize(
    ("key", "timeframe"), [(Qt.Key.Key_1, "1m"), (Qt.Key.Key_4, "30m"), (Qt.Key.Key_8, "1w")]
)
def test_a_number_key_switches_the_timeframe(desk, window, qtbot, key, timeframe):
    qtbot.keyClick(window.chart, key, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.key.timeframe == timeframe
    assert window.strip.timeframes[timeframe].isChecked()
    assert desk.chosen == [("chart.timeframe", timeframe)]


def test_a_rare_timeframe_is_named_on_the_more_button(window):
    window.set_timeframe("8h")
    assert (window.strip.more_button.text(), window.strip.more_button.isChecked()) == ("8h", True)
    assert not any(button.isChecked() for button in window.strip.timeframes.values())
    window.set_timeframe("1h")
    assert (window.strip.more_button.text(), window.strip.more_button.isChecked()) == ("More", False)
    window.strip.timeframes["4h"].click()
    assert [name for name, button in window.strip.timeframes.items() if button.isChecked()] == ["4h"]


def test_log_scale_by_key_and_by_button_stay_of_one_mind(desk, window, qtbot):
    qtbot.keyClick(window.chart, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.chart.is_log
    assert window.strip.log_button.isChecked()
    window.strip.log_button.click()
    assert not window.chart.is_log
    assert not window.actions_by_id["chart.log"].isChecked()
    assert desk.chosen == [("chart.log_scale", True), ("chart.log_scale", False)]


def test_the_theme_changes_by_key_and_every_part_follows(desk, window, qtbot):
    qtbot.keyClick(window.chart, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert desk.chosen == [("appearance.theme", "light")]
    image = window.grab().toImage()
    assert image.pixelColor(image.width() // 3, image.height() // 2).lightness() > 200
    window.strip.theme_button.click()
    assert window.theme is DARK


def test_a_zone_can_be_chosen(desk, window):
    tokyo = next(a for a in window.strip._zone_menu.actions() if a.data() == "Asia/Tokyo")
    tokyo.trigger()
    assert window.strip.zone_button.text() == "Tokyo"
    assert desk.chosen == [("chart.zone", "Asia/Tokyo")]


def test_the_menu_of_zones_leads_to_the_setting_which_knows_all_others(window, qtbot):
    window.strip._zone_menu.actions()[-1].trigger()
    page = window.findChild(SettingsDialog)
    line = page.rows["chart.zone"].editor
    assert page.focusWidget() is line
    assert line.selectedText() == line.text() == "UTC"
    qtbot.waitUntil(lambda: not line.visibleRegion().isEmpty())
    page.reject()


def test_the_market_on_the_chart_is_watched_by_key(desk, window, qtbot):
    desk.welcome(watchlist=("ETH/USDT",))
    qtbot.keyClick(window.chart, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert desk.requests.asked[-1] == ("watch", ("ETH/USDT", "BTC/USDT"))


def test_every_command_has_an_action_and_no_two_share_a_key(window):
    shortcuts = [a.shortcut().toString() for a in window.actions_by_id.values() if a.shortcut().toString()]
    assert len(shortcuts) == len(set(shortcuts)) > 15


def test_the_shortcuts_are_shown_without_a_nested_loop(window, qtbot):
    qtbot.keyClick(window.chart, Qt.Key.Key_F1)
    dialog = window.findChild(ShortcutsDialog)
    texts = {item.text(column) for item in dialog._items() for column in (0, 1)}
    assert {"Ctrl+K", "Go to the newest bar", "Esc"} <= texts
    dialog.reject()


# alerts


def test_an_alert_is_listed_and_announced_once_although_it_comes_twice(desk, window, qtbot):
    desk.tell(said.AlertSaid(alert(7)), said.AlertSaid(alert(7)))
    qtbot.waitUntil(lambda: bool(desk.notes.shown))
    assert window.alerts.model.ids == [7]
    assert len(desk.notes.shown) == 1
    assert window.docks.by_title["Alerts"].windowTitle() == "Alerts (1)"
    assert window.last_alert_id == 7


def test_alerts_replayed_after_a_reconnect_are_listed_but_not_announced_again(tmp_path, qtbot):
    desk = Desk(tmp_path, memory=WindowMemory(announced_alert=5))
    desk.past.journal.raised = [alert(4), alert(5)]
    qtbot.addWidget(desk.open())
    desk.welcome()
    desk.tell(said.AlertSaid(alert(5)), said.AlertSaid(alert(6)))
    qtbot.waitUntil(lambda: bool(desk.notes.shown))
    assert desk.window.alerts.model.ids == [6, 5, 4]
    assert len(desk.notes.shown) == 1
    desk.window.finish()
    assert WindowMemory.load(desk.memory_file).announced_alert == 6


def test_an_alert_opens_its_market_at_its_bar(desk, window, qtbot):
    window.set_timeframe("15m")
    about = alert(1, "ETH/USDT", bars_ago=300)
    desk.tell(said.AlertSaid(about))
    window.alerts.list.setCurrentIndex(window.alerts.model.index(0))
    qtbot.keyClick(window.alerts.list, Qt.Key.Key_Return)
    assert window.desk.key == about.signal.key
    window.chart.grab()
    slots = window.chart.frame.slots
    centre = window.chart.width() // 2
    assert abs(slots.slot_at(centre) - slot_of(about.signal.open_time, "1h")) < 30


def test_an_alert_of_another_venue_does_not_open_the_same_symbol_here(desk, window, qtbot):
    desk.tell(said.AlertSaid(alert(1, "ETH/USDT", venue="practice", timeframe="15m")))
    window.alerts.list.setCurrentIndex(window.alerts.model.index(0))
    qtbot.keyClick(window.alerts.list, Qt.Key.Key_Return)
    assert window.desk.key == BTC
    assert window.alerts.model.n_unread == 0
    text = window.notices.texts["alert"]
    assert "ETH/USDT 15m of this alert belongs to another venue, PRACTICE · practice." in text
    assert "The window shows Binance" in text
    desk.welcome(PRACTICE)
    assert "alert" not in window.notices.texts
    window.alerts.open_requested.emit(window.alerts.model.alert_at(0))
    assert window.desk.key == SeriesKey("practice", "ETH/USDT", "15m")


def test_a_click_on_a_notification_brings_the_window_and_the_bar(desk, window, qtbot):
    desk.tell(said.AlertSaid(alert(1, "SOL/USDT")))
    qtbot.waitUntil(lambda: bool(desk.notes.clicks))
    window.hide()
    desk.notes.clicks[0]()
    assert window.isVisible()
    assert window.desk.key.symbol == "SOL/USDT"


def test_a_dismissed_alert_goes_when_the_engine_has_written_it_down(desk, window, qtbot):
    desk.tell(said.AlertSaid(alert(1)), said.AlertSaid(alert(2)))
    qtbot.keyClick(window.chart, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    assert desk.requests.asked[-1] == ("dismiss", 2)
    assert window.alerts.model.ids == [2, 1]
    desk.tell(said.AlertClosed(2))
    assert window.alerts.model.ids == [1]


def test_quiet_is_of_one_mind_everywhere_and_is_remembered(desk, window):
    window.strip.quiet_button.click()
    assert window.alert_desk.is_quiet
    assert window.tray.quiet_action.isChecked()
    assert window.actions_by_id["alerts.quiet"].isChecked()
    window.tray.quiet_action.setChecked(False)
    assert not window.strip.quiet_button.isChecked()
    assert desk.memory.quiet is False


def test_without_a_tray_the_panel_says_that_it_is_the_record(window, qtbot):
    assert not window.tray._looking.isActive(), "nothing looks for a tray before the first frame"
    window.chart.repaint()
    qtbot.waitUntil(window.alerts.record_note.isVisible)
    assert window.tray._looking.isActive()
    assert "no tray" in window.alerts.record_note.text()
    assert window.status.hint.text() == "no tray"
    window.actions_by_id["view.hide"].trigger()
    assert window.isMinimized()
    window.bring_to_front()


def test_without_a_notification_service_the_panel_says_so_and_takes_it_back(desk, window):
    window.alert_desk.start()
    desk.tell(said.Notice("notifications", "This desktop shows no notifications."))
    assert "shows no notifications" in window.alerts.record_note.text()
    assert "notifications" in window.notices.texts
    desk.tell(said.Notice("notifications", ""))
    assert "notifications" not in window.notices.texts
    assert "no tray" in window.alerts.record_note.text()


# what a crash leaves


def saved(desk) -> WindowMemory:
    return WindowMemory.load(desk.memory_file)


def test_a_killed_window_has_left_its_market_watchlist_and_last_alert(desk, window, qtbot):
    window.open_symbol("SOL/USDT")
    desk.tell(said.AlertSaid(alert(7)))
    qtbot.waitUntil(lambda: saved(desk).announced_alert == 7)
    assert saved(desk).symbol == "SOL/USDT"
    assert saved(desk).venue == LIVE
    assert saved(desk).watchlist == tuple(PRICES)
    window.alert_desk.set_quiet(True)
    qtbot.waitUntil(lambda: saved(desk).quiet)


def test_a_dock_that_was_moved_is_remembered_before_the_end(desk, window, qtbot):
    qtbot.waitUntil(lambda: desk.memory_file.exists())
    qtbot.waitUntil(lambda: not window._keeper._timer.isActive())
    before = saved(desk).docks
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    window.addDockWidget(left, window.docks.by_title["Alerts"])
    qtbot.waitUntil(lambda: saved(desk).docks != before)


def test_a_window_at_rest_writes_nothing(desk, window, qtbot):
    qtbot.waitUntil(lambda: desk.memory_file.exists())
    qtbot.waitUntil(lambda: not window._keeper._timer.isActive())
    desk.prices()
    assert not window._keeper._timer.isActive(), "prices are not remembered"
    desk.memory_file.unlink()
    window._keeper.save_soon()
    qtbot.waitUntil(lambda: not window._keeper._timer.isActive())
    assert not desk.memory_file.exists(), "what did not change is not written again"


def test_the_last_watchlist_is_there_before_the_engine(tmp_path, qtbot):
    desk = Desk(tmp_path, memory=WindowMemory(venue=LIVE, watchlist=("ETH/USDT", "SOL/USDT")))
    desk.fill_store()
    qtbot.addWidget(desk.open())
    assert desk.window.watchlist.model.symbols == ("ETH/USDT", "SOL/USDT")
    desk.tell(said.Welcome(said.PROTOCOL, "0.1.0", 4711, None, ()))
    assert desk.window.watchlist.model.symbols == ("ETH/USDT", "SOL/USDT")
    desk.welcome(watchlist=("BTC/USDT",))
    assert desk.window.watchlist.model.symbols == ("BTC/USDT",)
    desk.window.finish()
    assert saved(desk).watchlist == ("BTC/USDT",)


# when it is narrow


@pytest.mark.parametrize("venue", [LIVE, PRACTICE], ids=lambda venue: venue.kind.value)
@pytest.mark.parametrize("width", [400, 600, 800, 1280])
def test_the_venues_badge_is_never_cut(desk, window, qtbot, venue, width):
    desk.welcome(venue)
    desk.prices()
    window.docks.by_title["Alerts"].hide()
    window.resize(width, 300)
    qtbot.waitUntil(lambda: window.strip.width() == width)
    strip, badge = window.strip, window.strip.badge
    qtbot.waitUntil(lambda: badge.width() >= badge.sizeHint().width())
    assert badge.isVisible()
    for part in strip.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if part.isVisible() and not part.isWindow():
            assert strip.rect().contains(part.geometry()), part.accessibleName()
            assert part.width() >= part.sizeHint().width(), part.accessibleName()
    assert window.status.venue.isVisible()


def test_a_narrow_band_still_starts_with_the_word_practice(desk, window, qtbot):
    desk.welcome(PRACTICE)
    window.resize(400, 300)
    qtbot.waitUntil(lambda: window.band.width() <= 420)
    label = window.band.findChild(QLabel)
    assert label.text().startswith("PRACTICE MARKET · ")
    assert label.text().endswith("…")
    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.contentsRect().width()
    assert window.band.text == window.band.accessibleName()


def test_timeframes_without_room_are_in_the_menu_of_more(desk, window, qtbot):
    window.resize(400, 300)
    strip = window.strip
    qtbot.waitUntil(lambda: strip.timeframes["1h"].isHidden())
    assert (strip.more_button.text(), strip.more_button.isChecked()) == ("1h", True)
    shown = {action.data(): action.isVisible() for action in strip._more_menu.actions()}
    assert shown["1h"]
    assert shown["8h"]
    next(action for action in strip._more_menu.actions() if action.data() == "4h").trigger()
    assert window.desk.key.timeframe == strip.more_button.text() == "4h"
    window.resize(1280, 800)
    qtbot.waitUntil(strip.timeframes["30m"].isVisible)
    assert (strip.more_button.text(), strip.more_button.isChecked()) == ("More", False)
    assert strip.timeframes["4h"].isChecked()
    assert not strip._more_menu.actions()[0].isVisible()


# layout and end


def test_docks_can_be_moved_saved_and_restored(tmp_path, qtbot):
    first = Desk(tmp_path)
    qtbot.addWidget(first.open())
    docks = first.window.docks.by_title
    first.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["Watchlist"])
    docks["Alerts"].hide()
    first.window.finish()

    second = Desk(tmp_path)
    qtbot.addWidget(second.open())
    window, docks = second.window, second.window.docks.by_title
    assert window.dockWidgetArea(docks["Watchlist"]) is Qt.DockWidgetArea.LeftDockWidgetArea
    assert not docks["Alerts"].isVisible()
    window.actions_by_id["view.reset"].trigger()
    assert window.dockWidgetArea(docks["Watchlist"]) is Qt.DockWidgetArea.RightDockWidgetArea
    assert docks["Alerts"].isVisible()
    window.finish()


@pytest.mark.parametrize("docks", ["", "!!", "Z2FyYmFnZQ==", "AAAA"])
def test_a_layout_that_makes_no_sense_is_the_first_layout(tmp_path, qtbot, docks):
    desk = Desk(tmp_path, memory=WindowMemory(geometry=docks, docks=docks))
    qtbot.addWidget(desk.open())
    shown = {title for title, dock in desk.window.docks.by_title.items() if not dock.isHidden()}
    upper = {"Watchlist", "Screener", "Grades", "Market map", "Narratives", "Rotation graph"}
    lower = {"Alerts", "Why", "Record"}
    assert shown == upper | lower | {"Advice"}
    assert desk.window.height() > 500
    desk.window.finish()


def test_closing_asks_to_end_and_goes_only_when_that_is_done(desk, window, qtbot):
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.finish()
    assert not window.isVisible()


def test_nothing_ticks_after_the_end(desk, window, qtbot):
    desk.tell(said.AlertSaid(alert(1)))
    desk.prices({symbol: price * 1.01 for symbol, price in PRICES.items()})
    window.finish()
    ticking = [
        timer.objectName() or timer.parent() for timer in window.findChildren(QTimer) if timer.isActive()
    ]
    assert ticking == []
    assert not desk.bridge._timer.isActive()


def test_an_unwritable_home_does_not_stop_the_end(tmp_path, qtbot):
    blocked = tmp_path / "file"
    blocked.write_text("")
    desk = Desk(blocked)
    qtbot.addWidget(desk.open())
    desk.window.finish()
    assert not desk.window.isVisible()


def test_settings_that_came_in_are_shown(tmp_path, qtbot):
    desk = Desk(tmp_path, Choices("4h", log_scale=True, zone="America/New_York", theme="light"))
    qtbot.addWidget(desk.open())
    window = desk.window
    assert window.strip.timeframes["4h"].isChecked()
    assert window.chart.is_log
    assert window.strip.zone_button.text() == "New York"
    assert window.theme is LIGHT
    assert desk.chosen == [], "showing a setting does not change it"
    window.finish()


def test_a_price_of_the_market_on_the_chart_reaches_the_strip_with_its_decimals(desk, window):
    desk.tell(said.Frame(NOW_MS, 5, tickers=(ticker("BTC/USDT", 64_000.1, -2.5),)))
    assert window.strip.price_label.text() == "64,000.10"
    assert window.strip.change_label.text() == "−2.50 %"
