"""The watchlist: order, filter, prices, keys."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit, QWidget

from tests.fakes.window_world import LIVE, Desk, ticker
from workstation.domain.list_view import FIRST_COLUMNS
from workstation.domain.market import Market
from workstation.link import messages as said
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.watchlists import coin_table
from workstation.ui.watchlists.coin_delegate import PADDING
from workstation.ui.watchlists.watchlist_model import WatchlistModel
from workstation.ui.watchlists.watchlist_panel import WatchlistPanel

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager

SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "PEPE/USDT")
DOWN, UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


@pytest.fixture
def model(qtbot):
    made = WatchlistModel(lambda symbol: 1e-8 if symbol.startswith("PEPE") else 0.01)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.set_symbols(SYMBOLS)
    yield made
    tester.deleteLater()


@pytest.fixture
def panel(qtbot):
    made = WatchlistPanel(DARK, lambda _symbol: 0.01)
    qtbot.addWidget(made)
    made.resize(392, 300)
    made.set_symbols(SYMBOLS)
    made.show()
    yield made
    made.stop()


def shown(model: WatchlistModel) -> list[str]:
    return [model.symbol_at(row) for row in range(model.rowCount())]


COLUMNS = ("market", *FIRST_COLUMNS)


def at(column: str) -> int:
    return COLUMNS.index(column)


def cell(model: WatchlistModel, row: int, column: str) -> str:
    return model.data(model.index(row, at(column)))


def test_prices_are_shown_in_full_with_the_markets_own_decimals(model):
    model.apply([ticker("PEPE/USDT", 0.00001234, -0.4), ticker("BTC/USDT", 67123.4, None)])
    assert [cell(model, 3, column) for column in COLUMNS] == ["PEPE/USDT", "0.00001234", "−0.40 %", "–", ""]
    assert [cell(model, 0, column) for column in COLUMNS][1:3] == ["67,123.40", "–"]


def test_new_prices_are_told_once_for_all_rows(model, qtbot):
    told = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.apply([ticker(symbol, 1.0) for symbol in SYMBOLS])
    assert told == [(0, 3)]


def test_a_price_of_an_unwatched_market_changes_nothing(model):
    assert not model.apply([ticker("DOGE/USDT", 1.0)])


@pytest.mark.parametrize(
    ("column", "order", "expected"),
    [
        ("market", UP, ["BTC", "ETH", "PEPE", "SOL"]),
        ("market", DOWN, ["SOL", "PEPE", "ETH", "BTC"]),
        ("price", UP, ["SOL", "ETH", "BTC", "PEPE"]),
        ("price", DOWN, ["BTC", "ETH", "SOL", "PEPE"]),
        ("change_24h", DOWN, ["SOL", "BTC", "ETH", "PEPE"]),
        ("", UP, ["BTC", "ETH", "SOL", "PEPE"]),
    ],
)
def test_sorting_puts_what_is_unknown_last_and_can_be_taken_back(model, column, order, expected):
    model.apply([ticker("BTC/USDT", 60_000, 1), ticker("ETH/USDT", 3000, -1), ticker("SOL/USDT", 170, 4)])
    model.sort(at(column) if column else -1, order)
    assert [symbol.partition("/")[0] for symbol in shown(model)] == expected


def test_the_selection_stays_on_its_market_when_rows_change_places(panel):
    panel.apply([ticker("BTC/USDT", 2, 1), ticker("ETH/USDT", 3, 2)])
    panel.show_opened("BTC/USDT")
    panel.table.sortByColumn(at("change_24h"), DOWN)
    assert shown(panel.model)[0] == "ETH/USDT"
    assert panel.current_symbol == "BTC/USDT"
    panel.apply([ticker("BTC/USDT", 2, 9)])
    panel.model.rearrange()
    assert (shown(panel.model)[0], panel.current_symbol) == ("BTC/USDT", "BTC/USDT")


def test_rows_sorted_by_price_change_places_at_most_once_a_second(panel):
    panel.table.sortByColumn(at("price"), DOWN)
    panel.apply([ticker("ETH/USDT", 3)])
    first = shown(panel.model)
    assert panel._resorting.isActive()
    assert panel._resorting.interval() == 1000
    panel.model.rearrange()
    assert shown(panel.model)[0] == "ETH/USDT" != first[0]


def test_the_market_on_the_chart_is_chosen_again_when_the_filter_lets_it_through(panel, qtbot):
    panel.show_opened("ETH/USDT")
    panel.filter.setText("zz")
    assert panel.current_symbol == ""
    qtbot.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert panel.current_symbol == "ETH/USDT"


def test_the_filter_narrows_and_says_when_nothing_is_left(panel, qtbot):
    qtbot.keyClicks(panel.filter, "et")
    assert shown(panel.model) == ["ETH/USDT"]
    panel.filter.setText("<b>zz")
    assert panel.model.rowCount() == 0
    assert panel._nothing.isVisible()
    assert panel._nothing.text().splitlines()[0] == "No watched market holds “<b>zz”."
    assert "Esc" in panel._nothing.text()
    panel.filter.clear()
    assert shown(panel.model) == list(SYMBOLS)


def test_enter_in_the_filter_opens_the_first_hit(panel, qtbot):
    panel.filter.setText("sol")
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.filter, Qt.Key.Key_Return)
    assert opened.args == ["SOL/USDT"]


def test_enter_and_double_click_open_a_row_and_del_asks_to_remove_it(panel, qtbot):
    panel.show_opened("ETH/USDT")
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert opened.args == ["ETH/USDT"]
    with qtbot.waitSignal(panel.open_requested) as opened:
        panel.table.doubleClicked.emit(panel.model.index(2, 1))
    assert opened.args == ["SOL/USDT"]
    with qtbot.waitSignal(panel.edited) as edited:
        qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert edited.args == [("BTC/USDT", "SOL/USDT", "PEPE/USDT")]
    assert shown(panel.model) == list(SYMBOLS), "the list changes when the engine says so"


def test_a_market_cannot_be_watched_twice(panel, qtbot):
    with qtbot.assertNotEmitted(panel.edited), qtbot.waitSignal(panel.told) as told:
        panel.add("BTC/USDT")
    assert told.args == ["BTC/USDT is already in this list; nothing is in it twice."]
    panel.set_symbols(("A/B", "A/B", "C/D"))
    assert shown(panel.model) == ["A/B", "C/D"]


def test_prices_survive_when_the_list_changes(model):
    model.apply([ticker("SOL/USDT", 171.4)])
    model.set_symbols(("SOL/USDT", "NEW/USDT"))
    assert cell(model, 0, "price") == "171.40"
    assert cell(model, 1, "price") == "–"


def test_tab_leaves_the_table(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    from PySide6.QtWidgets import QVBoxLayout

    column = QVBoxLayout(window)
    made, after = WatchlistPanel(LIGHT, lambda _symbol: 0.0), QLineEdit()
    made.set_symbols(SYMBOLS)
    column.addWidget(made)
    column.addWidget(after)
    with qtbot.waitActive(window):
        window.show()
    made.table.setFocus()
    qtbot.keyClick(made.table, Qt.Key.Key_Tab)
    assert after.hasFocus()
    made.stop()


def test_a_symbol_from_a_hostile_venue_stays_plain(panel):
    panel.set_symbols(("<b>x</b>\u202egnp/USDT\n", "A" * 5000))
    assert "\u202e" not in cell(panel.model, 0, "market")
    assert "\n" not in cell(panel.model, 0, "market")
    assert len(cell(panel.model, 1, "market")) == 40
    tip = panel.model.data(panel.model.index(0, 0), int(Qt.ItemDataRole.ToolTipRole))
    assert "<b>" not in tip
    assert "&lt;b&gt;x" in tip
    panel.grab()


def test_a_moved_price_is_tinted_and_the_tint_goes_away(panel, qtbot):
    panel.apply([ticker("BTC/USDT", 100.0)])
    panel.apply([ticker("BTC/USDT", 101.0)])
    assert panel._tints.isActive()
    tinted = _colours_of_last(panel)
    qtbot.waitUntil(lambda: not panel._tints.isActive())
    assert tinted != _colours_of_last(panel)


def test_prices_changes_and_markets_fit_at_the_default_width(tmp_path, qtbot):
    desk = Desk(tmp_path)
    qtbot.addWidget(desk.open())
    window, table = desk.window, desk.window.watchlist.table
    window.resize(1280, 800)
    desk.welcome(watchlist=("MATIC/USDT", "RENDER/USDT", *(f"C{number}/USDT" for number in range(40))))
    qtbot.waitUntil(lambda: table.verticalScrollBar().isVisible())
    assert table.horizontalHeader().length() <= table.viewport().width()
    plain = table.fontMetrics()
    for column, text in (
        ("price", "0.00001127"),
        ("price", "117,345.67"),
        ("change_24h", "+111.64 %"),
    ):
        assert plain.horizontalAdvance(text) <= table.columnWidth(at(column)) - 2 * PADDING, text
    window.watchlist.table.viewport().grab()
    room = table.columnWidth(at("market")) - 2 * PADDING
    for symbol in ("MATIC/USDT", "RENDER/USDT"):
        assert "/".join(window.watchlist.delegate._fitted(symbol, room)[:2]) == symbol
    window.finish()


def test_where_it_is_narrow_bases_are_cut_alike_and_the_quote_goes_for_all(panel):
    panel.table.viewport().grab()
    fitted = panel.delegate._fitted
    bases, quotes, _ = zip(*(fitted(s, 90) for s in ("BTC/USDT", "1000SATSLONG/USDT")), strict=True)
    assert quotes == ("USDT", "USDT")
    assert (bases[0], bases[1][-1]) == ("BTC", "…")
    assert [fitted(s, 60)[1] for s in ("BTC/USDT", "1000SATSLONG/USDT")] == ["", ""]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (420, set(COLUMNS)),
        (340, {"market", "price", "change_24h", "last_day"}),
        (270, {"market", "price", "change_24h"}),
        (185, {"market", "price"}),
    ],
)
def test_a_narrow_list_leaves_columns_out_instead_of_cutting_prices(panel, width, columns):
    panel.resize(width, 300)
    assert {column for column in COLUMNS if not panel.table.isColumnHidden(at(column))} == columns
    assert panel.table.horizontalHeader().length() <= panel.table.viewport().width()


def _colours_of_last(panel: WatchlistPanel) -> set[str]:
    image = panel.table.viewport().grab().toImage()
    x = panel.table.columnViewportPosition(at("price"))
    return {image.pixelColor(x + 6, y).name() for y in range(30)}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_rise_and_fall_have_their_colours_and_a_sparkline_is_drawn(panel, theme):
    panel.set_theme(theme)
    panel.model.set_spark("ETH/USDT", np.array([1.0, 3.0, 2.0, 5.0]))
    panel.apply([ticker("BTC/USDT", 1, -3.0), ticker("ETH/USDT", 1, 3.0)])
    image = panel.table.viewport().grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(60)}
    assert {theme.rise, theme.fall} <= colours


def test_the_empty_list_says_how_to_fill_it(panel):
    panel.set_symbols(())
    assert panel._nothing.isVisible()
    assert panel._nothing.text() == "The watchlist comes with the venue."
    panel.set_venue_known(is_known=True)
    assert "Ctrl+D" in panel._nothing.text()


def test_a_thousand_rows_take_prices_without_asking_for_hidden_ones(panel):
    symbols = tuple(f"C{number}/USDT" for number in range(1000))
    panel.set_symbols(symbols)
    asked = []
    plain = panel.delegate.paint
    panel.delegate.paint = lambda painter, option, index: (
        asked.append(index.row()),
        plain(painter, option, index),
    )
    panel.apply([ticker(symbol, 5.0) for symbol in symbols])
    panel.table.viewport().grab()
    assert 0 < len(set(asked)) < 30


@pytest.fixture
def painted(panel, qtbot, monkeypatch):
    """What was painted of the rows, as areas."""
    areas: list[QRect] = []

    class Listener(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint:
                areas.extend(QRect(area) for area in event.region())
            return False

    listener = Listener()
    panel.set_symbols(tuple(f"C{number}/USDT" for number in range(200)))
    panel.apply([ticker(symbol, 5.0) for symbol in panel.model.symbols])
    qtbot.waitUntil(lambda: not panel._tints.isActive(), timeout=20_000)
    panel.table.viewport().grab()
    QCoreApplication.processEvents()
    monkeypatch.setattr(coin_table, "QAccessible", SimpleNamespace(isActive=lambda: False))
    panel.table.viewport().installEventFilter(listener)
    yield areas
    panel.table.viewport().removeEventFilter(listener)


def test_new_prices_paint_their_own_columns_in_sight_and_tints_in_the_same_go(panel, painted, qtbot):
    panel.apply([ticker(symbol, 6.0, 1.0) for symbol in panel.model.symbols])
    qtbot.waitUntil(lambda: len(painted) > 0, timeout=20_000)
    table = panel.table
    left, right = (table.columnViewportPosition(at(one)) for one in ("price", "change_24h"))
    right += table.columnWidth(at("change_24h"))
    first = painted[0]
    assert (first.left(), first.right() + 1) == (left, right)
    assert all(left <= area.left() and area.right() < right for area in painted)


def test_a_price_out_of_sight_paints_nothing_of_its_own(panel, painted):
    index = panel.model.index(150, at("price"))
    assert panel.table.place_of(index, index).isEmpty()
    first, last = panel.model.index(0, at("price")), panel.model.index(0, at("price"))
    row = panel.table.place_of(first, last)
    assert (row.top(), row.height()) == (0, panel.table.rowHeight(0))


def test_columns_that_move_with_prices_are_told_run_by_run(model):
    model.set_columns(("price", "grade", "change_24h", "volume_24h"))
    told = []
    model.dataChanged.connect(lambda first, last, _roles: told.append((first.column(), last.column())))
    model.apply([ticker("BTC/USDT", 7.0, 2.0)])
    assert told == [(1, 1), (3, 4)]


def test_the_chosen_row_is_painted_so_and_the_mark_moves_with_its_market(panel):
    panel.table.choose(1)
    chosen = panel.table.viewport().grab().toImage()
    places = [panel.table.visualRect(panel.model.index(row, 0)).center() for row in (0, 1)]
    marked = [chosen.pixelColor(panel.table.columnWidth(0) - 2, place.y()).name() for place in places]
    assert marked[1] == QColor(DARK.selection).name() != marked[0]


@pytest.mark.parametrize("way", ["menu key", "shift and F10"])
def test_a_menu_opened_by_key_is_of_the_chosen_row(panel, qtbot, way):
    menus = []
    panel.row_menu_opened.connect(lambda menu, symbol: menus.append((menu, symbol)))
    panel.table.choose(1)
    if way == "menu key":
        below = panel.table.visualRect(panel.model.index(1, 0)).center() + QPoint(0, panel.table.rowHeight(0))
        reason = QContextMenuEvent.Reason.Keyboard
        QCoreApplication.sendEvent(panel.table, QContextMenuEvent(reason, below, panel.mapToGlobal(below)))
    else:
        qtbot.keyClick(panel.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert [symbol for _menu, symbol in menus] == ["ETH/USDT"]
    menus[0][0].close()


def test_prices_take_the_decimals_of_markets_that_are_listed_after_what_is_watched(tmp_path, qtbot):
    desk = Desk(tmp_path)
    qtbot.addWidget(desk.open(), before_close_func=lambda window: window.finish())
    desk.tell(said.Welcome(said.PROTOCOL, "0.1.0", 4711, LIVE, ("BTC/USDT",)))
    desk.prices({"BTC/USDT": 64_000.123456})
    model = desk.window.watchlist.model
    assert model.price_text(0) == "64,000.12"
    desk.tell(said.MarketsListed((Market("BTC/USDT", "BTC", "USDT", 0.1),), is_last=True))
    assert model.price_text(0) == "64,000.1"
