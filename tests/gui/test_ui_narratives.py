"""Narratives on screen: the table, the coins, the treemap, the log, and the rotation graph through time."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QMessageBox, QWidget

from tests.fakes.window_world import LIVE, NOW_MS, PRACTICE, Desk, columns
from workstation.domain.errors import StoreError
from workstation.domain.market import SeriesKey
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import ChangeKind, Holding, IndexChange, IndexStanding
from workstation.engine.narratives.panel import DAY_MS, MarketPanel
from workstation.engine.narratives.relative_rotation import Benchmark
from workstation.link import messages as said
from workstation.storage.candle_store import CandleStore
from workstation.storage.narrative_files import read_book, write_book
from workstation.storage.narrative_store import NarrativeStore
from workstation.ui.narratives import narrative_words as words
from workstation.ui.narratives.narrative_delegate import heat
from workstation.ui.narratives.narrative_detail import NO_LOG
from workstation.ui.narratives.narrative_reading import (
    CASH,
    EQUAL_WEIGHT,
    BenchmarkRow,
    NarrativePast,
    PastWanted,
    daily_bars,
    past_of,
    read_past,
)
from workstation.ui.narratives.narratives_panel import WAITING, NarrativePanel, age_words
from workstation.ui.narratives.rotation_graph_panel import READING, RotationGraphPanel
from workstation.ui.narratives.treemap_layout import squarified
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
EVIL = "<b>PEPE</b>"
HOLDINGS = (
    Holding(EVIL, 0.5, 3.0, -2.0, 40.0, 71, 1),
    Holding("DOGE", 0.3, -1.0, 5.0, None, 40, -1),
    Holding("WIF", 0.2, None, None, None),
)


def standing(name, week, **facts):
    usual = {
        "title": name.title(),
        "at_ms": NOW_MS,
        "value": 1000.0 + 10 * week,
        "roi_24h_pct": week / 7,
        "roi_7d_pct": week,
        "roi_30d_pct": 3 * week,
        "roi_all_pct": week,
        "rank": 1,
        "breadth_pct": 50.0,
        "volume_share_pct": 2.5,
        "n_bullish": 2,
        "n_bearish": 1,
        "grade": 60,
        "btc_correlation": 0.5,
        "holdings": HOLDINGS,
    }
    return IndexStanding(name, **(usual | facts))


NOTHING_KNOWN = dict.fromkeys(
    ("value", "roi_24h_pct", "roi_7d_pct", "roi_30d_pct", "roi_all_pct", "rank", "grade"), None
)
STANDINGS = (
    standing("ai", 2.0, rank=2),
    standing("memes", 12.0, rank=1, grade=80),
    standing("quiet", 0.0, **NOTHING_KNOWN, holdings=(), note="No coin of it could be held yet."),
    standing("defi", -8.0, rank=3, grade=20),
)
CHANGES = (
    IndexChange(NOW_MS, EVIL, ChangeKind.ENTER, 0.0, 0.5, "rebalance"),
    IndexChange(NOW_MS - DAY_MS, "OLD", ChangeKind.EXIT, 0.25, 0.0, "delisted"),
)
COINS = ("BTC", "DOGE", "ETH", "PEPE", "UNI", "WIF")
BOOK = NarrativeBook(
    (
        Narrative("memes", "Memes", tuple(map(Membership, ("DOGE", "PEPE", "WIF")))),
        Narrative("defi", EVIL, (Membership("UNI"), Membership("ETH"))),
    )
)


def market(n_days) -> MarketPanel:
    """Return daily bars of six coins that walk at random, each with two million dollars a day."""
    rng = np.random.default_rng(7)
    close = 10 * np.exp(np.cumsum(rng.normal(0, 0.04, (n_days, len(COINS))), axis=0))
    open_ = np.vstack([close[:1], close[:-1]])
    close_ms = (NOW_MS // DAY_MS - n_days + 1 + np.arange(n_days, dtype=np.int64)) * DAY_MS
    dollars = np.full(close.shape, 2e6)
    return MarketPanel(close_ms, COINS, open_, close, dollars, np.full(close.shape, np.nan), DAY_MS)


def past(n_days=110, **facts) -> NarrativePast:
    wanted = PastWanted(LIVE.name, "1h", NOW_MS, is_whole=True)
    return replace(past_of(market(n_days), BOOK, {"PEPE": "PEPE/USDT"}), wanted=wanted, **facts)


@pytest.fixture(scope="module")
def known_past() -> NarrativePast:
    return past()


@pytest.fixture
def panel(qtbot):
    made = NarrativePanel(DARK)
    made.resize(1000, 720)
    qtbot.addWidget(made)
    made.show()
    made.show_standings(STANDINGS, NOW_MS + 120_000)
    return made


@pytest.fixture
def graph(qtbot, known_past):
    made = RotationGraphPanel(DARK)
    made.resize(700, 600)
    qtbot.addWidget(made)
    made.show()
    made.show_past(known_past)
    return made


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=30)
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


def names(panel) -> list[str]:
    model = panel.model
    return [model.standing_at(row).name for row in range(model.n_narratives)]


def cell(model, row, title) -> str:
    heads = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    return model.data(model.index(row, heads.index(title)))


# the table


def test_narratives_stand_by_their_week_and_what_is_not_known_comes_last(panel):
    assert names(panel) == ["memes", "ai", "defi", "quiet"]
    panel.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert names(panel) == ["defi", "ai", "memes", "quiet"]
    panel.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert names(panel) == ["quiet", "memes", "defi", "ai"]


@pytest.mark.parametrize("column", range(13))
def test_every_column_sorts_and_keeps_the_chosen_narrative(panel, known_past, column):
    panel.show_past(known_past)
    panel.choose("ai")
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        panel.table.sortByColumn(column, order)
        assert sorted(names(panel)) == ["ai", "defi", "memes", "quiet"]
        assert panel.current_name() == "ai"


@pytest.mark.parametrize(("width", "shown"), [(436, ("24 h", "7 d", "Rank")), (300, ("24 h", "7 d"))])
def test_in_a_narrow_panel_a_name_has_the_room_that_other_columns_give_up(panel, width, shown):
    panel.resize(width, 500)
    header = panel.table.horizontalHeader()
    titles = [
        panel.model.headerData(at, Qt.Orientation.Horizontal)
        for at in range(header.count())
        if not header.isSectionHidden(at)
    ]
    assert titles == ["Narrative", *shown]
    assert header.sectionSize(0) >= width * 0.45


def test_a_cell_says_its_number_with_a_sign(panel):
    assert [cell(panel.model, 0, title) for title in ("7 d", "24 h", "Volume", "BTC", "Signals")] == [
        "+12.0 %",
        "+1.7 %",
        "2.5 %",
        "+0.50",
        "▲ 2  ▼ 1",
    ]
    assert cell(panel.model, 2, "7 d") == "−8.0 %"
    assert cell(panel.model, 3, "7 d") == "–"


@pytest.mark.parametrize(
    ("now", "before", "text"), [(1, 4, "1 ▲3"), (5, 1, "5 ▼4"), (2, 2, "2"), (2, None, "2"), (None, 1, "–")]
)
def test_a_rank_tells_how_far_it_moved(now, before, text):
    assert words.rank(now, before) == text


def test_what_narratives_are_held_against_stays_below_however_they_are_sorted(panel):
    rows = tuple(BenchmarkRow(title, NOW_MS, 1.0, 99.0, 99.0, 99.0) for title in ("BTC", CASH))
    panel.resize(1000, 500)
    panel.show_past(NarrativePast(rows=rows))
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        panel.table.sortByColumn(1, order)
        assert [panel.model.row_at(row).title for row in (4, 5)] == ["BTC", CASH]
    panel.resize(1000, 720)
    assert panel.model.rowCount() == 4, "a high panel pins them in a table of their own"
    assert panel.against.isVisible()
    assert cell(panel.against_model, 0, "7 d") == "+99.0 %"


def test_the_heat_map_colours_by_return_and_keeps_sign_and_number(panel):
    panel.heat_button.click()
    assert panel.model.is_heat
    assert cell(panel.model, 2, "7 d") == "−8.0 %"
    hot, cool = heat(DARK, 20.0, 25.0), heat(DARK, 2.0, 25.0)
    assert hot.rgb() == QColor(DARK.rise).rgb()
    assert hot.alpha() > cool.alpha() > 0
    assert heat(DARK, -5.0, 25.0).rgb() == QColor(DARK.fall).rgb()
    assert heat(DARK, None, 25.0).alpha() == heat(DARK, 0.0, 25.0).alpha() == 0
    assert not panel.grab().isNull()


# one narrative


def test_choosing_a_narrative_shows_its_coins_and_its_figures(panel):
    panel.choose("memes")
    model = panel.detail.model
    assert [model.data(model.index(row, 0)) for row in range(3)] == [EVIL, "DOGE", "WIF"]
    assert cell(model, 0, "Signal") == "▲ bullish"
    assert cell(model, 2, "Grade") == "–"
    assert "rank\N{NO-BREAK SPACE}1" in panel.detail.facts.text()
    panel.detail.coins.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    assert [model.holding_at(row).coin for row in range(3)] == ["DOGE", EVIL, "WIF"]
    panel.choose("quiet")
    assert model.rowCount() == 0
    assert "No coin of it could be held yet." in panel.detail.facts.text()
    assert not panel.chart_button.isEnabled()


def test_enter_opens_a_coin_and_the_index(panel, qtbot):
    panel.focus_table()
    with qtbot.waitSignal(panel.index_requested) as index:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert index.args == ["memes"]
    with qtbot.waitSignal(panel.coin_requested) as coin:
        qtbot.keyClick(panel.detail.coins, Qt.Key.Key_Return)
    assert coin.args == [EVIL]


def test_the_log_is_plain_lines_newest_first(panel):
    panel.choose("memes")
    assert panel.detail.no_log.text() == NO_LOG
    panel.show_past(NarrativePast(log={"memes": CHANGES}))
    lines = [panel.detail.log.item(row).text() for row in range(panel.detail.log.count())]
    assert lines == [
        f"1 Aug 12:00   {EVIL} enters   0.0 % → 50.0 %   rebalance",
        "31 Jul 12:00   OLD leaves   25.0 % → 0.0 %   delisted",
    ]


def test_tiles_are_as_large_as_weights_and_fill_the_room():
    room = QRectF(0, 0, 300, 200)
    weights = (0.5, 0.3, 0.12, 0.08)
    tiles = squarified(weights, room)
    assert [tile.width() * tile.height() / 60_000 for tile in tiles] == pytest.approx(weights)
    assert all(room.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(tile) for tile in tiles)
    overlaps = [a.intersected(b) for n, a in enumerate(tiles) for b in tiles[n + 1 :]]
    assert all(one.width() * one.height() < 1e-6 for one in overlaps)
    assert squarified((), room) == []
    assert squarified((1.0,), QRectF())[0].isEmpty()


def test_the_keyboard_goes_from_tile_to_tile(panel, qtbot):
    panel.choose("memes")
    panel.detail.tabs.setCurrentWidget(panel.detail.treemap)
    treemap = panel.detail.treemap
    assert treemap.accessibleDescription().startswith(f"{EVIL}, weight 50.0 %")
    qtbot.keyClick(treemap, Qt.Key.Key_Right)
    assert treemap.accessibleDescription().startswith("DOGE, weight 30.0 %")
    with qtbot.waitSignal(treemap.open_requested) as opened:
        qtbot.keyClick(treemap, Qt.Key.Key_Return)
    assert opened.args == ["DOGE"]
    with qtbot.waitSignal(treemap.open_requested) as opened:
        at = treemap.tiles[2].center().toPoint()
        qtbot.mouseDClick(treemap, Qt.MouseButton.LeftButton, pos=at)
    assert opened.args == ["WIF"]


def test_foreign_text_stays_plain(panel, graph):
    panel.choose("memes")
    panel.show_standings((standing("memes", 1.0, title=EVIL),), NOW_MS)
    labels = [*panel.findChildren(QLabel), *graph.findChildren(QLabel)]
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text())
    tip = panel.model.data(panel.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip
    assert "&lt;b&gt;" in tip
    graph.choose("defi")
    assert EVIL in graph.view.accessibleDescription()


def test_empty_panels_say_what_to_do(qtbot):
    panel, graph = NarrativePanel(LIGHT), RotationGraphPanel(LIGHT)
    for widget in (panel, graph):
        qtbot.addWidget(widget)
        widget.show()
    assert panel.nothing.text() == WAITING
    assert panel.nothing.isVisible()
    assert graph.nothing.text() == READING
    graph.show_past(past(n_days=31 + 9))
    assert "needs 28 daily closes" in graph.nothing.text()
    assert "so far" in graph.nothing.text()
    assert not graph.slider.isEnabled()
    assert not graph.play.isEnabled()
    panel.complain("The store is <b>damaged</b>.")
    assert panel.problem.text() == "The store is <b>damaged</b>."


@pytest.mark.parametrize(("age", "text"), [(0, "close just now"), (7_200_000, "close 2 h ago"), (-1, "")])
def test_the_age_of_the_close_is_said(age, text):
    assert age_words(NOW_MS, NOW_MS + age) == text


# the graph


def test_the_graph_opens_at_the_newest_day_and_the_keyboard_goes_through_time(graph, qtbot):
    newest = graph.slider.maximum()
    assert graph.slider.value() == newest
    assert graph.day.text() == "1 Aug 2024"
    qtbot.keyClick(graph.view, Qt.Key.Key_Left)
    assert graph.view.step == newest - 1
    assert graph.day.text() == "31 Jul 2024"
    qtbot.keyClick(graph.view, Qt.Key.Key_PageUp)
    assert graph.view.step == newest - 8
    qtbot.keyClick(graph.view, Qt.Key.Key_Home)
    assert graph.view.step == graph.slider.minimum()
    qtbot.keyClick(graph.view, Qt.Key.Key_Left)
    assert graph.view.step == graph.slider.minimum(), "nothing is known before"
    qtbot.keyClick(graph.view, Qt.Key.Key_End)
    assert graph.view.step == newest


def test_playing_goes_on_to_the_newest_day_and_stops(graph, qtbot):
    graph.slider.setValue(graph.slider.maximum() - 2)
    qtbot.keyClick(graph.view, Qt.Key.Key_Space)
    assert graph.is_playing
    qtbot.waitUntil(lambda: not graph.is_playing)
    assert graph.slider.value() == graph.slider.maximum()
    graph.play.click()
    assert graph.is_playing
    assert graph.slider.value() == graph.slider.minimum()
    graph.play.click()
    assert not graph.is_playing


def test_hovering_names_the_point_and_its_numbers(graph, qtbot):
    view = graph.view
    point = view.point_of("memes").toPoint()
    qtbot.mouseMove(view, point)
    step, rotation = view.step, graph._past.graphs[Benchmark.BTC]
    title, where, numbers = view.hover_words
    assert title == "Memes"
    assert where.endswith("1 Aug 2024")
    assert numbers == f"ratio {rotation.ratio[step, 0]:.2f}   momentum {rotation.momentum[step, 0]:.2f}"
    with qtbot.waitSignal(graph.chosen) as chosen:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=point)
    assert chosen.args == ["memes"]
    assert view.chosen_name == "memes"
    assert not view.grab().isNull()
    qtbot.mouseMove(view, QPoint(2, 2))
    assert view.hover_words == ()


def test_up_and_down_go_through_the_narratives_and_escape_lets_go(graph, qtbot):
    for key, name in (
        (Qt.Key.Key_Down, "memes"),
        (Qt.Key.Key_Down, "defi"),
        (Qt.Key.Key_Up, "memes"),
        (Qt.Key.Key_Escape, ""),
    ):
        qtbot.keyClick(graph.view, key)
        assert graph.view.chosen_name == name
    qtbot.keyClick(graph.view, Qt.Key.Key_Up)
    with qtbot.waitSignal(graph.index_requested) as opened:
        qtbot.keyClick(graph.view, Qt.Key.Key_Return)
    assert opened.args == ["defi"]


def test_another_benchmark_another_tail_and_how_it_is_made(graph):
    before = graph.view.point_of("memes")
    graph.against.setCurrentIndex(graph.against.findText("Equal weight"))
    assert graph.view.point_of("memes") != before
    graph.against.setCurrentIndex(graph.against.findText("SOL"))
    assert graph.nothing.isVisible()
    assert "SOL has no stored candles" in graph.nothing.text()
    graph.against.setCurrentIndex(graph.against.findText("BTC"))
    assert graph.view.point_of("memes") == before
    graph.tail.setCurrentIndex(graph.tail.findText("30 days"))
    assert graph.view.tail == 30
    graph.how.click()
    assert graph.explained.isVisible()
    assert "not published" in graph.explained.text()


def test_a_day_that_is_looked_at_stays_when_another_close_comes(graph, known_past):
    graph.slider.setValue(graph.slider.maximum() - 5)
    step = graph.view.step
    graph.show_past(replace(known_past))
    assert graph.view.step == step


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_quadrants_have_their_colours_in_both_themes(qtbot, known_past, theme):
    made = RotationGraphPanel(theme)
    made.resize(700, 600)
    qtbot.addWidget(made)
    made.show()
    made.show_past(known_past)
    image = made.view.grab().toImage()
    ratio = image.devicePixelRatio()
    inside = [QPointF(60, 50), QPointF(made.view.width() - 30, made.view.height() - 60)]
    pixels = {image.pixelColor((point * ratio).toPoint()).name() for point in inside}
    assert len(pixels) == 2
    assert theme.base not in pixels


# with the engine and the store


def fill_candles(path, venue, n_days=120) -> None:
    with CandleStore(path) as store:
        for symbol in ("BTC/USDT", "DOGE/USDT", "PEPE/USDT", "WIF/USDT", "ETH/USDT"):
            key = SeriesKey(venue, symbol, "1h")
            bars = columns(key, 24 * n_days)
            dollars = replace(bars, volume=1e6 / bars.close)
            store.add(key, dollars)


def test_hours_become_days_without_losing_a_dollar():
    hours = columns(SeriesKey("x", "BTC/USDT", "1h"), 24 * 3 + 5)
    days = daily_bars(hours)
    assert len(days) == 4
    assert (days.open_time % DAY_MS == 0).all()
    assert (days.close * days.volume).sum() == pytest.approx((hours.close * hours.volume).sum())
    assert days.close[-1] == hours.close[-1]
    assert days.open[0] == hours.open[0]
    assert len(daily_bars(hours[:0])) == 0


def test_the_past_is_read_from_the_store_and_kept_until_the_next_day(tmp_path):
    desk = Desk(tmp_path)
    files = desk.past.narratives
    wanted = PastWanted(LIVE.name, "1h", NOW_MS, is_whole=True)
    nothing = read_past(files, wanted, NarrativePast())
    assert not len(nothing.close_ms)
    assert [row.title for row in nothing.rows] == [CASH]
    fill_candles(files.candles, LIVE.name)
    write_book(files.book, BOOK)
    first = read_past(files, wanted, nothing)
    assert set(first.names) == {"memes", "defi"}
    assert first.symbols["PEPE"] == "PEPE/USDT"
    assert int(first.close_ms[-1]) == NOW_MS // DAY_MS * DAY_MS, "a day that goes on is none yet"
    assert set(first.graphs) == {Benchmark.BTC, Benchmark.ETH, Benchmark.EQUAL_WEIGHT}
    assert [row.title for row in first.rows] == ["BTC", "ETH", EQUAL_WEIGHT, CASH]
    bars = columns(SeriesKey(LIVE.name, "BTC/USDT", "1h"), 24 * 120)
    assert first.rows[0].roi_24h_pct == pytest.approx((bars.close[-1] / bars.close[-25] - 1) * 100)
    assert first.log["memes"][0].at_ms >= first.log["memes"][-1].at_ms
    later = read_past(files, replace(wanted, at_ms=NOW_MS + HOUR), first)
    assert later.values is first.values, "of the same day"
    next_day = read_past(files, replace(wanted, at_ms=NOW_MS + DAY_MS), first)
    assert next_day.values is not first.values


def test_standings_of_the_engine_and_the_stored_past_come_together(desk, qtbot):
    fill_candles(desk.past.narratives.candles, LIVE.name)
    write_book(desk.past.narratives.book, BOOK)
    desk.window.actions_by_id["narratives.focus"].trigger()
    panel = desk.window.narratives.panel
    qtbot.waitUntil(panel.nothing.isVisible)
    qtbot.waitUntil(lambda: panel.model.past.wanted is not None)
    desk.tell(said.NarrativesSaid((standing("memes", 3.0, holdings=HOLDINGS[1:]),)))
    qtbot.waitUntil(lambda: panel.model.past.wanted is not None and "memes" in panel.model.past.log)
    assert names(panel) == ["memes"]
    assert len(panel.model.spark_at(0)) == 30
    qtbot.waitUntil(lambda: panel.detail.coins.currentIndex().isValid())
    with qtbot.waitSignal(desk.window.desk.opened) as opened:
        qtbot.keyClick(panel.detail.coins, Qt.Key.Key_Return)
    assert opened.args[0].symbol == "DOGE/USDT"
    with qtbot.waitSignal(desk.window.desk.opened) as opened:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert opened.args[0] == SeriesKey(LIVE.name, "INDEX:MEMES", "1h")
    desk.tell(said.MarketsListed((), is_last=True))
    assert desk.window.desk.key.symbol == "INDEX:MEMES", "an index trades nowhere and stays on the chart"
    desk.window.actions_by_id["narratives.graph"].trigger()
    graph = desk.window.narratives.graph
    qtbot.waitUntil(lambda: graph.slider.isEnabled())
    desk.window.set_theme(LIGHT)
    desk.welcome(PRACTICE)
    assert not graph.slider.isEnabled(), "the past was another venue's"


def test_a_store_that_cannot_be_read_is_a_sentence(desk, qtbot, monkeypatch):
    def fail(*_args):
        raise StoreError("The candles cannot be read.")

    monkeypatch.setattr("workstation.ui.narratives.narrative_reading.read_past", fail)
    desk.window.actions_by_id["narratives.graph"].trigger()
    graph = desk.window.narratives.graph
    qtbot.waitUntil(lambda: graph.problem.text() == "The candles cannot be read.")
    assert graph.problem.isVisible()


def test_a_book_that_the_window_mends_is_told_once(desk, qtbot):
    files = desk.past.narratives
    files.book.write_text("this is no book")
    desk.window.actions_by_id["narratives.focus"].trigger()
    qtbot.waitUntil(lambda: "book of narratives" in desk.window.notices.texts)
    told = desk.window.notices.texts["book of narratives"]
    assert f"{files.book.name}.broken-1" in told
    assert "The shipped narratives are used." in told
    past = PastWanted(LIVE.name, "1h", NOW_MS, is_whole=True)
    assert read_past(files, past, NarrativePast()).trouble == ""


def test_every_control_of_both_panels_has_a_name(panel, graph):
    panel.choose("memes")
    for tab in range(3):
        panel.detail.tabs.setCurrentIndex(tab)
        takes_keys = [
            one
            for root in (panel, graph)
            for one in root.findChildren(QWidget)
            if one.isVisible() and one.focusPolicy() is not Qt.FocusPolicy.NoFocus
        ]
        nameless = [
            f"{type(one).__name__} in {type(one.parent()).__name__}"
            for one in takes_keys
            if not QAccessible.queryAccessibleInterface(one).text(QAccessible.Text.Name)
        ]
        assert nameless == []


def test_resetting_the_layout_leaves_the_window_as_large_as_it_is(desk, qtbot):
    window = desk.window
    window.resize(1280, 800)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks.by_title["Narratives"])
    window.actions_by_id["view.reset"].trigger()
    qtbot.waitUntil(lambda: window.docks.by_title["Narratives"] in _tabbed_with(window, "Watchlist"))
    assert (window.width(), window.height()) == (1280, 800)


def _tabbed_with(window, title):
    return window.tabifiedDockWidgets(window.docks.by_title[title])


# editing


@pytest.fixture
def edited(desk, qtbot):
    """Return the panel of a window over a book of two narratives, with the coin DOGE of memes chosen."""
    NarrativeStore(desk.past.narratives.book).change(lambda _shipped: BOOK)
    desk.prices()
    desk.window.actions_by_id["narratives.focus"].trigger()
    panel = desk.window.narratives.panel
    desk.tell(said.NarrativesSaid((standing("memes", 3.0, holdings=HOLDINGS[1:]),)))
    panel.resize(600, 600)
    panel.choose("memes")
    return panel


def stored(desk) -> NarrativeBook:
    return read_book(desk.past.narratives.book)


def coins_of(desk, name) -> set[str]:
    return {one.coin for one in stored(desk).narrative(name).members if one.until_ms is None}


def told(qtbot, panel, part) -> None:
    qtbot.waitUntil(lambda: part in panel.problem.text())


def test_coins_are_added_shared_taken_out_and_brought_back(desk, qtbot, edited, monkeypatch):
    menu = desk.window.narratives.menu
    menu.refresh()
    assert menu.add_coin.text() == f"Add a coin to {edited.model.standing_at(0).title}…"
    assert menu.take_out.text() == "Take DOGE out"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args: (" BONK ", True))
    menu.add_coin.trigger()
    told(qtbot, edited, "BONK belongs to memes now. It counts from the next close on.")
    assert "BONK" in coins_of(desk, "memes")
    monkeypatch.setattr(QInputDialog, "getDouble", lambda *_args: (0.25, True))
    menu.share.trigger()
    told(qtbot, edited, "share of 0.25")
    menu.take_out.trigger()
    told(qtbot, edited, "DOGE belongs to memes no longer")
    assert "DOGE" not in coins_of(desk, "memes")
    assert any(one.coin == "DOGE" for one in stored(desk).narrative("memes").members), "its past stays"
    menu.take_back.trigger()
    told(qtbot, edited, "The last edit was taken back, 1 change.")
    assert "DOGE" in coins_of(desk, "memes")


def test_an_edit_that_cannot_be_is_a_sentence_and_changes_nothing(desk, qtbot, edited, monkeypatch):
    menu = desk.window.narratives.menu
    before = stored(desk)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args: ("A B", True))
    menu.add_coin.trigger()
    told(qtbot, edited, "The code of a coin has no space")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args: ("", False))
    menu.add_coin.trigger()
    menu.create_one.trigger()
    assert stored(desk) == before
    menu.take_back.trigger()
    menu.take_back.trigger()
    told(qtbot, edited, "There is no edit of the narratives to take back")


def test_narratives_are_shared_as_a_file_and_a_file_is_asked_about(
    desk, qtbot, edited, monkeypatch, tmp_path
):
    menu, shared = desk.window.narratives.menu, tmp_path / "shared.toml"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args: ("Frog coins!", True))
    menu.create_one.trigger()
    told(qtbot, edited, "There is a new narrative frog-coins")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(shared), ""))
    menu.write_file.trigger()
    told(qtbot, edited, "written to shared.toml")
    menu.take_back.trigger()
    told(qtbot, edited, "taken back")
    assert "frog-coins" not in {one.name for one in stored(desk).narratives}
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(shared), ""))
    menu.read_file.trigger()
    qtbot.waitUntil(lambda: bool(desk.window.findChildren(QMessageBox)))
    box = desk.window.findChildren(QMessageBox)[0]
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert "frog-coins: new narrative" in box.text()
    box.accept()
    told(qtbot, edited, "The narratives of shared.toml are used.")
    assert "frog-coins" in {one.name for one in stored(desk).narratives}
    menu.read_file.trigger()
    told(qtbot, edited, "nothing changes")
