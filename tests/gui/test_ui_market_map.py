"""The market map: prices of all markets while it is in sight, never old ones as if they were new."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from tests.fakes.window_world import NOW_MS, PRACTICE, Desk
from workstation.domain.market import Market
from workstation.domain.narrative_index import Holding, IndexStanding
from workstation.domain.ticker import Ticker
from workstation.link import messages as said
from workstation.link.market_messages import QuotesSaid
from workstation.ui.judgement.grade_desk import GradeDesk
from workstation.ui.market.market_map_desk import MarketMapDesk
from workstation.ui.market.market_map_ink import MapInk
from workstation.ui.market.market_map_layout import MapLayout
from workstation.ui.market.market_tiles import OTHER, TileArea, TileColour, TileGroup, main_markets, plan_of
from workstation.ui.price_colours import BLUE_ORANGE, GREEN_RED, coloured, contrast
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.window_memory import WindowMemory

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE", "PEPE")
WAIT_MS = 20_000


def standing(title, *coins):
    held = tuple(Holding(coin, 1 / len(coins), None, None, None) for coin in coins)
    return IndexStanding(
        title.lower(), title, NOW_MS, 1.0, None, None, None, None, 1, None, None, 0, 0, None, None, held
    )


def quotes(*, change=2.5, coins=COINS, volume=1e6):
    return tuple(
        Ticker(f"{coin}/USDT", 10.0 + n, change * (-1) ** n, volume / (n + 1), NOW_MS)
        for n, coin in enumerate(coins)
    )


@pytest.fixture
def window(qtbot, tmp_path):
    """Return a desk with a whole window, its map in sight."""
    desk = Desk(tmp_path)
    qtbot.addWidget(desk.open())
    desk.window.resize(1280, 800)
    desk.welcome()
    desk.map = desk.window.market.map
    desk.window.docks.reveal("Market map")
    qtbot.waitUntil(lambda: desk.map.panel is not None, timeout=WAIT_MS)
    yield desk
    desk.window.finish()


@pytest.fixture
def seen(qtbot, tmp_path):
    """Return a desk with nothing but the map, in sight."""
    desk = Desk(tmp_path)
    grades = GradeDesk(desk.bridge, desk.past.judgements, DARK)
    desk.map = MarketMapDesk(desk.surroundings, grades, DARK)
    desk.map.board.monotonic = lambda: desk.seconds
    desk.map.late.resize(500, 400)
    qtbot.addWidget(desk.map.late)
    desk.welcome()
    assert desk.map.panel is None
    assert asked(desk) == []
    desk.map.late.show()
    desk.map.late.take_seen(True)
    qtbot.waitUntil(lambda: desk.map.panel is not None, timeout=WAIT_MS)
    yield desk
    desk.map.stop()
    grades.stop()


def asked(desk):
    return [what for name, what in desk.requests.asked if name == "quotes"]


def tell(desk, tickers, age_ms=0):
    desk.tell(QuotesSaid(tickers, age_ms))
    desk.map.show_now()


def test_prices_of_all_markets_are_sent_only_while_the_map_is_in_sight(window):
    window.map.refresh()
    assert asked(window) == [True]
    window.window.docks.by_title["Market map"].hide()
    window.map.refresh()
    assert asked(window) == [True, False]


def test_the_screener_shows_newest_prices_of_markets_that_nobody_watches(window, qtbot):
    window.window.actions_by_id["screener.focus"].trigger()
    screener = window.window.lists.screener
    qtbot.waitUntil(
        lambda: screener.panel is not None and screener.panel.model.rowCount() > 0, timeout=WAIT_MS
    )
    window.map.refresh()
    assert asked(window)[-1] is True  # the map is behind the screener now
    window.tell(QuotesSaid((Ticker("SOL/USDT", 123.0, 4.5, 6e6, NOW_MS),), 0))
    coins = screener.panel.model.coins
    row = coins.symbols.index("SOL/USDT")
    shown = [coins.numbers[name][row] for name in ("price", "change_24h", "volume_24h")]
    assert shown == [123.0, 4.5, 6e6]


def test_an_empty_map_says_what_it_waits_for(seen):
    panel = seen.map.panel
    assert panel.status.text() == "Waiting for the prices of every market of Binance…"
    tell(seen, (Ticker("BTC/USDT", 1.0, None, None, NOW_MS),))
    assert panel.status.text() == "No market of Binance has a price and a volume yet."
    assert panel.view.layout_.symbols == []


def test_tiles_are_as_large_as_their_volume_and_grouped_by_narrative(seen):
    seen.tell(said.NarrativesSaid((standing("Memes", "DOGE", "PEPE"), standing("Layer 1", "SOL", "DOGE"))))
    tell(seen, quotes())
    view = seen.map.panel.view
    area = {
        symbol: tile.width() * tile.height()
        for symbol, tile in zip(view.layout_.symbols, view.layout_.tiles, strict=True)
    }
    assert set(area) == {f"{coin}/USDT" for coin in COINS}
    assert area["BTC/USDT"] > area["ETH/USDT"] > area["XRP/USDT"]
    groups = {group.title: group.symbols for group in seen.map._plan.groups}
    assert groups == {
        OTHER: ("BTC/USDT", "ETH/USDT", "XRP/USDT"),
        "Layer 1": ("SOL/USDT",),
        "Memes": ("DOGE/USDT", "PEPE/USDT"),
    }


def test_prices_that_grew_old_are_said_to_be_old(seen):
    tell(seen, quotes())
    map_desk = seen.map
    assert map_desk.panel.status.text().endswith("· live")
    assert not map_desk._is_old
    seen.seconds += 12.0
    map_desk.refresh()
    assert map_desk.panel.status.text().endswith("· 12 s old")
    seen.seconds += 49.0
    map_desk.refresh()
    assert "Old: no price came for 1 min" in map_desk.panel.status.text()
    assert map_desk._is_old
    tell(seen, (), age_ms=200)  # nothing changed, but the venue was heard
    assert not map_desk._is_old


def test_old_prices_that_the_engine_sends_at_first_are_not_taken_for_new(seen):
    tell(seen, quotes(), age_ms=90_000)
    assert "Old: no price came for 1 min" in seen.map.panel.status.text()


def test_a_lost_engine_is_said_and_asked_again_when_it_is_back(seen):
    tell(seen, quotes())
    seen.bridge.on_engine_lost()
    map_desk = seen.map
    map_desk.refresh()
    assert "engine is away" in map_desk.panel.status.text()
    assert map_desk.panel.view.layout_.symbols
    seen.welcome()
    assert asked(seen) == [True, True]


def test_prices_of_another_venue_are_forgotten_at_once(seen):
    tell(seen, quotes())
    seen.welcome(PRACTICE)
    map_desk = seen.map
    assert map_desk.board.quotes == {}
    map_desk.show_now()
    assert map_desk.panel.view.layout_.symbols == []
    assert map_desk.panel.status.text().startswith("Waiting for the prices of every market of Practice")


def test_the_keyboard_goes_from_coin_to_coin_and_opens_a_chart(window):
    tell(window, quotes())
    view = window.map.panel.view
    window.map.focus()
    assert view.current == "BTC/USDT"
    assert "BTC/USDT" in view.accessibleDescription()
    QTest.keyClick(view, Qt.Key.Key_Right)
    at = view.layout_.symbols.index(view.current)
    assert at != 0
    assert view.layout_.tiles[at].left() >= view.layout_.tiles[0].right() - 1
    chosen = view.current
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert window.window.desk.key.symbol == chosen
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.current == "BTC/USDT"


def test_a_click_opens_the_chart_of_the_coin_under_the_pointer(seen, qtbot):
    tell(seen, quotes())
    view = seen.map.panel.view
    at = view.layout_.tiles[view.layout_.symbols.index("ETH/USDT")].center().toPoint()
    with qtbot.waitSignal(seen.map.symbol_opened, timeout=WAIT_MS) as opened:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert opened.args == ["ETH/USDT"]
    QTest.mouseMove(view, at)
    assert "ETH/USDT · 11.00 · 24 h −2.50 %" in seen.map.panel.facts.text()


def test_what_tiles_are_drawn_by_is_remembered(window):
    panel = window.map.panel
    panel.area.setCurrentIndex(panel.area.findData("equal"))
    panel.colour.setCurrentIndex(panel.colour.findData("grade"))
    tell(window, quotes())
    tiles = panel.view.layout_.tiles
    areas = [tile.width() * tile.height() for tile in tiles]
    assert max(areas) < 1.2 * min(areas)
    window.window.finish()
    kept = WindowMemory.load(window.memory_file)
    assert (kept.map_area, kept.map_colour) == ("equal", "grade")


def test_a_memory_that_makes_no_sense_is_as_if_there_were_none(seen):
    memory = seen.surroundings.memory
    memory.map_area, memory.map_colour = "round", "pink"
    panel = seen.map._make_panel()
    assert (panel.chosen_area, panel.chosen_colour) == (TileArea.VOLUME, TileColour.CHANGE)
    panel.deleteLater()


def test_rising_and_falling_tiles_differ_in_colour_and_in_their_sign(seen):
    tell(seen, quotes(change=9.0))
    view = seen.map.panel.view
    view.resize(600, 400)
    picture = view.picture().toImage()
    colours = {}
    for symbol, tile in zip(view.layout_.symbols, view.layout_.tiles, strict=True):
        at = (tile.topLeft() + QPointF(3, 3)).toPoint()
        colours[symbol] = picture.pixelColor(at)
    rising, falling = colours["BTC/USDT"], colours["ETH/USDT"]
    assert rising.green() > rising.red()
    assert falling.red() > falling.green()


def test_only_the_largest_are_drawn_and_the_others_are_counted():
    markets = {f"C{n}/USDT": Market(f"C{n}/USDT", f"C{n}", "USDT") for n in range(20)}
    markets["X/BTC"] = Market("X/BTC", "X", "BTC")
    told = {s: Ticker(s, 1.0, 0.0, float(n), 0) for n, s in enumerate(markets) if n != 5}
    listed = main_markets(markets.values())
    plan = plan_of(listed, told, (), TileArea.VOLUME, most=7)
    assert plan.quote == "USDT"
    assert plan.groups[0].symbols == tuple(f"C{n}/USDT" for n in range(19, 12, -1))
    assert (plan.n_drawn, plan.n_smaller, plan.n_untold) == (7, 11, 2)  # C0 traded nothing, C5 has no price
    equal = plan_of(listed, told, (), TileArea.EQUAL, most=7)
    assert set(equal.groups[0].weights) == {1.0}


def test_arrows_reach_every_tile_of_a_map():
    random = np.random.default_rng(3)
    groups = [
        TileGroup(f"G{g}", tuple(f"{g}-{n}" for n in range(12)), tuple(sorted(random.random(12) + 0.1)[::-1]))
        for g in range(4)
    ]
    layout = MapLayout(groups, QRectF(0, 0, 800, 500), 18.0)
    reached, edge = {0}, [0]
    while edge:
        at = edge.pop()
        for way in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            found = layout.beside(at, *way)
            if found not in reached:
                reached.add(found)
                edge.append(found)
    assert reached == set(range(48))


@pytest.mark.parametrize("choice", [GREEN_RED, BLUE_ORANGE, "#ffffff #ffff00", "#000000 #202020"])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_writing_can_be_read_on_the_strongest_colours(qapp, theme, choice):
    ink = MapInk(coloured(theme, choice), qapp.font())
    for hot in (-1.0, 0.0, 1.0):
        assert contrast(theme.text, ink.shade(hot).name()) >= 4.5
