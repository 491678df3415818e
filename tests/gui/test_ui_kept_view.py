"""What a hand did to a chart's scales outlives the session, and the moment one looks at the timeframe."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.fakes.window_world import Desk
from workstation.domain.market import slot_of
from workstation.ui.chart.kept_scales import KeptScales
from workstation.ui.chart.price_scale import Scaling

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def open_desk(tmp_path, qtbot):
    made: list[Desk] = []

    def open_one() -> Desk:
        desk = Desk(tmp_path)
        desk.fill_store()
        window = desk.open()
        qtbot.addWidget(window)
        desk.welcome()
        qtbot.waitUntil(lambda: window.chart.frame is not None)
        made.append(desk)
        return desk

    yield open_one
    for desk in made:
        if desk.window.isVisible():
            desk.window.finish()


def wheel(chart, at: QPointF, dy: int) -> None:
    where = chart.mapToGlobal(at.toPoint())
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        at, where.toPointF(), QPoint(), QPoint(0, dy), Qt.MouseButton.NoButton, NONE, phase, False
    )
    QApplication.sendEvent(chart, event)
    QApplication.processEvents()


def stretch(chart) -> None:
    wheel(chart, QPointF(chart.width() - 20, 120), -480)


def test_prices_stretched_by_hand_and_the_width_of_bars_come_back_with_the_window(open_desk, qtbot):
    desk = open_desk()
    chart = desk.window.chart
    stretch(chart)
    wheel(chart, QPointF(200, 120), 240)
    kept, shown = chart.kept_scales(), chart.frame.prices
    assert not chart.is_fitted
    desk.window.finish()
    again = open_desk().window.chart
    assert again.kept_scales() == kept
    assert (again.frame.prices.low, again.frame.prices.high) == pytest.approx((shown.low, shown.high))


def test_stretching_is_saved_without_another_change(open_desk, qtbot):
    desk = open_desk()
    heard = []
    desk.window.workspace.active.changed.connect(lambda: heard.append(1))
    stretch(desk.window.chart)
    qtbot.waitUntil(lambda: bool(heard))
    saved = desk.window.workspace.active.save()["scales"]
    assert saved["prices"] == list(desk.window.chart.kept_scales().prices)
    assert saved["of"] == ["BTC/USDT", "1h"]


def test_prices_held_for_one_market_are_not_those_of_another(open_desk):
    desk = open_desk()
    chart, pane = desk.window.chart, desk.window.workspace.active
    stretch(chart)
    state = pane.save()
    desk.window.open_symbol("ETH/USDT")
    assert chart.is_fitted
    pane.restore({"scales": state["scales"]})
    assert chart.is_fitted
    desk.window.open_symbol("BTC/USDT")
    pane.restore({"scales": state["scales"]})
    assert chart.kept_scales().prices == pytest.approx(tuple(state["scales"]["prices"]))


def test_the_width_of_bars_stays_from_market_to_market(open_desk):
    desk = open_desk()
    chart = desk.window.chart
    wheel(chart, QPointF(300, 120), 480)
    wide = chart.kept_scales().bar
    desk.window.open_symbol("ETH/USDT")
    QApplication.processEvents()
    assert chart.kept_scales().bar == wide
    assert chart.frame.slots.per_slot == pytest.approx(wide * chart.frame.dpr)
    assert chart.following


def test_a_window_of_the_past_stays_where_it_is_in_another_timeframe(open_desk, qtbot):
    desk = open_desk()
    chart = desk.window.chart
    until = chart.extent[1]
    moment = until - 100 * 3_600_000
    chart.show_moment(moment)
    QApplication.processEvents()
    assert not chart.following
    desk.window.actions_by_id["timeframe.15m"].trigger()
    QApplication.processEvents()
    assert chart.key.timeframe == "15m"
    assert abs(slot_of(chart.middle_ms, "1h") - slot_of(moment, "1h")) <= 1
    desk.window.actions_by_id["chart.live"].trigger()
    QApplication.processEvents()
    desk.window.actions_by_id["timeframe.1h"].trigger()
    QApplication.processEvents()
    assert chart.following


def test_another_market_begins_at_its_newest_bar(open_desk):
    desk = open_desk()
    desk.window.chart.show_moment(desk.window.chart.extent[1] - 100 * 3_600_000)
    QApplication.processEvents()
    desk.window.open_symbol("ETH/USDT")
    QApplication.processEvents()
    assert desk.window.chart.following


@pytest.mark.parametrize(
    "saved",
    [
        None,
        [],
        {},
        {"scaling": "linear"},
        {"scaling": "cubic", "bar": 6.0},
        {"scaling": "linear", "bar": float("nan")},
        {"scaling": "linear", "bar": True},
        {"scaling": "linear", "bar": 1e9},
    ],
    ids=["nothing", "list", "empty", "no-bar", "scaling", "nan", "bool", "wide"],
)
def test_scales_of_another_form_are_ignored(saved):
    assert KeptScales.of(saved) is None


def test_edges_of_another_form_fit_again():
    kept = KeptScales.of({"scaling": "log", "bar": 3, "prices": [2.0, 1.0], "panes": [[0, 1], "x", [1]]})
    assert kept == KeptScales(3.0, Scaling.LOG, None, ((0.0, 1.0), None, None))
    assert KeptScales.of(kept.state()) == kept
