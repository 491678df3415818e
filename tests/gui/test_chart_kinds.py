"""Every kind of chart shows the same market: its holes, what is forming, and true prices beside it."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey, slot_of
from workstation.ui.chart.axis_painter import price_label
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.theme import DARK

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000
START = 1_700_006_400_000 // HOUR * HOUR
FIRST = slot_of(START, "1h")
INKS = {DARK.rise_body, DARK.fall_body}
PLAIN = 60  # of 255: further than this from the ground is ink, whatever smoothing did to it


def columns(n: int, step: float = 0.004) -> CandleColumns:
    rng = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(rng.normal(0, step, n)))
    open_ = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(open_, close) * (1 + rng.random(n) * 0.004)
    low = np.minimum(open_, close) * (1 - rng.random(n) * 0.004)
    return CandleColumns.of(START + np.arange(n) * HOUR, open_, high, low, close, rng.random(n))


def rising(n: int) -> CandleColumns:
    """Return bars of 8 each, every one opening at the close before."""
    open_ = 100.0 + 8 * np.arange(n)
    return CandleColumns.of(START + np.arange(n) * HOUR, open_, open_ + 9, open_ - 1, open_ + 8, np.ones(n))


@pytest.fixture
def chart(qtbot) -> ChartView:
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show()
    return view


def picture(view: ChartView) -> QImage:
    QApplication.processEvents()
    return view.grab().toImage()


def n_inked(view: ChartView, image: QImage, bar: int) -> int:
    """Return how many pixels in a bar's column of the price pane are no ground."""
    x, ground = int(view.frame.slots.x_of(FIRST + bar)), QColor(DARK.base)
    rows = range(view.frame.layout.header, view.frame.layout.price_height)
    pixels = [image.pixelColor(x, y) for y in rows]
    off = [
        max(abs(p.red() - ground.red()), abs(p.green() - ground.green()), abs(p.blue() - ground.blue()))
        for p in pixels
    ]
    return sum(one > PLAIN for one in off)


@pytest.mark.parametrize("kind", ChartKind, ids=lambda kind: kind.value)
def test_a_missing_bar_is_a_hole_in_every_kind(chart, kind):
    chart.set_kind(kind)
    chart.set_series(KEY, columns(100, 0.02).pick(~np.isin(np.arange(100), [88, 89, 90])))
    image = picture(chart)
    counts = [n_inked(chart, image, bar) for bar in (86, 89, 92)]
    assert counts[1] <= 1  # a dot of the line at the newest price
    assert min(counts[0], counts[2]) >= 1


@pytest.mark.parametrize("kind", ChartKind, ids=lambda kind: kind.value)
@pytest.mark.parametrize("bar_width", [40.0, 3.0], ids=["wide", "narrow"])
def test_a_forming_bar_looks_unlike_the_same_bar_closed(chart, kind, bar_width):
    chart.set_kind(kind)
    chart.set_series(KEY, rising(50))
    chart.show_slots(FIRST + 50 - int(700 / bar_width), FIRST + 52)

    def with_newest(closed: bool) -> QImage:
        chart.apply_candles([Candle(START + 50 * HOUR, 500, 520, 495, 515, 1.0, closed=closed)])
        image = picture(chart)
        left = int(chart.frame.slots.x_of(FIRST + 50) - bar_width / 2)
        return image.copy(
            left, chart.frame.layout.header, int(bar_width), chart.frame.layout.price_height - 60
        )

    assert with_newest(closed=False) != with_newest(closed=True)


def test_hollow_says_above_its_open_and_colour_says_above_the_close_before(chart):
    chart.set_kind(ChartKind.HOLLOW)
    # closes above its open but below the close before; closes below its open but above the close before
    bars = [(100, 121, 99, 120), (104, 117, 103, 116), (124, 125, 117, 118), (118, 119, 117, 118.5)]
    rows = np.array(bars, float).T
    chart.set_series(KEY, CandleColumns.of(START + np.arange(4) * HOUR, *rows, np.ones(4)))
    chart.show_slots(FIRST - 2, FIRST + 6)
    image = picture(chart)

    def colours(bar: int, price: float) -> tuple[str, str]:
        x, y = chart.frame.slots.x_of(FIRST + bar), chart.frame.prices.row(price)
        half = int(chart.frame.slots.per_slot * 0.36)
        edge = next(
            name
            for step in range(half + 3, 0, -1)
            if (name := image.pixelColor(int(x) - step, y).name()) in INKS
        )
        return edge, image.pixelColor(int(x) + 6, y).name()

    assert colours(1, 110.0) == (DARK.fall_body, DARK.base)
    assert colours(2, 121.0) == (DARK.rise_body, DARK.rise_body)


