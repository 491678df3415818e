"""The same chart in finplot and in plain pyqtgraph, as somebody who knows them would draw it."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from time import perf_counter

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.chart_frames import Subject
from tests.benchmarks.chart_world import MINUTE, Load, drawings, marked_rows, study_lines
from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.signal import Direction

OVER_CANDLES = 3
"""The first so many of `SOME_STUDIES` lie over the candles, the others in panes of their own."""

Spans = Callable[[int, int], Iterator[tuple[str, float, float]]]
"""Yields what is shown, as (operation, first row, last row), for candles and frames."""

PEER_PASSES = 2
SIZE = (1600, 900)
_GREEN, _RED, _INK = "#26a69a", "#ef5350", "#2962ff"


def finplots(candles: CandleColumns, n_frames: int, load: Load, spans: Spans) -> Subject:
    """Return finplot's chart: candles, volume, lines of studies, markers, and drawings as lines."""
    import finplot
    import pandas as pd

    n = len(candles) - n_frames * PEER_PASSES
    names = ("open", "close", "high", "low", "volume")
    table = pd.DataFrame({name: getattr(candles, name) for name in names})
    table.insert(0, "time", candles.open_time * 1_000_000)
    began = perf_counter()
    panes = load.studies[OVER_CANDLES:]
    axes = finplot.create_plot("bench", rows=1 + len(panes), init_zoom_periods=200, maximize=False)
    axis, *below = axes if isinstance(axes, list) else [axes]
    places = [*[axis] * OVER_CANDLES, *below]
    prices, volumes = ["time", "open", "close", "high", "low"], ["time", "open", "close", "volume"]
    items = [
        (finplot.candlestick_ochl(table.iloc[:n][prices], ax=axis), prices),
        (finplot.volume_ocv(table.iloc[:n][volumes], ax=axis.overlay()), volumes),
    ]
    for study_id, place in zip(load.studies, places, strict=False):
        for number, values in enumerate(study_lines(candles, study_id)):
            column = f"{study_id}{number}"
            table[column] = values
            items.append((finplot.plot(table.iloc[:n][["time", column]], ax=place), ["time", column]))
    _mark_finplot(finplot, axis, candles[:n], load)
    finplot.show(qt_exec=False)
    window = axis.vb.win
    window.resize(*SIZE)
    QApplication.processEvents()
    first_ms = (perf_counter() - began) * 1000

    def update(rows: "pd.DataFrame") -> None:
        for item, columns in items:
            item.update_data(rows[columns])

    def operations(number: int) -> Iterator[tuple[str, Callable[[], object]]]:
        for name, first, last in spans(n, n_frames):
            yield name, lambda first=first, last=last: axis.vb.update_y_zoom(first, last)
        end = n + number * n_frames
        axis.vb.update_y_zoom(end - 200, end + 5)
        for i in range(end + 1, end + n_frames + 1):
            rows = table.iloc[:i]
            yield "append", lambda rows=rows: update(rows)
            moved = rows.copy()
            moved.iloc[-1, moved.columns.get_loc("close")] *= 1.0001
            yield "tick", lambda moved=moved: update(moved)

    subject = Subject("finplot", len(candles), window.viewport(), operations, first_ms)
    subject.n_passes = PEER_PASSES
    return subject


def _mark_finplot(finplot: object, axis: object, candles: CandleColumns, load: Load) -> None:
    import pandas as pd

    for way, style, colour in ((Direction.BULLISH, "^", _GREEN), (Direction.BEARISH, "v", _RED)):
        rows = sorted({row for row, each in marked_rows(len(candles), load.n_markers) if each is way})
        if rows:
            said = pd.DataFrame({"time": candles.open_time[rows] * 1_000_000, "close": candles.close[rows]})
            finplot.plot(said, ax=axis, style=style, color=colour)
    start = int(candles.open_time[0])
    for one in drawings(candles, load.n_drawings):
        points = [((anchor.time_ms - start) / MINUTE, anchor.price) for anchor in one.anchors]
        for first, second in pairwise(points * 2 if len(points) == 1 else points):
            finplot.add_line(first, second, color=_INK, interactive=False, ax=axis)


