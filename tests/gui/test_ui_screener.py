"""The screener: conditions typed and built, chips, groups, saved screens, and what is read of the coins."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QInputDialog, QWidget

from tests.fakes.window_world import LIVE, NOW_MS, Desk, StoredCandles, columns, signal, ticker
from workstation.domain.market import SeriesKey
from workstation.domain.narrative_index import Holding, IndexStanding
from workstation.domain.screen_column import COLUMNS, CoinColumns
from workstation.domain.screen_text import parse
from workstation.domain.signal import Direction
from workstation.domain.watch_book import SavedScreen, WatchBook, WatchList
from workstation.storage.coin_reading import CoinFiles as Files
from workstation.storage.coin_reading import CoinsRead, CoinsWanted, newest_signals, read_coins, read_moves
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.watchlists.screen_model import NO_NARRATIVE, ScreenModel
from workstation.ui.watchlists.screener_desk import ScreenerDesk
from workstation.ui.watchlists.screener_menu import ScreenerMenu, ask_name
from workstation.ui.watchlists.screener_panel import EVERY_COIN, FIRST_COLUMNS, NOT_SAVED, ScreenerPanel
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager

NAN = float("nan")
SYMBOLS = ("BTC/USDT", "ETH/USDT", "FET/USDT", "NEW/USDT")
DOWN, UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


def coins() -> CoinColumns:
    return CoinColumns(
        SYMBOLS,
        {
            "price": np.array([64_000.0, 3_200.0, 1.2, NAN]),
            "grade": np.array([85.0, 70.0, 91.0, NAN]),
            "signal": np.array([1.0, -1.0, 1.0, NAN]),
            "signal_age": np.array([3.0, 1.0, 40.0, NAN]),
            "change_24h": np.array([1.0, -2.0, 5.0, NAN]),
        },
        {"narrative": (("Layer 1",), ("Layer 1", "DeFi"), ("AI",), ())},
        {"last_week": {"BTC/USDT": np.array([1.0, 2.0, 3.0])}},
    )


@pytest.fixture
def panel(qtbot):
    made = ScreenerPanel(DARK, lambda _symbol: 0.01)
    qtbot.addWidget(made)
    tester = QAbstractItemModelTester(made.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.resize(700, 400)
    made.show_coins(coins())
    made.show()
    yield made
    tester.deleteLater()
    made.stop()


@pytest.fixture
def keeper(tmp_path, qapp):
    made = WatchlistKeeper(tmp_path / "lists.json")
    yield made
    made.stop()


def shown(panel: ScreenerPanel) -> list[str]:
    model = panel.model
    return [model.symbol_at(row).split("/")[0] for row in range(model.rowCount())]


def type_in(panel: ScreenerPanel, text: str) -> None:
    panel.text.setText(text)
    panel.text.returnPressed.emit()


def cell(model: ScreenModel, row: int, column: str, role: int = 0) -> str:
    return model.data(model.index(row, model.columns.index(column)), role)


def test_typed_conditions_narrow_the_coins_and_are_counted(panel):
    type_in(panel, "grade > 80 and signal is bullish")
    assert shown(panel) == ["BTC", "FET"]
    assert panel.count.text() == "2 of 4 coins"
    type_in(panel, "")
    assert shown(panel) == ["BTC", "ETH", "FET", "NEW"]


def test_conditions_that_cannot_be_read_are_named_and_change_nothing(panel):
    type_in(panel, "grade > 80")
    type_in(panel, "grad > 10")
    assert shown(panel) == ["BTC", "FET"]
    assert "“grad” is no column; did you mean “grade”?" in panel.problem.text()
    assert panel.problem.isVisible()
    type_in(panel, "grade > 90")
    assert not panel.problem.isVisible()


def test_each_condition_is_a_chip_that_takes_it_away(panel, qtbot):
    type_in(panel, "grade > 80 and (signal is bullish or 7d > 5)")
    assert [chip.accessibleName() for chip in panel.chips.chips] == [
        "Remove the condition Grade > 80",
        "Remove the condition Signal is bullish",
        "Remove the condition 7 d > 5 %",
    ]
    panel.chips.chips[0].setFocus()
    qtbot.keyClick(panel.chips.chips[0], Qt.Key.Key_Space)
    assert panel.text.text() == "signal is bullish or change_7d > 5 %"
    assert shown(panel) == ["BTC", "FET"]


def test_the_form_adds_conditions_with_and_and_with_or(panel, qtbot):
    panel.add_button.click()
    panel.form.value.setText("80")
    panel.form.and_button.click()
    assert panel.text.text() == "grade > 80"
    panel.form.column.setCurrentIndex(panel.form.column.findData("signal"))
    panel.form.side.setCurrentText("bearish")
    panel.form.or_button.click()
    assert panel.text.text() == "grade > 80 or signal is bearish"
    assert shown(panel) == ["BTC", "ETH", "FET"]
    panel.form.column.setCurrentIndex(panel.form.column.findData("grade"))
    panel.form.value.setText("high")
    qtbot.keyClick(panel.form.value, Qt.Key.Key_Return)
    assert "compared with a number" in panel.problem.text()


def test_groups_lead_the_coins_of_each_narrative_and_open_nothing(panel, qtbot):
    panel.group_box.setChecked(True)
    assert panel.model.groups == ("AI · 1", "Layer 1 · 2", f"{NO_NARRATIVE} · 1")
    assert shown(panel) == ["", "FET", "", "BTC", "ETH", "", "NEW"]
    assert panel.table.columnSpan(0, 0) == len(panel.model.columns)
    opened = []
    panel.open_requested.connect(opened.append)
    panel.table.open_requested.emit(0)
    panel.table.open_requested.emit(1)
    assert opened == ["FET/USDT"]
    assert panel.model.hits() == ("FET/USDT", "BTC/USDT", "ETH/USDT", "NEW/USDT")


@pytest.mark.parametrize(
    ("column", "order", "expected"),
    [
        ("grade", DOWN, ["FET", "BTC", "ETH", "NEW"]),
        ("grade", UP, ["ETH", "BTC", "FET", "NEW"]),
        ("narrative", UP, ["FET", "BTC", "ETH", "NEW"]),
        ("last_week", UP, ["BTC", "ETH", "FET", "NEW"]),
    ],
)
def test_sorting_leaves_what_is_unknown_last(panel, column, order, expected):
    panel.model.sort(panel.model.columns.index(column), order)
    assert shown(panel) == expected


def test_prices_that_come_in_change_who_matches_and_keep_the_choice(panel, qtbot):
    type_in(panel, "24h > 0")
    panel.table.choose(panel.model.row_of("FET/USDT"))
    panel.model.apply([ticker("BTC/USDT", 1.0, -3.0), ticker("ETH/USDT", 2.0, 4.0)])
    panel.rearrange()
    assert shown(panel) == ["ETH", "FET"]
    assert panel.model.symbol_at(panel.table.currentIndex().row()) == "FET/USDT"
    assert cell(panel.model, 0, "price") == "2.00"


def test_only_rows_that_changed_are_told(panel):
    told = []
    panel.model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    assert panel.model.apply([ticker("FET/USDT", 1.3, 5.0), ticker("OTHER/USDT", 1.0)])
    assert told == [(2, 2)]
    assert not panel.model.apply([ticker("FET/USDT", 1.3, 5.0)])


def test_unknown_cells_are_dashes_and_every_cell_says_its_column(panel):
    assert [cell(panel.model, 3, name) for name in ("price", "grade", "signal", "narrative")] == ["–"] * 4
    assert cell(panel.model, 1, "signal", 11) == "Signal: ▼ Bearish"
    assert cell(panel.model, 0, "last_week", 11) == "Last week: +200.00 %"


def test_a_head_that_is_too_long_is_cut_at_its_end(panel):
    panel.show_columns(("vote_levels", "price"))
    header, metrics = panel.table.horizontalHeader(), panel.table.fontMetrics()
    width = header.sectionSize(1)
    assert metrics.horizontalAdvance(COLUMNS["vote_levels"].title) > width
    assert header.textElideMode() is Qt.TextElideMode.ElideRight


def test_a_market_is_written_as_on_the_watchlist_its_quote_in_grey(panel):
    panel.table.viewport().grab()
    place = panel.table.visualRect(panel.model.index(0, 0))
    image = panel.table.viewport().grab(place).toImage()
    inks = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {DARK.text, DARK.muted} <= inks


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_column_can_be_shown_and_painted(panel, theme):
    panel.set_theme(theme)
    panel.show_columns(tuple(COLUMNS))
    panel.resize(2400, 300)
    assert not panel.grab().isNull()
    assert len(panel.model.columns) == len(COLUMNS)


def test_nothing_that_matches_says_what_to_do(panel):
    type_in(panel, "grade > 99")
    assert panel.nothing.isVisible()
    assert "Take a condition away" in panel.nothing.text()


def test_nothing_that_matches_says_so_where_nothing_is_known_yet(panel):
    type_in(panel, "funding > 0")
    assert "none has a value in “Funding”" in panel.nothing.text()
    assert "no perpetual of it was asked about" in panel.nothing.text()


def test_screens_are_saved_renamed_deleted_and_brought_back(panel, keeper, tmp_path):
    menu = ScreenerMenu(panel, keeper)
    type_in(panel, "grade > 80")
    menu.save_as("Strong")
    assert keeper.book.screens == (SavedScreen("Strong", "grade > 80", FIRST_COLUMNS),)
    menu.save_as("STRONG")
    assert "already" in panel.problem.text()
    menu.rename("Best")
    menu.delete()
    assert keeper.book.screens == ()
    assert keeper.undo_words == "delete Best"
    keeper.undo()
    keeper.stop()
    assert [one.name for one in WatchlistKeeper(tmp_path / "lists.json").book.screens] == ["Best"]


def test_a_saved_screen_brings_back_its_order_and_says_when_it_was_changed(panel, keeper):
    menu = ScreenerMenu(panel, keeper)
    type_in(panel, "grade > 60")
    panel.table.sortByColumn(panel.model.columns.index("grade"), DOWN)
    menu.save_as("Strong")
    saved = keeper.book.screen_named("Strong")
    assert (saved.sorted_by, saved.is_descending) == ("grade", True)
    panel.offer(("Strong",), "Strong")
    panel.mark(saved)
    assert panel.saved.currentText() == "Strong"
    type_in(panel, "grade > 70")
    panel.mark(saved)
    assert panel.saved.currentText() == "Strong · changed"
    panel.show_screen(None)
    panel.mark(None)
    assert (panel.saved.currentText(), panel.model.sorted_by) == (EVERY_COIN, "")
    type_in(panel, "grade > 1")
    panel.mark(None)
    assert (panel.saved.currentIndex(), panel.saved.placeholderText()) == (-1, "Not saved yet")
    panel.show_screen(saved)
    assert shown(panel) == ["FET", "BTC", "ETH"]


def test_names_of_narratives_are_offered_while_they_are_typed(panel):
    panel.add_button.click()
    form = panel.form
    form.column.setCurrentIndex(form.column.findData("narrative"))
    completer = form.value.completer()
    completer.setCompletionPrefix("layer")
    assert [
        completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())
    ] == ["Layer 1"]
    form.column.setCurrentIndex(form.column.findData("grade"))
    completer.setCompletionPrefix("")
    assert completer.completionCount() == 0


def test_hits_go_into_a_list_each_once(panel, keeper):
    menu = ScreenerMenu(panel, keeper)
    keeper.change(WatchBook((WatchList("Mine", ("FET/USDT",)),)), "new list")
    wanted = []
    menu.watch_requested.connect(wanted.append)
    type_in(panel, "grade > 80")
    menu.add_hits("Mine")
    assert keeper.book.list_named("Mine").symbols == ("FET/USDT", "BTC/USDT")
    assert wanted == [("BTC/USDT", "FET/USDT")]
    menu.fill()
    assert any("Add 2 coins to" in action.text() for action in menu.actions())


def test_moves_are_read_from_closed_candles_and_stale_ones_are_unknown():
    stored = StoredCandles()
    stored.series = lambda: list(stored.by_key)
    fresh, stale = (SeriesKey(LIVE.name, one, "1h") for one in ("BTC/USDT", "ETH/USDT"))
    stored.by_key = {fresh: columns(fresh, 24 * 20), stale: columns(stale, 100, NOW_MS - 9 * 86_400_000)}
    wanted = CoinsWanted(LIVE.name, "1h", SYMBOLS, NOW_MS)
    numbers, lines, closed_ms = read_moves(stored, wanted)
    assert closed_ms[0] == stored.by_key[fresh].open_time[-1] + 3_600_000
    assert np.isnan(closed_ms[1:]).all()
    close = stored.by_key[fresh].close
    assert numbers["price"][0] == close[-1]
    assert numbers["change_7d"][0] == pytest.approx((close[-1] / close[-1 - 168] - 1) * 100)
    assert numbers["change_1h"][0] == pytest.approx((close[-1] / close[-2] - 1) * 100)
    assert numbers["change_4h"][0] == pytest.approx((close[-1] / close[-5] - 1) * 100)
    assert np.isnan(numbers["change_30d"][0])
    assert np.isnan(numbers["price"][1:]).all()
    assert list(lines["last_week"]) == list(lines["last_day"]) == ["BTC/USDT"]


def test_a_change_of_hours_is_unknown_where_that_very_close_is_missing():
    stored = StoredCandles()
    stored.series = lambda: list(stored.by_key)
    key = SeriesKey(LIVE.name, "BTC/USDT", "1h")
    whole = columns(key, 24 * 3)
    stored.by_key = {key: whole.pick(np.arange(len(whole)) != len(whole) - 2)}
    numbers, _lines, _closed_ms = read_moves(stored, CoinsWanted(LIVE.name, "1h", ("BTC/USDT",), NOW_MS))
    assert np.isnan(numbers["change_1h"][0])
    assert numbers["change_4h"][0] == pytest.approx((whole.close[-1] / whole.close[-5] - 1) * 100)


def test_the_newest_closed_signal_of_a_coin_counts():
    hour, day = (SeriesKey(LIVE.name, "BTC/USDT", one) for one in ("1h", "4h"))
    older = signal(hour, NOW_MS - 9 * 3_600_000, 1.0, Direction.BULLISH)
    newer = signal(day, NOW_MS - 8 * 3_600_000, 1.0, Direction.BEARISH)
    forming = signal(hour, NOW_MS, 1.0, Direction.BULLISH, closed=False)
    assert newest_signals([newer, older, forming]) == {"BTC/USDT": newer}


def test_an_empty_store_knows_narratives_only(tmp_path: Path):
    held = (Holding("FET", 1.0, None, None, None),)
    standing = IndexStanding(
        "ai", "AI", NOW_MS, 1e3, 1.0, 2.5, 3.0, 4.0, 2, None, None, 0, 0, None, None, held
    )
    files = Files(tmp_path / "candles.db", tmp_path / "ledger.db", tmp_path / "observations.db")
    read = read_coins(files, CoinsWanted(LIVE.name, "1h", SYMBOLS, NOW_MS, (standing,)))
    assert read.coins.cells("narrative") == ((), (), ("AI",), ())
    assert read.coins.number("narrative_7d")[2] == 2.5
    assert np.isnan(read.coins.number("grade")).all()
    assert parse("narrative rank <= 2") is not None


def test_the_window_opens_the_screener_and_a_hit_on_the_chart(qtbot, tmp_path):
    around = Desk(tmp_path)
    window = around.open()
    qtbot.addWidget(window)
    around.welcome(LIVE)
    around.prices()
    window.actions_by_id["screener.focus"].trigger()
    desk = window.lists.screener
    qtbot.waitUntil(lambda: desk.panel is not None and desk.panel.model.rowCount() > 0)
    assert desk.panel.text.hasFocus() or not window.isActiveWindow()
    desk.panel.text.setText("market contains pepe")
    desk.panel.text.returnPressed.emit()
    assert shown(desk.panel) == ["PEPE"]
    desk.panel.table.open_requested.emit(0)
    assert window.desk.key.symbol == "PEPE/USDT"
    window.finish()


def test_the_screener_begins_as_it_was_left_and_a_coin_of_it_goes_into_a_list(qtbot, tmp_path):
    around = Desk(tmp_path)
    window = around.open()
    qtbot.addWidget(window)
    around.welcome()
    lists = window.lists
    lists.editing.add_to_new(("ETH/USDT",), "Core")
    window.actions_by_id["screener.focus"].trigger()
    panel = lists.screener.panel
    panel.show_coins(coins())
    panel.take_columns(("grade", "price"))
    panel.table.sortByColumn(1, DOWN)
    type_in(panel, "grade > 80")
    menus = []
    panel.row_menu_opened.connect(lambda menu, symbol: menus.append((menu, symbol)))
    panel.table.choose(0)
    panel.table.customContextMenuRequested.emit(panel.table.visualRect(panel.model.index(0, 0)).center())
    menu, symbol = menus[0]
    offered = {action.text(): action for action in menu.actions()}
    assert symbol == "FET/USDT"
    assert list(offered) == ["Open FET/USDT", "Watch FET/USDT", "Add to a list"]
    into = {action.text(): action for action in offered["Add to a list"].menu().actions()}
    assert list(into) == ["Core", "A new list…"]
    into["Core"].trigger()
    assert lists.keeper.book.list_named("Core").symbols == ("ETH/USDT", "FET/USDT")
    menu.close()
    lists.stop()
    window.finish()
    book = WatchlistKeeper(lists.keeper._file).book
    assert book.last_screen == SavedScreen(NOT_SAVED, "grade > 80", ("grade", "price"), False, "grade", True)
    again = ScreenerDesk(around.surroundings, lists.keeper, DARK)
    again.late.ensure()
    assert again.panel.as_saved(NOT_SAVED) == book.last_screen
    assert again.panel.saved.currentIndex() == -1
    again.stop()
    again.late.deleteLater()


def test_coins_can_be_screened_by_the_lists_that_hold_them(qtbot, tmp_path):
    around = Desk(tmp_path)
    keeper = WatchlistKeeper(tmp_path / "lists.json")
    desk = ScreenerDesk(around.surroundings, keeper, DARK)
    desk.late.ensure()
    around.bridge.world.venue = LIVE
    desk.reading.read.emit(
        CoinsRead(CoinsWanted(LIVE.name, "1h", SYMBOLS, NOW_MS), coins(), *[np.full(4, NAN)] * 3)
    )
    type_in(desk.panel, "list is core")
    assert shown(desk.panel) == []
    keeper.change(WatchBook((WatchList("Core", ("ETH/USDT",)),)), "new list")
    assert shown(desk.panel) == ["ETH"]
    keeper.undo()
    assert shown(desk.panel) == []
    desk.stop()
    keeper.stop()


def test_the_head_of_the_sorted_column_says_which_way(panel):
    at = panel.model.columns.index("grade")
    panel.table.sortByColumn(at, DOWN)
    assert panel.model.headerData(at, Qt.Orientation.Horizontal) == "Grade ▼"
    panel.table.sortByColumn(at, UP)
    assert panel.model.headerData(at, Qt.Orientation.Horizontal) == "Grade ▲"
    panel.table.sortByColumn(-1, UP)
    assert panel.model.headerData(at, Qt.Orientation.Horizontal) == "Grade"


def test_the_first_click_on_a_head_shows_the_largest_or_the_youngest_or_the_nearest_first(panel):
    panel.model.set_columns(("market", "grade", "signal_age", "support_pct"))
    first = [
        panel.model.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.InitialSortOrderRole)
        for at in range(4)
    ]
    assert first == [UP, DOWN, UP, UP]


@pytest.mark.parametrize(("short", "is_whole"), [(0, True), (11, True), (40, False)])
def test_a_column_that_is_cut_by_a_little_gets_it_from_the_market(panel, short, is_whole):
    table = panel.table
    n_whole, least = 5, table.natural_width("market")
    widths = [table.columnWidth(at) for at in range(1, n_whole)]
    frame = panel.width() - table.viewport().width()
    panel.resize(least + sum(widths) - short + frame, 400)
    assert table.horizontalScrollBar().maximum() > 0, "others are scrolled to"
    end = table.columnViewportPosition(n_whole - 1) + table.columnWidth(n_whole - 1)
    assert (end == table.viewport().width()) is is_whole
    assert table.columnWidth(0) == least - short * is_whole


def test_a_name_is_asked_for_where_the_question_can_be_read(qtbot):
    over = QWidget()
    qtbot.addWidget(over)
    ask_name(over, "Save the screen as", "strong", lambda _name: None)
    dialog = over.findChild(QInputDialog)
    assert dialog.width() >= 380, "the frame cuts the title of a narrower one"
    dialog.reject()
