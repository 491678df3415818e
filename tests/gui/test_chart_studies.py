"""Studies on a chart: seen, followed live, changed by hand, saved and brought back."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.study_choice import StudyChoice
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.study_hands import StudyHands
from workstation.ui.theme import DARK

MINUTE = 60_000
KEY = SeriesKey("binance", "BTC/USDT", "1m")
START = 1_700_000_000_000 // MINUTE * MINUTE


def candles(n: int) -> CandleColumns:
    rng = np.random.default_rng(5)
    close = 40_000 * np.exp(np.cumsum(rng.normal(0, 0.001, n)))
    opened = np.concatenate([[40_000.0], close[:-1]])
    high, low = np.maximum(opened, close) * 1.0005, np.minimum(opened, close) * 0.9995
    return CandleColumns.of(START + np.arange(n) * MINUTE, opened, high, low, close, rng.gamma(2, 20, n))


def choice(study_id: str) -> StudyChoice:
    return StudyChoice(study_id, STUDIES[study_id].defaults)


def dark_chart(qtbot) -> ChartView:
    """Return a chart of 600 minutes, not shown yet."""
    view = ChartView()
    qtbot.addWidget(view)
    view.set_theme(DARK)
    view.resize(900, 700)
    view.set_series(KEY, candles(600), price_step=0.01)
    return view


@pytest.fixture
def chart(qtbot):
    view = dark_chart(qtbot)
    view.show()
    yield view
    view.studies.stop()


def settle(qtbot, view: ChartView) -> None:
    qtbot.waitUntil(lambda: view.studies.is_settled, timeout=10_000)
    view.grab()


def put(qtbot, view: ChartView, *study_ids: str) -> None:
    for study_id in study_ids:
        view.studies.add(choice(study_id))
    settle(qtbot, view)


def test_panes_take_room_below_and_the_candles_keep_theirs(qtbot, chart) -> None:
    chart.grab()
    before = chart.frame.layout.price_height
    put(qtbot, chart, "ema", "rsi", "macd")
    layout = chart.frame.layout
    assert len(layout.panes) == 2
    assert layout.price_height < before
    assert sum(layout.pane_heights) + layout.price_height + layout.volume_height == layout.body_height
    assert layout.price_height > layout.body_height * 0.3


def test_the_line_of_an_average_is_painted_in_its_colour_through_its_value(qtbot, chart) -> None:
    chart.studies.add(replace(choice("sma"), colours={"average": "#ff00ff"}))
    settle(qtbot, chart)
    frame, image = chart.frame, chart.grab().toImage()
    slot = frame.series.pyramid.last_slot - 40
    value = float(np.mean([frame.series.candle_at(slot - i).close for i in range(20)]))
    x, row = int(frame.slots.x_of(slot)), frame.prices.row(value)
    near = [image.pixelColor(x, y) for y in range(row - 3, row + 4)]
    assert any(c.red() > 150 and c.blue() > 150 and c.green() < 100 for c in near)


def test_legend_says_name_numbers_and_the_value_at_the_bar(qtbot, chart) -> None:
    put(qtbot, chart, "sma", "rsi")
    texts = [[text for text, _ in line.parts if text] for line in chart.legend]
    newest = chart.studies.studies[0].traces[0].at(chart.frame.series.pyramid.last_slot)
    assert texts[0] == ["SMA 20", f"{newest:,.2f}"]
    assert texts[1][0] == "RSI 14"
    assert chart.legend[1].box.top() > chart.frame.layout.volume_bottom


def test_a_forming_candle_moves_the_study_and_a_revised_one_too(qtbot, chart) -> None:
    put(qtbot, chart, "sma")
    trace, last = chart.studies.studies[0].traces[0], chart.frame.series.pyramid.last_slot
    before, opened = trace.at(last), START + 600 * MINUTE
    chart.apply_candles([Candle(opened, 40_000, 50_000, 39_000, 50_000, 1.0, closed=False)])
    assert trace.at(last + 1) > before
    assert trace.at(last) == before
    known = chart.frame.series.candle_at(last)
    chart.apply_candles([replace(known, close=known.high)])
    closes = [chart.frame.series.candle_at(last - i).close for i in range(20)]
    assert trace.at(last) == pytest.approx(np.mean(closes), rel=1e-12)


def test_leading_spans_end_ahead_of_the_market(qtbot, chart) -> None:
    put(qtbot, chart, "ichimoku")
    chart.show_slots(slot_of(START, "1m") + 500, slot_of(START, "1m") + 660)
    chart.grab()
    outputs = {one.output.name: one for one in chart.frame.studies[0].outputs}
    newest = float(chart.frame.slots.centre(np.array([chart.frame.series.pyramid.last_slot]))[0])
    per_slot = chart.frame.slots.per_slot
    assert outputs["base"].strokes.x[-1] == pytest.approx(newest, abs=1)
    assert outputs["span_a"].strokes.x[-1] == pytest.approx(newest + 26 * per_slot, abs=2)
    assert outputs["lagging"].strokes.x[-1] == pytest.approx(newest - 26 * per_slot, abs=2)


def test_prices_far_from_the_market_widen_the_scale_within_reason(qtbot, chart) -> None:
    chart.grab()
    low, high = chart.frame.prices.range
    chart.studies.add(StudyChoice("bollinger", {"bars": 20.0, "width": 10.0}))
    settle(qtbot, chart)
    wide_low, wide_high = chart.frame.prices.range
    assert high - low < wide_high - wide_low < 3 * (high - low)


def test_panes_that_do_not_fit_are_named(qtbot, chart) -> None:
    chart.resize(900, 300)
    put(qtbot, chart, "rsi", "macd", "cci", "adx", "mfi", "obv")
    words = [text for line in chart.legend for text, _ in line.parts]
    assert any(text.startswith("No room here for") and "OBV" in text for text in words)
    assert chart.frame.layout.price_height >= chart.frame.layout.body_height * 0.2


def test_studies_come_back_from_json_and_damaged_ones_are_left_out(qtbot, chart) -> None:
    chart.studies.add(replace(choice("rsi"), colours={"value": "#123456"}, share=0.3, is_shown=False))
    chart.studies.add(choice("sar"))
    saved = json.loads(json.dumps(chart.studies_state()))
    other = ChartView()
    qtbot.addWidget(other)
    other.restore_studies([*saved, {"study": "nothing"}, 7, {"study": "ema", "values": {"bars": -1}}])
    assert [one.choice for one in other.studies.studies] == [one.choice for one in chart.studies.studies]
    other.restore_studies("rubbish")
    assert other.studies_state() == []


def test_removal_is_taken_back_where_it_was(qtbot, chart) -> None:
    put(qtbot, chart, "sma", "rsi", "macd")
    chart.studies.remove(1)
    assert [one.study.id for one in chart.studies.studies] == ["sma", "macd"]
    assert chart.studies.undo_removal()
    assert [one.study.id for one in chart.studies.studies] == ["sma", "rsi", "macd"]
    assert not chart.studies.undo_removal()
    settle(qtbot, chart)
    assert all(one.traces for one in chart.studies.studies)


def test_another_market_takes_the_studies_with_it_and_none_of_the_old_values(qtbot, chart) -> None:
    put(qtbot, chart, "sma")
    chart.set_series(replace(KEY, symbol="ETH/USDT"), candles(300))
    assert chart.studies.studies[0].traces == ()
    settle(qtbot, chart)
    trace = chart.studies.studies[0].traces[0]
    assert np.isfinite(trace.at(slot_of(START, "1m") + 299))
    assert trace.end == slot_of(START, "1m") + 300


def test_first_candles_may_come_after_the_study(qtbot) -> None:
    view = ChartView()
    qtbot.addWidget(view)
    view.studies.add(StudyChoice("sma", {"bars": 2.0}))
    view.set_series(KEY, CandleColumns.empty())
    view.apply_candles(list(candles(5)))
    qtbot.waitUntil(lambda: bool(view.studies.studies[0].traces), timeout=10_000)
    assert np.isfinite(view.studies.studies[0].traces[0].at(slot_of(START, "1m") + 4))
    view.studies.stop()


def test_an_edge_is_dragged_and_a_legend_line_is_clicked(qtbot, chart) -> None:
    hands = StudyHands(chart, chart, chart.studies)
    put(qtbot, chart, "sma", "rsi")
    top, height = chart.frame.layout.panes[0]
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(400, top))
    QTest.mouseMove(chart, QPoint(400, top - 60))
    hands._move(QPoint(400, top - 60).toPointF(), Qt.MouseButton.LeftButton)
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(400, top - 60))
    chart.grab()
    assert chart.frame.layout.panes[0][1] == pytest.approx(height + 60, abs=2)
    wanted: list[int] = []
    hands.edit_wanted.connect(wanted.append)
    menu = hands.menu_of(0)
    actions = {action.text(): action for action in menu.actions()}
    actions["Edit SMA 20…"].trigger()
    actions["Hide"].trigger()
    assert wanted == [0]
    assert not chart.studies.studies[0].choice.is_shown
    assert hands.line_at(chart.legend[0].box.center()).place == 0
    menu.deleteLater()


def test_the_legend_begins_beside_what_lies_over_the_left_edge(qtbot, chart) -> None:
    put(qtbot, chart, "sma", "rsi")
    plain = [line.box.left() for line in chart.legend]
    bar = QWidget(chart)
    bar.setGeometry(6, 60, 32, 400)
    bar.show()
    chart.grab()
    assert [line.box.left() for line in chart.legend] == [left + 38 for left in plain]
    assert not any(line.box.intersects(QRectF(bar.geometry())) for line in chart.legend)


def test_the_ground_of_a_band_is_never_drawn_over_a_hole(qtbot) -> None:
    view = ChartView()
    qtbot.addWidget(view)
    view.set_theme(DARK)
    view.resize(900, 700)
    view.set_series(KEY, candles(600).pick(~np.isin(np.arange(600), range(560, 575))), price_step=0.01)
    view.show()
    view.studies.add(choice("bollinger"))
    settle(qtbot, view)
    image, slots, first = view.grab().toImage(), view.frame.slots, slot_of(START, "1m")
    trace = view.studies.studies[0].traces[1]
    row = view.frame.prices.row(trace.at(first + 559))
    hole = {image.pixelColor(int(slots.x_of(first + 567)), y).name() for y in range(row - 30, row + 30)}
    assert hole <= {DARK.base, DARK.grid}
    view.studies.stop()