def pyqtgraphs(candles: CandleColumns, n_frames: int, load: Load, spans: Spans) -> Subject:
    """Return the chart of pyqtgraph's own items: bars, curves, a scatter, and lines."""
    import pyqtgraph as pg

    n = len(candles) - n_frames * PEER_PASSES
    x = np.arange(len(candles), dtype=float)
    began = perf_counter()
    widget = pg.GraphicsLayoutWidget(show=True)
    widget.resize(*SIZE)
    plots = [widget.addPlot(row=row, col=0) for row in range(2 + len(load.studies[OVER_CANDLES:]))]
    for other in plots[1:]:
        other.setXLink(plots[0])
    bars = PlainBars(pg, plots, x, candles)
    bars.show(n, candles.close)
    lines: list[tuple[object, FloatArray]] = []
    for study_id, plot in zip(load.studies, [*[plots[0]] * OVER_CANDLES, *plots[2:]], strict=False):
        for values in study_lines(candles, study_id):
            curve = plot.plot(x[:n], values[:n], pen=_INK)
            curve.setClipToView(True)
            curve.setDownsampling(auto=True, method="peak")
            lines.append((curve, values))
    _mark_pyqtgraph(pg, plots[0], candles[:n], load)
    QApplication.processEvents()
    first_ms = (perf_counter() - began) * 1000

    def look(first: float, last: float) -> None:
        begin, end = max(int(first), 0), min(int(last) + 1, len(candles))
        plots[0].setXRange(first, last, padding=0)
        plots[0].setYRange(float(candles.low[begin:end].min()), float(candles.high[begin:end].max()))

    def grow(n_shown: int, close: FloatArray) -> None:
        bars.show(n_shown, close)
        for curve, values in lines:
            curve.setData(x[:n_shown], values[:n_shown])
        look(n_shown - 200, n_shown + 5)

    def operations(number: int) -> Iterator[tuple[str, Callable[[], object]]]:
        for name, first, last in spans(n, n_frames):
            yield name, lambda first=first, last=last: look(first, last)
        end = n + number * n_frames
        for i in range(end + 1, end + n_frames + 1):
            yield "append", lambda i=i: grow(i, candles.close)
            moved = candles.close.copy()
            moved[i - 1] *= 1.0001
            yield "tick", lambda i=i, moved=moved: grow(i, moved)

    subject = Subject("pyqtgraph", len(candles), widget.viewport(), operations, first_ms)
    subject.n_passes, subject.window = PEER_PASSES, widget
    return subject


class PlainBars:
    """Candles and volume of pyqtgraph's items: wicks as one curve of pairs, bodies and volume as bars."""

    def __init__(self, pg: object, plots: list[object], x: FloatArray, candles: CandleColumns) -> None:
        self._x, self._candles = x, candles
        self._wicks = pg.PlotCurveItem(connect="pairs", pen="#888888")
        self._bodies = [
            pg.BarGraphItem(x=[], y0=[], y1=[], width=0.7, brush=c, pen=c) for c in (_GREEN, _RED)
        ]
        self._volume = pg.BarGraphItem(x=[], height=[], width=0.7, brush="#555555", pen="#555555")
        plots[0].addItem(self._wicks)
        for bodies in self._bodies:
            plots[0].addItem(bodies)
        plots[1].addItem(self._volume)

    def show(self, n: int, close: FloatArray) -> None:
        """Show the first `n` candles."""
        x, opens, closes = self._x[:n], self._candles.open[:n], close[:n]
        ends = np.column_stack([self._candles.low[:n], self._candles.high[:n]]).ravel()
        self._wicks.setData(np.repeat(x, 2), ends)
        rises = closes >= opens
        for bodies, chosen in zip(self._bodies, (rises, ~rises), strict=True):
            bodies.setOpts(x=x[chosen], y0=opens[chosen], y1=closes[chosen])
        self._volume.setOpts(x=x, height=self._candles.volume[:n])


def _mark_pyqtgraph(pg: object, plot: object, candles: CandleColumns, load: Load) -> None:
    first = int(candles.open_time[0])
    for way, symbol, colour in ((Direction.BULLISH, "t1", _GREEN), (Direction.BEARISH, "t", _RED)):
        rows = [row for row, each in marked_rows(len(candles), load.n_markers) if each is way]
        if rows:
            plot.addItem(pg.ScatterPlotItem(rows, candles.close[rows], symbol=symbol, brush=colour, size=9))
    for one in drawings(candles, load.n_drawings):
        x = [(anchor.time_ms - first) / MINUTE for anchor in one.anchors]
        plot.addItem(pg.PlotCurveItem(x, [anchor.price for anchor in one.anchors], pen=_INK))
