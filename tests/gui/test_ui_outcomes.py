"""Pointing at a past signal says what happened after it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.fakes.storage_ledger_world import StepClock
from tests.fakes.window_world import NOW_MS, Desk, signal
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier, Outcome
from workstation.domain.signal import Direction
from workstation.storage.ledger import Ledger
from workstation.ui.chart import overlay_painter
from workstation.ui.chart.overlay_painter import signal_lines
from workstation.ui.chart.series import ChartSeries

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BTC = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000
SETTLED, OPEN, UNKNOWN = (NOW_MS - n * HOUR for n in (40, 3, 20))


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    ledger = Ledger(made.past.judgements.ledger, StepClock())
    row = ledger.add_signal(signal(BTC, SETTLED, 100.0, Direction.BULLISH))
    ledger.add_outcome(row, Outcome(Barrier.TARGET, 100.0, 103.0, SETTLED + 5 * HOUR, 3.0, 2.8))
    ledger.add_signal(replace(signal(BTC, OPEN, 100.0, Direction.BEARISH), horizon_bars=24))
    ledger.close()
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


def afterwards(window, open_time: int, direction: Direction) -> str:
    return window.chart._series.afterwards(signal(BTC, open_time, 100.0, direction))


def test_nothing_is_read_before_somebody_points_at_a_chart_and_then_outcomes_are_said(desk, qtbot):
    window = desk.window
    assert not window.look.outcomes.reading.is_busy
    assert window.chart._series.outcomes == {}
    window.chart.bar_hovered.emit(None)
    qtbot.waitUntil(lambda: bool(window.chart._series.outcomes))
    assert afterwards(window, SETTLED, Direction.BULLISH) == "hit its target, +2.80 % after costs"
    assert afterwards(window, OPEN, Direction.BEARISH) == "open until 2 Aug 10:00"
    assert " in 19 h so far, between " in afterwards(window, UNKNOWN, Direction.BULLISH)  # no outcome of it
    said = signal_lines(signal(BTC, SETTLED, 100.0, Direction.BULLISH), "hit its target")
    assert said[-1] == ("", "Afterwards: hit its target")
    said = signal_lines(
        signal(BTC, SETTLED, 100.0, Direction.BULLISH), "−1 % after 24 h, between −2 % and +2 %"
    )
    assert said[-2:] == [("", "Afterwards: −1 % after 24 h"), ("", "between −2 % and +2 %")]


@pytest.mark.parametrize("x", [60, 300, 420, 700])
def test_what_a_signal_says_keeps_off_the_drawing_tools(x):
    room = SimpleNamespace(layout=SimpleNamespace(plot_width=744, body_height=600))
    box = overlay_painter._beside(overlay_painter.Pointer(x, 300.0, 0), (460.0, 180.0), room, 38.0)
    assert box.left() >= 42
    assert box.right() <= room.layout.plot_width


def test_what_is_still_forming_has_no_afterwards():
    series = ChartSeries(BTC)
    series.outcomes = {(SETTLED, Direction.BULLISH): "hit its target"}
    assert series.afterwards(signal(BTC, SETTLED, 1.0, Direction.BULLISH, closed=False)) == ""


def test_a_ledger_that_cannot_be_read_is_said_and_the_chart_stays(desk, qtbot):
    desk.past.judgements.ledger.write_bytes(b"nothing like a ledger" * 400)
    desk.window.chart.bar_hovered.emit(None)
    qtbot.waitUntil(lambda: "ledger" in desk.window.notices.texts)
    assert desk.window.chart.extent is not None
