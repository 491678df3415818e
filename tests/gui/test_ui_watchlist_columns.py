"""The columns of each list: chosen, moved, widened, kept; grouped and narrowed; rows moved and dragged."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent

from tests.fakes.window_world import LIVE, NOW_MS, PRICES, Desk, markets, ticker
from workstation.domain.level import LevelDistances
from workstation.domain.list_view import FIRST_COLUMNS, FIRST_VIEW, TEMPLATES, ListView
from workstation.domain.narrative_index import Holding
from workstation.domain.screen_column import COLUMNS, NO_GRADE, CoinColumns
from workstation.link import messages as said
from workstation.storage.coin_reading import CoinsRead, CoinsWanted
from workstation.ui.asking import Asking
from workstation.ui.keyboard.palette_rows import Kind
from workstation.ui.narratives.narrative_coin_model import NarrativeCoinModel
from workstation.ui.theme import DARK
from workstation.ui.watchlists.column_dialog import ColumnDialog
from workstation.ui.watchlists.screener_words import column_words
from workstation.ui.watchlists.watchlist_desk import WatchlistDesk
from workstation.ui.watchlists.watchlist_panel import WatchlistPanel
from workstation.ui.widgets.market_drag import dragged, markets_in

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager

WATCHED = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
ALT = Qt.KeyboardModifier.AltModifier
TIP, ALOUD = int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)
NAN = float("nan")


@pytest.fixture
def around(tmp_path, qapp):
    return Desk(tmp_path)


@pytest.fixture
def desk(around, qtbot):
    bridge = around.bridge
    made = WatchlistDesk(around.surroundings, Asking(bridge, around.requests), DARK)
    qtbot.addWidget(made.panel)
    made.panel.resize(700, 400)
    made.viewing.reading.background.hold(600_000)  # the store of these tests is empty
    bridge.on_fact(said.Welcome(1, "0.1.0", 1, LIVE, WATCHED))
    bridge.on_fact(said.MarketsListed(markets(), is_last=True))
    made.panel.show()
    yield made
    made.stop()


@pytest.fixture
def panel(desk):
    return desk.panel


@pytest.fixture
def told(around):
    heard = []
    around.bridge.notice_posted.connect(lambda _subject, text: heard.append(text))
    return heard


def shown(panel: WatchlistPanel) -> list[str]:
    model = panel.model
    return [model.symbol_at(row).split("/")[0] or model.group_at(row) for row in range(model.rowCount())]


def cell(panel: WatchlistPanel, row: int, column: str, role: int = 0) -> str:
    return panel.model.data(panel.model.index(row, panel.model.columns.index(column)), role)


def coins() -> CoinColumns:
    return CoinColumns(
        WATCHED,
        {
            "price": np.array([1.0, 2.0, 3.0]),
            "signal": np.array([1.0, -1.0, NAN]),
            "change_7d": np.array([5.0, -2.0, NAN]),
        },
        {"narrative": (("Layer 1",), ("Layer 1",), ())},
    )


def read_from_store(desk: WatchlistDesk) -> None:
    wanted = CoinsWanted(LIVE.name, "1h", WATCHED, NOW_MS)
    desk.viewing.reading.background.read.emit(
        CoinsRead(wanted, coins(), np.array([NOW_MS - 3.6e6, NAN, NAN]), *[np.full(3, NAN)] * 2)
    )


def drop(panel: WatchlistPanel, symbols, row: int, *, own: bool) -> None:
    table = panel.table
    y = table.rowViewportPosition(row) + 2 if row < panel.model.rowCount() else table.viewport().height() - 2
    carried = dragged(symbols)
    event = QDropEvent(
        QPointF(20, y),
        Qt.DropAction.CopyAction,
        carried,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    if own:
        table.markets_dropped.emit(tuple(symbols), table._row_below(event), True)
    else:
        table.dropEvent(event)


def test_each_list_keeps_its_own_columns_and_they_survive_the_session(desk, panel, around):
    desk.editing.create("Mine", WATCHED)
    panel.show_columns(("grade", "signal", "support_pct"))
    desk.editing.show("")
    assert panel.model.columns == ("market", *FIRST_COLUMNS)
    desk.editing.show("Mine")
    assert panel.model.columns == ("market", "grade", "signal", "support_pct")
    desk.stop()
    again = WatchlistDesk(
        around.surroundings,
        Asking(around.bridge, around.requests),
        DARK,
    )
    assert again.keeper.book.view_of("Mine").columns == ("grade", "signal", "support_pct")
    again.stop()


def test_other_columns_can_be_taken_back(desk, panel):
    desk.viewing.take_template("Signals")
    assert panel.model.columns[1:] == TEMPLATES["Signals"]
    assert desk.keeper.undo_words == "columns of All watched"
    desk.keeper.undo()
    assert panel.model.columns[1:] == FIRST_COLUMNS
    desk.viewing.take_template("Levels")
    desk.viewing.take_template("")
    assert panel.view == FIRST_VIEW


def test_the_palette_knows_what_can_be_done_with_the_list(desk, panel):
    handlers = desk.handlers(lambda _title, focus: focus())
    handlers["watchlist.group"]()
    assert panel.model.is_grouped
    handlers["watchlist.undo"]()
    assert not panel.model.is_grouped
    handlers["watchlist.columns"]()
    assert panel.findChild(ColumnDialog).isVisible()


def test_a_column_dragged_in_the_header_stays_there(desk, panel, qtbot):
    header = panel.table.horizontalHeader()
    header.moveSection(header.visualIndex(3), 1)
    qtbot.waitUntil(lambda: panel.model.columns[1] == "grade")
    assert panel.model.columns == ("market", "grade", "price", "change_24h", "last_day")
    assert [header.visualIndex(at) for at in range(5)] == [0, 1, 2, 3, 4]
    assert desk.keeper.book.watched_view.columns == panel.model.columns[1:]


def test_a_width_is_remembered_and_forgotten(desk, panel, qtbot):
    panel.table.horizontalHeader().resizeSection(1, 144)
    qtbot.waitUntil(lambda: desk.keeper.book.watched_view.widths == (("price", 144),))
    assert desk.keeper.undo_words == "", "a width is not worth an undo"
    desk.editing.create("Other", WATCHED)
    assert panel.table.columnWidth(1) != 144
    desk.editing.show("")
    assert panel.table.columnWidth(1) == 144
    panel.table.forget_widths()
    assert panel.table.columnWidth(1) != 144


def test_columns_that_do_not_fit_are_scrolled_to_once_the_trader_chose_them(desk, panel):
    panel.resize(260, 300)
    assert panel.table.isColumnHidden(panel.model.columns.index("grade"))
    panel.show_columns(tuple(name for name in COLUMNS if name != "market"))
    assert not any(panel.table.isColumnHidden(at) for at in range(len(panel.model.columns)))
    assert panel.table.horizontalScrollBar().maximum() > 0
    assert panel.table.columnWidth(0) >= 60


def test_markets_stay_in_sight_while_other_columns_are_scrolled(desk, panel, qtbot):
    panel.resize(300, 300)
    panel.show_columns(tuple(name for name in COLUMNS if name != "market"))
    table = panel.table
    table.horizontalScrollBar().setValue(200)
    assert table.frozen.isVisible()
    assert table.frozen.width() == table.columnWidth(0)
    table.choose(1)
    assert table.frozen.currentIndex().row() == 1
    panel.grab()
    head = table.horizontalHeader().viewport()
    qtbot.mouseClick(head, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    qtbot.mouseClick(head, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert shown(panel) == ["SOL", "ETH", "BTC"], "its own head was clicked, not the one below"
    qtbot.mouseClick(head, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert not panel.model.is_sorted
    desk.viewing.take_template("")
    assert not table.frozen.isVisible()


def test_the_dialog_of_columns_works_with_the_keyboard_alone(desk, panel, qtbot):
    desk.viewing.choose_columns()
    dialog = panel.findChild(ColumnDialog)
    assert dialog.windowTitle() == "Columns of All watched"
    qtbot.waitUntil(lambda: dialog.list.hasFocus() and dialog.list.currentRow() == 0)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down, ALT)
    assert dialog.columns[:2] == ("change_24h", "price")
    dialog.list.setCurrentRow(len(FIRST_COLUMNS))
    first_hidden = dialog.list.currentItem().data(Qt.ItemDataRole.UserRole)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    assert dialog.columns[-1] == first_hidden
    dialog.buttons.accepted.emit()
    assert panel.model.columns[1:] == ("change_24h", "price", "grade", "last_day", first_hidden)


def test_the_dialog_offers_every_column_once_and_templates(qtbot):
    dialog = ColumnDialog("Columns", ("grade",))
    qtbot.addWidget(dialog)
    assert dialog.list.count() == len(COLUMNS) - 1
    dialog.template.setCurrentText("Levels")
    dialog._take_template()
    assert dialog.columns == TEMPLATES["Levels"]


def test_what_the_store_knows_is_shown_and_heard_prices_stay(desk, panel):
    panel.apply([ticker("BTC/USDT", 64_000.0, 1.0)])
    panel.show_columns(("price", "signal", "signal_age", "change_7d", "narrative", "list"))
    read_from_store(desk)
    assert [cell(panel, 0, name) for name in ("price", "signal", "change_7d")] == [
        "64,000.00",
        "▲ Bullish",
        "+5.00 %",
    ]
    assert cell(panel, 1, "price") == "2.00", "of a market that nobody told its newest close"
    assert cell(panel, 2, "signal") == "–"
    assert COLUMNS["signal"].absent in cell(panel, 2, "signal", TIP)
    assert not panel.model.moved.any(), "nothing moved: it was only read"


def test_distances_of_levels_come_from_the_engine_and_what_is_missing_says_why(desk, panel, around, qtbot):
    panel.show_columns(TEMPLATES["Levels"])
    read_from_store(desk)
    assert cell(panel, 0, "support_pct") == "–"
    assert "once the coin&#x27;s history is there, and at each close" in cell(panel, 0, "support_pct", TIP)
    around.bridge.on_fact(
        said.LevelDistancesSaid("1h", (LevelDistances("BTC/USDT", 1.234, 2.04, None, None),))
    )
    qtbot.waitUntil(lambda: cell(panel, 0, "support_pct") == "1.23 %")
    assert [cell(panel, 0, name) for name in TEMPLATES["Levels"][2:]] == ["2.0", "–", "–"]


def test_a_grade_that_is_not_there_says_why(panel):
    panel.set_symbols(WATCHED)
    assert cell(panel, 0, "grade", ALOUD) == NO_GRADE


def test_groups_fold_with_the_keyboard_and_stay_folded(desk, panel, qtbot):
    panel.group(True)
    read_from_store(desk)
    assert shown(panel) == ["Layer 1", "BTC", "ETH", "No narrative", "SOL"]
    panel.table.choose(0)
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    qtbot.keyClick(panel.table, Qt.Key.Key_Left)
    assert shown(panel) == ["Layer 1", "No narrative", "SOL"]
    assert cell(panel, 0, "market", ALOUD) == "Layer 1 · 2, folded"
    assert panel.table.currentIndex().row() == 0
    qtbot.waitUntil(lambda: desk.keeper.book.watched_view.folded == ("Layer 1",))
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert shown(panel) == ["Layer 1", "BTC", "ETH", "No narrative", "SOL"]
    panel.grab()


def test_a_condition_becomes_a_chip_of_its_list_and_a_name_stays_a_name(desk, panel, qtbot):
    read_from_store(desk)
    panel.filter.setText("signal is bullish")
    assert len(shown(panel)) == 3, "nothing is narrowed while it is typed"
    qtbot.keyClick(panel.filter, Qt.Key.Key_Return)
    assert shown(panel) == ["BTC"]
    assert panel.filter.text() == ""
    assert [chip.accessibleName() for chip in panel.narrowing.chips.chips] == [
        "Remove the condition Signal is bullish"
    ]
    assert desk.keeper.undo_words == "conditions of All watched"
    desk.editing.create("Other", WATCHED)
    assert len(shown(panel)) == 3
    desk.editing.show("")
    assert shown(panel) == ["BTC"]
    panel.narrowing.chips.chips[0].click()
    assert len(shown(panel)) == 3


def test_a_condition_that_cannot_be_read_is_said_and_changes_nothing(desk, panel, qtbot):
    panel.filter.setText("grad > 80")
    qtbot.keyClick(panel.filter, Qt.Key.Key_Return)
    assert "did you mean “grade”?" in panel.narrowing.problem.text()
    assert len(shown(panel)) == 3
    panel.filter.setText("zec > 3 or")
    assert panel.narrowing.problem.text() == ""


def test_sorting_is_kept_with_the_list(desk, panel, qtbot):
    panel.apply([ticker(symbol, price) for symbol, price in zip(WATCHED, (1.0, 3.0, 2.0), strict=True)])
    panel.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert shown(panel) == ["ETH", "SOL", "BTC"]
    qtbot.waitUntil(lambda: desk.keeper.book.watched_view.sorted_by == "price")
    desk.editing.create("Other", WATCHED)
    assert shown(panel) == ["BTC", "ETH", "SOL"]
    desk.editing.show("")
    assert shown(panel) == ["ETH", "SOL", "BTC"]


def test_rows_are_dragged_in_the_traders_own_order_and_that_is_undone(desk, panel, around, qtbot):
    drop(panel, ["SOL/USDT"], 0, own=True)
    assert around.requests.asked[-1] == ("watch", ("SOL/USDT", "BTC/USDT", "ETH/USDT"))
    panel.table.choose(0)
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    qtbot.keyClick(panel.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert around.requests.asked[-1] == ("watch", WATCHED)
    desk.editing.create("Mine", WATCHED)
    drop(panel, ["BTC/USDT"], 3, own=True)
    assert panel.model.symbols == ("ETH/USDT", "SOL/USDT", "BTC/USDT")
    assert desk.keeper.undo_words == "order of Mine"
    desk.keeper.undo()
    assert panel.model.symbols == WATCHED


def test_rows_of_a_sorted_list_do_not_move_and_that_is_said(desk, panel, told, qtbot):
    panel.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    panel.table.choose(0)
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    qtbot.keyClick(panel.table, Qt.Key.Key_Down, ALT)
    assert "your own order" in told[-1]
    told.clear()
    drop(panel, ["SOL/USDT"], 2, own=True)
    assert "your own order" in told[-1]
    assert panel.model.symbols == WATCHED


def test_coins_dragged_onto_a_list_are_added_once_and_twice_is_said(desk, panel, around, told):
    desk.editing.create("Mine", ("BTC/USDT",))
    drop(panel, ["PEPE/USDT", "BTC/USDT"], 0, own=False)
    assert panel.model.symbols == ("PEPE/USDT", "BTC/USDT")
    assert told[-1] == "BTC/USDT is already in this list; nothing is in it twice."
    desk.chooser.tabs.dropped.emit(("SOL/USDT", "PEPE/USDT"), 1)
    assert panel.model.symbols == ("PEPE/USDT", "BTC/USDT", "SOL/USDT")
    assert told[-1] == "Already in “Mine”: PEPE/USDT. Nothing is in a list twice."
    assert desk.chooser.tabs.tabText(1) == "Mine 3"
    desk.keeper.undo()
    assert panel.model.symbols == ("PEPE/USDT", "BTC/USDT")
    around.requests.asked.clear()
    desk.chooser.tabs.dropped.emit(("BTC/USDT",), 0)
    assert around.requests.asked == []
    assert told[-1].startswith("Already watched: BTC/USDT")


def test_a_drag_carries_markets_and_nothing_foreign_is_taken_for_one(panel):
    panel.set_symbols(WATCHED)
    carried = panel.model.mimeData([panel.model.index(1, 0), panel.model.index(1, 1)])
    assert markets_in(carried) == ("ETH/USDT",)
    assert carried.text() == "ETH/USDT\n"
    foreign = QMimeData()
    foreign.setData("application/x-tidemark-markets", b'{"a": 1')
    assert markets_in(foreign) == ()
    foreign.setData("application/x-tidemark-markets", b'[1, "", "A/B", "A/B"]')
    assert markets_in(foreign) == ("A/B",)


def test_an_imported_list_brings_its_columns(desk, panel, tmp_path):
    view = ListView(("price", "funding"), is_grouped=True)
    desk.editing.create("Mine", WATCHED, view)
    assert panel.view == view
    desk.editing.take_out(tmp_path / "Shared.txt")
    desk.editing.show("")
    desk.editing.bring_in(tmp_path / "Shared.txt")
    assert (desk.editing.current, panel.view) == ("Shared", view)
    assert set(PRICES) >= set(WATCHED)


def test_coins_of_the_palette_and_of_a_narrative_can_be_dragged(around, qtbot):
    desk = around
    qtbot.addWidget(desk.open())
    desk.welcome()
    palette = desk.window.search
    palette.open("BTC")
    rows = palette._hits
    at = next(row for row, hit in enumerate(rows.rows) if hit.kind is Kind.SYMBOL)
    assert rows.flags(rows.index(at)) & Qt.ItemFlag.ItemIsDragEnabled
    assert markets_in(rows.mimeData([rows.index(at)])) == (rows.rows[at].id,)
    palette.open(">")
    assert not rows.flags(rows.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    coins = NarrativeCoinModel(DARK)
    coins.set_holdings(
        (Holding("FET", 1.0, 1.0, 2.0, None, 60, 1), Holding("TAO", 0.5, 1.0, 2.0, None, 60, 1))
    )
    coins.symbols = {"FET": "FET/USDT"}
    drags = [bool(coins.flags(coins.index(row, 0)) & Qt.ItemFlag.ItemIsDragEnabled) for row in range(2)]
    assert drags == [True, False]
    assert markets_in(coins.mimeData([coins.index(0, 0), coins.index(1, 0)])) == ("FET/USDT",)
    desk.window.finish()


def test_every_column_that_is_offered_writes_its_units_alike():
    words = [column_words(name) for name in COLUMNS]
    assert {"Change 24 h", "Change 7 d", "Volume 24 h", "Narrative 7 d"} <= set(words)
    assert [one for one in words if re.search(r"\d[a-z]", one)] == []
