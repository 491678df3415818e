"""The still picture of a chart, painted once and shown until something in it changes."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from workstation.domain.study import Place
from workstation.ui.chart.axis_painter import TOP, needed_axis_width, paint_axes, paint_caption, paint_grid
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.compare_painter import paint_compared, paint_names
from workstation.ui.chart.frame import Frame, View, make_frame
from workstation.ui.chart.judged_frame import asked_heights
from workstation.ui.chart.judged_painter import needed_judged_width, paint_judged, paint_judged_axes
from workstation.ui.chart.kind_painter import paint_series
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.layout import Layout
from workstation.ui.chart.level_painter import (
    PlacedLevel,
    lay_out,
    lay_out_labels,
    needed_level_width,
    paint_level_labels,
    paint_levels,
)
from workstation.ui.chart.marker_painter import Sprites, paint_markers
from workstation.ui.chart.profile_painter import paint_profile, paint_profile_marks
from workstation.ui.chart.quality_painter import paint_doubts
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.study_frame import pane_heights
from workstation.ui.chart.study_painter import paint_grounds, paint_lines, paint_pane_axes
from workstation.ui.theme import Theme

_MOST_ABOVE = 5  # lines of the legend that keep candles away
_LOOSE = 32  # logical pixels a price axis may be too wide before it shrinks


class Picture:
    """Grid, levels, candles, volume, markers, axes and caption, on a pixmap.

    Parameters
    ----------
    theme : Theme
        Its colours.
    labels : Labels
        Its text.
    """

    def __init__(self, theme: Theme, labels: Labels) -> None:
        self.colours = ChartColours.of(theme)
        self.labels = labels
        self._sprites = Sprites(theme)
        self._pixmap = QPixmap()
        self._axis_width = 64

    @property
    def pixmap(self) -> QPixmap:
        """The picture as it was painted last."""
        return self._pixmap

    def set_theme(self, theme: Theme) -> None:
        """Take other colours; to be seen once painted again."""
        self.colours = ChartColours.of(theme)
        self._sprites = Sprites(theme)

    def paint(self, series: ChartSeries, view: View, size: QSize, dpr: float) -> Frame:
        """Paint a series that holds at least one candle; return what is where."""
        frame = make_frame(series, view, self._layout(size, view), dpr)
        asked = (needed_axis_width, needed_judged_width, needed_level_width)
        needed = max(width(frame, self.labels) for width in asked)
        if not needed <= self._axis_width <= needed + _LOOSE:
            self._axis_width = needed
            frame = make_frame(series, view, self._layout(size, view), dpr)
        self._reserve(size, dpr)
        self._pixmap.fill(self.colours.base)
        levels = lay_out(frame)
        level_labels = lay_out_labels(frame, self.labels, levels)
        with QPainter(self._pixmap) as painter:
            self._paint_panes(painter, frame, levels)
            paint_profile_marks(painter, frame, self.colours, self.labels)
            paint_axes(painter, frame, self.colours, self.labels, [one.box for one in level_labels])
            paint_level_labels(painter, self.colours, self.labels, level_labels)
            paint_pane_axes(painter, frame, self.colours, self.labels)
            paint_judged_axes(painter, frame, self.colours, self.labels)
            paint_names(painter, frame, self.colours, self.labels)
            paint_caption(painter, frame, self.colours, self.labels)
        return frame

    def _layout(self, size: QSize, view: View) -> Layout:
        line = self.labels.height()
        header = round(TOP + self.labels.height(Style.CAPTION) + line + 12)
        over = [one for one in view.board.studies if one.study.place is Place.PRICE]
        n_above = min(len(over) + view.profile.is_shown, _MOST_ABOVE)
        header += round(n_above * (line + 2))  # their legend, free of candles
        whole = Layout.of(size.width(), size.height(), self._axis_width, round(line + 12), header)
        judged = asked_heights(view.judged, whole.body_height)
        return whole.with_panes(pane_heights(view.board, whole.body_height, judged), round(line + 6))

    def _reserve(self, size: QSize, dpr: float) -> None:
        device = QSize(round(size.width() * dpr), round(size.height() * dpr)).expandedTo(QSize(1, 1))
        if self._pixmap.size() != device:
            self._pixmap = QPixmap(device)
        self._pixmap.setDevicePixelRatio(dpr)

    def _paint_panes(self, painter: QPainter, frame: Frame, levels: Sequence[PlacedLevel]) -> None:
        """Paint what counts in device pixels."""
        painter.save()
        painter.scale(1 / frame.dpr, 1 / frame.dpr)
        painter.setPen(Qt.PenStyle.NoPen)
        paint_grounds(painter, frame, self.colours)
        paint_grid(painter, frame, self.colours)
        right = frame.device(frame.layout.plot_width)
        painter.setClipRect(QRect(0, 0, right, frame.device(frame.layout.price_height)))
        paint_profile(painter, frame, self.colours)
        paint_levels(painter, frame, self.colours, levels)
        painter.setClipRect(QRect(0, 0, right, frame.device(frame.layout.body_height)))
        paint_series(painter, frame, self.colours)
        paint_lines(painter, frame, self.colours)
        paint_judged(painter, frame, self.colours)
        painter.setClipRect(QRect(0, 0, right, frame.device(frame.layout.price_height)))
        paint_compared(painter, frame, self.colours)
        paint_doubts(painter, frame, self.colours)
        paint_markers(painter, frame, self._sprites)
        painter.restore()
