"""Drawings stand where they were drawn in every picture, obey hand and keyboard, and can be taken back."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from tests.fakes.window_world import Desk
from workstation.domain.candle import CandleColumns
from workstation.domain.drawing import Anchor, Drawing, DrawingKind, Style
from workstation.domain.drawing_price import price_at
from workstation.domain.market import SeriesKey
from workstation.storage.drawings import DrawingFiles
from workstation.ui.chart.axis_painter import readout_rows
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.drawing_bar import DrawingBar
from workstation.ui.chart.drawing_book import DrawingBook, Drawn
from workstation.ui.chart.drawing_reach import Reach
from workstation.ui.chart.drawing_shape import shape_of
from workstation.ui.chart.drawing_tool import Tool
from workstation.ui.chart.drawing_words import measure_words
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.drawings.drawing_menu import ask_risk, ask_words, risk_of
from workstation.ui.theme import DARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

HOUR = 3_600_000
START = 1_700_006_400_000 // (24 * HOUR) * 24 * HOUR
BTC = Drawn("binance", "BTC/USDT")
BUTTON, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def columns(n: int = 240, bar_ms: int = HOUR) -> CandleColumns:
    close = 100 + 10 * np.sin(np.arange(n) / 15)
    open_ = np.concatenate([[100.0], close[:-1]])
    high, low = np.maximum(open_, close) + 0.5, np.minimum(open_, close) - 0.5
    return CandleColumns.of(START + np.arange(n) * bar_ms, open_, high, low, close, np.ones(n))


def new_chart(qtbot, book: DrawingBook, timeframe: str = "1h", symbol: str = "BTC/USDT") -> ChartView:
    view = ChartView()
    qtbot.addWidget(view)
    view.setMinimumSize(1, 1)
    view.resize(900, 600)
    view.drawings.join(book)
    n, bar_ms = (240, HOUR) if timeframe == "1h" else (60, 4 * HOUR)
    view.set_series(SeriesKey("binance", symbol, timeframe), columns(n, bar_ms))
    view.show()
    QApplication.processEvents()
    return view


@pytest.fixture
def book(tmp_path):
    made = DrawingBook(DrawingFiles(tmp_path))
    yield made
    made.finish()


@pytest.fixture
def chart(qtbot, book):
    return new_chart(qtbot, book)


def send(view, kind, at, buttons=BUTTON, modifiers=NONE):
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else BUTTON
    event = QMouseEvent(kind, at, at, button, buttons, modifiers)
    QApplication.sendEvent(view, event)
    QApplication.processEvents()


def click(view, at, modifiers=NONE):
    send(view, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, modifiers)
    send(view, QEvent.Type.MouseButtonPress, at, BUTTON, modifiers)
    send(view, QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.NoButton, modifiers)


def drag(view, begin, end, modifiers=NONE):
    send(view, QEvent.Type.MouseButtonPress, begin, BUTTON, modifiers)
    send(view, QEvent.Type.MouseMove, end, BUTTON, modifiers)
    send(view, QEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton, modifiers)


def anchor(hour: int, price: float) -> Anchor:
    return Anchor(START + hour * HOUR + HOUR // 2, price)


def line(name: str = "a", price: float = 100.0, **rest) -> Drawing:
    return Drawing(name, DrawingKind.HORIZONTAL, (anchor(200, price),), **rest)


def place(view):
    QApplication.processEvents()
    return view.drawings._place


def middle(view, number: int = 0) -> QPointF:
    QApplication.processEvents()
    points = next(view.drawings.shapes()[number].strokes())
    return (QPointF(*points[0]) + QPointF(*points[-1])) / 2


@pytest.mark.parametrize("tool", [each for each in Tool if each not in {Tool.TEXT, Tool.MEASURE}])
def test_every_tool_leaves_a_drawing_where_was_clicked(chart, book, tool):
    chart.drawings.take(tool)
    spots = [QPointF(300, 300), QPointF(420, 200), QPointF(480, 260)][: tool.n_points]
    for spot in spots:
        click(chart, spot)
    (drawn,) = book.drawings(BTC)
    assert drawn.kind is tool.kind
    assert chart.drawings.tool is None
    assert chart.drawings.selected == drawn.id
    for spot, at in zip(spots, drawn.anchors, strict=False):
        assert abs(place(chart).x(at.time_ms) - spot.x()) <= chart.frame.slots.per_slot / 2 + 1
        assert place(chart).y(at.price) == pytest.approx(spot.y(), abs=0.01)


def test_a_line_is_drawn_by_one_drag_too(chart, book):
    chart.drawings.take(Tool.TREND)
    drag(chart, QPointF(300, 300), QPointF(500, 200))
    assert [len(each.anchors) for each in book.drawings(BTC)] == [2]


def test_a_quick_second_click_is_the_second_point_and_resets_no_scale(chart, book):
    chart.show_slots(chart.frame.series.pyramid.last_slot - 40, chart.frame.series.pyramid.last_slot)
    QApplication.processEvents()
    shown = chart.frame.slots
    chart.drawings.take(Tool.RECTANGLE)
    click(chart, QPointF(300, 300))
    send(chart, QEvent.Type.MouseButtonDblClick, QPointF(340, 260))
    assert len(book.drawings(BTC)) == 1
    assert chart.frame.slots == shown


def test_drawing_moves_neither_the_chart_nor_chooses_a_bar(chart, book):
    clicked, shown = [], chart.frame.slots
    chart.bar_clicked.connect(clicked.append)
    chart.drawings.take(Tool.TREND)
    drag(chart, QPointF(300, 300), QPointF(500, 200))
    drag(chart, middle(chart), middle(chart) + QPointF(60, 40))
    assert (clicked, chart.frame.slots) == ([], shown)


def test_a_drawing_stands_on_the_same_moment_in_every_timeframe_and_on_every_scale(qtbot, chart, book):
    other = new_chart(qtbot, book, "4h")
    drawn = Drawing("a", DrawingKind.TREND, (anchor(100, 95.0), anchor(203, 108.0)))
    book.add(BTC, drawn)
    for view in (chart, other):
        for is_log in (False, True):
            view.set_log_scale(is_log)
            where = place(view)
            for each in drawn.anchors:
                slot = view.frame.slots.slot_at(where.x(each.time_ms))
                opened = view.frame.series.open_time(slot)
                assert opened <= each.time_ms < opened + view.frame.series.key.bar_ms
                assert where.price(where.y(each.price)) == pytest.approx(each.price)
            for x, y in next(view.drawings.shapes()[0].strokes()):
                if 1 < x < where.box.width() - 1:
                    told = price_at(drawn, round(where.time(x)))
                    assert where.price(y) == pytest.approx(told, rel=1e-4)


def test_every_chart_of_a_symbol_shows_its_drawings_at_once_and_no_other_does(qtbot, chart, book):
    other, foreign = new_chart(qtbot, book, "4h"), new_chart(qtbot, book, symbol="ETH/USDT")
    book.add(BTC, line())
    QApplication.processEvents()
    assert [len(view.drawings.shapes()) for view in (chart, other, foreign)] == [1, 1, 0]


def test_it_is_painted_in_its_colour_and_once_for_many_moves_of_the_pointer(chart, book):
    book.add(BTC, line(style=Style("#ff00ff", 3)))
    QApplication.processEvents()
    image = chart.grab().toImage()
    assert image.pixelColor(450, round(middle(chart).y())).name() == "#ff00ff"
    send(chart, QEvent.Type.MouseMove, QPointF(100, 250), Qt.MouseButton.NoButton)
    painted = chart.drawings._picture.kept.cacheKey()
    for x in (200, 300, 400):
        send(chart, QEvent.Type.MouseMove, QPointF(x, 250), Qt.MouseButton.NoButton)
    assert chart.drawings._picture.kept.cacheKey() == painted


def test_the_picture_is_the_same_painted_at_once_and_kept(chart, book):
    every = [
        Anchor(START + 150 * HOUR, 95.0),
        Anchor(START + 190 * HOUR, 104.0),
        Anchor(START + 205 * HOUR, 99.0),
    ]
    for number, kind in enumerate(DrawingKind):
        book.add(BTC, Drawing(str(number), kind, tuple(every[: kind.n_anchors]), text="Here"))
    chart.drawings._picture.forget()
    at_once = chart.grab().toImage()
    assert chart.drawings._picture.kept is None
    kept = chart.grab().toImage()
    assert chart.drawings._picture.kept is not None
    assert at_once == kept


@pytest.mark.parametrize("scaling", [Scaling.LINEAR, Scaling.LOG])
@pytest.mark.parametrize("kind", DrawingKind)
def test_what_is_left_out_as_out_of_reach_would_not_have_been_seen(chart, kind, scaling):
    chart.set_scaling(scaling)
    rng, here = np.random.default_rng(5), place(chart)
    spots = rng.uniform((-200, 20), (600, 180), (120, kind.n_anchors, 2))
    made = [
        Drawing(str(i), kind, tuple(Anchor(START + int(t * HOUR), float(p)) for t, p in one))
        for i, one in enumerate(spots)
    ]
    kept = Reach(made).in_sight(here)
    shapes = [shape_of(each, here, lambda text: 7.0 * len(text)) for each in made]
    seen = [shape.drawing for shape in shapes if shape is not None]
    assert set(seen) <= set(kept)
    assert kept == [each for each in made if each in kept]
    assert 0 < len(kept) < len(made)


def test_words_under_the_read_out_are_left_out_and_lower_ones_are_not(chart, book, monkeypatch):
    said = []
    monkeypatch.setattr(Labels, "paint", lambda *words: said.append(words[3]) or 10.0)
    _, read_to = readout_rows(chart._picture.labels)
    for y, is_said in ((read_to + 2, False), (read_to + 60, True)):
        level = chart.frame.prices.price_at(y * chart.frame.dpr)
        book.add(BTC, Drawing(f"line at {y}", DrawingKind.HORIZONTAL, (anchor(30, level),)))
        QApplication.processEvents()
        words = [one.text for shape in chart.drawings.shapes() for one in shape.words][-1]
        said.clear()
        chart.grab()
        assert (words in said) is is_said


def test_words_of_one_drawing_never_lie_on_one_another(chart, book):
    chart.show_slots(*(chart.frame.slots.slot_at(0) - 400, chart.frame.series.pyramid.last_slot))
    low = Drawing("low", DrawingKind.RETRACEMENT, (anchor(30, 99.0), anchor(60, 101.0)))
    high = Drawing("high", DrawingKind.RETRACEMENT, (anchor(100, 60.0), anchor(140, 140.0)))
    book.add(BTC, low)
    book.add(BTC, high)
    book.add(BTC, Drawing("plan", DrawingKind.LONG, (anchor(50, 100.0), anchor(50, 99.9), anchor(60, 100.1))))
    QApplication.processEvents()
    by_id = {shape.drawing.id: shape for shape in chart.drawings.shapes()}
    for shape in by_id.values():
        rows = [words.y for words in shape.words]
        assert all(abs(a - b) > 10 for i, a in enumerate(rows) for b in rows[:i])
    assert 1 <= len(by_id["low"].words) < len(by_id["low"].lines)
    assert len(by_id["high"].words) == len(by_id["high"].lines) > 2
    assert [words.text.split()[0] for words in by_id["plan"].words] == ["Long", "Stop"]


@pytest.mark.parametrize("kind", [DrawingKind.RETRACEMENT, DrawingKind.LONG, DrawingKind.CHANNEL])
def test_what_is_too_narrow_for_its_parts_is_a_stroke_that_can_still_be_taken(chart, book, kind):
    chart.set_series(chart.key, columns(4_000))
    first = chart.frame.series.pyramid.first_slot
    chart.show_slots(first + 150, first + 250)
    anchors = anchor(200, 99.0), anchor(201, 96.0), anchor(202, 103.0)
    drawn = Drawing("a", kind, anchors[-kind.n_anchors :])
    book.add(BTC, drawn)
    QApplication.processEvents()
    (wide,) = chart.drawings.shapes()
    assert len(list(wide.strokes())) > 2
    chart.show_slots(first, first + 4_000)
    QApplication.processEvents()
    (narrow,) = chart.drawings.shapes()
    assert (len(list(narrow.strokes())), narrow.words, narrow.areas) == (1, [], [])
    assert chart.drawings.shape_at(middle(chart)).drawing is drawn


def test_a_tick_leaves_drawings_where_they_are_and_another_scale_moves_them(chart, book):
    book.add(BTC, line())
    QApplication.processEvents()
    shapes, last = chart.drawings.shapes(), chart.last_painted_candle
    chart.apply_candles([replace(last, volume=last.volume / 2)])
    QApplication.processEvents()
    assert chart.drawings.shapes() is shapes
    chart.set_log_scale(True)
    QApplication.processEvents()
    assert chart.drawings.shapes() is not shapes
    shapes = chart.drawings.shapes()
    chart.set_series(chart.key, columns(), price_step=0.5)
    QApplication.processEvents()
    assert chart.drawings.shapes() is not shapes


def test_points_snap_to_the_bar_where_that_is_wished_and_control_reverses_it(chart, book):
    slot = chart.frame.slots.slot_at(500)
    candle = chart.frame.series.candle_at(slot)
    near = QPointF(500, place(chart).y(candle.high) - 9)
    for snaps, modifiers, is_on in (
        (True, NONE, 1),
        (True, CONTROL, 0),
        (False, NONE, 0),
        (False, CONTROL, 1),
    ):
        book.set_snaps(snaps)
        chart.drawings.take(Tool.HORIZONTAL)
        click(chart, near, modifiers)
        assert (book.drawings(BTC)[-1].anchors[0].price == candle.high) == bool(is_on)


def test_the_hand_moves_a_drawing_and_its_points_and_one_undo_takes_a_whole_drag_back(chart, book):
    drawn = Drawing("a", DrawingKind.TREND, (anchor(150, 95.0), anchor(200, 105.0)))
    book.add(BTC, drawn)
    begin = middle(chart)
    send(chart, QEvent.Type.MouseButtonPress, begin)
    for step in range(1, 6):
        send(chart, QEvent.Type.MouseMove, begin + QPointF(12, 8) * step)
    send(chart, QEvent.Type.MouseButtonRelease, begin + QPointF(60, 40), Qt.MouseButton.NoButton)
    (after,) = book.drawings(BTC)
    assert {b.time_ms - a.time_ms for a, b in zip(drawn.anchors, after.anchors, strict=True)} == {10 * HOUR}
    assert all(b.price < a.price for a, b in zip(drawn.anchors, after.anchors, strict=True))
    book.undo(BTC)
    assert book.drawings(BTC) == (drawn,)
    QApplication.processEvents()
    handle = chart.drawings.shapes()[0].handles[1]
    drag(chart, handle, handle - QPointF(0, 50))
    (after,) = book.drawings(BTC)
    assert after.anchors[0] == drawn.anchors[0]
    assert after.anchors[1].price > drawn.anchors[1].price


def test_a_locked_drawing_is_neither_moved_nor_deleted_and_says_so(qtbot, chart, book):
    said = []
    book.said.connect(said.append)
    book.add(BTC, line(is_locked=True))
    drag(chart, middle(chart), middle(chart) + QPointF(0, 60))
    qtbot.keyClick(chart, Qt.Key.Key_Delete)
    assert book.drawings(BTC) == (line(is_locked=True),)
    assert "locked" in said[-1]


def test_the_keyboard_draws_walks_nudges_and_deletes(qtbot, chart, book):
    chart.drawings.take(Tool.TREND)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    (drawn,) = book.drawings(BTC)
    shown = chart.frame.slots
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert book.drawings(BTC)[0].anchors[1].time_ms == drawn.anchors[1].time_ms + HOUR
    qtbot.keyClick(chart, Qt.Key.Key_Space)
    qtbot.keyClick(chart, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    (after,) = book.drawings(BTC)
    assert after.anchors[0].price > drawn.anchors[0].price
    assert after.anchors[1].price == drawn.anchors[1].price
    assert chart.frame.slots == shown
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.drawings.chosen is None
    assert chart.focusNextPrevChild(True)
    assert chart.drawings.selected == drawn.id
    assert not chart.drawings.walk(forward=True)
    chart.drawings.walk(forward=False)
    qtbot.keyClick(chart, Qt.Key.Key_Delete)
    assert book.drawings(BTC) == ()


def test_escape_ends_a_tool_and_leaves_nothing(qtbot, chart, book):
    chart.drawings.take(Tool.CHANNEL)
    click(chart, QPointF(300, 300))
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.drawings.tool is None
    assert book.drawings(BTC) == ()


def test_deleting_everything_asks_nothing_and_says_how_it_comes_back(chart, book):
    said = []
    book.said.connect(said.append)
    for name in "abc":
        book.add(BTC, line(name))
    book.clear(BTC)
    assert book.drawings(BTC) == ()
    assert said[-1] == "3 drawings deleted. Ctrl+Z brings all of them back."
    book.undo(BTC)
    assert len(book.drawings(BTC)) == 3
    assert not book.can_undo(Drawn("binance", "ETH/USDT"))


def test_a_measured_distance_is_shown_and_not_kept(chart, book):
    chart.drawings.take(Tool.MEASURE)
    bare = chart.grab().toImage()
    drag(chart, QPointF(300, 300), QPointF(420, 200))
    assert chart.grab().toImage() != bare
    assert book.drawings(BTC) == ()
    click(chart, QPointF(600, 300))
    assert chart.drawings.tool is None


def test_a_measured_distance_says_change_bars_and_time(chart):
    place_of = place(chart)
    assert measure_words(anchor(100, 100.0), anchor(129, 95.0), place_of) == (
        "\N{MINUS SIGN}5.00 %   \N{MINUS SIGN}5.0000",
        "29 bars, 1 d 5 h",
    )
    assert measure_words(anchor(100, 100.0), anchor(99, 110.0), place_of)[1] == (
        "\N{MINUS SIGN}1 bar, \N{MINUS SIGN}1 h"
    )


def test_hidden_drawings_are_neither_painted_nor_taken_hold_of(chart, book):
    book.add(BTC, line(style=Style("#ff00ff", 3)))
    at = middle(chart)
    book.set_hidden(True)
    QApplication.processEvents()
    assert chart.drawings.shape_at(at) is None
    assert chart.grab().toImage().pixelColor(450, round(at.y())).name() != "#ff00ff"
    chart.drawings.take(Tool.TREND)
    assert not book.is_hidden


def test_words_and_risk_are_asked_for_and_stay_plain(qtbot, chart, book):
    wanted = []
    chart.drawings.text_wanted.connect(wanted.append)
    chart.drawings.take(Tool.TEXT)
    click(chart, QPointF(300, 300))
    assert book.drawings(BTC) == ()
    dialog = ask_words(chart, chart.drawings, wanted[0])
    dialog.setTextValue("  <b>top</b> \n here ")
    dialog.accept()
    assert book.drawings(BTC)[0].text == "<b>top</b> here"
    chart.drawings.take(Tool.LONG)
    click(chart, QPointF(500, 300))
    dialog = ask_risk(chart, chart.drawings, book.drawings(BTC)[1])
    dialog.setTextValue("1,250.50")
    dialog.accept()
    assert book.drawings(BTC)[1].risk == Decimal("1250.50")
    assert [risk_of(words) for words in ("0", "-1", "NaN", "much", "1e99")] == [None] * 5


@pytest.mark.parametrize("size", [(60, 40), (240, 160), (900, 600)])
@pytest.mark.parametrize("is_log", [False, True])
def test_no_place_of_a_drawing_and_no_size_breaks_the_chart(chart, book, caplog, size, is_log):
    far = (Anchor(0, 1e-9), Anchor(4_000_000_000_000, 1e12), Anchor(START, 3.0))
    for kind in DrawingKind:
        for name, points in (("far", far), ("flat", (anchor(200, 100.0),) * 3)):
            book.add(BTC, Drawing(f"{kind}{name}", kind, points[: kind.n_anchors]))
    chart.resize(*size)
    chart.set_log_scale(is_log)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Minus, Qt.Key.Key_End):
        chart._gestures.key(key, chart.frame)
        chart._change()
        QApplication.processEvents()
    assert caplog.records == []


def test_drawings_come_back_in_the_next_session(qtbot, tmp_path, book, chart):
    book.add(BTC, line())
    book.undo(BTC)
    book.redo(BTC)
    book.finish()
    later = DrawingBook(DrawingFiles(tmp_path))
    view = new_chart(qtbot, later)
    qtbot.waitUntil(lambda: later.drawings(BTC) == (line(),))
    QApplication.processEvents()
    assert len(view.drawings.shapes()) == 1


def test_drawings_that_cannot_be_kept_stay_on_the_chart_and_say_so(qtbot, tmp_path):
    (tmp_path / "file").write_text("")
    book, told = DrawingBook(DrawingFiles(tmp_path / "file")), []
    book.failed.connect(told.append)
    book.add(BTC, line())
    qtbot.waitUntil(lambda: len(told) == 1)
    assert "stay on the chart" in told[-1]
    assert book.drawings(BTC) == (line(),)


def test_the_bar_closes_where_there_is_no_room_and_shows_the_tool_in_the_hand(chart):
    bar = DrawingBar(chart, chart.drawings, DARK)
    chart.resize(900, 800)
    QApplication.processEvents()
    assert bar.tools[Tool.TREND].isVisible()
    chart.drawings.take(Tool.TREND)
    assert bar.tools[Tool.TREND].isChecked()
    for size in ((900, 300), (400, 800)):
        chart.resize(*size)
        QApplication.processEvents()
        assert bar.pencil.isVisible()
        assert not bar.tools[Tool.TREND].isVisible()


def test_in_the_window_commands_draw_undo_and_offer_the_drawings_menu(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store()
    qtbot.addWidget(desk.open())
    desk.welcome()
    window = desk.window
    chart, book = window.workspace.active.chart, window.drawings.book
    qtbot.waitUntil(lambda: chart.drawings.market is not None)
    market = chart.drawings.market
    window.actions_by_id["drawing.horizontal"].trigger()
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert [each.kind for each in book.drawings(market)] == [DrawingKind.HORIZONTAL]
    at = QPointF(150, middle(chart).y()).toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, chart.mapToGlobal(at))
    QApplication.sendEvent(chart, event)
    menu = QApplication.activePopupWidget()
    assert [action.text() for action in menu.actions()][:6] == [
        "Horizontal line",
        "",
        "Price…\tEnter",
        "Colour",
        "Width",
        "Line",
    ]
    assert [action.text() for action in menu.actions()][-4:] == [
        "Alert…\tAlt+A",
        "Draw once more\tAlt+D",
        "Lock\tAlt+K",
        "Delete",
    ]
    menu.close()
    window.actions_by_id["drawing.undo"].trigger()
    assert book.drawings(market) == ()
    window.finish()
    assert list(tmp_path.rglob("drawings/*.json"))


def test_a_chart_whose_drawings_are_gone_keeps_no_second_picture(chart, book):
    book.add(BTC, line())
    chart.drawings._picture.forget()
    for _ in range(2):
        chart.grab()
    assert not chart.drawings._picture._canvas.isNull()
    book.undo(BTC)
    chart.grab()
    assert chart.drawings._picture._canvas.isNull()
