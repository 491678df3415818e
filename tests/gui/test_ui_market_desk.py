"""Book, tape and depth: followed while somebody looks, never an old book as if it were live."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.fakes.market_book import news, trades
from tests.fakes.window_world import LIVE, NOW_MS, Desk
from workstation.domain.market import SeriesKey
from workstation.link import messages as said
from workstation.ui.market.order_book_panel import steps_for
from workstation.ui.theme import LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BTC = "BTC/USDT"


@pytest.fixture
def desk(qtbot, tmp_path):
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    desk.welcome()
    desk.prices()
    window.market.monotonic = lambda: desk.seconds
    window.market.look()
    yield desk
    window.finish()


def followed(desk):
    return [what for name, what in desk.requests.asked if name == "market"]


def show(desk, qtbot, title):
    desk.window.docks.reveal(title)
    late = desk.window.market.panels[title]
    qtbot.waitUntil(lambda: not late.visibleRegion().isEmpty())
    qtbot.waitUntil(
        lambda: (
            {
                "Book": desk.window.market.book,
                "Trades": desk.window.market.trades,
                "Depth": desk.window.market.depth,
            }[title]
            is not None
        )
    )
    desk.window.market.look()


def tell(desk, **facts):
    desk.tell(said.Frame(NOW_MS, 80, market=news(**facts)))


def test_nothing_is_followed_until_a_panel_is_seen_and_nothing_after_it_is_hidden(desk, qtbot):
    desk.window.market.refresh()
    assert followed(desk) == []
    show(desk, qtbot, "Book")
    assert followed(desk) == [(BTC, 0.0)]
    desk.window.docks.by_title["Book"].hide()
    desk.window.market.refresh()
    assert followed(desk)[-1] == ("", 0.0)


def test_another_chart_has_its_market_followed_and_the_old_book_is_gone(desk, qtbot):
    show(desk, qtbot, "Book")
    tell(desk)
    market = desk.window.market
    assert market.sight.book is not None
    market.follow(SeriesKey(LIVE.name, "ETH/USDT", "1h"))
    assert market.sight.book is None
    assert "Waiting for the book of ETH/USDT" in market.book.status.text()
    tell(desk)  # of BTC, on its way when the market changed
    assert market.sight.book is None
    qtbot.waitUntil(lambda: followed(desk)[-1] == ("ETH/USDT", 0.0))


def test_a_book_grows_old_and_is_then_not_shown_as_live(desk, qtbot):
    show(desk, qtbot, "Book")
    tell(desk, age_ms=400)
    market = desk.window.market
    assert market.book.status.text() == "Live · 400 ms old"
    desk.seconds += 6.0
    market.refresh()
    assert market.book.status.text() == "Silent for 6 s: this may no longer be the book."
    assert not market.sight.is_live(desk.seconds)


def test_a_book_that_is_rebuilt_is_said_and_greyed_until_it_is_known_again(desk, qtbot):
    show(desk, qtbot, "Book")
    market = desk.window.market
    tell(desk, known=False)
    assert market.book.status.text() == "Fetching the book…"
    tell(desk)
    tell(desk, known=False)
    assert market.book.status.text() == "Rebuilding the book…"
    assert not market.sight.is_live(desk.seconds)
    tell(desk, known=False, trouble="Kraken tells no order books.")
    assert market.book.status.text() == "Kraken tells no order books."
    tell(desk)
    assert market.sight.is_live(desk.seconds)


def test_a_lost_engine_is_said_and_the_market_followed_again_when_it_is_back(desk, qtbot):
    show(desk, qtbot, "Book")
    tell(desk)
    n = len(followed(desk))
    desk.bridge.on_engine_lost()
    assert "engine is away" in desk.window.market.book.status.text()
    desk.welcome()
    desk.window.market.refresh()
    assert followed(desk)[n:] == [(BTC, 0.0)]


def test_an_index_is_said_to_have_no_book(desk, qtbot):
    show(desk, qtbot, "Book")
    desk.window.market.follow(SeriesKey(LIVE.name, "INDEX:AI", "1h"))
    desk.window.market.look()
    assert "no book" in desk.window.market.book.status.text()
    assert followed(desk)[-1] == ("", 0.0)


def test_another_step_is_asked_for_and_remembered_for_the_market(desk, qtbot):
    show(desk, qtbot, "Book")
    panel = desk.window.market.book
    at = [panel.step.itemText(i) for i in range(panel.step.count())].index("Step 10")
    panel.step.setCurrentIndex(at)
    panel.step.activated.emit(at)
    assert followed(desk)[-1] == (BTC, 10.0)
    tell(desk, step=10.0)
    assert desk.window.market.sight.book.ladder.step == 10.0


def test_the_keyboard_walks_the_ladder_and_says_every_level(desk, qtbot):
    show(desk, qtbot, "Book")
    tell(desk)
    desk.window.market.focus_book()
    ladder, sight = desk.window.market.book.ladder, desk.window.market.sight.book
    QTest.keyClick(ladder, Qt.Key.Key_Up)
    assert ladder.words().startswith("Ask 1: ")
    assert f"{sight.best_ask:,.2f}" in ladder.accessibleDescription()
    QTest.keyClick(ladder, Qt.Key.Key_Down)
    QTest.keyClick(ladder, Qt.Key.Key_Down)
    assert desk.window.market.book.chosen.text().startswith("Bid 1: ")
    QTest.keyClick(ladder, Qt.Key.Key_PageDown)
    assert ladder.current < -3
    QTest.keyClick(ladder, Qt.Key.Key_Home)
    assert (ladder.current, ladder.words()) == (0, "")
    QTest.mouseClick(ladder, Qt.MouseButton.LeftButton, pos=ladder.rect().center())
    assert abs(ladder.current) <= 2


def test_amounts_can_be_read_in_the_quote_currency(desk, qtbot):
    show(desk, qtbot, "Book")
    tell(desk)
    panel = desk.window.market.book
    panel.amounts.setCurrentIndex(1)
    panel.amounts.activated.emit(1)
    QTest.keyClick(panel.ladder, Qt.Key.Key_Up)
    assert " USDT at " in panel.ladder.words()


def test_the_tape_shows_the_newest_first_marks_large_ones_and_says_what_was_left_out(desk, qtbot):
    show(desk, qtbot, "Trades")
    tape = trades()
    tell(desk, prints=tape, n_left_out=3)
    panel = desk.window.market.trades
    model = panel.model
    assert list(model.shown) == list(reversed(tape))
    large = [trade for trade in model.shown if model.is_large(trade)]
    assert [trade.size for trade in large] == [9.5]
    assert "large" in model.words(large[0])
    assert "3 came too fast" in panel.footer.text()
    cells = [model.index(0, column).data() for column in range(model.columnCount())]
    assert cells[0] == "11:59:59"
    assert cells[4].startswith(("▲ buy", "▼ sell"))


def test_small_trades_can_be_left_out_and_come_back(desk, qtbot):
    show(desk, qtbot, "Trades")
    tell(desk, prints=trades())
    panel = desk.window.market.trades
    panel.least.setValue(500_000)
    assert [trade.size for trade in panel.model.shown] == [9.5]
    panel.least.setValue(5_000_000)
    desk.window.market.refresh()
    assert "choose a smaller value" in panel.nothing.text()
    panel.least.setValue(0)
    assert len(panel.model.shown) == 60


def test_depth_says_what_it_takes_to_move_the_price_and_what_an_amount_costs(desk, qtbot):
    show(desk, qtbot, "Depth")
    tell(desk)
    panel = desk.window.market.depth
    assert panel.move_text.text().startswith("To move the price by 1 %: buy ")
    panel.amount.setValue(50_000)
    assert "Buying at 64," in panel.cost.text()
    panel.amount.setValue(10**12)
    assert "more than the book is known to hold" in panel.cost.text()
    desk.window.market.focus_depth()
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    assert "buying" in panel.cross.text()
    for _ in range(3):
        QTest.keyClick(panel.view, Qt.Key.Key_Left)
    assert "selling" in panel.view.accessibleDescription()
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    assert panel.view.words() == ""


def test_depth_over_time_gathers_while_the_market_is_followed_and_is_remembered(desk, qtbot):
    show(desk, qtbot, "Book")
    tell(desk)
    desk.seconds += 1.0
    tell(desk)
    desk.window.actions_by_id["market.over_time"].trigger()
    qtbot.waitUntil(lambda: desk.window.market.depth is not None, timeout=20_000)
    panel = desk.window.market.depth
    assert panel.pages.currentWidget() is panel.over_time
    desk.window.market.refresh()
    assert len(panel.over_time._past.columns) == 2
    assert desk.memory.depth_over_time
    desk.window.market.follow(SeriesKey(LIVE.name, "ETH/USDT", "1h"))
    assert not panel.over_time._past.columns
    assert "Waiting for the book of ETH/USDT" in panel.over_time._message


def test_no_cost_is_told_from_a_book_that_is_not_live(desk, qtbot):
    show(desk, qtbot, "Depth")
    tell(desk)
    desk.seconds += 9.0
    desk.window.market.refresh()
    panel = desk.window.market.depth
    assert (panel.move_text.text(), panel.cost.text()) == ("", "")


def test_every_panel_takes_another_theme_and_is_painted_in_it(desk, qtbot):
    for title in ("Book", "Trades", "Depth"):
        show(desk, qtbot, title)
    tell(desk, prints=trades())
    desk.window.set_theme(LIGHT)
    image = desk.window.market.depth.grab().toImage()
    colours = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert LIGHT.base in colours


@pytest.mark.parametrize(
    ("value", "step", "some"),
    [(64_000.0, 0.01, 100.0), (0.00001, 1e-8, 1e-7), (3.0, 0.0, 0.01), (0.0, 0.0, 0.0)],
)
def test_steps_suit_the_price(value, step, some):
    steps = steps_for(value, step)
    assert steps[0] == 0.0
    assert some in steps
    assert all(one <= value * 0.01 for one in steps)
