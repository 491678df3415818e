"""Many charts: split, linked, asleep out of sight, followed together, and where commands go."""

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar

from tests.fakes.window_world import LIVE, NOW_MS, Desk, signal
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.signal import Direction
from workstation.link import messages as said
from workstation.ui.theme import LIGHT
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.workspaces.workspace_template import TEMPLATES

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
BTC, ETH = SeriesKey("binance", "BTC/USDT", "1h"), SeriesKey("binance", "ETH/USDT", "1h")


class Paints(QObject):
    """Counts the paints of a widget."""

    def __init__(self, widget) -> None:
        super().__init__()
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched, event) -> bool:
        self.n += event.type() is QEvent.Type.Paint
        return False


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    window = made.open()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    made.welcome()
    made.prices()
    qtbot.waitUntil(lambda: window.workspace.is_started)
    yield made
    made.window.finish()


def do(desk, command: str):
    desk.window.actions_by_id[command].trigger()
    return desk.window.workspace.active


def followed(desk) -> set[SeriesKey]:
    """Return what the engine follows after everything that was asked of it."""
    keys: set[SeriesKey] = set()
    for word, key in desk.requests.asked:
        if word in {"follow", "unfollow"}:
            (keys.add if word == "follow" else keys.discard)(key)
    return keys


@pytest.mark.parametrize("way", ["chart.split_below", "chart.split_right"])
@pytest.mark.parametrize("grid", ["workspace.2x2", "workspace.2x1"])
def test_a_chart_whose_tabs_were_closed_while_it_floated_is_split_in_sight(desk, qtbot, grid, way):
    workspace = desk.window.workspace
    do(desk, grid)
    first, *others = workspace.docks
    do(desk, "chart.tab")
    tab = workspace.active_dock
    workspace.activate(first)
    do(desk, "chart.float")
    for dock in (tab, *others):
        workspace.close_chart(dock)
    do(desk, "chart.float")
    do(desk, way)
    qtbot.waitUntil(lambda: [is_in_sight(dock) for dock in workspace.docks] == [True, True], timeout=20_000)
    places = [dock.geometry() for dock in workspace.docks]
    assert all(workspace.rect().contains(place) for place in places)
    assert not places[0].intersects(places[1])


def test_a_tab_that_floated_comes_back_in_front_of_the_others(desk, qtbot):
    workspace = desk.window.workspace
    for command in ("chart.split_right", "chart.tab", "chart.tab", "chart.float"):
        do(desk, command)
        qtbot.wait(20)
    floated = workspace.active_dock
    assert floated.isFloating()
    do(desk, "chart.float")
    qtbot.waitUntil(lambda: is_in_sight(floated), timeout=20_000)
    assert workspace.active_dock is floated


def test_the_tab_in_front_is_active_where_the_active_one_went_behind_it(desk, qtbot):
    workspace = desk.window.workspace
    do(desk, "chart.tab")
    first, second = workspace.docks
    qtbot.waitUntil(lambda: is_in_sight(second), timeout=20_000)
    qtbot.wait(20)  # nothing more moves
    workspace.activate(first)
    first._look_soon()
    qtbot.waitUntil(lambda: workspace.active_dock is second, timeout=20_000)


def test_a_walk_through_charts_shows_each_in_all_the_room_where_one_had_it(desk, qtbot):
    workspace = desk.window.workspace
    for command in ("chart.split_right", "chart.maximise"):
        do(desk, command)
    first, second = workspace.docks
    qtbot.waitUntil(lambda: [is_in_sight(dock) for dock in (first, second)] == [False, True], timeout=20_000)
    do(desk, "chart.next")
    qtbot.waitUntil(lambda: [is_in_sight(dock) for dock in (first, second)] == [True, False], timeout=20_000)
    assert workspace.active_dock is first
    do(desk, "chart.maximise")
    qtbot.waitUntil(lambda: all(is_in_sight(dock) for dock in workspace.docks), timeout=20_000)


# which chart?


def test_a_market_in_other_bars_is_opened_once_and_never_the_old_market_in_them(desk):
    opened = []
    desk.window.workspace.opened.connect(opened.append)
    wanted = SeriesKey("binance", "ETH/USDT", "15m")
    desk.window.open_series(wanted.symbol, wanted.timeframe)
    assert opened == [wanted]
    desk.window.open_bar(BTC, NOW_MS - 5 * HOUR)
    assert opened == [wanted, BTC]
    asked = [key for word, key in desk.requests.asked if word == "follow"]
    assert asked[-2:] == [wanted, BTC]
    assert ("chart.timeframe", "15m") in desk.chosen


