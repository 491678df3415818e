"""The past of a book: what rested where, and a hole wherever it was not known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.fakes.market_book import book, news
from workstation.engine.book_ladder import sight_of
from workstation.ui.chart.book_heat import BookHeat
from workstation.ui.chart.book_past import KEPT_S, SILENT_S, BookPast, column_of
from workstation.ui.market.depth_panel import DepthPanel
from workstation.ui.market.market_sight import MarketSight
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SIGHT = sight_of(book(), 0.0)
MOVED = sight_of(book(64_800.0, seed=9), 0.0)


def past_of(*seconds, sight=SIGHT):
    past = BookPast()
    for second in seconds:
        past.take(sight, second)
    return past


def test_a_column_holds_what_rests_at_each_price():
    column = column_of(SIGHT, 5)
    step = column.step
    for side, is_ask in ((SIGHT.depth.bids, False), (SIGHT.depth.asks, True)):
        for price, value in list(zip(side.price, side.value, strict=True))[1:40]:
            row = round(price / step) - is_ask
            assert column.value[row - column.first] == pytest.approx(value)
    assert np.nansum(column.value) == pytest.approx(sum(SIGHT.depth.bids.value) + sum(SIGHT.depth.asks.value))


def test_what_lies_beyond_the_reach_of_a_book_is_not_known():
    near = replace(SIGHT, bid_reach=SIGHT.mid * 0.999, ask_reach=SIGHT.mid * 1.001)
    column = column_of(near, 5)
    edges = (column.first + np.arange(len(column.value))) * column.step
    assert np.isnan(column.value[edges > SIGHT.mid * 1.0015]).all()
    assert np.isnan(column.value[edges < SIGHT.mid * 0.9985]).all()
    assert np.isfinite(column.value[abs(edges / SIGHT.mid - 1) < 0.0005]).all()


def test_rows_of_another_step_hold_as_much_in_all():
    column = column_of(SIGHT, 5)
    finer = column.rows(column.first * 2, len(column.value) * 2, column.step / 2)
    assert np.nansum(finer) == pytest.approx(np.nansum(column.value))


def test_silent_seconds_are_as_the_one_before_and_a_lost_book_leaves_a_hole():
    past = past_of(10, 11, 14)
    assert [one.second for one in past.columns] == [10, 11, 12, 13, 14]
    assert past.holes(14) == []
    past.take(None, 16)
    past.take(SIGHT, 18)
    assert past.holes(18) == [(15, 18)]


def test_a_book_that_is_rebuilt_within_a_second_leaves_a_hole_all_the_same():
    past = past_of(10.1, 11.1)
    past.take(None, 11.3)
    past.take(SIGHT, 11.6)
    past.take(SIGHT, 12.1)
    assert past.holes(12) == [(11, 12)]


def test_a_book_that_is_not_heard_any_more_leaves_a_hole_up_to_now():
    past = past_of(10, 11)
    assert past.holes(11 + SILENT_S) == []
    assert past.holes(12 + SILENT_S) == [(12, 13 + SILENT_S)]
    past.lose()
    assert past.holes(13) == [(12, 14)]
    past.take(SIGHT, 14)
    assert past.holes(14) == [(12, 14)]


def test_another_market_begins_without_a_past_and_an_old_book_is_not_taken():
    sight = MarketSight()
    sight.open("BTC/USDT", 0.01)
    sight.take(news(), 10.0)
    sight.take(news(age_ms=9_000), 11.0)
    assert [one.second for one in sight.past.columns] == [10]
    sight.open("ETH/USDT", 0.01)
    assert not sight.past.columns


@given(st.lists(st.integers(0, 3 * KEPT_S), max_size=60).map(sorted), st.sets(st.integers(0, 59)))
@settings(max_examples=15, deadline=None)
def test_the_past_is_bounded_in_order_and_holes_are_what_is_missing(seconds, lost):
    past = BookPast()
    for n, second in enumerate(seconds):
        past.take(None if n in lost else SIGHT, float(second))
    kept = [one.second for one in past.columns]
    assert kept == sorted(set(kept))
    assert not kept or kept[0] > seconds[-1] - KEPT_S
    missing = {second for begin, end in past.holes(kept[-1] if kept else 0) for second in range(begin, end)}
    assert missing == (set(range(kept[0], kept[-1])) - set(kept) if kept else set())


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=12))
@settings(max_examples=15, deadline=None)
def test_a_picture_that_grows_is_the_one_painted_anew(qapp, steps):
    past, growing, now = BookPast(), BookHeat(DARK), 100
    first, step = round(SIGHT.mid / 20) - 10, 20.0
    for wait, is_moved in steps:
        for _ in range(wait):
            now += 1
            growing.show(past, first, 20, step, now)  # while the book is silent
        past.take(MOVED if is_moved else SIGHT, now)
        growing.show(past, first, 20, step, now)
    anew = BookHeat(DARK)
    anew.show(past, first, 20, step, now)
    assert growing.picture() == anew.picture()


def test_nothing_is_left_of_a_past_that_was_forgotten(qapp):
    past, heat = past_of(100, 101), BookHeat(DARK)
    row = round(SIGHT.mid / 20)
    heat.show(past, row - 40, 80, 20.0, 101)
    assert heat.value(row, 100) > 0
    past.clear()
    past.take(SIGHT, 102)
    heat.show(past, row - 40, 80, 20.0, 102)
    assert np.isnan(heat.value(row, 100))
    assert heat.value(row, 102) > 0


@pytest.fixture
def panel(qtbot):
    sight = MarketSight()
    sight.open("BTC/USDT", 0.01)
    sight.is_connected = True
    panel = DepthPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(500, 420)
    panel.sight = sight
    panel.open(sight)
    panel.kind.setCurrentText("Over time")
    panel.show()
    return panel


def fill(panel, until=1_600):
    known, lost = news(), news(known=False)
    for second in range(until - 500, until + 1):
        panel.sight.take(lost if until - 300 <= second < until - 250 else known, float(second))
    panel.show_sight(panel.sight, float(until))


def test_depth_over_time_says_what_it_waits_for(panel):
    panel.show_sight(panel.sight, 5.0)
    assert panel.over_time._message == "Waiting for the book of BTC/USDT."
    assert not panel.amount.isVisible()
    panel.kind.setCurrentText("Now")
    assert panel.amount.isVisible()


def test_the_crosshair_says_what_rested_there_and_where_the_book_was_not_known(panel, qtbot):
    fill(panel)
    view = panel.over_time
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.words().startswith("10 s ago: ")
    assert "USDT rested; middle 64,414." in view.words()
    assert panel.cross.text() == view.words() == view.accessibleDescription()
    row = view.cross[1]
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.cross[1] == row + 1
    for _ in range(26):
        QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.words() == "4 min 30 s ago: the book was not known then."
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.cross is None
    room = view._room()
    QTest.mouseMove(view, QPoint(int(room.right()) - 3, int(room.center().y())))
    QTest.mouseMove(view, QPoint(int(room.right()) - 2, int(room.center().y())))
    qtbot.waitUntil(lambda: view.words().startswith("now: ") or "s ago: " in view.words())


@pytest.mark.parametrize(("known_s", "span"), [(60, 120), (200, 300), (500, KEPT_S)])
def test_the_picture_reaches_back_no_further_than_it_must(panel, known_s, span):
    for second in range(1_000, 1_000 + known_s):
        panel.sight.past.take(SIGHT, float(second))
    panel.show_sight(panel.sight, 1_000.0 + known_s)
    view, room = panel.over_time, panel.over_time._room()
    assert view._x(1_000 + known_s - span, room) == pytest.approx(room.left())
    for _ in range(KEPT_S // 10):
        QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.cross[0] == span - 1


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_hole_is_painted_as_a_hole(panel, theme):
    panel.set_theme(theme)
    fill(panel)
    view, room = panel.over_time, panel.over_time._room()
    picture = view.grab().toImage()
    scale = picture.width() / view.width()

    def colours(second):
        x = int(view._x(second, room) * scale)
        return {
            picture.pixel(x, y) for y in range(int(room.top() * scale) + 2, int(room.bottom() * scale) - 2)
        }

    assert len(colours(1_325)) < 30 < len(colours(1_500))  # hatching, and the shades of a book
    assert len(colours(900)) == 1  # before anything was known
