"""The still picture of a chart, painted once and shown until something in it changes."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from workstation.domain.market import SeriesKey
from workstation.domain.study import Place
from workstation.ui.chart.axis_painter import (
    TOP,
    lay_out_volume,
    needed_axis_width,
    paint_caption,
    paint_edges,
    paint_grid,
    paint_price_axis,
    paint_time_axis,
)
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.compare_painter import paint_compared, paint_names
from workstation.ui.chart.frame import Frame, View, make_frame
from workstation.ui.chart.grade_painter import lay_out_edges
from workstation.ui.chart.judged_frame import asked_heights
from workstation.ui.chart.judged_painter import needed_judged_width, paint_judged, paint_judged_axes
from workstation.ui.chart.kind_painter import paint_series
from workstation.ui.chart.labels import Labels, Style
from workstation.ui.chart.layout import Layout
from workstation.ui.chart.level_painter import (
    PlacedLevel,
    needed_level_width,
    paint_level_labels,
    paint_levels,
)
from workstation.ui.chart.marker_painter import Sprites, paint_markers
from workstation.ui.chart.profile_painter import paint_profile, paint_profile_marks
from workstation.ui.chart.quality_painter import paint_doubts
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.strip import EVERYTHING, Laid, StripPainter, lead_of, strip_of, tail_of
from workstation.ui.chart.study_frame import pane_heights
from workstation.ui.chart.study_painter import (
    lay_out_pane_axes,
    paint_grounds,
    paint_lines,
    paint_pane_axes,
    paint_pane_edges,
)
from workstation.ui.theme import Theme

_MOST_ABOVE = 5  # lines of the legend that keep candles away
_LOOSE = 32  # logical pixels the price axis of one market may be too wide before it shrinks


class Picture:
    """Grid, levels, candles, volume, markers, axes and caption, on a pixmap.

    Parameters
    ----------
    theme : Theme
        Its colours.
    labels : Labels
        Its text.

    Attributes
    ----------
    strip : QRect or None
        What of it was painted last, device pixels; None where all of it was.
    """

    def __init__(self, theme: Theme, labels: Labels) -> None:
        self.colours = ChartColours.of(theme)
        self.labels = labels
        self._sprites = Sprites(theme)
        self._pixmap = QPixmap()
        self._axis_width = 64
        self._shown: tuple[SeriesKey, QSize] | None = None  # for which it is that wide
        self._laid: Laid | None = None  # what was painted last
        self._caption_end = 0.0
        self.strip: QRect | None = None

    @property
    def pixmap(self) -> QPixmap:
        """The picture as it was painted last."""
        return self._pixmap

    @property
    def axis_boxes(self) -> list[QRectF]:
        """Where the labels of the price axis stand, those of families left out; logical pixels."""
        if self._laid is None:
            return []
        frame, labels = self._laid.frame, self.labels
        grade, layout = frame.judged.grade, frame.layout
        edges = [] if grade is None else lay_out_edges(frame, grade, labels)
        plain = [*self._laid.prices, *lay_out_volume(frame, labels), *lay_out_pane_axes(frame, labels)]
        size = layout.axis_width - 1, labels.height()
        boxes = [QRectF(layout.plot_width + 1, one.y, *size) for one in (*plain, *edges)]
        return [*boxes, *(one.box for one in self._laid.level_labels)]

    def set_theme(self, theme: Theme) -> None:
        """Take other colours; to be seen once painted again."""
        self.colours = ChartColours.of(theme)
        self._sprites = Sprites(theme)

    def paint(
        self, series: ChartSeries, view: View, size: QSize, dpr: float, since: float = EVERYTHING
    ) -> Frame:
        """Paint a series that holds at least one candle; return what is where.

        Parameters
        ----------
        since : float
            The first slot whose candle is other than when the picture was painted last, at the same size and
            with everything else as it was; `EVERYTHING` where anything may be.
        """
        known, self._laid = (None if since == EVERYTHING else self._laid), None
        frame = self._framed(series, view, size, dpr, known)
        laid = Laid.of(frame, self.labels)
        is_like = known is not None and frame.layout is known.frame.layout
        self.strip = strip_of(known, laid, since) if known is not None and is_like else None
        if self.strip is None:
            self._reserve(size, dpr)
            self._pixmap.fill(self.colours.base)
            with QPainter(self._pixmap) as painter:
                self._paint_whole(painter, laid)
        elif not self.strip.isEmpty():
            self._renew(laid, self.strip)
        self._laid = laid
        return frame

    def forget(self) -> None:
        """Give the memory of the picture back; to be seen again once painted again."""
        self._pixmap, self._laid = QPixmap(), None

    def _framed(self, series: ChartSeries, view: View, size: QSize, dpr: float, known: Laid | None) -> Frame:
        """Return what is where, with a price axis as wide as its labels ask for."""
        before = known.frame if known is not None else None
        layout = before.layout if before is not None else self._layout(size, view)
        frame = make_frame(series, view, layout, dpr, before)
        asked = (needed_axis_width, needed_judged_width, needed_level_width)
        needed = max(width(frame, self.labels) for width in asked)
        shown = (series.key, size)
        loose, self._shown = _LOOSE if shown == self._shown else 0, shown
        if needed <= self._axis_width <= needed + loose:
            return frame
        self._axis_width = needed
        return make_frame(series, view, self._layout(size, view), dpr)

    def _paint_whole(self, painter: QPainter, laid: Laid) -> None:
        frame, inks = laid.frame, (self.colours, self.labels)
        self._paint_panes(painter, frame, laid.levels)
        paint_profile_marks(painter, frame, *inks)
        paint_edges(painter, frame, self.colours)
        paint_price_axis(painter, frame, laid.prices, *inks)
        paint_time_axis(painter, frame, *inks)
        paint_level_labels(painter, *inks, laid.level_labels)
        paint_pane_edges(painter, frame, self.colours)
        paint_pane_axes(painter, frame, *inks)
        paint_judged_axes(painter, frame, *inks)
        paint_names(painter, frame, *inks)
        self._caption_end = paint_caption(painter, frame, *inks)

    def _renew(self, laid: Laid, strip: QRect) -> None:
        """Paint a strip of the picture again; all else of it stays."""
        frame, inks = laid.frame, (self.colours, self.labels)
        painter = StripPainter(self._pixmap, strip, lead_of(frame))
        with painter:
            painter.fillRect(self._pixmap.rect(), self.colours.base)
            painter.save()
            painter.scale(frame.dpr, frame.dpr)
            self._paint_panes(painter, tail_of(frame, strip.left()), laid.levels)
            paint_edges(painter, frame, self.colours)
            paint_pane_edges(painter, frame, self.colours)
            if strip.right() > frame.device(frame.layout.plot_width):
                paint_price_axis(painter, frame, laid.prices, *inks)
                paint_level_labels(painter, *inks, laid.level_labels)
                paint_pane_axes(painter, frame, *inks)
            if self._caption_end * frame.dpr > strip.left():
                paint_caption(painter, frame, *inks)
            painter.restore()
            painter.put_back()

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

    def _paint_panes(self, painter: QPainter, frame: Frame, levels: list[PlacedLevel]) -> None:
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