def test_a_new_chart_shows_the_same_market_and_becomes_the_one_commands_act_upon(desk):
    first = desk.window.workspace.active
    second = do(desk, "chart.split_right")
    assert second is not first
    assert second.key == first.key == BTC
    desk.window.open_symbol("ETH/USDT")
    do(desk, "timeframe.15m")
    assert (first.key, second.key) == (BTC, SeriesKey("binance", "ETH/USDT", "15m"))
    assert desk.window.strip.symbol_button.text() == "ETH/USDT"
    assert desk.window.desk.key == second.key


def test_a_click_on_another_chart_makes_it_active_in_strip_why_and_title(desk, qtbot):
    window = desk.window
    first = window.workspace.active
    do(desk, "chart.split_right")
    window.open_symbol("ETH/USDT")
    qtbot.mouseClick(first.chart, Qt.MouseButton.LeftButton, pos=QPoint(40, 80))
    qtbot.waitUntil(lambda: window.workspace.active is first)
    assert window.strip.symbol_button.text() == "BTC/USDT"
    assert window.why_desk.key == BTC
    assert window.windowTitle().startswith("BTC/USDT 1h")


def test_f6_walks_through_the_charts_and_the_keyboard_goes_with_it(desk):
    first = desk.window.workspace.active
    second = do(desk, "chart.split_below")
    assert do(desk, "chart.next") is first
    assert desk.window.focusWidget() is first.chart
    assert do(desk, "chart.previous") is second


def test_typing_on_any_chart_finds_a_market_for_that_chart(desk, qtbot):
    first = desk.window.workspace.active
    second = do(desk, "chart.split_right")
    qtbot.keyClicks(second.chart, "5")
    qtbot.keyClicks(desk.window.search.edit, "m")
    qtbot.keyClick(desk.window.search.edit, Qt.Key.Key_Return)
    assert (second.timeframe, first.timeframe) == ("5m", "1h")


def test_the_chart_whose_tab_is_clicked_is_the_active_one(desk, qtbot):
    window = desk.window
    first = window.workspace.active
    do(desk, "chart.tab")
    window.open_symbol("ETH/USDT")
    tabs = next(bar for bar in window.workspace.findChildren(QTabBar) if bar.count() == 2)
    qtbot.waitUntil(lambda: tabs.tabText(1) == "ETH/USDT 1h")
    tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: window.workspace.active is first)
    assert window.strip.symbol_button.text() == "BTC/USDT"


def test_splitting_halves_the_chart_and_never_widens_the_window(desk):
    window, first = desk.window, desk.window.workspace.active
    second = do(desk, "chart.split_right")
    QTest.qWait(1)
    assert abs(first.width() - second.width()) <= 2
    do(desk, "workspace.3x3")
    QTest.qWait(1)
    assert (window.width(), window.height()) == (1280, 800)
    widths = {pane.width() for pane in window.workspace.panes}
    assert max(widths) - min(widths) <= 2


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_a_template_has_its_charts_of_different_watched_markets(desk, qtbot, template):
    do(desk, f"workspace.{template.id}")
    qtbot.waitUntil(lambda: len(desk.window.workspace.panes) == template.n_charts)
    shown = [pane.key.symbol for pane in desk.window.workspace.panes]
    assert len(shown) == len(set(shown)) == template.n_charts
    assert shown[0] == "BTC/USDT"


def test_closing_a_chart_is_taken_back_and_the_last_one_stays(desk):
    do(desk, "chart.split_right")
    desk.window.open_symbol("ETH/USDT")
    do(desk, "chart.close")
    assert [pane.key for pane in desk.window.workspace.panes] == [BTC]
    do(desk, "chart.close")
    assert len(desk.window.workspace.panes) == 1
    do(desk, "workspace.undo")
    assert {pane.key for pane in desk.window.workspace.panes} == {BTC, ETH}
    assert "closing a chart" in desk.window.notices.texts["workspace"]


def test_one_chart_takes_all_the_room_and_gives_it_back(desk, qtbot):
    first, second = desk.window.workspace.active, do(desk, "chart.split_right")
    do(desk, "chart.maximise")
    qtbot.waitUntil(lambda: not is_in_sight(desk.window.workspace.docks[0]))
    qtbot.waitUntil(lambda: second.width() > 700)
    do(desk, "chart.maximise")
    qtbot.waitUntil(lambda: is_in_sight(desk.window.workspace.docks[0]))
    assert abs(first.width() - second.width()) <= 2


