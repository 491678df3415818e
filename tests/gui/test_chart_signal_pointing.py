"""Pointing at a signal: its marker is what counts, however narrow the bars, and it says what came after."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from tests.fakes.window_world import LIVE, NOW_MS, columns, signal
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.signal import Direction
from workstation.ui.chart import marker_painter
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.series import ChartSeries

KEY = SeriesKey(LIVE.name, "BTC/USDT", "1h")
HOUR = 3_600_000
BULLISH, BEARISH = Direction.BULLISH, Direction.BEARISH


def point(chart: ChartView, x: float, y: float) -> None:
    at, none = QPointF(x, y), Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart, move)


@pytest.mark.parametrize("n_shown", [60, 3000])
@pytest.mark.parametrize("direction", [BULLISH, BEARISH])
def test_anywhere_on_a_marker_its_own_bar_is_pointed_at(qtbot, n_shown, direction):
    chart = ChartView()
    qtbot.addWidget(chart)
    chart.resize(900, 500)
    chart.set_series(KEY, columns(KEY, 5000))
    newest = slot_of(NOW_MS, "1h") - 1
    marked = newest - n_shown // 2
    chart.set_signals([signal(KEY, marked * HOUR, 100.0, direction)])
    chart.show_slots(newest - n_shown, newest)
    chart.grab()
    (markers,) = marker_painter.lay_out(chart.frame)
    half, x, y = marker_painter.marker_size(chart.frame) // 2, int(markers.x[0]), int(markers.y[0])
    for aside in (-half, 0, half):
        point(chart, x + aside, y)
        assert chart.pointed.slot == marked
    point(chart, x + half + 6, y)
    assert chart.pointed.slot == chart.frame.slots.slot_at(x + half + 6)


def series_after(closes: list[float], forming: float | None = None) -> ChartSeries:
    """Return a series of which every candle reaches one above and one below its close."""
    series = ChartSeries(KEY)
    times = [n * HOUR for n in range(len(closes))]
    high, low = [close + 1 for close in closes], [close - 1 for close in closes]
    series.load(CandleColumns.of(times, closes, high, low, closes, [1.0] * len(closes)))
    if forming is not None:
        series.apply(Candle(len(closes) * HOUR, forming, forming, forming, forming, 1.0, closed=False))
    return series


def test_a_signal_that_was_not_followed_up_says_how_far_price_went_and_the_extremes_on_the_way():
    series = series_after([100.0] * 10 + [94.0] + [101.0] * 12 + [102.0] + [80.0] * 5)
    raised = signal(KEY, 0, 100.0, BULLISH)
    assert (
        series.afterwards(raised)
        == "\N{MINUS SIGN}20.00 % after 24 h, between \N{MINUS SIGN}21.00 % and +3.00 %"
    )


def test_only_candles_that_closed_tell_what_came_after_a_signal():
    raised = signal(KEY, HOUR, 100.0, BEARISH)
    assert series_after([100.0, 100.0], forming=50.0).afterwards(raised) == ""
    assert series_after([100.0, 100.0, 99.0, 98.0], forming=50.0).afterwards(raised) == (
        "\N{MINUS SIGN}2.00 % in 2 h so far, between \N{MINUS SIGN}3.00 % and 0.00 %"
    )
    assert series_after([100.0] * 4).afterwards(signal(KEY, HOUR, 100.0, BULLISH, closed=False)) == ""
