"""Whatever happens to a chart, its picture is the one it would have if all of it were painted each time."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.drawing import Anchor, Dash, Drawing, DrawingKind, Style
from workstation.domain.level import LevelKind, PriceLevel
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.signal import Direction, Family, FamilyVote, Signal, SignalOrigin
from workstation.domain.study_choice import StudyChoice
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart import profile_board
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.drawing_book import DrawingBook, Drawn
from workstation.ui.chart.grade_steps import GradeSteps
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.chart.strip import EVERYTHING
from workstation.ui.chart.study_board import BoardStudy
from workstation.ui.chart.study_reckoning import Grid, reckon
from workstation.ui.chart.volume_profile import volume_profile
from workstation.ui.theme import DARK, LIGHT

MINUTE = 60_000
KEY, OTHER = SeriesKey("binance", "BTC/USDT", "1m"), SeriesKey("binance", "ETH/USDT", "1m")
MARKET = Drawn(KEY.venue, KEY.symbol)
START = 1_700_000_000_000 // MINUTE * MINUTE
N = 160
SIZES = [(520, 340), (440, 300), (640, 420), (260, 200)]
ON_CHART = ("ema", "bollinger", "supertrend", "macd", "ichimoku", "rsi", "volume_sma", "sar")
RATIOS = [1.0, 1.25, 2.0, 1.1]


def market(n: int, seed: int) -> CandleColumns:
    rng = np.random.default_rng(seed)
    close = 40_000 * np.exp(np.cumsum(rng.normal(0, 0.001, n)))
    opened = np.concatenate([[40_000.0], close[:-1]])
    high, low = np.maximum(opened, close) * 1.0005, np.minimum(opened, close) * 0.9995
    return CandleColumns.of(START + np.arange(n) * MINUTE, opened, high, low, close, rng.gamma(2, 20, n))


PAST = {key: market(N, seed) for seed, key in enumerate((KEY, OTHER))}


class Sheet(ChartView):
    """A chart on a screen of any density, whose studies are computed at once."""

    ratio = 1.0

    def devicePixelRatioF(self) -> float:
        return self.ratio

    def add(self, study_id: str) -> None:
        one = BoardStudy(StudyChoice(study_id, STUDIES[study_id].defaults), is_stale=False)
        one.traces = reckon(Grid.of(KEY, self._series.pyramid.levels[0]), one.wanted)
        self.studies._studies.append(one)
        self.studies.changed.emit()


class Painstaking(Sheet):
    """Paints everything each time."""

    def _change_since(self, slot: float) -> None:
        super()._change_since(EVERYTHING)

    def _paint(self, painter) -> None:
        self.drawings._picture.forget()
        super()._paint(painter)


class NoFiles:
    def load(self, _venue, _symbol):
        return (), ""

    def save(self, _venue, _symbol, _drawings) -> None:
        return


class Pair:
    """Two charts that are told the same; one of them paints as little as it can."""

    def __init__(self) -> None:
        self.charts = [Sheet(), Painstaking()]
        self.bar, self.last, self.number = N, 0.0, 0
        self.is_forming = False
        for chart in self.charts:
            chart.setMinimumSize(1, 1)
            chart.resize(*SIZES[0])
            chart.set_series(KEY, PAST[KEY], price_step=0.01)
            chart.drawings.join(DrawingBook(NoFiles(), chart))
            chart.show()
        self.last = float(PAST[KEY].close[-1])
        for study_id in ON_CHART[:4]:
            self.each(lambda chart, name=study_id: chart.add(name))

    def each(self, do: Callable[[Sheet], object]) -> None:
        for chart in self.charts:
            do(chart)

    def tell(self, *candles: Candle) -> None:
        self.each(lambda chart: chart.apply_candles(candles))

    def candle(self, bar: int, share: float, reach: float, *, closed: bool) -> Candle:
        close = self.last * (1 + (share - 0.5) * reach)
        high, low = max(close, self.last) * (1 + reach / 9), min(close, self.last) * (1 - reach / 9)
        return Candle(START + bar * MINUTE, self.last, high, low, close, 5 + 40 * share, closed=closed)

    def do(self, deed: str, share: float) -> None:
        getattr(self, f"_{deed}")(share)

    def _tick(self, share: float) -> None:
        self.tell(self.candle(self.bar, share, 0.0006, closed=False))
        self.is_forming = True

    def _leap(self, share: float) -> None:
        self.tell(self.candle(self.bar, share, 0.03, closed=False))
        self.is_forming = True

    def _close(self, share: float) -> None:
        self.tell(self.candle(self.bar, share, 0.001, closed=True))
        self.bar, self.is_forming = self.bar + 1, False

    def _follow(self, share: float) -> None:
        closed = self.candle(self.bar, share, 0.001, closed=True)
        self.bar, self.last = self.bar + 1, closed.close
        self.tell(closed, self.candle(self.bar, 1 - share, 0.0005, closed=False))
        self.is_forming = True

    def _late(self, share: float) -> None:
        self.tell(self.candle(self.bar - 1 - int(share * 40), share, 0.001, closed=True))

    def _signals(self, share: float) -> None:
        bars = [N - 90, N - 20, N - int(share * 6) - 1, self.bar - 1]
        said = [signal(bar, 1 - 2 * (i % 2)) for i, bar in enumerate(bars)]
        self.each(lambda chart: chart.set_signals(said))

    def _forming_signal(self, share: float) -> None:
        said = None if share < 0.3 else signal(self.bar, 1 if share < 0.6 else -1, closed=False)
        self.each(lambda chart: chart.set_forming_signal(said))

    def _theme(self, share: float) -> None:
        self.each(lambda chart: chart.set_theme(LIGHT if share < 0.5 else DARK))

    def _zone(self, share: float) -> None:
        zone = ZoneInfo("Asia/Tokyo" if share < 0.5 else "America/New_York")
        self.each(lambda chart: chart.set_zone(zone))

    def _scaling(self, share: float) -> None:
        self.each(lambda chart: chart.set_scaling(list(Scaling)[int(share * 2.99)]))

    def _inverted(self, share: float) -> None:
        self.each(lambda chart: chart.set_inverted(share < 0.5))

    def _fitted(self, share: float) -> None:
        self.each(lambda chart: chart.set_fitted(share < 0.5))

    def _kind(self, share: float) -> None:
        self.each(lambda chart: chart.set_kind(list(ChartKind)[int(share * (len(ChartKind) - 0.01))]))

    def _history(self, share: float) -> None:
        for chart in self.charts:
            chart.setUpdatesEnabled(False)  # neither paints before both know everything
            chart.set_series(KEY, PAST[KEY], 0.01, practice=share < 0.3)
        while not all(chart.studies.is_settled for chart in self.charts):
            QApplication.processEvents()
        self.each(lambda chart: chart.setUpdatesEnabled(True))

    def _add_study(self, share: float) -> None:
        name = ON_CHART[int(share * (len(ON_CHART) - 0.01))]
        self.each(lambda chart: chart.add(name) if len(chart.studies.studies) < 6 else None)

    def _remove_study(self, share: float) -> None:
        self.each(lambda chart: chart.studies.remove(0) if chart.studies.studies else None)

    def _hide_study(self, share: float) -> None:
        place = int(share * 3)
        for chart in self.charts:
            if place < len(chart.studies.studies):
                chart.studies.show(place, on=not chart.studies.studies[place].choice.is_shown)

    def _draw(self, share: float) -> None:
        self.number += 1
        kind = list(DrawingKind)[int(share * (len(DrawingKind) - 0.01))]
        width = 1 + self.number % 3
        rows = [N - 40 + int(share * 30), N - 4 + self.number % 9, N + 4]
        prices = [self.last * (1 + 0.002 * (share - 0.4)), self.last * (1.001 - share * 0.003), self.last]
        anchors = [Anchor(START + row * MINUTE, price) for row, price in zip(rows, prices, strict=True)]
        drawing = Drawing(str(self.number), kind, tuple(anchors[: kind.n_anchors]), text="Here")
        colour, dash = (
            ("accent", "rise", "#cc3377")[self.number % 3],
            list(Dash)[self.number // 2 % len(Dash)],
        )
        drawing = replace(drawing, style=Style(colour, width, dash))
        self.each(lambda chart: chart.drawings.book.add(MARKET, drawing))

    def _select(self, share: float) -> None:
        chosen = str(1 + int(share * max(self.number, 1))) if share > 0.2 else ""
        self.each(lambda chart: chart.drawings.select(chosen))

    def _point(self, share: float) -> None:
        at = QPointF(share * self.charts[0].width(), (0.1 + 0.8 * (share * 7 % 1)) * self.charts[0].height())
        self.each(lambda chart: move(chart, at))

    def _leave(self, share: float) -> None:
        self.each(lambda chart: QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave)))

    def _elsewhere(self, share: float) -> None:
        at = None if share < 0.3 else START + int(N * share) * MINUTE
        for chart in self.charts:
            chart.pointed_elsewhere_ms = at
            chart.update()

    def _resize(self, share: float) -> None:
        self.each(lambda chart: chart.resize(*SIZES[int(share * 3.99)]))

    def _screen(self, share: float) -> None:
        for chart in self.charts:
            chart.ratio = RATIOS[int(share * 3.99)]
            chart.update()

    def _pan(self, share: float) -> None:
        for chart in self.charts:
            chart._view.time.pan((share - 0.5) * 200)
            chart._change()

    def _zoom(self, share: float) -> None:
        for chart in self.charts:
            chart._view.time.zoom(0.25 * 16**share, chart._view.time.width * 0.8)
            chart._change()

    def _live(self, share: float) -> None:
        self.each(ChartView.go_live)

    def _rest(self, share: float) -> None:
        self.charts[int(share * 2)].rest()
        self.each(lambda chart: chart.update())

    def _now(self, share: float) -> None:
        self.each(lambda chart: chart.set_now(START + self.bar * MINUTE + int(share * MINUTE)))

    def _levels(self, share: float) -> None:
        made = [
            PriceLevel(self.last * 0.999, LevelKind.SUPPORT, 3, START + 100 * MINUTE),
            PriceLevel(self.last * (1 + share * 0.001), LevelKind.RESISTANCE, 1, None),
        ]
        self.each(lambda chart: chart.set_levels(made if share > 0.2 else []))

    def _compare(self, share: float) -> None:
        if share < 0.4:
            self.each(lambda chart: chart.remove_comparison(OTHER))
        else:
            self.each(lambda chart: chart.set_comparison(OTHER, PAST[OTHER]))

    def _profile(self, share: float) -> None:
        for chart in self.charts:
            board = chart.profile
            board.is_shown = share > 0.5
            bars = chart._series.pyramid.levels[0].values[:, :N]
            board.profile = volume_profile(bars, 24, is_log=False) if board.is_shown else None
            board.changed.emit()

    def _grades(self, share: float) -> None:
        at = START + np.arange(1, N + 9) * MINUTE
        grades = GradeSteps(at, 50 + 45 * np.sin(np.arange(len(at)) / 7), MINUTE, "1m")
        for chart in self.charts:
            chart.judged.show(JudgedPane.GRADE, on=share > 0.3)
            chart.judged.show(JudgedPane.VOTES, on=share > 0.7)
            chart.judged.take_grades(grades)


def signal(bar: int, way: int, *, closed: bool = True) -> Signal:
    votes = (FamilyVote(Family.MOMENTUM, Direction(way), 0.8 * way, (), START),)
    at = START + bar * MINUTE
    return Signal(KEY, at, 40_000.0, Direction(way), votes, closed, SignalOrigin.HISTORY, "1")


def picture(chart: Sheet) -> QImage:
    """Return what is seen of a chart, in the pixels of its screen."""
    image = QImage(chart.size() * chart.ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(chart.ratio)
    chart.render(image)
    return image


def move(chart: ChartView, at: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart, event)


DEEDS = [name[1:] for name in vars(Pair) if name.startswith("_") and not name.startswith("__")]
OFTEN = ["tick"] * 12 + ["follow", "close", "draw", "leap"] * 2


@pytest.fixture
def steady(monkeypatch, qapp):
    """No profile is worked out by another thread, at a time of its own."""
    monkeypatch.setattr(profile_board, "SETTLE_MS", 10_000_000)


@settings(max_examples=9, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.sampled_from(OFTEN + DEEDS), st.integers(0, 99)), min_size=4, max_size=16))
def test_what_is_painted_bit_by_bit_is_the_whole(steady, deeds) -> None:
    pair = Pair()
    try:
        for i, (deed, hundredths) in enumerate(deeds):
            pair.do(deed, hundredths / 100)
            QApplication.processEvents()
            sparing, painstaking = (picture(chart) for chart in pair.charts)
            assert sparing == painstaking, f"after {deeds[: i + 1]}"
    finally:
        for chart in pair.charts:
            chart.studies.stop()
            chart.profile.stop()
            chart.deleteLater()


def test_a_line_over_very_many_bars_is_as_thin_in_a_strip_as_elsewhere(steady) -> None:
    charts, bars = [Sheet(), Painstaking()], market(2_000, 3)
    tick = Candle(START + 2_000 * MINUTE, 40_000.0, 40_010.0, 39_990.0, 40_005.0, 9.0, closed=False)
    for chart in charts:
        chart.ratio = 2.0
        chart.setMinimumSize(1, 1)
        chart.resize(1_000, 300)
        chart.set_series(KEY, bars, price_step=0.01)
        chart.add("ema")
        chart.show_slots(slot_of(START, KEY.timeframe) + 1_100, slot_of(START, KEY.timeframe) + 2_010)
        chart.show()
    for close in (40_005.0, 40_001.0, 40_003.0):
        for chart in charts:
            chart.apply_candles([replace(tick, close=close)])
        QApplication.processEvents()
        sparing, painstaking = (picture(chart) for chart in charts)
        assert sparing == painstaking
    for chart in charts:
        chart.studies.stop()
        chart.profile.stop()
        chart.deleteLater()