def test_a_tab_that_nobody_saw_yet_says_what_it_will_show(desk):
    do(desk, "chart.tab")
    desk.window.open_symbol("ETH/USDT")
    state = desk.window.workspace.save()
    desk.window.workspace.is_started = False  # as before the first frame: only the active chart is made
    desk.window.workspace.restore(state)
    titles = {dock.windowTitle(): dock.pane is None for dock in desk.window.workspace.docks}
    assert titles == {"BTC/USDT 1h": True, "ETH/USDT 1h": False}


def test_a_floating_chart_fills_its_screen_and_takes_its_size_back(desk, qtbot):
    do(desk, "chart.split_right")
    do(desk, "chart.maximise")
    do(desk, "chart.float")  # a chart that floats hides no other
    dock = desk.window.workspace.active_dock
    qtbot.waitUntil(lambda: is_in_sight(desk.window.workspace.docks[0]))
    dock.resize(300, 240)
    before, screen = dock.geometry(), dock.screen().availableGeometry()
    do(desk, "chart.maximise")
    qtbot.waitUntil(lambda: dock.geometry() == screen)
    assert is_in_sight(desk.window.workspace.docks[0])
    do(desk, "chart.maximise")
    qtbot.waitUntil(lambda: dock.geometry() == before)


def test_a_floating_chart_is_a_window_of_its_own_and_comes_back(desk, qtbot):
    second = do(desk, "chart.split_right")
    docked_at = second.mapToGlobal(QPoint())
    do(desk, "chart.float")
    assert second.window() is not desk.window
    assert (second.mapToGlobal(QPoint()) - docked_at).x() > 20  # it is seen to lie over the window
    qtbot.waitUntil(lambda: desk.requests.asked[-1][0] == "follow")
    desk.tell(said.Frame(NOW_MS, 100, candles=(said.CandleState(BTC, (desk.candle(BTC, 66_000.0),)),)))
    second.chart.grab()
    assert second.chart.last_painted_candle.close == 66_000.0
    do(desk, "chart.float")
    assert second.window() is desk.window


def test_theme_zone_and_levels_reach_every_chart_those_made_later_too(desk):
    first = desk.window.workspace.active
    desk.window.set_theme(LIGHT)
    do(desk, "chart.levels")
    second = do(desk, "chart.split_right")
    for pane in (first, second):
        assert pane.chart._picture.colours == first.chart._picture.colours
        assert not pane.chart._view.shows_levels
        assert pane.chart._view.zone.key == "UTC"


# what does it cost?


def test_charts_of_one_series_are_followed_until_the_last_of_them_goes(desk):
    window = desk.window
    do(desk, "chart.split_right")
    assert window.charts.follows.n_charts(BTC) == 2
    window.open_symbol("ETH/USDT")
    assert followed(desk) == {BTC, ETH}
    window.open_symbol("BTC/USDT")
    assert ("unfollow", BTC) not in desk.requests.asked
    assert followed(desk) == {BTC}
    do(desk, "chart.close")
    assert (followed(desk), window.charts.follows.n_charts(BTC)) == ({BTC}, 1)
    window.finish()
    assert followed(desk) == set()


def test_after_the_engine_came_back_every_series_is_followed_once_for_each_chart(desk):
    do(desk, "chart.split_right")
    desk.bridge.on_engine_lost()
    assert desk.window.charts.follows.n_charts(BTC) == 0
    desk.welcome()
    assert desk.window.charts.follows.n_charts(BTC) == 2
    do(desk, "chart.close")
    assert followed(desk) == {BTC}


def test_a_chart_behind_a_tab_follows_and_paints_nothing_until_it_is_seen(desk, qtbot):
    window = desk.window
    hidden = window.workspace.active
    do(desk, "chart.tab")
    window.open_symbol("ETH/USDT")
    qtbot.waitUntil(lambda: followed(desk) == {ETH})
    paints = Paints(hidden.chart)
    desk.tell(said.Frame(NOW_MS, 100, candles=(said.CandleState(BTC, (desk.candle(BTC, 66_000.0),)),)))
    desk.window.workspace.set_now(NOW_MS + 5000)
    QTest.qWait(30)
    assert paints.n == 0
    assert hidden.desk._live == {}
    do(desk, "chart.next")
    qtbot.waitUntil(lambda: followed(desk) == {BTC})
    qtbot.waitUntil(lambda: paints.n > 0)


def test_a_window_in_the_tray_follows_no_series(desk, qtbot):
    desk.window.hide()
    qtbot.waitUntil(lambda: followed(desk) == set())
    desk.window.show()
    qtbot.waitUntil(lambda: followed(desk) == {BTC})


