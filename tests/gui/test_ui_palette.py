"""The palette: every market, narrative, timeframe and command in one box, best first."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.fakes.window_world import NOW_MS, PRACTICE, Desk, markets
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ticker import Ticker
from workstation.link import messages as said
from workstation.link.market_messages import QuotesSaid
from workstation.ui.bridge import World
from workstation.ui.keyboard.palette_rows import Finder, Kind, Sources, rank_title
from workstation.ui.keyboard.symbol_index import rank_typed

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


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


def standing(name: str, title: str, change: float | None = 1.5) -> IndexStanding:
    returns = (change, None, None, None)
    return IndexStanding(name, title, 0, 1_034.0, *returns, None, None, None, 0, 0, 61, None, ())


def kinds(rows) -> list[Kind]:
    return [row.kind for row in rows]


@pytest.mark.parametrize(
    ("typed", "title", "rank"),
    [
        ("go to the alerts", "go to the alerts", 0),
        ("go to", "go to the alerts", 1),
        ("to al", "go to the alerts", 2),
        ("gtta", "go to the alerts", 2),
        ("lert", "go to the alerts", 3),
        ("gotals", "go to the alerts", 4),
        ("xyz", "go to the alerts", None),
        ("slag", "go to the alerts", None),
    ],
)
def test_words_fit_a_title_the_better_the_earlier_they_stand(typed, title, rank):
    assert rank_title(typed, title) == rank


@pytest.mark.parametrize("text", ["btc", "b", "tcu", "bsdt", "zq", "usdt"])
def test_a_symbol_alone_is_ranked_as_the_whole_index_does(text):
    world = World(markets={m.symbol: m for m in markets()})
    found = Finder(world, Sources()).index.search(text, {})
    assert {symbol for symbol in world.markets if rank_typed(text, symbol) is not None} == set(found)


def test_a_narrative_is_not_buried_under_markets_that_fit_as_well():
    symbols = [f"GO{n}/USDT" for n in range(400)]
    world = World(markets={m.symbol: m for m in markets(symbols)}, narratives=(standing("gold", "Gold"),))
    rows = Finder(world, Sources()).find("go")
    assert Kind.NARRATIVE in kinds(rows)[:8]
    assert len(rows) == 51


def test_a_market_that_is_not_watched_has_its_price_while_the_palette_is_open(desk):
    search, other = desk.window.search, "WIF/USDT"
    del desk.bridge.world.tickers[other]
    search.open(other)
    assert desk.requests.asked[-1] == ("quotes", True)
    assert search._hits.rows[0].last is None
    for last in (123.0, 124.0):
        desk.tell(QuotesSaid((Ticker(other, last, 4.5, 6e6, NOW_MS),), 0))
        shown = next(hit for hit in search._hits.rows if hit.id == other)
        assert (shown.last, shown.change_pct) == (last, 4.5)
    search.dismiss()
    desk.window.market.map.board.look()
    assert desk.requests.asked[-1] == ("quotes", False)


def test_what_was_chosen_lately_comes_first_among_equals(desk, qtbot):
    search = desk.window.search
    search.open("usdt")
    before = [hit.id for hit in search._hits.rows]
    assert before[0] != "WIF/USDT"
    search.finder.sources.remember(Kind.SYMBOL, "WIF/USDT")
    search.edit.setText("wif")
    search.edit.setText("usdt")
    assert search._hits.rows[0].id == "WIF/USDT"
    search.edit.setText("")
    assert search._hits.rows[0].id == "WIF/USDT"


def test_few_hits_are_all_in_sight(desk):
    search = desk.window.search
    search.open("wif")
    assert 0 < len(search._hits.rows) < 10
    assert search.list.verticalScrollBar().maximum() == 0


def test_a_command_is_found_by_its_words_and_done(desk, qtbot):
    window = desk.window
    qtbot.keyClick(window.chart, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.search.isVisible()
    qtbot.keyClicks(window.search.edit, "log pri")
    hit = window.search._hits.rows[0]
    assert (hit.title, hit.note, hit.keys) == ("Logarithmic prices", "Chart · off", "Ctrl+L")
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    assert window.actions_by_id["chart.log"].isChecked()
    assert not window.search.isVisible()


def test_a_command_shows_the_keys_that_the_trader_gave_it(desk):
    window = desk.window
    window.keyboard.bindings.assign("chart.log", "Ctrl+Alt+9")
    window.search.open(">log")
    assert window.search._hits.rows[0].keys == "Ctrl+Alt+9"


def test_signs_narrow_it_to_commands_or_narratives(desk):
    window = desk.window
    desk.bridge.world.narratives = (standing("ai", "Artificial intelligence"), standing("defi", "DeFi"))
    window.search.open(">")
    assert set(kinds(window.search._hits.rows)) == {Kind.COMMAND}
    window.search.edit.setText("#")
    assert [hit.title for hit in window.search._hits.rows] == ["Artificial intelligence", "DeFi"]
    window.search.edit.setText("#nothing")
    assert "No narrative is called so" in window.search._hint.text()


def test_a_narrative_opens_its_index_on_the_chart(desk, qtbot):
    window = desk.window
    desk.bridge.world.narratives = (standing("ai", "Artificial intelligence"),)
    opened = []
    window.keyboard.series_opened.connect(lambda symbol, timeframe: opened.append((symbol, timeframe)))
    window.search.open("artif")
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    assert opened == [("INDEX:AI", "1h")]


def test_a_market_shows_price_change_grade_and_its_last_day(desk):
    window = desk.window
    window.keyboard.take_spark("ETH/USDT", np.linspace(1.0, 2.0, 24))
    window.search.open("eth")
    hit = window.search._hits.rows[0]
    assert (hit.id, hit.last) == ("ETH/USDT", 3_204.18)
    assert hit.change_pct is not None
    assert len(hit.closes) == 24
    picture = window.search.grab().toImage()
    row = window.search.list.visualRect(window.search._hits.index(0))
    top = window.search.list.y() + row.y()
    colours = [
        picture.pixelColor(x, y)
        for x in range(picture.width() - 310, picture.width() - 240)
        for y in range(top, top + row.height())
    ]
    found = sum(colour.green() > colour.red() + 40 and colour.green() > colour.blue() for colour in colours)
    assert found > 10, "the line of its last day is painted"


def test_a_market_that_is_not_watched_shows_its_last_day_where_its_candles_are_stored(desk, qtbot):
    window, search = desk.window, desk.window.search
    qtbot.waitUntil(lambda: not window.lists.sparks._waiting)
    desk.tell(said.WatchlistSaid(("BTC/USDT",)))
    window.keyboard.sources.sparks.clear()
    search.open("sol/usdt")
    assert search._hits.rows[0].closes is None
    qtbot.waitUntil(lambda: search._hits.rows[0].closes is not None)
    assert search._hits.rows[0].id == "SOL/USDT"
    assert len(search._hits.rows[0].closes) == 96, "15 minutes each"
    lists = window.lists.sparks
    qtbot.waitUntil(lambda: not lists._waiting)
    n_reads = desk.past.candles.n_reads
    search.edit.setText("sol/us")
    search.edit.setText("sol/usdt")
    assert not lists._waiting, "it is read once while the palette is open"
    search.dismiss()
    search.open("sol/usdt")
    assert len(search._hits.rows[0].closes) == 96
    qtbot.waitUntil(lambda: desk.past.candles.n_reads > n_reads)


def test_a_market_without_stored_candles_has_an_empty_place(desk, qtbot):
    search = desk.window.search
    qtbot.waitUntil(lambda: not desk.window.lists.sparks._waiting)
    desk.past.candles.by_key.clear()
    desk.window.keyboard.sources.sparks.clear()
    desk.tell(said.WatchlistSaid(("BTC/USDT",)))
    search.open("sol/usdt")
    qtbot.waitUntil(lambda: not desk.window.lists.sparks._waiting)
    assert search._hits.rows[0].closes is None
    search.grab()


def test_lines_of_another_venue_are_forgotten(desk):
    window = desk.window
    window.keyboard.take_spark("SOL/USDT", np.linspace(1.0, 2.0, 24))
    desk.tell(said.VenueChosen(PRACTICE))
    assert window.keyboard.sources.sparks == {}


def test_recent_choices_outlive_the_session(tmp_path, qtbot):
    for session in range(2):
        desk = Desk(tmp_path)
        window = desk.open()
        qtbot.addWidget(window)
        desk.welcome()
        if session == 0:
            window.search.open(">levels")
            qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
        else:
            window.search.open()
            assert window.search._hits.rows[0].id == "chart.levels"
        window.finish()
