"""A crosshair that stands on another chart says on both axes of this one what it means here."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from tests.fakes.window_world import NOW_MS, Desk
from workstation.domain.candle import Candle
from workstation.domain.market import slot_of
from workstation.domain.study_choice import StudyChoice
from workstation.ui.chart import chart_canvas
from workstation.ui.theme import DARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    window = made.open()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    made.welcome()
    qtbot.waitUntil(lambda: window.workspace.is_started)
    yield made
    made.window.finish()


@pytest.fixture
def linked(desk):
    """Return two panes side by side that are linked to one another, with their charts painted."""
    window = desk.window
    first = window.workspace.active
    window.actions_by_id["chart.split_right"].trigger()
    second = window.workspace.active
    for pane in (first, second):
        pane.chart.grab()
        window.charts.links.choose(pane, "C")
    return first, second


def tags(chart) -> tuple[int, int]:
    """Return how many pixels of a tag's colour stand on the price axis and on the time axis."""
    layout, image = chart.frame.layout, chart.grab().toImage()
    tag = QColor(DARK.tag)
    middle = image.height() - layout.time_height // 2
    on_prices = sum(
        image.pixelColor(round(layout.plot_width) + 3, y) == tag for y in range(round(layout.price_height))
    )
    on_times = sum(image.pixelColor(x, round(middle)) == tag for x in range(round(layout.plot_width)))
    return on_prices, on_times


def test_a_linked_crosshair_is_read_off_both_axes_and_off_one_where_the_market_is_another(
    desk, linked, qtbot
):
    first, second = linked
    assert tags(first.chart) == (0, 0)
    frame = second.chart.frame
    x = round(frame.slots.x_of(slot_of(NOW_MS, "1h") - 10))
    qtbot.mouseMove(second.chart, QPoint(x, 200))
    crosshair = desk.window.charts.links.of(first).crosshair
    qtbot.waitUntil(crosshair.isVisible)
    on_prices, on_times = tags(first.chart)
    assert on_prices > 5
    assert on_times > 5
    crosshair.point(NOW_MS - 36_000_000, None)
    on_prices, on_times = tags(first.chart)
    assert (on_prices, on_times > 5) == (0, True)


def test_lines_of_studies_stay_where_they_are_under_a_linked_crosshair(desk, qtbot):
    chart = desk.window.chart
    crosshair = desk.window.charts.links.of(desk.window.workspace.active).crosshair
    chart.studies.add(StudyChoice("sma", {"bars": 20.0}))
    chart.grab()
    before = [line.box for line in chart.legend]
    assert before
    crosshair.point(NOW_MS - 36_000_000, None)
    chart.grab()
    assert [line.box for line in chart.legend] == before


def test_what_is_compared_stands_beside_the_tools_and_moves_no_line_of_studies(desk, qtbot):
    chart = desk.window.chart
    chart.studies.add(StudyChoice("sma", {"bars": 20.0}))
    chart.grab()
    before = [line.box.left() for line in chart.legend]
    comparison = desk.window.look.compare.active
    comparison.add("ETH/USDT")
    qtbot.waitUntil(lambda: chart.grab() is not None and comparison.legend.isVisible())
    bar = desk.window.drawings.bars[chart]
    for is_open in (True, False, True):
        bar.set_open(is_open)
        qtbot.waitUntil(lambda: chart.grab() is not None and not is_on(comparison.legend, bar))
        qtbot.waitUntil(lambda: comparison.legend.x() < bar.geometry().right() + 20)
    chart.grab()
    assert [line.box.left() for line in chart.legend] == before


def is_on(one, other) -> bool:
    return other.isVisible() and one.geometry().intersects(other.geometry())


def test_a_linked_chart_reads_out_the_bar_that_is_pointed_at_elsewhere(desk, qtbot, monkeypatch):
    read: list[int] = []
    monkeypatch.setattr(chart_canvas, "paint_readout", lambda brush, frame, slot: read.append(slot))
    chart = desk.window.chart
    crosshair = desk.window.charts.links.of(desk.window.workspace.active).crosshair
    chart.grab()
    newest = read[-1]
    crosshair.point(NOW_MS - 36_000_000, None)
    chart.grab()
    assert read[-1] == slot_of(NOW_MS, "1h") - 10 < newest
    crosshair.point(0, None)  # a bar that this market does not have
    chart.grab()
    assert read[-1] == newest
    crosshair.point(NOW_MS - 36_000_000, None)
    crosshair.leave()
    chart.grab()
    assert read[-1] == newest


def test_a_linked_crosshair_stays_on_the_bar_under_a_resting_pointer_when_a_bar_is_added(desk, linked, qtbot):
    first, second = linked
    qtbot.mouseMove(second.chart, QPoint(200, 200))
    crosshair = desk.window.charts.links.of(first).crosshair
    qtbot.waitUntil(crosshair.isVisible, timeout=20_000)
    before = crosshair.time_ms
    for hour in range(3):
        opened = NOW_MS + hour * 3_600_000
        second.chart.apply_candles([Candle(opened, 64_000.0, 64_100.0, 63_900.0, 64_000.0, 1.0, closed=True)])
    second.chart.grab()
    frame = second.chart.frame
    assert crosshair.time_ms == frame.series.open_time(frame.slots.slot_at(200)) == before + 3 * 3_600_000


def test_the_menu_of_links_ticks_the_group_that_is_chosen(desk):
    window = desk.window
    links, pane = window.charts.links, window.workspace.active
    links.choose(pane, "B")
    menu = {action.text(): action for action in links.of(pane).button.link_menu.actions()}
    icons = {name: menu[f"Link {name}"].icon().pixmap(14, 14).toImage() for name in "AB"}
    grounds = {name: image.pixelColor(1, 1) for name, image in icons.items()}
    ticked = {
        name: any(
            image.pixelColor(x, y) != grounds[name]
            for x in range(image.width())
            for y in range(image.height())
        )
        for name, image in icons.items()
    }
    assert ticked == {"A": False, "B": True}
