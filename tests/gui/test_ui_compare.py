"""Other markets lie over a chart in percent from the left edge, live, and each can be taken away."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tests.fakes.window_world import LIVE, NOW_MS, Desk
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey, slot_of
from workstation.link import messages as said
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.compare_painter import line_colour
from workstation.ui.looks.compare_dialog import CompareDialog
from workstation.ui.theme import DARK
from workstation.ui.words.number_format import percent

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BTC, ETH = SeriesKey("binance", "BTC/USDT", "1h"), SeriesKey("binance", "ETH/USDT", "1h")
HOUR = 3_600_000
START = NOW_MS - 100 * HOUR


def steady(n: int, first: float, step: float, begin: int = 0) -> CandleColumns:
    close = first + step * np.arange(n)
    times = START + (begin + np.arange(n)) * HOUR
    return CandleColumns.of(times, close, close, close, close, np.ones(n))


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


@pytest.fixture
def chart(qtbot) -> ChartView:
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show()
    view.set_series(BTC, steady(100, 100.0, 1.0))
    return view


def lines(view: ChartView):
    view.grab()
    return view.frame.compared


def test_a_line_counts_percent_from_the_left_edge_as_the_axis_does(chart):
    chart.set_comparison(ETH, steady(100, 10.0, 0.2))
    first = slot_of(START, "1h")
    chart.show_slots(first + 20, first + 80)
    (line,) = lines(chart)
    left = next(bar for bar in range(100) if chart.frame.slots.x_of(first + bar) >= 0)
    last = chart.frame.slots.visible(chart.frame.layout.plot_width)[1] - 1 - first
    expected = ((10 + 0.2 * last) / (10 + 0.2 * left) - 1) * 100
    assert line.change_pct == pytest.approx(expected)
    assert chart.frame.prices.percent_of(float(line.columns.close[-1]) * line.ratio) == pytest.approx(
        expected
    )
    assert line.since_ms is None
    assert "% from the left edge" in chart.frame.notes


def test_a_line_that_leaves_the_bars_behind_stays_inside_the_pane(chart):
    chart.set_comparison(ETH, steady(100, 10.0, 2.0))
    (line,) = lines(chart)
    low, high = chart.frame.prices.range
    assert low < float(line.columns.low.min()) * line.ratio
    assert float(line.columns.high.max()) * line.ratio < high


def test_a_series_that_begins_later_starts_at_zero_and_says_when(chart):
    chart.set_comparison(ETH, steady(40, 10.0, 0.1, begin=60))
    first = slot_of(START, "1h")
    chart.show_slots(first, first + 99)
    (line,) = lines(chart)
    assert line.since_ms == START + 60 * HOUR
    assert line.change_pct == pytest.approx((13.9 / 10 - 1) * 100)


def test_a_line_is_broken_where_bars_are_missing_and_painted_in_its_own_colour(chart):
    whole = steady(100, 10.0, 0.3)
    chart.set_comparison(ETH, whole.pick(np.arange(100) != 70))
    image = chart.grab().toImage()
    (line,) = chart.frame.compared
    assert int((~line.columns.joined).sum()) == 2  # the first, and the one after the hole
    wanted = line_colour(DARK, 0)
    near = sum(
        abs(QColor(image.pixel(x, y)).blue() - wanted.blue()) < 40 and QColor(image.pixel(x, y)).red() > 200
        for x in range(0, 700, 9)
        for y in range(60, 380)
    )
    assert near > 8


def test_five_lines_have_five_colours_and_one_taken_away_gives_its_colour_back(chart):
    keys = [SeriesKey("binance", f"C{i}/USDT", "1h") for i in range(5)]
    for key in keys:
        chart.set_comparison(key, steady(100, 5.0, 0.1))
    assert len({line_colour(DARK, line.place).name() for line in lines(chart)}) == 5
    chart.remove_comparison(keys[1])
    assert [line.place for line in lines(chart)] == [0, 2, 3, 4]
    chart.set_comparison(ETH, steady(100, 5.0, 0.1))
    assert [line.place for line in lines(chart)] == [0, 2, 3, 4, 1]


def test_the_trader_adds_a_market_by_keyboard_and_takes_it_away_in_the_corner(desk, qtbot):
    window = desk.window
    window.actions_by_id["chart.compare"].trigger()
    dialog = next(one for one in window.findChildren(CompareDialog) if one.isVisible())
    qtbot.keyClicks(dialog.field, "btc")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert "shows this market already" in dialog.line.text()
    dialog.field.setText("nothing like it")
    assert "Nothing here is called" in dialog.line.text()
    dialog.field.setText("eth")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    legend = window.look.compare.active.legend
    qtbot.waitUntil(lambda: legend.isVisible() and len(legend.buttons) == 1)
    assert legend.buttons[0].text().startswith("ETH/USDT ")
    assert legend.buttons[0].accessibleName() == "Stop comparing with ETH/USDT"
    assert desk.requests.asked[-1] == ("follow", ETH)
    legend.buttons[0].click()
    qtbot.waitUntil(lambda: not legend.isVisible())
    assert desk.requests.asked[-1] == ("unfollow", ETH)
    assert window.look.compare.active.symbols == []


def test_it_follows_the_live_stream_and_the_charts_timeframe_and_is_saved(desk, qtbot):
    window = desk.window
    window.look.compare.active.add("ETH/USDT")
    bar = NOW_MS // HOUR * HOUR
    forming = Candle(bar, 1.0, 9e3, 1.0, 9e3, 1.0, closed=False)
    desk.tell(said.Frame(NOW_MS, 180, candles=(said.CandleState(ETH, (forming,)),)))
    QApplication.processEvents()
    (line,) = lines(window.chart)
    assert float(line.columns.close[-1]) == 9e3
    assert window.workspace.active.save()["compare"] == ["ETH/USDT"]
    window.charts.set_timeframe("15m")
    (line,) = lines(window.chart)
    assert line.series.key == SeriesKey(LIVE.name, "ETH/USDT", "15m")
    window.open_symbol("ETH/USDT")
    assert lines(window.chart) == ()
    window.open_symbol("SOL/USDT")
    assert len(lines(window.chart)) == 1


def test_a_chart_that_is_closed_follows_nothing_more(desk, qtbot):
    window = desk.window
    window.workspace.add(None)
    window.look.compare.active.add("ETH/USDT")
    window.workspace.close_chart(window.workspace.docks[-1])
    qtbot.waitUntil(lambda: ("unfollow", ETH) in desk.requests.asked)


def test_a_chart_out_of_sight_follows_nothing_and_catches_up(desk):
    pane = desk.window.workspace.active
    desk.window.look.compare.active.add("ETH/USDT")
    pane.desk.set_seen(False)
    assert ("unfollow", ETH) in desk.requests.asked
    n_before = len(desk.requests.asked)
    later = CandleColumns.of([NOW_MS], [1.0], [2.0], [1.0], [2.0], [1.0])
    stored = desk.past.candles.by_key[ETH]
    desk.past.candles.by_key[ETH] = CandleColumns.join(stored, later)
    pane.desk.set_seen(True)
    assert ("follow", ETH) in desk.requests.asked[n_before:]
    (line,) = lines(desk.window.chart)
    assert line.series.last.open_time == NOW_MS


def test_names_that_do_not_fit_beside_each_other_stand_below_each_other(desk, qtbot):
    window = desk.window
    comparison = desk.window.look.compare.active
    for symbol in ("ETH/USDT", "SOL/USDT", "XRP/USDT", "DOGE/USDT", "LINK/USDT"):
        comparison.add(symbol)
    qtbot.waitUntil(lambda: len(comparison.legend.buttons) == 5 and comparison.legend.isVisible())
    frame, legend = window.chart.frame, comparison.legend
    assert legend.geometry().right() < window.chart.width()
    assert legend.geometry().bottom() < frame.layout.price_height
    assert len({button.y() for button in legend.buttons}) == 5


def test_more_than_five_are_refused_in_words_and_nonsense_from_a_file_is_left_out(desk):
    comparison = desk.window.look.compare.active
    symbols = ["ETH/USDT", "SOL/USDT", "XRP/USDT", "DOGE/USDT", "LINK/USDT"]
    for symbol in (*symbols, "AVAX/USDT"):
        comparison.add(symbol)
    assert comparison.symbols == symbols
    assert "At most 5" in comparison.refusal("AVAX/USDT")
    assert "already" in comparison.refusal("ETH/USDT")
    comparison._restore([3, "SOL/USDT", "SOL/USDT", "x" * 200, None])
    assert comparison.symbols == ["SOL/USDT"]
    comparison._restore("SOL/USDT")
    assert comparison.symbols == ["SOL/USDT"]


def test_what_has_no_candles_in_these_bars_is_listed_and_can_be_taken_away(desk, qtbot):
    window = desk.window
    comparison = window.look.compare.active
    comparison.add("INDEX:AI")
    comparison.add("ETH/USDT")

    def said_of() -> list[str]:
        return [button.text().rstrip("\N{MULTIPLICATION SIGN} ") for button in comparison.legend.buttons]

    qtbot.waitUntil(lambda: window.chart.grab() is not None and len(said_of()) == 2, timeout=20_000)
    assert said_of()[0] == "INDEX:AI: no 1h candles yet"
    assert "%" in said_of()[1]
    newest = slot_of(NOW_MS, "1h")
    window.chart.set_comparison(ETH, steady(3, 1.0, 0.0))
    window.chart.show_slots(newest - 20, newest)
    qtbot.waitUntil(lambda: window.chart.grab() is not None and "sight" in said_of()[1], timeout=20_000)
    desk.tell(said.UniverseSaid(5, 5, False, "4h"))
    only = "INDEX:AI: has 4h candles only"
    qtbot.waitUntil(lambda: window.chart.grab() is not None and said_of()[0] == only, timeout=20_000)
    comparison.legend.buttons[0].click()
    qtbot.waitUntil(lambda: window.chart.grab() is not None and len(said_of()) == 1, timeout=20_000)
    assert comparison.symbols == ["ETH/USDT"]


def test_a_narrative_is_found_by_its_title_and_the_charts_own_market_comes_last(desk, qtbot):
    window = desk.window
    window._around.bridge.world.narratives = (
        SimpleNamespace(name="real-world-assets", title="Real-world assets"),
    )
    window.actions_by_id["chart.compare"].trigger()
    dialog = next(one for one in window.findChildren(CompareDialog) if one.isVisible())
    named = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert named[0] != "BTC/USDT"
    assert named[-1] == "BTC/USDT"
    qtbot.keyClicks(dialog.field, "world assets")
    qtbot.waitUntil(lambda: dialog.list.count() == 1, timeout=20_000)
    assert dialog.list.item(0).text() == "Real-world assets  \N{MIDDLE DOT}  INDEX:REAL-WORLD-ASSETS"
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.look.compare.active.symbols == ["INDEX:REAL-WORLD-ASSETS"]


def test_the_change_of_what_is_compared_is_that_of_the_bar_under_the_pointer(desk, qtbot):
    window = desk.window
    comparison, chart = window.look.compare.active, window.chart
    comparison.add("ETH/USDT")
    qtbot.waitUntil(lambda: chart.grab() is not None and len(comparison.legend.buttons) == 1, timeout=20_000)
    (line,) = chart.frame.compared
    newest, slot = comparison.legend.buttons[0].text(), slot_of(NOW_MS, "1h") - 30
    x = round(chart.frame.slots.x_of(slot))
    qtbot.mouseMove(chart, QPoint(x, 150))
    start = float(line.columns.close[0])
    there = percent((line.series.candle_at(slot).close / start - 1) * 100)
    button = comparison.legend.buttons[0]
    qtbot.waitUntil(
        lambda: chart.grab() is not None and f"ETH/USDT {there} " in button.text(), timeout=20_000
    )
    assert button.text() != newest
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: chart.grab() is not None and button.text() == newest, timeout=20_000)
