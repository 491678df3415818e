"""On an inverted chart bars, signals, studies and drawings stand where their prices are."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.gui.test_chart_kinds import FIRST, KEY, columns, picture, rising
from workstation.domain.drawing import Anchor, Drawing, DrawingKind, Style
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.domain.study_choice import StudyChoice
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_shape import shape_of
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.marker_painter import lay_out
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.theme import DARK


@pytest.fixture
def chart(qtbot):
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show()
    view.set_inverted(True)
    yield view
    view.studies.stop()


def inked_rows(view: ChartView, bar: int, colours: set[str]) -> list[int]:
    image, x = picture(view), int(view.frame.slots.x_of(FIRST + bar))
    inks = {QColor(one).name() for one in colours}
    rows = range(view.frame.layout.header, view.frame.layout.price_height)
    return [y for y in rows if image.pixelColor(x, y).name() in inks]


@pytest.mark.parametrize("kind", [ChartKind.CANDLES, ChartKind.HOLLOW, ChartKind.BARS])
@pytest.mark.parametrize("scaling", Scaling)
def test_a_bar_reaches_from_its_low_down_to_its_high(chart, kind, scaling):
    chart.set_kind(kind)
    chart.set_scaling(scaling)
    chart.set_series(KEY, rising(60))
    chart.show_slots(FIRST + 30, FIRST + 62)
    rows = inked_rows(chart, 50, {DARK.rise_body, DARK.fall_body})
    opened = 100.0 + 8 * 50
    prices = chart.frame.prices
    assert rows[0] == prices.row(opened - 1)
    assert rows[-1] == prices.row(opened + 9)
    assert rows[0] < rows[-1]


@pytest.mark.parametrize("kind", [ChartKind.LINE, ChartKind.AREA])
def test_a_line_over_far_more_bars_than_pixels_is_still_drawn(chart, kind):
    chart.set_kind(kind)
    chart.set_series(KEY, columns(30_000))
    chart.show_slots(FIRST, FIRST + 30_000)
    image = picture(chart)
    accent = QColor(DARK.accent).name()
    hit = [x for x in range(100, 700) if any(image.pixelColor(x, y).name() == accent for y in range(60, 400))]
    assert len(hit) > 550


@pytest.mark.parametrize("direction", [Direction.BULLISH, Direction.BEARISH])
def test_a_signal_stands_outside_the_extreme_it_belongs_to(chart, direction):
    chart.set_series(KEY, rising(60))
    chart.set_signals(
        [
            Signal(
                KEY,
                chart._series.open_time(FIRST + 50),
                500.0,
                direction,
                (),
                True,
                SignalOrigin.LIVE,
                "1",
            )
        ]
    )
    picture(chart)
    (markers,) = lay_out(chart.frame)
    opened = 100.0 + 8 * 50
    edge = opened - 1 if direction is Direction.BULLISH else opened + 9
    row = chart.frame.prices.row(edge)
    assert markers.y[0] < row if direction is Direction.BULLISH else markers.y[0] > row


def test_a_drawing_stays_on_its_prices(chart):
    chart.set_series(KEY, rising(60))
    picture(chart)
    place, series = Place(chart.frame), chart.frame.series
    anchors = tuple(Anchor(series.open_time(FIRST + n), 100.0 + 8 * n) for n in (40, 55))
    shape = shape_of(Drawing("d", DrawingKind.TREND, anchors, Style(), is_log=False), place, len)
    assert [place.price(one.y()) for one in shape.handles] == pytest.approx([420.0, 540.0])
    assert shape.handles[0].y() < shape.handles[1].y()


def test_a_study_over_the_candles_turns_with_them(qtbot, chart):
    chart.set_series(KEY, columns(600))
    chart.studies.add(StudyChoice("sma", STUDIES["sma"].defaults))
    qtbot.waitUntil(lambda: chart.studies.is_settled, timeout=20_000)
    for inverted in (False, True):
        chart.set_inverted(inverted)
        picture(chart)
        (placed,) = chart.frame.studies
        rows = chart.frame.prices.rows(placed.outputs[0].strokes.high)
        rises = np.diff(placed.outputs[0].strokes.high) > 0
        assert ((np.diff(rows) >= 0) == inverted)[rises].mean() > 0.5
    assert "inverted" in chart.frame.notes


def test_the_way_up_is_saved_with_the_chart(chart, qtbot):
    other = ChartView()
    qtbot.addWidget(other)
    other.restore_look(chart.look())
    assert other.is_inverted
    other.restore_look({"kind": "candles", "inverted": "yes"})
    assert not other.is_inverted
