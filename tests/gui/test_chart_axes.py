"""Axes are stretched by hand, wheel and key: of the prices, and of every study's pane."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.test_chart_studies import KEY, candles, put
from tests.gui.test_chart_view import drag as drag_by_hand
from tests.gui.test_chart_view import wheel
from workstation.domain.market import SeriesKey
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.study_frame import PlacedStudy


@pytest.fixture(scope="module")
def shared(qapp):
    view = ChartView()
    view.resize(900, 700)
    view.show()
    yield view
    view.studies.stop()
    view.close()


@pytest.fixture
def chart(shared, qtbot):
    shared.clear("No market chosen")
    shared.restore_studies([])
    shared.set_inverted(False)
    shared.set_series(KEY, candles(600), price_step=0.01)
    put(qtbot, shared, "rsi", "macd")
    return shared


def pane(chart: ChartView, place: int) -> PlacedStudy:
    chart.grab()
    return chart.frame.studies[place]


def on_axis(chart: ChartView, place: int, share: float = 0.5) -> QPoint:
    one = pane(chart, place)
    return QPoint(chart.frame.layout.plot_width + 20, round(one.top + one.height * share))


def drag(chart: ChartView, start: QPoint, by: QPoint) -> None:
    drag_by_hand(chart, (start.x(), start.y()), (start.x() + by.x(), start.y() + by.y()))


def turn(chart: ChartView, at: QPoint, notches: int) -> None:
    wheel(chart, at.x(), at.y(), notches)


def span(chart: ChartView, place: int) -> float:
    scale = pane(chart, place).scale
    return scale.high - scale.low


def test_a_panes_axis_is_stretched_by_hand_alone_and_fits_after_a_double_click(chart):
    before, other, prices = span(chart, 1), span(chart, 0), chart.frame.prices
    drag(chart, on_axis(chart, 1), QPoint(0, 30))
    assert span(chart, 1) > before * 1.1
    assert span(chart, 0) == other
    assert chart.frame.prices == prices
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=on_axis(chart, 1))
    assert span(chart, 1) == before


def test_the_wheel_on_a_panes_axis_stretches_it_and_zooms_nothing_else(chart):
    before, bars = span(chart, 0), chart.frame.slots.per_slot
    turn(chart, on_axis(chart, 0), 1)
    assert span(chart, 0) < before
    assert chart.frame.slots.per_slot == bars
    turn(chart, on_axis(chart, 0), -2)
    assert span(chart, 0) > before


def test_a_held_pane_follows_the_hand_that_began_in_it(chart):
    drag(chart, on_axis(chart, 1), QPoint(0, 20))
    held, prices = pane(chart, 1).scale, chart.frame.prices
    one = pane(chart, 1)
    drag(chart, QPoint(400, one.top + one.height // 2), QPoint(0, 15))
    moved = pane(chart, 1).scale
    assert moved.row(held.low) - held.row(held.low) == pytest.approx(15, abs=1)
    assert chart.frame.prices == prices


def test_a_slip_of_the_hand_on_an_axis_stretches_nothing(chart):
    before = span(chart, 0)
    drag(chart, on_axis(chart, 0), QPoint(0, 2))
    assert span(chart, 0) == before
    assert chart.is_fitted


def test_arrows_stretch_prices_and_press_them_together(chart):
    def reach() -> float:
        chart.grab()
        return chart.frame.prices.high - chart.frame.prices.low

    before = reach()
    QTest.keyClick(chart, Qt.Key.Key_Up)
    assert reach() == pytest.approx(before / 1.1)
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert reach() == pytest.approx(before)


def test_another_market_begins_with_panes_that_fit(chart, qtbot):
    drag(chart, on_axis(chart, 0), QPoint(0, 40))
    chart.set_series(SeriesKey("binance", "ETH/USDT", "1m"), candles(600))
    qtbot.waitUntil(lambda: chart.studies.is_settled, timeout=20_000)
    assert pane(chart, 0).board.held is None


def test_a_double_click_on_the_bars_lets_every_axis_fit_again(chart):
    drag(chart, on_axis(chart, 0), QPoint(0, 40))
    drag(chart, QPoint(chart.frame.layout.plot_width + 20, 200), QPoint(0, 60))
    assert not chart.is_fitted
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    assert chart.is_fitted
    assert pane(chart, 0).board.held is None


def test_two_charts_of_one_size_with_the_same_market_have_axes_of_one_width(qtbot):
    first, second = ChartView(), ChartView()
    for view, width in ((first, 900), (second, 450)):
        qtbot.addWidget(view)
        view.resize(width, 500)
        view.set_series(KEY, candles(300), price_step=0.01)
        view.grab()
    first._picture._axis_width += 8  # a label was longer a while ago
    first.resize(450, 500)  # it is split
    first.grab()
    assert first.frame.layout == second.frame.layout


def test_a_wide_axis_stays_until_another_market_comes(chart):
    chart.grab()
    chart._picture._axis_width += 8
    turn(chart, QPoint(400, 200), 1)
    chart.grab()
    wide = chart.frame.layout.axis_width
    assert wide == chart._picture._axis_width
    chart.set_series(SeriesKey("binance", "ETH/USDT", "1m"), candles(600), price_step=0.01)
    chart.grab()
    assert chart.frame.layout.axis_width == wide - 8
