"""Finding a market: ranking, speed, keys."""

import pytest
from PySide6.QtCore import Qt

from tests.fakes.window_world import Desk, markets, ticker
from workstation.domain.market import Market
from workstation.ui.keyboard.symbol_index import SymbolIndex, timeframe_typed

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    window = made.open()
    qtbot.addWidget(window)
    made.welcome()
    made.prices()
    yield made
    window.finish()


def found(*symbols: str, text: str, volumes: dict[str, float] | None = None) -> list[str]:
    tickers = {s: ticker(s, 1.0, volume=v) for s, v in (volumes or {}).items()}
    return SymbolIndex(markets(symbols)).search(text, tickers)


def test_the_coin_itself_comes_before_coins_that_begin_so():
    assert found("SOLV/USDT", "SOL/USDT", "PARASOL/USDT", "SUSHI/SOL", text="sol")[0] == "SOL/USDT"


def test_beginnings_come_before_middles_and_scattered_letters_last():
    order = found("XETH/USDT", "EXTRAHOP/USDT", "ETHFI/USDT", "ETH/BTC", text="eth")
    assert order == ["ETH/BTC", "ETHFI/USDT", "XETH/USDT", "EXTRAHOP/USDT"]


def test_what_is_traded_most_comes_first_among_equals():
    order = found("BTC/EUR", "BTC/USDT", text="btc", volumes={"BTC/USDT": 9e9, "BTC/EUR": 1e6})
    assert order == ["BTC/USDT", "BTC/EUR"]


@pytest.mark.parametrize("text", ["btcusdt", "BTC/USDT", "btc usdt", "btc-usdt"])
def test_slashes_and_spaces_do_not_matter(text):
    assert found("BTC/USDT", "ETH/USDT", text=text) == ["BTC/USDT"]


def test_inactive_markets_are_not_offered():
    index = SymbolIndex([Market("OLD/USDT", "OLD", "USDT", active=False)])
    assert index.search("old", {}) == []


@pytest.mark.parametrize(
    ("text", "timeframe"),
    [("15m", "15m"), ("4H", "4h"), ("1 d", "1d"), ("15", None), ("7m", None), ("", None)],
)
def test_a_timeframe_is_recognised(text, timeframe):
    assert timeframe_typed(text) == timeframe


def test_a_letter_typed_on_the_chart_opens_the_search_and_enter_opens_the_market(desk, qtbot):
    window = desk.window
    qtbot.keyClick(window.chart, Qt.Key.Key_E)
    assert window.search.isVisible()
    assert window.search.edit.text() == "e"
    qtbot.keyClicks(window.search.edit, "th")
    assert window.search.edit.text() == "eth"
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    assert not window.search.isVisible()
    assert window.desk.key.symbol == "ETH/USDT"


def test_arrows_choose_another_hit(desk, qtbot):
    search = desk.window.search
    search.open("usdt")
    first = search.list.currentIndex().row()
    qtbot.keyClick(search.edit, Qt.Key.Key_Down)
    assert search.list.currentIndex().row() == first + 1
    for _ in range(80):
        qtbot.keyClick(search.edit, Qt.Key.Key_Down)
    assert search.list.currentIndex().row() == len(search._hits.rows) - 1
    qtbot.keyClick(search.edit, Qt.Key.Key_PageUp)
    qtbot.keyClick(search.edit, Qt.Key.Key_Up)
    assert search.list.currentIndex().row() >= 0


def test_a_timeframe_typed_on_the_chart_switches_it(desk, qtbot):
    window = desk.window
    qtbot.keyClicks(window.chart, "1")
    qtbot.keyClicks(window.search.edit, "5m")
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    assert window.desk.key.timeframe == "15m"
    assert ("chart.timeframe", "15m") in desk.chosen


def test_escape_closes_it_and_changes_nothing(desk, qtbot):
    window, before = desk.window, desk.window.desk.key
    window.search.open("doge")
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Escape)
    assert not window.search.isVisible()
    assert window.desk.key == before


def test_the_same_sheet_adds_a_market_to_the_watchlist(desk, qtbot):
    desk.welcome(watchlist=("BTC/USDT",))
    window = desk.window
    window.watchlist.add_button.click()
    qtbot.keyClicks(window.search.edit, "pepe")
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    assert desk.requests.asked[-1] == ("watch", ("BTC/USDT", "PEPE/USDT"))
    assert window.desk.key.symbol == "BTC/USDT"


def test_it_says_when_nothing_is_found_in_plain_text(desk):
    search = desk.window.search
    search.open("<b>zzqq")
    assert search._hint.text() == "Nothing trades here under “<b>zzqq”. Fewer letters find more."
    search._choose(0)
    assert search.isVisible()


def test_it_says_when_markets_are_not_known_yet(tmp_path, qtbot):
    made = Desk(tmp_path)
    window = made.open()
    qtbot.addWidget(window)
    window.search.open("btc")
    assert "not known yet" in window.search._hint.text()
    window.finish()
