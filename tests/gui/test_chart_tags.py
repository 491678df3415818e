"""A tag on an axis hides the whole of a label that it lies on: no half of one peeks out beside it."""

import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor

from tests.gui.test_chart_studies import KEY, dark_chart, put
from workstation.domain.level import LevelKind, PriceLevel
from workstation.ui.chart.axis_painter import lay_out_times
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.time_ticks import moment_label
from workstation.ui.theme import DARK

BASE, TAG = QColor(DARK.base), QColor(DARK.tag)


@pytest.fixture
def chart(qtbot):
    view = dark_chart(qtbot)
    put(qtbot, view, "rsi")
    view.grab()
    return view


def ink(chart: ChartView, box: QRect) -> int:
    """Return how many pixels of a box are neither the ground nor a tag's."""
    image = chart.grab(box).toImage()
    colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(colour not in (BASE, TAG) for colour in colours)


def point(chart: ChartView, x: float, y: float) -> None:
    chart._pointer = QPointF(x, y)


def test_a_price_under_the_crosshairs_tag_does_not_peek_out(chart):
    (lower, spacing), *_ = sorted(chart.frame.price_ticks)
    chart.set_levels((PriceLevel(lower + spacing * 1.5, LevelKind.SUPPORT, 2, None),))
    chart.grab()
    boxes = [one.toRect() for one in chart.axis_boxes]
    assert len(boxes) > 6
    assert len({box.height() for box in boxes}) == 2, "that of the level is smaller"
    for box in boxes:
        assert ink(chart, box) > 0
        is_last = box.bottom() + box.height() > chart.frame.layout.body_height
        point(chart, 300, box.top() - 3 if is_last else box.bottom() + 3)  # the tag lies on its edge
        upper = QRect(box.left(), box.top(), box.width(), box.height() // 2)
        free = upper.translated(0, upper.height()) if is_last else upper
        assert ink(chart, free) == 0, box
        point(chart, 300, 40)
        assert ink(chart, box) > 0, "it comes back"


def test_a_time_under_the_crosshairs_tag_does_not_peek_out(chart):
    layout, labels = chart.frame.layout, chart._picture.labels
    one = lay_out_times(chart.frame, labels)[1]
    box = QRect(round(one.x), layout.body_height + 2, round(one.width / 3), layout.time_height - 3)
    assert ink(chart, box) > 0
    series, slots = chart.frame.series, chart.frame.slots
    at = one.x + one.width
    tag = moment_label(series.open_time(slots.slot_at(at)), chart.frame.zone, KEY.bar_ms)
    point(chart, at + labels.width(tag) / 2, 100)  # the tag's left edge lies on the label's right one
    assert ink(chart, box) == 0
