"""The chart shows what it is told, at any size, and never takes the window down."""

import os
import subprocess
import sys
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from workstation.domain.candle import Candle, CandleColumns, Quality
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.signal import Direction, Family, FamilyVote, Signal, SignalOrigin
from workstation.ui.chart import candle_painter, marker_painter
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.overlay_painter import go_live_box, signal_lines
from workstation.ui.chart.quality_painter import quality_words
from workstation.ui.theme import DARK, LIGHT, Theme

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000
START = 1_700_006_400_000 // HOUR * HOUR


def columns(n: int, seed: int = 1, start: int = START) -> CandleColumns:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.004, n)))
    open_ = np.concatenate([[100.0], close[:-1]])[:n]
    high = np.maximum(open_, close) * (1 + rng.random(n) * 0.004)
    low = np.minimum(open_, close) * (1 - rng.random(n) * 0.004)
    return CandleColumns.of(start + np.arange(n) * HOUR, open_, high, low, close, rng.random(n) * 1000)


def flat(n: int, value: float = 5.0) -> CandleColumns:
    same = np.full(n, value)
    return CandleColumns.of(START + np.arange(n) * HOUR, same, same, same, same, np.zeros(n))


def candle(bar: int, close: float = 100.0, closed: bool = False, spread: float = 2.0) -> Candle:
    return Candle(START + bar * HOUR, 99.0, max(close, 99.0) + spread, 90.0, close, 5.0, closed=closed)


def signal(bar: int, direction: Direction = Direction.BULLISH, closed: bool = True) -> Signal:
    votes = (
        FamilyVote(Family.MOMENTUM, direction, 0.8 * direction, (), START),
        FamilyVote(Family.VOLUME, Direction.NEUTRAL, 0.0, (), START),
    )
    return Signal(KEY, START + bar * HOUR, 100.0, direction, votes, closed, SignalOrigin.HISTORY, "1")


@pytest.fixture
def chart(qtbot) -> ChartView:
    view = ChartView()
    qtbot.addWidget(view)
    view.setMinimumSize(1, 1)
    view.resize(800, 500)
    view.show()
    return view


def settle() -> None:
    QApplication.processEvents()


def picture(view: ChartView) -> QImage:
    settle()
    return view.grab().toImage()


