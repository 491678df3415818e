"""Points of drawings are typed exactly: prices in full, times by the chart's clock."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from workstation.domain.candle import CandleColumns
from workstation.domain.drawing import Anchor, Drawing, DrawingKind, Style
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey, slot_of
from workstation.storage.drawings import DrawingFiles
from workstation.ui.chart.axis_painter import LEFT
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.drawing_book import DrawingBook, Drawn
from workstation.ui.chart.drawing_tool import Tool
from workstation.ui.chart.drawing_words import position_words
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.drawings.drawing_menu import ask_points
from workstation.ui.drawings.drawing_points import moved_to, point_names, price_text, time_text
from workstation.ui.theme import DARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
START = 1_700_006_400_000 // (24 * HOUR) * 24 * HOUR  # 2023-11-15 00:00 UTC
BTC = Drawn("binance", "BTC/USDT")


@pytest.fixture
def book(tmp_path):
    made = DrawingBook(DrawingFiles(tmp_path))
    yield made
    made.finish()


@pytest.fixture
def chart(qtbot, book):
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.drawings.join(book)
    close = 100 + 10 * np.sin(np.arange(120) / 15)
    columns = CandleColumns.of(
        START + np.arange(120) * HOUR, close - 0.2, close + 0.5, close - 0.6, close, np.ones(120)
    )
    view.set_series(SeriesKey("binance", "BTC/USDT", "1h"), columns, 0.01)
    view.show()
    view.grab()
    return view


def anchor(hour: int, price: float) -> Anchor:
    return Anchor(START + hour * HOUR + HOUR // 2, price)


def drawn(book: DrawingBook, kind: DrawingKind, *anchors: Anchor, **facts) -> Drawing:
    drawing = Drawing("one", kind, anchors, **facts)
    book.add(BTC, drawing)
    return drawing


def test_every_kind_has_a_name_for_each_of_its_points():
    assert all(len(point_names(kind)) == kind.n_anchors for kind in DrawingKind)


def test_a_price_and_a_time_that_are_typed_are_where_the_line_stands(chart, book, qtbot):
    chart.set_zone(ZoneInfo("Asia/Kolkata"))
    chart.grab()
    line = drawn(book, DrawingKind.TREND, anchor(100, 101.5), anchor(110, 104.0))
    dialog = ask_points(chart, chart.drawings, line, DARK)
    assert dialog.times[0].text() == "2023-11-19 09:30"  # 04:00 UTC by a clock of half an hour
    dialog.prices[0].setText("1,234.567891")
    dialog.times[1].setText("2023-11-19 21:30")
    dialog.accept()
    assert dialog.note.text() == ""
    first, second = book.find(BTC, "one").anchors
    assert first == Anchor(line.anchors[0].time_ms, 1234.567891)
    assert second == Anchor(START + 112 * HOUR + HOUR // 2, 104.0)
    book.undo(BTC)
    assert book.find(BTC, "one") == line


def test_what_is_not_typed_keeps_every_digit(chart, book):
    line = drawn(book, DrawingKind.TREND, Anchor(START + 7_123, 101.123456789), anchor(110, 104.0))
    place = chart.drawings.place
    written = price_text(line.anchors[0], place), time_text(line.anchors[0], place)
    assert moved_to(line, 0, written, place) == line


@pytest.mark.parametrize("words", ["", "abc", "-3", "0", "nan", "1e40"])
def test_a_price_that_is_none_is_refused_in_words_and_nothing_moves(chart, book, words):
    line = drawn(book, DrawingKind.HORIZONTAL, anchor(100, 101.5))
    dialog = ask_points(chart, chart.drawings, line, DARK)
    assert not dialog.times
    dialog.prices[0].setText(words)
    dialog.accept()
    assert dialog.isVisible()
    assert "above zero" in dialog.note.text()
    dialog.reject()
    assert book.find(BTC, "one") == line


def test_a_stop_on_the_wrong_side_is_refused(chart, book):
    plan = drawn(book, DrawingKind.LONG, anchor(100, 100.0), anchor(100, 98.0), anchor(110, 104.0))
    dialog = ask_points(chart, chart.drawings, plan, DARK)
    dialog.prices[1].setText("101")
    dialog.accept()
    assert dialog.note.text() == "A long position has its stop below and its target above the entry."
    dialog.prices[1].setText("99")
    dialog.accept()
    assert [one.price for one in book.find(BTC, "one").anchors] == [100.0, 99.0, 104.0]


def test_a_time_that_is_none_says_which_point(chart, book):
    line = drawn(book, DrawingKind.VERTICAL, anchor(100, 101.5))
    with pytest.raises(UsageError, match="Line: "):
        moved_to(line, 0, ("", "soon"), chart.drawings.place)
    moved = moved_to(line, 0, ("", "2023-12-24 18:00"), chart.drawings.place)  # yet to come
    assert slot_of(moved.anchors[0].time_ms, "1h") - slot_of(START, "1h") == 39 * 24 + 18


def test_enter_and_a_double_click_ask_and_a_locked_drawing_says_that_it_is(chart, book, qtbot):
    line = drawn(book, DrawingKind.HORIZONTAL, anchor(100, 101.5))
    wanted: list[Drawing] = []
    chart.drawings.points_wanted.connect(wanted.append)
    QApplication.processEvents()
    at = QPointF(200, chart.drawings.place.y(101.5))
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=at.toPoint())
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert wanted == [line, line]
    locked = Drawing("one", line.kind, line.anchors, is_locked=True)
    book.replace(BTC, locked, "locked")
    said: list[str] = []
    book.said.connect(said.append)
    assert ask_points(chart, chart.drawings, locked, DARK) is None
    assert said == ["Horizontal line is locked. Unlock it, then change its points."]


@pytest.mark.parametrize(
    ("kind", "offered"),
    [(ChartKind.CANDLES, {"open", "high", "low", "close"}), (ChartKind.LINE, {"close"})],
    ids=["candles", "line"],
)
def test_points_snap_to_what_is_drawn_of_a_bar(chart, kind, offered):
    chart.set_kind(kind)
    chart.grab()
    place, slot = chart.drawings.place, slot_of(START, "1h") + 100
    candle = chart.frame.series.candle_at(slot)
    x, found = chart.frame.slots.x_of(slot), set()
    for name in ("open", "high", "low", "close"):
        value = getattr(candle, name)
        got = place.anchor(QPointF(x, place.y(value)), snaps=True).price
        found |= {each for each in ("open", "high", "low", "close") if getattr(candle, each) == got}
    assert found == offered


def test_words_of_a_position_end_inside_a_narrow_chart(chart, book):
    plan = drawn(book, DrawingKind.SHORT, anchor(100, 100.0), anchor(100, 102.0), anchor(110, 96.0))
    assert position_words(plan, chart.drawings.place)[1].startswith("Short position 100.00, reward to risk")
    chart.resize(300, 220)
    chart.grab()
    assert position_words(plan, chart.drawings.place) == (
        "Target 96.00",
        "Short 100.00, 2.00 to 1",
        "Stop 102.00",
    )


def test_the_readout_can_be_read_over_what_lies_under_it(chart, book):
    drawn(book, DrawingKind.RECTANGLE, anchor(0, 1.0), anchor(119, 1000.0), style=Style("#ff0000"))
    image, y = chart.grab().toImage(), 40
    beside, under = image.pixelColor(4, y), image.pixelColor(round(LEFT) - 1, y)
    assert under.red() < beside.red()


def test_the_right_button_puts_a_tool_away_and_opens_nothing(chart, book):
    chart.drawings.take(Tool.TREND)
    at = QPoint(200, 150)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, chart.mapToGlobal(at))
    wanted: list[object] = []
    chart.menu_wanted.connect(wanted.append)
    QApplication.sendEvent(chart, event)
    assert chart.drawings.tool is None
    assert wanted == []


def pressed(view, kind: QEvent.Type, at: QPointF, keys: Qt.KeyboardModifier) -> None:
    is_move = kind is QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if is_move else Qt.MouseButton.LeftButton
    QApplication.sendEvent(view, QMouseEvent(kind, at, at, button, Qt.MouseButton.LeftButton, keys))
    view.grab()


@pytest.mark.parametrize(
    ("way", "same"),
    [((180, 30), "price"), ((20, 120), "time_ms"), ((100, -80), "")],
    ids=["level", "upright", "half-way"],
)
def test_shift_holds_a_line_straight_while_it_is_drawn_and_dragged(chart, book, way, same):
    shift, kinds = Qt.KeyboardModifier.ShiftModifier, QEvent.Type
    begin = QPointF(250, 150)
    end = begin + QPointF(*way)
    chart.drawings.take(Tool.TREND)
    pressed(chart, kinds.MouseButtonPress, begin, shift)
    pressed(chart, kinds.MouseMove, end, shift)
    pressed(chart, kinds.MouseButtonRelease, end, shift)
    (line,) = book.drawings(BTC)
    for _ in range(2):
        first, second = line.anchors
        is_level, is_upright = first.price == second.price, first.time_ms == second.time_ms
        assert (is_level, is_upright) == (same == "price", same == "time_ms")
        if not same:
            a, b = (chart.drawings.place.point(each) for each in (first, second))
            assert abs(abs(b.x() - a.x()) - abs(b.y() - a.y())) <= chart.frame.slots.per_slot
        pressed(chart, kinds.MouseButtonPress, chart.drawings.place.point(second), shift)
        pressed(chart, kinds.MouseMove, end + QPointF(3, 2), shift)
        pressed(chart, kinds.MouseButtonRelease, end + QPointF(3, 2), shift)
        (line,) = book.drawings(BTC)