def test_averaged_bars_keep_signals_readout_and_newest_price_true_and_say_so(chart):
    chart.set_series(KEY, columns(60))
    picture(chart)
    assert chart.frame.notes == []
    chart.set_kind(ChartKind.HEIKIN_ASHI)
    picture(chart)
    assert chart.frame.notes == ["averaged bars, true prices"]
    true = chart._series.last
    assert chart.last_painted_candle == true
    assert chart.frame.columns.close[-1] == pytest.approx((true.open + true.high + true.low + true.close) / 4)
    assert chart._series.candle_at(FIRST + 59) == true


@pytest.mark.parametrize("kind", [ChartKind.LINE, ChartKind.AREA], ids=lambda kind: kind.value)
def test_a_line_far_away_reaches_the_highest_and_lowest_close(chart, kind):
    history = columns(20_000)
    close = history.close.copy()
    close[15_000], close[16_000] = 300.0, 30.0
    high, low = np.maximum(history.high, close), np.minimum(history.low, close)
    chart.set_kind(kind)
    chart.set_series(KEY, CandleColumns.of(history.open_time, history.open, high, low, close, history.volume))
    chart.show_slots(FIRST, FIRST + 19_999)
    picture(chart)
    assert chart.frame.columns.high.max() == 300.0
    assert chart.frame.columns.low.min() == 30.0
    assert (chart.frame.columns.open >= 30.0).all()


def test_percent_counts_from_the_left_most_bar_in_sight(chart):
    chart.set_series(KEY, rising(60))
    chart.set_scaling(Scaling.PERCENT)
    chart.show_slots(FIRST + 10, FIRST + 40)
    picture(chart)
    frame = chart.frame
    left_most = next(bar for bar in range(60) if frame.slots.x_of(FIRST + bar) >= 0)
    assert left_most > 0
    assert frame.prices.base == rising(60).close[left_most]
    assert frame.notes == ["% from the left edge"]
    labels = [price_label(frame, value, spacing) for value, spacing in frame.price_ticks]
    assert {"0 %", "+50 %", "+100 %"} <= set(labels)
    assert all(label.endswith(" %") for label in labels)
    chart.set_log_scale(True)
    picture(chart)
    assert (chart.frame.prices.base, chart.is_log) == (0.0, True)


def test_prices_held_stay_where_they_are_until_they_are_fitted(chart):
    chart.set_series(KEY, rising(60))
    picture(chart)
    shown = chart.frame.prices
    chart.set_fitted(False)
    chart.show_slots(FIRST, FIRST + 10)
    picture(chart)
    assert chart.frame.prices == shown
    chart.set_fitted(True)
    picture(chart)
    assert chart.frame.prices.high < shown.high


@pytest.mark.parametrize("kind", list(ChartKind), ids=lambda kind: kind.value)
def test_a_forming_bar_that_is_alone_in_sight_is_painted(chart, kind):
    chart.set_kind(kind)
    chart.set_series(KEY, CandleColumns.empty())
    chart.apply_candles([Candle(START, 100.0, 104.0, 99.0, 103.0, 1.0, closed=False)])
    assert n_inked(chart, picture(chart), 0)
    assert chart.last_painted_candle.close == 103.0


def test_how_it_looks_outlives_it_and_nonsense_is_left_out(qtbot, chart):
    chart.set_kind(ChartKind.AREA)
    chart.set_scaling(Scaling.PERCENT)
    other = ChartView()
    qtbot.addWidget(other)
    other.restore_look(chart.look())
    assert (other.kind, other.scaling) == (ChartKind.AREA, Scaling.PERCENT)
    for nonsense in (None, 3, {"kind": "round", "scale": []}, {"kind": 7}):
        other.restore_look(nonsense)
    assert other.look() == {"kind": "area", "scale": "percent", "inverted": False}


def test_the_ground_is_the_themes(chart):
    chart.set_kind(ChartKind.AREA)
    chart.set_series(KEY, columns(100))
    assert picture(chart).pixelColor(2, 2) == QColor(DARK.base)
