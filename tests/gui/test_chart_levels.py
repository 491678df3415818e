"""Price levels on the chart: where they begin, which are labelled, and that they never hide a price."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt

from workstation.domain.candle import CandleColumns
from workstation.domain.level import LevelKind, PriceLevel
from workstation.domain.market import SeriesKey
from workstation.ui.chart import level_painter
from workstation.ui.chart.axis_painter import price_label
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.layout import Layout
from workstation.ui.chart.level_painter import (
    LOOKS,
    MOST_LEVELS,
    lay_out,
    lay_out_labels,
    level_at,
    level_text,
    short_text,
)
from workstation.ui.theme import DARK, LIGHT

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000
START = 1_700_006_400_000 // HOUR * HOUR
N = 120


def candles() -> CandleColumns:
    wave = 100 + 10 * np.sin(np.arange(N) / 9)
    wave[-1] = 100.0
    return CandleColumns.of(START + np.arange(N) * HOUR, wave, wave + 0.5, wave - 0.5, wave, np.ones(N))


def level(price: float, kind: LevelKind = LevelKind.RESISTANCE, bar: int | None = 60, touches: int = 2):
    return PriceLevel(price, kind, touches, None if bar is None else START + bar * HOUR)


@pytest.fixture
def chart(qtbot) -> ChartView:
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.set_series(KEY, candles(), 0.01)
    view.show()
    view.grab()
    return view


def shown(chart: ChartView):
    chart.grab()
    return lay_out(chart.frame)


def labelled(chart: ChartView):
    chart.grab()
    return lay_out_labels(chart.frame, chart._picture.labels, lay_out(chart.frame))


def ink_columns(chart: ChartView, row: int) -> list[int]:
    """Return which pixels of a row changed when the levels were drawn."""
    chart.set_levels_shown(False)
    without = chart.grab().toImage()
    chart.set_levels_shown(True)
    image = chart.grab().toImage()
    end = chart.frame.device(chart.frame.layout.plot_width)
    return [x for x in range(end) if image.pixel(x, row) != without.pixel(x, row)]


def test_a_level_is_a_line_from_the_bar_at_which_it_began_to_the_right_edge(chart):
    chart.set_levels((level(108.0, LevelKind.SUPPORT, bar=60),))
    (placed,) = shown(chart)
    frame = chart.frame
    assert placed.row == frame.prices.row(108.0)
    assert placed.left == frame.device(frame.slots.x_of(frame.series.slot_from(START + 60 * HOUR)))
    changed = ink_columns(chart, placed.row)
    assert min(changed) == placed.left
    end = frame.layout.plot_width
    assert set(range(placed.left + 20, end, 7)) <= set(changed), "a whole line up to the axis"


def test_a_level_without_a_beginning_and_one_older_than_the_view_go_right_through(chart):
    chart.set_levels((level(108.0, LevelKind.ROUND_NUMBER, bar=None), level(93.0, bar=-900)))
    assert [placed.left for placed in shown(chart)] == [0, 0]


def test_levels_out_of_sight_are_left_out_and_at_most_fourteen_are_drawn_the_nearest(chart):
    near = [level(100 + step * 0.4, LevelKind.SUPPORT) for step in range(-12, 12)]
    chart.set_levels((*near, level(500.0), level(1.0)))
    placed = shown(chart)
    assert len(placed) == MOST_LEVELS
    assert max(abs(one.level.price - 100.0) for one in placed) <= 7 * 0.4


def test_labels_stand_on_the_axis_where_no_candle_is_and_touch_neither_each_other_nor_the_newest_price(chart):
    kinds = list(LevelKind)
    crowd = [level(91 + i * 0.9, kinds[i % len(kinds)], bar=i, touches=i % 5) for i in range(20)]
    chart.set_levels((*crowd, level(100.05), level(99.95, LevelKind.SUPPORT)))
    boxes = [label.box for label in labelled(chart)]
    frame = chart.frame
    newest = frame.prices.row(100.0) / frame.dpr
    line = chart._picture.labels.height()
    assert len(boxes) >= 5
    for i, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[i + 1 :])
        assert frame.layout.plot_width <= box.left(), "the newest candles stay free"
        assert box.right() <= frame.layout.width
        assert box.bottom() <= newest - line / 2 or box.top() >= newest + line * 1.5, "price and countdown"


def test_the_axis_has_room_for_the_longest_label(chart):
    chart.set_levels((level(1_234_567.89, LevelKind.POINT_OF_CONTROL), level(108.0)))
    chart.grab()
    assert chart._picture.labels.width("POC 1,234,567.89", Style.SMALL) + 8 <= chart.frame.layout.axis_width
    (label,) = labelled(chart)
    assert chart._picture.labels.width(label.text, Style.SMALL) + 4 < label.box.width()


def test_no_number_of_the_axis_lies_under_a_label(chart, monkeypatch):
    written = []
    whole = Labels.paint
    monkeypatch.setattr(Labels, "paint", lambda *words: written.append(words[3]) or whole(*words))
    chart.set_levels((level(95.0),))
    chart.grab()
    value, spacing = next(tick for tick in chart.frame.price_ticks if 103 < tick[0] < 109)
    number = price_label(chart.frame, value, spacing)
    assert number in written
    written.clear()
    chart.set_levels((level(value + 0.05, LevelKind.RESISTANCE),))
    chart.grab()
    assert f"R {value + 0.05:.2f}" in written
    assert number not in written


def test_the_level_under_the_pointer_is_told_in_words(chart, qtbot):
    chart.set_levels((level(108.0, LevelKind.SUPPORT, touches=3), level(93.0)))
    chart.grab()
    y = chart.frame.prices.row(108.0) / chart.frame.dpr
    assert level_at(chart.frame, y + 3).level.price == 108.0
    assert level_at(chart.frame, y + 12) is None
    box = QRect(chart.frame.layout.plot_width - 100, round(y) - 20, 90, 14)
    without = chart.grab(box).toImage()
    qtbot.mouseMove(chart, QPoint(300, round(y)))
    assert chart.grab(box).toImage() != without


def test_where_labels_would_overlap_the_one_that_turned_price_keeps_its_own(chart):
    chart.set_levels((level(105.0, LevelKind.ROUND_NUMBER, None, 0), level(105.01, touches=6)))
    assert [label.level.kind for label in labelled(chart)] == [LevelKind.RESISTANCE]
    assert len(shown(chart)) == 2, "both lines are drawn"


def test_an_axis_says_kind_and_price_in_short():
    assert [short_text(level(105.0, kind), 0.01).removesuffix("105.00").strip() for kind in LevelKind] == [
        "R",
        "S",
        "P",
        "R1",
        "S1",
        "POC",
        "VAH",
        "VAL",
        "",
    ]


def test_words_say_kind_price_and_touches():
    assert level_text(level(64_900.0, touches=3), 0.01) == "Resistance  64,900.00  ×3"
    assert level_text(level(65_000.0, LevelKind.ROUND_NUMBER, None, 0), 0.01) == "Round number  65,000.00"


def test_kinds_of_one_colour_differ_in_their_pattern():
    seen = [(look.colour, look.dash, look.gap) for look in LOOKS.values()]
    assert len(set(seen)) == len(LevelKind)
    support, resistance = LOOKS[LevelKind.SUPPORT], LOOKS[LevelKind.RESISTANCE]
    assert (support.gap == 0) != (resistance.gap == 0), "told apart without colour"


def test_levels_can_be_switched_off_and_go_with_the_series(chart):
    chart.set_levels((level(108.0),))
    chart.set_levels_shown(False)
    assert shown(chart) == []
    chart.set_levels_shown(True)
    assert len(shown(chart)) == 1
    chart.set_series(KEY, candles(), 0.01)
    assert len(shown(chart)) == 1, "longer history of the same series keeps them"
    chart.set_series(SeriesKey("binance", "ETH/USDT", "1h"), candles(), 0.01)
    assert shown(chart) == []


def test_moving_the_pointer_paints_no_level_again(chart, qtbot, monkeypatch):
    chart.set_levels((level(108.0),))
    chart.grab()
    monkeypatch.setattr(level_painter, "paint", lambda *_: pytest.fail("painted again"))
    qtbot.mouseMove(chart, chart.rect().center())
    chart.repaint()
    assert chart.frame.levels


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_label_is_written_in_the_themes_colour(chart, theme):
    chart.set_theme(theme)
    chart.set_levels((level(108.0),))
    (label,) = labelled(chart)
    box = label.box.toRect()
    image = chart.grab().toImage()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(box.left(), box.right())
        for y in range(box.top(), box.bottom())
    }
    assert theme.bearish in inks


def test_a_chart_too_narrow_for_an_axis_has_lines_and_no_labels(chart):
    chart.set_levels((level(95.0, bar=-900),))
    chart.grab()
    frame = chart.frame
    narrow = replace(frame, layout=Layout.of(100, 500, frame.layout.axis_width, 20, 40))
    assert narrow.layout.axis_width == 0
    assert lay_out_labels(narrow, chart._picture.labels, lay_out(narrow)) == []
    assert len(lay_out(narrow)) == 1


def test_a_click_on_a_bar_is_told_and_a_drag_is_not(chart, qtbot):
    told = []
    chart.bar_clicked.connect(told.append)
    slot = chart.frame.series.slot_from(START + 80 * HOUR)
    where = QPointF(chart.frame.slots.x_of(slot), 200).toPoint()
    qtbot.mouseMove(chart, where)
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=where)
    assert [candle.open_time for candle in told] == [START + 80 * HOUR]
    qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=where + where.__class__(40, 0))
    assert len(told) == 1
