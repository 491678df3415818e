"""Several watchlists: chosen, changed and taken back, while the engine follows all of them together."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from tests.fakes.window_world import LIVE, PRICES, Desk, markets, ticker
from workstation.domain.watch_book import ALL_WATCHED, CoinNote
from workstation.link import messages as said
from workstation.ui.asking import Asking
from workstation.ui.theme import DARK
from workstation.ui.watchlists.watchlist_desk import WatchlistDesk

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager

WATCHED = ("BTC/USDT", "ETH/USDT", "SOL/USDT")


@pytest.fixture
def around(tmp_path, qapp):
    return Desk(tmp_path)


@pytest.fixture
def desk(around, qtbot):
    bridge = around.bridge
    made = WatchlistDesk(around.surroundings, Asking(bridge, around.requests), DARK)
    qtbot.addWidget(made.panel)
    made.panel.resize(436, 300)
    bridge.on_fact(said.Welcome(1, "0.1.0", 1, LIVE, WATCHED))
    bridge.on_fact(said.MarketsListed(markets(), is_last=True))
    made.panel.show()
    yield made
    made.stop()


@pytest.fixture
def panel(desk):
    return desk.panel


def test_a_list_is_shown_instead_of_everything_and_prices_follow(desk, panel, around):
    around.bridge.world.tickers["PEPE/USDT"] = ticker("PEPE/USDT", 2.0)
    desk.editing.create("Memes", ("PEPE/USDT", "BTC/USDT"))
    assert panel.model.symbols == ("PEPE/USDT", "BTC/USDT")
    assert float(panel.model.price_text(0)) == 2.0
    assert desk.chooser.current == "Memes"
    desk.chooser.chosen.emit("")
    assert panel.model.symbols == WATCHED
    assert desk.chooser.tabs.tabText(0) == ALL_WATCHED


def test_prices_of_the_last_day_stay_when_another_list_is_shown(desk, panel):
    closes = np.array([1.0, 2.0, 3.0])
    panel.model.set_spark("BTC/USDT", closes)
    desk.editing.create("Other", ("ETH/USDT",))
    desk.editing.show("")
    assert panel.model.coins.line("last_day", "BTC/USDT") is closes


def test_the_engine_follows_the_union_of_all_lists(desk, panel, around):
    desk.editing.create("Memes")
    panel.add("PEPE/USDT")
    panel.add("PEPE/USDT")
    panel.add("NOT/HERE")
    assert desk.editing.symbols == ("PEPE/USDT", "NOT/HERE")
    assert around.requests.asked[0] == ("watch", (*WATCHED, "PEPE/USDT"))


def test_taking_a_market_out_of_a_list_can_be_undone(desk, panel, around):
    desk.editing.create("Mine", ("BTC/USDT", "ETH/USDT"))
    around.requests.asked.clear()
    panel.remove("BTC/USDT")
    assert panel.model.symbols == ("ETH/USDT",)
    assert around.requests.asked == []
    assert desk.keeper.undo_words == "take BTC/USDT out"
    desk.keeper.undo()
    assert panel.model.symbols == ("BTC/USDT", "ETH/USDT")


def test_no_longer_watching_takes_a_market_out_of_every_list_and_undo_brings_it_back(desk, panel, around):
    desk.editing.create("Mine", ("BTC/USDT", "ETH/USDT"))
    desk.editing.show("")
    panel.remove("BTC/USDT")
    assert around.requests.asked[-1] == ("watch", ("ETH/USDT", "SOL/USDT"))
    assert desk.keeper.book.list_named("Mine").symbols == ("ETH/USDT",)
    desk.keeper.undo()
    assert around.requests.asked[-1] == ("watch", WATCHED)
    assert desk.keeper.book.list_named("Mine").symbols == ("BTC/USDT", "ETH/USDT")


def test_the_order_is_the_traders(desk, panel, qtbot):
    desk.editing.create("Mine", WATCHED)
    panel.shift("SOL/USDT", -1)
    assert panel.model.symbols == ("BTC/USDT", "SOL/USDT", "ETH/USDT")
    panel.shift("BTC/USDT", -1)
    assert panel.model.symbols[0] == "BTC/USDT"
    panel.table.choose(0)
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    qtbot.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert panel.model.symbols == ("SOL/USDT", "BTC/USDT", "ETH/USDT")
    assert panel.current_symbol == "BTC/USDT"


def test_lists_are_renamed_and_deleted_and_names_are_unique(desk, panel, around):
    told = []
    around.bridge.notice_posted.connect(lambda _subject, text: told.append(text))
    desk.editing.create("Mine", WATCHED[:1])
    desk.editing.create("MINE")
    assert "already" in told[-1]
    desk.editing.rename("Core")
    assert desk.editing.current == "Core"
    desk.editing.delete()
    assert panel.model.symbols == WATCHED
    desk.keeper.undo()
    assert [one.name for one in desk.keeper.book.lists] == ["Core"]


def test_a_file_is_read_and_what_could_not_be_is_listed(desk, panel, around, tmp_path):
    told = []
    around.bridge.notice_posted.connect(lambda _subject, text: told.append(text))
    file = tmp_path / "from tradingview.txt"
    file.write_text("###CRYPTO,BINANCE:BTCUSDT,BINANCE:PEPEUSDT,NASDAQ:AAPL")
    desk.editing.bring_in(file)
    assert desk.editing.current == "from tradingview"
    assert panel.model.symbols == ("BTC/USDT", "PEPE/USDT")
    assert told[-1] == (
        "2 markets read from from tradingview.txt. Not traded at this venue, and left out: NASDAQ:AAPL."
    )
    desk.editing.take_out(tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "BTC/USDT\nPEPE/USDT\n"
    desk.editing.bring_in(tmp_path / "missing.txt")
    assert "could not be read" in told[-1]


def test_flags_and_notes_are_read_aloud_and_painted(desk, panel):
    desk.editing.create("Mine", WATCHED)
    desk.editing.note("BTC/USDT", CoinNote("red", "sell above 70k"))
    desk.editing.note("ETH/USDT", CoinNote("", "watch"))
    index = panel.model.index(0, 0)
    assert panel.model.data(index, 11) == "BTC/USDT, red flag, sell above 70k"
    assert panel.model.data(index) == "BTC/USDT"
    image = panel.grab().toImage()
    flagged = {image.pixelColor(x, y).name() for x in range(40, 140) for y in range(60, 110)}
    assert DARK.bearish in flagged
    desk.editing.show("")
    assert panel.model.data(index, 11) == "BTC/USDT"


def test_lists_survive_the_session(desk, around, panel, tmp_path):
    desk.editing.create("Mine", ("SOL/USDT",))
    desk.stop()
    again = WatchlistDesk(
        around.surroundings,
        Asking(around.bridge, around.requests),
        DARK,
    )
    assert again.keeper.book.list_named("Mine").symbols == ("SOL/USDT",)
    again.stop()


def test_every_choice_of_the_menu_is_there(desk, panel):
    desk.menu.fill()
    titles = [action.text() for action in desk.menu.actions() if action.text()]
    assert titles[0] == "New list…"
    assert {"Import from a file…", "Export to a file…", "Undo"} <= set(titles)
    assert set(PRICES) >= set(WATCHED)


def test_a_coin_is_added_to_another_list_from_its_row_and_lists_that_hold_it_are_ticked(desk, panel, around):
    desk.editing.create("Core", ("BTC/USDT",))
    desk.editing.show("")
    menu = QMenu(panel)
    desk.menu.add_lists(menu, "BTC/USDT")
    (core, new) = menu.actions()[0].menu().actions()
    assert (core.text(), core.isChecked(), core.isEnabled(), new.text()) == (
        "Core",
        True,
        False,
        "A new list…",
    )
    menu = QMenu(panel)
    desk.menu.add_lists(menu, "SOL/USDT")
    menu.actions()[0].menu().actions()[0].trigger()
    assert desk.keeper.book.list_named("Core").symbols == ("BTC/USDT", "SOL/USDT")
    assert (desk.editing.current, panel.model.symbols) == ("", WATCHED)
    desk.editing.add_to_new(("PEPE/USDT",), "Memes")
    assert around.requests.asked[-1] == ("watch", (*WATCHED, "PEPE/USDT"))
    assert desk.editing.current == ""