def count(image: QImage, colour: str, tolerance: int = 0) -> int:
    """Return how many pixels have a colour."""
    wide = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(wide.constBits(), np.uint8).reshape(wide.height(), wide.bytesPerLine() // 4, 4)
    wanted = QColor(colour)
    off = np.abs(pixels[:, :, :3].astype(int) - [wanted.blue(), wanted.green(), wanted.red()])
    return int((off <= tolerance).all(axis=2).sum())


def rows_of(image: QImage, x: int, colours: set[str], height: int) -> list[int]:
    return [y for y in range(height) if image.pixelColor(x, y).name() in colours]


def rows_near(image: QImage, x: float, colours: set[str], height: int) -> list[int]:
    """Return the rows of a bar, whose column may be that of its bucket's middle when zoomed out."""
    return [y for near in (-1, 0, 1) for y in rows_of(image, int(x) + near, colours, height)]


def hover(view: ChartView, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    send(view, QEvent.Type.MouseMove, x, y, button)


def send(view: ChartView, kind: QEvent.Type, x: float, y: float, button: Qt.MouseButton) -> None:
    at = QPointF(x, y)
    event = QMouseEvent(kind, at, at, button, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)
    settle()


def press(view: ChartView, x: float, y: float) -> None:
    send(view, QEvent.Type.MouseButtonPress, x, y, Qt.MouseButton.LeftButton)


def drag(view: ChartView, start: tuple[float, float], end: tuple[float, float]) -> None:
    press(view, *start)
    hover(view, *end, Qt.MouseButton.LeftButton)
    send(view, QEvent.Type.MouseButtonRelease, *end, Qt.MouseButton.LeftButton)


def wheel(view: ChartView, x: float, y: float, notches: int) -> None:
    event = QWheelEvent(
        QPointF(x, y),
        QPointF(x, y),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    settle()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_candles_volume_and_markers_are_painted_in_the_themes_colours(chart, theme: Theme):
    chart.set_theme(theme)
    chart.set_series(KEY, columns(300))
    bare = count(picture(chart), theme.bullish)
    chart.set_signals([signal(290), signal(280, Direction.BEARISH)])
    image = picture(chart)
    assert count(image, theme.base) > image.width() * image.height() / 2
    assert count(image, theme.rise_body) > 500
    assert count(image, theme.fall_body) > 500
    assert count(image, theme.bullish) > bare + 20
    assert count(image, theme.bearish) > 20


@pytest.mark.parametrize("n_shown", [40, 300, 3000, 20_000])
def test_no_wick_is_hidden_at_any_zoom(chart, n_shown):
    history = columns(20_000)
    high, low = history.high.copy(), history.low.copy()
    high[19_990], low[19_995] = 400.0, 20.0
    chart.set_series(KEY, replace(history, high=high, low=low))
    first = slot_of(START, "1h")
    chart.show_slots(first + 20_000 - n_shown, first + 19_999)
    image = picture(chart)
    frame = chart.frame
    colours = chart._picture.colours
    ink = {
        brush.color().name() for brush in (colours.rise, colours.fall, colours.rise_soft, colours.fall_soft)
    }
    height = frame.layout.price_height
    top = min(rows_near(image, frame.slots.x_of(first + 19_990), ink, height))
    bottom = max(rows_near(image, frame.slots.x_of(first + 19_995), ink, height))
    assert (top, bottom) == (frame.prices.row(400.0), frame.prices.row(20.0))


def test_a_missing_bar_is_a_hole(chart):
    whole = columns(100)
    chart.set_series(KEY, whole.pick(np.arange(100) != 90))
    image = picture(chart)
    slot = slot_of(START, "1h") + 90
    x, per_slot = int(chart.frame.slots.x_of(slot)), int(chart.frame.slots.per_slot)
    n_rows = [
        len(rows_of(image, x + step, {DARK.rise_body, DARK.fall_body}, chart.frame.layout.price_height))
        for step in (-per_slot, 0, per_slot)
    ]
    assert n_rows[1] <= 1  # a dot of the line at the newest price
    assert min(n_rows[0], n_rows[2]) > 1


def test_a_forming_candle_is_hollow_and_turns_solid_at_its_close(chart):
    chart.set_series(KEY, columns(50))
    chart.apply_candles([candle(50, close=120.0)])
    middle = chart_middle(chart, 50, 110.0)
    assert middle == DARK.base
    chart.apply_candles([candle(50, close=120.0, closed=True)])
    assert chart_middle(chart, 50, 110.0) == DARK.rise_body


def chart_middle(chart: ChartView, bar: int, price: float) -> str:
    image = picture(chart)
    x = int(chart.frame.slots.x_of(slot_of(START, "1h") + bar)) + 1
    return image.pixelColor(x, chart.frame.prices.row(price)).name()


def test_a_forming_signal_is_hollow_and_can_be_taken_back(chart):
    chart.set_series(KEY, columns(50))
    chart.apply_candles([candle(50)])
    bare = count(picture(chart), DARK.bullish)
    chart.set_forming_signal(signal(50, closed=False))
    hollow = count(picture(chart), DARK.bullish, 40)
    chart.set_forming_signal(None)
    assert count(picture(chart), DARK.bullish) == bare
    chart.set_signals([signal(50)])
    assert bare < hollow < count(picture(chart), DARK.bullish, 40)


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (59, 59), (120, 90), (240, 160), (1600, 900)])
@pytest.mark.parametrize(
    "history",
    [
        CandleColumns.empty(),
        columns(1),
        columns(2),
        flat(30),
        flat(1, 1e-12),
        columns(5000),
        CandleColumns.join(flat(3, 1e-9), columns(3, start=START + 10_000 * HOUR)),
    ],
    ids=["none", "one", "two", "flat", "tiny price", "many", "huge range and hole"],
)
def test_no_size_and_no_history_breaks_it(chart, caplog, size, history):
    chart.resize(QSize(*size))
    chart.set_series(KEY, history)
    chart.set_signals([signal(0), signal(1, Direction.BEARISH)])
    chart.set_now(START + HOUR // 2)
    for log in (False, True):
        chart.set_log_scale(log)
        for key in (Qt.Key.Key_Home, Qt.Key.Key_Minus, Qt.Key.Key_Left, Qt.Key.Key_Plus, Qt.Key.Key_End):
            chart._gestures.key(key, chart.frame)
            chart._change()
            hover(chart, size[0] / 2, size[1] / 2)
            assert picture(chart).size() == QSize(*size)
    assert caplog.records == []


def test_an_error_while_painting_is_said_on_the_chart_and_logged_once(chart, caplog):
    chart.set_series(KEY, columns(50))
    settle()
    chart._view = None
    for _ in range(3):
        chart._change()
        assert count(picture(chart), DARK.warning) > 20
    assert len(caplog.records) == 1


def test_a_candle_that_was_revised_carries_a_mark_and_says_so(chart):
    history = columns(60)
    chart.set_series(KEY, history)
    bare = count(picture(chart), DARK.warning)
    quality = np.zeros(60, np.uint8)
    quality[55] = Quality.REVISED
    quality[56] = Quality.IMPORTED
    chart.set_series(KEY, replace(history, quality=quality))
    marked = count(picture(chart), DARK.warning)
    assert (bare, marked) == (0, 9)
    hover(chart, chart.frame.slots.x_of(slot_of(START, "1h") + 55), 200)
    assert count(picture(chart), DARK.warning, 30) > 50
    assert quality_words(Quality.REVISED | Quality.IMPORTED) == "revised by the venue, from a file"
    assert quality_words(Quality.SOUND) == ""


def test_impossible_candles_are_left_out(chart, caplog):
    history = columns(60)
    high = history.high.copy()
    high[[10, 59]] = np.nan
    chart.set_series(KEY, replace(history, high=high))
    assert count(picture(chart), DARK.rise_body) > 50
    assert chart.last_painted_candle.open_time == START + 58 * HOUR
    assert caplog.records == []


def test_many_changes_between_two_frames_are_painted_once(chart, qtbot):
    chart.set_series(KEY, columns(50))
    settle()
    frames = []
    chart.frame_painted.connect(lambda: frames.append(1))
    for close in range(91, 111):
        chart.apply_candles([candle(50, close=float(close))])
    assert frames == []
    settle()
    assert frames == [1]
    assert chart.last_painted_candle.close == 110.0


def test_the_crosshair_does_not_paint_the_candles_again(chart):
    chart.set_series(KEY, columns(50))
    settle()
    frame = chart.frame
    hover(chart, 300, 200)
    hover(chart, 320, 210)
    assert chart.frame is frame


def test_the_bar_under_the_pointer_is_told_once_and_taken_back(chart):
    chart.set_series(KEY, columns(100))
    settle()
    told = []
    chart.bar_hovered.connect(told.append)
    x = chart.frame.slots.x_of(slot_of(START, "1h") + 80)
    hover(chart, x, 200)
    hover(chart, x + 1, 240)
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert [c and c.open_time for c in told] == [START + 80 * HOUR, None]


def test_it_follows_the_newest_candle_until_the_trader_looks_back(chart):
    chart.set_series(KEY, columns(500))
    settle()
    assert chart.following
    chart.apply_candles([candle(500)])
    assert chart.following
    drag(chart, (200, 200), (700, 200))
    drag(chart, (200, 200), (700, 200))
    assert not chart.following
    shown = chart.frame.slots
    chart.apply_candles([candle(500, closed=True), candle(501)])
    settle()
    assert chart.frame.slots == shown
    box = go_live_box(chart.frame, chart._picture.labels)
    press(chart, box.center().x(), box.center().y())
    assert chart.following


def test_longer_history_leaves_the_view_where_it_was(chart):
    whole = columns(500)
    chart.set_series(KEY, whole[200:])
    chart.apply_candles([candle(500)])
    chart.set_signals([signal(490)])
    settle()
    shown = chart.frame.slots
    chart.set_series(KEY, whole)
    settle()
    assert chart.frame.slots == shown
    assert chart.last_painted_candle == candle(500)
    assert count(picture(chart), DARK.bullish) > 20


def test_the_wheel_zooms_around_the_pointer(chart):
    chart.set_series(KEY, columns(500))
    settle()
    slot, bar = chart.frame.slots.slot_at(300), chart.frame.slots.per_slot
    wheel(chart, 300, 200, 2)
    assert chart.frame.slots.per_slot > bar * 1.3
    assert chart.frame.slots.slot_at(300) == slot
    wheel(chart, 300, 200, -2)
    assert chart.frame.slots.per_slot == pytest.approx(bar)


def test_dragging_the_price_axis_stretches_prices_and_a_double_click_fits_them_again(chart):
    chart.set_series(KEY, columns(500))
    settle()
    fitted = chart.frame.prices
    drag(chart, (790, 100), (790, 200))
    assert chart.frame.prices.high - chart.frame.prices.low > (fitted.high - fitted.low) * 1.5
    held = chart.frame.prices
    drag(chart, (300, 100), (300, 150))
    assert chart.frame.prices.high > held.high
    send(chart, QEvent.Type.MouseButtonDblClick, 790, 100, Qt.MouseButton.LeftButton)
    assert chart.frame.prices == fitted


def test_the_keyboard_reaches_every_candle(chart, qtbot):
    chart.set_series(KEY, columns(500))
    settle()
    first, bar = slot_of(START, "1h"), chart.frame.slots.per_slot
    for key, holds in (
        (Qt.Key.Key_Left, lambda: not chart.following or chart.frame.slots.x_of(first + 499) > 500),
        (Qt.Key.Key_Home, lambda: 0 <= chart.frame.slots.x_of(first) < 20),
        (Qt.Key.Key_Plus, lambda: chart.frame.slots.per_slot > bar),
        (Qt.Key.Key_Minus, lambda: chart.frame.slots.per_slot == pytest.approx(bar)),
        (Qt.Key.Key_End, lambda: chart.following),
    ):
        qtbot.keyClick(chart, key)
        settle()
        assert holds(), key


def test_days_are_the_venues_and_hours_the_traders(chart):
    chart.set_zone(ZoneInfo("Asia/Tokyo"))
    chart.set_series(KEY, columns(50))
    settle()
    assert str(chart.frame.zone) == "Asia/Tokyo"
    day = 24 * HOUR
    dates = CandleColumns.of(START // day * day + np.arange(9) * day, *[np.ones(9)] * 5)
    chart.set_series(SeriesKey("binance", "BTC/USDT", "1d"), dates)
    settle()
    assert str(chart.frame.zone) == "UTC"


def test_a_practice_market_says_so(chart):
    chart.set_series(KEY, columns(50))
    assert count(picture(chart), DARK.practice) == 0
    chart.set_series(KEY, columns(50), practice=True)
    assert count(picture(chart), DARK.practice) > 300
    assert chart.accessibleDescription().startswith("Practice market. BTC/USDT")


def test_without_a_series_it_says_what_is_missing(chart):
    assert count(picture(chart), DARK.base) > 100_000
    chart.set_series(KEY, columns(50))
    chart.clear("The engine is away. Stored candles stay readable.")
    assert count(picture(chart), DARK.rise_body) == 0
    assert chart.accessibleDescription() == "The engine is away. Stored candles stay readable."
    assert chart.key is None
    chart.apply_candles([candle(1)])
    assert chart.last_painted_candle is None


def test_the_first_candle_may_come_from_the_live_stream(chart):
    chart.set_series(KEY, CandleColumns.empty())
    chart.apply_candles([candle(0, close=101.0)])
    settle()
    assert chart.last_painted_candle == candle(0, close=101.0)
    assert chart.following


def test_a_signal_tells_which_families_voted():
    assert signal_lines(signal(3, Direction.BEARISH)) == [
        ("", "Bearish signal"),
        ("", "1 of 2 families agree"),
        ("▼", "Price momentum"),
        ("–", "Volume"),
    ]
    chance = replace(signal(3, closed=False), probability=0.62, base_rate=0.48)
    assert ("", "Probability 62 %, any bar 48 %") in signal_lines(chance)
    assert "it may vanish" in signal_lines(chance)[0][1]


def test_markers_of_one_direction_never_touch(chart):
    chart.set_series(KEY, columns(20_000))
    chart.set_signals([signal(bar) for bar in range(0, 20_000, 3)])
    first = slot_of(START, "1h")
    chart.show_slots(first, first + 19_999)
    settle()
    (markers,) = marker_painter.lay_out(chart.frame)
    xs = markers.x
    assert len(xs) > 10
    assert np.diff(xs).min() >= marker_painter.marker_size(chart.frame)


def test_a_forming_marker_stands_beside_a_settled_one_however_narrow_the_bars(chart):
    chart.set_series(KEY, columns(5000))
    chart.apply_candles([candle(5000)])
    chart.set_signals([signal(4998)])
    chart.set_forming_signal(signal(5000, closed=False))
    first = slot_of(START, "1h")
    chart.show_slots(first, first + 5010)
    settle()
    (markers,) = marker_painter.lay_out(chart.frame)
    assert markers.closed.tolist() == [True, False]


@pytest.mark.parametrize("n_shown", [50, 500, 5000, 50_000])
def test_a_frame_never_paints_more_than_two_shapes_a_pixel_column(chart, n_shown):
    chart.set_series(KEY, columns(50_000))
    first = slot_of(START, "1h")
    chart.show_slots(first + 50_000 - n_shown, first + 49_999)
    settle()
    candles = candle_painter.lay_out(chart.frame, chart.frame.columns)
    n_shapes = sum(map(len, (*candles.wicks, *candles.bodies)))
    assert 0 < n_shapes <= 2 * (chart.frame.layout.plot_width + 2)


@pytest.mark.parametrize("scale", ["1.25", "2"])
def test_lines_are_crisp_and_complete_on_a_dense_screen(scale):
    code = """
import sys
import numpy as np
from PySide6.QtWidgets import QApplication
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.theme import DARK
app = QApplication([])
n = 50
one = np.ones(n)
view = ChartView()
view.resize(800, 500)
times = 1_700_006_400_000 // 3_600_000 * 3_600_000 + np.arange(n) * 3_600_000
candles = CandleColumns.of(times, one, one * 1.5, one * 0.5, one * 1.2, one)
view.set_series(SeriesKey("v", "A/B", "1h"), candles)
image = view.grab().toImage()
frame = view.frame
x = round(frame.slots.x_of(view._series.pyramid.last_slot - 5) * frame.dpr)
inside = range(frame.device(frame.layout.price_height))
rows = [y for y in inside if image.pixelColor(x, y).name() == DARK.rise_body]
print(image.width(), frame.dpr, rows[0] == frame.prices.row(1.5), rows[-1] == frame.prices.row(0.5))
print(len(rows), rows[-1] - rows[0] + 1)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_SCALE_FACTOR": scale},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    width, dpr, top, bottom, n_rows, span = run.stdout.split()
    assert (float(dpr), int(width)) == (float(scale), round(800 * float(scale)))
    assert (top, bottom) == ("True", "True")
    assert n_rows == span


def test_importing_the_chart_brings_neither_pandas_nor_pyqtgraph():
    code = "import sys, workstation.ui.chart.chart_view; print(*sorted(m.split('.')[0] for m in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    heavy = {"pandas", "pyqtgraph", "finplot", "ccxt", "numba", "lightgbm", "pyarrow", "aiohttp"}
    assert set(run.stdout.split()) & heavy == set()


def test_an_empty_chart_of_an_index_says_what_it_waits_for(chart):
    nothing = columns(0)
    chart.set_series(KEY, nothing)
    assert chart.accessibleDescription() == "Waiting for candles of BTC/USDT"
    chart.set_series(SeriesKey("binance", "INDEX:GAMING", "1h"), nothing)
    assert chart.accessibleDescription().endswith("once the history of all coins is loaded.")