def test_a_chart_that_joins_late_has_the_levels_and_signals_of_the_others(desk):
    rows = (signal(BTC, NOW_MS // HOUR * HOUR - 5 * HOUR, 64_000.0, Direction.BULLISH),)
    desk.tell(said.SignalsOf(BTC, rows))
    second = do(desk, "chart.split_right")
    assert list(second.desk._signals.values()) == list(rows)
    assert LIVE.name == second.key.venue


# links


def test_charts_of_a_group_share_the_market_and_others_do_not(desk):
    window = desk.window
    first = window.workspace.active
    second = do(desk, "chart.split_right")
    third = do(desk, "chart.split_below")
    for pane in (first, second):
        window.charts.links.choose(pane, "A")
    window.workspace.activate(window.workspace.docks[1])
    do(desk, "timeframe.15m")
    window.open_symbol("SOL/USDT")
    assert [pane.key.symbol for pane in (first, second, third)] == ["SOL/USDT", "SOL/USDT", "BTC/USDT"]
    assert (first.timeframe, second.timeframe) == ("1h", "15m"), "the timeframe only where it is wished"


def test_a_group_shares_timeframe_and_range_where_both_wish_it(desk):
    window = desk.window
    first, second = window.workspace.active, do(desk, "chart.split_right")
    QTest.qWait(1)
    for pane in (first, second):
        window.charts.links.choose(pane, "B")
        window.charts.links.share(pane, timeframe=True, span=True)
    do(desk, "timeframe.15m")
    assert first.timeframe == second.timeframe == "15m"
    newest = slot_of(NOW_MS, "15m")
    second.chart.show_slots(newest - 300, newest - 200)
    second.chart.grab()
    first.chart.grab()
    spans = [window.charts.links.of(pane).range_ms() for pane in (first, second)]
    assert all(abs(mine - other) <= 900_000 for mine, other in zip(*spans, strict=True)), spans


def test_the_crosshair_is_shown_at_the_same_time_and_price_in_the_group(desk, qtbot):
    window = desk.window
    first, second = window.workspace.active, do(desk, "chart.split_right")
    for pane in (first, second):
        window.charts.links.choose(pane, "C")
        pane.chart.grab()
    frame = second.chart.frame
    at = QPoint(round(frame.slots.x_of(slot_of(NOW_MS, "1h") - 10)), 200)
    qtbot.mouseMove(second.chart, at)
    crosshair = window.charts.links.of(first).crosshair
    qtbot.waitUntil(crosshair.isVisible)
    assert slot_of(crosshair.time_ms, "1h") == slot_of(NOW_MS, "1h") - 10
    x, _ = crosshair.place()
    assert abs(x - first.chart.frame.slots.x_of(slot_of(NOW_MS, "1h") - 10)) < 1
    assert crosshair.price == pytest.approx(frame.prices.price_at(200 * frame.dpr))
    window.open_symbol("ETH/USDT")
    QTest.mouseMove(second.chart, QPoint(-50, -50))
    window.charts.links.eventFilter(second.chart, QEvent(QEvent.Type.Leave))
    assert not crosshair.isVisible()


def test_a_chart_that_joins_a_group_takes_over_its_market(desk):
    window = desk.window
    first, second = window.workspace.active, do(desk, "chart.split_right")
    window.open_symbol("ETH/USDT")
    window.charts.links.choose(second, "D")
    window.charts.links.choose(first, "D")
    assert first.key == ETH
    button = window.charts.links.of(first).button
    assert button.text() == "D"
    assert button.accessibleName() == "Linked with charts of group D"


def test_one_market_in_four_timeframes_changes_its_market_everywhere(desk):
    do(desk, "workspace.timeframes")
    desk.window.open_symbol("ETH/USDT")
    shown = [(pane.key.symbol, pane.timeframe) for pane in desk.window.workspace.panes]
    assert shown == [("ETH/USDT", timeframe) for timeframe in ("15m", "1h", "4h", "1d")]


def test_a_first_chart_says_that_it_waits_for_the_venue_and_not_for_a_choice(tmp_path, qtbot):
    made = Desk(tmp_path)
    window = made.open()
    qtbot.addWidget(window, before_close_func=lambda one: one.finish())
    assert window.chart.accessibleDescription() == "The chart comes with the venue."
    made.tell(said.Welcome(said.PROTOCOL, "0.1.0", 4711, LIVE, ()))
    assert window.chart.accessibleDescription() == "No market chosen"
    made.welcome()
    assert window.workspace.active.key == BTC
    window.workspace.active.desk.close()
    assert window.chart.accessibleDescription() == "No market chosen"
