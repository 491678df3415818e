"""The volume profile beside the candles: late, on its prices, told apart without colour."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.gui.test_chart_kinds import FIRST, HOUR, KEY, START, columns
from tests.gui.test_chart_view import hover
from workstation.domain.candle import Candle, CandleColumns
from workstation.ui.chart import profile_board
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.chart.profile_painter import _rows
from workstation.ui.theme import DARK

N = 400
PATIENCE = 20_000


@pytest.fixture(scope="module")
def shared(qapp):
    view = ChartView()
    view.resize(900, 600)
    view.show()
    yield view
    view.profile.stop()
    view.studies.stop()
    view.close()


@pytest.fixture
def chart(shared, monkeypatch):
    monkeypatch.setattr(profile_board, "SETTLE_MS", 1)
    shared.profile._settling.setInterval(1)
    shared.clear("No market chosen")
    shared.restore_look({"kind": "candles", "scale": "linear"})
    shared.profile.show(on=False)
    shared.set_series(KEY, columns(N), price_step=0.01)
    shared.profile.show(on=True)
    shared.show_slots(FIRST + 200, FIRST + N + 2)
    return shared


def settle(qtbot, chart: ChartView) -> None:
    chart.grab()
    qtbot.waitUntil(lambda: chart.profile.is_settled, timeout=PATIENCE)
    chart.grab()


def in_sight(chart: ChartView) -> CandleColumns:
    first, end = chart.frame.slots.visible(chart.frame.layout.plot_width)
    times = [chart.frame.series.open_time(slot) for slot in (first, end)]
    rows = columns(N)
    return rows.pick((rows.open_time >= times[0]) & (rows.open_time < times[1]))


def test_it_is_of_the_closed_bars_in_sight_and_follows_where_the_trader_goes(qtbot, chart):
    settle(qtbot, chart)
    assert chart.frame.profile.total.sum() == pytest.approx(in_sight(chart).volume.sum())
    chart.show_slots(FIRST + 20, FIRST + 90)
    chart.grab()
    settle(qtbot, chart)
    shown = in_sight(chart)
    assert len(shown) < 90
    assert chart.frame.profile.total.sum() == pytest.approx(shown.volume.sum())
    assert chart.frame.profile.edges[[0, -1]] == pytest.approx([shown.low.min(), shown.high.max()])


def test_a_forming_bar_is_no_part_of_it_until_it_closes(qtbot, chart):
    settle(qtbot, chart)
    before = float(chart.frame.profile.total.sum())
    last = columns(N).close[-1]
    for closed, expected in ((False, before), (True, before + 1e6)):
        chart.apply_candles([Candle(START + N * HOUR, last, last, last, last, 1e6, closed=closed)])
        settle(qtbot, chart)
        assert chart.frame.profile.total.sum() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("scaling", [Scaling.LINEAR, Scaling.LOG])
@pytest.mark.parametrize("is_inverted", [False, True])
def test_rows_stand_at_their_prices_on_every_scale(qtbot, chart, scaling, is_inverted):
    chart.set_scaling(scaling)
    chart.set_inverted(is_inverted)
    settle(qtbot, chart)
    profile = chart.frame.profile
    rising, falling = _rows(chart.frame, profile)
    for k in (3, len(profile.up) // 2):
        top = min(chart.frame.prices.row(one) for one in profile.edges[k : k + 2])
        assert rising[k][1] == falling[k][1] == top
    longest = rising[profile.control_row][2] - falling[profile.control_row][0]
    assert longest == max((rising[:, 2] - falling[:, 0]).tolist())


def test_what_fell_is_hatched_and_what_rose_is_not(qtbot, chart):
    settle(qtbot, chart)
    image, profile = chart.grab().toImage(), chart.frame.profile
    rising, falling = _rows(chart.frame, profile)
    low, high = profile.value_rows
    row = max(range(low, high), key=lambda k: min(falling[k][2] - falling[k][0], rising[k][2] - rising[k][0]))

    def inks(box) -> set[str]:
        lines = range(box[1], box[3] + 1)
        return {image.pixelColor(x, y).name() for x in range(box[0] + 1, box[2]) for y in lines}

    ground = {QColor(DARK.base).name(), QColor(DARK.grid).name()}
    assert len(inks(falling[row]) - ground) >= 2
    assert falling[row][2] + 1 == rising[row][0]


def test_the_legend_says_where_most_was_traded_and_what_at_the_pointer(qtbot, chart):
    settle(qtbot, chart)
    profile = chart.frame.profile
    hover(chart, 300, chart.frame.prices.row(profile.control_price))
    chart.grab()
    (line,) = [one for one in chart.legend if one.parts[0][0] == "Volume profile"]
    text = " ".join(part for part, _ in line.parts)
    assert f"POC {profile.control_price:,.2f}" in text
    assert "70 % in" in text
    assert {"▲", "▼"} <= set(text)
    assert line.box.bottom() < chart.frame.layout.header + 4


def test_it_waits_until_the_picture_rests_and_costs_nothing_while_it_is_off(qtbot, chart, monkeypatch):
    settle(qtbot, chart)
    chart.profile._settling.setInterval(60_000)
    old = chart.frame.profile
    for shift in range(5):
        chart.show_slots(FIRST + shift, FIRST + 100 + shift)
        chart.grab()
        assert chart.frame.profile is old
    assert not chart.profile.is_settled
    chart.profile.show(on=False)
    assert chart.profile.is_settled
    monkeypatch.setattr(profile_board, "volume_profile", lambda *_: pytest.fail("worked out"))
    chart.grab()
    assert chart.frame.profile is None
    assert chart.profile.is_settled


def test_another_market_shows_nothing_of_the_old_one(qtbot, chart):
    settle(qtbot, chart)
    chart.profile._settling.setInterval(60_000)
    chart.set_series(replace(KEY, symbol="ETH/USDT"), columns(50))
    chart.grab()
    assert chart.frame.profile is None
    assert any(part == "being worked out…" for line in chart.legend for part, _ in line.parts)


def test_no_history_breaks_it(qtbot, chart):
    for n in (1, 2):
        chart.set_series(KEY, columns(n))
        settle(qtbot, chart)
        assert chart.frame.profile is not None
    empty = np.zeros(3)
    chart.set_series(KEY, CandleColumns.of(START + np.arange(3) * HOUR, *(empty + 5.0,) * 4, empty))
    settle(qtbot, chart)
    assert chart.frame.profile is None
    assert any("nothing was traded" in part for line in chart.legend for part, _ in line.parts)


def test_a_chart_that_goes_works_nothing_more_out(qtbot):
    view = ChartView()
    qtbot.addWidget(view)
    view.set_series(KEY, columns(N))
    view.profile.show(on=True)
    view.profile.stop()
    view.grab()
    assert view.profile.is_settled
    assert view.profile.profile is None
