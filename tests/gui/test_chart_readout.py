"""What a chart reads out of a bar: all where there is room, the close where there is little."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from tests.fakes.window_world import LIVE, columns
from workstation.domain.market import SeriesKey
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.labels import Labels
from workstation.ui.theme import DARK

KEY = SeriesKey(LIVE.name, "BTC/USDT", "1h")


@pytest.fixture
def chart(qtbot):
    view = ChartView()
    qtbot.addWidget(view)
    view.set_theme(DARK)
    view.resize(1200, 400)
    return view


@pytest.fixture
def said(monkeypatch):
    """Give every word that is painted, until it is cleared."""
    words = []
    monkeypatch.setattr(Labels, "paint", lambda *painted: words.append(painted[3]) or 10.0)
    return words


@pytest.fixture
def read_out(chart, monkeypatch):
    """Return what stands in the line under the caption at a width."""
    said = []
    paint = Labels.paint

    def note(self, painter, at: QPointF, text, *rest):
        said.append((round(at.y()), text))
        return paint(self, painter, at, text, *rest)

    monkeypatch.setattr(Labels, "paint", note)
    chart.set_series(KEY, columns(KEY, 80))

    def at_width(width):
        chart.resize(width, 400)
        chart.grab()
        said.clear()
        chart.grab()
        line = next(y for y, text in said if text == "C")
        return [text for y, text in said if y == line]

    return at_width


def test_what_has_room_is_read_out_in_the_usual_order(read_out):
    wide = read_out(1200)
    assert [word for word in wide if word in {"O", "H", "L", "C", "Vol"}] == ["O", "H", "L", "C", "Vol"]
    assert wide[-1].endswith("UTC")


def test_the_close_and_the_change_stay_where_there_is_little_room(read_out):
    wide, narrow, narrowest = read_out(1200), read_out(460), read_out(260)
    assert narrowest[0] == "C"
    assert narrowest == [word for word in narrow if word in narrowest]
    assert "%" in narrowest[-1]
    assert not narrow[-1].endswith("UTC")
    assert len(narrowest) < len(narrow) < len(wide)


def test_the_volume_keeps_its_digits_while_the_bar_grows(chart, said):
    bars = columns(KEY, 80)
    chart.set_series(KEY, bars)
    newest = next(iter(bars[-1:]))
    volumes = []
    for amount in (2_690.0, 2_700.0, 2_750.0, 3_000.0):
        said.clear()
        chart.apply_candles([replace(newest, volume=amount)])
        chart.grab()
        volumes.append(said[said.index("Vol") + 1])
    assert volumes == ["2.69 K", "2.70 K", "2.75 K", "3.00 K"]


def test_a_hole_says_that_there_is_no_candle_and_the_time_to_come_does_not(chart, said):
    bars = columns(KEY, 80)
    chart.set_series(KEY, bars.pick(np.arange(80) != 70))
    chart.grab()
    last = chart.frame.series.pyramid.last_slot
    for slot, is_hole in ((last - 9, True), (last - 8, False), (last + 2, False)):
        chart._pointer = QPointF(chart.frame.slots.x_of(slot), 200)
        said.clear()
        chart.grab()
        assert ("no candle here" in said) is is_hole
